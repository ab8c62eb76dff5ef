//! `concord root`: the agency's root key, made and used on a machine that is never online.

pub mod ceremony;
pub mod revoke;
pub mod transcript;

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::Credential;
use concord_protocol::identity::credential::CredentialRequest;
use concord_protocol::identity::credential::Validity;
use concord_protocol::identity::root::RootAnnouncement;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::AgencyId;
use concord_protocol::limits::CREDENTIAL_BYTES_MAX;
use concord_protocol::message::time::Instant;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::charter::vows;
use crate::cli::charter::vows::Granted;
use crate::cli::fail;
use crate::cli::node::protect;
use crate::cli::node::protect::Change;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::root::ceremony::ANNOUNCEMENT_BYTES_MAX;
use crate::cli::root::ceremony::New;
use crate::cli::root::ceremony::Recover;
use crate::cli::root::ceremony::Split;
use crate::cli::root::revoke::Revoke;
use crate::cli::root::transcript::TranscriptVerb;
use crate::clock;
use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::keystore;
use crate::keystore::container::KeyKind;
use crate::keystore::container::Seed;
use crate::report::Report;
use crate::report::code::Code;

/// What can be done with a root.
#[derive(Debug, Subcommand)]
pub enum RootVerb {
    /// Makes a root: a secret file or shares for the safe, a public file for whoever drafts the charter, a transcript.
    New(New),
    /// Splits a root into shares; the root's file stays as it is.
    Split(Split),
    /// Puts a root together again from its shares.
    Recover(Recover),
    /// Gives a root another passphrase, a first one, or none.
    Protect {
        /// The root's secret file.
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
        /// Where the passphrase of today comes from.
        #[command(flatten)]
        passphrase: PassphraseFrom,
        /// What protects the root from now on.
        #[command(flatten)]
        change: Change,
    },
    /// Signs a node's credential request; never two credentials of one serial.
    Sign {
        /// The root's secret file; what it signs is written down beside it.
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
        /// What the node asks for.
        request: PathBuf,
        /// How long the credential counts, from now.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1096))]
        days: u32,
        /// From when on the credential counts, such as 2027-01-04T08:00:00Z; from now on where it is left out.
        #[arg(long, value_name = "INSTANT", value_parser = instant)]
        from: Option<Timestamp>,
        /// Where the credential goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The digest that the node showed: another request than that one is not signed.
        #[arg(long, value_name = "DIGEST", value_parser = Digest::parse)]
        request_digest: Option<Digest>,
        /// Where the root's passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseFrom,
    },
    /// What a ceremony was, signed by the root.
    #[command(subcommand)]
    Transcript(TranscriptVerb),
    /// Ends credentials before their time. Nothing takes it back.
    Revoke(Revoke),
}

/// Runs one verb.
///
/// # Errors
/// What could not be done, for a person.
pub fn run(verb: RootVerb) -> Result<Answer, Report> {
    match verb {
        RootVerb::New(arguments) => ceremony::new(&arguments),
        RootVerb::Split(arguments) => ceremony::split(&arguments),
        RootVerb::Recover(arguments) => ceremony::recover(&arguments),
        RootVerb::Protect { root, passphrase, change } => {
            protect::root(&root, &passphrase, &change)
        }
        RootVerb::Sign { root, request, days, from, out, request_digest, passphrase } => {
            let asked = (request.as_path(), request_digest);
            let validity = validity(from.unwrap_or_else(clock::now), days);
            sign((&root, &passphrase), asked, &validity, &out)
        }
        RootVerb::Transcript(verb) => transcript::run(&verb),
        RootVerb::Revoke(arguments) => revoke::revoke(&arguments, clock::now()),
    }
}

/// Signs a request with the root of the agency that it names.
///
/// # Errors
/// When root and request do not belong together, the request does not hold or is another one than was shown, or the root
/// signed another credential of its serial.
pub fn sign(
    (root, passphrase): (&Path, &PassphraseFrom),
    (request, shown): (&Path, Option<Digest>),
    validity: &Validity,
    out: &Path,
) -> Result<Answer, Report> {
    let what = "the credential was not signed";
    let bytes =
        files::read(request, CREDENTIAL_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let asked: CredentialRequest = codec::decode(&bytes)
        .map_err(|error| Report::caused(Code::RequestRefused, what, &error))?;
    let digest = digest::sha256(&bytes);
    // spec: cus-10
    if shown.is_some_and(|shown| shown != digest) {
        let why = format!("the request at hand has the digest {digest}");
        return Err(Report::new(Code::RequestRefused, what, why).with_remedy(
            "carry the node's request over again; this one was changed or is another",
        ));
    }
    let (agency, seed) = open(root, passphrase, what)?;
    let root_file = root;
    if asked.agency != agency {
        let why = format!("the request is of {}, the root of {agency}", asked.agency);
        return Err(Report::new(Code::RootRefused, what, why));
    }
    let root = RootKey::from_seed(&seed);
    let granted = asked.grant(*validity);
    let signed = credential::sign(&granted, &root)
        .map_err(|error| Report::caused(Code::RequestRefused, what, &error))?;
    // A serial is not used up by a file that could not be made anyway.
    if out.exists() {
        return Err(fail::file(what, &FileError::Exists { path: out.to_owned() }));
    }
    let content = codec::encode(&granted)
        .map_err(|error| Report::caused(Code::RequestRefused, what, &error))?;
    let vow = Granted {
        charter: granted.charter.clone(),
        serial: granted.serial,
        digest: digest::sha256(&content),
    };
    vows::grant(root_file, &vow, what)?;
    files::make(out, &signed, Access::Public).map_err(|error| fail::file(what, &error))?;
    Ok(signed_answer(&granted, digest, out))
}

fn signed_answer(granted: &Credential, request: Digest, out: &Path) -> Answer {
    let text = format!(
        "request    {request}\ncredential {} of {}\ncharter    {}\ncounts     {} to {}\nlog        {}\naddresses  {}\nfile       {}\n",
        granted.serial,
        granted.agency,
        granted.charter,
        granted.not_before,
        granted.not_after,
        granted.log_number,
        granted.addresses.join(" "),
        out.display()
    );
    let json = json!({
        "request": request.to_string(),
        "agency": granted.agency.as_str(),
        "charter": granted.charter.as_str(),
        "serial": granted.serial.get(),
        "not_before": granted.not_before.to_string(),
        "not_after": granted.not_after.to_string(),
        "log_number": granted.log_number.get(),
        "addresses": granted.addresses,
        "file": out.display().to_string(),
    });
    Answer::new(text, json)
        .say("The request came by hand: compare its digest with the one that the node showed.")
        .say("Give it to the node (`concord node credential --adopt`) and to the other agencies (`concord peer add`).")
}

/// Opens a root's secret file; one of the two halves that `root new` writes is public, and signs nothing.
///
/// # Errors
/// When it is the public file, no root's, or stays closed.
pub fn open(
    path: &Path,
    passphrase: &PassphraseFrom,
    what: &'static str,
) -> Result<(AgencyId, Seed), Report> {
    let announced = files::read(path, ANNOUNCEMENT_BYTES_MAX).ok();
    let announced = announced.and_then(|bytes| codec::decode::<RootAnnouncement>(&bytes).ok());
    if let Some(RootAnnouncement { agency, .. }) = announced {
        let why = format!("{} is the public file of the root of {agency}", path.display());
        return Err(Report::new(Code::RootRefused, what, why).with_remedy(
            "name the root's secret file, which `concord root new --out` made beside it",
        ));
    }
    keystore::read(path, KeyKind::Root, &passphrase.root()).map_err(|error| fail::key(what, &error))
}

/// Reads an instant: RFC 3339 in UTC.
fn instant(text: &str) -> Result<Timestamp, String> {
    let instant = Instant::parse(text).map_err(|error| error.to_string())?;
    Ok(instant.at())
}

fn validity(now: Timestamp, days: u32) -> Validity {
    Validity { not_before: now, not_after: now.after(Span::from_days(days)) }
}
