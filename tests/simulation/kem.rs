//! A key encapsulation that costs a hash: it hides nothing, and is as well defined as the real one.
//!
//! The real ones run the published vectors elsewhere; here bodies have to be sealed, opened, and not opened by others.

use concord_protocol::crypto::aead::OpenFailed;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::kem::BadSealingKey;
use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::ENCAPSULATION_BYTES;
use concord_protocol::crypto::kem::Encapsulate;
use concord_protocol::crypto::kem::Encapsulation;
use concord_protocol::crypto::kem::SealingPublic;
use concord_protocol::crypto::kem::SharedSecret;

/// Seals.
#[derive(Clone, Copy, Debug)]
pub struct CheapKem;

/// Opens what was sealed to one key.
#[derive(Debug)]
pub struct CheapKey {
    public: SealingPublic,
}

impl CheapKey {
    /// The key with this public half.
    pub const fn new(public: SealingPublic) -> Self {
        Self { public }
    }
}

impl Encapsulate for CheapKem {
    fn encapsulate(
        &self,
        to: &SealingPublic,
        entropy: &[u8; 64],
    ) -> Result<(Encapsulation, SharedSecret), BadSealingKey> {
        let mut carried = [0; ENCAPSULATION_BYTES];
        carried[..entropy.len()].copy_from_slice(entropy);
        let secret = shared(to, &carried);
        Ok((Encapsulation::from_bytes(&carried).map_err(|_| BadSealingKey)?, secret))
    }
}

impl Decapsulate for CheapKey {
    fn public(&self) -> &SealingPublic {
        &self.public
    }

    fn decapsulate(&self, from: &Encapsulation) -> Result<SharedSecret, OpenFailed> {
        Ok(shared(&self.public, from.as_bytes()))
    }
}

fn shared(to: &SealingPublic, carried: &[u8]) -> SharedSecret {
    let key = to.as_bytes();
    let bytes = [&key[key.len() - 32..], &carried[..64]].concat();
    SharedSecret::from_bytes(*digest::sha256(&bytes).as_bytes())
}
