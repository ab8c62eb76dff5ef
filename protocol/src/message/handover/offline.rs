//! The digest that two custody officers compare and sign face to face, when no network is there.
//!
//! It follows from the certificate and its procedure alone, so that each side computes it by itself, before and after
//! the messages travel. Absent on purpose: whose keys the officers have.

use crate::codec;
use crate::codec::EncodeError;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Label;
use crate::ids::ProcedureId;
use crate::message::field::Field;
use crate::message::handover::certificate::HandoverCertificate;

/// Which of the two officers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateSide {
    /// Who gives the people.
    Releasing,
    /// Who takes them.
    Receiving,
}

impl CertificateSide {
    /// As it is hashed and written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Releasing => "releasing",
            Self::Receiving => "receiving",
        }
    }

    /// Reads it.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Releasing, Self::Receiving].into_iter().find(|side| side.text() == text)
    }
}

/// What both officers sign. Shape: labelled digest of procedure and encoded certificate. Source: spec cer-1.
///
/// # Errors
/// Only when a broken invariant of ours stands in the way.
// spec: cer-1
pub fn certificate_digest(
    procedure: &ProcedureId,
    certificate: &HandoverCertificate,
) -> Result<Digest, EncodeError> {
    let encoded = codec::encode(&certificate.write())?;
    Ok(digest::labelled(Label::Certificate, &[procedure.as_bytes(), &encoded]))
}

/// What the key of one officer signs, so that the signature of one side never passes for the other's.
///
/// Shape: labelled digest of side, staff number and certificate digest. Source: spec cer-2.
// spec: cer-2
pub fn to_sign(side: CertificateSide, officer: &str, certificate: &Digest) -> Digest {
    let parts: [&[u8]; 3] = [side.text().as_bytes(), officer.as_bytes(), certificate.as_bytes()];
    digest::labelled(Label::CertificateSignature, &parts)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::CertificateSide;
    use super::certificate_digest;
    use super::to_sign;
    use crate::codec::value::Map;
    use crate::codec::value::Value;
    use crate::crypto::digest::Digest;
    use crate::ids::ProcedureId;
    use crate::message::fault::Faults;
    use crate::message::field::Field;
    use crate::message::handover::certificate::HandoverCertificate;
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
}
