//! Who is who: the charter up to the pin, credentials up to the charter, and checkpoints under them.

use alloc::string::String;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::audit::bundle;
use crate::audit::bundle::Manifest;
use crate::audit::bundle::Part;
use crate::audit::bundle::Scope;
use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::verify::Stopped;
use crate::audit::verify::Terms;
use crate::audit::verify::layout;
use crate::audit::verify::layout::Listed;
use crate::audit::verify::layout::Named;
use crate::audit::verify::report::Anchor;
use crate::audit::verify::report::CharterSeen;
use crate::codec::source::Source;
use crate::crypto::digest::Digest;
use crate::crypto::signature::VerifyingKey;
use crate::identity;
use crate::identity::charter;
use crate::identity::charter::chain;
use crate::identity::charter::chain::Chain;
use crate::identity::charter::papers::Place;
use crate::identity::directory::Admission;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::CheckpointError;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::cosignature::CosignerKey;
use crate::log::succession;
use crate::log::succession::VerifiedSuccession;

/// The members of the charter with their credentials, all verified.
pub(super) struct People {
    pub(super) directory: Directory,
    pub(super) own: AgencyId,
    /// Every member of any version, in order.
    pub(super) members: Vec<AgencyId>,
    /// The log keys of each member.
    logs: Vec<Vec<LogKey>>,
    pub(super) credentials: u64,
}

/// A log and a key that may sign for it.
#[derive(Clone)]
pub(super) struct LogKey {
    pub(super) origin: String,
    number: LogNumber,
    pub(super) key: VerifyingKey,
}

impl People {
    /// The charter that judged, and whether it was pinned.
    pub(super) fn charter_seen(&self, terms: &Terms<'_>) -> CharterSeen {
        let charter = self.directory.charter();
        CharterSeen {
            name: charter.name().clone(),
            version: charter.version(),
            digest: charter.digest(),
            anchor: if terms.pin.is_some() { Anchor::Pinned } else { Anchor::Unanchored },
        }
    }

    pub(super) fn of(
        source: &dyn Source,
        listed: &Listed<'_>,
        pin: Option<Digest>,
    ) -> Result<Self, Stopped> {
        let manifest = &listed.manifest;
        let chain = chain_of(source, &listed.charters, pin)?;
        if *chain.newest().name() != manifest.charter {
            return Err(Finding::of(bundle::MANIFEST, Flaw::OtherCharter).into());
        }
        if chain.member_ever(&manifest.agency).is_none() {
            let agency = manifest.agency.clone();
            return Err(Finding::of(bundle::MANIFEST, Flaw::NotAMember { agency }).into());
        }
        if let Some(Scope::Peer { peer }) = &manifest.scope
            && chain.member_ever(peer).is_none()
        {
            return Err(Finding::of(bundle::MANIFEST, Flaw::Scope).into());
        }
        let every = chain.versions().flat_map(|version| version.charter().members.iter());
        let mut members: Vec<AgencyId> = every.map(|member| member.agency.clone()).collect();
        members.sort();
        members.dedup();
        let mut people = Self {
            directory: Directory::under(chain),
            own: manifest.agency.clone(),
            members,
            logs: Vec::new(),
            credentials: 0,
        };
        let mut last = None;
        for named in &listed.credentials {
            let bytes = layout::read(source, named.place)?;
            last = Some(people.admit(&named.path, &bytes, last.as_ref())?);
        }
        people.logs = people.members.iter().map(|member| people.find_logs(member)).collect();
        Ok(people)
    }

    /// The place of a member in the order of agencies.
    pub(super) fn place(&self, agency: &AgencyId) -> Option<usize> {
        self.members.binary_search(agency).ok()
    }

    /// Whether a charter version is inside.
    pub(super) fn has_charter(&self, version: CharterVersion) -> bool {
        self.directory.chain().version(version).is_some()
    }

    /// The keys of everybody who may witness the logs of this agency: each member but itself.
    pub(super) fn witnesses(&self, owner: &AgencyId) -> Vec<(AgencyId, CosignerKey)> {
        let charter = self.directory.charter().name().clone();
        let others = self.directory.credentials().filter(|known| known.agency() != owner);
        others
            .filter_map(|known| {
                let name = identity::witness_name(&charter, known.agency());
                let key = CosignerKey::new(&name, known.credential().witness).ok()?;
                Some((known.agency().clone(), key))
            })
            .collect()
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
        let verified =
            self.directory.verify_ever(bytes).map_err(|error| wrong(Flaw::Credential(error)))?;
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
        let mut keys = self.log_keys(&manifest.agency).to_vec();
        keys.retain(|log| log.origin == manifest.origin);
        // spec: audit-10
        let checkpoint = match signed_by_one(note, &keys) {
            Some(Ok(signed)) => signed.checkpoint().clone(),
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
    pub(super) fn checkpoint_of(
        &self,
        agency: &AgencyId,
        note: &[u8],
    ) -> Result<SignedCheckpoint, Flaw> {
        match signed_by_one(note, self.log_keys(agency)) {
            Some(Ok(checkpoint)) => Ok(checkpoint),
            Some(Err(error)) => Err(Flaw::Checkpoint(error)),
            None => Err(Flaw::NoLogKey { origin: agency.as_str().into() }),
        }
    }

    /// The log keys that the agency's credentials name, the newest first.
    pub(super) fn log_keys(&self, agency: &AgencyId) -> &[LogKey] {
        self.place(agency).and_then(|place| self.logs.get(place)).map_or(&[], Vec::as_slice)
    }

    fn find_logs(&self, agency: &AgencyId) -> Vec<LogKey> {
        let own = self.directory.credentials().filter(|credential| credential.agency() == agency);
        let mut keys: Vec<LogKey> = own
            .map(|verified| LogKey {
                origin: self.directory.origin(agency, verified.credential().log_number),
                number: verified.credential().log_number,
                key: verified.credential().log,
            })
            .collect();
        keys.reverse();
        keys
    }

    /// Number of a log of this agency.
    pub(super) fn log_number(&self, origin: &str) -> Option<LogNumber> {
        self.log_keys(&self.own).iter().find(|log| log.origin == origin).map(|log| log.number)
    }

    /// The succession that begins the log of this origin, if it holds with the approvals of a quorum.
    pub(super) fn succession(
        &self,
        statement: &[u8],
        approvals: &[ByteBuf],
        origin: &str,
    ) -> Option<VerifiedSuccession> {
        // spec: suc-7
        let verified = succession::verify(statement, approvals, &self.directory).ok()?;
        let said = verified.statement().statement();
        let follows = said.agency == self.own && self.log_number(origin) == Some(said.to_log);
        follows.then_some(verified)
    }

    /// Whether the log with this origin is the first one that the charter gives this agency.
    pub(super) fn is_first_log(&self, origin: &str) -> bool {
        let member = self.directory.chain().member_ever(&self.own);
        match (member, self.log_number(origin)) {
            (Some(member), Some(number)) => number == member.logs.first,
            (_, _) => true,
        }
    }
}

/// Every version of the charter down to the pin, each part in its place.
fn chain_of(
    source: &dyn Source,
    charters: &[Named],
    pin: Option<Digest>,
) -> Result<Chain, Stopped> {
    let Some(last) = charters.last() else {
        let expected = Part::Charter(CharterVersion::new(1)).path();
        return Err(Finding::of(bundle::MANIFEST, Flaw::PartPath { expected }).into());
    };
    let mut documents: Vec<(Option<Place>, Vec<u8>)> = Vec::new();
    for named in charters {
        let bytes = layout::read(source, named.place)?;
        let read = charter::read(&bytes).ok();
        documents.push((read.map(|read| (read.charter().version, read.digest())), bytes));
    }
    // Versions stand before rivals in a bundle, and among them in a chain.
    documents.sort_by_key(|(place, _)| *place);
    let documents: Vec<Vec<u8>> = documents.into_iter().map(|(_, bytes)| bytes).collect();
    // spec: audit-8
    let chain = chain::verify(&documents, pin)
        .map_err(|error| Finding::of(&last.path, Flaw::Charter(error)))?;
    for (named, (part, _)) in charters.iter().zip(bundle::charter_parts(&chain)) {
        let expected = part.path();
        if named.path != expected {
            return Err(Finding::of(&named.path, Flaw::PartPath { expected }).into());
        }
    }
    Ok(chain)
}

/// The checkpoint, under the first key that signed it; the newest key's error where none did. `None` without any key.
fn signed_by_one(
    note: &[u8],
    keys: &[LogKey],
) -> Option<Result<SignedCheckpoint, CheckpointError>> {
    let verify = |log: &LogKey| checkpoint::verify(note, &log.origin, &log.key);
    let (newest, older) = keys.split_first()?;
    let first = verify(newest);
    if first.is_ok() {
        return Some(first);
    }
    Some(older.iter().map(verify).find(Result::is_ok).unwrap_or(first))
}
