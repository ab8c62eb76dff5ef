//! The draft of a charter, as people write it: TOML, with roots named by their public files.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::crypto::suite::Suite;
use concord_protocol::identity::charter::ApprovalProfile;
use concord_protocol::identity::charter::Charter;
use concord_protocol::identity::charter::LogRange;
use concord_protocol::identity::charter::Member;
use concord_protocol::identity::charter::MemberName;
use concord_protocol::identity::charter::Profiles;
use concord_protocol::identity::root::RootAnnouncement;
use concord_protocol::identity::root::RootPublic;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::NameError;
use concord_protocol::ids::Party;
use serde::Deserialize;

use crate::cli::charter::clauses;
use crate::cli::charter::clauses::DraftProfile;
use crate::cli::fail;
use crate::files;
use crate::report::Report;
use crate::report::code::Code;

/// Longest draft, in bytes.
const DRAFT_BYTES_MAX: usize = 256 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    name: String,
    dishonest_max: u16,
    witness_quorum: u16,
    amendment_threshold: u16,
    suites: Option<Vec<u16>>,
    approvals: Option<String>,
    #[serde(default)]
    profile: DraftProfile,
    #[serde(default)]
    member: Vec<DraftMember>,
}

/// Whether messages carry approvals; where a draft says nothing, they need not.
fn approvals(said: Option<&str>, what: &'static str) -> Result<ApprovalProfile, Report> {
    match said {
        None | Some("none") => Ok(ApprovalProfile::NoneDemanded),
        Some("demanded") => Ok(ApprovalProfile::Demanded),
        Some(other) => {
            Err(refused(what, format!("`approvals` is \"none\" or \"demanded\", not \"{other}\"")))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftMember {
    agency: String,
    party: String,
    names: BTreeMap<String, String>,
    root: PathBuf,
    logs: Option<[u64; 2]>,
}

/// Reads a draft and the root files that it names, which are looked for beside it.
///
/// # Errors
/// When a file cannot be read, or something in it is not what its place demands.
pub fn read(path: &Path, what: &'static str) -> Result<Charter, Report> {
    let bytes = files::read(path, DRAFT_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let draft: Draft = parse(&bytes).map_err(|why| refused(what, why))?;
    let beside = path.parent().unwrap_or_else(|| Path::new(""));
    let members: Result<Vec<Member>, Report> =
        draft.member.into_iter().map(|member| member.read(beside, what)).collect();
    let clauses = named(draft.profile.clauses(), "profile", what)?;
    if let Some(why) = clauses::unreadable(&clauses) {
        return Err(refused(what, format!("nobody could go by {why}")));
    }
    Ok(Charter {
        version: CharterVersion::new(1),
        name: named(CharterName::parse(&draft.name), "name", what)?,
        previous: None,
        members: members?,
        amendment_threshold: draft.amendment_threshold,
        dishonest_max: draft.dishonest_max,
        witness_quorum: draft.witness_quorum,
        profiles: Profiles {
            suites: draft.suites.unwrap_or_else(|| vec![Suite::One.number()]),
            approvals: approvals(draft.approvals.as_deref(), what)?,
        },
        resolves: None,
        clauses,
    })
}

fn parse(bytes: &[u8]) -> Result<Draft, String> {
    let text = str::from_utf8(bytes).map_err(|_| "the draft is not UTF-8 text".to_owned())?;
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        let reason = error.message().replace("expected u16", "expected a number from 0 to 65535");
        format!("line {line} of the draft: {reason}")
    })
}

impl DraftMember {
    fn read(self, beside: &Path, what: &'static str) -> Result<Member, Report> {
        let agency = named(AgencyId::parse(&self.agency), "agency", what)?;
        let party = named(Party::parse(&self.party), "party", what)?;
        let root = announced(&beside.join(&self.root), &agency, what)?;
        let [first, last] = self.logs.unwrap_or([1, 3]);
        let names = self.names.into_iter().map(|(language, text)| MemberName { language, text });
        let logs = LogRange { first: LogNumber::new(first), last: LogNumber::new(last) };
        Ok(Member { agency, party, names: names.collect(), root, logs })
    }
}

/// The root that an agency announced in its public file.
fn announced(path: &Path, agency: &AgencyId, what: &'static str) -> Result<RootPublic, Report> {
    let bytes =
        files::read(path, RootAnnouncement::BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let announcement: RootAnnouncement = codec::decode(&bytes).map_err(|error| {
        let report = Report::caused(Code::RootRefused, what, &error);
        report.with_remedy(format!(
            "name the file that ends with `-public` and that {agency} made; {} is none",
            path.display()
        ))
    })?;
    if announcement.agency == *agency {
        return Ok(announcement.root);
    }
    let why = format!("{} is the root of {}, not of {agency}", path.display(), announcement.agency);
    Err(Report::new(Code::RootRefused, what, why).with_remedy(format!(
        "name as `root` of {agency} the file that ends with `-public` and that {agency} made"
    )))
}

fn named<T>(name: Result<T, NameError>, key: &str, what: &'static str) -> Result<T, Report> {
    name.map_err(|error| refused(what, format!("{key}: {error}")))
}

fn refused(what: &'static str, why: String) -> Report {
    Report::new(Code::CharterDraft, what, why)
}
