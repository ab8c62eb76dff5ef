//! Chains of a charter: versions that follow each other, and everything that keeps one from doing so.

use concord_protocol::codec;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::cose::hybrid::HybridSigned;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::Charter;
use concord_protocol::identity::charter::Resolves;
use concord_protocol::identity::charter::chain::Bundle;
use concord_protocol::identity::charter::papers::Double;
use concord_protocol::ids::LogNumber;
use serde_bytes::ByteBuf;

use super::Named;
use super::Sheet;
use super::federation;
use super::federation::AGENCIES;
use super::federation::Federation;
use super::federation::Halves;
use super::mutate;

/// An agency that is no founder.
const ADDED: &str = "sg.spf";

/// The cases of chains.
pub(super) fn cases(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "charter-chain");
    let first = &world.charter;
    let base = federation::charter_document();
    let second = after(&base, |charter| charter.members[0].names[0].text = "Renamed".to_owned());
    let two = signed(&second, &AGENCIES[..2]);
    sheet.good("first-alone", "the first version and nothing else", &["chr-10"], &file(&[first]));
    sheet.good(
        "followed",
        "two of three members rename one",
        &["chr-3", "chr-10"],
        &file(&[first, &two]),
    );
    joining(&mut sheet, first, &base);
    conflicts(&mut sheet, first, &base);
    let one = signed(&second, &AGENCIES[..1]);
    sheet.bad(
        "too-few",
        "one member of two that must has signed",
        &["chr-3"],
        "too-few",
        &file(&[first, &one]),
    );
    let third = after(&second, |charter| charter.members[0].names[0].text = "Again".to_owned());
    let third = signed(&third, &AGENCIES);
    sheet.good("twice", "two versions after the first", &["chr-8"], &file(&[first, &two, &third]));
    sheet.bad(
        "skips",
        "the second of three versions is missing",
        &["chr-2"],
        "skips",
        &file(&[first, &third]),
    );
    sheet.bad(
        "order",
        "the third version before the second",
        &["chr-10"],
        "order",
        &file(&[first, &third, &two]),
    );
    sheet.bad(
        "repeated",
        "the second version twice",
        &["chr-10"],
        "order",
        &file(&[first, &two, &two]),
    );
    sheet.bad(
        "no-first",
        "a chain without its first version",
        &["id-14"],
        "other-pin",
        &file(&[&two]),
    );
    sheet.bad("empty", "no document", &["chr-10"], "count", &file(&[]));
    forgeries(&mut sheet, first, &second);
    let mut logs = second.clone();
    logs.members[0].logs.first = LogNumber::new(2);
    logs.members[0].logs.last = LogNumber::new(3);
    let logs = signed(&logs, &AGENCIES);
    sheet.bad(
        "logs",
        "the first log of a member moves",
        &["id-18"],
        "logs",
        &file(&[first, &logs]),
    );
    sheet.cases
}

fn joining(sheet: &mut Sheet, first: &Vec<u8>, base: &Charter) {
    let added = after(base, |charter| {
        charter.members.push(federation::member(ADDED));
        charter.members.sort_by(|a, b| a.agency.cmp(&b.agency));
        charter.amendment_threshold = 3;
    });
    let consented = signed(&added, &[AGENCIES[0], AGENCIES[2], ADDED]);
    sheet.good(
        "added",
        "a fourth member, with its consent",
        &["chr-4"],
        &file(&[first, &consented]),
    );
    let silent = signed(&added, &AGENCIES);
    sheet.bad(
        "no-consent",
        "a member that did not consent",
        &["chr-4"],
        "no-consent",
        &file(&[first, &silent]),
    );
    let removed = after(base, |charter| {
        charter.members.truncate(2);
        charter.witness_quorum = 1;
    });
    let removed = signed(&removed, &AGENCIES[..2]);
    sheet.good(
        "removed",
        "the third member is removed against its will",
        &["chr-3"],
        &file(&[first, &removed]),
    );
    let again = federation::root("la.mps again").public();
    let replaced = after(base, |charter| charter.members[0].root = again);
    let new = signed(&replaced, &[AGENCIES[1], AGENCIES[2], "la.mps again"]);
    sheet.good(
        "root-replaced",
        "a lost root is replaced without it",
        &["chr-4"],
        &file(&[first, &new]),
    );
    let old = signed(&replaced, &AGENCIES);
    sheet.bad(
        "root-not-consenting",
        "the new root has not signed",
        &["chr-4"],
        "no-consent",
        &file(&[first, &old]),
    );
    let mut halved = replaced;
    halved.members[0].root.ed25519 = base.members[0].root.ed25519;
    let halved = signed(&halved, &AGENCIES);
    sheet.bad(
        "root-half-kept",
        "a new root keeps a half of the old one",
        &["id-23"],
        "bad-rule",
        &file(&[first, &halved]),
    );
}

fn conflicts(sheet: &mut Sheet, first: &Vec<u8>, base: &Charter) {
    let one = after(base, |charter| charter.members[0].names[0].text = "One way".to_owned());
    let other = after(base, |charter| charter.members[0].names[0].text = "Another way".to_owned());
    let (ones, others) = (signed(&one, &AGENCIES[..1]), signed(&other, &AGENCIES[1..2]));
    let mut names = [digest(&one), digest(&other)];
    names.sort();
    let rivals = if names[0] == digest(&one) { [&ones, &others] } else { [&others, &ones] };
    let third = after(base, |charter| {
        charter.version = one.version.next();
        charter.resolves = Some(Resolves { since: base.version, rivals: names.to_vec() });
        charter.members[0].names[0].text = "Both".to_owned();
    });
    let resolved = signed(&third, &AGENCIES[..2]);
    sheet.good(
        "resolved",
        "a third version names two that got stuck",
        &["chr-6", "chr-8"],
        &file(&[first, rivals[0], rivals[1], &resolved]),
    );
    sheet.bad(
        "rival-missing",
        "one of the stuck versions does not come along",
        &["chr-10"],
        "unknown-version",
        &file(&[first, rivals[0], &resolved]),
    );
    let mut far = third.clone();
    far.version = far.version.next();
    let far = signed(&far, &AGENCIES);
    sheet.bad(
        "number-too-high",
        "a resolution whose number is not the next one",
        &["chr-6"],
        "numbers",
        &file(&[first, rivals[0], rivals[1], &far]),
    );
    let two = signed(&one, &AGENCIES[..2]);
    sheet.bad(
        "rival-left-over",
        "a version in force and one against it, which nothing names",
        &["chr-2", "chr-10"],
        if digest(&one) < digest(&other) { "rival" } else { "surplus" },
        &if digest(&one) < digest(&other) {
            file(&[first, &two, &others])
        } else {
            file(&[first, &others, &two])
        },
    );
}

fn forgeries(sheet: &mut Sheet, first: &Vec<u8>, second: &Charter) {
    let good = signed(second, &AGENCIES[..2]);
    let forged = mutate::flipped(&good, good.len() - 1);
    sheet.bad(
        "forged",
        "one bit of the last signature is turned",
        &["chr-5"],
        "forged",
        &file(&[first, &forged]),
    );
    let strange = signed(second, &[AGENCIES[0], AGENCIES[1], "xx.yyy"]);
    sheet.bad(
        "stranger",
        "a stranger has signed too",
        &["chr-5"],
        "stranger",
        &file(&[first, &strange]),
    );
    let whole = HybridSigned::parse(&good, ContentType::Charter).unwrap();
    let [classical, _] = federation::root(AGENCIES[1]).public().key_ids();
    let mut half = whole.of_signer(federation::root(AGENCIES[0]).public().key_ids());
    half.unite(&whole.of_signer([classical, classical]));
    let half = half.to_bytes().unwrap();
    sheet.bad(
        "half-signed",
        "one signature of a root without the other",
        &["chr-5"],
        "half-signed",
        &file(&[first, &half]),
    );
}

/// Two versions of one number that one founder signed, with others beside it.
pub(super) fn double() -> Double {
    let base = federation::charter_document();
    let one = after(&base, |charter| charter.members[0].names[0].text = "One way".to_owned());
    let other = after(&base, |charter| charter.members[0].names[0].text = "Another way".to_owned());
    let read = |charter: &Charter| charter::read(&signed(charter, &AGENCIES[..2])).unwrap();
    let (mut first, mut second) = (read(&one), read(&other));
    if second.digest() < first.digest() {
        std::mem::swap(&mut first, &mut second);
    }
    let agency = federation::agency(AGENCIES[1]);
    Double { agency, root: federation::root(AGENCIES[1]).public(), first, second }
}

/// Two versions that one founder may sign: one follows the other.
pub(super) fn no_double() -> [Vec<u8>; 2] {
    let base = federation::charter_document();
    let one = after(&base, |charter| charter.members[0].names[0].text = "One way".to_owned());
    let then = after(&one, |charter| charter.members[0].names[0].text = "Then another".to_owned());
    [&one, &then].map(|charter| signed(charter, &AGENCIES[1..2]))
}

fn after(base: &Charter, change: impl FnOnce(&mut Charter)) -> Charter {
    let mut next = base.clone();
    next.version = base.version.next();
    next.previous = Some(digest(base));
    change(&mut next);
    next
}

fn digest(charter: &Charter) -> Digest {
    charter::read(&charter::propose(charter.clone()).unwrap()).unwrap().digest()
}

/// A version with the signatures of these, whoever they are.
fn signed(charter: &Charter, names: &[&str]) -> Vec<u8> {
    let payload = codec::encode(charter).unwrap();
    let mut signed = HybridSigned::unsigned(ContentType::Charter, &payload).unwrap();
    for name in names {
        signed.sign(&Halves::of(name).key()).unwrap();
    }
    signed.to_bytes().unwrap()
}

fn file(documents: &[&Vec<u8>]) -> Vec<u8> {
    let bytes = documents.iter().map(|bytes| ByteBuf::from(bytes.as_slice()));
    codec::encode(&Bundle(bytes.collect())).unwrap()
}
