//! Keyed digests made for others: blinded identifiers go to whoever has the key, and come back under it.
//!
//! Uses `crypto::oprf`, `link::allowance`. Whoever was asked by a query has the digests of what its own people work on
//! made by the author's node, which sees nothing of it; then it compares. Nothing of it stands in a log: it is no message,
//! and a leaf for each would say how much an agency works on.
//! Absent on purpose: holdings, comparison, files; `host::deconfliction` has them.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::crypto::oprf;
use crate::crypto::oprf::Answered;
use crate::crypto::oprf::Blinds;
use crate::crypto::oprf::DigestKey;
use crate::crypto::oprf::DigestPublic;
use crate::crypto::oprf::Element;
use crate::crypto::oprf::OprfError;
use crate::crypto::oprf::Proof;
use crate::limits::BLINDED_MAX;
use crate::limits::KEYED_A_DAY_MAX;
use crate::link::allowance::Allowance;
use crate::moment::Timestamp;
use crate::registry::CloseCode;

/// Asks the listener for digests under one of its keys. Source: spec dcf-7.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blinded {
    /// The public half of the key, as the listener's query named it.
    pub key: DigestPublic,
    /// Each a blinded identifier.
    pub elements: Vec<Element>,
}

/// The answer. The order of the variants is the wire format. Source: spec dcf-9.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Keyed {
    /// They are under the key.
    Made {
        /// One for each, in the order of the question.
        elements: Vec<Element>,
        /// That the key made all of them.
        proof: Proof,
    },
    /// They are not.
    Refused {
        /// Why.
        code: KeyingRefusal,
    },
}

/// Why digests are not made. The order of the variants is the wire format. Source: spec dcf-9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeyingRefusal {
    /// The listener has no such key, no longer has it, or did not ask the speaker under it.
    UnknownKey,
    /// The speaker used up what it may have in a day.
    Spent,
    /// The listener cannot write down how much it gave.
    Unable,
}

/// A question that waits for its answer.
#[derive(Debug)]
pub struct Question {
    key: DigestPublic,
    texts: Vec<Vec<u8>>,
    blinds: Blinds,
}

/// Why an answer gives no digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDigests {
    /// The listener makes none.
    Refused(KeyingRefusal),
    /// It did not use the key that it had named: the connection ends.
    Close(CloseCode),
}

impl KeyingRefusal {
    /// The reason as it is shown to people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::UnknownKey => "unknown-key",
            Self::Spent => "spent",
            Self::Unable => "unable",
        }
    }
}

impl fmt::Display for KeyingRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Blinded {
    /// Whether it asks for as many as one frame may. Source: spec dcf-7.
    // spec: dcf-7
    pub const fn is_bounded(&self) -> bool {
        !self.elements.is_empty() && self.elements.len() <= BLINDED_MAX
    }
}

impl Keyed {
    /// Whether it holds as many elements as one frame may ask for. Source: spec dcf-22.
    // spec: dcf-22
    pub fn is_bounded(&self) -> bool {
        match self {
            Self::Made { elements, .. } => (1..=BLINDED_MAX).contains(&elements.len()),
            Self::Refused { .. } => true,
        }
    }
}

/// Whether a question is answered, and what is used up by it: that is remembered durably before it is answered.
///
/// # Errors
/// Why it is not.
// spec: dcf-8, dcf-10
pub fn judge(
    asked: &Blinded,
    key: Option<&DigestKey>,
    used: Allowance,
    now: Timestamp,
) -> Result<Allowance, KeyingRefusal> {
    if key.is_none_or(|key| key.public() != asked.key) {
        return Err(KeyingRefusal::UnknownKey);
    }
    let count = u64::try_from(asked.elements.len()).unwrap_or(u64::MAX);
    used.used(count, now, KEYED_A_DAY_MAX).map_err(|_| KeyingRefusal::Spent)
}

/// Answers a question that was judged. The seed is for this answer alone.
///
/// # Errors
/// The code to close with when something in it is no element.
// spec: dcf-8
pub fn answer(asked: &Blinded, key: &DigestKey, seed: &[u8; 32]) -> Result<Keyed, CloseCode> {
    let answered = key.answer(&asked.elements, seed).map_err(|_| CloseCode::BadFrame)?;
    let Answered { elements, proof } = answered;
    Ok(Keyed::Made { elements, proof })
}

impl Question {
    /// Blinds texts for the holder of a key. The seed is for this question alone.
    ///
    /// # Errors
    /// When a text is empty or too long.
    pub fn new(
        key: DigestPublic,
        texts: Vec<Vec<u8>>,
        seed: &[u8; 32],
    ) -> Result<(Self, Blinded), OprfError> {
        let (blinds, elements) = oprf::blind(&texts, seed)?;
        Ok((Self { key, texts, blinds }, Blinded { key, elements }))
    }

    /// The digests of its texts, in their order.
    ///
    /// # Errors
    /// When the answer has none, or is not what the key would have made.
    // spec: dcf-9
    pub fn digests(&self, answer: &Keyed) -> Result<Vec<Digest>, NoDigests> {
        match answer {
            Keyed::Refused { code } => Err(NoDigests::Refused(*code)),
            Keyed::Made { elements, proof } => {
                let answered = Answered { elements: elements.clone(), proof: *proof };
                let digests = self.blinds.digests(&self.texts, &answered, &self.key);
                digests.map_err(|_| NoDigests::Close(CloseCode::BadKeying))
            }
        }
    }
}
