//! The charter, shown and moved on through the node's own door.

use std::sync::Arc;

use concord_protocol::identity::charter::papers::PaperError;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::identity::charter::papers::Taken;

use crate::host::charters;
use crate::host::handle::Handle;

/// Why documents of the charter were not taken.
#[derive(Debug, thiserror::Error)]
pub enum CharterError {
    /// None holds, and this is what the first one lacks.
    #[error("{0}")]
    Refused(PaperError),
    /// The node stops, or could not keep them.
    #[error("the node stops")]
    Stopping,
}

impl Handle {
    /// Every document of the charter that the node holds.
    pub fn charters(&self) -> Arc<Papers> {
        self.around.shared.charters.held()
    }

    /// Takes documents in and tells the peers. When that brings a version into force, the node starts again.
    ///
    /// # Errors
    /// When nothing was learned and something was refused.
    pub async fn take_charters(&self, documents: Vec<Vec<u8>>) -> Result<Taken, CharterError> {
        let me = &self.around.shared.me;
        let heard = charters::hear(&self.around, me, documents).await;
        let taken = heard.map_err(|error| {
            error.tell();
            CharterError::Stopping
        })?;
        match taken.refused.first() {
            Some(refused) if taken.learned.is_empty() => {
                Err(CharterError::Refused(refused.why.clone()))
            }
            Some(_) | None => Ok(taken),
        }
    }
}
