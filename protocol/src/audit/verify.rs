//! Verification of one bundle, believing nothing: from the container to the last leaf, up to the pin.
//!
//! Uses `bundle`, `ledger`. The order is that of the bundle, so that what is named as wrong is the first thing that
//! is; a bundle that passes has no byte that was not accounted for and no leaf that was not understood.
//!
//! Absent on purpose: the pin's origin (the auditor brings it), and bodies.

mod evidence;
mod layout;
mod people;
mod tree;
mod walk;

use alloc::string::String;

use crate::audit::bundle;
use crate::audit::finding::Finding;
use crate::audit::ledger::Head;
use crate::audit::ledger::Ledger;
use crate::audit::verify::layout::Layout;
use crate::audit::verify::people::People;
use crate::audit::verify::walk::Walk;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::moment::Timestamp;

/// What a bundle that passed is, and what its log holds.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whose log it is.
    pub agency: AgencyId,
    /// The log.
    pub origin: String,
    /// Size and root, as signed.
    pub head: Head,
    /// When the bundle says it was made.
    pub made_at: Timestamp,
    /// What the trust rests on.
    pub charter: CharterSeen,
    /// How much there is of what.
    pub counts: Counts,
    /// The facts that it can be held against another log by.
    pub ledger: Ledger,
}

/// The charter in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharterSeen {
    /// Its name.
    pub name: CharterName,
    /// Its version.
    pub version: CharterVersion,
    /// Its digest.
    pub digest: Digest,
    /// Whether it is the one that the auditor pinned.
    pub anchor: Anchor,
}

/// Whether trust has an anchor outside the bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The charter is the pinned one.
    Pinned,
    /// No pin was given: a whole federation can be invented.
    Unanchored,
}

impl Anchor {
    /// What is said to people. Source: spec audit-8.
    pub const fn text(self) -> &'static str {
        // spec: audit-8
        match self {
            Self::Pinned => "anchored",
            Self::Unanchored => "self-consistent, unanchored",
        }
    }
}

/// How many leaves of each kind a log holds, and what its receipts settle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Starts of the node.
    pub started: u64,
    /// Messages of its own.
    pub messages: u64,
    /// Numbers given to recipients.
    pub sent: u64,
    /// Messages taken.
    pub received: u64,
    /// Messages refused.
    pub refused: u64,
    /// Receipts held.
    pub receipts: u64,
    /// Numbers that receipts settled as accepted.
    pub settled_accepted: u64,
    /// Numbers that receipts settled as refused.
    pub settled_refused: u64,
    /// Bodies opened.
    pub reads: u64,
    /// Credentials inside.
    pub credentials: u64,
}

/// Verifies a bundle. With a pin, up to it; without one, only against itself.
///
/// # Errors
/// The first thing that failed, with its part and, where it is about one, its leaf. Source: spec audit-1.
pub fn verify(bytes: &[u8], pin: Option<Digest>) -> Result<Report, Finding> {
    // spec: audit-1
    // spec: promise-10
    let bundle = bundle::read(bytes)?;
    let manifest = bundle.manifest();
    let layout = Layout::of(&bundle)?;
    let people = People::of(&layout, manifest, pin)?;
    let checkpoint = people.own_checkpoint(layout.checkpoint, manifest)?;
    let log = tree::rebuild(&layout, &checkpoint)?;
    let mut walk = Walk::new(&people, &layout, log, &checkpoint.origin);
    walk.leaves(&layout)?;
    let (counts, ledger) = walk.finish()?;
    let charter = people.directory.charter();
    Ok(Report {
        agency: manifest.agency.clone(),
        origin: checkpoint.origin,
        head: Head { size: checkpoint.size, root: checkpoint.root },
        made_at: manifest.made_at,
        charter: CharterSeen {
            name: charter.name().clone(),
            version: charter.version(),
            digest: charter.digest(),
            anchor: if pin.is_some() { Anchor::Pinned } else { Anchor::Unanchored },
        },
        counts,
        ledger,
    })
}
