//! A log that is longer than its owner stated when it ended.
//!
//! Uses `judge`, `sentence`. A statement alone ends nothing: its agency states the end anew for as long as a peer shows
//! more (suc-14), and nobody honest may be accused with an earlier one. Only what a quorum approved is the end.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::audit::evidence::EvidenceFlaw;
use crate::audit::evidence::LogOutlived;
use crate::audit::evidence::Which;
use crate::audit::evidence::judge;
use crate::audit::evidence::judge::Judged;
use crate::audit::evidence::judge::Keys;
use crate::audit::evidence::sentence;
use crate::identity::credential::VerifiedCredential;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::Serial;
use crate::log::checkpoint;
use crate::log::succession;
use crate::log::succession::VerifiedSuccession;

/// Judges the end, and then the checkpoint.
pub(super) fn judge(keys: &mut Keys<'_>, outlived: &LogOutlived) -> Result<Judged, EvidenceFlaw> {
    let LogOutlived { statement, approvals, head } = outlived;
    let succession = succession::verify(statement, approvals, keys.directory())
        .map_err(EvidenceFlaw::Succession)?;
    let end = succession.statement();
    let said = end.statement();
    if said.agency != *keys.accused() {
        return Err(EvidenceFlaw::Statement { which: Which::First });
    }
    let shown = keys.checkpoint_of(keys.accused(), said.from_log, judge::shape(head));
    // spec: suc-12, evd-27
    if !end.outlived_by(&shown, keys.directory()) {
        return Err(EvidenceFlaw::Fits);
    }
    let credential = keys.credential(head.serial)?;
    if credential.log_number != said.from_log {
        return Err(EvidenceFlaw::Statement { which: Which::Second });
    }
    let key = credential.log;
    judge::signed(&key, &checkpoint::text(&shown), head, Which::Second)?;
    keys.use_all(signers(&succession, keys.directory()));
    let approvers = succession.approvals().iter().map(|approval| approval.agency().clone());
    Ok(Judged {
        sentence: sentence::log_outlived(&succession, outlived),
        named: approvers.chain([said.agency.clone()]).collect(),
        notes: Vec::new(),
        log: Some(said.from_log),
    })
}

/// Whose keys signed a succession: statement, approvals, and each checkpoint that the statement names, for which of
/// several credentials with the same key the newest one counts.
pub(super) fn signers(
    succession: &VerifiedSuccession,
    directory: &Directory,
) -> BTreeSet<(AgencyId, Serial)> {
    let said = succession.statement().statement();
    let origin = directory.origin(&said.agency, said.from_log);
    let own = || {
        let credentials = directory.credentials().map(VerifiedCredential::credential);
        credentials.filter(|own| own.agency == said.agency && own.log_number == said.from_log)
    };
    let signer = |note: &[u8]| {
        let signs = own().filter(|own| checkpoint::verify(note, &origin, &own.log).is_ok());
        signs.map(|own| own.serial).max()
    };
    let heads = said.last.iter().filter_map(|note| signer(note));
    let own = heads.chain([said.serial]).map(|serial| (said.agency.clone(), serial));
    let approvals = succession.approvals().iter().map(|approval| approval.approval());
    own.chain(approvals.map(|approval| (approval.agency.clone(), approval.serial))).collect()
}
