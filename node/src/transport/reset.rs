//! How a restarted node tells a peer that an old connection is gone: QUIC's stateless reset.
//!
//! Uses `protocol::crypto`. The key must be the same after a restart, so it comes from the transport key; a connection
//! id has 8 bytes, so the token is one expansion. Source: RFC 9000 section 10.3, spec wire-21.

use std::fmt;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::expand;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::SignerAway;
use quinn::ConnectionId;
use quinn::ConnectionIdGenerator;
use quinn::crypto::CryptoError;
use quinn::crypto::HmacKey;
use zeroize::Zeroizing;

/// Signed once, and the signature kept secret; TLS signs nothing that begins like this. Source: RFC 8446 section 4.4.3.
const CONTEXT: &[u8] = b"concord/1 stateless reset key";

/// Makes the token that only this node can know of a connection id.
pub(super) struct ResetKey(Zeroizing<[u8; 32]>);

impl ResetKey {
    /// The key that this signer always gives. A signer that does not repeat itself costs quick notice of a restart.
    pub(super) fn derive(signer: &SharedSigner) -> Result<Self, SignerAway> {
        // spec: wire-21
        let signature = signer.sign(CONTEXT)?;
        Ok(Self(Zeroizing::new(*digest::sha256(signature.as_bytes()).as_bytes())))
    }
}

impl fmt::Debug for ResetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResetKey")
    }
}

impl HmacKey for ResetKey {
    fn sign(&self, id: &[u8], token: &mut [u8]) {
        let number = id.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        let made = expand::expand::<32>(&self.0, "reset token", number);
        for (to, from) in token.iter_mut().zip(made.iter()) {
            *to = *from;
        }
    }

    fn signature_len(&self) -> usize {
        32
    }

    // QUIC compares tokens at the other end only.
    fn verify(&self, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        Err(CryptoError)
    }
}

/// Draws connection ids that say nothing. Shape: 8 bytes.
pub(super) struct ConnectionIds {
    seed: Zeroizing<[u8; 32]>,
    drawn: u64,
}

impl ConnectionIds {
    pub(super) fn new(seed: &[u8; 32]) -> Self {
        Self { seed: Zeroizing::new(*seed), drawn: 0 }
    }
}

impl ConnectionIdGenerator for ConnectionIds {
    fn generate_cid(&mut self) -> ConnectionId {
        self.drawn = self.drawn.wrapping_add(1);
        ConnectionId::new(expand::expand::<8>(&self.seed, "connection id", self.drawn).as_slice())
    }

    fn cid_len(&self) -> usize {
        8
    }

    fn cid_lifetime(&self) -> Option<std::time::Duration> {
        None
    }
}
