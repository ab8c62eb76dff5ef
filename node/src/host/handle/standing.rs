//! How notices stand, wherever one is shown: a notice that is challenged is looked at by whoever judges the challenge.

use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::message::intelligence::validity::NoticeStanding;
use concord_protocol::message::kind::Kind;
use concord_protocol::procedure::machine::Machine;

use crate::clock;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;

impl Handle {
    /// How a notice stands now, by what this node holds; `None` for a message that is none.
    // spec: xch-57
    pub(super) fn standing(
        &self,
        record: &MessageRecord,
    ) -> Result<Option<NoticeStanding>, ReadError> {
        let Ok(header) = header::read(&record.message) else { return Ok(None) };
        if header.kind != Kind::Notice {
            return Ok(None);
        }
        let book = self.reader().book(&header.procedure).map_err(|_| ReadError::Stopping)?;
        let Some(Machine::Notice(folded)) = book.machine() else { return Ok(None) };
        Ok(Some(folded.state.standing_of(&record.id, clock::now())))
    }

    /// Refuses to open what another agency's notice says while it is challenged, to whoever does not know that.
    // spec: xch-57
    pub(super) fn check_suspended(&self, record: &MessageRecord) -> Result<(), ReadError> {
        let is_own = record.from == self.around.shared.me;
        match self.standing(record)? {
            Some(NoticeStanding::Suspended) if !is_own => Err(ReadError::Suspended),
            Some(
                NoticeStanding::Suspended
                | NoticeStanding::InForce
                | NoticeStanding::Replaced
                | NoticeStanding::Withdrawn
                | NoticeStanding::Expired,
            )
            | None => Ok(()),
        }
    }
}
