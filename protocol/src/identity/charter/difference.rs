//! What changes from one version to the next, each change one sentence.

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::identity::charter::Charter;
use crate::identity::charter::LogRange;
use crate::identity::charter::Member;
use crate::identity::charter::MemberName;
use crate::identity::charter::clause::Clause;
use crate::ids::AgencyId;
use crate::ids::Party;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A member is added.
    Added {
        /// The agency.
        agency: AgencyId,
        /// The State it acts for.
        party: Party,
        /// The fingerprint of its root.
        root: Digest,
    },
    /// A member is removed.
    Removed {
        /// The agency.
        agency: AgencyId,
    },
    /// A member gets another root.
    Root {
        /// The agency.
        agency: AgencyId,
        /// The fingerprint of the old root.
        from: Digest,
        /// The fingerprint of the new one.
        to: Digest,
    },
    /// A member acts for another State.
    Party {
        /// The agency.
        agency: AgencyId,
        /// The State until now.
        from: Party,
        /// The State from now on.
        to: Party,
    },
    /// A member is called otherwise.
    Names {
        /// The agency.
        agency: AgencyId,
        /// Its names until now.
        from: Vec<MemberName>,
        /// Its names from now on.
        to: Vec<MemberName>,
    },
    /// Other logs of a member are accepted.
    Logs {
        /// The agency.
        agency: AgencyId,
        /// Those until now.
        from: LogRange,
        /// Those from now on.
        to: LogRange,
    },
    /// One of the three numbers changes.
    Number {
        /// Which.
        which: Number,
        /// Until now.
        from: u16,
        /// From now on.
        to: u16,
    },
    /// Something about procedures is settled.
    ClauseAdded {
        /// What, and how.
        clause: Clause,
    },
    /// Something about procedures is settled otherwise.
    ClauseChanged {
        /// How it was settled until now.
        from: Clause,
        /// How it is settled from now on.
        to: Clause,
    },
    /// Something about procedures is settled no longer: it is as by default.
    ClauseDropped {
        /// How it was settled until now.
        clause: Clause,
    },
    /// A suite of algorithms is allowed.
    SuiteAllowed {
        /// Its number.
        suite: u16,
    },
    /// A suite of algorithms is allowed no longer.
    SuiteForbidden {
        /// Its number.
        suite: u16,
    },
}

/// One of the three numbers of a charter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Members that must sign the next version.
    AmendmentThreshold,
    /// Dishonest members to bear.
    DishonestMax,
    /// Witnesses that must cosign.
    WitnessQuorum,
}

impl Number {
    /// As it is called in a draft.
    pub const fn text(self) -> &'static str {
        match self {
            Self::AmendmentThreshold => "amendment_threshold",
            Self::DishonestMax => "dishonest_max",
            Self::WitnessQuorum => "witness_quorum",
        }
    }
}

impl Change {
    /// The kind of change, for machines.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Added { .. } => "member-added",
            Self::Removed { .. } => "member-removed",
            Self::Root { .. } => "root-replaced",
            Self::Party { .. } => "party-changed",
            Self::Names { .. } => "names-changed",
            Self::Logs { .. } => "logs-changed",
            Self::Number { .. } => "number-changed",
            Self::ClauseAdded { .. } => "clause-added",
            Self::ClauseChanged { .. } => "clause-changed",
            Self::ClauseDropped { .. } => "clause-dropped",
            Self::SuiteAllowed { .. } => "suite-allowed",
            Self::SuiteForbidden { .. } => "suite-forbidden",
        }
    }

    /// The agency that it is about.
    pub const fn agency(&self) -> Option<&AgencyId> {
        match self {
            Self::Added { agency, .. }
            | Self::Removed { agency }
            | Self::Root { agency, .. }
            | Self::Party { agency, .. }
            | Self::Names { agency, .. }
            | Self::Logs { agency, .. } => Some(agency),
            Self::Number { .. }
            | Self::ClauseAdded { .. }
            | Self::ClauseChanged { .. }
            | Self::ClauseDropped { .. }
            | Self::SuiteAllowed { .. }
            | Self::SuiteForbidden { .. } => None,
        }
    }

    /// The change in one sentence, for a person.
    pub fn sentence(&self) -> String {
        match self {
            Self::Added { agency, party, root } => {
                format!("{agency} of {party} is added, with the root {root}")
            }
            Self::Removed { agency } => format!("{agency} is removed"),
            Self::Root { agency, from, to } => {
                format!("the root of {agency} is replaced: {from} until now, {to} from now on")
            }
            Self::Party { agency, from, to } => {
                format!("{agency} acts for {to}, no longer for {from}")
            }
            Self::Names { agency, from, to } => {
                format!("{agency} is called otherwise: {}", renamed(from, to))
            }
            Self::Logs { agency, from, to } => {
                format!("logs of {agency} are accepted from {to}, until now {from}")
            }
            Self::Number { which, from, to } => {
                format!("{} is {to}, until now {from}", which.text())
            }
            Self::ClauseAdded { clause } => format!("new clause: {clause}"),
            Self::ClauseChanged { from, to } => {
                format!("clause changed: {to}, until now {}", from.value)
            }
            Self::ClauseDropped { clause } => {
                format!("clause dropped: {}, until now {}", clause.subject(), clause.value)
            }
            Self::SuiteAllowed { suite } => format!("suite {suite} is allowed"),
            Self::SuiteForbidden { suite } => format!("suite {suite} is allowed no longer"),
        }
    }
}

/// Every name that changes, old and new, by language; whoever signs must see both.
fn renamed(from: &[MemberName], to: &[MemberName]) -> String {
    let within = |names: &[MemberName], language: &str| {
        names.iter().find(|name| name.language == language).map(|name| name.text.clone())
    };
    // Not as Rust writes it, which escapes the marks of Lao, Khmer and Thai.
    let quoted =
        |text: Option<String>| text.map_or_else(|| "none".to_string(), |text| format!("“{text}”"));
    let gone = from.iter().filter(|old| within(to, &old.language).is_none());
    let names = to.iter().chain(gone).map(|name| name.language.as_str());
    let changed = names.filter_map(|language| {
        let (old, new) = (within(from, language), within(to, language));
        (old != new).then(|| format!("{language} {}, until now {}", quoted(new), quoted(old)))
    });
    let changed: Vec<String> = changed.collect();
    if changed.is_empty() {
        "the same names in another order".to_string()
    } else {
        changed.join("; ")
    }
}

impl core::fmt::Display for LogRange {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} to {}", self.first, self.last)
    }
}

/// Every change from one version to another: members in order, then numbers, suites, and what is settled.
pub fn between(before: &Charter, after: &Charter) -> Vec<Change> {
    let mut changes = Vec::new();
    let left = before.members.iter().filter(|member| after.member(&member.agency).is_none());
    changes.extend(left.map(|member| Change::Removed { agency: member.agency.clone() }));
    for member in &after.members {
        match before.member(&member.agency) {
            None => changes.push(Change::Added {
                agency: member.agency.clone(),
                party: member.party.clone(),
                root: member.root.fingerprint(),
            }),
            Some(known) => of_member(known, member, &mut changes),
        }
    }
    numbers(before, after, &mut changes);
    suites(before, after, &mut changes);
    clauses(before, after, &mut changes);
    changes
}

fn of_member(before: &Member, after: &Member, changes: &mut Vec<Change>) {
    let agency = || after.agency.clone();
    if before.root != after.root {
        let (from, to) = (before.root.fingerprint(), after.root.fingerprint());
        changes.push(Change::Root { agency: agency(), from, to });
    }
    if before.party != after.party {
        let (from, to) = (before.party.clone(), after.party.clone());
        changes.push(Change::Party { agency: agency(), from, to });
    }
    if before.names != after.names {
        let (from, to) = (before.names.clone(), after.names.clone());
        changes.push(Change::Names { agency: agency(), from, to });
    }
    if before.logs != after.logs {
        changes.push(Change::Logs { agency: agency(), from: before.logs, to: after.logs });
    }
}

fn numbers(before: &Charter, after: &Charter, changes: &mut Vec<Change>) {
    let (old, new) = (before.quorum(), after.quorum());
    let all = [
        (Number::AmendmentThreshold, old.amendment_threshold, new.amendment_threshold),
        (Number::DishonestMax, old.dishonest_max, new.dishonest_max),
        (Number::WitnessQuorum, old.witness_quorum, new.witness_quorum),
    ];
    let changed = all.into_iter().filter(|(_, from, to)| from != to);
    changes.extend(changed.map(|(which, from, to)| Change::Number { which, from, to }));
}

fn suites(before: &Charter, after: &Charter, changes: &mut Vec<Change>) {
    let (old, new) = (&before.profiles.suites, &after.profiles.suites);
    let allowed = new.iter().filter(|suite| !old.contains(suite));
    changes.extend(allowed.map(|suite| Change::SuiteAllowed { suite: *suite }));
    let forbidden = old.iter().filter(|suite| !new.contains(suite));
    changes.extend(forbidden.map(|suite| Change::SuiteForbidden { suite: *suite }));
}

// spec: prf-2
fn clauses(before: &Charter, after: &Charter, changes: &mut Vec<Change>) {
    let within = |charter: &Charter, clause: &Clause| {
        charter.clauses.iter().find(|other| other.place() == clause.place()).cloned()
    };
    let gone = before.clauses.iter().filter(|clause| within(after, clause).is_none());
    changes.extend(gone.map(|clause| Change::ClauseDropped { clause: clause.clone() }));
    for clause in &after.clauses {
        match within(before, clause) {
            Some(from) if from.value == clause.value => {}
            Some(from) => changes.push(Change::ClauseChanged { from, to: clause.clone() }),
            None => changes.push(Change::ClauseAdded { clause: clause.clone() }),
        }
    }
}

/// The changes as lines, one sentence each; says so when there are none.
pub fn lines(changes: &[Change]) -> Vec<String> {
    if changes.is_empty() {
        return alloc::vec!["nothing changes but the version".to_string()];
    }
    changes.iter().map(Change::sentence).collect()
}
