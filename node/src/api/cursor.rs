//! Where a list goes on: opaque to callers, checked when it comes back. Source: spec api-10.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use concord_protocol::crypto::digest;
use concord_protocol::ids::LeafIndex;

use crate::host::handle::Direction;

/// The place after which the list of messages goes on, and the filter it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The last message that was answered has this leaf.
    pub(crate) before: LeafIndex,
    /// The direction that was asked for.
    pub(crate) direction: Option<Direction>,
}

/// A text that is no cursor of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cursor is what `next` was in an earlier answer")]
pub(crate) struct CursorError;

/// Shape before base64url: 1 byte form and filter, 8 bytes leaf, 4 bytes check.
const LENGTH: usize = 13;

impl Cursor {
    /// The text that a caller hands back.
    pub(crate) fn encode(self) -> String {
        let mut bytes = vec![filter(self.direction)];
        bytes.extend(self.before.get().to_be_bytes());
        let check = check(&bytes);
        bytes.extend(check);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a text that [`Cursor::encode`] made.
    ///
    /// # Errors
    /// When the text is anything else.
    pub(crate) fn decode(text: &str) -> Result<Self, CursorError> {
        if text.len() > 2 * LENGTH {
            return Err(CursorError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let (content, given) = bytes.split_at_checked(9).ok_or(CursorError)?;
        let (first, leaf) = content.split_first().ok_or(CursorError)?;
        let leaf: [u8; 8] = leaf.try_into().map_err(|_| CursorError)?;
        if given != check(content) {
            return Err(CursorError);
        }
        let direction = match first {
            0x10 => None,
            0x11 => Some(Direction::Out),
            0x12 => Some(Direction::In),
            _ => return Err(CursorError),
        };
        Ok(Self { before: LeafIndex::new(u64::from_be_bytes(leaf)), direction })
    }
}

/// Form 1 of the cursor, with the filter in the lower half.
const fn filter(direction: Option<Direction>) -> u8 {
    match direction {
        None => 0x10,
        Some(Direction::Out) => 0x11,
        Some(Direction::In) => 0x12,
    }
}

/// Tells a cursor from a guess; it keeps nobody out, the token does.
fn check(content: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = *digest::sha256_of(&[b"concord/1 cursor", content]).as_bytes();
    [a, b, c, d]
}
