//! Credentials that ended early, as the log tells it: what was known since when, and what it marks.
//!
//! Whatever stands below the last good checkpoint stays. What a node's own log holds between that checkpoint and the
//! leaf that says so is marked: its keys signed it, and its agency does not stand by it. What the log takes or signs
//! under a revoked credential after it knew is wrong.

use alloc::vec::Vec;

use crate::audit::finding::Flaw;
use crate::audit::verify::walk;
use crate::audit::verify::walk::Walk;
use crate::identity::directory::Directory;
use crate::identity::directory::force::Revoking;
use crate::identity::revocation::LastGood;
use crate::identity::revocation::VerifiedRevocation;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::LeafIndex;
use crate::ids::LogNumber;
use crate::ids::Serial;

/// Leaves of the bundle's own log that its agency does not stand by. Source: spec audit-45.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disowned {
    /// The last credential that ended.
    pub through: Serial,
    /// The first leaf that is not good.
    pub from: LeafIndex,
    /// The leaf that says so; what stands between is disowned.
    pub to: LeafIndex,
}

/// What the log knew so far.
pub(super) struct Ended {
    /// Every credential, and the revocations that the log told.
    pub(super) known: Directory,
    pub(super) disowned: Vec<Disowned>,
    /// The revocations that changed something, with their places.
    pub(super) revoked: Vec<(LeafIndex, VerifiedRevocation)>,
    /// The versions of the charter under which the node started, where they change.
    pub(super) started: Vec<(LeafIndex, CharterVersion)>,
}

impl Ended {
    /// Nothing has ended yet.
    pub(super) fn nothing(directory: &Directory) -> Self {
        let mut known = Directory::under(directory.chain().clone());
        for credential in directory.credentials() {
            // Each was admitted beside the others before.
            drop(known.admit(credential.clone()));
        }
        Self { known, disowned: Vec::new(), revoked: Vec::new(), started: Vec::new() }
    }

    /// The node started under a version of the charter.
    pub(super) fn start(&mut self, at: LeafIndex, version: CharterVersion) {
        if self.started.last().is_none_or(|(_, before)| *before != version) {
            self.started.push((at, version));
        }
    }

    fn note(
        &mut self,
        own: (&AgencyId, Option<LogNumber>),
        said: &VerifiedRevocation,
        at: LeafIndex,
    ) {
        let through = said.revocation().through;
        // spec: audit-45
        if let (true, Some(log)) = (said.agency() == own.0, own.1) {
            let LastGood { size, .. } = said.last_good(log);
            if size.get() < at.get() {
                let from = LeafIndex::new(size.get());
                self.disowned.push(Disowned { through, from, to: at });
            }
        }
    }

    /// Nothing is signed for the exchange under a credential that the log knows to be revoked.
    pub(super) fn stands(&self, agency: &AgencyId, serial: Serial) -> Result<(), Flaw> {
        // spec: audit-46
        if self.has(agency, serial) {
            let agency = agency.clone();
            return Err(Flaw::RevokedCredential { agency, serial });
        }
        Ok(())
    }

    fn has(&self, agency: &AgencyId, serial: Serial) -> bool {
        self.known.is_revoked(agency, serial)
    }
}

impl Walk<'_> {
    /// A revocation is its root's word, and makes something stricter than the log knew it.
    pub(super) fn revoked(&mut self, bytes: &[u8], at: LeafIndex) -> Result<(), Flaw> {
        // spec: audit-45
        let said = self.people.directory.verify_revocation_ever(bytes).map_err(Flaw::Revocation)?;
        let own = (&self.people.own, self.people.log_number(self.origin));
        self.ended.note(own, &said, at);
        match self.ended.known.revoke(said.clone()) {
            Ok(Revoking::New) => {
                self.ended.revoked.push((at, said));
                self.people.weigh(&self.ended.known, &mut self.quorate);
                Ok(())
            }
            Ok(Revoking::Known) | Err(_) => Err(Flaw::RevocationTwice),
        }
    }

    /// A message that was taken after its credential was revoked rests on its place in its author's log.
    pub(super) fn rests_on_place(&mut self, agency: &AgencyId, serial: Serial) {
        if self.ended.has(agency, serial) {
            walk::count(&mut self.counts.by_place);
        }
    }
}
