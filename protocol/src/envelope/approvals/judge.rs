//! Whether a message has the approvals that it must have, and whether those that it has hold.
//!
//! Pure and total. The author's node asks before it signs, a receiver's node after it opened the body.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::envelope;
use crate::envelope::approvals::Approvals;
use crate::envelope::approvals::Ballot;
use crate::envelope::approvals::Deed;
use crate::envelope::approvals::Vote;
use crate::envelope::header::Header;
use crate::identity::charter::ApprovalProfile;
use crate::identity::directory::Directory;
use crate::identity::staff::StaffList;
use crate::ids::AgencyId;
use crate::ids::StaffNumber;
use crate::limits::VOTE_DAYS_MAX;
use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::approval::Voice;
use crate::message::body::Body;
use crate::message::text::StaffNumber as Drafter;
use crate::message::urgency::Urgency;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::registry::RefusalCode;
use crate::registry::StaffRole;

/// How old a vote may be when its message is made.
const VOTE_AGE_MAX: Span = Span::from_days(VOTE_DAYS_MAX);

/// A message whose approvals are asked about, with its body opened.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Its header.
    pub header: &'a Header,
    /// Its body.
    pub body: &'a Body,
    /// Who drafted it, as its content says.
    pub drafted_by: &'a Drafter,
    /// Its approvals, where the header names any.
    pub approvals: Option<&'a Approvals>,
}

/// How a message was approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approved {
    /// No approvals are demanded, and none came.
    NotAsked,
    /// By everybody who has to.
    ByAll,
    /// By its drafter alone, because lives are at risk; it is marked so.
    BrokeGlass,
}

/// Why a message is not approved, in the order in which it is found out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    /// The charter demands approvals, and there are none.
    #[error(
        "the charter in force demands approvals, and the message has none: its kind needs {level}"
    )]
    Missing {
        /// What its kind needs.
        level: Approval,
    },
    /// The agency's staff list is not held, or a newer one than the held one is named.
    #[error("staff list {named} of {agency} is not held here")]
    ListNotHeld {
        /// The agency.
        agency: AgencyId,
        /// The number named.
        named: u64,
    },
    /// The staff list says nothing about the time of the message.
    #[error(
        "the staff list of {agency} covers {from} to {until}, and the message was made at {created}"
    )]
    NotCovered {
        /// The agency.
        agency: AgencyId,
        /// The first instant covered.
        from: Timestamp,
        /// The last instant covered.
        until: Timestamp,
        /// When the message was made.
        created: Timestamp,
    },
    /// The content names another drafter than the one who signed.
    #[error("the content says that {said} drafted the message, and {signed} signed as its drafter")]
    OtherDrafter {
        /// As the content says.
        said: String,
        /// Who signed.
        signed: StaffNumber,
    },
    /// A person who has no such office at that time.
    #[error("{staff} does not have the office {role} when the vote was given and the message made")]
    NoOffice {
        /// The person.
        staff: StaffNumber,
        /// The office of the vote.
        role: StaffRole,
    },
    /// A vote from after the message.
    #[error("the vote of {staff} is dated {at}, after the message was made")]
    Late {
        /// The person.
        staff: StaffNumber,
        /// When they say they voted.
        at: Timestamp,
    },
    /// A vote from long before the message.
    #[error(
        "the vote of {staff} is dated {at}, more than {VOTE_DAYS_MAX} days before the message was made"
    )]
    Aged {
        /// The person.
        staff: StaffNumber,
        /// When they say they voted.
        at: Timestamp,
    },
    /// A key that is the node's too.
    #[error("the key of {staff} is a key of the node")]
    NodeKey {
        /// The person.
        staff: StaffNumber,
    },
    /// A signature that does not hold for this message.
    #[error("the signature of {staff} is not one on exactly this message")]
    Forged {
        /// The person.
        staff: StaffNumber,
    },
    /// One person, or one key, twice.
    #[error("{first} and {second} are one person or have one key")]
    SamePerson {
        /// The one.
        first: StaffNumber,
        /// The other.
        second: StaffNumber,
    },
    /// Nobody who screens people stands behind it.
    #[error(
        "whether somebody is a victim is said by a victim-officer, and none drafted or approved the message"
    )]
    NoVictimOfficer,
    /// No prosecutor stands behind what only a prosecutor decides.
    #[error(
        "how acts under coercion are looked at is said by a prosecutor, and none drafted or approved the message"
    )]
    NoProsecutor,
    /// Break-glass where it has no place.
    #[error(
        "break-glass is for saving lives with urgency U1, and this message is not of that kind"
    )]
    NoGlass,
    /// Not everybody who has to has approved.
    #[error("{level} needs {}", missing_text(missing))]
    TooFew {
        /// What the kind needs.
        level: Approval,
        /// Who is missing: of each list one.
        missing: Vec<&'static [StaffRole]>,
    },
}

fn missing_text(missing: &[&[StaffRole]]) -> String {
    let one = |roles: &&[StaffRole]| {
        let names: Vec<&str> = roles.iter().map(|role| role.text()).collect();
        format!("the approval of a {}", names.join(" or "))
    };
    let all: Vec<String> = missing.iter().map(one).collect();
    all.join(" and ")
}

impl NotApproved {
    /// What the peer is told.
    // spec: apr-9
    pub const fn code(&self) -> RefusalCode {
        match self {
            Self::Missing { .. }
            | Self::TooFew { .. }
            | Self::NoVictimOfficer
            | Self::NoProsecutor => RefusalCode::Unapproved,
            Self::ListNotHeld { .. }
            | Self::NotCovered { .. }
            | Self::OtherDrafter { .. }
            | Self::NoOffice { .. }
            | Self::Late { .. }
            | Self::Aged { .. }
            | Self::NodeKey { .. }
            | Self::Forged { .. }
            | Self::SamePerson { .. }
            | Self::NoGlass => RefusalCode::BadApproval,
        }
    }

    /// The rule that refused it, by its id in the specification.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "apr-8",
            Self::TooFew { .. } => "apr-6",
            Self::ListNotHeld { .. } | Self::NotCovered { .. } => "stf-5",
            Self::OtherDrafter { .. } | Self::SamePerson { .. } | Self::NodeKey { .. } => "apr-5",
            Self::NoOffice { .. } | Self::Late { .. } | Self::Aged { .. } => "apr-1",
            Self::Forged { .. } => "apr-2",
            Self::NoGlass => "apr-7",
            Self::NoVictimOfficer => "apr-11",
            Self::NoProsecutor => "apr-13",
        }
    }

    /// What would make it acceptable.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Missing { .. } => {
                "draft it with `concord message draft`, have it approved with `concord message approve`, then send it"
            }
            Self::TooFew { .. } => {
                "have it approved by whoever is missing (`concord message approve`), then send it again"
            }
            Self::ListNotHeld { .. } => {
                "hand the agency's newest staff list to its node: `concord staff adopt`"
            }
            Self::NotCovered { .. } => {
                "have the root certify a staff list that covers the time (`concord staff certify`)"
            }
            Self::OtherDrafter { .. } => "let the person sign who is named as its drafter",
            Self::NoOffice { .. } => {
                "let a person vote who has the office now, or have the root certify them (`concord staff certify`)"
            }
            Self::Late { .. } => "correct the clock of the machine on which the vote was given",
            Self::Aged { .. } => "draft it anew, and have it approved again",
            Self::NodeKey { .. } => "give the person a key of their own (`concord staff new`)",
            Self::Forged { .. } => {
                "draft and approve exactly the message that is sent; whoever changes it has it approved again"
            }
            Self::SamePerson { .. } => "let another person approve it than the one who drafted it",
            Self::NoVictimOfficer => "let a victim-officer draft or approve it",
            Self::NoProsecutor => "let a prosecutor or a central-authority draft or approve it",
            Self::NoGlass => "have the message approved as its kind demands",
        }
    }
}

/// Whoever decides whether somebody is prosecuted, or speaks for those who do.
const JUSTICE: &[StaffRole] = &[StaffRole::Prosecutor, StaffRole::CentralAuthority];

/// Who has to approve, beside the drafter: of each list one person. Source: spec apr-6.
// spec: apr-6
const fn needed(level: Approval) -> &'static [&'static [StaffRole]] {
    const SUPERVISOR: &[StaffRole] = &[StaffRole::Supervisor, StaffRole::HeadOfAgency];
    const HEAD: &[StaffRole] = &[StaffRole::HeadOfAgency, StaffRole::Minister];
    match level {
        Approval::A1 => &[],
        Approval::A2 => &[SUPERVISOR],
        Approval::A3 => &[SUPERVISOR, JUSTICE],
        Approval::A4 => &[HEAD],
    }
}

/// Judges the approvals of a message, by its author's staff list and by the charter in force.
///
/// # Errors
/// The first thing that stands against it.
pub fn judge(
    asked: &Question<'_>,
    directory: &Directory,
    tolerance: Span,
) -> Result<Approved, NotApproved> {
    let header = asked.header;
    let said = Said { urgency: header.urgency, handling: &header.handling };
    let level = asked.body.approval(&said);
    // spec: apr-8
    let Some(approvals) = asked.approvals else {
        return match directory.charter().charter().profiles.approvals {
            ApprovalProfile::NoneDemanded => Ok(Approved::NotAsked),
            ApprovalProfile::Demanded => Err(NotApproved::Missing { level }),
        };
    };
    let list = in_force(approvals, header, directory)?;
    let core = envelope::core_digest(header)
        .map_err(|_| NotApproved::Forged { staff: approvals.drafted.staff.clone() })?;
    let agency = &header.from.agency;
    let bench = Bench {
        ballot: Ballot { charter: directory.charter().name(), agency, core },
        list,
        created: header.created,
        directory,
        tolerance,
    };
    let drafter = &approvals.drafted;
    // spec: apr-5
    if drafter.staff.as_str() != asked.drafted_by.as_str() {
        let said = String::from(asked.drafted_by.as_str());
        return Err(NotApproved::OtherDrafter { said, signed: drafter.staff.clone() });
    }
    let deed = if approvals.break_glass { Deed::BrokeGlass } else { Deed::Drafted };
    bench.check(drafter, deed)?;
    approvals.approved.iter().try_for_each(|vote| bench.check(vote, Deed::Approved))?;
    bench.differ(approvals)?;
    // spec: apr-7
    if approvals.break_glass {
        let saves_lives = header.urgency == Urgency::U1 && asked.body.saves_lives();
        return if saves_lives { Ok(Approved::BrokeGlass) } else { Err(NotApproved::NoGlass) };
    }
    asked.body.voices().iter().try_for_each(|voice| heard(approvals, *voice))?;
    suffice(approvals, level)
}

/// The staff list of the author, if it is at least as new as the one that the approvals name, and covers the message.
// spec: stf-5
fn in_force<'d>(
    approvals: &Approvals,
    header: &Header,
    directory: &'d Directory,
) -> Result<&'d StaffList, NotApproved> {
    let agency = || header.from.agency.clone();
    let not_held = || NotApproved::ListNotHeld { agency: agency(), named: approvals.list };
    let list = directory.staff(&header.from.agency).ok_or_else(not_held)?.list();
    if list.number < approvals.list {
        return Err(not_held());
    }
    if !list.covers(header.created) {
        let (from, until) = (list.from, list.until);
        return Err(NotApproved::NotCovered {
            agency: agency(),
            from,
            until,
            created: header.created,
        });
    }
    Ok(list)
}

/// What the votes on one message are judged by.
struct Bench<'a> {
    ballot: Ballot<'a>,
    list: &'a StaffList,
    created: Timestamp,
    directory: &'a Directory,
    tolerance: Span,
}

impl Bench<'_> {
    /// Checks one vote: its office, its time, its key, its signature.
    fn check(&self, vote: &Vote, deed: Deed) -> Result<(), NotApproved> {
        let staff = || vote.staff.clone();
        // spec: apr-1
        if vote.at > self.created.after(self.tolerance) {
            return Err(NotApproved::Late { staff: staff(), at: vote.at });
        }
        if vote.at < self.created.before(VOTE_AGE_MAX) {
            return Err(NotApproved::Aged { staff: staff(), at: vote.at });
        }
        let office = self.list.office(&vote.staff, self.created);
        let office = office.filter(|office| office.role == vote.role);
        // Clocks of desks differ from the node's by the tolerance, also at the edge of an office.
        let at = vote.at.min(self.created);
        let Some(office) = office.filter(|office| office.counts_at(at)) else {
            return Err(NotApproved::NoOffice { staff: staff(), role: vote.role });
        };
        // spec: stf-3
        if self.directory.is_node_key(self.ballot.agency, &office.key) {
            return Err(NotApproved::NodeKey { staff: staff() });
        }
        if !self.ballot.holds(vote, deed, &office.key) {
            return Err(NotApproved::Forged { staff: staff() });
        }
        Ok(())
    }

    /// Checks that everybody who voted is another person with another key. The list says so of keys already.
    // spec: apr-5
    fn differ(&self, approvals: &Approvals) -> Result<(), NotApproved> {
        let key = |vote: &Vote| {
            let office = self.list.office(&vote.staff, self.created);
            office.map(|office| *office.key.as_bytes())
        };
        let votes: Vec<&Vote> = approvals.votes().collect();
        for (place, vote) in votes.iter().enumerate() {
            let same = |other: &&&Vote| other.staff == vote.staff || key(other) == key(vote);
            if let Some(first) = votes.iter().take(place).find(same) {
                let (first, second) = (first.staff.clone(), vote.staff.clone());
                return Err(NotApproved::SamePerson { first, second });
            }
        }
        Ok(())
    }
}

/// Whether somebody of the office that a message needs stands behind it, as its drafter or otherwise.
// spec: apr-11, apr-13
fn heard(approvals: &Approvals, voice: Voice) -> Result<(), NotApproved> {
    let (roles, missing): (&[StaffRole], _) = match voice {
        Voice::Screens => (&[StaffRole::VictimOfficer], NotApproved::NoVictimOfficer),
        Voice::Prosecutes => (JUSTICE, NotApproved::NoProsecutor),
    };
    let is_heard = approvals.votes().any(|vote| roles.contains(&vote.role));
    if is_heard { Ok(()) } else { Err(missing) }
}

/// Whether everybody whom a level needs has approved.
// spec: apr-6
fn suffice(approvals: &Approvals, level: Approval) -> Result<Approved, NotApproved> {
    let is_there =
        |roles: &&[StaffRole]| approvals.approved.iter().any(|vote| roles.contains(&vote.role));
    let missing: Vec<&'static [StaffRole]> =
        needed(level).iter().copied().filter(|roles| !is_there(roles)).collect();
    if missing.is_empty() {
        Ok(Approved::ByAll)
    } else {
        Err(NotApproved::TooFew { level, missing })
    }
}
