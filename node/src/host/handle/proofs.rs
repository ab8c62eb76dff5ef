//! What strangers check: tiles and entry bundles, proof files, COSE receipts, and the policy to check them under.

use concord_protocol::audit::cose_receipt;
use concord_protocol::audit::cose_receipt::Inclusion;
use concord_protocol::audit::cose_receipt::IssueError;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::CosignedRecord;
use concord_protocol::engine::record::Gathered;
use concord_protocol::identity;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::TreeSize;
use concord_protocol::limits::TILE_HASHES;
use concord_protocol::log::checkpoint;
use concord_protocol::log::cosignature::CosignerKey;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::log::hash;
use concord_protocol::log::note::NoteKey;
use concord_protocol::log::policy::Policy;
use concord_protocol::log::proof;
use concord_protocol::log::tile;
use concord_protocol::log::tile::TileId;
use concord_protocol::log::tile::Tiles;
use concord_protocol::log::tlog_proof;
use concord_protocol::log::tlog_proof::TlogProof;

use crate::clock;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;
use crate::host::shared::Published;
use crate::host::view::Phase;

impl Handle {
    /// The first `width` hashes of a tile.
    ///
    /// # Errors
    /// When the log does not reach so far, or the store cannot be read.
    pub fn tile(&self, id: TileId, width: usize) -> Result<Vec<Digest>, ReadError> {
        let published = self.around.shared.published();
        let hashes = id.index.saturating_mul(256).saturating_add(wide(width));
        let leaves = hashes.checked_mul(1_u64.checked_shl(u32::from(id.level) * 8).unwrap_or(0));
        // spec: log-36
        if !(1..=TILE_HASHES).contains(&width)
            || leaves.is_none_or(|leaves| leaves == 0 || leaves > published.view.head.size.get())
        {
            return Err(ReadError::NotFound);
        }
        published.tree.over(self.reader()).hashes(id, width).map_err(|_| ReadError::Stopping)
    }

    /// The first `width` leaves of an entry bundle, as they stand in the file.
    ///
    /// # Errors
    /// When the log does not reach so far, or the store cannot be read.
    pub fn entry_bundle(&self, index: u64, width: usize) -> Result<Vec<u8>, ReadError> {
        let published = self.around.shared.published();
        let first = index.saturating_mul(256);
        // spec: log-36
        if !(1..=TILE_HASHES).contains(&width)
            || first.saturating_add(wide(width)) > published.view.head.size.get()
        {
            return Err(ReadError::NotFound);
        }
        let records = self.reader().leaves(LeafIndex::new(first), width);
        let records = records.map_err(|_| ReadError::Stopping)?;
        let leaves: Vec<&[u8]> = records.iter().map(|record| record.leaf.as_slice()).collect();
        if leaves.len() != width {
            return Err(ReadError::Stopping);
        }
        tile::write_bundle(&leaves).map_err(|_| ReadError::Stopping)
    }

    /// The proof file of a leaf, at the newest checkpoint that covers it and that witnesses have cosigned; at the head
    /// where there is none.
    ///
    /// # Errors
    /// When the log does not reach so far, or the store cannot be read.
    pub fn proof_file(&self, index: LeafIndex) -> Result<Vec<u8>, ReadError> {
        let published = self.around.shared.published();
        let (size, checkpoint) = self.best_note(&published, index)?;
        let leaf = self.reader().leaf(index).map_err(|_| ReadError::Stopping)?;
        let leaf = leaf.ok_or(ReadError::NotFound)?;
        let tiles = published.tree.over(self.reader());
        let path = proof::inclusion(&tiles, index, size).map_err(|_| ReadError::Stopping)?;
        // spec: log-27
        Ok(tlog_proof::write(&TlogProof { extra: Some(leaf), index, path, checkpoint }))
    }

    /// The newest note that covers a leaf, one with cosignatures where there is one.
    fn best_note(
        &self,
        published: &Published,
        index: LeafIndex,
    ) -> Result<(TreeSize, Vec<u8>), ReadError> {
        let head = &published.view.head;
        if index.get() >= head.size.get() {
            return Err(ReadError::NotFound);
        }
        for gathered in [Gathered::Quorate, Gathered::Round] {
            let found = self.reader().cosigned_note(gathered).map_err(|_| ReadError::Stopping)?;
            // What is committed may be ahead of what is published; the tree is the published one.
            let covers = |note: &CosignedRecord| {
                index.get() < note.size.get()
                    && note.size <= head.size
                    && !note.cosigners.is_empty()
            };
            if let Some(note) = found.filter(covers) {
                return Ok((note.size, note.note.into_vec()));
            }
        }
        Ok((head.size, head.note.clone()))
    }

    /// A COSE receipt of a leaf at the head, signed now.
    ///
    /// # Errors
    /// When the log does not reach so far, the node is in doubt or not yet started, or the store cannot be read.
    pub fn cose_receipt(&self, index: LeafIndex) -> Result<Vec<u8>, ReadError> {
        let published = self.around.shared.published();
        // spec: log-30
        if let Some(doubt) = published.view.mode.standing() {
            return Err(ReadError::InDoubt(doubt));
        }
        if published.view.phase == Phase::Waiting {
            return Err(ReadError::Busy);
        }
        let proof = self.leaf_proof(index)?;
        let signer = &self.around.shared.log;
        let origin = &published.view.head.origin;
        let signed = checkpoint::verify(&proof.checkpoint, origin, &signer.public());
        let signed = signed.map_err(|_| ReadError::Stopping)?;
        let inclusion = Inclusion { index, path: proof.path };
        let leaf = hash::leaf_hash(&proof.leaf);
        let at = Seconds::of(clock::now());
        cose_receipt::issue(&signed, &leaf, &inclusion, at, signer.as_ref()).map_err(|error| {
            match error {
                IssueError::Proof(_) | IssueError::Away(_) | IssueError::TooLong { .. } => {
                    ReadError::Stopping
                }
            }
        })
    }

    /// The policy under which this log's proofs can be checked: its key, the other members as witnesses, and the
    /// charter's quorum.
    ///
    /// # Errors
    /// When credentials of fewer other members are held than the quorum needs.
    pub fn policy(&self) -> Result<Vec<u8>, ReadError> {
        let directory = self.around.shared.directory();
        let (charter, me) = (directory.charter().charter(), &self.around.shared.me);
        let own = directory.log_in_force(me).ok_or(ReadError::NotFound)?;
        let log = NoteKey::new(&own.origin, self.around.shared.log.public())
            .map_err(|_| ReadError::Stopping)?;
        let others = directory.members().filter(|member| member.agency != *me);
        let now = clock::now();
        let credentials = others.filter_map(|member| directory.goes_by(&member.agency, now));
        let witnesses = credentials.map(|verified| {
            let credential = verified.credential();
            let name = identity::witness_name(&charter.name, &credential.agency);
            CosignerKey::new(&name, credential.witness)
        });
        let witnesses: Result<Vec<_>, _> = witnesses.collect();
        let witnesses = witnesses.map_err(|_| ReadError::Stopping)?;
        let quorum = usize::from(charter.witness_quorum);
        let policy = Policy::flat(log, witnesses, quorum).map_err(|_| ReadError::NotFound)?;
        Ok(policy.text())
    }
}

fn wide(width: usize) -> u64 {
    u64::try_from(width).unwrap_or(u64::MAX)
}
