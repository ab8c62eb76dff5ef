//! A feed of indicators at its real size on six node processes: loading, a change, looking up.

use std::fs::File;
use std::io::BufWriter;
use std::io::Write as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::clock::Stopwatch;
use concord_protocol::crypto::digest;
use concord_protocol::feed::apply;
use concord_protocol::feed::list::Form;
use concord_protocol::feed::list::List;
use concord_protocol::message::identifier::Domain;
use concord_protocol::message::identifier::Identifier;
use harness::federation::Federation;
use harness::letter;
use harness::wait;
use serde_json::Value;
use serde_json::json;

use crate::exchange::resident_mib;

const AGENCIES: [&str; 6] = ["cn.mps", "kh.cnp", "la.mps", "mm.mpf", "th.rtp", "vn.mps"];

const WITHIN: Duration = Duration::from_secs(900);

/// How many entries: three domains, or rather as many domains and addresses as are said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) domains: u32,
    pub(crate) ips: u32,
    pub(crate) changes: u32,
}

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Seconds to hash the compact entries once.
    pub(crate) hash: f64,
    /// Seconds in which the author's node makes the file.
    pub(crate) prepare: f64,
    /// Seconds from the submission until all six have the entries.
    pub(crate) snapshot: f64,
    /// The same for the change.
    pub(crate) delta: f64,
    /// Bytes of the compact entries, of the file of the snapshot, of the file of the change.
    pub(crate) bytes: [u64; 3],
    /// The largest node.
    pub(crate) memory_mib: f64,
    /// Microseconds: one look-up in a table, and SHA-256 of 16 KiB.
    pub(crate) look_up: f64,
    pub(crate) sha: f64,
    /// Microseconds of one look-up over the API.
    pub(crate) asked: f64,
}

pub(crate) fn measure(load: Load) -> Run {
    let world = Federation::of("bench-feeds", &AGENCIES);
    let nodes = world.all_ready();
    let clients: Vec<Client> = nodes.iter().map(harness::daemon::Daemon::client).collect();
    let all = load.domains + load.ips;
    let plain = plain_bytes(load);
    let began = Stopwatch::start();
    let hashed = digest::sha256(&plain);
    let hash = began.elapsed().as_secs_f64();
    assert_ne!(hashed, digest::sha256(b""));

    let lines = written(world.path(), "entries", (0..all).map(|number| entry(load, number)));
    let began = Stopwatch::start();
    let made = clients[0].prepare_list(&lines, ("infrastructure", None, None)).unwrap();
    let prepare = began.elapsed().as_secs_f64();
    let body = ["class", "seq", "root_hash", "count_by_type", "entries"];
    let letter = around("feed-snapshot", None, &serde_json::to_value(&made).unwrap(), &body);
    let began = Stopwatch::start();
    let procedure = sent(&clients[0], &letter);
    for client in &clients {
        comes_to(client, &procedure, 1);
    }
    let snapshot = began.elapsed().as_secs_f64();

    let ops = (all..all + load.changes).map(|number| json!({"add": entry(load, number)}));
    let lines = written(world.path(), "ops", ops);
    let change = clients[0].prepare_change(&procedure, &lines, ("ops", None)).unwrap();
    let body = ["feed_id", "class", "from_seq", "to_seq", "prev_hash", "root_hash", "ops"];
    let made_change = serde_json::to_value(&change).unwrap();
    let letter = around("feed-delta", Some(&procedure), &made_change, &body);
    let began = Stopwatch::start();
    sent(&clients[0], &letter);
    for client in &clients {
        comes_to(client, &procedure, 2);
    }
    let delta = began.elapsed().as_secs_f64();

    let asked = per_call(200, |number| {
        let domain = format!("d{:06}.fraud.example", number % load.domains);
        let question = json!({"identifier": {"domain": domain}});
        assert_eq!(clients[1].look_up(&question).unwrap().listings.len(), 1);
    });
    let memory_mib = nodes.iter().map(|node| resident_mib(node.id())).fold(0.0, f64::max);
    let (look_up, sha) = table(load);
    Run {
        hash,
        prepare,
        snapshot,
        delta,
        bytes: [plain.len() as u64, made.entries.length, change.ops.attached.length],
        memory_mib,
        look_up,
        sha,
        asked,
    }
}

/// A look-up in a table in memory against a hash of as many bytes as it inflates.
fn table(load: Load) -> (f64, f64) {
    let mut sorter = concord_protocol::feed::sort::Sorter::new(
        concord_protocol::message::intelligence::feed_entry::FeedClass::Infrastructure,
    );
    for number in 0..load.domains + load.ips {
        sorter.push(&listed(load, number)).unwrap();
    }
    let (mut file, mut table) = (Vec::new(), Vec::new());
    sorter.finish(&mut file).unwrap();
    apply::from_list(&List::open(file, Form::Entries).unwrap(), 1, &mut table).unwrap();
    let table = List::open(table, Form::Table).unwrap();
    let look_up = per_call(2_000, |number| {
        let domain = format!("d{:06}.fraud.example", number.wrapping_mul(7_919) % load.domains);
        let found = table.find(&Identifier::Domain(Domain::parse(&domain).unwrap())).unwrap();
        assert_eq!(found.len(), 1);
    });
    let block = vec![7_u8; 16 * 1024];
    let sha = per_call(2_000, |_| assert_ne!(digest::sha256(&block), digest::sha256(&[])));
    (look_up, sha)
}

/// Microseconds of one call.
fn per_call(calls: u32, mut call: impl FnMut(u32)) -> f64 {
    let began = Stopwatch::start();
    (0..calls).for_each(&mut call);
    began.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
}

fn plain_bytes(load: Load) -> Vec<u8> {
    let numbers = 0..load.domains + load.ips;
    numbers.flat_map(|number| listed(load, number).bytes().unwrap()).collect()
}

fn listed(load: Load, number: u32) -> concord_protocol::feed::listed::Listed {
    use concord_protocol::message::field::Field as _;
    let value = serde_json::from_value(entry(load, number)).unwrap();
    let mut faults = concord_protocol::message::fault::Faults::new();
    let at = concord_protocol::message::pointer::Pointer::Root;
    let read = concord_protocol::message::intelligence::feed_entry::FeedEntry::read(
        &value,
        &at,
        &mut faults,
    );
    concord_protocol::feed::listed::Listed::of(&faults.judge(read).unwrap()).unwrap()
}

/// Domains, then addresses, then what changes. Source: DOMAIN 6.
fn entry(load: Load, number: u32) -> Value {
    let identifier = if (load.domains..load.domains + load.ips).contains(&number) {
        let [_, high, mid, low] = (number - load.domains).to_be_bytes();
        json!({"ip": format!("198.{}.{mid}.{low}", 18 + high)})
    } else {
        json!({"domain": format!("d{number:06}.fraud.example")})
    };
    json!({
        "id": format!("CN-IND-{number:07}"),
        "identifier": identifier,
        "role": "phishing-site",
        "first_seen": format!("2026-01-{:02}T{:02}:{:02}:00+08:00", 1 + number % 27, number % 24, number % 60),
        "last_seen": "2026-01-30T08:00:00+08:00",
        "valid_until": "2036-01-24T08:00:00+08:00",
        "confidence": "high",
        "evaluation": {"scheme": "6x6", "source_code": "B", "info_code": "2"},
        "victim_countries": ["CN"],
        "tlp": "amber",
        "pap": ["block", "warn"],
        "recommended": "block",
    })
}

fn written(folder: &Path, name: &str, lines: impl Iterator<Item = Value>) -> File {
    let path = folder.join(format!("{name}.ndjson"));
    let mut file = BufWriter::new(File::create(&path).unwrap());
    lines.for_each(|line| writeln!(file, "{line}").unwrap());
    file.flush().unwrap();
    File::open(path).unwrap()
}

fn around(kind: &str, procedure: Option<&str>, made: &Value, fields: &[&str]) -> Value {
    let mut letter = letter::example(kind, &AGENCIES[1..]);
    for field in ["parents", "procedure"] {
        letter.as_object_mut().unwrap().remove(field);
    }
    letter["procedure"] = json!(procedure);
    letter["attachments"] = json!([made["attachment"]]);
    letter["body"] = json!({"feed_id": "CN-FEED-INFRA-1"});
    for field in fields {
        letter["body"][*field] = made[*field].clone();
    }
    letter
}

fn sent(client: &Client, letter: &Value) -> String {
    client.submit(letter.to_string().as_bytes(), None).unwrap().message.procedure
}

fn comes_to(client: &Client, procedure: &str, seq: u64) {
    let come = wait::for_up_to(WITHIN, || {
        let here = client.feed(procedure).ok()?.entries_seq == Some(seq);
        if !here {
            thread::sleep(Duration::from_millis(50));
        }
        here.then_some(())
    });
    come.unwrap_or_else(|| panic!("number {seq}: {:?}", client.feed(procedure)));
}
