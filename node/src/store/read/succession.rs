//! Reads about the end of logs, and what the next log takes over from the one before.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::ApprovalRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::PeerHeadRecord;
use concord_protocol::engine::record::ProposalRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::SuccessionRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;

use crate::store::entry::Placement;
use crate::store::read;
use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::rows::Keys;
use crate::store::rows::Order;
use crate::store::rows::Row;
use crate::store::schema;
use crate::store::schema::Table;

/// Tables whose rows a log that succeeds another takes over as they are.
///
/// The log's own leaves, tiles and head, and what was taken from peers under numbers of ended epochs, stay with the log
/// that ended; links, messages and bodies are carried one by one. Receipts of ended epochs are what this agency proves
/// its deliveries with, so they stay in reach.
// spec: suc-16
const INHERITED: [Table; 15] = [
    Table::Outbound,
    Table::Receipt,
    Table::PeerHead,
    Table::PeerCosigned,
    Table::Credential,
    Table::Charter,
    Table::Idempotency,
    Table::Proposal,
    Table::Approval,
    Table::Succession,
    Table::KeyBackup,
    Table::Retired,
    Table::Revocation,
    Table::Notice,
    Table::Staff,
];

/// Where a reading of inherited rows goes on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inheritance {
    table: usize,
    from: Option<Vec<u8>>,
}

#[expect(
    clippy::missing_errors_doc,
    reason = "every read fails for the reasons that `Reader` says once"
)]
impl Reader {
    /// What this agency or a peer states about the end of its log, while no quorum approved it.
    pub fn proposal(&self, agency: &AgencyId) -> Result<Option<ProposalRecord>, ReadError> {
        self.one(&schema::agency(Table::Proposal, agency), read::as_proposal)
    }

    /// The approvals of what an agency states, in the order of who approves.
    pub fn approvals(&self, agency: &AgencyId) -> Result<Vec<ApprovalRecord>, ReadError> {
        let keys = schema::within(schema::agency(Table::Approval, agency));
        self.some(&keys, usize::MAX, read::as_approval)
    }

    /// Every succession in force, by agency and log.
    pub fn successions(&self) -> Result<Vec<SuccessionRecord>, ReadError> {
        self.some(&Table::Succession.all(), usize::MAX, read::as_succession)
    }

    /// What each peer showed of the node's own log during quarantine.
    pub fn shown(&self) -> Result<Vec<PeerHeadRecord>, ReadError> {
        self.some(&Table::Shown.all(), usize::MAX, read::as_shown)
    }

    /// At most `limit` messages, oldest first by leaf, of those with a leaf from `from` on.
    pub fn messages_from(
        &self,
        from: LeafIndex,
        limit: usize,
    ) -> Result<Vec<MessageRecord>, ReadError> {
        let keys = Keys { from: schema::message(from), until: Table::Message.all().until };
        self.some(&keys, limit, read::as_message)
    }

    /// Where the body of a message stands.
    pub(crate) fn placement(&self, message: &Digest) -> Result<Option<Placement>, ReadError> {
        self.get(&schema::body(message))?
            .map(|bytes| read::decoded::<Placement>(&bytes))
            .transpose()
    }

    /// The next records, at most `limit`, of what a log that succeeds this one takes over; empty at the end.
    pub(crate) fn inherited(
        &self,
        place: &mut Inheritance,
        limit: usize,
    ) -> Result<Vec<Record>, ReadError> {
        while let Some(table) = INHERITED.get(place.table) {
            let all = table.all();
            let keys = Keys { from: place.from.take().unwrap_or(all.from), until: all.until };
            let rows: Vec<Row> = self.range(&keys, Order::Ascending, limit)?;
            match rows.last() {
                None => place.table = place.table.saturating_add(1),
                Some((last, _)) => {
                    place.from = Some([last.as_slice(), &[0]].concat());
                    return rows.iter().map(|(_, value)| read::record_of(value, Some)).collect();
                }
            }
        }
        Ok(Vec::new())
    }
}
