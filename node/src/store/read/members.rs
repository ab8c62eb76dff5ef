//! Reads about members: what ended credentials early, where they listen, who votes, and how much each asked about.

use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::papers::NoticeRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::engine::record::papers::StaffRecord;
use concord_protocol::engine::record::queried::QueriedRecord;

use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::schema::Table;

#[expect(
    clippy::missing_errors_doc,
    reason = "every read fails for the reasons that `Reader` says once"
)]
impl Reader {
    /// Every revocation, by agency and digest.
    pub fn revocations(&self) -> Result<Vec<RevocationRecord>, ReadError> {
        self.some(&Table::Revocation.all(), usize::MAX, as_revocation)
    }

    /// The newest change of addresses of each agency.
    pub fn notices(&self) -> Result<Vec<NoticeRecord>, ReadError> {
        self.some(&Table::Notice.all(), usize::MAX, as_notice)
    }

    /// The newest staff list of each agency.
    pub fn staff_lists(&self) -> Result<Vec<StaffRecord>, ReadError> {
        self.some(&Table::Staff.all(), usize::MAX, as_staff)
    }

    /// How much each agency asked this one about.
    pub fn queried(&self) -> Result<Vec<QueriedRecord>, ReadError> {
        self.some(&Table::Queried.all(), usize::MAX, as_queried)
    }
}

pub(crate) fn as_revocation(record: Record) -> Option<RevocationRecord> {
    if let Record::Revocation(record) = record { Some(record) } else { None }
}

pub(crate) fn as_notice(record: Record) -> Option<NoticeRecord> {
    if let Record::Notice(record) = record { Some(record) } else { None }
}

pub(crate) fn as_staff(record: Record) -> Option<StaffRecord> {
    if let Record::Staff(record) = record { Some(record) } else { None }
}

fn as_queried(record: Record) -> Option<QueriedRecord> {
    if let Record::Queried(record) = record { Some(record) } else { None }
}
