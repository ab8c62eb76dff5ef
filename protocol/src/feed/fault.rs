//! What is wrong with a list: a code, the entry, and the rule that it breaks.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use crate::codec::source::Unreadable;
use crate::feed::sink::Unwritable;
use crate::registry::FeedCode;

/// The first thing that is wrong with a list. Source: spec fed-9.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListFault {
    /// What class of fault.
    pub code: FeedCode,
    /// The id of the entry, where it could be read.
    pub entry: Option<String>,
    /// Which entry or change it is, from 1, where one is to blame.
    pub number: Option<u64>,
    /// The rule that was broken; never what was read.
    pub rule: &'static str,
}

impl ListFault {
    /// Of the whole.
    pub const fn whole(code: FeedCode, rule: &'static str) -> Self {
        Self { code, entry: None, number: None, rule }
    }

    /// Of one entry.
    pub fn of(code: FeedCode, entry: &str, rule: &'static str) -> Self {
        Self { code, entry: Some(entry.to_owned()), number: None, rule }
    }

    /// The same, said of the entry with this number unless one was said.
    #[must_use]
    pub fn at(mut self, number: u64) -> Self {
        self.number = self.number.or(Some(number));
        self
    }

    /// Whether the list is not to blame: it could not be read or written here.
    pub fn is_local(&self) -> bool {
        self.code == FeedCode::Unreadable
    }
}

impl From<Unreadable> for ListFault {
    fn from(_: Unreadable) -> Self {
        Self::whole(FeedCode::Unreadable, "the file of the list can be read")
    }
}

impl From<Unwritable> for ListFault {
    fn from(_: Unwritable) -> Self {
        Self::whole(FeedCode::Unreadable, "the file of the list can be written")
    }
}

impl fmt::Display for ListFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.rule)?;
        match (&self.entry, self.number) {
            (Some(entry), Some(number)) => write!(f, " (entry {entry}, number {number})"),
            (Some(entry), None) => write!(f, " (entry {entry})"),
            (None, Some(number)) => write!(f, " (number {number})"),
            (None, None) => Ok(()),
        }
    }
}

impl core::error::Error for ListFault {}
