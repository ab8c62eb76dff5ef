//! What is sealed, for every kind: the examples of the specification as bytes, and one fault for each kind.

use ciborium::Value;
use concord_protocol::codec;
use concord_protocol::message::kind::Kind;

use super::Named;
use super::Sheet;
use super::envelope;
use super::mutate;

/// The cases of bodies.
pub(super) fn cases() -> Vec<Named> {
    Kind::all().iter().flat_map(|kind| of_kind(*kind)).collect()
}

fn of_kind(kind: Kind) -> Vec<Named> {
    let mut sheet = Sheet::new("content", kind.text());
    let good = codec::encode(&envelope::example(kind).content().write()).unwrap();
    sheet.good("good", "the example of the specification, as it is sealed", &["msgk-17"], &good);
    let more = body(&good, |body| {
        mutate::entries(body)
            .push((Value::from("zzzz-not-a-field-of-any-body-0123456789"), Value::from(0)))
    });
    sheet.bad(
        "unknown-field",
        "a field that this body does not have",
        &["msgk-1"],
        "unknown-field at /body/zzzz-not-a-field-of-any-body-0123456789",
        &more,
    );
    let flag = mutate::edit(&good, |tree| {
        let subject =
            mutate::entries(tree).iter_mut().find(|(key, _)| *key == Value::from("subject_line"));
        subject.expect("content has a subject line").1 = Value::Bool(true);
    });
    sheet.bad(
        "wrong-type",
        "a flag where the subject line belongs",
        &["msgk-1"],
        "wrong-type at /subject_line",
        &flag,
    );
    let less = mutate::edit(&good, |tree| {
        mutate::entries(tree).retain(|(key, _)| *key != Value::from("zone"))
    });
    sheet.bad("missing-field", "no time zone", &["msgk-1"], "missing at /zone", &less);
    sheet.bad(
        "trailing",
        "a byte after the content",
        &["env-1"],
        "scan: trailing",
        &mutate::longer(&good),
    );
    sheet.cases
}

fn body(good: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    mutate::edit(good, |tree| {
        let found = mutate::entries(tree).iter_mut().find(|(key, _)| *key == Value::from("body"));
        change(&mut found.expect("content has a body").1);
    })
}
