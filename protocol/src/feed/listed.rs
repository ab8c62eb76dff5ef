//! One entry of a list, and its one form in bytes.
//!
//! The form is an array of thirteen without names: a list is a million times the same fields, and their names would be two
//! thirds of what is hashed and read. Identifier and id come first, so that the order of the bytes is the order of the
//! list. Times are whole seconds of UTC: in bulk nobody asks for the clock on the wall.
//!
//! | encoding | bytes of an entry about a domain | read and judged |
//! |---|---|---|
//! | as in a body | some 330 | every key once more, as a text in a map |
//! | this | some 80 | by place |

mod bytes;

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::feed::fault::ListFault;
use crate::feed::normal;
use crate::message::evaluation::Evaluation;
use crate::message::field::silent;
use crate::message::identifier::Identifier;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::message::intelligence::feed_entry::FeedEntry;
use crate::message::intelligence::feed_entry::IndicatorRole;
use crate::message::intelligence::feed_entry::IndicatorType;
use crate::message::intelligence::feed_entry::Recommended;
use crate::message::intelligence::feed_entry::Tlp;
use crate::message::intelligence::report::Confidence;
use crate::message::intelligence::report::PermittedAction;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::message::time::InstantError;
use crate::message::values::Country;
use crate::moment::Timestamp;
use crate::registry::FeedCode;

/// An entry as a list holds it: what a [`FeedEntry`] says, with its times in whole seconds of UTC. Source: spec fed-1.
#[derive(Clone, PartialEq, Eq)]
pub struct Listed {
    /// The number or address, in its one form.
    pub identifier: Identifier,
    /// By which the feed names it.
    pub id: RecordRef,
    /// What it was used for.
    pub role: IndicatorRole,
    /// When it was first seen so.
    pub first_seen: Timestamp,
    /// When it was last seen so.
    pub last_seen: Timestamp,
    /// When the entry dies unless it is renewed.
    pub valid_until: Timestamp,
    /// How sure the originator is.
    pub confidence: Confidence,
    /// How far it can be relied on.
    pub evaluation: Evaluation,
    /// Where the evidence is.
    pub evidence_ref: Option<RecordRef>,
    /// In which States there are victims.
    pub victim_countries: Vec<Country>,
    /// Who may see it.
    pub tlp: Tlp,
    /// What a recipient may do with it.
    pub pap: BTreeSet<PermittedAction>,
    /// What the originator recommends.
    pub recommended: Recommended,
}

silent!(Listed);

impl Listed {
    /// The entry of a message, as a list holds it.
    ///
    /// # Errors
    /// When its identifier is none of a feed, or not in its one form, or a rule of an entry is broken.
    pub fn of(entry: &FeedEntry) -> Result<Self, ListFault> {
        let whole =
            |instant: &Instant| Timestamp::from_millis(instant.at().seconds().saturating_mul(1000));
        let listed = Self {
            identifier: entry.identifier.clone(),
            id: entry.id.clone(),
            role: entry.role,
            first_seen: whole(&entry.first_seen),
            last_seen: whole(&entry.last_seen),
            valid_until: whole(&entry.valid_until),
            confidence: entry.confidence,
            evaluation: entry.evaluation.clone(),
            evidence_ref: entry.evidence_ref.clone(),
            victim_countries: entry.victim_countries.clone(),
            tlp: entry.tlp,
            pap: entry.pap.clone(),
            recommended: entry.recommended,
        };
        listed.judge()?;
        Ok(listed)
    }

    /// The entry as a message says it.
    ///
    /// # Errors
    /// When one of its times lies beyond the calendar.
    pub fn entry(&self) -> Result<FeedEntry, InstantError> {
        let instant = |at: Timestamp| Instant::parse(&format!("{at}"));
        Ok(FeedEntry {
            id: self.id.clone(),
            identifier: self.identifier.clone(),
            role: self.role,
            first_seen: instant(self.first_seen)?,
            last_seen: instant(self.last_seen)?,
            valid_until: instant(self.valid_until)?,
            confidence: self.confidence,
            evaluation: self.evaluation.clone(),
            evidence_ref: self.evidence_ref.clone(),
            victim_countries: self.victim_countries.clone(),
            tlp: self.tlp,
            pap: self.pap.clone(),
            recommended: self.recommended,
        })
    }

    /// What kind of identifier it has.
    ///
    /// # Errors
    /// When it is of no feed.
    pub fn indicator(&self) -> Result<IndicatorType, ListFault> {
        IndicatorType::of(&self.identifier).ok_or_else(|| {
            self.fault(FeedCode::WrongClass, "the identifier is one of those of feeds")
        })
    }

    /// Refuses an entry of the other class.
    ///
    /// # Errors
    /// When it is.
    // spec: fed-6
    pub fn judge_class(&self, class: FeedClass) -> Result<IndicatorType, ListFault> {
        let indicator = self.indicator()?;
        if indicator.class() == class {
            return Ok(indicator);
        }
        let rule = "infrastructure and accounts stand in different feeds";
        Err(self.fault(FeedCode::WrongClass, rule))
    }

    /// The rules of an entry, as they bind in a message. Source: spec msgk-55, fed-2.
    fn judge(&self) -> Result<(), ListFault> {
        let indicator = self.indicator()?;
        let bad = |rule| Err(self.fault(FeedCode::BadEntry, rule));
        // spec: fed-5
        if let Err(rule) = normal::check(&self.identifier) {
            return bad(rule);
        }
        if self.first_seen > self.last_seen {
            return bad("nothing is last seen before it is first seen");
        }
        if self.last_seen > self.valid_until {
            return bad("an entry does not die before it was last seen");
        }
        if !self.role.is_of(indicator) {
            return bad("an identifier of this kind is not used in this role");
        }
        match self.recommended.disagrees(&self.pap) {
            Some(rule) => bad(rule),
            None => Ok(()),
        }
    }

    fn fault(&self, code: FeedCode, rule: &'static str) -> ListFault {
        ListFault::of(code, self.id.as_str(), rule)
    }

    /// The one form of the entry: the leaf that its list's root is over.
    ///
    /// # Errors
    /// When it is longer than an entry of a list may be.
    pub fn bytes(&self) -> Result<Vec<u8>, ListFault> {
        bytes::write(self)
    }

    /// Reads the one form of an entry, and judges it.
    ///
    /// # Errors
    /// When the bytes are no entry, or break a rule of an entry.
    // spec: fed-2
    pub fn read(bytes: &[u8]) -> Result<Self, ListFault> {
        let listed = bytes::read(bytes)?;
        listed.judge()?;
        Ok(listed)
    }
}

/// How the bytes of every entry about an identifier begin. Of an account the bank and the number count, not how it stands.
///
/// # Errors
/// When the identifier is of no feed.
pub fn prefix(identifier: &Identifier) -> Result<Vec<u8>, ListFault> {
    bytes::prefix(identifier)
}

/// The first bytes of an entry that was read: identifier and id, by which lists are ordered; and the id.
///
/// # Errors
/// When the bytes are no entry.
pub fn key(entry: &[u8]) -> Result<(&[u8], &str), ListFault> {
    bytes::key(entry)
}
