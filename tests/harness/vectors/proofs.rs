//! Cosigned checkpoints, keys and policies as text, proof files, COSE receipts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use concord_protocol::audit::cose_receipt;
use concord_protocol::audit::cose_receipt::Inclusion;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::cosignature;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::log::hash;
use concord_protocol::log::note;
use concord_protocol::log::tlog_proof;
use concord_protocol::log::tlog_proof::TlogProof;

use super::Named;
use super::Sheet;
use super::federation;
use super::federation::AGENCIES;
use super::federation::NOW;
use super::federation::RECEIVER;
use super::federation::SENDER;
use super::judge::proofs;

/// The cases of what strangers check.
pub(super) fn cases() -> Vec<Named> {
    let mut cases = cosigned_checkpoints();
    cases.extend(vkeys());
    cases.extend(policies());
    cases.extend(tlog_proofs());
    cases.extend(cose_receipts());
    cases
}

/// A log of three leaves: `00`, `01`, `02`.
fn head() -> Checkpoint {
    let root = hash::node_hash(&left(), &hash::leaf_hash(proofs::LEAF));
    Checkpoint { origin: proofs::origin(), size: TreeSize::new(3), root }
}

fn left() -> Digest {
    hash::node_hash(&hash::leaf_hash(&[0]), &hash::leaf_hash(&[1]))
}

fn signed() -> Vec<u8> {
    checkpoint::sign(&head(), &federation::key(SENDER, "log")).unwrap()
}

fn at() -> Seconds {
    Seconds::of(NOW)
}

/// A line of one agency as a witness over a text.
fn line(agency: &str, text: &str, at: Seconds) -> String {
    let key = proofs::witness(agency);
    let signer = federation::key(agency, "witness");
    String::from_utf8(cosignature::cosign(text, at, key.name(), &signer).unwrap()).unwrap()
}

/// The signed head, then lines.
fn with(lines: &[String]) -> Vec<u8> {
    let mut note = signed();
    note.extend(lines.concat().into_bytes());
    note
}

fn good_line(agency: &str) -> String {
    line(agency, &checkpoint::text(&head()), at())
}

fn cosigned() -> Vec<u8> {
    with(&[good_line(RECEIVER), good_line(AGENCIES[2])])
}

fn cosigned_checkpoints() -> Vec<Named> {
    let mut sheet = Sheet::new("log", "cosigned-checkpoint");
    let text = checkpoint::text(&head());
    let (one, two) = (good_line(RECEIVER), good_line(AGENCIES[2]));
    let later = line(RECEIVER, &text, Seconds::new(at().get() + 60).unwrap());
    sheet.good("good", "a head of three leaves, cosigned by both others", &["log-20"], &cosigned());
    sheet.good(
        "twice",
        "two lines of one witness, which count once, and one of the other",
        &["log-18", "log-22"],
        &with(&[one.clone(), later.clone(), two.clone()]),
    );
    let stranger = line(SENDER, &text, at());
    sheet.good(
        "stranger",
        "a line of a key that nobody asks about",
        &["log-12"],
        &with(&[stranger, one.clone(), two.clone()]),
    );
    let mut bad = |name: &str, explains: &str, spec: &[&str], class: &str, lines: &[String]| {
        sheet.bad(name, explains, spec, class, &with(lines));
    };
    bad(
        "few",
        "one witness where two are asked for",
        &["log-22"],
        "too-few",
        std::slice::from_ref(&one),
    );
    let once = &["log-22"];
    bad("one-twice", "one witness with two lines", once, "too-few", &[one.clone(), later]);
    let other = line(AGENCIES[2], "another text\n", at());
    let lines = &[one.clone(), two, other];
    let class = "note: bad-signature";
    bad("spoilt", "a good and a bad line of one witness", &["log-18"], class, lines);
    // The line of the second witness with the time of another second.
    let line = good_line(AGENCIES[2]);
    let (said, encoded) = line.trim_end().rsplit_once(' ').unwrap();
    let mut bytes = STANDARD.decode(encoded).unwrap();
    bytes[11] ^= 1;
    let moved = format!("{said} {}\n", STANDARD.encode(bytes));
    bad("moved", "a cosignature with another time", &["log-20"], class, &[one, moved]);
    sheet.cases
}

fn vkeys() -> Vec<Named> {
    let mut sheet = Sheet::new("log", "vkey");
    let witness = proofs::witness(RECEIVER).vkey();
    let log = proofs::log_key().vkey();
    let parts: Vec<&str> = witness.splitn(3, '+').collect();
    let (name, id, key) = (parts[0], parts[1], parts[2]);
    let bytes = STANDARD.decode(key).unwrap();
    sheet.good("log", "the key of a log", &["log-23"], log.as_bytes());
    sheet.good("witness", "the key of a cosigner", &["log-23"], witness.as_bytes());
    let mut bad = |case: &str, explains: &str, class: &str, text: String| {
        sheet.bad(case, explains, &["log-23"], class, text.as_bytes());
    };
    bad("two-parts", "no key", "parts", format!("{name}+{id}"));
    bad("no-name", "no name", "name: bad-key-name", format!("+{id}+{key}"));
    bad("upper-case", "a key id in upper case", "key-id-form", format!("{name}+ABCDEF01+{key}"));
    bad("other-id", "a key id that another key has", "key-id", format!("{name}+00000000+{key}"));
    bad("padding", "base64 with padding that it does not need", "base64", format!("{witness}="));
    let of = |bytes: &[u8]| format!("{name}+{id}+{}", STANDARD.encode(bytes));
    let lattice = of(&[&[6], &bytes[1..]].concat());
    bad("type-6", "a type that cannot be verified with here", "unknown", lattice);
    bad("short", "a key of 31 bytes", "key: weak-key", of(&bytes[..32]));
    let weak = of(&[&[4], &[0; 32][..]].concat());
    bad("weak", "a key of small order", "key: weak-key", weak);
    sheet.cases
}

fn policies() -> Vec<Named> {
    let mut sheet = Sheet::new("log", "policy");
    let log = format!("log {}\n", proofs::log_key().vkey());
    let one = proofs::witness(RECEIVER).vkey();
    let two = proofs::witness(AGENCIES[2]).vkey();
    let pair = format!("witness a {one}\nwitness b {two}\n");
    sheet.good("good", "a log and two witnesses", &["log-24"], &proofs::two_of_two().text());
    let groups = format!("{log}{pair}group x 1 a\ngroup y 2 b x\nquorum y\n");
    sheet.good("groups", "a group of a witness and a group", &["log-25"], groups.as_bytes());
    sheet.good(
        "none",
        "no cosignature asked for",
        &["log-25"],
        format!("{log}quorum none\n").as_bytes(),
    );
    let mut bad = |name: &str, explains: &str, id: &str, class: &str, text: String| {
        sheet.bad(name, explains, &[id], class, text.as_bytes());
    };
    let form = "log-24";
    bad("no-quorum", "no quorum", form, "no-quorum at line 2", log.clone());
    bad(
        "unfinished",
        "no line feed at the end",
        form,
        "unfinished at line 1",
        "quorum none".into(),
    );
    let carriage = format!("{log}quorum none\r\n");
    bad("carriage-return", "a carriage return", form, "control at line 2", carriage);
    let keyword = format!("{log}quora none\n");
    bad("keyword", "a line that says nothing known", form, "keyword at line 2", keyword);
    let words = format!("{log}quorum none none\n");
    bad("words", "a word too many", form, "words at line 2", words);
    let role = format!("log {one}\nquorum none\n");
    bad("role", "a cosigner's key as a log's", form, "key-role at line 1", role);
    let twice = format!("{log}witness a {one}\nwitness b {one}\nquorum a\n");
    bad("key-twice", "one key under two names", form, "key-twice at line 3", twice);
    let taken = format!("witness none {one}\nquorum none\n");
    bad("name-none", "a witness called none", form, "name-taken at line 1", taken);
    let unknown = format!("{pair}group g 1 a c\nquorum g\n");
    bad("unknown", "a member that no line defines", "log-25", "name-unknown at line 3", unknown);
    let member = format!("{pair}group g 1 a\ngroup h 2 a b\nquorum h\n");
    bad("member-twice", "a witness in two groups", "log-25", "member-twice at line 4", member);
    let zero = format!("{pair}group g 0 a b\nquorum g\n");
    bad("zero", "a group that needs nobody", "log-25", "threshold at line 3", zero);
    let leading = format!("{pair}group g 02 a b\nquorum g\n");
    bad("leading-zero", "a number with a zero in front", "log-25", "threshold at line 3", leading);
    let second = format!("{pair}quorum a\nquorum b\n");
    bad("two-quorums", "two quorums", form, "quorum-twice at line 4", second);
    sheet.cases
}

fn tlog_proofs() -> Vec<Named> {
    let mut sheet = Sheet::new("log", "tlog-proof");
    let index = LeafIndex::new(2);
    let extra = Some(proofs::LEAF.to_vec());
    let good = TlogProof { extra, index, path: vec![left()], checkpoint: cosigned() };
    let text = String::from_utf8(tlog_proof::write(&good)).unwrap();
    sheet.good("good", "leaf 2 of 3, cosigned by both others", &["log-27"], text.as_bytes());
    let bare = tlog_proof::write(&TlogProof { extra: None, ..good.clone() });
    sheet.good("bare", "the same without its extra line", &["log-27"], &bare);
    let swap = |from: &str, to: &str| text.replacen(from, to, 1);
    let hash = STANDARD.encode(left().as_bytes());
    let (form, holds) = (&["log-28"], &["log-29"]);
    let mut bad = |name: &str, explains: &str, spec: &[&str], class: &str, text: String| {
        sheet.bad(name, explains, spec, class, text.as_bytes());
    };
    bad("version", "an unknown version", form, "version at line 1", swap("@v1", "@v2"));
    let empty = swap("extra Ag==", "extra ");
    bad("empty-extra", "an extra line with nothing", form, "extra at line 2", empty);
    let twin = swap("extra Ag==", "extra Ah==");
    bad("twin", "base64 with bits to spare that are not zero", form, "extra at line 2", twin);
    let zero = swap("index 2", "index 02");
    bad("leading-zero", "an index with a zero in front", form, "index at line 3", zero);
    let short = swap(&hash, &hash[..40]);
    bad("short-hash", "a hash of 30 bytes", form, "hash at line 4", short);
    let unsigned = text.split_once("\n\n\u{2014}").unwrap().0.to_owned() + "\n";
    bad("unsigned", "a checkpoint without signatures", form, "note: unsigned at line 6", unsigned);
    let control = swap("index 2\n", "index 2\r\n");
    bad("control", "a carriage return", form, "control at line 3", control);
    let surplus = swap(&hash, &format!("{hash}\n{hash}"));
    bad("surplus", "a hash too many", holds, "proof: length", surplus);
    bad("missing", "a hash too few", holds, "proof: length", swap(&format!("{hash}\n"), ""));
    bad("beside", "the place beside it", holds, "proof: length", swap("index 2", "index 1"));
    bad(
        "beyond",
        "a place that the log lacks",
        holds,
        "proof: no-such-leaf",
        swap("index 2", "index 3"),
    );
    let other = STANDARD.encode(digest::sha256(b"other").as_bytes());
    bad("other-hash", "another hash", holds, "proof: root", swap(&hash, &other));
    let few = TlogProof { checkpoint: with(&[good_line(RECEIVER)]), ..good };
    let few = String::from_utf8(tlog_proof::write(&few)).unwrap();
    bad("few", "one witness where two are asked for", holds, "policy: no-quorum", few);
    let stranger = note::sign(
        &checkpoint::text(&head()),
        &proofs::origin(),
        &federation::key(RECEIVER, "log"),
    );
    let stranger = String::from_utf8(stranger.unwrap()).unwrap();
    let stranger = format!("{}\n\n{stranger}", text.split_once("\n\n").unwrap().0);
    bad("stranger", "signed with another log's key", holds, "policy: unknown-log", stranger);
    sheet.cases
}

fn cose_receipts() -> Vec<Named> {
    let mut sheet = Sheet::new("log", "cose-receipt");
    let key = federation::key(SENDER, "log");
    let issued = |head: &Checkpoint, index: u64, path: Vec<Digest>| {
        let note = checkpoint::sign(head, &key).unwrap();
        let signed = checkpoint::verify(&note, &head.origin, &key.public()).unwrap();
        let inclusion = Inclusion { index: LeafIndex::new(index), path };
        let leaf = hash::leaf_hash(proofs::LEAF);
        cose_receipt::issue(&signed, &leaf, &inclusion, at(), &key).unwrap()
    };
    let good = issued(&head(), 2, vec![left()]);
    sheet.good("good", "leaf 2 of 3", &["log-30", "log-31"], &good);
    let alone =
        Checkpoint { size: TreeSize::new(1), root: hash::leaf_hash(proofs::LEAF), ..head() };
    let alone = issued(&alone, 0, Vec::new());
    sheet.good("alone", "the only leaf of a log, with an empty path", &["log-33"], &alone);
    let proof = good.windows(3).rposition(|window| window == [0x83, 3, 2]).unwrap();
    let label = good.windows(19).position(|window| window == b"concord-checkpoint\x82").unwrap();
    let changed = |places: &[(usize, u8)]| {
        let mut bytes = good.clone();
        for (place, to) in places {
            bytes[*place] = *to;
        }
        bytes
    };
    let moved = [(proof + 1, 2), (proof + 2, 1)];
    let mut bad = |name: &str, explains: &str, id: &str, class: &str, bytes: &[u8]| {
        sheet.bad(name, explains, &[id], class, bytes);
    };
    bad("moved", "rewritten to leaf 1 of 2", "log-32", "moved", &changed(&moved));
    let both = [moved[0], moved[1], (label + 19, 2)];
    bad("moved-twice", "rewritten where it is signed as well", "log-32", "note", &changed(&both));
    let beside = changed(&[(proof + 2, 1)]);
    bad("beside", "the place beside it", "log-32", "proof: length", &beside);
    let end = good.len() - 1;
    let forged = changed(&[(end, good[end] ^ 1)]);
    bad("forged", "another signature", "log-32", "signature: bad-signature", &forged);
    bad("trailing", "a byte after the end", "log-33", "form", &[&good[..], &[0]].concat());
    bad("untagged", "no tag", "log-33", "form", &good[1..]);
    let structure = good.windows(4).position(|window| window == [0x19, 0x01, 0x8b, 1]).unwrap();
    let other = changed(&[(structure + 3, 2)]);
    bad("structure", "another data structure", "log-33", "form", &other);
    let mut longer = good.clone();
    longer.splice(proof + 1..=proof + 1, [0x18, 3]);
    longer[proof - 1] += 1;
    bad("longer", "a number that is not in its shortest form", "log-33", "form", &longer);
    sheet.cases
}
