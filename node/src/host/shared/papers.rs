//! Papers of members that change what counts: judged before they are durable, in force after.

use std::sync::Arc;

use concord_protocol::engine::record::papers::NoticeRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::directory::force::Revoking;

use crate::host::shared::Shared;

impl Shared {
    /// Whether a revocation may become durable: it verifies, and makes something stricter than it is.
    pub(crate) fn may_revoke(&self, record: &RevocationRecord) -> bool {
        let mut directory = Directory::clone(&self.directory());
        let verified = directory.verify_revocation(&record.revocation).ok();
        verified.is_some_and(|verified| directory.revoke(verified) == Ok(Revoking::New))
    }

    /// Lets a durable revocation count: its transport keys connect no more, and live connections under them end.
    pub(crate) fn revoke(&self, record: &RevocationRecord) {
        let mut directory = Directory::clone(&self.directory());
        let Ok(verified) = directory.verify_revocation(&record.revocation) else { return };
        if directory.revoke(verified).is_ok() {
            self.directory.send_replace(Arc::new(directory));
        }
    }

    /// Whether a change of addresses may become durable: it verifies, and is newer than what is held.
    pub(crate) fn may_notice(&self, record: &NoticeRecord) -> bool {
        Directory::clone(&self.directory()).notice(&record.notice).is_ok()
    }

    /// Dials where a durable change of addresses says from now on.
    pub(crate) fn notice(&self, record: &NoticeRecord) {
        let mut directory = Directory::clone(&self.directory());
        if directory.notice(&record.notice).is_ok() {
            self.directory.send_replace(Arc::new(directory));
        }
    }
}
