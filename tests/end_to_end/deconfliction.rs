//! Two agencies find out whether they work on the same number, and neither learns of any other.

use std::fs;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::deconfliction::AnswerDocument;
use concord_node::api::shape::deconfliction::ProposalDocument;
use concord_node::api::shape::message::DeliveryDocument;
use concord_node::api::shape::message::Message;
use concord_node::api::shape::message::Status;
use concord_node::report::Report;
use concord_node::report::code::Code;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::ProcedureId;
use concord_protocol::log::leaf::Leaf;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::letter;
use harness::raw::Needles;
use harness::shell;
use harness::wait;
use serde_json::Value;
use serde_json::json;

/// Who asks, and who is asked.
const AGENCIES: [&str; 2] = ["la.mps", "vn.mps"];

const WITHIN: Duration = Duration::from_secs(60);

/// Both work on it.
const COMMON: &str = "+999209990000001";
/// Both do, and the owner on the other side says nothing of it.
const HIDDEN: &str = "+999209990000002";
/// Only who asks.
const ALONE: &str = "+999209990000003";
/// Only who is asked.
const OTHER: &str = "+999209990000004";

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told once")]
fn a_hit_is_told_a_hidden_one_only_to_its_owner_and_no_identifier_leaves_a_node() {
    // shows: dcf-1, dcf-3, dcf-5, dcf-8, dcf-11, dcf-12, dcf-13, dcf-15, dcf-16, dcf-17, dcf-18
    let world = Federation::of("deconfliction", &AGENCIES);
    world.agencies.iter().for_each(|agency| agency.set("disk_reserve_mib", 16));
    let nodes = world.all_ready();
    let (asks, asked) = (nodes[0].client(), nodes[1].client());
    let folder = world.folder(1).to_str().unwrap();
    hold(&asked, COMMON, "VN-0001", "hit-no-hit");
    hold(&asked, OTHER, "VN-0001", "full");
    let hidden = json!({ "phone": HIDDEN }).to_string();
    let added = concord(
        &world,
        &[
            "deconfliction",
            "holdings",
            "add",
            &hidden,
            "--officer",
            "VN-0002",
            "--case",
            "VN-2026-INV-0007",
            "--policy",
            "silent-to-owner",
            "--dir",
            folder,
            "--json",
        ],
    );
    assert_eq!(added["policy"], "silent-to-owner");

    let query = world.path().join("query.json");
    let mut letter = begins("deconfliction-query", 1);
    letter["body"] = json!({ "case_kind": "online-fraud" });
    fs::write(&query, letter.to_string()).unwrap();
    let numbers = [COMMON, HIDDEN, ALONE].map(|phone| json!({ "phone": phone }).to_string());
    let sent = concord(
        &world,
        &[
            "deconfliction",
            "ask",
            query.to_str().unwrap(),
            "--identifier",
            &numbers[0],
            "--identifier",
            &numbers[1],
            "--identifier",
            &numbers[2],
            "--officer",
            "LA-0001",
            "--dir",
            world.folder(0).to_str().unwrap(),
            "--json",
        ],
    );
    fs::remove_file(&query).unwrap();
    let procedure = sent["message"]["procedure"].as_str().unwrap().to_owned();
    let digests: Vec<String> = sent["asked"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["keyed_digest"].as_str().unwrap().to_owned())
        .collect();

    let proposal = ready(&asked, &procedure, "VN-0009");
    let answer = |proposal: &ProposalDocument, place: usize| -> AnswerDocument {
        proposal.answers.iter().find(|one| one.keyed_digest == digests[place]).unwrap().clone()
    };
    let common = answer(&proposal, 0);
    assert_eq!(
        (common.answer.as_str(), common.ask.as_slice()),
        ("hit", &["VN-0001".to_owned()][..])
    );
    assert!(common.holdings.is_empty(), "a colleague sees whom to ask, and not the case");
    for place in [1, 2] {
        let none = answer(&proposal, place);
        assert_eq!((none.answer.as_str(), none.ask.len(), none.holdings.len()), ("no-hit", 0, 0));
    }
    let own = answer(&asked.proposal(&procedure, "VN-0002").unwrap(), 1);
    assert_eq!((own.answer.as_str(), own.holdings.len()), ("no-hit", 1), "the owner sees it");

    let told = wait::for_up_to(WITHIN, || {
        let told = asked.alerts("VN-0002").unwrap().items;
        (!told.is_empty()).then_some(told)
    });
    let told = told.unwrap();
    assert_eq!((told.len(), told[0].from.as_str()), (1, "la.mps"));
    assert_eq!(told[0].identifier, json!({ "phone": HIDDEN }));
    let told = asked.alerts("VN-0001").unwrap().items;
    assert_eq!(told.len(), 1, "of the common one, and not of what nobody asked about");
    assert_eq!(asked.alerts("VN-0009").unwrap().items, []);
    assert_eq!(asked.holdings("VN-0009").unwrap().items, []);
    assert_eq!(asked.let_go(0, "VN-0009").unwrap_err().code, Code::NoSuchHolding);

    let reply = |said: [&str; 3]| {
        let said = digests.iter().zip(said);
        let answers: Vec<Value> = said
            .map(|(digest, answer)| json!({ "keyed_digest": digest, "answer": answer }))
            .collect();
        let mut letter = begins("deconfliction-reply", 0);
        letter["procedure"] = json!(procedure);
        letter["body"] = json!({ "of": proposal.query, "answers": answers });
        letter
    };
    for lie in [["hit", "hit", "no-hit"], ["no-hit"; 3], ["hit", "no-hit", "hit"]] {
        let refused = say(&asked, reply(lie)).unwrap_err();
        assert_eq!(refused.code, Code::Safeguard, "{lie:?}: {refused:?}");
    }
    let mut exchanged = reply(["hit", "no-hit", "no-hit"]);
    exchanged["body"]["answers"][0] =
        json!({ "keyed_digest": digest::sha256(b"nothing").to_string(), "answer": "no-hit" });
    let refused = say(&asked, exchanged).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "a hit is exchanged: {refused:?}");
    let mut elsewhere = reply(["hit", "no-hit", "no-hit"]);
    elsewhere["body"]["of"] = json!("0195a1c4-3010-7d11-8b02-3c4d5e6f3010");
    assert_eq!(say(&asked, elsewhere).unwrap_err().code, Code::OutOfTurn, "another query");
    let file = world.path().join("reply.json");
    fs::write(&file, begins("deconfliction-reply", 0).to_string()).unwrap();
    concord(
        &world,
        &[
            "deconfliction",
            "answer",
            &procedure,
            "--officer",
            "VN-0009",
            "--send",
            file.to_str().unwrap(),
            "--dir",
            folder,
            "--json",
        ],
    );
    let stage = wait::for_up_to(WITHIN, || {
        let seen = asks.procedure(&procedure).ok()?;
        (seen.summary.stage.as_deref() == Some("answered")).then_some(seen)
    });
    assert!(stage.is_some(), "{:?}", asks.procedure(&procedure));

    let exported = world.path().join("exported");
    fs::create_dir(&exported).unwrap();
    for (place, node) in nodes.iter().enumerate() {
        let mut bundle = Vec::new();
        node.client().export(&mut bundle).unwrap();
        fs::write(exported.join(format!("{place}.concord")), bundle).unwrap();
    }
    nodes.into_iter().for_each(|node| assert!(node.stop().success()));
    let mut needles = Needles::default();
    for phone in [COMMON, HIDDEN, ALONE, OTHER] {
        needles.add("a number", phone.as_bytes());
        needles.add("its digest", digest::sha256(phone.as_bytes()).as_bytes());
        needles.add("its digits' digest", digest::sha256(&phone.as_bytes()[1..]).as_bytes());
        needles.add("its text", format!("phone\0{phone}").as_bytes());
        let text = digest::sha256(format!("phone\0{phone}").as_bytes());
        needles.add("its text's digest", text.as_bytes());
    }
    for keyed in &digests {
        needles.add("a keyed digest", Digest::parse(keyed).unwrap().as_bytes());
        needles.add("a keyed digest as text", keyed.as_bytes());
    }
    for folder in [world.folder(0), world.folder(1), exported.as_path()] {
        assert_eq!(needles.found_in(folder), [] as [String; 0]);
    }
}

#[test]
fn a_query_waits_for_the_node_of_whoever_asked_and_is_not_answered_before() {
    // shows: dcf-9, dcf-15, dcf-18
    let world = Federation::of("deconfliction-pending", &AGENCIES);
    let mut nodes = world.all_ready();
    let (asks, asked) = (nodes[0].client(), nodes[1].client());
    let made = asks.digests(&[json!({ "phone": COMMON })], "LA-0001").unwrap();
    let mut letter = begins("deconfliction-query", 1);
    letter["body"] = json!({ "key": made.key, "keyed_digests": made.keyed_digests, "case_kind": "online-fraud" });
    let query = say(&asks, letter).unwrap();
    let procedure = query.header.unwrap().procedure;
    assert!(ready(&asked, &procedure, "VN-0001").answers.iter().all(|one| one.answer == "no-hit"));

    nodes[0].kill();
    hold(&asked, COMMON, "VN-0001", "full");
    let waits = asked.proposal(&procedure, "VN-0001").unwrap();
    assert_eq!((waits.state.as_str(), waits.missing, waits.answers.len()), ("pending", 1, 0));
    assert!(waits.why.is_some_and(|why| !why.is_empty()), "what it waits for is said");
    let mut reply = begins("deconfliction-reply", 0);
    reply["procedure"] = json!(procedure);
    let answers = json!([{ "keyed_digest": made.keyed_digests[0], "answer": "no-hit" }]);
    reply["body"] = json!({ "of": waits.query, "answers": answers });
    assert_eq!(say(&asked, reply.clone()).unwrap_err().code, Code::OutOfTurn);

    nodes[0] = world.ready(0);
    let found = ready(&asked, &procedure, "VN-0001");
    assert_eq!(found.answers[0].answer, "hit", "a holding that came later is compared too");
    let again = nodes[0].client().digests(&[json!({ "phone": COMMON })], "LA-0001").unwrap();
    assert_eq!(again, made, "the key outlives a restart");

    let order = [("cause", "order"), ("basis", "EX-2026/7"), ("officer", "VN-0001")];
    asked.erase(&waits.query, order).unwrap();
    let refused = say(&asked, reply).unwrap_err();
    assert_eq!(refused.code, Code::OutOfTurn, "what is erased first is not denied: {refused:?}");
}

#[test]
fn a_reply_that_is_not_about_the_query_is_shown_to_whoever_asked() {
    // shows: xch-54
    let world = Federation::of("deconfliction-other", &AGENCIES);
    let node = world.ready(0);
    let asks = node.client();
    let made = asks.digests(&[json!({ "phone": COMMON })], "LA-0001").unwrap();
    let mut letter = begins("deconfliction-query", 1);
    letter["body"] = json!({ "key": made.key, "keyed_digests": made.keyed_digests, "case_kind": "online-fraud" });
    let query = say(&asks, letter).unwrap();
    let procedure = query.header.as_ref().unwrap().procedure.clone();
    let forger = Forger::new(&world, 1, 0);
    let reply = |digest: &str| {
        let mut letter = begins("deconfliction-reply", 0);
        letter["procedure"] = json!(procedure);
        letter["parents"] = json!([query.digest]);
        letter["body"] =
            json!({ "of": query.id, "answers": [{ "keyed_digest": digest, "answer": "no-hit" }] });
        forger.answer(&letter, ProcedureId::parse(&procedure).unwrap())
    };
    let honest = reply(&made.keyed_digests[0]);
    let other = reply(&digest::sha256(b"nothing").to_string());
    let mut line = forger.meet();

    line.say(&forger.offer(1, &[&honest]));
    let taken: Leaf = codec::decode(&line.receipt().items[0].leaf).unwrap();
    assert!(matches!(taken, Leaf::Received { .. }), "{taken:?}");
    assert_eq!(asks.procedure(&procedure).unwrap().alerts, []);
    line.say(&forger.offer(2, &[&other]));
    line.receipt();

    let alerts = asks.procedure(&procedure).unwrap().alerts;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let named = alerts[0].message.as_deref();
    assert_eq!(
        (alerts[0].rule.as_str(), named),
        ("xch-54", Some(other.header().id.to_string().as_str()))
    );
}

#[test]
fn an_officer_has_as_many_digests_made_as_queries_of_a_day_carry() {
    // shows: dcf-20
    let world = Federation::of("deconfliction-oracle", &AGENCIES);
    let node = world.ready(0);
    let asks = node.client();
    let numbers = |first: usize, count: usize| -> Vec<Value> {
        (first..first + count).map(|n| json!({ "phone": format!("+9992{n:08}") })).collect()
    };
    asks.digests(&numbers(0, 1_000), "LA-0001").unwrap();
    asks.digests(&numbers(1_000, 1_000), "LA-0001").unwrap();

    let refused = asks.digests(&numbers(2_000, 1), "LA-0001").unwrap_err();

    assert_eq!(refused.code, Code::DigestsSpent, "the 2,001st: {refused:?}");
    assert_eq!(asks.digests(&numbers(2_000, 1), "LA-0002").unwrap().keyed_digests.len(), 1);
    assert_eq!(asks.digests(&numbers(0, 1), "").unwrap_err().code, Code::BadSubmission);
    let told = node.said_all();
    assert!(told.contains("digests are made for a query") && told.contains("LA-0001"), "{told}");
    assert!(!told.contains("+9992"), "of what they were made is not said");
}

#[test]
fn a_member_that_asks_about_everything_is_refused_for_the_day_also_after_a_restart() {
    // shows: dcf-14
    let world = Federation::of("deconfliction-limit", &AGENCIES);
    let mut nodes = world.all_ready();
    let asks = nodes[0].client();
    let ask = |first: usize, count: usize| {
        let digests = first..first + count;
        let digests: Vec<String> =
            digests.map(|n| digest::sha256(&n.to_be_bytes()).to_string()).collect();
        let mut letter = begins("deconfliction-query", 1);
        letter["body"]["keyed_digests"] = json!(digests);
        say(&asks, letter).unwrap()
    };

    let queries = [ask(0, 1_000), ask(1_000, 1_000), ask(2_000, 1)];

    let stands: Vec<DeliveryDocument> =
        queries.iter().map(|query| settled(&asks, &query.id)).collect();
    assert_eq!(
        stands.iter().map(|one| one.status).collect::<Vec<_>>(),
        [Status::Receipted, Status::Receipted, Status::Refused]
    );
    assert_eq!(stands[2].code.as_deref(), Some("too-many-queries"));
    nodes[1].kill();
    nodes[1] = world.ready(1);
    let after = settled(&asks, &ask(3_000, 1).id);
    assert_eq!(after.code.as_deref(), Some("too-many-queries"), "a restart forgives nothing");
}

fn hold(client: &Client, phone: &str, owner: &str, policy: &str) {
    let holding = json!({
        "identifier": { "phone": phone }, "owner": owner, "case_ref": "VN-2026-INV-0031", "policy": policy,
    });
    client.hold(&holding).unwrap();
}

/// The example of a kind as the first message of a procedure, to one agency.
fn begins(kind: &str, to: usize) -> Value {
    let mut letter = letter::example(kind, &[AGENCIES[to]]);
    for field in ["procedure", "parents", "respond_by", "expires", "supersedes"] {
        letter.as_object_mut().unwrap().remove(field);
    }
    letter
}

fn say(client: &Client, letter: Value) -> Result<Message, Report> {
    let sent = client.submit(letter.to_string().as_bytes(), None)?;
    client.message(&sent.message.id)
}

/// Waits until a node has compared a query.
fn ready(client: &Client, procedure: &str, officer: &str) -> ProposalDocument {
    let ready = wait::for_up_to(WITHIN, || {
        client.proposal(procedure, officer).ok().filter(|found| found.state == "ready")
    });
    ready.unwrap_or_else(|| panic!("{:?}", client.proposal(procedure, officer)))
}

/// Waits until the other agency has accepted or refused a message.
fn settled(client: &Client, id: &str) -> DeliveryDocument {
    let settled = wait::for_up_to(WITHIN, || {
        let one = client.message(id).ok()?.deliveries.into_iter().next()?;
        matches!(one.status, Status::Receipted | Status::Refused).then_some(one)
    });
    settled.unwrap_or_else(|| panic!("{:?}", client.message(id)))
}

/// What a command answers for programs.
fn concord(world: &Federation, arguments: &[&str]) -> Value {
    let done = shell::concord(world.path(), arguments);
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}
