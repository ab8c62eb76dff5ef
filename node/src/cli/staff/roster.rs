//! The roster: a staff list as people write it, in TOML, with keys named by their public files.

use std::path::Path;
use std::path::PathBuf;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::identity::staff::Office;
use concord_protocol::identity::staff::StaffAnnouncement;
use concord_protocol::identity::staff::StaffList;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::message::time::Instant;
use concord_protocol::moment::Timestamp;
use concord_protocol::registry::StaffRole;
use serde::Deserialize;

use crate::cli::fail;
use crate::files;
use crate::report::Report;
use crate::report::code::Code;

/// Longest roster, in bytes.
const ROSTER_BYTES_MAX: usize = 256 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Roster {
    charter: String,
    number: u64,
    from: String,
    until: String,
    #[serde(default)]
    office: Vec<RosterOffice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RosterOffice {
    key: PathBuf,
    role: String,
    from: Option<String>,
    until: Option<String>,
}

/// Reads a roster and the public files that it names, and puts the offices in order.
///
/// # Errors
/// When a file cannot be read, or something in it is not what its place demands.
pub fn read(path: &Path, agency: &AgencyId, what: &'static str) -> Result<StaffList, Report> {
    let bytes = files::read(path, ROSTER_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    let roster: Roster = parse(&bytes).map_err(|why| refused(what, why))?;
    let beside = path.parent().unwrap_or_else(|| Path::new(""));
    let (from, until) = (instant(&roster.from, what)?, instant(&roster.until, what)?);
    let offices: Result<Vec<Office>, Report> = roster
        .office
        .into_iter()
        .map(|office| office.read((beside, agency), (from, until), what))
        .collect();
    let mut offices = offices?;
    offices.sort_by(|one, other| (&one.staff, one.from).cmp(&(&other.staff, other.from)));
    Ok(StaffList {
        charter: CharterName::parse(&roster.charter)
            .map_err(|error| refused(what, format!("charter: {error}")))?,
        agency: agency.clone(),
        number: roster.number,
        from,
        until,
        offices,
    })
}

fn parse(bytes: &[u8]) -> Result<Roster, String> {
    let text = str::from_utf8(bytes).map_err(|_| "the roster is not UTF-8 text".to_owned())?;
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        format!("line {line} of the roster: {}", error.message())
    })
}

impl RosterOffice {
    /// The office; where it says no time, it has that of the list.
    fn read(
        self,
        (beside, agency): (&Path, &AgencyId),
        (from, until): (Timestamp, Timestamp),
        what: &'static str,
    ) -> Result<Office, Report> {
        let path = beside.join(&self.key);
        let bytes = files::read(&path, StaffAnnouncement::BYTES_MAX)
            .map_err(|error| fail::file(what, &error))?;
        let said: StaffAnnouncement = codec::decode(&bytes).map_err(|error| {
            Report::caused(Code::RequestRefused, what, &error).with_remedy(format!(
                "name the file that ends with `-public`, from `concord staff new`; {} is none",
                path.display()
            ))
        })?;
        if said.agency != *agency {
            let why = format!("{} is of {}, not of {agency}", path.display(), said.agency);
            return Err(refused(what, why));
        }
        let role = StaffRole::parse(&self.role).ok_or_else(|| unknown_role(&self.role, what))?;
        let or = |text: Option<String>, otherwise| match text {
            Some(text) => instant(&text, what),
            None => Ok(otherwise),
        };
        Ok(Office {
            staff: said.staff,
            role,
            key: said.key,
            from: or(self.from, from)?,
            until: or(self.until, until)?,
        })
    }
}

fn unknown_role(role: &str, what: &'static str) -> Report {
    let known: Vec<&str> = StaffRole::ALL.iter().map(|role| role.text()).collect();
    refused(what, format!("there is no office {role}; the offices are {}", known.join(", ")))
}

fn instant(text: &str, what: &'static str) -> Result<Timestamp, Report> {
    let read = Instant::parse(text).map(|instant| instant.at());
    read.map_err(|error| refused(what, format!("{text}: {error}")))
}

fn refused(what: &'static str, why: String) -> Report {
    Report::new(Code::RequestRefused, what, why).with_remedy("correct the roster, then sign again")
}
