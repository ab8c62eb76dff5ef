//! Who is who: the charter up to the pin, credentials up to the charter, and checkpoints under them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::audit::bundle;
use crate::audit::bundle::Manifest;
use crate::audit::bundle::Part;
use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::verify::layout::Layout;
use crate::crypto::digest::Digest;
use crate::crypto::signature::VerifyingKey;
use crate::identity::charter;
use crate::identity::charter::VerifiedCharter;
use crate::identity::credential;
use crate::identity::directory::Admission;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::Serial;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::CheckpointError;

/// The members of the charter with their credentials, all verified.
pub(super) struct People {
    pub(super) directory: Directory,
    pub(super) own: AgencyId,
    pub(super) credentials: u64,
}

/// A log and a key that may sign for it.
pub(super) struct LogKey {
    pub(super) origin: String,
    pub(super) key: VerifyingKey,
}

impl People {
    pub(super) fn of(
        layout: &Layout<'_>,
        manifest: &Manifest,
        pin: Option<Digest>,
    ) -> Result<Self, Finding> {
        let charter = charter_of(layout, pin)?;
        if *charter.name() != manifest.charter {
            return Err(Finding::of(bundle::MANIFEST, Flaw::OtherCharter));
        }
        if charter.member(&manifest.agency).is_none() {
            let agency = manifest.agency.clone();
            return Err(Finding::of(bundle::MANIFEST, Flaw::NotAMember { agency }));
        }
        let mut people = Self {
            directory: Directory::new(charter),
            own: manifest.agency.clone(),
            credentials: 0,
        };
        let mut last = None;
        for (path, bytes) in &layout.credentials {
            last = Some(people.admit(path, bytes, last.as_ref())?);
        }
        Ok(people)
    }

    /// Takes in a credential, which has to come after the last one.
    fn admit(
        &mut self,
        path: &str,
        bytes: &[u8],
        last: Option<&(AgencyId, Serial)>,
    ) -> Result<(AgencyId, Serial), Finding> {
        let wrong = |flaw| Finding::of(path, flaw);
        // spec: audit-9
        let verified = credential::verify(bytes, self.directory.charter())
            .map_err(|error| wrong(Flaw::Credential(error)))?;
        let here = (verified.agency().clone(), verified.serial());
        let expected = Part::Credential(here.0.clone(), here.1).path();
        if path != expected {
            return Err(wrong(Flaw::PartPath { expected }));
        }
        if last.is_some_and(|last| *last >= here) {
            return Err(wrong(Flaw::Order));
        }
        match self.directory.admit(verified) {
            Ok(Admission::New | Admission::Older) => {}
            Ok(Admission::Known) => return Err(wrong(Flaw::Order)),
            Err(error) => return Err(wrong(Flaw::Admission(error))),
        }
        self.credentials = self.credentials.saturating_add(1);
        Ok(here)
    }

    /// The checkpoint of the bundle's own log, of the size that the manifest states.
    pub(super) fn own_checkpoint(
        &self,
        note: &[u8],
        manifest: &Manifest,
    ) -> Result<Checkpoint, Finding> {
        let wrong = |flaw| Finding::of("checkpoint", flaw);
        let mut keys = self.log_keys(&manifest.agency);
        keys.retain(|log| log.origin == manifest.origin);
        // spec: audit-10
        let checkpoint = match signed_by_one(note, &keys) {
            Some(Ok(checkpoint)) => checkpoint,
            Some(Err(error)) => return Err(wrong(Flaw::Checkpoint(error))),
            None => return Err(wrong(Flaw::NoLogKey { origin: manifest.origin.clone() })),
        };
        if checkpoint.size == manifest.size {
            Ok(checkpoint)
        } else {
            Err(wrong(Flaw::CheckpointSize { found: checkpoint.size }))
        }
    }

    /// A checkpoint of any log of this agency.
    pub(super) fn checkpoint_of(&self, agency: &AgencyId, note: &[u8]) -> Result<Checkpoint, Flaw> {
        match signed_by_one(note, &self.log_keys(agency)) {
            Some(Ok(checkpoint)) => Ok(checkpoint),
            Some(Err(error)) => Err(Flaw::Checkpoint(error)),
            None => Err(Flaw::NoLogKey { origin: agency.as_str().into() }),
        }
    }

    /// The log keys that the agency's credentials name, the newest first.
    pub(super) fn log_keys(&self, agency: &AgencyId) -> Vec<LogKey> {
        let own = self.directory.credentials().filter(|credential| credential.agency() == agency);
        let mut keys: Vec<LogKey> = own
            .map(|verified| LogKey {
                origin: self.directory.origin(agency, verified.credential().log_number),
                key: verified.credential().log,
            })
            .collect();
        keys.reverse();
        keys
    }
}

/// The charter, which is the only version so far.
fn charter_of(layout: &Layout<'_>, pin: Option<Digest>) -> Result<VerifiedCharter, Finding> {
    let Some((path, bytes)) = layout.charters.first() else {
        let expected = Part::Charter(CharterVersion::new(1)).path();
        return Err(Finding::of(bundle::MANIFEST, Flaw::PartPath { expected }));
    };
    // spec: audit-8
    let verified =
        charter::verify(bytes, pin).map_err(|error| Finding::of(path, Flaw::Charter(error)))?;
    let expected = Part::Charter(verified.version()).path();
    if *path != expected {
        return Err(Finding::of(path, Flaw::PartPath { expected }));
    }
    // Amendments are not built; a further version cannot be verified and is not passed over.
    match layout.charters.get(1) {
        None => Ok(verified),
        Some((path, _)) => Err(Finding::of(path, Flaw::Surplus)),
    }
}

/// The checkpoint, under the first key that signed it; the newest key's error where none did. `None` without any key.
fn signed_by_one(note: &[u8], keys: &[LogKey]) -> Option<Result<Checkpoint, CheckpointError>> {
    let verify = |log: &LogKey| {
        checkpoint::verify(note, &log.origin, &log.key).map(|signed| signed.checkpoint().clone())
    };
    let (newest, older) = keys.split_first()?;
    let first = verify(newest);
    if first.is_ok() {
        return Some(first);
    }
    Some(older.iter().map(verify).find(Result::is_ok).unwrap_or(first))
}
