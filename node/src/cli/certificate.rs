//! `concord certificate`: what two custody officers sign face to face, and what it becomes once a network is back.
//!
//! Everything but `import` works without a node. Absent on purpose: drawing a QR code; each line of `show --qr` is a text
//! that any encoder takes whole.

mod file;
mod form;
mod frames;
pub(crate) mod import;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::message::handover::offline::CertificateSide;
use concord_protocol::message::text::StaffNumber;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::certificate::file::CERTIFICATE_BYTES_MAX;
use crate::cli::certificate::file::Certificate;
use crate::cli::fail;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::reach::Reach;
use crate::files;
use crate::files::Access;
use crate::keystore;
use crate::keystore::container::KeyKind;
use crate::report::Report;
use crate::report::code::Code;

/// What can be done with a certificate.
#[derive(Debug, Subcommand)]
pub enum CertificateVerb {
    /// Fixes what is certified and signs it for the releasing side; writes the file, and a paper form beside it.
    Prepare {
        /// The message of kind `handover-certificate`, in JSON, with its procedure.
        message: PathBuf,
        /// The file; the paper form gets `.txt` after this name.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Who signs.
        #[command(flatten)]
        signer: SignerArguments,
    },
    /// Signs what the other side prepared, after both officers compared the digest.
    Countersign {
        /// The file that the releasing side made.
        file: PathBuf,
        /// The file with both signatures; the paper form gets `.txt` after this name.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The digest as the other officer read it out, whole; blanks do not count.
        #[arg(long)]
        digest: String,
        /// Who signs.
        #[command(flatten)]
        signer: SignerArguments,
    },
    /// Shows what is certified, who has signed, and the digest to compare.
    Show {
        /// The file.
        file: PathBuf,
        /// Prints the file as texts for QR codes, one a line, and nothing else.
        #[arg(long)]
        qr: bool,
    },
    /// Puts a file together again from the texts of QR codes, one a line, in any order.
    Read {
        /// The texts.
        texts: PathBuf,
        /// The file.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Sends it as the ordinary message of one's own side, once a network is there.
    Import {
        /// The file.
        file: PathBuf,
        /// Whose node this is.
        #[arg(long)]
        side: Side,
        /// Staff number of the officer who does it, and has the other side's certificate opened.
        #[arg(long)]
        officer: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// Who signs, and with what.
#[derive(Debug, Args)]
pub struct SignerArguments {
    /// Staff number of the custody officer.
    #[arg(long)]
    officer: String,
    /// The officer's key (`concord staff new`). Without one the signature stands in ink on the paper form, and the file says so.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// What opens the key.
    #[command(flatten)]
    passphrase: PassphraseFrom,
}

impl SignerArguments {
    /// An officer who signs the paper form by hand.
    pub fn in_ink(officer: &str) -> Self {
        Self { officer: officer.to_owned(), key: None, passphrase: PassphraseFrom::default() }
    }
}

/// Whose node it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// Of the agency that gives the people.
    Releasing,
    /// Of the agency that takes them.
    Receiving,
}

const NOT_SIGNED: &str = "nothing was signed";

/// Runs one verb.
///
/// # Errors
/// When a file is not what it should be, or the node cannot be reached or refuses.
pub fn run(verb: &CertificateVerb) -> Result<Answer, Report> {
    match verb {
        CertificateVerb::Prepare { message, out, signer } => {
            let text = read(message, "nothing was prepared")?;
            let certificate = Certificate::prepare(&text)?;
            signed(certificate, CertificateSide::Releasing, signer, out)
        }
        CertificateVerb::Countersign { file, out, digest, signer } => {
            let certificate = Certificate::read(&read(file, NOT_SIGNED)?)?;
            compared(&certificate, digest)?;
            signed(certificate, CertificateSide::Receiving, signer, out)
        }
        CertificateVerb::Show { file, qr } => {
            let certificate = Certificate::read(&read(file, "nothing was shown")?)?;
            Ok(if *qr { texts(&certificate)? } else { shown(&certificate, None) })
        }
        CertificateVerb::Read { texts, out } => {
            let what = "the texts were not put together";
            let text = read(texts, what)?;
            let bytes = frames::join(&String::from_utf8_lossy(&text))
                .map_err(|error| Report::caused(Code::VerificationFailed, what, &error))?;
            let certificate = Certificate::unpack(&bytes)?;
            write(&certificate, out)?;
            Ok(shown(&certificate, Some(out)))
        }
        CertificateVerb::Import { file, side, officer, reach } => {
            let certificate = Certificate::read(&read(file, "nothing was sent")?)?;
            let officer = staff(officer)?;
            match side {
                Side::Releasing => import::certificate(&certificate, &reach.client()?),
                Side::Receiving => {
                    import::countersignature(&certificate, &officer, &reach.client()?)
                }
            }
        }
    }
}

fn read(path: &Path, what: &'static str) -> Result<Vec<u8>, Report> {
    let bytes =
        files::read(path, CERTIFICATE_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    Ok(bytes.to_vec())
}

fn staff(text: &str) -> Result<StaffNumber, Report> {
    StaffNumber::parse(text)
        .map_err(|error| Report::new(Code::Usage, NOT_SIGNED, format!("the staff number: {error}")))
}

/// What one officer read out is what the other one's device computed, or nothing is signed.
// spec: cer-3
fn compared(certificate: &Certificate, read_out: &str) -> Result<(), Report> {
    let read_out: String =
        read_out.chars().filter(|character| !character.is_whitespace()).collect();
    if read_out.eq_ignore_ascii_case(&certificate.digest.to_string()) {
        return Ok(());
    }
    let why = format!(
        "this file has the digest {}, and another one was read out",
        form::grouped(&certificate.digest)
    );
    Err(Report::new(Code::VerificationFailed, NOT_SIGNED, why).with_remedy(
        "compare again, group by group; where it stays another one, the two of you hold different certificates: sign neither, and prepare it anew",
    ))
}

fn signed(
    mut certificate: Certificate,
    side: CertificateSide,
    signer: &SignerArguments,
    out: &Path,
) -> Result<Answer, Report> {
    let officer = staff(&signer.officer)?;
    let key = match &signer.key {
        None => None,
        Some(path) => {
            let read = keystore::read(path, KeyKind::Staff, &signer.passphrase.root());
            let (_, seed) = read.map_err(|error| fail::key(NOT_SIGNED, &error))?;
            Some(SigningKey::from_seed(&seed))
        }
    };
    certificate.sign(side, &officer, key.as_ref().map(|key| key as &dyn Signer))?;
    write(&certificate, out)?;
    Ok(shown(&certificate, Some(out)))
}

/// Writes the file, and the paper form beside it.
fn write(certificate: &Certificate, out: &Path) -> Result<(), Report> {
    let failed = |error| fail::file("the certificate was not written", &error);
    let mut form_at = OsString::from(out);
    form_at.push(".txt");
    files::make(out, certificate.write().as_bytes(), Access::Private).map_err(failed)?;
    let form = form::form(certificate);
    files::make(Path::new(&form_at), form.as_bytes(), Access::Private).map_err(failed)
}

fn texts(certificate: &Certificate) -> Result<Answer, Report> {
    let lines = frames::split(&certificate.digest, &certificate.pack()?);
    let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    Ok(Answer::new(text, json!({"texts": lines})))
}

fn shown(certificate: &Certificate, out: Option<&Path>) -> Answer {
    let signatures: Vec<_> = certificate
        .signatures
        .iter()
        .map(|one| json!({"side": one.side.text(), "officer": one.officer, "key": one.key_text()}))
        .collect();
    let json = json!({
        "file": out.map(|out| out.display().to_string()),
        "digest": certificate.digest.to_string(),
        "procedure": certificate.procedure.to_string(),
        "half_signed": certificate.is_half_signed(),
        "signatures": signatures,
    });
    let answer = Answer::new(form::summary(certificate), json);
    // spec: cer-6
    if certificate.is_half_signed() {
        return answer.say("HALF-SIGNED: it certifies nothing before the other side has signed too. Until then the people count as on the way.");
    }
    answer.say("Both sides have signed. Import it on both nodes as soon as there is a network: `concord certificate import`.")
}
