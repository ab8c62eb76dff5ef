//! What the clauses of a charter mean for procedures.
//!
//! Uses `identity::charter::clause`, `message`, `deadline`. A charter keeps words; this is the one place that knows what they
//! say. Where nothing is settled, everything is as by default, and a clause that is not read changes nothing: no version of
//! the charter waits for a version of the software.
//!
//! - [`article`]: the articles, and one clause read.
//! - [`judge`]: what a message states, held against what is settled for the Party of its author.
//!
//! Absent on purpose: an article for the age of a child, which is 18 everywhere; and any state, because charters in force
//! differ from node to node while a version is adopted.

pub mod article;
pub mod judge;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::identity::charter::clause::Clause;
use crate::ids::Party;
use crate::message::kind::Kind;
use crate::message::legal_basis::LegalBasisRef;
use crate::message::refusal_ground::GroundClass;
use crate::message::refusal_ground::RefusalGround;
use crate::message::retention;
use crate::procedure::deadline::profile::DeadlineProfile;
use crate::procedure::profile::article::Meaning;
use crate::procedure::profile::article::Under;
use crate::procedure::profile::article::Waiver;

/// Everything that is settled; the default is what holds where no clause says anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// How long things may take, and on which days nobody is expected to work.
    pub deadlines: DeadlineProfile,
    grounds: BTreeMap<(Party, RefusalGround, Under), GroundClass>,
    waivers: BTreeMap<Party, Waiver>,
    months: BTreeMap<&'static str, u16>,
}

/// A clause that is not read: what it is about is as by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The clause.
    pub clause: Clause,
    /// Why not.
    pub why: String,
}

/// The clause, and why it is not read.
impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.clause, self.why)
    }
}

/// Reads the clauses of a charter, and gives those back that cannot be read.
// spec: prf-3, prf-4
pub fn read(clauses: &[Clause]) -> (Profile, Vec<Unread>) {
    let (mut profile, mut unread) = (Profile::default(), Vec::new());
    for clause in clauses {
        match article::read(clause) {
            Ok(meaning) => profile.settle(meaning),
            Err(why) => unread.push(Unread { clause: clause.clone(), why }),
        }
    }
    (profile, unread)
}

impl Profile {
    fn settle(&mut self, meaning: Meaning) {
        match meaning {
            Meaning::Acknowledge(class, term) => {
                self.deadlines.settle_class(class).acknowledge = term;
            }
            Meaning::Answer(class, term) => self.deadlines.settle_class(class).answer = term,
            Meaning::Fixed(which, term) => {
                self.deadlines.fixed.insert(which, term);
            }
            Meaning::Rest(party, day) => self.deadlines.rest.entry(party).or_default().add(day),
            Meaning::Ground(place, class) => {
                self.grounds.insert(place, class);
            }
            Meaning::Waiver(party, waiver) => {
                self.waivers.insert(party, waiver);
            }
            Meaning::Retention(matter, months) => {
                self.months.insert(matter, months);
            }
        }
    }

    /// How a ground binds a Party under the instruments on which a message rests; `None` where its own law says it.
    ///
    /// What is settled under the name of an instrument goes before what is settled under its kind, and that before what is
    /// settled for any. Of several instruments the one that binds most counts.
    // spec: prf-8
    pub fn class(
        &self,
        party: &Party,
        ground: RefusalGround,
        bases: &[LegalBasisRef],
    ) -> Option<GroundClass> {
        let by_default = ground.default_class().filter(|class| *class == GroundClass::Mandatory);
        if article::is_absolute(ground) {
            return by_default;
        }
        let under = |under: Under| self.grounds.get(&(party.clone(), ground, under)).copied();
        let settled = bases.iter().filter_map(|basis| {
            under(Under::Named(String::from(basis.instrument.as_str())))
                .or_else(|| under(Under::Kind(basis.kind)))
                .or_else(|| under(Under::Any))
        });
        settled.min().or(by_default)
    }

    /// Whether a Party may do without the promise that a person's life is spared.
    // spec: prf-10
    pub fn waiver(&self, party: &Party) -> Waiver {
        self.waivers.get(party).copied().unwrap_or(Waiver::Lawful)
    }

    /// How long a kind of message is kept at the longest before somebody looks at it again. Units: months.
    // spec: prf-11
    pub fn months(&self, kind: Kind) -> u16 {
        let term = retention::term(kind);
        self.months.get(term.matter).copied().unwrap_or(term.months)
    }
}
