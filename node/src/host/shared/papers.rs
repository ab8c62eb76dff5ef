//! Papers of members that change what counts: judged before they are durable, in force after.
//!
//! Of the node's own it also says which one is in force, and whether one waits for its keys.

use std::sync::Arc;
use std::sync::PoisonError;

use concord_protocol::engine::record::papers::NoticeRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::engine::record::papers::StaffRecord;
use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::directory::force::Revoking;
use concord_protocol::ids::Serial;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;

use crate::clock;
use crate::host::mailbox::By;
use crate::host::shared::Shared;

/// How soon after one change of addresses of a peer the next one is taken.
const NOTICE_EVERY: Span = Span::from_millis(10_000);

/// How soon after one staff list of an agency a peer's word of the next one is taken.
const STAFF_EVERY: Span = Span::from_millis(2 * 60_000);

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
    ///
    /// A peer that says one after the other is heard now and then: each costs a commit, here and at everybody else.
    // spec: id-51
    pub(crate) fn may_notice(&self, record: &NoticeRecord) -> bool {
        let taken = self.noticed.lock().unwrap_or_else(PoisonError::into_inner);
        let last = taken.get(&record.agency).filter(|_| record.agency != self.me);
        if last.is_some_and(|last| clock::now() < last.after(NOTICE_EVERY)) {
            return false;
        }
        drop(taken);
        Directory::clone(&self.directory()).notice(&record.notice).is_ok()
    }

    /// Dials where a durable change of addresses says from now on.
    pub(crate) fn notice(&self, record: &NoticeRecord) {
        let mut directory = Directory::clone(&self.directory());
        if directory.notice(&record.notice).is_ok() {
            let mut taken = self.noticed.lock().unwrap_or_else(PoisonError::into_inner);
            taken.insert(record.agency.clone(), clock::now());
            drop(taken);
            self.directory.send_replace(Arc::new(directory));
        }
    }

    /// Whether a staff list may become durable: it verifies, and is newer than what is held.
    ///
    /// What is known costs no signature. An agency that has one list after the other said is heard now and then: each
    /// costs a commit, here and at everybody else.
    // spec: stf-7
    pub(crate) fn may_staff(&self, record: &StaffRecord, by: By) -> bool {
        let directory = self.directory();
        let held = directory.staff(&record.agency).map(|held| held.list().number);
        if held >= Some(record.number) {
            return false;
        }
        let taken = self.staffed.lock().unwrap_or_else(PoisonError::into_inner);
        let last = taken.get(&record.agency).copied();
        drop(taken);
        if by == By::Peer && is_too_soon(last, clock::now()) {
            return false;
        }
        directory.may_list_staff(&record.staff).is_ok()
    }

    /// Judges approvals by a durable staff list from now on.
    // spec: stf-4
    pub(crate) fn staff(&self, record: &StaffRecord) {
        let mut directory = Directory::clone(&self.directory());
        if directory.list_staff(&record.staff).is_ok() {
            let mut taken = self.staffed.lock().unwrap_or_else(PoisonError::into_inner);
            taken.insert(record.agency.clone(), clock::now());
            drop(taken);
            self.directory.send_replace(Arc::new(directory));
        }
    }

    /// Which credential of this node is in force.
    pub(crate) fn in_force(&self, now: Timestamp) -> Option<Serial> {
        self.directory().in_force(&self.me, now).map(|own| own.serial())
    }

    /// Whether a credential that came since the start names a sealing key that is not open.
    // spec: id-47
    pub(crate) fn must_open_a_key(&self) -> bool {
        let directory = self.directory();
        let own = directory.credentials().filter(|known| *known.agency() == self.me);
        let mut since = own.filter(|known| Some(known.serial()) > self.began_knowing);
        since.any(|known| self.opens.among(&[known.credential().sealing.id()]).is_none())
    }
}

/// Whether a staff list that a peer hands over comes too soon after the last one of its agency.
fn is_too_soon(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_some_and(|last| now < last.after(STAFF_EVERY))
}

#[cfg(test)]
mod tests;
