//! `concord staff`: who votes on an agency's messages. Keys of people are made on their own machines, the list is
//! signed with the root on a machine that is never online, and handed to the node like any other paper.

pub mod roster;

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use concord_protocol::codec;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::cose::hybrid::HybridSigned;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::identity::root::RootKey;
use concord_protocol::identity::staff;
use concord_protocol::identity::staff::StaffAnnouncement;
use concord_protocol::identity::staff::StaffList;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::StaffNumber;
use concord_protocol::limits::STAFF_LIST_BYTES_MAX;
use serde_json::Value;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::passphrase;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::passphrase::Protection;
use crate::cli::reach::Reach;
use crate::cli::root;
use crate::cli::root::ceremony;
use crate::cli::table;
use crate::entropy;
use crate::files;
use crate::files::Access;
use crate::keystore;
use crate::keystore::container::KeyKind;
use crate::report::Report;
use crate::report::code::Code;

/// What can be done about staff.
#[derive(Debug, Subcommand)]
pub enum StaffVerb {
    /// Makes the key of a person: a secret file that stays with them, and a public file for the staff list.
    New {
        /// The agency.
        #[arg(long, value_parser = AgencyId::parse)]
        agency: AgencyId,
        /// The person, by pseudonymous staff number.
        #[arg(long, value_parser = StaffNumber::parse)]
        number: StaffNumber,
        /// Where the secret goes; the public half goes beside it, with `-public` at its end.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// How the secret is protected.
        #[command(flatten)]
        protection: Protection,
    },
    /// Signs a staff list with the agency's root: a roster in TOML, whose public files are looked for beside it.
    Certify {
        /// The root's secret file.
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
        /// The roster.
        roster: PathBuf,
        /// Where the signed list goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Where the root's passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseFrom,
    },
    /// Shows what a staff list says. Whether its signatures hold, the node judges that takes it.
    Show {
        /// The signed list.
        file: PathBuf,
    },
    /// Hands a staff list to the running node, which judges by it from then on and tells its peers.
    Adopt {
        /// The signed list.
        file: PathBuf,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// Runs one verb.
///
/// # Errors
/// What could not be done, for a person.
pub fn run(verb: &StaffVerb) -> Result<Answer, Report> {
    match verb {
        StaffVerb::New { agency, number, out, protection } => {
            new((agency, number), out, protection)
        }
        StaffVerb::Certify { root, roster, out, passphrase } => {
            certify((root, passphrase), roster, out)
        }
        StaffVerb::Show { file } => show(file),
        StaffVerb::Adopt { file, reach } => adopt(file, reach),
    }
}

fn new(
    (agency, number): (&AgencyId, &StaffNumber),
    out: &Path,
    protection: &Protection,
) -> Result<Answer, Report> {
    let what = "no key was made";
    let vault = protection.vault(out, what)?;
    let seed = Zeroizing::new(entropy::draw().map_err(|error| fail::entropy(what, &error))?);
    keystore::write(out, (KeyKind::Staff, agency), &seed, &vault)
        .map_err(|error| fail::key(what, &error))?;
    let key = SigningKey::from_seed(&seed).public();
    let said = StaffAnnouncement { agency: agency.clone(), staff: number.clone(), key };
    let bytes =
        codec::encode(&said).map_err(|error| Report::caused(Code::FileUnwritable, what, &error))?;
    let public = ceremony::beside(out, "-public");
    let what = "the key was made, its public half was not written";
    files::make(&public, &bytes, Access::Public).map_err(|error| fail::file(what, &error))?;
    let text = table::facts([
        ("staff", number.as_str().to_owned()),
        ("agency", agency.to_string()),
        ("secret", out.display().to_string()),
        ("public", public.display().to_string()),
    ]);
    let json = json!({
        "agency": agency.as_str(),
        "staff": number.as_str(),
        "secret": out.display().to_string(),
        "public": public.display().to_string(),
    });
    Ok(passphrase::told(Answer::new(text, json), &vault)
        .say("Keep the secret file to yourself; hand the public one to whoever keeps the roster."))
}

fn certify(
    (root, passphrase): (&Path, &PassphraseFrom),
    roster: &Path,
    out: &Path,
) -> Result<Answer, Report> {
    let what = "no staff list was signed";
    let (agency, seed) = root::open(root, passphrase, what)?;
    let list = roster::read(roster, &agency, what)?;
    let signed = staff::sign(&list, &RootKey::from_seed(&seed))
        .map_err(|error| Report::caused(Code::RequestRefused, what, &error))?;
    files::make(out, &signed, Access::Public).map_err(|error| fail::file(what, &error))?;
    Ok(told(&list)
        .say("Hand it to the node: `concord staff adopt`. It takes the place of every list with a lower number."))
}

fn show(file: &Path) -> Result<Answer, Report> {
    let what = "no staff list was shown";
    let bytes =
        files::read(file, STAFF_LIST_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let signed = HybridSigned::parse(&bytes, ContentType::StaffList)
        .map_err(|error| Report::caused(Code::RequestRefused, what, &error))?;
    let list: StaffList = codec::decode(signed.payload())
        .map_err(|error| Report::caused(Code::RequestRefused, what, &error))?;
    Ok(told(&list))
}

fn adopt(file: &Path, reach: &Reach) -> Result<Answer, Report> {
    let what = "the staff list was not taken in";
    let bytes =
        files::read(file, STAFF_LIST_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    HybridSigned::parse(&bytes, ContentType::StaffList)
        .map_err(|error| Report::caused(Code::RequestRefused, what, &error))?;
    let taken =
        reach.client()?.admit(&bytes).map_err(|report| Report { what: what.into(), ..report })?;
    let became = if taken.known { "known" } else { "new" };
    let text = format!("staff list of {} ({became})\n", taken.agency);
    Ok(Answer::new(text, table::json(&taken)))
}

/// What a list says.
fn told(list: &StaffList) -> Answer {
    let mut text = table::facts([
        ("agency", list.agency.to_string()),
        ("charter", list.charter.to_string()),
        ("number", list.number.to_string()),
        ("covers", format!("{} to {}", list.from, list.until)),
    ]);
    let rows = list.offices.iter().map(|office| {
        let key: String = office.key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let (from, until) = (office.from.to_string(), office.until.to_string());
        [office.staff.as_str().to_owned(), office.role.text().to_owned(), from, until, key]
    });
    text.push_str(&table::table(["staff", "office", "from", "until", "key"], rows));
    let offices: Vec<Value> = list
        .offices
        .iter()
        .map(|office| {
            json!({
                "staff": office.staff.as_str(),
                "role": office.role.text(),
                "from": office.from.to_string(),
                "until": office.until.to_string(),
            })
        })
        .collect();
    let json = json!({
        "agency": list.agency.as_str(),
        "charter": list.charter.as_str(),
        "number": list.number,
        "from": list.from.to_string(),
        "until": list.until.to_string(),
        "offices": offices,
    });
    Answer::new(text, json)
}
