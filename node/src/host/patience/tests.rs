//! A key that is away is waited for, and not for ever.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::thread;

use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::Signature;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SignerAway;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::crypto::signature::VerifyingKey;

use crate::host::patience::Patience;
use crate::host::patience::Waiting;

#[test]
fn a_key_that_comes_back_signs() {
    // shows: cus-15
    let patience = Arc::new(Patience::default());
    let signer: SharedSigner = Arc::new(Fickle::away_for(1));

    let signature = Waiting::shared(&signer, &patience).sign(b"head").unwrap();

    assert_eq!(signer.public().verify(b"head", &signature), Ok(()));
}

#[test]
fn a_node_that_stops_waits_no_longer() {
    let patience = Arc::new(Patience::default());
    let signer: SharedSigner = Arc::new(Fickle::away_for(u32::MAX));
    let waiting = Waiting::shared(&signer, &patience);
    let thread = thread::spawn(move || waiting.sign(b"head").map(drop));

    patience.end();

    assert_eq!(thread.join().unwrap(), Err(SignerAway));
}

/// A key that is away so many times.
#[derive(Debug)]
struct Fickle {
    key: SigningKey,
    away: AtomicU32,
}

impl Fickle {
    fn away_for(times: u32) -> Self {
        Self { key: SigningKey::from_seed(&[1; 32]), away: AtomicU32::new(times) }
    }
}

impl Signer for Fickle {
    fn public(&self) -> VerifyingKey {
        self.key.public()
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerAway> {
        let left = self.away.load(Ordering::SeqCst);
        if left == 0 {
            return self.key.sign(message);
        }
        self.away.store(left - 1, Ordering::SeqCst);
        Err(SignerAway)
    }
}
