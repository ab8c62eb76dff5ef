//! The direction in: the cursor, and where an offer stands against it.

use crate::ids::Epoch;
use crate::ids::LinkNumber;

/// One link in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inbound {
    epoch: Epoch,
    cursor: LinkNumber,
}

/// Why an offer cannot be placed. Source: spec link-5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// A number was skipped.
    #[error("the offer starts beyond the next number")]
    Gap,
    /// Another epoch.
    #[error("the offer is of another epoch")]
    Epoch,
}

/// Where a number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It was settled before; its receipt is repeated and nothing else happens.
    Repeated,
    /// It is the next one.
    Next,
}

impl Inbound {
    /// A link as it was remembered.
    pub const fn restore(epoch: Epoch, cursor: LinkNumber) -> Self {
        Self { epoch, cursor }
    }

    /// The epoch.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The last number that was settled; 0 before the first.
    pub const fn cursor(&self) -> LinkNumber {
        self.cursor
    }

    /// Where a number stands: twice is once, and a gap cannot pass.
    ///
    /// # Errors
    /// When a number was skipped or the epoch is another.
    pub fn place(&self, epoch: Epoch, number: LinkNumber) -> Result<Place, PlaceError> {
        // spec: link-5
        if epoch != self.epoch {
            return Err(PlaceError::Epoch);
        }
        if number <= self.cursor {
            return Ok(Place::Repeated);
        }
        if number == self.cursor.next() { Ok(Place::Next) } else { Err(PlaceError::Gap) }
    }

    /// The next number was settled.
    pub fn advance(&mut self) {
        self.cursor = self.cursor.next();
    }
}
