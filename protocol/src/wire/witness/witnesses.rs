//! Who counts as a witness of a log, and what a quorum of them is.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::crypto::signature::VerifyingKey;
use crate::identity;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::cosignature::CosignerKey;
use crate::log::cosignature::Seconds;
use crate::log::note;
use crate::wire::witness::LiftError;

/// Who may witness a log, and how many must: the judge of every cosigned checkpoint.
#[derive(Clone, Debug)]
pub struct Witnesses {
    pub(super) keys: Vec<(AgencyId, CosignerKey)>,
    pub(super) quorum: usize,
}

impl Witnesses {
    /// The witnesses of one member's log: every other member, never the owner. Source: spec wit-3.
    pub fn of(directory: &Directory, owner: &AgencyId) -> Self {
        // spec: wit-3
        let members = directory.members().map(|member| &member.agency);
        let others = members.filter(|agency| *agency != owner);
        let keys = others.flat_map(|agency| {
            keys_of(directory, agency).map(move |key| (agency.clone(), key)).collect::<Vec<_>>()
        });
        let quorum = usize::from(directory.charter().charter().witness_quorum);
        Self { keys: keys.collect(), quorum }
    }

    /// How many distinct witnesses the charter demands.
    pub const fn quorum(&self) -> usize {
        self.quorum
    }

    /// The distinct witnesses that cosigned a checkpoint, each with the newest time it says.
    ///
    /// A line that does not hold counts for nobody and spoils nothing. The owner verified it, perhaps under a key that
    /// is not known here; and a member can make two keys of one id, of which the other one's line looks forged.
    // spec: wire-84
    pub fn cosigners(&self, checkpoint: &SignedCheckpoint) -> BTreeMap<AgencyId, Seconds> {
        let Ok(note) = note::parse(checkpoint.note()) else { return BTreeMap::new() };
        let mut cosigners = BTreeMap::new();
        for (agency, key) in &self.keys {
            let Ok(Some(at)) = note.said(key) else { continue };
            // A member that changed its key counts once.
            let newest = cosigners.entry(agency.clone()).or_insert(at);
            *newest = at.max(*newest);
        }
        cosigners
    }

    /// A note without the lines that bear the name and id of a witness key that is known, and do not hold.
    // spec: wire-84
    pub(super) fn without_false_lines(&self, note: &[u8]) -> Vec<u8> {
        let mut left = note.to_vec();
        for (_, key) in &self.keys {
            let holds = note::parse(&left).is_ok_and(|note| note.said(key).is_ok());
            if !holds && let Ok(without) = note::drop_line(&left, key) {
                left = without;
            }
        }
        left
    }

    /// The same, when they are a quorum.
    ///
    /// # Errors
    /// When they are too few.
    pub fn quorate(
        &self,
        checkpoint: &SignedCheckpoint,
    ) -> Result<BTreeMap<AgencyId, Seconds>, LiftError> {
        let cosigners = self.cosigners(checkpoint);
        let (found, quorum) = (cosigners.len(), self.quorum);
        if found < quorum {
            return Err(LiftError::NoQuorum { found, quorum, shown: Box::new(checkpoint.clone()) });
        }
        Ok(cosigners)
    }
}

/// Every witness key held of a member, under its name as a witness.
pub(super) fn keys_of<'d>(
    directory: &'d Directory,
    agency: &'d AgencyId,
) -> impl Iterator<Item = CosignerKey> + use<'d> {
    let name: String = identity::witness_name(directory.charter().name(), agency);
    let credentials = directory.credentials().map(|verified| verified.credential());
    // What a revoked witness key signs says nothing, and when it signed cannot be told.
    // spec: id-44
    let own = credentials
        .filter(move |own| own.agency == *agency && !directory.is_revoked(agency, own.serial));
    let mut keys: Vec<VerifyingKey> = Vec::new();
    for credential in own {
        if !keys.contains(&credential.witness) {
            keys.push(credential.witness);
        }
    }
    keys.into_iter().rev().filter_map(move |key| CosignerKey::new(&name, key).ok())
}
