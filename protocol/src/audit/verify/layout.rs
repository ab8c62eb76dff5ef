//! Which part is which: read in order, each in its place, none missing or left over.

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use crate::audit::bundle;
use crate::audit::bundle::Manifest;
use crate::audit::bundle::Part;
use crate::audit::bundle::PartEntry;
use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::ustar;
use crate::audit::ustar::Member;
use crate::audit::ustar::MemberError;
use crate::audit::ustar::Place;
use crate::audit::verify::Stopped;
use crate::codec::source::Source;
use crate::codec::source::Unreadable;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Running;
use crate::limits::TILE_HASHES;
use crate::log::tile::BundleError;
use crate::log::tile::TileId;

/// Bytes of a part that are hashed at a time.
const READ_BYTES: u64 = 64 * 1024;

/// The longest entry bundle: every leaf of the greatest length.
const ENTRIES_BYTES_MAX: u64 = 256 * (2 + 65_535);

/// Longest listed part that is read whole; nothing longer can be any of them but evidence and leaves.
const LISTED_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// A part, by its path and place.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) path: String,
    pub(super) place: Place,
}

/// The listed parts but `leaves`: each is where it belongs and has the digest that the manifest states.
pub(super) struct Listed<'a> {
    archive: ustar::Reader<'a>,
    source: &'a dyn Source,
    /// What is left of the listed parts: `leaves` and `bodies`, or nothing. The last one comes first.
    rest: Vec<PartEntry>,
    pub(super) manifest: Manifest,
    /// The digest of the manifest, which the last part has to be.
    pub(super) digest: Digest,
    pub(super) checkpoint: Place,
    pub(super) cosignatures: Place,
    pub(super) charters: Vec<Named>,
    pub(super) credentials: Vec<Named>,
    pub(super) peer_checkpoints: Place,
    pub(super) peer_cosigned: Place,
    pub(super) evidence: Vec<(Digest, Place)>,
}

/// Every other part, by its place.
pub(super) struct Layout {
    /// Tiles by level and place.
    pub(super) tiles: Vec<(TileId, usize, Place)>,
    /// Entry bundles of a whole bundle.
    pub(super) entries: Vec<Place>,
    /// The leaves of a scoped one.
    pub(super) leaves: Option<Place>,
    pub(super) headers: Place,
    pub(super) dispatches: Place,
    pub(super) receipts: Place,
    /// The bodies, where some were opened.
    pub(super) bodies: Option<Place>,
}

/// All the bytes of a place that is known to be small.
pub(super) fn read(source: &dyn Source, place: Place) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = vec![0; usize::try_from(place.len).map_err(|_| Unreadable)?];
    source.read_at(place.at, &mut bytes)?;
    Ok(bytes)
}

fn next(archive: &mut ustar::Reader<'_>) -> Result<Member, Stopped> {
    member(archive)?.ok_or_else(|| Finding::of("archive", Flaw::Ended).into())
}

fn member(archive: &mut ustar::Reader<'_>) -> Result<Option<Member>, Stopped> {
    archive.next_member().map_err(|error| match error {
        MemberError::Form(error) => Finding::of("archive", Flaw::Archive(error)).into(),
        MemberError::Unreadable(unreadable) => Stopped::Unreadable(unreadable),
    })
}

impl<'a> Listed<'a> {
    pub(super) fn of(source: &'a dyn Source) -> Result<Self, Stopped> {
        let mut archive = ustar::Reader::new(source);
        let (digest, manifest, entries) = manifest(&mut archive, source)?;
        let nowhere = Place { at: 0, len: 0 };
        let mut listed = Self {
            archive,
            source,
            rest: entries,
            manifest,
            digest,
            checkpoint: nowhere,
            cosignatures: nowhere,
            charters: Vec::new(),
            credentials: Vec::new(),
            peer_checkpoints: nowhere,
            peer_cosigned: nowhere,
            evidence: Vec::new(),
        };
        // spec: audit-4
        listed.rest.reverse();
        listed.checkpoint = listed.take(&Part::Checkpoint)?;
        listed.cosignatures = listed.take(&Part::Cosignatures)?;
        listed.charters = listed.run("charter/")?;
        listed.credentials = listed.run("credentials/")?;
        listed.peer_checkpoints = listed.take(&Part::PeerCheckpoints)?;
        listed.peer_cosigned = listed.take(&Part::PeerCosigned)?;
        listed.evidence = listed.evidence()?;
        Ok(listed)
    }

    /// The next listed part, which has to be this one.
    fn take(&mut self, part: &Part) -> Result<Place, Stopped> {
        let expected = part.path();
        match self.rest.pop() {
            Some(entry) if entry.path == expected => self.check(&entry, LISTED_BYTES_MAX),
            Some(entry) => Err(Finding::of(&entry.path, Flaw::PartPath { expected }).into()),
            None => Err(Finding::of(bundle::MANIFEST, Flaw::PartPath { expected }).into()),
        }
    }

    /// The listed parts that follow under one folder.
    fn run(&mut self, folder: &str) -> Result<Vec<Named>, Stopped> {
        let mut run = Vec::new();
        while let Some(entry) = self.rest.pop_if(|entry| entry.path.starts_with(folder)) {
            let place = self.check(&entry, LISTED_BYTES_MAX)?;
            run.push(Named { path: entry.path, place });
        }
        Ok(run)
    }

    /// The pieces of evidence, each under its own digest, in order.
    fn evidence(&mut self) -> Result<Vec<(Digest, Place)>, Stopped> {
        let mut evidence: Vec<(Digest, Place)> = Vec::new();
        for named in self.run("evidence/")? {
            let wrong = |flaw| Stopped::from(Finding::of(&named.path, flaw));
            let bytes = read(self.source, named.place)?;
            let digest = digest::sha256(&bytes);
            let expected = Part::Evidence(digest).path();
            if named.path != expected {
                return Err(wrong(Flaw::PartPath { expected }));
            }
            if evidence.last().is_some_and(|(last, _)| *last >= digest) {
                return Err(wrong(Flaw::Order));
            }
            evidence.push((digest, named.place));
        }
        Ok(evidence)
    }

    /// The next member of the archive, which has to be this part with this length and this digest.
    fn check(&mut self, entry: &PartEntry, longest: u64) -> Result<Place, Stopped> {
        // spec: audit-3
        let member = next(&mut self.archive)?;
        if member.path != entry.path {
            let expected = entry.path.clone();
            return Err(Finding::of(&member.path, Flaw::PartPath { expected }).into());
        }
        let wrong = |flaw| Stopped::from(Finding::of(&entry.path, flaw));
        if member.place.len != entry.length {
            return Err(wrong(Flaw::PartLength { expected: entry.length }));
        }
        if member.place.len > longest {
            return Err(wrong(Flaw::PartLength { expected: longest }));
        }
        if hash(self.source, member.place)? != entry.digest {
            return Err(wrong(Flaw::PartDigest));
        }
        Ok(member.place)
    }

    /// The parts after the listed ones, and the end.
    pub(super) fn rest(mut self) -> Result<Layout, Stopped> {
        let nowhere = Place { at: 0, len: 0 };
        let mut layout = Layout {
            tiles: Vec::new(),
            entries: Vec::new(),
            leaves: None,
            headers: nowhere,
            dispatches: nowhere,
            receipts: nowhere,
            bodies: None,
        };
        let leaves =
            if self.manifest.scope.is_some() { Some(self.late(Part::Leaves)?) } else { None };
        let bodies =
            if self.manifest.bodies.is_some() { Some(self.late(Part::Bodies)?) } else { None };
        if let Some(surplus) = self.rest.pop() {
            return Err(Finding::of(&surplus.path, Flaw::Surplus).into());
        }
        let manifest = self.manifest.clone();
        for part in bundle::grown_parts(manifest.size, manifest.scope.as_ref(), manifest.bodies) {
            let listed = [&leaves, &bodies].into_iter().flatten();
            let place = match listed.into_iter().find(|entry| entry.path == part.path()) {
                Some(entry) => self.check(entry, u64::MAX)?,
                None => self.grown(&part)?,
            };
            layout.put(&part, place);
        }
        self.end()?;
        Ok(layout)
    }

    /// The next listed part, which has to be this one.
    fn late(&mut self, part: Part) -> Result<PartEntry, Stopped> {
        let expected = part.path();
        match self.rest.pop() {
            Some(entry) if entry.path == expected => Ok(entry),
            Some(entry) => Err(Finding::of(&entry.path, Flaw::PartPath { expected }).into()),
            None => Err(Finding::of(bundle::MANIFEST, Flaw::PartPath { expected }).into()),
        }
    }

    /// The next member, which has to be this part of a length that it can have.
    fn grown(&mut self, part: &Part) -> Result<Place, Stopped> {
        let member = next(&mut self.archive)?;
        let expected = part.path();
        if member.path != expected {
            return Err(Finding::of(&member.path, Flaw::PartPath { expected }).into());
        }
        let flaw = match part {
            Part::Tile(_, width) => {
                let expected = u64::try_from(width.saturating_mul(32)).unwrap_or(u64::MAX);
                (member.place.len != expected).then_some(Flaw::PartLength { expected })
            }
            Part::Entries(..) => (member.place.len > ENTRIES_BYTES_MAX)
                .then_some(Flaw::Entries(BundleError::Trailing)),
            Part::Checkpoint
            | Part::Cosignatures
            | Part::Charter(_)
            | Part::Rival(..)
            | Part::Credential(..)
            | Part::PeerCheckpoints
            | Part::PeerCosigned
            | Part::Evidence(_)
            | Part::Leaves
            | Part::Headers
            | Part::Dispatches
            | Part::Receipts
            | Part::Bodies => None,
        };
        match flaw {
            Some(flaw) => Err(Finding::of(&member.path, flaw).into()),
            None => Ok(member.place),
        }
    }

    fn end(&mut self) -> Result<(), Stopped> {
        let last = next(&mut self.archive)?;
        if last.path != bundle::DIGEST {
            let expected = bundle::DIGEST.to_string();
            return Err(Finding::of(&last.path, Flaw::PartPath { expected }).into());
        }
        // spec: audit-6
        let mut said = [0; 32];
        if last.place.len == 32 {
            self.source.read_at(last.place.at, &mut said)?;
        }
        if last.place.len != 32 || said != *self.digest.as_bytes() {
            return Err(Finding::of(bundle::DIGEST, Flaw::BundleDigest).into());
        }
        match member(&mut self.archive)? {
            None => Ok(()),
            Some(surplus) => Err(Finding::of(&surplus.path, Flaw::Surplus).into()),
        }
    }
}

fn manifest(
    archive: &mut ustar::Reader<'_>,
    source: &dyn Source,
) -> Result<(Digest, Manifest, Vec<PartEntry>), Stopped> {
    let first = next(archive)?;
    let wrong = |flaw| Stopped::from(Finding::of(bundle::MANIFEST, flaw));
    if first.path != bundle::MANIFEST {
        let expected = bundle::MANIFEST.to_string();
        return Err(Finding::of(&first.path, Flaw::PartPath { expected }).into());
    }
    if first.place.len > bundle::MANIFEST_BYTES_MAX {
        return Err(wrong(Flaw::PartLength { expected: bundle::MANIFEST_BYTES_MAX }));
    }
    let bytes = read(source, first.place)?;
    let (manifest, entries) = bundle::read_manifest(&bytes).map_err(wrong)?;
    Ok((digest::sha256(&bytes), manifest, entries))
}

/// SHA-256 of a place, read piece by piece.
fn hash(source: &dyn Source, place: Place) -> Result<Digest, Unreadable> {
    let mut running = Running::new();
    let mut left = place;
    while left.len > 0 {
        let len = left.len.min(READ_BYTES);
        let piece = read(source, Place { at: left.at, len })?;
        running.take(&piece);
        left = Place { at: left.at.saturating_add(len), len: left.len.saturating_sub(len) };
    }
    Ok(running.digest())
}

impl Layout {
    fn put(&mut self, part: &Part, place: Place) {
        match part {
            Part::Tile(id, width) => self.tiles.push((*id, *width, place)),
            Part::Entries(..) => self.entries.push(place),
            Part::Headers => self.headers = place,
            Part::Dispatches => self.dispatches = place,
            Part::Receipts => self.receipts = place,
            Part::Leaves => self.leaves = Some(place),
            Part::Bodies => self.bodies = Some(place),
            Part::Checkpoint
            | Part::Cosignatures
            | Part::Charter(_)
            | Part::Rival(..)
            | Part::Credential(..)
            | Part::PeerCheckpoints
            | Part::PeerCosigned
            | Part::Evidence(_) => {}
        }
    }

    /// Where a tile is.
    pub(super) fn tile(&self, id: TileId) -> Option<(usize, Place)> {
        let at = self.tiles.binary_search_by_key(&id, |(known, _, _)| *known).ok()?;
        self.tiles.get(at).map(|(_, width, place)| (*width, *place))
    }

    /// The paths of the leaves of one tile.
    pub(super) fn leaf_path(&self, tile: u64, size: u64) -> String {
        if self.leaves.is_some() {
            return Part::Leaves.path();
        }
        let left = size.saturating_sub(tile.saturating_mul(256));
        let width = usize::try_from(left).unwrap_or(TILE_HASHES).min(TILE_HASHES);
        Part::Entries(tile, width).path()
    }
}
