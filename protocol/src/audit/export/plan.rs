//! The first reading: which parts there are, how long each is, and its digest.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::convert::Infallible;

use crate::audit::bundle;
use crate::audit::bundle::Manifest;
use crate::audit::bundle::Part;
use crate::audit::bundle::PartEntry;
use crate::audit::bundle::sequence;
use crate::audit::export;
use crate::audit::export::Archive;
use crate::audit::export::ExportError;
use crate::audit::export::Kept;
use crate::audit::export::Scope;
use crate::codec;
use crate::codec::EncodeError;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Running;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::Serial;
use crate::limits::TILE_HASHES;
use crate::log::leaf::Leaf;
use crate::log::tile;

/// The parts of the bundle to come, and the leaves that name evidence.
pub(super) struct Plan {
    pub(super) parts: Vec<(Part, PartEntry)>,
    /// `received` leaves.
    headers: Vec<LeafIndex>,
    /// Leaves that name another dispatch than the leaf before on their link.
    dispatches: Vec<LeafIndex>,
    /// `receipt-held` leaves.
    receipts: Vec<LeafIndex>,
}

/// Where pieces of a part go.
type Take<'a, A, S> = dyn FnMut(&[u8]) -> Result<(), ExportError<A, S>> + 'a;

/// Reads everything once.
pub(super) fn make<A: Archive>(
    archive: &A,
    scope: &Scope,
) -> Result<Plan, ExportError<A::Error, Infallible>> {
    let (headers, dispatches, receipts) = (Vec::new(), Vec::new(), Vec::new());
    let mut plan = Plan { parts: Vec::new(), headers, dispatches, receipts };
    plan.find_evidence(archive, scope)?;
    for part in parts_of(scope) {
        let mut running = Running::new();
        let mut length = 0_u64;
        plan.produce::<A, Infallible>(archive, scope, &part, &mut |piece| {
            running.take(piece);
            length = length.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            Ok(())
        })?;
        let entry = PartEntry { path: part.path(), length, digest: running.digest() };
        plan.parts.push((part, entry));
    }
    Ok(plan)
}

/// Every part but manifest and digest, in order.
fn parts_of(scope: &Scope) -> Vec<Part> {
    let mut people: Vec<Part> =
        scope.charters.iter().map(|(version, _)| Part::Charter(*version)).collect();
    let credentials = scope.credentials.iter();
    people.extend(credentials.map(|(agency, serial, _)| Part::Credential(agency.clone(), *serial)));
    people.sort();
    bundle::tree_parts(scope.checkpoint.checkpoint().size)
        .chain(people)
        .chain(bundle::LAST_PARTS)
        .collect()
}

impl Plan {
    pub(super) fn manifest(&self, scope: &Scope) -> Result<Vec<u8>, EncodeError> {
        let checkpoint = scope.checkpoint.checkpoint();
        let manifest = Manifest {
            format: bundle::FORMAT,
            agency: scope.agency.clone(),
            charter: scope.charter.clone(),
            origin: checkpoint.origin.clone(),
            size: checkpoint.size,
            made_at: scope.made_at,
            parts: u64::try_from(self.parts.len()).unwrap_or(u64::MAX),
        };
        let entries: Vec<&PartEntry> = self.parts.iter().map(|(_, entry)| entry).collect();
        export::manifest_bytes(&manifest, &entries)
    }

    /// Notes which leaves name a header, a dispatch or a receipt that has to be in the bundle.
    fn find_evidence<A: Archive>(
        &mut self,
        archive: &A,
        scope: &Scope,
    ) -> Result<(), ExportError<A::Error, Infallible>> {
        let mut current: BTreeMap<(AgencyId, Epoch), Digest> = BTreeMap::new();
        // spec: audit-5
        for index in (0..scope.checkpoint.checkpoint().size.get()).map(LeafIndex::new) {
            let named = Named::by(read_leaf(archive, index)?);
            if named.header.is_some() {
                self.headers.push(index);
            }
            if let Some((kept, dispatch)) = named.dispatch
                && current.insert((kept.peer, kept.epoch), dispatch) != Some(dispatch)
            {
                self.dispatches.push(index);
            }
            if named.receipt.is_some() {
                self.receipts.push(index);
            }
        }
        Ok(())
    }

    /// Gives the content of a part, piece by piece; the same each time, unless the log changed.
    pub(super) fn produce<A: Archive, S>(
        &self,
        archive: &A,
        scope: &Scope,
        part: &Part,
        take: &mut Take<'_, A::Error, S>,
    ) -> Result<(), ExportError<A::Error, S>> {
        match part {
            Part::Checkpoint => take(scope.checkpoint.note()),
            Part::Tile(id, width) => {
                let hashes = archive.hashes(*id, *width).map_err(ExportError::Archive)?;
                take(&tile::hash_bytes(&hashes))
            }
            Part::Entries(index, width) => take(&entries(archive, *index, *width)?),
            Part::Charter(version) => scope
                .charters
                .iter()
                .filter(|(known, _)| known == version)
                .try_for_each(|(_, bytes)| take(bytes)),
            Part::Credential(agency, serial) => {
                let same = |(a, s, _): &&(AgencyId, Serial, Vec<u8>)| a == agency && s == serial;
                scope.credentials.iter().filter(same).try_for_each(|(_, _, bytes)| take(bytes))
            }
            Part::Headers => {
                self.headers.iter().try_for_each(|index| item(&header(archive, *index)?, take))
            }
            Part::Dispatches => {
                self.dispatches.iter().try_for_each(|index| item(&dispatch(archive, *index)?, take))
            }
            Part::Receipts => {
                self.receipts.iter().try_for_each(|index| item(&receipt(archive, *index)?, take))
            }
            Part::PeerCheckpoints => {
                let mut notes: Vec<&(AgencyId, Vec<u8>)> = scope.peer_checkpoints.iter().collect();
                notes.sort();
                notes.into_iter().try_for_each(|(_, note)| item(note, take))
            }
        }
    }
}

fn item<A, S>(content: &[u8], take: &mut Take<'_, A, S>) -> Result<(), ExportError<A, S>> {
    take(&sequence::head(content.len()))?;
    take(content)
}

fn read_leaf<A: Archive, S>(
    archive: &A,
    index: LeafIndex,
) -> Result<Leaf, ExportError<A::Error, S>> {
    let bytes = archive.leaf(index).map_err(ExportError::Archive)?;
    codec::decode(&bytes).map_err(|_| ExportError::Leaf { index })
}

fn entries<A: Archive, S>(
    archive: &A,
    index: u64,
    width: usize,
) -> Result<Vec<u8>, ExportError<A::Error, S>> {
    let first = index.saturating_mul(u64::try_from(TILE_HASHES).unwrap_or(u64::MAX));
    let last = first.saturating_add(u64::try_from(width).unwrap_or(u64::MAX));
    let leaves = (first..last)
        .map(|index| archive.leaf(LeafIndex::new(index)).map_err(ExportError::Archive));
    let leaves = leaves.collect::<Result<Vec<Vec<u8>>, ExportError<A::Error, S>>>()?;
    tile::write_bundle(&leaves).map_err(|_| ExportError::Leaf { index: LeafIndex::new(first) })
}

/// What a leaf names that stands elsewhere.
#[derive(Default)]
struct Named {
    header: Option<Digest>,
    dispatch: Option<(Kept, Digest)>,
    receipt: Option<Kept>,
}

impl Named {
    fn by(leaf: Leaf) -> Self {
        match leaf {
            Leaf::Received { message, from, epoch, number, dispatch, .. } => Self {
                header: Some(message),
                dispatch: Some((Kept { peer: from, epoch, first: number }, dispatch)),
                receipt: None,
            },
            Leaf::Refused { from, epoch, number, dispatch, .. } => {
                let dispatch = Some((Kept { peer: from, epoch, first: number }, dispatch));
                Self { dispatch, ..Self::default() }
            }
            Leaf::ReceiptHeld { from, epoch, items, .. } => {
                let first = items.first().map(|item| item.number);
                let receipt = first.map(|first| Kept { peer: from, epoch, first });
                Self { receipt, ..Self::default() }
            }
            Leaf::Started { .. } | Leaf::Message { .. } | Leaf::Sent { .. } | Leaf::Read { .. } => {
                Self::default()
            }
        }
    }
}

fn header<A: Archive, S>(
    archive: &A,
    index: LeafIndex,
) -> Result<Vec<u8>, ExportError<A::Error, S>> {
    let named = Named::by(read_leaf(archive, index)?);
    let digest = named.header.ok_or(ExportError::Leaf { index })?;
    archive.message(&digest).map_err(ExportError::Archive)
}

fn dispatch<A: Archive, S>(
    archive: &A,
    index: LeafIndex,
) -> Result<Vec<u8>, ExportError<A::Error, S>> {
    let named = Named::by(read_leaf(archive, index)?);
    let (kept, _) = named.dispatch.ok_or(ExportError::Leaf { index })?;
    archive.dispatch(&kept).map_err(ExportError::Archive)
}

fn receipt<A: Archive, S>(
    archive: &A,
    index: LeafIndex,
) -> Result<Vec<u8>, ExportError<A::Error, S>> {
    let named = Named::by(read_leaf(archive, index)?);
    let kept = named.receipt.ok_or(ExportError::Leaf { index })?;
    archive.receipt(&kept).map_err(ExportError::Archive)
}
