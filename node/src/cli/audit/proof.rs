//! `concord audit verify --proof | --cose`: one leaf of one log, of ours or of others, without a node and without a bundle.

use std::path::Path;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use concord_protocol::audit::cose_receipt;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::limits::COSE_RECEIPT_BYTES_MAX;
use concord_protocol::limits::LEAF_BYTES_MAX;
use concord_protocol::limits::POLICY_BYTES_MAX;
use concord_protocol::limits::PROOF_BYTES_MAX;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::hash;
use concord_protocol::log::note::NoteKey;
use concord_protocol::log::policy;
use concord_protocol::log::tlog_proof;
use concord_protocol::log::vkey;
use concord_protocol::log::vkey::Vkey;
use serde_json::Value;
use serde_json::json;

use crate::api::shape;
use crate::api::shape::leaf::LeafDocument;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::table;
use crate::files;
use crate::report;
use crate::report::Report;
use crate::report::code::Code;

const PROOF: &str = "the proof does not verify";
const RECEIPT: &str = "the receipt does not verify";

/// What a proof or a receipt rests on, and is about.
#[derive(Debug, Args)]
pub struct Rests {
    /// The policy (C2SP tlog-policy): which logs and witnesses are known, and how many must have cosigned.
    #[arg(long, value_name = "FILE", requires = "proof")]
    pub policy: Option<PathBuf>,
    /// The key of the log, `<name>+<id>+<base64>`, as `concord log policy` shows it.
    #[arg(long, value_name = "VKEY", requires = "cose")]
    pub key: Option<String>,
    /// The leaf that it is about. Without it, that of the proof's extra line.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["leaf_hash", "bundle", "evidence"])]
    pub leaf: Option<PathBuf>,
    /// The hash of the leaf, SHA-256 of a zero byte and the leaf, in hex.
    #[arg(long, value_name = "HEX", value_parser = Digest::parse, conflicts_with_all = ["bundle", "evidence"])]
    pub leaf_hash: Option<Digest>,
}

/// The leaf that something is about: as bytes, or only as a hash.
struct Subject {
    bytes: Option<Vec<u8>>,
    hash: Digest,
    /// Where it was found.
    from: &'static str,
}

/// Verifies a proof file under a policy.
///
/// # Errors
/// The first thing that does not hold, with its line where it has one.
pub fn verify_proof(path: &Path, rests: &Rests) -> Result<Answer, Report> {
    let policy_path = rests.policy.as_deref().ok_or_else(|| missing("--policy FILE"))?;
    let bytes = read(policy_path, POLICY_BYTES_MAX, "the policy was not read")?;
    let policy = policy::parse(&bytes).map_err(|error| {
        let why = format!("{}: {error}", policy_path.display());
        Report::new(Code::VerificationFailed, "the policy is not one", why)
    })?;
    let bytes = read(path, PROOF_BYTES_MAX, "the proof was not read")?;
    let refused = |error: &dyn core::error::Error| refused(PROOF, path, error);
    let proof = tlog_proof::parse(&bytes).map_err(|error| refused(&error))?;
    let subject = match rests.subject()? {
        Some(subject) => subject,
        None => extra(proof.extra.as_deref())?,
    };
    let judged =
        tlog_proof::verify(&proof, &subject.hash, &policy).map_err(|error| refused(&error))?;
    let cosigned = judged.cosigned();
    let mut text = proven(path, judged.checkpoint(), proof.index.get());
    for witness in cosigned {
        text.push_str(&format!("  cosigned  {} {}\n", witness.at.instant(), witness.name));
    }
    if cosigned.is_empty() {
        text.push_str("  cosigned  by nobody, and the policy asks for nobody\n");
    }
    text.push_str(&subject.text());
    let witnesses = cosigned
        .iter()
        .map(|witness| json!({"name": witness.name, "at": witness.at.instant().to_string()}));
    let json = json!({
        "verified": true,
        "log": checkpoint_json(judged.checkpoint()),
        "index": proof.index.get(),
        "cosigned": witnesses.collect::<Vec<Value>>(),
        "leaf": subject.json(),
    });
    Ok(Answer::new(text, json))
}

/// Verifies a COSE receipt under the key of a log.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify_receipt(path: &Path, rests: &Rests) -> Result<Answer, Report> {
    let key = rests.log_key()?;
    let subject = rests.subject()?.ok_or_else(|| missing("--leaf FILE or --leaf-hash HEX"))?;
    let bytes = read(path, COSE_RECEIPT_BYTES_MAX, "the receipt was not read")?;
    let refused = |error: &dyn core::error::Error| refused(RECEIPT, path, error);
    let receipt = cose_receipt::read(&bytes).map_err(|error| refused(&error))?;
    let found = cose_receipt::verify(&receipt, &subject.hash, key.name(), key.key())
        .map_err(|error| refused(&error))?;
    let mut text = proven(path, found.checkpoint(), found.index().get());
    text.push_str(&format!("  issued    {}\n", found.at().instant()));
    text.push_str(&subject.text());
    let json = json!({
        "verified": true,
        "log": checkpoint_json(found.checkpoint()),
        "index": found.index().get(),
        "issued_at": found.at().instant().to_string(),
        "leaf": subject.json(),
    });
    Ok(Answer::new(text, json)
        .say("a receipt has no witnesses: the log alone says this; a proof file can say more"))
}

impl Rests {
    /// The leaf that was named, if one was.
    fn subject(&self) -> Result<Option<Subject>, Report> {
        match (&self.leaf, self.leaf_hash) {
            (Some(path), _) => {
                let bytes = read(path, LEAF_BYTES_MAX, "the leaf was not read")?;
                Ok(Some(Subject::of(bytes, "the file")))
            }
            (None, Some(hash)) => Ok(Some(Subject { bytes: None, hash, from: "the hash given" })),
            (None, None) => Ok(None),
        }
    }

    fn log_key(&self) -> Result<NoteKey, Report> {
        let text = self.key.as_deref().ok_or_else(|| missing("--key VKEY"))?;
        let what = "the key was not taken";
        match vkey::parse(text) {
            Ok(Vkey::Log(key)) => Ok(key),
            Ok(Vkey::Cosigner(_)) => {
                let why = "this is a cosigner's key (0x04), and a log's (0x01) is asked for";
                Err(Report::new(Code::Usage, what, why))
            }
            Err(error) => Err(Report::caused(Code::Usage, what, &error)),
        }
    }
}

impl Subject {
    fn of(bytes: Vec<u8>, from: &'static str) -> Self {
        Self { hash: hash::leaf_hash(&bytes), bytes: Some(bytes), from }
    }

    fn document(&self) -> Option<LeafDocument> {
        self.bytes.as_deref().and_then(LeafDocument::read)
    }

    fn text(&self) -> String {
        let kind = self.document().map_or("of another kind than ours", |leaf| leaf.kind());
        match &self.bytes {
            Some(bytes) => {
                format!("  leaf      {kind}, {} bytes, from {}\n", bytes.len(), self.from)
            }
            None => format!("  leaf      {}, {}\n", self.hash, self.from),
        }
    }

    fn json(&self) -> Value {
        json!({
            "hash": self.hash.to_string(),
            "bytes": self.bytes.as_deref().map(shape::hex),
            "says": self.document().map(|leaf| table::json(&leaf)),
        })
    }
}

/// The extra line is not signed; the path shows whether it is the leaf.
fn extra(extra: Option<&[u8]>) -> Result<Subject, Report> {
    match extra {
        Some(bytes) => Ok(Subject::of(bytes.to_vec(), "the proof itself")),
        None => Err(missing("--leaf FILE or --leaf-hash HEX; the proof does not hold its leaf")),
    }
}

fn proven(path: &Path, head: &Checkpoint, index: u64) -> String {
    format!(
        "{}\n  log       {}, {} leaves, root {}\n  index     {index}\n",
        path.display(),
        head.origin,
        head.size,
        STANDARD.encode(head.root.as_bytes()),
    )
}

fn checkpoint_json(head: &Checkpoint) -> Value {
    json!({
        "origin": head.origin,
        "size": head.size.get(),
        "root": STANDARD.encode(head.root.as_bytes()),
    })
}

fn read(path: &Path, max: usize, what: &'static str) -> Result<Vec<u8>, Report> {
    files::read(path, max).map(|bytes| bytes.to_vec()).map_err(|error| fail::file(what, &error))
}

fn refused(what: &'static str, path: &Path, error: &dyn core::error::Error) -> Report {
    let why = format!("{}: {}", path.display(), report::chain(error));
    Report::new(Code::VerificationFailed, what, why)
}

fn missing(argument: &str) -> Report {
    Report::new(Code::Usage, "nothing was verified", format!("what is missing: {argument}"))
}
