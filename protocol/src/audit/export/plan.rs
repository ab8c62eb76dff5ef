//! The first reading: which leaves are disclosed, what they name, how long each part is, and the digests of the listed.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::convert::Infallible;

use crate::audit::bundle;
use crate::audit::bundle::Manifest;
use crate::audit::bundle::Part;
use crate::audit::bundle::PartEntry;
use crate::audit::bundle::Scope;
use crate::audit::bundle::sequence;
use crate::audit::export;
use crate::audit::export::Archive;
use crate::audit::export::Contents;
use crate::audit::export::ExportError;
use crate::audit::export::Out;
use crate::audit::export::Sink;
use crate::audit::export::choice::Choice;
use crate::audit::progress::Progress;
use crate::audit::progress::Stage;
use crate::codec;
use crate::codec::EncodeError;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Running;
use crate::envelope::header;
use crate::envelope::header::Header;
use crate::ids::AgencyId;
use crate::ids::LeafIndex;
use crate::ids::Serial;
use crate::limits::TILE_HASHES;
use crate::log::leaf::Leaf;
use crate::log::tile;

/// The bundle to come.
pub(super) struct Plan {
    /// The listed parts, with what the manifest says of them.
    pub(super) listed: Vec<(Part, PartEntry)>,
    /// Leaves that a scoped bundle discloses.
    leaves: Marked,
    /// `received` leaves.
    headers: Marked,
    /// Leaves that name another dispatch than the leaf before from the same peer.
    dispatches: Marked,
    /// `receipt-held` leaves.
    receipts: Marked,
    /// `message` and `received` leaves, where bodies are shown.
    bodies: Marked,
    /// Pieces of evidence that leaves name, each with the first of these leaves.
    evidence: BTreeMap<Digest, LeafIndex>,
}

/// Some leaves of a log, a bit for each; and how many bytes their items take.
struct Marked {
    bits: Vec<u8>,
    length: u64,
}

/// Where pieces of a part go.
type Take<'a, A, S> = dyn FnMut(&[u8]) -> Result<(), ExportError<A, S>> + 'a;

/// Reads everything once.
pub(super) fn make<A: Archive>(
    archive: &A,
    contents: &Contents,
    progress: &dyn Progress,
) -> Result<Plan, ExportError<A::Error, Infallible>> {
    let size = contents.checkpoint.checkpoint().size.get();
    let possible = match &contents.scope {
        None | Some(Scope::Procedure { .. }) => true,
        Some(Scope::Range { from, to }) => from < to && to.get() <= size,
        Some(Scope::Peer { peer }) => *peer != contents.agency,
    };
    // spec: audit-49
    let about_one = matches!(contents.scope, Some(Scope::Procedure { .. }));
    if !possible || (contents.bodies.is_some() && !about_one) {
        return Err(ExportError::Scope);
    }
    let marked = || Marked::new(size);
    let mut plan = Plan {
        listed: Vec::new(),
        leaves: Marked::new(if contents.scope.is_some() { size } else { 0 }),
        headers: marked(),
        dispatches: marked(),
        receipts: marked(),
        bodies: Marked::new(if contents.bodies.is_some() { size } else { 0 }),
        evidence: BTreeMap::new(),
    };
    let chosen = plan.choose(archive, contents, progress)?;
    for part in listed_parts(contents, &plan.evidence) {
        let mut counted = Counted::default();
        plan.listed_part::<A, Infallible>(archive, contents, &part, &mut |piece| {
            counted.take(piece);
            Ok(())
        })?;
        plan.listed.push(counted.entry(part));
    }
    if contents.scope.is_some() {
        plan.listed.push(chosen.leaves.entry(Part::Leaves));
    }
    if contents.bodies.is_some() {
        plan.listed.push(chosen.bodies.entry(Part::Bodies));
    }
    Ok(plan)
}

/// A part that is counted and not kept.
#[derive(Default)]
struct Counted {
    running: Running,
    length: u64,
}

/// The listed parts that were counted while leaves were chosen.
#[derive(Default)]
struct Chosen {
    leaves: Counted,
    bodies: Counted,
}

impl Counted {
    fn item(&mut self, item: &[u8]) {
        self.take(&sequence::head(item.len()));
        self.take(item);
    }

    fn take(&mut self, piece: &[u8]) {
        self.running.take(piece);
        self.length = self.length.saturating_add(len(piece));
    }

    fn entry(self, part: Part) -> (Part, PartEntry) {
        let (path, length) = (part.path(), self.length);
        (part, PartEntry { path, length, digest: self.running.digest() })
    }
}

/// The listed parts but the leaves, in order.
fn listed_parts(contents: &Contents, evidence: &BTreeMap<Digest, LeafIndex>) -> Vec<Part> {
    let mut parts = Vec::from([Part::Checkpoint, Part::Cosignatures]);
    let mut people: Vec<Part> =
        bundle::charter_parts(&contents.charters).map(|(part, _)| part).collect();
    let credentials = contents.credentials.iter();
    people.extend(credentials.map(|(agency, serial, _)| Part::Credential(agency.clone(), *serial)));
    people.sort();
    parts.extend(people);
    parts.extend([Part::PeerCheckpoints, Part::PeerCosigned]);
    parts.extend(evidence.keys().map(|digest| Part::Evidence(*digest)));
    parts
}

impl Plan {
    pub(super) fn manifest(&self, contents: &Contents) -> Result<Vec<u8>, EncodeError> {
        let checkpoint = contents.checkpoint.checkpoint();
        let manifest = Manifest {
            format: bundle::FORMAT,
            agency: contents.agency.clone(),
            charter: contents.charter.clone(),
            origin: checkpoint.origin.clone(),
            size: checkpoint.size,
            made_at: contents.made_at,
            parts: u64::try_from(self.listed.len()).unwrap_or(u64::MAX),
            scope: contents.scope.clone(),
            bodies: contents.bodies,
        };
        let entries: Vec<&PartEntry> = self.listed.iter().map(|(_, entry)| entry).collect();
        export::manifest_bytes(&manifest, &entries)
    }

    /// Notes which leaves are disclosed, and which of them name a header, a dispatch, a receipt or evidence.
    fn choose<A: Archive>(
        &mut self,
        archive: &A,
        contents: &Contents,
        progress: &dyn Progress,
    ) -> Result<Chosen, ExportError<A::Error, Infallible>> {
        let size = contents.checkpoint.checkpoint().size.get();
        let mut choice = Choice::new(contents.scope.as_ref(), contents.seed, size);
        let mut current: BTreeMap<AgencyId, Digest> = BTreeMap::new();
        let mut chosen = Chosen::default();
        let (from, to) = match &contents.scope {
            Some(Scope::Range { from, to }) => (from.get(), to.get()),
            None | Some(Scope::Procedure { .. } | Scope::Peer { .. }) => (0, size),
        };
        let mut next = from;
        while next < to {
            let left = usize::try_from(to.saturating_sub(next)).unwrap_or(TILE_HASHES);
            let read = archive.leaves(LeafIndex::new(next), left.min(TILE_HASHES));
            for bytes in read.map_err(ExportError::Archive)? {
                let index = LeafIndex::new(next);
                next = next.saturating_add(1);
                let leaf: Leaf = codec::decode(&bytes).map_err(|_| ExportError::Leaf { index })?;
                let signed = received(archive, index, &leaf)?;
                let header = header_of(contents, &leaf, signed.as_deref());
                if !choice.takes(index, &leaf, header.as_ref()) {
                    continue;
                }
                if contents.scope.is_some() {
                    let item = disclosed(index, &bytes);
                    self.leaves.mark(index, 0);
                    chosen.leaves.item(&item);
                }
                if contents.bodies.is_some()
                    && let Some(body) = body(archive, index, &leaf)?
                {
                    self.bodies.mark(index, item_len(&body));
                    chosen.bodies.item(&body);
                }
                self.note(archive, (index, &leaf, signed.as_deref()), &mut current)?;
            }
            progress.done(Stage::Reading, next, to);
        }
        Ok(chosen)
    }

    /// Notes what a leaf names that has to be in the bundle.
    fn note<A: Archive>(
        &mut self,
        archive: &A,
        (index, leaf, signed): (LeafIndex, &Leaf, Option<&[u8]>),
        current: &mut BTreeMap<AgencyId, Digest>,
    ) -> Result<(), ExportError<A::Error, Infallible>> {
        // spec: audit-5
        if let Some(header) = signed {
            self.headers.mark(index, item_len(header));
        }
        if let Leaf::Received { from, dispatch, .. } | Leaf::Refused { from, dispatch, .. } = leaf
            && current.insert(from.clone(), *dispatch) != Some(*dispatch)
        {
            let item = named_dispatch(archive, index, leaf)?;
            self.dispatches.mark(index, item_len(&item));
        }
        if let Leaf::ReceiptHeld { .. } = leaf {
            let item = named_receipt(archive, index, leaf)?;
            self.receipts.mark(index, item_len(&item));
        }
        if let Leaf::Evidence { evidence, .. } = leaf {
            self.evidence.entry(*evidence).or_insert(index);
        }
        Ok(())
    }

    /// Gives the content of a listed part, piece by piece.
    pub(super) fn listed_part<A: Archive, S>(
        &self,
        archive: &A,
        contents: &Contents,
        part: &Part,
        take: &mut Take<'_, A::Error, S>,
    ) -> Result<(), ExportError<A::Error, S>> {
        match part {
            Part::Checkpoint => take(contents.checkpoint.note()),
            Part::Cosignatures => notes(&contents.cosignatures, take),
            Part::Charter(_) | Part::Rival(..) => bundle::charter_parts(&contents.charters)
                .filter(|(known, _)| known == part)
                .try_for_each(|(_, bytes)| take(bytes)),
            Part::Credential(agency, serial) => {
                let same = |(a, s, _): &&(AgencyId, Serial, Vec<u8>)| a == agency && s == serial;
                contents.credentials.iter().filter(same).try_for_each(|(_, _, bytes)| take(bytes))
            }
            Part::PeerCheckpoints => notes(&contents.peer_checkpoints, take),
            Part::PeerCosigned => notes(&contents.peer_cosigned, take),
            Part::Evidence(digest) => {
                let index = self.evidence.get(digest).copied().unwrap_or(LeafIndex::new(0));
                take(&named(archive, index, digest)?)
            }
            Part::Tile(..)
            | Part::Entries(..)
            | Part::Leaves
            | Part::Headers
            | Part::Dispatches
            | Part::Receipts
            | Part::Bodies => Ok(()),
        }
    }

    /// Writes a part that grows with the log.
    pub(super) fn grown_part<A: Archive, S: Sink>(
        &self,
        archive: &A,
        part: &Part,
        out: &mut Out<'_, S>,
    ) -> Result<(), ExportError<A::Error, S::Error>> {
        match part {
            Part::Tile(id, width) => {
                let hashes = archive.hashes(*id, *width).map_err(ExportError::Archive)?;
                out.member(&part.path(), &tile::hash_bytes(&hashes))
            }
            Part::Entries(index, width) => {
                let first = LeafIndex::new(index.saturating_mul(256));
                let leaves = archive.leaves(first, *width).map_err(ExportError::Archive)?;
                let entries = tile::write_bundle(&leaves);
                out.member(&part.path(), &entries.map_err(|_| ExportError::Leaf { index: first })?)
            }
            Part::Leaves => {
                let listed = self.listed.iter().find(|(part, _)| *part == Part::Leaves);
                let length = listed.map_or(0, |(_, entry)| entry.length);
                self.items(part, (&self.leaves, length), out, |index| {
                    let leaf = archive.leaf(index).map_err(ExportError::Archive)?;
                    Ok(disclosed(index, &leaf))
                })
            }
            Part::Headers => self.items(part, (&self.headers, self.headers.length), out, |index| {
                let leaf = read_leaf(archive, index)?;
                received(archive, index, &leaf)?.ok_or(ExportError::Leaf { index })
            }),
            Part::Dispatches => {
                self.items(part, (&self.dispatches, self.dispatches.length), out, |index| {
                    named_dispatch(archive, index, &read_leaf(archive, index)?)
                })
            }
            Part::Receipts => {
                self.items(part, (&self.receipts, self.receipts.length), out, |index| {
                    named_receipt(archive, index, &read_leaf(archive, index)?)
                })
            }
            Part::Bodies => self.items(part, (&self.bodies, self.bodies.length), out, |index| {
                let leaf = read_leaf(archive, index)?;
                body(archive, index, &leaf)?.ok_or(ExportError::Leaf { index })
            }),
            Part::Checkpoint
            | Part::Cosignatures
            | Part::Charter(_)
            | Part::Rival(..)
            | Part::Credential(..)
            | Part::PeerCheckpoints
            | Part::PeerCosigned
            | Part::Evidence(_) => Ok(()),
        }
    }

    fn items<A, S: Sink>(
        &self,
        part: &Part,
        (marked, length): (&Marked, u64),
        out: &mut Out<'_, S>,
        item: impl Fn(LeafIndex) -> Result<Vec<u8>, ExportError<A, S::Error>>,
    ) -> Result<(), ExportError<A, S::Error>> {
        out.begin(&part.path(), length)?;
        for index in marked.places() {
            let item = item(index)?;
            out.take(&sequence::head(item.len()))?;
            out.take(&item)?;
        }
        out.end(length)
    }
}

impl Marked {
    fn new(size: u64) -> Self {
        let bytes = usize::try_from(size.div_ceil(8)).unwrap_or(usize::MAX);
        Self { bits: vec![0; bytes], length: 0 }
    }

    fn mark(&mut self, index: LeafIndex, length: u64) {
        let at = usize::try_from(index.get() / 8).unwrap_or(usize::MAX);
        if let Some(byte) = self.bits.get_mut(at) {
            *byte |= 1 << (index.get() % 8);
        }
        self.length = self.length.saturating_add(length);
    }

    fn places(&self) -> impl Iterator<Item = LeafIndex> {
        self.bits.iter().zip(0_u64..).filter(|(byte, _)| **byte != 0).flat_map(|(byte, at)| {
            let first = at.saturating_mul(8);
            let set = (0..8_u64).filter(move |bit| byte & (1 << bit) != 0);
            set.map(move |bit| LeafIndex::new(first.saturating_add(bit)))
        })
    }
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// How long an item is with its head.
fn item_len(item: &[u8]) -> u64 {
    len(&sequence::head(item.len())).saturating_add(len(item))
}

/// A leaf of a scoped bundle: its place, then the leaf.
fn disclosed(index: LeafIndex, leaf: &[u8]) -> Vec<u8> {
    // spec: audit-25
    let mut item = Vec::from(index.get().to_be_bytes());
    item.extend_from_slice(leaf);
    item
}

/// A list of notes in the order of what they are about.
fn notes<K: Ord, A, S>(
    notes: &[(K, Vec<u8>)],
    take: &mut Take<'_, A, S>,
) -> Result<(), ExportError<A, S>> {
    // spec: audit-24
    let mut notes: Vec<&(K, Vec<u8>)> = notes.iter().collect();
    notes.sort();
    notes.into_iter().try_for_each(|(_, note)| {
        take(&sequence::head(note.len()))?;
        take(note)
    })
}

fn read_leaf<A: Archive, S>(
    archive: &A,
    index: LeafIndex,
) -> Result<Leaf, ExportError<A::Error, S>> {
    let bytes = archive.leaf(index).map_err(ExportError::Archive)?;
    codec::decode(&bytes).map_err(|_| ExportError::Leaf { index })
}

/// The header by which a leaf is chosen, where it is chosen by one.
fn header_of(contents: &Contents, leaf: &Leaf, signed: Option<&[u8]>) -> Option<Header> {
    match contents.scope {
        None | Some(Scope::Range { .. }) => None,
        Some(Scope::Procedure { .. } | Scope::Peer { .. }) => match (leaf, signed) {
            (Leaf::Message { header }, _) => header::read(header).ok(),
            (_, Some(signed)) => header::read(signed).ok(),
            (_, None) => None,
        },
    }
}

/// The signed header of the message of a `received` leaf.
fn received<A: Archive, S>(
    archive: &A,
    index: LeafIndex,
    leaf: &Leaf,
) -> Result<Option<Vec<u8>>, ExportError<A::Error, S>> {
    let Leaf::Received { message, .. } = leaf else { return Ok(None) };
    named(archive, index, message).map(Some)
}

fn named_dispatch<A: Archive, S>(
    archive: &A,
    index: LeafIndex,
    leaf: &Leaf,
) -> Result<Vec<u8>, ExportError<A::Error, S>> {
    let (Leaf::Received { dispatch, .. } | Leaf::Refused { dispatch, .. }) = leaf else {
        return Err(ExportError::Leaf { index });
    };
    named(archive, index, dispatch)
}

fn named_receipt<A: Archive, S>(
    archive: &A,
    index: LeafIndex,
    leaf: &Leaf,
) -> Result<Vec<u8>, ExportError<A::Error, S>> {
    let Leaf::ReceiptHeld { receipt, .. } = leaf else { return Err(ExportError::Leaf { index }) };
    named(archive, index, receipt)
}

/// The body of the message of a `message` or `received` leaf, empty where it is not shown.
// spec: audit-50
fn body<A: Archive, S>(
    archive: &A,
    index: LeafIndex,
    leaf: &Leaf,
) -> Result<Option<Vec<u8>>, ExportError<A::Error, S>> {
    let message = match leaf {
        Leaf::Message { header } => digest::sha256(header),
        Leaf::Received { message, .. } => *message,
        Leaf::Started { .. }
        | Leaf::Sent { .. }
        | Leaf::Refused { .. }
        | Leaf::ReceiptHeld { .. }
        | Leaf::Read { .. }
        | Leaf::Exported { .. }
        | Leaf::Erased { .. }
        | Leaf::Evidence { .. }
        | Leaf::Succession { .. }
        | Leaf::Resumed { .. }
        | Leaf::Carried { .. }
        | Leaf::Revocation { .. } => return Ok(None),
    };
    let body = archive.body(index, &message).map_err(ExportError::Archive)?;
    Ok(Some(body.unwrap_or_default()))
}

/// What is kept is what the leaf names, or it is not put into a bundle.
fn named<A: Archive, S>(
    archive: &A,
    index: LeafIndex,
    digest: &Digest,
) -> Result<Vec<u8>, ExportError<A::Error, S>> {
    let bytes = archive.named(index, digest).map_err(ExportError::Archive)?;
    if digest::sha256(&bytes) == *digest { Ok(bytes) } else { Err(ExportError::Differs { index }) }
}
