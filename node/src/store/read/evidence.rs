//! Evidence as it stands in the store.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::EvidenceRecord;
use concord_protocol::engine::record::Record;

use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::schema;
use crate::store::schema::Table;

pub(crate) fn as_evidence(record: Record) -> Option<EvidenceRecord> {
    if let Record::Evidence(record) = record { Some(record) } else { None }
}

#[expect(clippy::missing_errors_doc, reason = "every read fails for the same reasons")]
impl Reader {
    /// One file of evidence.
    pub fn evidence(&self, digest: &Digest) -> Result<Option<EvidenceRecord>, ReadError> {
        self.one(&schema::evidence(digest), as_evidence)
    }

    /// At most `limit` files of evidence, by digest, after one.
    pub fn evidence_after(
        &self,
        after: Option<&Digest>,
        limit: usize,
    ) -> Result<Vec<EvidenceRecord>, ReadError> {
        let mut keys = Table::Evidence.all();
        keys.from = after.map_or(keys.from, |last| schema::after(&schema::evidence(last)));
        self.some(&keys, limit, as_evidence)
    }
}
