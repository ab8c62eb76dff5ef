//! The file of a certificate: the message to come, its digest, and who has signed it.
//!
//! What is read is checked whole: the digest follows from the message, and each signature from a key holds.

use concord_protocol::codec;
use concord_protocol::codec::value::Value as Tree;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::Signature;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::handover::certificate::HandoverCertificate;
use concord_protocol::message::handover::offline;
use concord_protocol::message::handover::offline::CertificateSide;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::text::StaffNumber;
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::api::json;
use crate::api::json::JsonError;
use crate::api::refusal;
use crate::report::Report;
use crate::report::code::Code;

/// Longest file: a message with its 500 results, written with blanks.
pub(super) const CERTIFICATE_BYTES_MAX: usize = 4 * 1024 * 1024;

const FORMAT: u16 = 1;
const NOT_READ: &str = "the certificate was not read";

/// A certificate that is on its way through the hands of two officers.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    pub(super) procedure: ProcedureId,
    pub(super) digest: Digest,
    /// The message as it will be sent.
    pub(super) message: Value,
    pub(super) body: HandoverCertificate,
    /// Digests of the messages that it follows.
    pub(super) parents: Vec<Digest>,
    pub(super) signatures: Vec<Signed>,
}

/// What one officer did.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    pub(super) side: CertificateSide,
    pub(super) officer: String,
    /// The key and the signature; none where it stands in ink on paper.
    pub(super) by_key: Option<(VerifyingKey, Signature)>,
}

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: u16,
    digest: String,
    message: Value,
    signatures: Vec<SignedDocument>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedDocument {
    side: String,
    officer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
}

impl Certificate {
    /// What is certified, from the message that will say it.
    pub(super) fn prepare(message: &[u8]) -> Result<Self, Report> {
        let submission = submission(message)?;
        let Body::HandoverCertificate(body) = submission.body() else {
            return Err(wrong("the message is of another kind than `handover-certificate`"));
        };
        let procedure = submission.procedure();
        let procedure = procedure.ok_or_else(|| wrong("the message names no procedure"))?;
        let digest = offline::certificate_digest(&procedure, body)
            .map_err(|error| Report::caused(Code::VerificationFailed, NOT_READ, &error))?;
        Ok(Self {
            procedure,
            digest,
            // In its one form, so that a file that came as QR texts is the same file.
            message: serde_json::to_value(submission.write()).unwrap_or_default(),
            body: (**body).clone(),
            parents: submission.parents().to_vec(),
            signatures: Vec::new(),
        })
    }

    /// The message as the node will read it.
    pub(super) fn submission(&self) -> Result<Submission, Report> {
        submission(&serde_json::to_vec(&self.message).unwrap_or_default())
    }

    /// Reads the file and checks it whole.
    pub(super) fn read(text: &[u8]) -> Result<Self, Report> {
        let document: Document = serde_json::from_slice(text)
            .map_err(|_| wrong("the file is not one that `concord certificate prepare` wrote"))?;
        Self::of(document)
    }

    // spec: cer-2
    fn of(document: Document) -> Result<Self, Report> {
        if document.format != FORMAT {
            let why = format!("the format is {}, and this program knows {FORMAT}", document.format);
            return Err(Report::new(Code::VerificationFailed, NOT_READ, why));
        }
        let message = serde_json::to_vec(&document.message).unwrap_or_default();
        let mut certificate = Self::prepare(&message)?;
        if document.digest != certificate.digest.to_string() {
            return Err(wrong("the digest is not that of the message in the file: it was changed"));
        }
        for signed in &document.signatures {
            certificate.add(signed.read(&certificate.digest)?)?;
        }
        Ok(certificate)
    }

    /// Signs for one side; without a key, in ink.
    pub(super) fn sign(
        &mut self,
        side: CertificateSide,
        officer: &StaffNumber,
        key: Option<&dyn Signer>,
    ) -> Result<(), Report> {
        let to_sign = offline::to_sign(side, officer.as_str(), &self.digest);
        let by_key = match key {
            None => None,
            Some(key) => {
                let signature = key.sign(to_sign.as_bytes());
                let signature = signature.map_err(|error| {
                    Report::caused(Code::KeyUnusable, "nothing was signed", &error)
                })?;
                Some((key.public(), signature))
            }
        };
        self.add(Signed { side, officer: officer.as_str().to_owned(), by_key })
    }

    fn add(&mut self, signed: Signed) -> Result<(), Report> {
        if self.of_side(signed.side).is_some() {
            return Err(wrong("this side has signed already"));
        }
        let key = |one: &Signed| one.by_key.as_ref().map(|(key, _)| *key.as_bytes());
        let same = |other: &Signed| {
            other.officer == signed.officer || (key(other).is_some() && key(other) == key(&signed))
        };
        if self.signatures.iter().any(same) {
            return Err(wrong("one officer does not sign for both sides"));
        }
        self.signatures.push(signed);
        Ok(())
    }

    pub(super) fn of_side(&self, side: CertificateSide) -> Option<&Signed> {
        self.signatures.iter().find(|signed| signed.side == side)
    }

    /// Whether one side has not signed.
    pub(super) fn is_half_signed(&self) -> bool {
        self.signatures.len() < 2
    }

    /// The file as text.
    pub(super) fn write(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.document()).unwrap_or_default();
        text.push('\n');
        text
    }

    fn document(&self) -> Document {
        Document {
            format: FORMAT,
            digest: self.digest.to_string(),
            message: self.message.clone(),
            signatures: self.signatures.iter().map(Signed::document).collect(),
        }
    }

    /// The file in few bytes, for QR codes.
    pub(super) fn pack(&self) -> Result<Vec<u8>, Report> {
        let what = "the certificate does not fit QR texts";
        let text = serde_json::to_vec(&self.document()).unwrap_or_default();
        let tree = json::read(&text).map_err(|error| bad_json(&error))?;
        codec::encode(&tree).map_err(|error| Report::caused(Code::FileTooLong, what, &error))
    }

    /// The file from those bytes.
    pub(super) fn unpack(bytes: &[u8]) -> Result<Self, Report> {
        let tree: Tree = codec::decode(bytes)
            .map_err(|error| Report::caused(Code::VerificationFailed, NOT_READ, &error))?;
        Self::read(&serde_json::to_vec(&tree).unwrap_or_default())
    }
}

impl Signed {
    /// The key in hexadecimal.
    pub(super) fn key_text(&self) -> Option<String> {
        self.by_key.as_ref().map(|(key, _)| HEXLOWER.encode(key.as_bytes()))
    }

    fn document(&self) -> SignedDocument {
        SignedDocument {
            side: self.side.text().to_owned(),
            officer: self.officer.clone(),
            key: self.key_text(),
            signature: self
                .by_key
                .as_ref()
                .map(|(_, signature)| HEXLOWER.encode(signature.as_bytes())),
        }
    }
}

impl SignedDocument {
    fn read(&self, digest: &Digest) -> Result<Signed, Report> {
        let side = CertificateSide::parse(&self.side)
            .ok_or_else(|| wrong("a side is `releasing` or `receiving`"))?;
        let officer = StaffNumber::parse(&self.officer)
            .map_err(|_| wrong("a signature names no staff number"))?;
        let by_key = match (&self.key, &self.signature) {
            (None, None) => None,
            (Some(key), Some(signature)) => {
                let key = VerifyingKey::from_bytes(&bytes(key)?)
                    .map_err(|_| wrong("a signature names a key that is none"))?;
                let signature = Signature::from_bytes(bytes(signature)?);
                let to_sign = offline::to_sign(side, officer.as_str(), digest);
                key.verify(to_sign.as_bytes(), &signature).map_err(|_| {
                    wrong(&format!("the signature of the {} side does not hold", self.side))
                })?;
                Some((key, signature))
            }
            (_, _) => {
                return Err(wrong("a signature without its key, or a key without its signature"));
            }
        };
        Ok(Signed { side, officer: self.officer.clone(), by_key })
    }
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], Report> {
    let decoded = HEXLOWER.decode(text.as_bytes()).ok();
    decoded
        .and_then(|bytes| <[u8; N]>::try_from(bytes).ok())
        .ok_or_else(|| wrong("a key or a signature is not written as lower-case hexadecimal"))
}

fn bad_json(error: &JsonError) -> Report {
    match error {
        JsonError::Syntax { line, column, reason } => {
            let why = format!("line {line}, column {column}: {reason}");
            Report::new(Code::BadJson, NOT_READ, why)
        }
        JsonError::Faults(faults) => {
            let why = format!("{} places say what a message cannot say", faults.len());
            Report::new(Code::BadSubmission, NOT_READ, why).with_fields(faults.clone())
        }
    }
}

fn submission(message: &[u8]) -> Result<Submission, Report> {
    let tree = json::read(message).map_err(|error| bad_json(&error))?;
    Submission::read(&tree).map_err(|faults| {
        let why = format!("the message has {} faults", faults.len());
        Report::new(Code::BadSubmission, NOT_READ, why).with_fields(refusal::fields(&faults))
    })
}

fn wrong(why: &str) -> Report {
    Report::new(Code::VerificationFailed, NOT_READ, why.to_owned()).with_remedy(
        "ask the other side for its file again, and compare the digests; what was signed on paper counts",
    )
}
