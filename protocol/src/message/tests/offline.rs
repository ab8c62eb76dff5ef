//! The digest that two officers sign face to face.

use alloc::vec::Vec;

use crate::codec::value::Map;
use crate::codec::value::Value;
use crate::crypto::digest::Digest;
use crate::ids::ProcedureId;
use crate::message::fault::Faults;
use crate::message::field::Field;
use crate::message::handover::certificate::HandoverCertificate;
use crate::message::handover::offline::CertificateSide;
use crate::message::handover::offline::certificate_digest;
use crate::message::handover::offline::to_sign;
use crate::message::pointer::Pointer;
use crate::moment::Timestamp;

fn map(fields: &[(&str, Value)]) -> Value {
    let mut map = Map::new();
    for (key, value) in fields {
        drop(map.put(key, value.clone()));
    }
    Value::Map(map)
}

fn certificate(at: &str, extra: &[(&str, Value)]) -> HandoverCertificate {
    let text = |text: &str| Value::Text(text.into());
    let result = map(&[("n", Value::Int(1)), ("outcome", text("no-show"))]);
    let place = map(&[("name", text("gate")), ("country", text("TH"))]);
    let mut fields = Vec::from([
        ("leg", Value::Int(1)),
        ("last_leg", Value::Bool(true)),
        ("results", Value::List(Vec::from([result]))),
        ("count_transferred", Value::Int(0)),
        ("place", place),
        ("at", text(at)),
    ]);
    fields.extend_from_slice(extra);
    let mut faults = Faults::new();
    let read = HandoverCertificate::read(&map(&fields), &Pointer::Root, &mut faults);
    faults.judge(read).unwrap()
}

fn procedure(name: u8) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(1), [name; 10])
}

fn digest(name: u8, certificate: &HandoverCertificate) -> Digest {
    certificate_digest(&procedure(name), certificate).unwrap()
}

const AT: &str = "2026-03-16T15:05:00+07:00";

#[test]
fn one_certificate_in_one_procedure_has_one_digest_however_it_is_written() {
    // shows: cer-1
    let plain = certificate(AT, &[]);
    let spelled_out = certificate(AT, &[("exhibits_transferred", Value::List(Vec::new()))]);
    assert_eq!(digest(1, &plain), digest(1, &spelled_out));
    assert_ne!(digest(1, &plain), digest(2, &plain));
    assert_ne!(digest(1, &plain), digest(1, &certificate("2026-03-16T15:05:01+07:00", &[])));
}

#[test]
fn the_signature_of_one_side_is_no_signature_of_the_other() {
    // shows: cer-2
    let certificate = digest(1, &certificate(AT, &[]));
    let [releasing, receiving] = [CertificateSide::Releasing, CertificateSide::Receiving];
    let signed = to_sign(releasing, "TH-1", &certificate);
    assert_ne!(signed, to_sign(receiving, "TH-1", &certificate));
    assert_ne!(signed, to_sign(releasing, "TH-2", &certificate));
    for side in [releasing, receiving] {
        assert_eq!(CertificateSide::parse(side.text()), Some(side));
    }
}
