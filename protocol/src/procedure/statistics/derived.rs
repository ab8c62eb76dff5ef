//! Figures that are computed from procedures, each with the messages behind it.
//!
//! A measure counts messages that took effect by certain rows of the tables in chapter 22, so what is counted is what the
//! state of the procedures says, and whoever holds them computes the same.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Label;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::message::coordination::situation::CountingRule;
use crate::message::coordination::situation::Derivation;
use crate::message::coordination::situation::StatItem;
use crate::message::field::choice;
use crate::message::intelligence::block_effect_report::AttemptType;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::book::Book;
use crate::procedure::exchange::fact::ExchangeFact;
use crate::procedure::exchange::fact::FeedFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;

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

    const fn attempt(self) -> Option<AttemptType> {
        match self {
            Self::CallsBlocked => Some(AttemptType::Call),
            Self::MessagesBlocked => Some(AttemptType::Message),
            Self::VisitsBlocked => Some(AttemptType::SiteVisit),
            Self::PaymentsBlocked => Some(AttemptType::Payment),
            Self::HandedOver | Self::Refused | Self::BroughtOut => None,
        }
    }

    /// How much a message that took effect counts; nothing where it is of another time.
    fn counted(self, act: &Act, question: &Question) -> u64 {
        let Some(attempt) = self.attempt() else {
            return u64::from(question.from <= act.created && act.created < question.until);
        };
        let Fact::Exchange(ExchangeFact::Feed(FeedFact::Blocked(effect))) = &act.fact else {
            return 0;
        };
        // What is reported for all feeds together may count what a feed has counted.
        if effect.feed.is_none() || effect.from < question.from || question.until < effect.until {
            return 0;
        }
        let counts = effect.counts.iter().filter(|(counted, _)| *counted == attempt);
        counts.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}

/// What is asked of the procedures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// What is counted.
    pub measure: Measure,
    /// From when on.
    pub from: Timestamp,
    /// Up to when, without that instant.
    pub until: Timestamp,
}

impl Question {
    /// Names the question in a figure.
    // spec: sta-2
    pub fn digest(&self) -> Digest {
        let rule = self.measure.counting_rule().text();
        let rows = self.measure.rows().join(",");
        let text = format!(
            "{}\n{}\n{rule}\n{rows}\n{}\n{}\n",
            self.measure,
            self.measure.unit(),
            self.from,
            self.until
        );
        digest::labelled(Label::Statistic, &[text.as_bytes()])
    }

    /// Puts it to procedures.
    // spec: sta-1
    pub fn ask<'b>(&self, books: impl IntoIterator<Item = (ProcedureId, &'b Book)>) -> Derived {
        let found =
            books.into_iter().flat_map(|(procedure, book)| self.records_in(procedure, book));
        Derived::of(*self, found.collect())
    }

    /// What one procedure answers; procedures that are looked through one by one come together in [`Derived::of`].
    pub fn records_in(&self, procedure: ProcedureId, book: &Book) -> Vec<Record> {
        let Some(machine) = book.machine() else { return Vec::new() };
        let transcript = book.transcript();
        let acts: Vec<&Act> =
            (0..transcript.len()).filter_map(|place| transcript.act(place)).collect();
        let took = |act: &&&Act| match machine.fates().get(&act.digest) {
            Some(Fate::Took { rule }) => self.measure.rows().contains(rule),
            None
            | Some(
                Fate::Noted
                | Fate::Outranked { .. }
                | Fate::Clashes { .. }
                | Fate::SetAside
                | Fate::Overtaken(_),
            ) => false,
        };
        let stands = |act: &&&Act| !acts.iter().any(|later| later.supersedes == Some(act.digest));
        let counted = acts.iter().filter(took).filter(stands).map(|act| Record {
            procedure,
            message: act.id,
            digest: act.digest,
            counts: self.measure.counted(act, self),
        });
        let mut found: Vec<Record> = counted.filter(|record| record.counts > 0).collect();
        if self.measure.counting_rule() == CountingRule::Case {
            let last = found.len().saturating_sub(1);
            found.drain(..last);
        }
        found
    }
}

/// One message behind a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// In which procedure.
    pub procedure: ProcedureId,
    /// Names the message to people.
    pub message: MessageId,
    /// Names it to machines.
    pub digest: Digest,
    /// How much it counts.
    pub counts: u64,
}

/// A figure with everything behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// What was asked.
    pub question: Question,
    /// The figure.
    pub value: u64,
    /// The messages that it counts, in the order of their procedures.
    pub records: Vec<Record>,
}

impl Derived {
    /// From the records of every procedure, in any order; one that is there twice counts once.
    pub fn of(question: Question, mut records: Vec<Record>) -> Self {
        records.sort_unstable();
        records.dedup();
        let value = records.iter().fold(0_u64, |sum, record| sum.saturating_add(record.counts));
        Self { question, value, records }
    }
}

/// Why a figure that somebody sent is not what the records here give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrue {
    /// It is declared: there is nothing to compute.
    #[error("the figure is declared; ask its source")]
    Declared,
    /// Its measure is none that is computed here.
    #[error("nothing here counts this measure; ask its author for the records")]
    UnknownMeasure,
    /// It has another unit or counting rule than the measure.
    #[error(
        "the figure has another unit or counting rule than its measure; ask its author for a revision"
    )]
    OtherRule,
    /// Its digest is that of another question.
    #[error("the figure names the digest of another question; ask its author which one")]
    OtherQuestion,
    /// Another number of records answers the question.
    #[error(
        "the figure rests on {said} records, and {found} are held here; compare the procedures"
    )]
    Records {
        /// As it says.
        said: u64,
        /// As found here.
        found: u64,
    },
    /// The records give another value.
    #[error("the figure says {said}, and the records give {found}; ask its author for a revision")]
    Value {
        /// As it says.
        said: String,
        /// As found here.
        found: u64,
    },
}

/// Computes again a figure that somebody sent, from the procedures at hand.
///
/// # Errors
/// In what it differs.
// spec: sta-3
pub fn check<'b>(
    item: &StatItem,
    books: impl IntoIterator<Item = (ProcedureId, &'b Book)>,
) -> Result<Derived, Untrue> {
    let Derivation::Derived(stated) = &item.derivation else { return Err(Untrue::Declared) };
    let measure = Measure::parse(item.measure.as_str()).ok_or(Untrue::UnknownMeasure)?;
    if item.unit.as_str() != measure.unit() || item.counting_rule != measure.counting_rule() {
        return Err(Untrue::OtherRule);
    }
    let question = Question { measure, from: item.period.from.at(), until: item.period.to.at() };
    if stated.query_digest.as_str() != format!("sha256:{}", question.digest()) {
        return Err(Untrue::OtherQuestion);
    }
    let derived = question.ask(books);
    let found = u64::try_from(derived.records.len()).unwrap_or(u64::MAX);
    if stated.records != found {
        return Err(Untrue::Records { said: stated.records, found });
    }
    if item.value.as_str() != format!("{}", derived.value) {
        let said = item.value.as_str().into();
        return Err(Untrue::Value { said, found: derived.value });
    }
    Ok(derived)
}
