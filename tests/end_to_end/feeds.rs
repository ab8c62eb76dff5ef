//! Feeds of some thousand indicators between real nodes: loaded, changed, disputed, lost, forged and asked for again.

use std::fs;
use std::fs::File;
use std::io::Write as _;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::feed::Feed;
use concord_node::api::shape::feed::IndicatorLookUp;
use concord_node::report::Report;
use concord_node::report::code::Code;
use harness::federation::Federation;
use harness::letter;
use harness::shell;
use harness::wait;
use serde_json::Value;
use serde_json::json;

/// The originator, and who follows.
const AGENCIES: [&str; 3] = ["cn.mps", "la.mps", "th.rtp"];

/// Entries of the first snapshot.
const ENTRIES: u32 = 3_000;

const WITHIN: Duration = Duration::from_secs(90);

#[test]
fn a_feed_is_loaded_changed_disputed_and_heals_at_every_member() {
    // shows: fed-11, fed-12, fed-13, fed-14, fed-16, fed-17, fed-19, fed-20, xch-42
    let world = Federation::of("feeds", &AGENCIES);
    let mut nodes = world.all_ready();
    let author = nodes[0].client();
    let procedure = begun(&world, &author);
    for member in &nodes[1..] {
        comes_to(&member.client(), &procedure, 1);
        member.client().opt_in(&procedure, "LA-7").unwrap();
    }
    for node in &nodes {
        let feed = comes_to(&node.client(), &procedure, 1);
        let counted: u64 = feed.count_by_type.iter().map(|count| count.count).sum();
        assert_eq!((counted, feed.waits, feed.missing), (u64::from(ENTRIES), None, None));
        // Whatever people write is brought to the one form.
        let found = asked(&node.client(), json!({"domain": "D000122.Fraud.Example."})).unwrap();
        assert_eq!(advice(&found), [("block", "listed")], "{found:?}");
        assert_eq!(found.identifier, json!({"domain": "d000122.fraud.example"}));
        let absent = asked(&node.client(), json!({"domain": "d999999.fraud.example"})).unwrap();
        assert!(absent.listings.is_empty() && absent.behind.is_empty());
    }

    // One entry goes, one comes, one ends.
    let mut over = entry(2);
    over["valid_until"] = json!("2026-02-01T00:00:00Z");
    let ops = [
        json!({"withdraw": entry(0)["id"]}),
        json!({"add": entry(ENTRIES)}),
        json!({"update": over}),
    ];
    change(&world, &author, &procedure, &ops);
    for node in &nodes {
        comes_to(&node.client(), &procedure, 2);
        let looked =
            |number: u32| asked(&node.client(), entry(number)["identifier"].clone()).unwrap();
        assert!(looked(0).listings.is_empty());
        assert_eq!(advice(&looked(ENTRIES)), [("block", "listed")]);
        assert_eq!((looked(2).listings.len(), looked(2).expired), (0, 1));
    }

    // While it is disputed an entry is watched at most, at every member.
    let mut dispute = follows("indicator-dispute", &procedure, &[0, 1]);
    dispute["body"]["entry"] = entry(5)["id"].clone();
    said(&nodes[2].client(), &dispute);
    for node in &nodes {
        let client = node.client();
        let watched = wait::for_up_to(WITHIN, || {
            let found = asked(&client, entry(5)["identifier"].clone()).ok()?;
            (advice(&found) == [("monitor", "disputed")]).then_some(())
        });
        watched.expect("a disputed entry is watched");
    }

    // A node that lost its table makes it again from what it holds.
    let folder = world.folder(1).to_owned();
    nodes[1].kill();
    fs::remove_dir_all(folder.join("feeds")).unwrap();
    nodes[1] = world.ready(1);
    comes_to(&nodes[1].client(), &procedure, 2);
    let found = asked(&nodes[1].client(), entry(5)["identifier"].clone()).unwrap();
    assert_eq!(advice(&found), [("monitor", "disputed")]);

    // With its feed a table ends.
    said(&author, &follows("withdrawal", &procedure, &[1, 2]));
    let client = nodes[2].client();
    let ended = wait::for_up_to(WITHIN, || {
        let feed = client.feed(&procedure).ok()?;
        (feed.stage == "closed" && feed.entries_seq.is_none()).then_some(())
    });
    ended.unwrap_or_else(|| panic!("{:?}", client.feed(&procedure)));
    assert!(asked(&client, entry(9)["identifier"].clone()).unwrap().listings.is_empty());
}

#[test]
fn nobody_blocks_by_a_feed_to_which_no_officer_of_the_agency_has_opted_in() {
    // shows: fed-24
    let world = Federation::of("feeds-chosen", &AGENCIES[..2]);
    let mut nodes = world.all_ready();
    let (author, member) = (nodes[0].client(), nodes[1].client());
    let procedure = begun(&world, &author);
    let other = begun(&world, &author);
    for feed in [&procedure, &other] {
        comes_to(&author, feed, 1);
        comes_to(&member, feed, 1);
    }
    let advised = |client: &Client, feed: &str| {
        let found = asked(client, entry(6)["identifier"].clone()).unwrap();
        let of_feed = found.listings.into_iter().find(|listing| listing.procedure == *feed);
        let listing = of_feed.unwrap();
        (listing.recommended, listing.because)
    };
    let said = |recommended: &str, because: &str| (recommended.to_owned(), because.to_owned());
    let (listed, blocks) = (said("listed", "not-opted-in"), said("block", "listed"));
    assert_eq!(advised(&member, &procedure), listed);
    // An author goes by its own list.
    assert_eq!(advised(&author, &procedure), blocks);
    assert_eq!(author.opt_in(&procedure, "CN-1").unwrap_err().code, Code::NotFollowed);

    member.opt_in(&procedure, "LA-7").unwrap();
    assert_eq!(member.feed(&procedure).unwrap().opted_in.unwrap().officer, "LA-7");
    assert_eq!(advised(&member, &procedure), blocks);
    assert_eq!(advised(&member, &other), listed, "each feed alone");

    // What an officer chose outlives a crash, and ends when one says so.
    nodes[1].kill();
    nodes[1] = world.ready(1);
    let member = nodes[1].client();
    comes_to(&member, &procedure, 1);
    assert_eq!(advised(&member, &procedure), blocks);
    member.opt_out(&procedure).unwrap();
    assert_eq!(advised(&member, &procedure), listed);
    assert_eq!(member.opt_out(&procedure).unwrap_err().code, Code::NotFollowed);
}

#[test]
fn a_list_with_another_root_is_refused_and_told_and_a_snapshot_ends_the_gap() {
    // shows: fed-11, fed-15, fed-22, xch-40
    let world = Federation::of("feeds-forged", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let (author, member) = (nodes[0].client(), nodes[1].client());
    let procedure = begun(&world, &author);
    comes_to(&member, &procedure, 1);

    // What the message says of its list does not hold.
    let lines = written(&world, "next", (0..100).map(entry));
    let made = author.prepare_list(&lines, ("infrastructure", Some(&procedure), None)).unwrap();
    let mut forged = snapshot(&serde_json::to_value(&made).unwrap());
    forged["procedure"] = json!(procedure);
    forged["body"]["root_hash"] = json!("ab".repeat(32));
    said(&author, &forged);
    let told = wait::for_up_to(WITHIN, || {
        let feed = member.feed(&procedure).ok()?;
        feed.waits.clone().filter(|waits| waits.code == "wrong-root").map(|_| feed)
    });
    let told = told.unwrap_or_else(|| panic!("{:?}", member.feed(&procedure)));
    assert_eq!((told.entries_seq, told.seq), (Some(1), 2));
    let found = asked(&member, entry(200)["identifier"].clone()).unwrap();
    assert_eq!(
        (advice(&found), found.behind.clone()),
        (vec![("listed", "not-opted-in")], vec![procedure.clone()])
    );

    // One command of an officer asks for what is missing, and the originator sees it.
    let dir = world.folder(1).to_str().unwrap().to_owned();
    let arguments =
        ["feed", "catch-up", &procedure, "--officer", "LA-1", "--snapshot", "--dir", &dir];
    let asking = shell::concord(world.path(), &arguments);
    assert!(asking.status.success(), "{}", String::from_utf8_lossy(&asking.stderr));
    let seen = wait::for_up_to(WITHIN, || {
        author.feed(&procedure).ok().filter(|feed| !feed.asked.is_empty())
    });
    assert_eq!(seen.expect("the request arrives").asked[0].agency, "la.mps");

    let mut right = snapshot(&serde_json::to_value(&made).unwrap());
    right["procedure"] = json!(procedure);
    right["body"]["seq"] = json!(3);
    said(&author, &right);
    let healed = comes_to(&member, &procedure, 3);
    assert_eq!((healed.waits, healed.asked.len()), (None, 0));
    assert!(asked(&member, entry(200)["identifier"].clone()).unwrap().listings.is_empty());
}

#[test]
fn a_feed_that_an_officer_follows_is_asked_for_by_itself_and_once() {
    // shows: fed-22, fed-23
    let world = Federation::of("feeds-followed", &AGENCIES[..2]);
    let mut nodes = world.all_ready();
    let author = nodes[0].client();
    let procedure = begun(&world, &author);
    comes_to(&nodes[1].client(), &procedure, 1);
    let own = author.follow(&procedure, ("CN-1", "UTC")).unwrap_err();
    assert_eq!(own.code, Code::NotFollowed, "{own:?}");
    let basis = [Some("domestic-law"), Some("Law on Cybercrime"), Some("12")];
    nodes[1].client().follow_under(&procedure, ("LA-7", "Asia/Vientiane"), basis).unwrap();

    let lines = written(&world, "next", (0..100).map(entry));
    let made = author.prepare_list(&lines, ("infrastructure", Some(&procedure), None)).unwrap();
    let mut forged = snapshot(&serde_json::to_value(&made).unwrap());
    forged["procedure"] = json!(procedure);
    forged["body"]["root_hash"] = json!("ab".repeat(32));
    said(&author, &forged);
    let asked = || author.feed(&procedure).ok().filter(|feed| !feed.asked.is_empty());
    let seen = wait::for_up_to(WITHIN, asked).expect("the request comes by itself");
    assert_eq!((seen.asked[0].agency.as_str(), seen.asked[0].to_seq), ("la.mps", Some(2)));
    let requests = |client: &Client| {
        let transcript = client.procedure(&procedure).unwrap().transcript;
        transcript.into_iter().filter(|entry| entry.kind == "feed-gap-request").count()
    };
    assert_eq!(requests(&author), 1);
    // It rests on what its officer stated, and not on what the originator's list rests on.
    let transcript = author.procedure(&procedure).unwrap().transcript;
    let request = transcript.iter().find(|entry| entry.kind == "feed-gap-request").unwrap();
    let header = serde_json::to_value(author.message(&request.id).unwrap().header).unwrap();
    let rests_on =
        [json!({"kind": "domestic-law", "instrument": "Law on Cybercrime", "article": "12"})];
    assert_eq!(header["legal_basis"], json!(rests_on));

    // After a crash the order stands, and what was asked for is not asked for again.
    nodes[1].kill();
    nodes[1] = world.ready(1);
    let member = nodes[1].client();
    let order = wait::for_up_to(WITHIN, || member.feed(&procedure).ok()?.order).unwrap();
    assert_eq!((order.officer.as_str(), order.refused), ("LA-7", None));
    assert_eq!(order.legal_basis.as_deref(), Some("domestic-law: Law on Cybercrime, 12"));
    let told = || member.feed(&procedure).ok()?.waits.filter(|waits| waits.code == "wrong-root");
    wait::for_up_to(WITHIN, told).expect("it still waits");
    // Orders are looked at one after the other: whoever asks for a later feed has looked at this one.
    let later = begun(&world, &author);
    comes_to(&member, &later, 1);
    member.follow(&later, ("LA-7", "Asia/Vientiane")).unwrap();
    forged["procedure"] = json!(later);
    said(&author, &forged);
    let asked = || author.feed(&later).ok().filter(|feed| !feed.asked.is_empty());
    wait::for_up_to(WITHIN, asked).expect("the later one is asked for");
    assert_eq!(requests(&member), 1);
    member.unfollow(&procedure).unwrap();
    assert_eq!(member.feed(&procedure).unwrap().order, None);
    assert_eq!(member.unfollow(&procedure).unwrap_err().code, Code::NotFollowed);
}

#[test]
fn lines_that_are_wrong_are_named_and_accounts_are_read_by_somebody_for_something() {
    // shows: fed-18, fed-19
    let world = Federation::of("feeds-accounts", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let (author, member) = (nodes[0].client(), nodes[1].client());

    let mut bad = entry(1);
    bad.as_object_mut().unwrap().remove("valid_until");
    let lines = written(&world, "bad", [entry(0), bad, account(1), entry(0)]);
    let refused = author.prepare_list(&lines, ("infrastructure", None, None)).unwrap_err();
    assert_eq!(refused.code, Code::BadList, "{refused:?}");
    let places: Vec<(&str, &str)> =
        refused.fields.iter().map(|field| (field.pointer.as_str(), field.code.as_str())).collect();
    let wanted = [("/2/valid_until", "missing"), ("/3", "wrong-class"), ("/4", "repeated-id")];
    assert_eq!(places, wanted);

    let lines = written(&world, "accounts", (0..50).map(account));
    let made = author.prepare_list(&lines, ("accounts", None, None)).unwrap();
    let sent = said(&author, &snapshot(&serde_json::to_value(&made).unwrap()));
    comes_to(&member, &sent, 1);
    let identifier = account(7)["identifier"].clone();
    let nobody = asked(&member, identifier.clone()).unwrap_err();
    assert_eq!(nobody.code, Code::BadIndicator, "{nobody:?}");
    let before = member.head().unwrap().size;
    let question = json!({"identifier": identifier, "officer": "LA-7", "purpose": "prevention"});
    let found = member.look_up(&question).unwrap();
    assert_eq!(advice(&found), [("monitor", "listed")]);
    assert_eq!(found.log_indexes.len(), 1);
    let logged = member.entries(found.log_indexes[0], Some(1)).unwrap();
    let leaf = serde_json::to_value(&logged.items[0]).unwrap().to_string();
    assert!(leaf.contains("LA-7") && leaf.contains("prevention"), "{leaf}");
    assert!(member.head().unwrap().size > before);
}

/// The first snapshot of a feed.
fn begun(world: &Federation, author: &Client) -> String {
    let lines = written(world, "first", (0..ENTRIES).map(entry));
    let made = author.prepare_list(&lines, ("infrastructure", None, None)).unwrap();
    said(author, &snapshot(&serde_json::to_value(&made).unwrap()))
}

fn change(world: &Federation, author: &Client, procedure: &str, ops: &[Value]) {
    let lines = written(world, "ops", ops.iter().cloned());
    let made = author.prepare_change(procedure, &lines, ("ops", None)).unwrap();
    let made = serde_json::to_value(&made).unwrap();
    let mut delta = follows("feed-delta", procedure, &[1, 2]);
    let mut body = json!({});
    for field in ["feed_id", "class", "from_seq", "to_seq", "prev_hash", "root_hash", "ops"] {
        body[field] = made[field].clone();
    }
    delta["body"] = body;
    delta["attachments"] = json!([made["attachment"]]);
    said(author, &delta);
}

/// A `feed-snapshot` around what a node made of a list.
fn snapshot(made: &Value) -> Value {
    let mut letter = follows("feed-snapshot", "", &[1, 2]);
    letter.as_object_mut().unwrap().remove("procedure");
    let mut body = json!({"feed_id": "CN-FEED-INFRA-1"});
    for field in ["class", "seq", "root_hash", "count_by_type", "entries"] {
        body[field] = made[field].clone();
    }
    letter["body"] = body;
    letter["attachments"] = json!([made["attachment"]]);
    letter
}

/// The example of a kind in a procedure, to those of these agencies that are there.
fn follows(kind: &str, procedure: &str, to: &[usize]) -> Value {
    let to: Vec<&str> = to.iter().map(|place| AGENCIES[*place]).collect();
    let mut letter = letter::example(kind, &to);
    for field in ["parents", "respond_by", "expires", "supersedes", "attachments"] {
        letter.as_object_mut().unwrap().remove(field);
    }
    letter["procedure"] = json!(procedure);
    letter
}

/// Sends a message to those of its recipients that the charter knows; gives its procedure.
fn said(client: &Client, letter: &Value) -> String {
    let mut letter = letter.clone();
    let members = client.charter().unwrap().members;
    let is_member = |to: &Value| members.iter().any(|member| to["agency"] == json!(member));
    letter["to"].as_array_mut().unwrap().retain(is_member);
    client.submit(letter.to_string().as_bytes(), None).unwrap().message.procedure
}

/// Waits until a node has the entries of a feed at a number.
fn comes_to(client: &Client, procedure: &str, seq: u64) -> Feed {
    let come = wait::for_up_to(WITHIN, || {
        client.feed(procedure).ok().filter(|feed| feed.entries_seq == Some(seq))
    });
    come.unwrap_or_else(|| panic!("number {seq}: {:?}", client.feed(procedure)))
}

fn asked(client: &Client, identifier: Value) -> Result<IndicatorLookUp, Report> {
    client.look_up(&json!({"identifier": identifier}))
}

fn advice(found: &IndicatorLookUp) -> Vec<(&str, &str)> {
    found
        .listings
        .iter()
        .map(|listing| (listing.recommended.as_str(), listing.because.as_str()))
        .collect()
}

/// Three domains, then an address. Source: DOMAIN 6.
fn entry(number: u32) -> Value {
    let [_, _, high, low] = number.to_be_bytes();
    let identifier = if number % 4 == 3 {
        json!({"ip": format!("198.18.{high}.{low}")})
    } else {
        json!({"domain": format!("d{number:06}.fraud.example")})
    };
    json!({
        "id": format!("CN-IND-{number:07}"),
        "identifier": identifier,
        "role": "phishing-site",
        "first_seen": "2026-01-10T00:00:00+08:00",
        "last_seen": "2026-01-24T08:00:00+08:00",
        "valid_until": "2036-01-24T08:00:00+08:00",
        "confidence": "high",
        "evaluation": {"scheme": "6x6", "source_code": "B", "info_code": "2"},
        "victim_countries": ["CN"],
        "tlp": "amber",
        "pap": ["block", "warn"],
        "recommended": "block",
    })
}

fn account(number: u32) -> Value {
    let mut entry = entry(number);
    entry["identifier"] = json!({"bank_account": {
        "institution": "Demo Bank", "account": format!("ZZ00-DEMO-{number:06}"),
    }});
    entry["role"] = json!("mule-account");
    entry["recommended"] = json!("monitor");
    entry
}

/// A file with one value in each line.
fn written(world: &Federation, name: &str, lines: impl IntoIterator<Item = Value>) -> File {
    let path = world.path().join(format!("{name}.ndjson"));
    let mut file = File::create(&path).unwrap();
    for line in lines {
        writeln!(file, "{line}").unwrap();
    }
    File::open(&path).unwrap()
}
