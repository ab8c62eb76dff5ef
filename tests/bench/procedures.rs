//! A long transcript that is folded, and a manifest of 500 people that is drawn up, sealed and checked.

use std::collections::BTreeSet;
use std::hint::black_box;

use concord_node::clock::Stopwatch;
use concord_node::provider::FastKem;
use concord_node::provider::FastSealingKey;
use concord_protocol::codec;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::cose::encrypt;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::crypto::suite::Suite;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::limits::MANIFEST_ENTRIES_MAX;
use concord_protocol::message::batch::entry::ManifestEntry;
use concord_protocol::message::batch::root;
use concord_protocol::message::batch::root::SaltSeed;
use concord_protocol::message::content::Content;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::urgency::Urgency;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::fact::Fact;
use harness::chance::Chance;
use harness::letter;
use serde_json::json;

const AGENCIES: [&str; 6] = ["cn.mps", "kh.cnp", "la.mps", "mm.mpf", "th.rtp", "vn.mps"];

/// What folding a transcript costs. Units: microseconds for each message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folded {
    /// One message after the other, each after the last: how it comes on a quiet day.
    pub(crate) chain: f64,
    /// Six agencies that have not seen each other's last messages.
    pub(crate) crowd: f64,
    /// Ed25519 verification of a header: what each message costs before it is folded.
    pub(crate) verify: f64,
}

/// What a manifest costs. Units: milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manifests {
    /// Bytes of the manifest's body.
    pub(crate) bytes: usize,
    /// Reading what the officer hands in, checking every rule and the root, sealing, signing.
    pub(crate) seal: f64,
    /// Verifying, opening, and checking every rule and the root again.
    pub(crate) check: f64,
    /// Signing and sealing of as many bytes, and nothing else.
    pub(crate) bare_seal: f64,
    /// Verifying and opening of as many bytes, and nothing else.
    pub(crate) bare_check: f64,
}

/// Folds transcripts of so many messages.
pub(crate) fn fold(messages: usize, times: u32) -> Folded {
    let key = SigningKey::from_seed(&[1; 32]);
    let header = [7_u8; 700];
    let signature = key.sign(&header).unwrap();
    let each = |acts: Vec<Act>| {
        let count = acts.len();
        let watch = Stopwatch::start();
        let book = black_box(Book::of(acts));
        let micros = watch.elapsed().as_secs_f64() * 1e6 / count as f64;
        assert_eq!(book.transcript().len(), count, "every message has its place");
        micros
    };
    Folded {
        chain: each(feed(messages, 0)),
        crowd: each(feed(messages, 12)),
        verify: micros(times, || key.public().verify(black_box(&header), &signature).unwrap()),
    }
}

/// A feed of indicators: its originator changes it, and five recipients say what blocking did. Of two messages by
/// different agencies the later one may miss up to `behind` of those before it.
fn feed(messages: usize, behind: usize) -> Vec<Act> {
    let mut chance = Chance::from_seed(7);
    let mut acts = vec![act(0, Vec::new(), 0, &body("feed-snapshot", &|_| ()))];
    let mut last = [0; AGENCIES.len()];
    let mut seq = 1;
    for number in 1..messages {
        let author = number % AGENCIES.len();
        let seen = number - 1 - chance.below(behind + 1).min(number - 1);
        let parents = BTreeSet::from([acts[seen].digest, acts[last[author]].digest]);
        let body = if author == 0 {
            seq += 1;
            body("feed-delta", &|body| {
                body["from_seq"] = json!(seq - 1);
                body["to_seq"] = json!(seq);
                body["prev_hash"] = json!(root_at(seq - 1));
                body["root_hash"] = json!(root_at(seq));
            })
        } else {
            body("block-effect-report", &|body| body["period"] = period(number))
        };
        last[author] = number;
        acts.push(act(number, parents.into_iter().collect(), author, &body));
    }
    acts
}

/// The root that the feed has at a number; at the first one that of the example.
fn root_at(seq: usize) -> String {
    if seq == 1 {
        return body_of("feed-snapshot")["root_hash"].as_str().unwrap().to_owned();
    }
    digest::sha256(&seq.to_be_bytes()).to_string()
}

/// One minute, another one for each number.
fn period(number: usize) -> serde_json::Value {
    let (hour, minute) = (number / 60, number % 60);
    let (day, hour) = (1 + hour / 24, hour % 24);
    let at = |second: u8| format!("2026-01-{day:02}T{hour:02}:{minute:02}:{second:02}+07:00");
    json!({ "from": at(0), "to": at(59) })
}

fn body_of(kind: &str) -> serde_json::Value {
    letter::example(kind, &["la.mps"])["body"].clone()
}

/// The fact of an example with something changed.
fn body(kind: &str, change: &dyn Fn(&mut serde_json::Value)) -> (Kind, Fact) {
    let mut letter = letter::example(kind, &["la.mps"]);
    change(&mut letter["body"]);
    let submission = read(&letter);
    (submission.kind(), Fact::of(submission.body()))
}

fn read(letter: &serde_json::Value) -> Submission {
    let tree: Value = serde_json::from_value(letter.clone()).unwrap();
    Submission::read(&tree).unwrap()
}

fn act(number: usize, parents: Vec<Digest>, author: usize, (kind, fact): &(Kind, Fact)) -> Act {
    let agency = |name: &str| AgencyId::parse(name).unwrap();
    let author = AGENCIES[author];
    let created = Timestamp::from_millis(1_767_225_600_000 + number as u64);
    let digest = digest::sha256(format!("message {number}").as_bytes());
    let name = std::array::from_fn(|at| digest.as_bytes()[at]);
    Act {
        digest,
        id: MessageId::new(created, name),
        parents,
        supersedes: None,
        author: agency(author),
        asked: BTreeSet::new(),
        told: AGENCIES.into_iter().filter(|name| *name != author).map(agency).collect(),
        created,
        urgency: Urgency::U4,
        respond_by: None,
        passed_on: None,
        case: None,
        kind: *kind,
        fact: fact.clone(),
    }
}

/// Draws up a manifest of 500 people, seals and checks it.
pub(crate) fn manifest(times: u32) -> Manifests {
    let letter = manifest_of(MANIFEST_ENTRIES_MAX);
    let tree: Value = serde_json::from_value(letter).unwrap();
    let key = SigningKey::from_seed(&[1; 32]);
    let header = [7_u8; 700];
    let sealing = FastSealingKey::from_seed(&[2; 32]).unwrap();
    let to = [sealing.public().clone()];
    let seal = |body: &[u8]| {
        let sealed = encrypt::encrypt(Suite::One, &FastKem, &to, b"bound", body, &[3; 32]);
        let signature = key.sign(&header).unwrap();
        (sealed.unwrap().bytes, signature)
    };
    let written = || codec::encode(&Submission::read(&tree).unwrap().content().write()).unwrap();
    let body = written();
    let (sealed, signature) = seal(&body);
    let open = || {
        key.public().verify(black_box(&header), &signature).unwrap();
        encrypt::decrypt(&sealing, &sealed, b"bound").unwrap()
    };
    let millis = |once: &mut dyn FnMut()| micros(times, once) / 1e3;
    Manifests {
        bytes: body.len(),
        seal: millis(&mut || drop(black_box(seal(&written())))),
        check: millis(&mut || {
            let tree: Value = codec::decode(&open()).unwrap();
            black_box(Content::read(Kind::BatchManifest, &tree).unwrap());
        }),
        bare_seal: millis(&mut || drop(black_box(seal(&body)))),
        bare_check: millis(&mut || drop(black_box(open()))),
    }
}

/// The example's first entry, so many times, each with a number and papers of its own.
fn manifest_of(people: usize) -> serde_json::Value {
    let mut letter = letter::example("batch-manifest", &["cn.mps", "th.rtp"]);
    let first = letter["body"]["entries"][0].clone();
    let entries: Vec<serde_json::Value> = (1..=people)
        .map(|n| {
            let mut entry = first.clone();
            entry["n"] = json!(n);
            entry["person_ref"] = json!(format!("MM-P-{n:06}"));
            entry["document"]["number"] = json!(format!("SYN-E{n:08}"));
            entry["decision_message"] = json!(format!("0195a1c4-2f00-7d11-8b02-{n:012x}"));
            entry["screening_ref"] = json!(format!("MM-VS-2026-{n:04}"));
            entry["property_bag_no"] = json!(format!("MM-BAG-{n:04}"));
            entry
        })
        .collect();
    let read: Vec<ManifestEntry> = entries.iter().map(entry).collect();
    let in_order: Vec<&ManifestEntry> = read.iter().collect();
    let seed = SaltSeed::parse(letter["body"]["salt_seed"].as_str().unwrap()).unwrap();
    letter["body"]["entry_root"] = json!(root::over(&in_order, &seed).unwrap().to_string());
    letter["body"]["entries"] = json!(entries);
    letter["body"]["counts"] = json!({
        "total": people,
        "by_sex": { "female": 0, "male": 0, "other": 0, "unknown": people },
        "minors": 0,
        "high_risk": 0,
    });
    letter
}

fn entry(row: &serde_json::Value) -> ManifestEntry {
    let tree: Value = serde_json::from_value(row.clone()).unwrap();
    let mut faults = Faults::new();
    ManifestEntry::read(&tree, &Pointer::Root, &mut faults).unwrap()
}

fn micros(times: u32, mut once: impl FnMut()) -> f64 {
    let watch = Stopwatch::start();
    for _ in 0..times {
        once();
    }
    watch.elapsed().as_secs_f64() * 1e6 / f64::from(times)
}
