//! Digests that only the holder of a key can make, and that it makes for others without seeing of what.
//!
//! Uses `digest`, `expand`. The verifiable mode of RFC 9497 with ristretto255 and SHA-512: whoever wants a digest blinds
//! the text, the holder of the key multiplies the blinded element and proves that it did so with the key that it
//! published, and whoever asked takes the blind off. Both randomnesses are expanded from a seed that is handed in.
//! Absent on purpose: what is digested, and for whom. A digest says nothing without the key, not even to one who guesses.

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use rand_core_06::CryptoRng;
use rand_core_06::Error as NoRandomness;
use rand_core_06::RngCore;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteArray;
use voprf::BlindedElement;
use voprf::EvaluationElement;
use voprf::Group as _;
use voprf::Ristretto255;
use voprf::VoprfClient;
use voprf::VoprfServer;
use zeroize::Zeroizing;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::DigestError;
use crate::crypto::digest::Label;
use crate::crypto::expand;

/// What a key is derived for, as RFC 9497 binds it to its seed.
const KEY_INFO: &[u8] = b"concord/1 digest key";

/// Bytes of a proof: two scalars.
pub const PROOF_BYTES: usize = 64;

/// A text that stands blinded, or such a text under a key. Shape: 32 bytes, an encoded element of ristretto255 (RFC 9496).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Element(ByteArray<32>);

/// The public half of a [`DigestKey`]: names it, and lets everybody check what was made with it.
///
/// Shape: 32 bytes, an encoded element of ristretto255. Shown in lower-case hexadecimal. Source: spec dcf-2.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DigestPublic(ByteArray<32>);

/// That elements were multiplied with one key. Shape: 64 bytes. Source: RFC 9497 section 2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proof(ByteArray<PROOF_BYTES>);

/// Makes digests. Silent, not cloned, wiped on drop.
pub struct DigestKey(VoprfServer<Ristretto255>);

/// What takes the blinds off again. Silent, not cloned, wiped on drop; for one answer.
pub struct Blinds(Vec<VoprfClient<Ristretto255>>);

/// Blinded texts under a key, in the order of the question, and the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// One element for each that was asked for.
    pub elements: Vec<Element>,
    /// That the key of the answer made all of them.
    pub proof: Proof,
}

/// Why no digest was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OprfError {
    /// The text is empty or longer than 65,535 bytes, or a seed gives no key: as likely as guessing one.
    #[error("the text or the seed gives no element of the group")]
    Unusable,
    /// Bytes that are no element of the group, or the identity, which would give the digest away.
    #[error("an element is not one of ristretto255")]
    Element,
    /// The proof does not hold for the key, or there are not as many elements as were asked for.
    #[error("the elements were not made with the key that was named")]
    Proof,
}

impl Element {
    /// From 32 bytes; whether they are an element is seen when it is used.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(ByteArray::new(bytes))
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Proof {
    /// From 64 bytes; whether they are a proof is seen when it is used.
    pub const fn from_bytes(bytes: [u8; PROOF_BYTES]) -> Self {
        Self(ByteArray::new(bytes))
    }

    /// The 64 bytes.
    pub fn as_bytes(&self) -> &[u8; PROOF_BYTES] {
        &self.0
    }
}

impl DigestPublic {
    /// From 32 bytes; whether they are a key is seen when it is used.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(ByteArray::new(bytes))
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal characters in lower case.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        Digest::parse(text).map(|bytes| Self::from_bytes(*bytes.as_bytes()))
    }
}

impl fmt::Display for DigestPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DigestPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short: String = alloc::format!("{self}").chars().take(8).collect();
        write!(f, "DigestPublic({short})")
    }
}

impl fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DigestKey")
    }
}

impl fmt::Debug for Blinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blinds")
    }
}

impl DigestKey {
    /// Derives a key. Source: RFC 9497 section 3.2.1, spec dcf-2.
    ///
    /// # Errors
    /// When the seed gives none; draw another one.
    // spec: dcf-2
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, OprfError> {
        Self::derived(seed, KEY_INFO)
    }

    fn derived(seed: &[u8], info: &[u8]) -> Result<Self, OprfError> {
        VoprfServer::new_from_seed(seed, info).map(Self).map_err(|_| OprfError::Unusable)
    }

    /// The public half.
    pub fn public(&self) -> DigestPublic {
        let element = Ristretto255::serialize_elem(self.0.get_public_key());
        DigestPublic::from_bytes(element.into())
    }

    /// The digest of a text, for whoever has the key.
    ///
    /// # Errors
    /// When the text is empty or too long.
    pub fn digest(&self, text: &[u8]) -> Result<Digest, OprfError> {
        let output = self.0.evaluate(text).map_err(|_| OprfError::Unusable)?;
        Ok(shortened(&output))
    }

    /// What blinded texts are under this key, with one proof for all of them. The seed is for this answer alone.
    ///
    /// # Errors
    /// When one of them is no element.
    pub fn answer(&self, blinded: &[Element], seed: &[u8; 32]) -> Result<Answered, OprfError> {
        self.answered(blinded, &mut Drawn::new(seed, "digest proof"))
    }

    fn answered(
        &self,
        blinded: &[Element],
        drawn: &mut (impl RngCore + CryptoRng),
    ) -> Result<Answered, OprfError> {
        let read = |element: &Element| BlindedElement::<Ristretto255>::deserialize(&*element.0);
        let blinded: Vec<_> =
            blinded.iter().map(read).collect::<Result<_, _>>().map_err(|_| OprfError::Element)?;
        let made = self.0.batch_blind_evaluate(drawn, &blinded).map_err(|_| OprfError::Element)?;
        let elements = made.messages.iter().map(|one| Element::from_bytes(one.serialize().into()));
        let (mut proof, bytes) = ([0; PROOF_BYTES], made.proof.serialize());
        proof.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        Ok(Answered { elements: elements.collect(), proof: Proof::from_bytes(proof) })
    }
}

/// Blinds texts, each by itself: what is sent says nothing about them. The seed is for this question alone.
///
/// # Errors
/// When a text is empty or too long.
pub fn blind<T: AsRef<[u8]>>(
    texts: &[T],
    seed: &[u8; 32],
) -> Result<(Blinds, Vec<Element>), OprfError> {
    blinded(texts, &mut Drawn::new(seed, "digest blind"))
}

fn blinded<T: AsRef<[u8]>>(
    texts: &[T],
    drawn: &mut (impl RngCore + CryptoRng),
) -> Result<(Blinds, Vec<Element>), OprfError> {
    let (mut blinds, mut elements) = (Vec::new(), Vec::new());
    for text in texts {
        let made = VoprfClient::<Ristretto255>::blind(text.as_ref(), drawn);
        let made = made.map_err(|_| OprfError::Unusable)?;
        elements.push(Element::from_bytes(made.message.serialize().into()));
        blinds.push(made.state);
    }
    Ok((Blinds(blinds), elements))
}

impl Blinds {
    /// The digests of the texts that were blinded, in their order; none unless the proof holds for all of them.
    ///
    /// # Errors
    /// When something in the answer is not what the key would have made of the question.
    pub fn digests<T: AsRef<[u8]>>(
        &self,
        texts: &[T],
        answered: &Answered,
        key: &DigestPublic,
    ) -> Result<Vec<Digest>, OprfError> {
        let outputs = self.outputs(texts, answered, key)?;
        Ok(outputs.iter().map(|output| shortened(output)).collect())
    }

    fn outputs<T: AsRef<[u8]>>(
        &self,
        texts: &[T],
        answered: &Answered,
        key: &DigestPublic,
    ) -> Result<Vec<[u8; 64]>, OprfError> {
        if answered.elements.len() != self.0.len() || texts.len() != self.0.len() {
            return Err(OprfError::Proof);
        }
        let read = |element: &Element| EvaluationElement::<Ristretto255>::deserialize(&*element.0);
        let elements: Vec<_> = answered
            .elements
            .iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map_err(|_| OprfError::Element)?;
        let key = Ristretto255::deserialize_elem(&*key.0).map_err(|_| OprfError::Element)?;
        let proof = voprf::Proof::<Ristretto255>::deserialize(&*answered.proof.0)
            .map_err(|_| OprfError::Proof)?;
        let texts: Vec<&[u8]> = texts.iter().map(AsRef::as_ref).collect();
        let made = VoprfClient::batch_finalize(&texts, &self.0, &elements, &proof, key)
            .map_err(|_| OprfError::Proof)?;
        made.map(|output| output.map(Into::into).map_err(|_| OprfError::Unusable)).collect()
    }
}

/// A digest as messages carry it.
// spec: dcf-3
fn shortened(output: &[u8]) -> Digest {
    digest::labelled(Label::KeyedIdentifier, &[output])
}

/// Randomness by the traits of the crate: expanded from one seed, in the order in which it is asked for.
struct Drawn {
    seed: Zeroizing<[u8; 32]>,
    label: &'static str,
    number: u64,
}

impl Drawn {
    fn new(seed: &[u8; 32], label: &'static str) -> Self {
        Self { seed: Zeroizing::new(*seed), label, number: 0 }
    }
}

impl RngCore for Drawn {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for piece in dest.chunks_mut(64) {
            let drawn = expand::expand::<64>(&self.seed, self.label, self.number);
            self.number = self.number.saturating_add(1);
            piece.iter_mut().zip(drawn.iter()).for_each(|(to, from)| *to = *from);
        }
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), NoRandomness> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Drawn {}
