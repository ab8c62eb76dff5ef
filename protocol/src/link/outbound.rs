//! The direction out: what is owed to one peer, and how far it was offered on the live connection.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::limits::OFFER_BYTES_MAX;
use crate::limits::OFFER_MESSAGES_MAX;
use crate::limits::OUTBOX_MESSAGES_MAX;
use crate::limits::WINDOW_MESSAGES_MAX;
use crate::log::leaf::Form;
use crate::moment::Timestamp;

/// One message that is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The message.
    pub message: Digest,
    /// Bytes of header and sealed body together.
    pub bytes: u32,
    /// When the message loses its point; from then on a tombstone is offered.
    pub expires: Option<Timestamp>,
    /// The `sent` leaf.
    pub leaf: LeafIndex,
    /// In which form it is offered. A tombstone never becomes whole again: the peer may hold it as such.
    pub form: Form,
}

/// What to offer next: contiguous numbers from `first`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Number of the first message.
    pub first: LinkNumber,
    /// The messages, in order.
    pub items: Vec<Owed>,
}

/// What a peer's cursor cannot be. Source: spec link-7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// The peer claims numbers that were never used.
    #[error("the peer's cursor is beyond the last number used")]
    Ahead,
    /// The peer lost messages that it had receipted.
    #[error("the peer's cursor is below a number that it receipted")]
    Forgot,
    /// Another epoch.
    #[error("the peer's cursor is of another epoch")]
    Epoch,
}

/// One link out.
#[derive(Clone, Debug)]
pub struct Outbound {
    epoch: Epoch,
    next: LinkNumber,
    owed: BTreeMap<LinkNumber, Owed>,
    offered: Offered,
}

/// How far the live connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offered {
    /// There is no live connection.
    Down,
    /// Every owed number up to this one was offered on it.
    UpTo(LinkNumber),
}

impl Outbound {
    /// A link as it was remembered: the next number, and what is still owed.
    pub fn restore(epoch: Epoch, next: LinkNumber, owed: BTreeMap<LinkNumber, Owed>) -> Self {
        Self { epoch, next, owed, offered: Offered::Down }
    }

    /// The epoch.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The number that the next message gets.
    pub fn next(&self) -> LinkNumber {
        self.next
    }

    /// Messages owed and not settled.
    pub fn waiting(&self) -> usize {
        self.owed.len()
    }

    /// The lowest number that is not settled; the next one when all are.
    pub fn lowest(&self) -> LinkNumber {
        self.owed.keys().next().copied().unwrap_or(self.next)
    }

    /// The last number offered on the live connection; `None` without one.
    pub fn offered(&self) -> Option<LinkNumber> {
        match self.offered {
            Offered::Down => None,
            Offered::UpTo(last) => Some(last),
        }
    }

    /// Messages that the outbox takes before it is at its bound.
    pub fn room(&self) -> usize {
        OUTBOX_MESSAGES_MAX.saturating_sub(self.owed.len())
    }

    /// Takes a message into the outbox and gives it the next number.
    pub fn owe(&mut self, owed: Owed) -> LinkNumber {
        let number = self.next;
        self.next = number.next();
        self.owed.insert(number, owed);
        number
    }

    /// A connection is live and the peer told its cursor: offering starts again at the lowest unsettled number.
    ///
    /// Numbers at or below the cursor whose receipt never came are offered again; the peer repeats its receipt.
    ///
    /// # Errors
    /// When the cursor is impossible; nothing is offered then.
    pub fn resume(&mut self, epoch: Epoch, cursor: LinkNumber) -> Result<(), CursorError> {
        // spec: link-7
        if epoch != self.epoch {
            return Err(CursorError::Epoch);
        }
        if cursor >= self.next {
            return Err(CursorError::Ahead);
        }
        let lowest = self.lowest();
        if cursor.next() < lowest {
            return Err(CursorError::Forgot);
        }
        self.offered = Offered::UpTo(LinkNumber::new(lowest.get().saturating_sub(1)));
        Ok(())
    }

    /// Whether a peer's cursor stands on a number that was never used.
    pub fn lacks(&self, epoch: Epoch, cursor: LinkNumber) -> bool {
        epoch == self.epoch && cursor >= self.next
    }

    /// The connection is gone.
    pub fn pause(&mut self) {
        self.offered = Offered::Down;
    }

    /// The next run to offer, within the window and the size of an offer; `None` when there is nothing to do now.
    pub fn offer(&mut self) -> Option<Run> {
        // spec: link-6
        let Offered::UpTo(last) = self.offered else { return None };
        let open = self.owed.range(..=last).count();
        let room = WINDOW_MESSAGES_MAX.saturating_sub(open).min(OFFER_MESSAGES_MAX);
        let mut items: Vec<Owed> = Vec::new();
        let mut first = None;
        let mut bytes: usize = 0;
        let mut end = last;
        for (number, owed) in self.owed.range(last.next()..).take(room) {
            let contiguous = first.is_none() || *number == end.next();
            bytes = bytes.saturating_add(usize::try_from(owed.bytes).unwrap_or(usize::MAX));
            if !contiguous || (bytes > OFFER_BYTES_MAX && !items.is_empty()) {
                break;
            }
            first = first.or(Some(*number));
            end = *number;
            items.push(*owed);
        }
        let first = first?;
        self.offered = Offered::UpTo(end);
        Some(Run { first, items })
    }

    /// Offers a number as a tombstone from now on; `None` when it is one already, or is not owed.
    pub fn strip(&mut self, number: LinkNumber) -> Option<Owed> {
        let owed = self.owed.get_mut(&number).filter(|owed| owed.form == Form::Whole)?;
        owed.form = Form::Tombstone;
        Some(*owed)
    }

    /// The numbers under which a message is owed whole.
    pub fn whole(&self, message: &Digest) -> Vec<LinkNumber> {
        let whole = |owed: &Owed| owed.message == *message && owed.form == Form::Whole;
        self.owed.iter().filter(|(_, owed)| whole(owed)).map(|(number, _)| *number).collect()
    }

    /// The peer settled a number; `None` when it was settled before or never used.
    pub fn settle(&mut self, number: LinkNumber) -> Option<Owed> {
        self.owed.remove(&number)
    }

    /// What is owed under a number.
    pub fn owed(&self, number: LinkNumber) -> Option<&Owed> {
        self.owed.get(&number)
    }

    /// Whether link-inv-1 holds.
    pub fn holds(&self) -> bool {
        self.owed.keys().next_back().is_none_or(|last| *last < self.next)
    }
}
