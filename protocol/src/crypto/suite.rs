//! Suites of algorithms: registered numbers, each of which stands for a whole set.
//!
//! Uses `aead`. Nothing is negotiated: a charter lists the suites that its members may use, a sender takes the highest
//! one, and a sealed body says by its identifiers, which are bound and signed, which one it is of. A suite that has to
//! go is listed no longer in the next version of the charter.
//!
//! Source: spec id-10, env-31, env-32.

use crate::crypto::aead::Cipher;

/// A registered suite. A higher number is taken before a lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suite {
    /// Ed25519 signatures, SHA-256 digests, X-Wing with SHAKE256 for content keys, AES-256-GCM for bodies.
    One,
    /// The same with ChaCha20-Poly1305 for bodies, which owes nothing to AES and is fast without its instructions.
    Two,
}

impl Suite {
    /// Every suite that is built, ascending.
    pub const ALL: [Self; 2] = [Self::One, Self::Two];

    /// Its registered number.
    pub const fn number(self) -> u16 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// The suite of a number; `None` for one that is not built.
    pub fn of(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.number() == number)
    }

    /// What seals its bodies.
    pub const fn cipher(self) -> Cipher {
        match self {
            Self::One => Cipher::Aes256Gcm,
            Self::Two => Cipher::ChaCha20Poly1305,
        }
    }
}

impl core::fmt::Display for Suite {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.number())
    }
}
