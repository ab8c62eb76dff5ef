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
use crate::moment::Timestamp;
use crate::procedure::book::Book;
use crate::procedure::statistics::counted;
use crate::procedure::statistics::counted::Amount;
use crate::procedure::statistics::counted::Counted;
use crate::procedure::statistics::counted::Entry;
use crate::procedure::statistics::measure::Topic;

/// What is asked of the procedures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// What the figure is about.
    pub topic: Topic,
    /// From when on.
    pub from: Timestamp,
    /// Up to when, without that instant.
    pub until: Timestamp,
}

impl Question {
    /// Names the question in a figure.
    // spec: sta-2
    pub fn digest(&self) -> Digest {
        let measure = self.topic.measure();
        let rule = measure.counting_rule().text();
        let rows = measure.rows().join(",");
        let (unit, from, until) = (measure.unit(), self.from, self.until);
        let text = format!("{}\n{unit}\n{rule}\n{rows}\n{from}\n{until}\n", self.topic);
        digest::labelled(Label::Statistic, &[text.as_bytes()])
    }

    /// Puts it to procedures.
    // spec: sta-1
    pub fn ask<'b>(&self, books: impl IntoIterator<Item = (ProcedureId, &'b Book)>) -> Derived {
        let mut derived = Derived::nothing(*self);
        for (procedure, book) in books {
            derived.take(procedure, &counted::of(book));
        }
        derived.settled()
    }

    /// The entries of a procedure that it is about: of those that count by case the last one.
    fn about<'c>(&self, counted: &'c Counted) -> Vec<&'c Entry> {
        let measure = self.topic.measure();
        let asked = |entry: &&Entry| {
            entry.measure == measure && entry.when.is_within(self.from, self.until)
        };
        let entries: Vec<&Entry> = counted.entries.iter().filter(asked).collect();
        if measure.counting_rule() != CountingRule::Case {
            return entries;
        }
        // Once one is known to count, what cannot be read would count no second time.
        let known = entries.iter().rev().find(|entry| entry.amount != Amount::Unread);
        known.or(entries.last()).copied().into_iter().collect()
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
    /// Messages that it may have to count and nobody here can say: their bodies were gone, or their grounds not noted.
    pub unread: Vec<Record>,
}

impl Derived {
    /// The figure before any procedure was looked through.
    pub const fn nothing(question: Question) -> Self {
        Self { question, value: 0, records: Vec::new(), unread: Vec::new() }
    }

    /// Adds what one procedure holds.
    // spec: sta-1, sta-7
    pub fn take(&mut self, procedure: ProcedureId, counted: &Counted) {
        for entry in self.question.about(counted) {
            let Entry { message, digest, .. } = *entry;
            let record = |counts| Record { procedure, message, digest, counts };
            match (&entry.amount, self.question.topic) {
                (Amount::Known(counts), _) => self.records.push(record(*counts)),
                (Amount::Refusal(_), Topic::Whole(_)) => self.records.push(record(1)),
                (Amount::Refusal(Some(grounds)), Topic::RefusedFor(ground)) => {
                    self.records.extend(grounds.contains(&ground).then(|| record(1)));
                }
                (Amount::Refusal(None), Topic::RefusedFor(_)) | (Amount::Unread, _) => {
                    self.unread.push(record(0));
                }
            }
        }
    }

    /// The figure once every procedure was looked through, in any order; a message that came twice counts once.
    #[must_use]
    pub fn settled(mut self) -> Self {
        for records in [&mut self.records, &mut self.unread] {
            records.sort_unstable();
            records.dedup();
        }
        let counts = self.records.iter().map(|record| record.counts);
        self.value = counts.fold(0_u64, u64::saturating_add);
        self
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

/// The question that a figure says it answers.
///
/// # Errors
/// When it is none that can be put here.
// spec: sta-3
pub fn question_of(item: &StatItem) -> Result<Question, Untrue> {
    let Derivation::Derived(stated) = &item.derivation else { return Err(Untrue::Declared) };
    let topic = Topic::parse(item.measure.as_str()).ok_or(Untrue::UnknownMeasure)?;
    let measure = topic.measure();
    if item.unit.as_str() != measure.unit() || item.counting_rule != measure.counting_rule() {
        return Err(Untrue::OtherRule);
    }
    let question = Question { topic, from: item.period.from.at(), until: item.period.to.at() };
    if stated.query_digest.as_str() != format!("sha256:{}", question.digest()) {
        return Err(Untrue::OtherQuestion);
    }
    Ok(question)
}

/// Holds a figure that somebody sent against the one that the procedures at hand give for its question.
///
/// # Errors
/// In what it differs.
// spec: sta-3
pub fn check(item: &StatItem, derived: &Derived) -> Result<(), Untrue> {
    let Derivation::Derived(stated) = &item.derivation else { return Err(Untrue::Declared) };
    let found = u64::try_from(derived.records.len()).unwrap_or(u64::MAX);
    if stated.records != found {
        return Err(Untrue::Records { said: stated.records, found });
    }
    if item.value.as_str() != format!("{}", derived.value) {
        let said = item.value.as_str().into();
        return Err(Untrue::Value { said, found: derived.value });
    }
    Ok(())
}
