//! What mirrors gave back, put where it was: the past of a log that heals.

use concord_protocol::engine::record::ModeRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Doubt;
use tokio::sync::oneshot;

use crate::host::mailbox;
use crate::host::writer::Next;
use crate::host::writer::Stopped;
use crate::host::writer::Writer;

impl Writer {
    /// Stores what mirrors gave back. The engine stands still meanwhile: in quarantine it appends nothing.
    // spec: rst-32
    pub(super) fn give_back(
        &mut self,
        records: Vec<Record>,
        reply: oneshot::Sender<()>,
    ) -> Result<Next, Stopped> {
        if self.engine.mode().standing() == Some(Doubt::Quarantine) {
            self.store.give_back(records)?;
            mailbox::answer(reply, ());
        }
        Ok(Next::Group)
    }

    /// The past is whole: the head file vouches for it again, and the node starts again to say so.
    // spec: rst-33
    pub(super) fn healed(&mut self, from: TreeSize) -> Result<Next, Stopped> {
        if self.engine.mode().standing() != Some(Doubt::Quarantine) {
            return Ok(Next::Group);
        }
        self.store.accept_head().map_err(Stopped::Head)?;
        self.store.give_back(vec![Record::Mode(ModeRecord::Healed { from })])?;
        tracing::info!("the log is whole again: the node starts again");
        Ok(Next::Again)
    }
}
