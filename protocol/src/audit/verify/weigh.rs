//! Which checkpoints and cosignatures count: by what the leaves before them say of keys that ended, and of the charter.
//!
//! Uses `ended`, `notes`. A checkpoint of the bundle's own log is weighed by the leaves below its size, what a receipt
//! shows by the leaves before its own. So what a log took before it knew of a revocation stays as it was taken.

use crate::audit::bundle::Scope;
use crate::audit::finding::Flaw;
use crate::audit::verify::ended::Ended;
use crate::audit::verify::notes::Cosigned;
use crate::audit::verify::notes::Cosigner;
use crate::audit::verify::notes::Quorate;
use crate::audit::verify::notes::Witnessed;
use crate::audit::verify::people::People;
use crate::identity::charter::Charter;
use crate::identity::charter::VerifiedCharter;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;

/// Whether a credential that is not revoked names the key of a witness.
fn is_kept(known: &Directory, cosigner: &Cosigner) -> bool {
    let mut named = known.credentials().filter(|held| {
        *held.agency() == cosigner.agency && held.credential().witness == cosigner.key
    });
    named.any(|held| !known.is_revoked(held.agency(), held.serial()))
}

/// Whether a cosigned checkpoint still lifts what lies under it, in the eyes of a directory.
fn lifts(
    people: &People,
    known: &Directory,
    owner: &AgencyId,
    (cosigned, version): (&Cosigned, Option<CharterVersion>),
) -> bool {
    let signed = &cosigned.signed;
    let agencies = cosigned.agencies(|cosigner| is_kept(known, cosigner));
    checkpoint::still_counts(known, owner, (signed.checkpoint(), signed.note()))
        && people.is_quorate(owner, &agencies, version)
}

impl People {
    /// Whether these are a quorum under a version of the charter; under one that has the owner where none is named.
    // spec: audit-48
    pub(super) fn is_quorate(
        &self,
        owner: &AgencyId,
        cosigners: &[AgencyId],
        version: Option<CharterVersion>,
    ) -> bool {
        let chain = self.directory.chain();
        let bears = |version: &Charter| {
            let members = cosigners.iter().filter(|agency| version.member(agency).is_some());
            version.member(owner).is_some()
                && members.count() >= usize::from(version.witness_quorum)
        };
        match version.and_then(|version| chain.version(version)) {
            Some(version) => bears(version.charter()),
            None => chain.versions().map(VerifiedCharter::charter).any(bears),
        }
    }

    /// Up to where the log is witnessed, now that its leaves are known.
    pub(super) fn witnessed(
        &self,
        cosigned: &[Cosigned],
        ended: &Ended,
        scope: Option<&Scope>,
    ) -> Witnessed {
        let mut witnessed = Witnessed::nothing();
        let mut revoked = ended.revoked.iter().peekable();
        let mut known = Ended::nothing(&self.directory).known;
        for note in cosigned {
            witnessed.take(note);
            let size = note.signed.checkpoint().size;
            // spec: audit-47
            while let Some((_, said)) = revoked.next_if(|(at, _)| at.get() < size.get()) {
                drop(known.revoke(said.clone()));
            }
            let version = ended.version_below(size, scope);
            if lifts(self, &known, &self.own, (note, version)) {
                witnessed.size = size;
                witnessed.by = note.agencies(|cosigner| is_kept(&known, cosigner));
            }
        }
        witnessed
    }

    /// What of the logs of others still counts, after a revocation became known.
    pub(super) fn weigh(&self, known: &Directory, quorate: &mut Quorate) {
        for held in quorate.values_mut().filter(|held| held.counts) {
            held.counts = lifts(self, known, &held.owner, (&held.cosigned, None));
        }
    }
}

impl Ended {
    /// The version in force when the log had this size, where the bundle discloses it.
    // spec: audit-48
    fn version_below(&self, size: TreeSize, scope: Option<&Scope>) -> Option<CharterVersion> {
        if let Some(Scope::Range { to, .. }) = scope
            && size.get() > to.get()
        {
            return None;
        }
        let below = self.started.iter().rev().find(|(at, _)| at.get() < size.get());
        below.map(|(_, version)| *version)
    }

    /// Whether a checkpoint counts by what the log knows by now.
    ///
    /// # Errors
    /// When only revoked keys signed it, beyond what is good.
    pub(super) fn vouches(
        &self,
        owner: &AgencyId,
        (checkpoint, note): (&Checkpoint, &[u8]),
    ) -> Result<(), Flaw> {
        // spec: audit-47
        if checkpoint::still_counts(&self.known, owner, (checkpoint, note)) {
            return Ok(());
        }
        Err(Flaw::RevokedCheckpoint { origin: checkpoint.origin.clone(), size: checkpoint.size })
    }
}
