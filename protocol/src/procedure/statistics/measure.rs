//! What can be counted: the measures, and of the refusals those that name one ground.

use core::fmt;

use crate::message::coordination::situation::CountingRule;
use crate::message::field::choice;
use crate::message::intelligence::block_effect_report::AttemptType;
use crate::message::kind::Kind;
use crate::message::refusal_ground::RefusalGround;

choice! {
    /// What can be counted here. Source: DOMAIN 2.6, spec sta-1.
    Measure {
        /// People who were handed over, each time that somebody was.
        HandedOver = "persons-handed-over",
        /// Requests that were refused.
        Refused = "handovers-refused",
        /// People who were brought out of where they were held.
        BroughtOut = "persons-brought-out",
        /// Calls that were blocked.
        CallsBlocked = "calls-blocked",
        /// Messages that were blocked.
        MessagesBlocked = "messages-blocked",
        /// Visits of sites that were blocked.
        VisitsBlocked = "site-visits-blocked",
        /// Payments that were blocked.
        PaymentsBlocked = "payments-blocked",
    }
}

impl Measure {
    /// In what it is counted.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::HandedOver | Self::BroughtOut => "persons",
            Self::Refused => "cases",
            Self::CallsBlocked
            | Self::MessagesBlocked
            | Self::VisitsBlocked
            | Self::PaymentsBlocked => "attempts",
        }
    }

    /// What is counted once. A person who was handed over twice is counted twice: nobody here knows that it is one.
    pub const fn counting_rule(self) -> CountingRule {
        match self {
            Self::HandedOver => CountingRule::Transfer,
            Self::Refused | Self::BroughtOut => CountingRule::Case,
            Self::CallsBlocked
            | Self::MessagesBlocked
            | Self::VisitsBlocked
            | Self::PaymentsBlocked => CountingRule::Event,
        }
    }

    /// The rows by which a message that is counted took effect.
    pub const fn rows(self) -> &'static [&'static str] {
        match self {
            Self::HandedOver => &["ho-29", "ho-76"],
            Self::Refused => &["ho-10", "ho-11"],
            Self::BroughtOut => &["res-11"],
            Self::CallsBlocked
            | Self::MessagesBlocked
            | Self::VisitsBlocked
            | Self::PaymentsBlocked => &["xch-35"],
        }
    }

    /// Among whom or what it counts, in words for a report that its author then words better.
    pub const fn population(self) -> &'static str {
        match self {
            Self::HandedOver => "Persons whose handover was completed, each time that one was.",
            Self::Refused => "Requests for handover that were refused.",
            Self::BroughtOut => "Persons who were brought out of where they were held.",
            Self::CallsBlocked => "Attempted calls that were blocked by a feed.",
            Self::MessagesBlocked => "Attempted messages that were blocked by a feed.",
            Self::VisitsBlocked => "Attempted visits of sites that were blocked by a feed.",
            Self::PaymentsBlocked => "Attempted payments that were blocked by a feed.",
        }
    }

    /// The kinds of messages that can take effect by its rows.
    pub(super) const fn kinds(self) -> &'static [Kind] {
        match self {
            Self::HandedOver => &[Kind::CertificateCountersignature, Kind::CustodyEvent],
            Self::Refused => &[Kind::HandoverDecision],
            Self::BroughtOut => &[Kind::RescueUpdate],
            Self::CallsBlocked
            | Self::MessagesBlocked
            | Self::VisitsBlocked
            | Self::PaymentsBlocked => &[Kind::BlockEffectReport],
        }
    }

    /// The type of attempts that it counts.
    pub(super) const fn attempt(self) -> Option<AttemptType> {
        match self {
            Self::CallsBlocked => Some(AttemptType::Call),
            Self::MessagesBlocked => Some(AttemptType::Message),
            Self::VisitsBlocked => Some(AttemptType::SiteVisit),
            Self::PaymentsBlocked => Some(AttemptType::Payment),
            Self::HandedOver | Self::Refused | Self::BroughtOut => None,
        }
    }
}

/// What a figure is about. Shape: `handovers-refused`, `handovers-refused:own-national`. Source: spec sta-1, sta-7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Everything that a measure counts.
    Whole(Measure),
    /// Of the refusals those that name a ground.
    RefusedFor(RefusalGround),
}

/// Stands between a measure and a ground.
const DIVIDER: &str = ":";

impl Topic {
    /// Every ground on which a handover can be refused.
    // spec: sta-7
    pub fn grounds() -> impl Iterator<Item = Self> {
        let of_handovers = |ground: &&RefusalGround| ground.default_class().is_some();
        RefusalGround::ALL.iter().filter(of_handovers).map(|ground| Self::RefusedFor(*ground))
    }

    /// What counts it.
    pub const fn measure(self) -> Measure {
        match self {
            Self::Whole(measure) => measure,
            Self::RefusedFor(_) => Measure::Refused,
        }
    }

    /// Reads its name.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((measure, ground)) = text.split_once(DIVIDER) else {
            return Measure::parse(text).map(Self::Whole);
        };
        let ground = RefusalGround::parse(ground).filter(|ground| ground.default_class().is_some());
        ground.map(Self::RefusedFor).filter(|_| measure == Measure::Refused.text())
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.measure().text())?;
        match self {
            Self::Whole(_) => Ok(()),
            Self::RefusedFor(ground) => write!(f, "{DIVIDER}{ground}"),
        }
    }
}
