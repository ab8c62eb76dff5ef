//! What a charter must say, whoever signed it: order, names, roots, logs, suites, clauses, numbers.
//!
//! Checked twice: when a charter is drafted, so that nobody signs what cannot hold, and when one is verified.

use alloc::string::String;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::crypto::suite::Suite;
use crate::identity::charter::Charter;
use crate::identity::charter::LogRange;
use crate::identity::charter::Member;
use crate::identity::charter::MemberName;
use crate::identity::charter::Profiles;
use crate::identity::charter::Resolves;
use crate::identity::charter::clause;
use crate::identity::charter::clause::Clause;
use crate::identity::quorum;
use crate::identity::quorum::QuorumError;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::limits::CLAUSE_BYTES_MAX;
use crate::limits::CLAUSES_BYTES_MAX;
use crate::limits::CLAUSES_MAX;
use crate::limits::MEMBER_NAME_BYTES_MAX;
use crate::limits::MEMBER_NAMES_MAX;
use crate::limits::MEMBERS_MAX;
use crate::limits::RIVALS_MAX;
use crate::limits::SUITES_MAX;

/// Why a charter does not hold, whoever signed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// A version above 1 that names no version before it.
    #[error("version {version} must name the digest of the version before it")]
    Unlinked {
        /// The version found.
        version: CharterVersion,
    },
    /// What it says of stuck versions cannot be.
    #[error(
        "a version that resolves a conflict names 1 to {RIVALS_MAX} stuck versions, ascending, and comes after the next one"
    )]
    Resolves,
    /// Version 0, or a version 1 that names a version before it or beside it.
    #[error("a founding charter has version 1 and names no version before it")]
    Founding,
    /// Fewer than two members, or too many.
    #[error("a charter has 2 to {MEMBERS_MAX} members, this one has {found}")]
    Members {
        /// Members found.
        found: usize,
    },
    /// Two members are the same agency.
    #[error("the member {agency} stands twice")]
    MemberTwice {
        /// The agency.
        agency: AgencyId,
    },
    /// Members out of order.
    #[error("members stand in ascending order of agency, {agency} does not")]
    MemberOrder {
        /// The first that does not.
        agency: AgencyId,
    },
    /// Two members share a half of their roots.
    #[error("{first} and {second} have a root key in common")]
    RootShared {
        /// One of them.
        first: AgencyId,
        /// The other.
        second: AgencyId,
    },
    /// A member's names.
    #[error("the names of {agency} do not hold")]
    Names {
        /// The agency.
        agency: AgencyId,
        /// What is wrong with them.
        source: NamesError,
    },
    /// A member's log numbers.
    #[error(
        "log numbers count from 1 and the first is not above the last, those of {agency} do not"
    )]
    Logs {
        /// The agency.
        agency: AgencyId,
    },
    /// Suites missing, unknown, repeated or out of order.
    #[error("suites are known, ascending and at least one; those that are built are 1 and 2")]
    Suites,
    /// More is settled than a charter has room for.
    #[error(
        "a charter settles at most {CLAUSES_MAX} things in {CLAUSES_BYTES_MAX} bytes, this one {found} in {bytes}"
    )]
    Clauses {
        /// Clauses found.
        found: usize,
        /// Units: bytes.
        bytes: usize,
    },
    /// A clause in another form.
    #[error(
        "an article is 1 to 16 letters a-z, and what it is about and what holds are lines of 1 to {CLAUSE_BYTES_MAX} bytes; `{clause}` is not so"
    )]
    Clause {
        /// What it settles.
        clause: String,
    },
    /// Clauses out of order, or two about one thing.
    #[error("what is settled stands in ascending order, each once; `{clause}` does not")]
    ClauseOrder {
        /// The first that does not.
        clause: String,
    },
    /// A clause for a Party without a member.
    #[error("no member acts for the Party in `{clause}`")]
    ClauseParty {
        /// What it settles.
        clause: String,
    },
    /// Numbers that do not fit the number of members.
    #[error("the numbers do not fit {members} members")]
    Quorum {
        /// Members.
        members: u16,
        /// The first number that does not hold.
        source: QuorumError,
    },
}

/// Why the names of a member do not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NamesError {
    /// No name, or too many.
    #[error("a member has 1 to {MEMBER_NAMES_MAX} names, this one has {found}")]
    Count {
        /// Names found.
        found: usize,
    },
    /// Not a language tag.
    #[error("a language is a BCP 47 tag such as en or zh-Hans")]
    Language,
    /// Languages repeated or out of order.
    #[error("names stand in ascending order of language, one for each")]
    Order,
    /// Empty, too long, or with characters that no screen should be asked to show.
    #[error(
        "a name has 1 to {MEMBER_NAME_BYTES_MAX} bytes, without control characters or blanks at its ends"
    )]
    Text,
}

/// Checks what a charter says.
///
/// # Errors
/// The first rule that does not hold.
pub fn check(charter: &Charter) -> Result<(), RuleError> {
    version(charter)?;
    members(&charter.members)?;
    roots(&charter.members)?;
    suites(&charter.profiles)?;
    clause::check(charter)?;
    let members = u16::try_from(charter.members.len()).unwrap_or(u16::MAX);
    quorum::check(members, charter.quorum()).map_err(|source| RuleError::Quorum { members, source })
}

/// The same charter with members, names and clauses in their one order.
#[must_use]
pub fn in_order(mut charter: Charter) -> Charter {
    charter.members.sort_by(|a, b| a.agency.cmp(&b.agency));
    for member in &mut charter.members {
        member.names.sort_by(|a, b| a.language.cmp(&b.language));
    }
    charter.clauses.sort_by(|a, b| Clause::place(a).cmp(&Clause::place(b)));
    charter
}

fn version(charter: &Charter) -> Result<(), RuleError> {
    // spec: id-14
    match (charter.version.get(), charter.previous, &charter.resolves) {
        (1, None, None) | (2.., Some(_), None) => Ok(()),
        (0 | 1, _, _) => Err(RuleError::Founding),
        (_, None, _) => Err(RuleError::Unlinked { version: charter.version }),
        (version, Some(base), Some(resolves)) => resolved(version, base, resolves),
    }
}

/// Rivals stand above the version that all agreed on and below this one, so there is room for one at least.
fn resolved(version: u64, base: Digest, resolves: &Resolves) -> Result<(), RuleError> {
    // spec: chr-6
    let Resolves { since, rivals } = resolves;
    let ascending = rivals.iter().zip(rivals.iter().skip(1)).all(|(before, after)| before < after);
    let room = since.get() >= 1 && since.get().saturating_add(2) <= version;
    let counted = (1..=RIVALS_MAX).contains(&rivals.len());
    if ascending && room && counted && !rivals.contains(&base) {
        Ok(())
    } else {
        Err(RuleError::Resolves)
    }
}

fn members(members: &[Member]) -> Result<(), RuleError> {
    // spec: id-8
    if !(2..=MEMBERS_MAX).contains(&members.len()) {
        return Err(RuleError::Members { found: members.len() });
    }
    for (before, after) in members.iter().zip(members.iter().skip(1)) {
        let agency = || after.agency.clone();
        match before.agency.cmp(&after.agency) {
            core::cmp::Ordering::Less => {}
            core::cmp::Ordering::Equal => return Err(RuleError::MemberTwice { agency: agency() }),
            core::cmp::Ordering::Greater => {
                return Err(RuleError::MemberOrder { agency: agency() });
            }
        }
    }
    for member in members {
        names(&member.names)
            .map_err(|source| RuleError::Names { agency: member.agency.clone(), source })?;
        logs(member.logs).ok_or_else(|| RuleError::Logs { agency: member.agency.clone() })?;
    }
    Ok(())
}

fn names(names: &[MemberName]) -> Result<(), NamesError> {
    if !(1..=MEMBER_NAMES_MAX).contains(&names.len()) {
        return Err(NamesError::Count { found: names.len() });
    }
    if !names.iter().all(|name| is_language(&name.language)) {
        return Err(NamesError::Language);
    }
    if names
        .iter()
        .zip(names.iter().skip(1))
        .any(|(before, after)| before.language >= after.language)
    {
        return Err(NamesError::Order);
    }
    if names.iter().all(|name| is_name(&name.text)) { Ok(()) } else { Err(NamesError::Text) }
}

/// A primary tag of two or three letters, then subtags of two to eight letters and digits. Source: RFC 5646 section 2.1.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    tag.len() <= 35
        && (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// One line for eyes, without marks that would make it read otherwise than it is.
pub(in crate::identity) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MEMBER_NAME_BYTES_MAX
        && text.trim() == text
        && !text.chars().any(|c| c.is_control() || is_direction(c))
}

/// Marks that turn the direction of what follows, and so can make one name look like another.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn logs(logs: LogRange) -> Option<()> {
    (logs.first.get() >= 1 && logs.first <= logs.last).then_some(())
}

/// Every half of every root is used once.
fn roots(members: &[Member]) -> Result<(), RuleError> {
    // spec: id-23
    for (place, member) in members.iter().enumerate() {
        if let Some(other) =
            members.iter().take(place).find(|other| other.root.overlaps(&member.root))
        {
            return Err(RuleError::RootShared {
                first: other.agency.clone(),
                second: member.agency.clone(),
            });
        }
    }
    Ok(())
}

fn suites(profiles: &Profiles) -> Result<(), RuleError> {
    // spec: id-10
    let suites: &Vec<u16> = &profiles.suites;
    let ascending = suites.iter().zip(suites.iter().skip(1)).all(|(before, after)| before < after);
    let known = suites.iter().all(|number| Suite::of(*number).is_some());
    if ascending && known && (1..=SUITES_MAX).contains(&suites.len()) {
        Ok(())
    } else {
        Err(RuleError::Suites)
    }
}
