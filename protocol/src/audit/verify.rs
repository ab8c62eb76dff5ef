//! Verification of one bundle, believing nothing: from the container to the last leaf, up to the pin.
//!
//! Uses `bundle`, `source`, `prints`, `ledger`. A bundle that passes has no byte that was not accounted for and no leaf
//! that was not understood. What is wrong with the container ends it; all else is listed in the order of the bundle.
//!
//! Nothing is held whole. Of a log of *n* leaves about *n* / 150 bytes of places are kept, and what [`walk`] states for
//! each message; a ledger, where one is asked for, takes about 32 bytes for each leaf and 150 for each number.
//!
//! Absent on purpose: the pin's origin (the auditor brings it), and what a body means: that it is the one that was sent
//! is all that is judged of it.

mod cover;
pub mod ended;
mod first;
mod later;
mod layout;
mod leaves;
mod links;
mod lists;
pub mod notes;
mod own;
mod people;
pub mod problems;
pub mod report;
mod scope;
mod slot;
mod telling;
pub mod transcript;
mod tree;
mod walk;
mod weigh;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;

use crate::audit::bundle::Manifest;
use crate::audit::bundle::Scope;
use crate::audit::evidence;
use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::ledger::Extent;
use crate::audit::ledger::Grown;
use crate::audit::ledger::Head;
use crate::audit::ledger::Ledger;
use crate::audit::prints::Seed;
use crate::audit::progress::Alone;
use crate::audit::progress::Progress;
use crate::audit::progress::Unwatched;
use crate::audit::progress::Workers;
use crate::audit::verify::layout::Listed;
use crate::audit::verify::leaves::Leaves;
use crate::audit::verify::lists::Lists;
use crate::audit::verify::people::People;
use crate::audit::verify::problems::Problems;
use crate::audit::verify::report::Report;
use crate::audit::verify::telling::Telling;
use crate::audit::verify::tree::Shown;
use crate::audit::verify::walk::Accused;
use crate::audit::verify::walk::Begin;
use crate::audit::verify::walk::Walk;
use crate::codec::source::Source;
use crate::codec::source::Unreadable;
use crate::crypto::digest::Digest;
use crate::ids::LogNumber;
use crate::log::checkpoint::Checkpoint;
use crate::log::tile::TileId;

/// On what terms a bundle is verified.
pub struct Terms<'a> {
    /// The digest of the founding charter, which the auditor knows from elsewhere.
    pub pin: Option<Digest>,
    /// Fresh randomness for the prints of this run.
    pub seed: Seed,
    /// Whether the facts are wanted by which the log can be held against others.
    pub ledger: bool,
    /// Whether the messages are wanted, with the bodies inside; all of them are held in memory then.
    pub transcript: bool,
    /// Who does the work that can be spread.
    pub workers: &'a dyn Workers,
    /// Who watches.
    pub progress: &'a dyn Progress,
}

impl fmt::Debug for Terms<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms").field("pin", &self.pin).finish_non_exhaustive()
    }
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// Something is wrong without which nothing else can be judged.
    #[error(transparent)]
    Found(#[from] Finding),
    /// The bytes cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// Verifies a bundle in memory. With a pin, up to it; without one, only against itself.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(bytes: &[u8], pin: Option<Digest>) -> Result<Report, Finding> {
    let seed = [0; 16];
    let (workers, progress) = (&Alone, &Unwatched);
    let terms = Terms { pin, seed, ledger: true, transcript: true, workers, progress };
    let report = match audit(&bytes, &terms) {
        Ok(report) => report,
        Err(Stopped::Found(finding)) => return Err(finding),
        Err(Stopped::Unreadable(Unreadable)) => {
            // A slice can be read wherever it is.
            return Err(Finding::of("archive", Flaw::Ended));
        }
    };
    match report.problems.first() {
        None => Ok(report),
        Some(first) => Err(first.clone()),
    }
}

/// Verifies a bundle wherever it is, and lists what is wrong with it.
///
/// # Errors
/// What is wrong with its container, its manifest, its charter, a credential or its checkpoint; or it cannot be read.
/// Source: spec audit-1, audit-27.
pub fn audit(source: &dyn Source, terms: &Terms<'_>) -> Result<Report, Stopped> {
    // spec: audit-1
    // spec: promise-10
    let listed = Listed::of(source)?;
    let people = People::of(source, &listed, terms.pin)?;
    let note = layout::read(source, listed.checkpoint)?;
    let checkpoint = people.own_checkpoint(&note, &listed.manifest)?;
    let notes = Notes::read(source, &listed)?;
    let (manifest, digest) = (listed.manifest.clone(), listed.digest);
    let evidence = accusations(source, &listed, people.directory.chain().first().digest())?;
    let layout = listed.rest()?;
    let shown = Shown { source, layout: &layout };
    let mut problems = Problems::default();
    shown.compare(&checkpoint, terms.progress, &mut problems)?;
    let origin = &checkpoint.origin;
    let cosigned = people.cosignatures(&notes.cosignatures, origin, &shown, &mut problems);
    let quorate = people.quorate(&notes.peer_cosigned, &mut problems);
    let mut walk = Walk::new(Begin {
        people: &people,
        terms,
        scope: manifest.scope.as_ref(),
        origin: &checkpoint.origin,
        size: checkpoint.size.get(),
        quorate,
        evidence,
        telling: telling(&people, &manifest, &shown, &checkpoint, terms)?,
        bodies: manifest.bodies,
    });
    let mut lists = Lists::new(source, &layout, people.members.len());
    let size = checkpoint.size;
    let (walking, listing) = (&mut walk, &mut lists);
    let disclosed =
        Leaves { walk: walking, lists: listing, shown: &shown, size, problems: &mut problems }
            .judge()?;
    lists.finish(&mut problems)?;
    walk.finish(&mut problems);
    let held = people.peer_heads(&notes.peer_checkpoints, &walk.seen, &mut problems);
    if let Err(flaw) = walk.ended.vouches(&people.own, (&checkpoint, &note)) {
        problems.add(Finding::of("checkpoint", flaw));
    }
    let witnessed = people.witnessed(&cosigned, &walk.ended, manifest.scope.as_ref());
    let ledger = walk.telling.take().map(|mut telling| {
        held.iter().for_each(|checkpoint| telling.head(checkpoint));
        telling.ledger
    });
    let (counts, grades, times) = (walk.counts, walk.grades, walk.times);
    let disowned = core::mem::take(&mut walk.ended.disowned);
    let transcript = walk.transcript.take();
    drop(walk);
    Ok(Report {
        agency: manifest.agency,
        origin: checkpoint.origin,
        head: Head { size: checkpoint.size, root: checkpoint.root },
        made_at: manifest.made_at,
        digest,
        unjudged: report::unjudged(manifest.scope.as_ref()),
        scope: manifest.scope,
        bodies: manifest.bodies,
        transcript,
        disclosed,
        charter: people.charter_seen(terms),
        counts,
        grades,
        times,
        witnessed,
        disowned,
        problems,
        ledger,
    })
}

/// The pieces of evidence inside, in order: what each proves, and against whom.
fn accusations(
    source: &dyn Source,
    listed: &Listed<'_>,
    charter: Digest,
) -> Result<Vec<Accused>, Unreadable> {
    let mut accusations = Vec::new();
    for (digest, place) in &listed.evidence {
        let bytes = layout::read(source, *place)?;
        // spec: audit-40
        let accusation = evidence::judge::verify(&bytes, Some(charter)).ok();
        let proves = accusation.map(|found| (found.kind(), found.accused().clone()));
        accusations.push(Accused { digest: *digest, proves, is_named: false });
    }
    Ok(accusations)
}

/// The container alone: every part where it belongs, and the digests of what is listed.
///
/// # Errors
/// What is wrong with it.
#[cfg(test)]
pub(super) fn container(source: &dyn Source) -> Result<(), Stopped> {
    Listed::of(source)?.rest().map(drop)
}

/// The lists of checkpoints.
struct Notes {
    cosignatures: Vec<u8>,
    peer_checkpoints: Vec<u8>,
    peer_cosigned: Vec<u8>,
}

impl Notes {
    fn read(source: &dyn Source, listed: &Listed<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            cosignatures: layout::read(source, listed.cosignatures)?,
            peer_checkpoints: layout::read(source, listed.peer_checkpoints)?,
            peer_cosigned: layout::read(source, listed.peer_cosigned)?,
        })
    }
}

/// An empty ledger with the whole tree, where one is wanted.
fn telling(
    people: &People,
    manifest: &Manifest,
    shown: &Shown<'_>,
    checkpoint: &Checkpoint,
    terms: &Terms<'_>,
) -> Result<Option<Telling>, Unreadable> {
    if !terms.ledger {
        return Ok(None);
    }
    let mut log = Grown::default();
    for index in 0..checkpoint.size.get().div_ceil(256) {
        for hash in shown.tile(TileId { level: 0, index })? {
            drop(log.append_hash(hash));
        }
    }
    Ok(Some(Telling::new(Ledger {
        agency: people.own.clone(),
        charter: people.directory.chain().first().digest(),
        origin: checkpoint.origin.clone(),
        log,
        sent: BTreeMap::new(),
        arrived: BTreeMap::new(),
        receipted: BTreeMap::new(),
        heads: BTreeMap::new(),
        requests: BTreeSet::new(),
        decisions: Vec::new(),
        purposeless: Vec::new(),
        end: None,
        number: people.log_number(&checkpoint.origin).unwrap_or(LogNumber::new(0)),
        is_first: people.is_first_log(&checkpoint.origin),
        extent: match &manifest.scope {
            None => Extent::Whole,
            Some(Scope::Peer { peer }) => Extent::Link(peer.clone()),
            Some(Scope::Range { .. } | Scope::Procedure { .. }) => Extent::Part,
        },
    })))
}
