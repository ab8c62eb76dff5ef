//! Headers and whole messages.

use std::fs;

use ciborium::Value;
use concord_protocol::codec;
use concord_protocol::codec::value;
use concord_protocol::crypto::cose;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::kem::PureKem;
use concord_protocol::envelope::seal;
use concord_protocol::envelope::seal::Draft;
use concord_protocol::envelope::seal::Recipients;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::recipient::Recipient;
use concord_protocol::message::recipient::Role;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use concord_protocol::wire::offer::OfferedMessage;
use serde_bytes::ByteBuf;

use super::Named;
use super::Sheet;
use super::federation;
use super::federation::Federation;
use super::federation::NOW;
use super::federation::RECEIVER;
use super::federation::SENDER;
use super::mutate;
use crate::letter;
use crate::top;

/// Keys of header fields, as the grammar numbers them.
const KIND: u64 = 2;
const TO: u64 = 9;
const SERIAL: u64 = 21;

/// The cases of the envelope.
pub(super) fn cases(world: &Federation) -> Vec<Named> {
    let mut cases = headers(world);
    cases.extend(messages(world));
    cases
}

/// The submission in an example of the specification.
pub(super) fn example(kind: Kind) -> Submission {
    let file = top().join(format!("spec/examples/{kind}.json"));
    let tree: value::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    Submission::read(&tree).unwrap_or_else(|faults| panic!("{}: {faults:?}", file.display()))
}

/// An acknowledgement from the sender to the receiver.
pub(super) fn draft() -> Draft {
    let submission = example(Kind::Acknowledgement);
    let names = (MessageId::new(NOW, [1; 10]), ProcedureId::new(NOW, [2; 10]));
    let to = vec![Recipient { agency: federation::agency(RECEIVER), role: Role::Action }];
    letter::draft(&submission, names, (&federation::agency(SENDER), to), NOW)
}

/// A draft, sealed and signed by the sender.
pub(super) fn signed(world: &Federation, draft: Draft) -> Signed {
    let recipients = Recipients::find(&draft.to, &world.directory, draft.created).unwrap();
    let seed = federation::seed("message", "seal", 1);
    let sealed = seal::seal(draft, &recipients, &PureKem, &seed).unwrap();
    seal::sign(sealed, &federation::key(SENDER, "signing")).unwrap()
}

/// A message with its body, as an offer carries it.
pub(super) fn whole(signed: &Signed) -> OfferedMessage {
    offered(signed.message(), Some(signed.sealed()))
}

fn offered(message: &[u8], sealed: Option<&[u8]>) -> OfferedMessage {
    OfferedMessage {
        message: ByteBuf::from(message.to_vec()),
        sealed: sealed.map(|sealed| ByteBuf::from(sealed.to_vec())),
        place: None,
    }
}

fn headers(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("envelope", "header");
    let good = codec::encode(signed(world, draft()).header()).unwrap();
    sheet.good("good", "the header of an acknowledgement", &["env-6"], &good);
    sheet.bad(
        "trailing",
        "a byte after the header",
        &["env-1"],
        "scan: trailing",
        &mutate::longer(&good),
    );
    let more =
        mutate::edit(&good, |tree| mutate::entries(tree).push((Value::from(99), Value::from(0))));
    sheet.bad("unknown-field", "a field that headers do not have", &["env-1"], "shape", &more);
    let less = mutate::edit(&good, |tree| {
        mutate::entries(tree).retain(|(key, _)| *key != Value::from(TO))
    });
    sheet.bad("missing-field", "no recipients", &["env-1"], "shape", &less);
    let swapped = mutate::edit(&good, |tree| mutate::entries(tree).swap(0, 1));
    sheet.bad(
        "unsorted",
        "the first two fields in the other order",
        &["env-1"],
        "scan: unsorted",
        &swapped,
    );
    let kind =
        mutate::edit(&good, |tree| *mutate::field(tree, KIND) = Value::from("handover-demand"));
    sheet.bad("unknown-kind", "a kind that is not registered", &["env-19"], "shape", &kind);
    let id = mutate::edit(&good, |tree| *mutate::field(tree, 1) = Value::Bytes(vec![0x11; 16]));
    sheet.bad("id-version", "a message id that is no UUID of version 7", &["env-6"], "shape", &id);
    sheet.cases
}

#[expect(clippy::too_many_lines, reason = "a table: one entry after the other")]
fn messages(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("envelope", "message");
    let honest = signed(world, draft());
    let mut put = |name, explains, spec: &str, class: &str, bytes: &OfferedMessage| {
        let bytes = codec::encode_parts(bytes).unwrap();
        match class {
            "" => sheet.good(name, explains, &[spec], &bytes),
            class => sheet.bad(name, explains, &[spec], class, &bytes),
        }
    };
    put("good", "an acknowledgement with its sealed body", "env-13", "", &whole(&honest));
    put("tombstone", "a header without its body", "env-24", "", &offered(honest.message(), None));
    let forged = mutate::flipped(honest.message(), honest.message().len() - 1);
    put(
        "forged",
        "one bit of the signature is turned",
        "env-21",
        "bad-signature (bad-signature)",
        &offered(&forged, Some(honest.sealed())),
    );
    let changed = mutate::flipped(honest.sealed(), honest.sealed().len() - 1);
    put(
        "body-mismatch",
        "another body than the header names",
        "env-14",
        "body-mismatch (body-mismatch)",
        &offered(honest.message(), Some(&changed)),
    );
    let by_receiver = resigned(&honest, &federation::key(RECEIVER, "signing"), |_| ());
    put(
        "other-signer",
        "signed by another member's key",
        "env-21",
        "bad-signature (bad-signature)",
        &by_receiver,
    );
    let trailing = mutate::longer(honest.message());
    put(
        "trailing",
        "a byte after the signed header",
        "env-1",
        "not-canonical (not-canonical: cose: form: scan: trailing)",
        &offered(&trailing, Some(honest.sealed())),
    );
    let key = federation::key(SENDER, "signing");
    let kind =
        resigned(&honest, &key, |tree| *mutate::field(tree, KIND) = Value::from("handover-demand"));
    put(
        "unknown-kind",
        "a kind that is not registered, signed in order",
        "env-19",
        "unknown-kind (unknown-kind)",
        &kind,
    );
    let serial = resigned(&honest, &key, |tree| *mutate::field(tree, SERIAL) = Value::from(2));
    put(
        "unknown-credential",
        "names a credential that is not held",
        "env-21",
        "unknown-credential (unknown-credential)",
        &serial,
    );
    let other = resigned(&honest, &key, |tree| {
        let recipient = &mut mutate::items(mutate::field(tree, TO))[0];
        *mutate::field(recipient, 0) = Value::from("th.rtp");
    });
    put(
        "not-for-us",
        "the receiver is not among the recipients",
        "env-22",
        "not-for-us (not-for-us)",
        &other,
    );
    let early = Draft { created: NOW.after(Span::from_days(1)), ..draft() };
    put(
        "from-the-future",
        "made a day after it is judged",
        "env-23",
        "from-the-future (from-the-future)",
        &whole(&signed(world, early)),
    );
    let created = before(2);
    let stale = Draft { created, expires: Some(before(1)), ..draft() };
    put(
        "expired",
        "expired a day before it is judged",
        "env-23",
        "expired (expired)",
        &whole(&signed(world, stale)),
    );
    let antique = Draft { created: before(20), ..draft() };
    put(
        "expired-credential",
        "made before the credential began to count",
        "env-21",
        "expired-credential (expired-credential: not-yet)",
        &whole(&signed(world, antique)),
    );
    let (message, sealed) = sealed_to_another(world, &honest);
    put(
        "sealed-to-another",
        "the body is sealed to the third member's key",
        "env-26",
        "unopenable (closed: open-failed)",
        &offered(&message, Some(&sealed)),
    );
    sheet.cases
}

fn before(days: u32) -> Timestamp {
    NOW.before(Span::from_days(days))
}

/// The same message with a changed header, signed anew: honest in form, a lie in content.
fn resigned(
    honest: &Signed,
    key: &concord_protocol::crypto::signature::SigningKey,
    change: impl FnOnce(&mut Value),
) -> OfferedMessage {
    let header = mutate::edit(&codec::encode(honest.header()).unwrap(), change);
    let message = cose::sign1(key, ContentType::Message, &header).unwrap();
    offered(&message, Some(honest.sealed()))
}

/// A header for the receiver around a body that only the third member can open.
fn sealed_to_another(world: &Federation, honest: &Signed) -> (Vec<u8>, Vec<u8>) {
    let third = Recipient { agency: federation::agency("th.rtp"), role: Role::Action };
    let elsewhere = signed(world, Draft { to: vec![third], ..draft() });
    let mut header = honest.header().clone();
    header.sealed = elsewhere.header().sealed;
    header.commitment = elsewhere.header().commitment;
    let encoded = codec::encode(&header).unwrap();
    let message =
        cose::sign1(&federation::key(SENDER, "signing"), ContentType::Message, &encoded).unwrap();
    (message, elsewhere.sealed().to_vec())
}

/// The digest of the honest message.
pub(super) fn digest_of(world: &Federation) -> digest::Digest {
    signed(world, draft()).digest()
}
