//! How long things may take: the urgency classes, the fixed terms, and the days of rest.
//!
//! Every number is a proposal for the Parties to settle. The defaults stand in one table; a profile names what the Parties
//! settled otherwise, and the charter in force says it (`procedure::profile`).

use alloc::collections::BTreeMap;
use alloc::format;
use core::fmt;

use crate::ids::Party;
use crate::message::field::choice;
use crate::message::urgency::Urgency;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::procedure::deadline::rest::Rest;
use crate::procedure::deadline::zone::Zone;

/// A length of time as people agree on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Minutes, by the clock.
    Minutes(u32),
    /// Hours, by the clock.
    Hours(u32),
    /// Calendar days: the day itself does not count, and the last one counts to its end.
    Days(u32),
}

impl Term {
    /// When it is over for somebody in that zone.
    // spec: due-4
    pub fn after(self, start: Timestamp, zone: Zone) -> Timestamp {
        match self {
            Self::Minutes(_) | Self::Hours(_) => start.after(self.span()),
            Self::Days(days) => zone.end_of(zone.day_after(start, days)),
        }
    }

    /// The same where it may wait for a working day: a term of days that would end on a day of rest ends with the next day
    /// that is none.
    // spec: prf-6
    pub fn after_rest(self, start: Timestamp, zone: Zone, rest: &Rest) -> Timestamp {
        match self {
            Self::Minutes(_) | Self::Hours(_) => start.after(self.span()),
            Self::Days(days) => zone.end_of(rest.next_working(zone.day_after(start, days))),
        }
    }

    /// Reads a term as it is shown: `30 minutes`, `1 day`; `None` when it has another form.
    pub fn parse(text: &str) -> Option<Self> {
        let (count, unit) = text.split_once(' ')?;
        let count: u32 = count.parse().ok()?;
        let of_unit = match unit {
            "minute" | "minutes" => Self::Minutes(count),
            "hour" | "hours" => Self::Hours(count),
            "day" | "days" => Self::Days(count),
            _ => return None,
        };
        // One term has one form.
        (format!("{of_unit}") == text).then_some(of_unit)
    }

    /// How many of its units it has.
    pub const fn count(self) -> u32 {
        match self {
            Self::Minutes(count) | Self::Hours(count) | Self::Days(count) => count,
        }
    }

    /// Whether it is counted by the clock, and not by the calendar.
    pub const fn is_by_the_clock(self) -> bool {
        match self {
            Self::Minutes(_) | Self::Hours(_) => true,
            Self::Days(_) => false,
        }
    }

    /// How long it is when a day has 24 hours: for a term that runs back from an instant.
    pub fn span(self) -> Span {
        match self {
            Self::Minutes(minutes) => span(minutes, 60_000),
            Self::Hours(hours) => span(hours, 3_600_000),
            Self::Days(days) => Span::from_days(days),
        }
    }
}

fn span(count: u32, unit: u64) -> Span {
    Span::from_millis(u64::from(count).saturating_mul(unit))
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self {
            Self::Minutes(count) => (count, "minute"),
            Self::Hours(count) => (count, "hour"),
            Self::Days(count) => (count, "day"),
        };
        write!(f, "{count} {unit}{}", if *count == 1 { "" } else { "s" })
    }
}

/// What a class of urgency gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassTerms {
    /// Until a human has taken the message.
    pub acknowledge: Term,
    /// Until it is answered, or a delay explained.
    pub answer: Term,
}

choice! {
    /// A term that does not come from a class. Source: DOMAIN 2 and 2.2, spec due-3.
    Fixed {
        /// The originator of a wanted notice answers a hit.
        WantedHit = "hit on a wanted notice",
        /// Assets are held before they move.
        EmergencyFreeze = "emergency freeze",
        /// A recipient says what became of what is taken back.
        RecallReport = "recall report",
        /// The same for an immediate recall.
        ImmediateRecallReport = "recall report under U1",
        /// It is said how exhibits arrived.
        EvidenceReceipt = "evidence receipt",
        /// The other side says what it thinks of a refusal that is intended.
        Views = "views before a refusal",
        /// A Party of a leg answers a schedule.
        ScheduleAnswer = "schedule answer",
        /// The chair sends the minutes of a session.
        Minutes = "minutes after a session",
        /// A recipient says how useful a report was.
        Feedback = "usefulness feedback",
        /// The second side signs a certificate.
        SecondSignature = "second signature under a certificate",
        /// Whoever asked says something to the answer.
        Closing = "word on an answered request for information",
        /// What lies behind a hit is told.
        CoreData = "core data after a hit",
        /// A prosecutor says how to look at what a victim did under coercion.
        Review = "review of what a victim did",
        /// A decision comes before the person has to be let go.
        BeforeRelease = "decision before a release is due",
        /// Whoever kept an own national tells how the prosecution at home goes on.
        HomeTrial = "news of a prosecution at home",
        /// Whoever received a person tells whether the promise to spare the person's life is kept.
        Monitoring = "news of a promise that is kept",
    }
}

/// The classes where nothing else is settled. Source: DOMAIN 2.0, spec due-2.
pub const CLASSES: &[(Urgency, ClassTerms)] = &[
    (Urgency::U1, ClassTerms { acknowledge: Term::Minutes(30), answer: Term::Hours(8) }),
    (Urgency::U2, ClassTerms { acknowledge: Term::Hours(4), answer: Term::Days(3) }),
    (Urgency::U3, ClassTerms { acknowledge: Term::Days(1), answer: Term::Days(7) }),
    (Urgency::U4, ClassTerms { acknowledge: Term::Days(3), answer: Term::Days(30) }),
];

impl Fixed {
    /// How long it is where nothing else is settled.
    // spec: due-3
    pub const fn by_default(self) -> Term {
        match self {
            Self::WantedHit => Term::Hours(1),
            Self::ImmediateRecallReport | Self::SecondSignature => Term::Hours(2),
            Self::EmergencyFreeze => Term::Hours(4),
            Self::RecallReport | Self::EvidenceReceipt | Self::BeforeRelease => Term::Hours(24),
            Self::CoreData => Term::Hours(48),
            Self::ScheduleAnswer => Term::Days(2),
            Self::Views => Term::Days(5),
            Self::Minutes => Term::Days(10),
            Self::Closing => Term::Days(14),
            Self::Feedback | Self::Review => Term::Days(30),
            Self::HomeTrial | Self::Monitoring => Term::Days(90),
        }
    }
}

/// What the Parties settled otherwise than the defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeadlineProfile {
    /// Classes that are other than by default.
    pub classes: BTreeMap<Urgency, ClassTerms>,
    /// Fixed terms that are other than by default.
    pub fixed: BTreeMap<Fixed, Term>,
    /// The days of rest of the Parties that have some.
    pub rest: BTreeMap<Party, Rest>,
}

impl DeadlineProfile {
    /// What a class gives.
    // spec: due-2
    pub fn class(&self, urgency: Urgency) -> ClassTerms {
        let settled = self.classes.get(&urgency).copied();
        settled.unwrap_or_else(|| class_by_default(urgency))
    }

    /// What a class gives, to be settled otherwise.
    pub fn settle_class(&mut self, urgency: Urgency) -> &mut ClassTerms {
        self.classes.entry(urgency).or_insert_with(|| class_by_default(urgency))
    }

    /// How long a fixed term is.
    pub fn fixed(&self, term: Fixed) -> Term {
        self.fixed.get(&term).copied().unwrap_or_else(|| term.by_default())
    }
}

/// What a class gives where nothing else is settled.
pub fn class_by_default(urgency: Urgency) -> ClassTerms {
    let strictest = ClassTerms { acknowledge: Term::Minutes(30), answer: Term::Hours(8) };
    let row = CLASSES.iter().find(|(class, _)| *class == urgency);
    row.map_or(strictest, |(_, terms)| *terms)
}
