//! `concord charter`: who takes part, by which rules; drafted, signed by each member in turn, adopted by each node.

pub mod draft;
pub mod show;

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::charter;
use concord_protocol::identity::root::RootKey;
use concord_protocol::limits::CHARTER_BYTES_MAX;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::passphrase::PassphraseFrom;
use crate::files;
use crate::files::Access;
use crate::keystore;
use crate::keystore::container::KeyKind;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::enrolment;
use crate::settings::folder::NodeFolder;

/// What can be done with a charter.
#[derive(Debug, Subcommand)]
pub enum CharterVerb {
    /// Turns a draft into a charter that members can sign.
    Propose {
        /// The draft; `config/charter.toml` documents it.
        draft: PathBuf,
        /// Where the unsigned charter goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Adds the signature of one member's root; the file goes from member to member.
    Sign {
        /// The root's secret file.
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
        /// The charter.
        charter: PathBuf,
        /// Where the root's passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseFrom,
    },
    /// Makes a signed charter the one that a node believes, for good.
    Adopt {
        /// The node's folder.
        #[arg(long, value_name = "NODE_DIR")]
        dir: PathBuf,
        /// The charter's digest, as the members agreed on it aloud.
        #[arg(long, value_name = "DIGEST", value_parser = Digest::parse)]
        genesis: Digest,
        /// The charter.
        charter: PathBuf,
    },
    /// Prints a charter, and who has signed it.
    Show {
        /// The charter.
        charter: PathBuf,
    },
    /// Verifies a charter: its rules and every member's signature.
    Verify {
        /// The charter.
        charter: PathBuf,
        /// The charter's digest, as the members agreed on it aloud.
        #[arg(long, value_name = "DIGEST", value_parser = Digest::parse)]
        genesis: Option<Digest>,
    },
}

/// Runs one verb.
///
/// # Errors
/// What could not be done, for a person.
pub fn run(verb: CharterVerb) -> Result<Answer, Report> {
    match verb {
        CharterVerb::Propose { draft, out } => propose(&draft, &out),
        CharterVerb::Sign { root, charter, passphrase } => sign(&root, &charter, &passphrase),
        CharterVerb::Adopt { dir, genesis, charter } => {
            adopt(&NodeFolder::at(dir), genesis, &charter)
        }
        CharterVerb::Show { charter } => show::show(&charter),
        CharterVerb::Verify { charter, genesis } => verify(&charter, genesis),
    }
}

/// Turns a draft into a charter that members can sign.
///
/// # Errors
/// When the draft, or a root file that it names, cannot be read, or its numbers do not hold.
pub fn propose(draft: &Path, out: &Path) -> Result<Answer, Report> {
    let what = "no charter was proposed";
    let charter = draft::read(draft, what)?;
    let bytes = charter::propose(charter).map_err(|error| fail::draft(what, &error))?;
    let proposal = charter::read(&bytes).map_err(|error| fail::charter(what, &error))?;
    files::make(out, &bytes, Access::Public).map_err(|error| fail::file(what, &error))?;
    let digest = proposal.digest();
    let text = format!("digest {digest}\nfile   {}\n", out.display());
    let json = json!({"digest": digest.to_string(), "file": out.display().to_string()});
    Ok(Answer::new(text, json).say(
        "Each member reads it (`concord charter show`) and signs it (`concord charter sign`).",
    ))
}

/// Adds the signature of one member's root to a charter file.
///
/// # Errors
/// When the root is no member's, or a file cannot be used.
pub fn sign(root: &Path, path: &Path, passphrase: &PassphraseFrom) -> Result<Answer, Report> {
    let what = "the charter was not signed";
    let (agency, seed) = keystore::read(root, KeyKind::Root, &passphrase.root())
        .map_err(|error| fail::key(what, &error))?;
    let bytes = files::read(path, CHARTER_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let root = RootKey::from_seed(&seed);
    let proposal = charter::read(&bytes).map_err(|error| fail::charter(what, &error))?;
    if proposal.charter().member(&agency).is_some_and(|member| member.root != root.public()) {
        let why = format!("the charter names another root for {agency} than this one");
        return Err(Report::new(Code::RootRefused, what, why));
    }
    let signed =
        charter::add_signature(&bytes, &root).map_err(|error| fail::charter(what, &error))?;
    files::replace(path, &signed).map_err(|error| fail::file(what, &error))?;
    let signed = charter::read(&signed).map_err(|error| fail::charter(what, &error))?;
    let missing = show::missing(&signed);
    let digest = signed.digest();
    let text = format!("signed  {agency}\ndigest  {digest}\nmissing {}\n", show::listed(&missing));
    let json = json!({
        "agency": agency.as_str(), "digest": digest.to_string(), "missing": missing,
    });
    Ok(Answer::new(text, json))
}

/// Makes a charter the one that a node believes, for good.
///
/// # Errors
/// When it does not verify under the digest, or the node has another charter.
pub fn adopt(folder: &NodeFolder, genesis: Digest, path: &Path) -> Result<Answer, Report> {
    let what = "the charter was not adopted";
    let settings = Settings::load(folder).map_err(|error| fail::settings(what, &error))?;
    let bytes = files::read(path, CHARTER_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let adopted = enrolment::adopt_charter(folder, &settings, &bytes, genesis)
        .map_err(|error| fail::enrolment(what, &error))?;
    let text =
        format!("adopted {} version {}\ndigest  {genesis}\n", adopted.name(), adopted.version());
    let json = json!({
        "charter": adopted.name().as_str(),
        "version": adopted.version().get(),
        "digest": genesis.to_string(),
    });
    Ok(Answer::new(text, json).say("Next: `concord node credential --out`."))
}

/// Verifies a charter, anchored where a digest is given.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(path: &Path, genesis: Option<Digest>) -> Result<Answer, Report> {
    let what = "the charter does not verify";
    let bytes = files::read(path, CHARTER_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let verified = charter::verify(&bytes, genesis).map_err(|error| fail::charter(what, &error))?;
    let (verdict, anchored) = match genesis {
        Some(_) => ("verified, anchored in the given digest", true),
        None => ("self-consistent, unanchored", false),
    };
    let digest = verified.digest();
    let text = format!(
        "{verdict}\ncharter {} version {}\ndigest  {digest}\n",
        verified.name(),
        verified.version()
    );
    let json = json!({
        "verified": true,
        "anchored": anchored,
        "charter": verified.name().as_str(),
        "version": verified.version().get(),
        "digest": digest.to_string(),
    });
    let answer = Answer::new(text, json);
    Ok(match genesis {
        Some(_) => answer,
        None => answer.say("A whole federation can be invented: compare the digest aloud, then give it with `--genesis`."),
    })
}
