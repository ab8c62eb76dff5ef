//! Signing that waits: the writer stands still while its key is away, and goes on when it is back.
//!
//! Uses `protocol` only. The engine has no state for a head that it cannot sign, and needs none: what is not signed is
//! not durable, and nobody was told of it. Whoever must not wait takes the key itself and is told that it is away.
//! Absent on purpose: a way to go on without the key.

use std::fmt;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::Signature;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SignerAway;
use concord_protocol::crypto::signature::VerifyingKey;

/// How long until the key is asked for again.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// Whether anybody still waits; the node that stops ends the wait.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    over: Mutex<Over>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Over {
    #[default]
    No,
    Yes,
}

/// A signer that waits for its key.
pub(crate) struct Waiting {
    signer: SharedSigner,
    patience: Arc<Patience>,
}

impl Patience {
    /// Ends every wait, for good.
    pub(crate) fn end(&self) {
        *self.over.lock().unwrap_or_else(PoisonError::into_inner) = Over::Yes;
        self.changed.notify_all();
    }

    fn wait(&self) -> Over {
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        let woken = self.changed.wait_timeout_while(over, ASK_EVERY, |over| *over == Over::No);
        *woken.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Waiting {
    /// The same key, with patience.
    pub(crate) fn shared(signer: &SharedSigner, patience: &Arc<Patience>) -> SharedSigner {
        Arc::new(Self { signer: Arc::clone(signer), patience: Arc::clone(patience) })
    }
}

impl Signer for Waiting {
    fn public(&self) -> VerifyingKey {
        self.signer.public()
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerAway> {
        // spec: cus-15
        loop {
            match self.signer.sign(message) {
                Ok(signature) => return Ok(signature),
                Err(SignerAway) if self.patience.wait() == Over::No => {}
                Err(SignerAway) => return Err(SignerAway),
            }
        }
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Waiting({:?})", self.signer)
    }
}

#[cfg(test)]
mod tests;
