//! `concord root`: the agency's root key, made and used on a machine that is never online.

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
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::clock;
use crate::entropy;
use crate::files;
use crate::files::Access;
use crate::keystore;
use crate::keystore::container::KeyKind;
use crate::report::Report;
use crate::report::code::Code;

/// What can be done with a root.
#[derive(Debug, Subcommand)]
pub enum RootVerb {
    /// Makes a root: a secret file for the safe, and a public one for whoever drafts the charter.
    New {
        /// The agency whose root it is.
        #[arg(long, value_parser = AgencyId::parse)]
        agency: AgencyId,
        /// Where the secret goes; the public half goes beside it, with `-public` at its end.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Signs a node's credential request.
    Sign {
        /// The root's secret file.
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
        /// What the node asks for.
        request: PathBuf,
        /// How long the credential counts, from now.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1096))]
        days: u32,
        /// Where the credential goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// Runs one verb.
///
/// # Errors
/// What could not be done, for a person.
pub fn run(verb: RootVerb) -> Result<Answer, Report> {
    match verb {
        RootVerb::New { agency, out } => {
            let what = "no root was made";
            let seed = entropy::draw::<32>().map_err(|error| fail::entropy(what, &error))?;
            new(&agency, &out, &Zeroizing::new(seed))
        }
        RootVerb::Sign { root, request, days, out } => {
            sign(&root, &request, &validity(clock::now(), days), &out)
        }
    }
}

/// Makes the two files of a root from a fresh seed.
///
/// # Errors
/// When either file is there already, or cannot be written.
pub fn new(agency: &AgencyId, out: &Path, seed: &[u8; 32]) -> Result<Answer, Report> {
    let what = "no root was made";
    let public_path = public_path(out);
    if public_path.exists() {
        let why = format!("{} is there already", public_path.display());
        return Err(Report::new(Code::FileExists, what, why));
    }
    keystore::write(out, KeyKind::Root, agency, seed).map_err(|error| fail::key(what, &error))?;
    let root = RootKey::from_seed(seed).public();
    let fingerprint = root.fingerprint();
    let announcement = RootAnnouncement { agency: agency.clone(), root };
    let bytes = codec::encode(&announcement)
        .map_err(|error| Report::caused(Code::FileUnwritable, what, &error))?;
    files::make(&public_path, &bytes, Access::Public).map_err(|error| {
        fail::file("the root was made, its public half was not written", &error)
    })?;
    let text = format!(
        "root of     {agency}\nfingerprint {fingerprint}\nsecret      {}\npublic      {}\n",
        out.display(),
        public_path.display()
    );
    let json = json!({
        "agency": agency.as_str(),
        "fingerprint": fingerprint.to_string(),
        "secret": out.display().to_string(),
        "public": public_path.display().to_string(),
    });
    Ok(Answer::new(text, json)
        .say("Keep the secret file offline and copied; whoever has it speaks for the agency.")
        .say("Hand the public file to whoever drafts the charter, and compare the fingerprint aloud."))
}

/// Signs a request with the root of the agency that it names.
///
/// # Errors
/// When root and request do not belong together, or the request does not hold.
pub fn sign(
    root: &Path,
    request: &Path,
    validity: &Validity,
    out: &Path,
) -> Result<Answer, Report> {
    let what = "the credential was not signed";
    let (agency, seed) =
        keystore::read(root, KeyKind::Root).map_err(|error| fail::key(what, &error))?;
    let bytes =
        files::read(request, CREDENTIAL_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let asked: CredentialRequest = codec::decode(&bytes)
        .map_err(|error| Report::caused(Code::RequestRefused, what, &error))?;
    if asked.agency != agency {
        let why = format!("the request is of {}, the root of {agency}", asked.agency);
        return Err(Report::new(Code::RootRefused, what, why));
    }
    let root = RootKey::from_seed(&seed);
    let granted = asked.grant(*validity);
    let signed = credential::sign(&granted, &root)
        .map_err(|error| Report::caused(Code::RequestRefused, what, &error))?;
    files::make(out, &signed, Access::Public).map_err(|error| fail::file(what, &error))?;
    Ok(signed_answer(&granted, digest::sha256(&bytes), out))
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

fn validity(now: Timestamp, days: u32) -> Validity {
    Validity { not_before: now, not_after: now.after(Span::from_days(days)) }
}

fn public_path(secret: &Path) -> PathBuf {
    let mut name = secret.as_os_str().to_owned();
    name.push("-public");
    PathBuf::from(name)
}
