//! Evidence, judged again for whoever asks: what stands in the store is believed no more than what a peer brings.

use concord_protocol::audit::evidence::judge;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::LeafIndex;

use crate::host::handle::FoundEvidence;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;
use crate::host::tally::Tally;

impl Handle {
    /// Evidence with a leaf from a place on, in the order of the leaves.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn evidence(&self, from: LeafIndex, limit: usize) -> Result<Vec<FoundEvidence>, ReadError> {
        let view = self.view();
        let pin = self.around.shared.directory().chain().first().digest();
        let held = view.evidence.iter().filter(|held| held.charge.leaf >= from).take(limit);
        let judged = held.map(|held| {
            let file = self.evidence_file(&held.digest)?;
            let judged = judge::verify(&file, Some(pin)).map_err(|_| ReadError::Stopping)?;
            Ok(FoundEvidence {
                view: held.clone(),
                proves: judged.sentence().to_owned(),
                proves_not: judged.limits(),
            })
        });
        judged.collect()
    }

    /// What happened since the start.
    pub fn tally(&self) -> Tally {
        self.around.shared.tally.so_far()
    }

    /// One file of evidence, byte for byte.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub fn evidence_file(&self, digest: &Digest) -> Result<Vec<u8>, ReadError> {
        let held = self.reader().evidence(digest).map_err(|_| ReadError::Stopping)?;
        Ok(held.ok_or(ReadError::NotFound)?.evidence.into_vec())
    }
}
