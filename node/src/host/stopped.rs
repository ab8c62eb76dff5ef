//! The log of a node that does not run, exported from its journal: no key is read, nothing is started or repaired.

use std::io::Write;

use concord_protocol::audit::progress::Progress;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LogNumber;
use concord_protocol::log::tile;

use crate::clock;
use crate::host::evidence;
use crate::host::evidence::Cut;
use crate::host::evidence::EvidenceError;
use crate::host::evidence::Extent;
use crate::host::start;
use crate::host::start::StartError;
use crate::settings::Settings;
use crate::settings::enrolment;
use crate::settings::folder::NodeFolder;
use crate::store::journal::chapters::Chapters;
use crate::store::stopped;
use crate::store::succeed;

/// A log that is read; it holds the folder's lock for as long.
#[derive(Debug)]
pub struct StoppedLog {
    log: stopped::StoppedLog,
    directory: Directory,
    agency: AgencyId,
}

/// Reads the newest log of a stopped node, or one that ended.
///
/// # Errors
/// The first thing that stands in the way, another process that runs the node among them.
pub fn open(
    folder: &NodeFolder,
    settings: &Settings,
    ended: Option<LogNumber>,
) -> Result<StoppedLog, StartError> {
    let data = match ended {
        Some(log) => start::next::archived(folder, log)?,
        None => {
            succeed::finish(folder.path()).map_err(StartError::Switch)?;
            folder.path().to_path_buf()
        }
    };
    let enrolment = enrolment::load(folder, settings, clock::now())?;
    let log = stopped::open(&data)?;
    let directory = start::directory(&enrolment.directory, &log.notes);
    Ok(StoppedLog { log, directory, agency: settings.agency.clone() })
}

impl StoppedLog {
    /// The signed note of the newest head.
    ///
    /// # Errors
    /// When there is none.
    pub fn note(&self) -> Result<&[u8], EvidenceError> {
        let head = self.log.head.as_ref().ok_or(EvidenceError::NoCheckpoint)?;
        Ok(&head.note)
    }

    /// Writes the bundle. Gives the digest that names it.
    ///
    /// # Errors
    /// When nothing is within the extent, the journal cannot be read, or `out` takes no more.
    pub fn export(
        &self,
        extent: &Extent,
        out: &mut dyn Write,
        progress: &dyn Progress,
    ) -> Result<Digest, EvidenceError> {
        let cut = Cut {
            bodies: None,
            log: self.chapters(),
            notes: &self.log.notes,
            tree: &self.log.tree,
            note: self.note()?,
            directory: &self.directory,
            agency: &self.agency,
        };
        evidence::export(&cut, extent, out, progress)
    }

    /// The leaves, to be read one after the other.
    pub fn chapters(&self) -> Chapters<'_> {
        Chapters::of(&self.log.journal)
    }
}

/// The first `width` leaves of an entry bundle, as they stand in the file.
///
/// # Errors
/// When the journal cannot be read, or has not so many.
pub fn entry_bundle(
    chapters: &Chapters<'_>,
    index: u64,
    width: usize,
) -> Result<Vec<u8>, EvidenceError> {
    let leaves = chapters.leaves(LeafIndex::new(index.saturating_mul(256)), width)?;
    tile::write_bundle(&leaves).map_err(|_| EvidenceError::Unwritable)
}
