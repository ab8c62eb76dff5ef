//! One change of a list, and its one form in bytes.
//!
//! The form is an array of two: the entry or its id, then a number. Ids come before entries in the order of bytes, so that
//! a file of changes first says what goes, and then, in the order of the list, what comes.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::codec;
use crate::codec::Encoded;
use crate::feed::fault::ListFault;
use crate::feed::listed;
use crate::feed::listed::Listed;
use crate::message::field::silent;
use crate::message::intelligence::feed::FeedOp;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::message::text::RecordRef;
use crate::registry::FeedCode;

/// The head of an array of two.
const HEAD: u8 = 0x82;

/// What a change does. Its number stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// A new entry.
    Add,
    /// An entry as it is from now on.
    Update,
    /// An entry that was wrong.
    Withdraw,
    /// An entry whose time is over.
    Expire,
}

impl Does {
    /// Every one, by number.
    pub const ALL: [Self; 4] = [Self::Add, Self::Update, Self::Withdraw, Self::Expire];

    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Add => 0,
            Self::Update => 1,
            Self::Withdraw => 2,
            Self::Expire => 3,
        }
    }

    /// As a message says it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Update => "update",
            Self::Withdraw => "withdraw",
            Self::Expire => "expire",
        }
    }
}

/// One change of a list. Source: DOMAIN 2.2, spec fed-8.
#[derive(Clone, PartialEq, Eq)]
pub enum Op {
    /// A new entry.
    Add(Listed),
    /// An entry as it is from now on.
    Update(Listed),
    /// An entry that was wrong, by its id.
    Withdraw(RecordRef),
    /// An entry whose time is over, by its id.
    Expire(RecordRef),
}

silent!(Op);

/// An id alone.
#[derive(Serialize, Deserialize)]
struct Name(String);

impl Encoded for Name {
    const BYTES_MAX: usize = 130;
}

impl Op {
    /// The change of a message.
    ///
    /// # Errors
    /// When its entry is none that a list may have.
    pub fn of(op: &FeedOp) -> Result<Self, ListFault> {
        Ok(match op {
            FeedOp::Add(entry) => Self::Add(Listed::of(entry)?),
            FeedOp::Update(entry) => Self::Update(Listed::of(entry)?),
            FeedOp::Withdraw(id) => Self::Withdraw(id.clone()),
            FeedOp::Expire(id) => Self::Expire(id.clone()),
        })
    }

    /// What it does.
    pub const fn does(&self) -> Does {
        match self {
            Self::Add(_) => Does::Add,
            Self::Update(_) => Does::Update,
            Self::Withdraw(_) => Does::Withdraw,
            Self::Expire(_) => Does::Expire,
        }
    }

    /// The entry that changes.
    pub const fn id(&self) -> &RecordRef {
        match self {
            Self::Add(listed) | Self::Update(listed) => &listed.id,
            Self::Withdraw(id) | Self::Expire(id) => id,
        }
    }

    /// Refuses an entry of the other class.
    ///
    /// # Errors
    /// When it is.
    pub fn judge_class(&self, class: FeedClass) -> Result<(), ListFault> {
        match self {
            Self::Add(listed) | Self::Update(listed) => listed.judge_class(class).map(|_| ()),
            Self::Withdraw(_) | Self::Expire(_) => Ok(()),
        }
    }

    /// The one form of the change.
    ///
    /// # Errors
    /// When its entry is longer than one of a list may be.
    pub fn bytes(&self) -> Result<Vec<u8>, ListFault> {
        let what = match self {
            Self::Add(listed) | Self::Update(listed) => listed.bytes()?,
            Self::Withdraw(id) | Self::Expire(id) => {
                codec::encode(&Name(id.as_str().to_owned())).map_err(|_| bad())?
            }
        };
        Ok([&[HEAD], what.as_slice(), &[self.does().number()]].concat())
    }

    /// Reads the one form of a change, and judges its entry.
    ///
    /// # Errors
    /// When the bytes are no change.
    pub fn read(bytes: &[u8]) -> Result<Self, ListFault> {
        let (what, does) = split(bytes)?;
        let entry = || Listed::read(what);
        let id = || {
            let Name(id) = codec::decode(what).map_err(|_| bad())?;
            RecordRef::parse(&id).map_err(|_| bad())
        };
        Ok(match does {
            Does::Add => Self::Add(entry()?),
            Does::Update => Self::Update(entry()?),
            Does::Withdraw => Self::Withdraw(id()?),
            Does::Expire => Self::Expire(id()?),
        })
    }
}

/// The entry or id of a change, and what becomes of it.
pub(super) fn split(bytes: &[u8]) -> Result<(&[u8], Does), ListFault> {
    let (head, rest) = bytes.split_first().ok_or_else(bad)?;
    let (number, what) = rest.split_last().ok_or_else(bad)?;
    let does = Does::ALL.into_iter().find(|does| does.number() == *number);
    if *head == HEAD { does.map(|does| (what, does)).ok_or_else(bad) } else { Err(bad()) }
}

/// The entry that a change brings, as it stands in a list; `None` when it brings none.
pub(super) fn brings(bytes: &[u8]) -> Result<Option<&[u8]>, ListFault> {
    let (what, does) = split(bytes)?;
    match does {
        Does::Add | Does::Update => listed::key(what).map(|_| Some(what)),
        Does::Withdraw | Does::Expire => Ok(None),
    }
}

fn bad() -> ListFault {
    ListFault::whole(FeedCode::BadEntry, "the bytes are the one form of a change")
}
