//! Everyone's verified credentials under the charter's chain: whose key is this, and which keys has this agency?
//!
//! Uses `charter`, `credential`, `revocation`, `notice`. Nothing unverified enters, and nothing leaves: older
//! credentials stay, because what was signed under them stays verifiable, also when the agency is a member no longer or
//! its root was replaced. [`force`] says which of them counts when.
//! Absent on purpose: the clock (instants are arguments), storage.

pub mod force;
pub mod staffing;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::crypto::signature::VerifyingKey;
use crate::identity;
use crate::identity::charter::Member;
use crate::identity::charter::VerifiedCharter;
use crate::identity::charter::chain::Chain;
use crate::identity::credential;
use crate::identity::credential::Credential;
use crate::identity::credential::CredentialError;
use crate::identity::credential::KeyRole;
use crate::identity::credential::VerifiedCredential;
use crate::identity::notice::VerifiedNotice;
use crate::identity::revocation::LastGood;
use crate::identity::revocation::VerifiedRevocation;
use crate::identity::staff::VerifiedStaffList;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::limits::CREDENTIALS_PER_MEMBER_MAX;

/// The credentials known under the versions of one charter.
#[derive(Clone, Debug)]
pub struct Directory {
    chain: Chain,
    credentials: BTreeMap<AgencyId, BTreeMap<Serial, VerifiedCredential>>,
    owners: BTreeMap<[u8; 32], Owner>,
    /// Logs in force that are not the first one of their agency.
    logs: BTreeMap<AgencyId, LogNumber>,
    /// What ended credentials early, in the order in which it became known.
    revocations: BTreeMap<AgencyId, Vec<VerifiedRevocation>>,
    /// The newest change of addresses of each agency.
    notices: BTreeMap<AgencyId, VerifiedNotice>,
    /// The newest staff list of each agency.
    staff: BTreeMap<AgencyId, VerifiedStaffList>,
}

/// The log of an agency that members go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogInForce {
    /// Its number.
    pub number: LogNumber,
    /// Its origin.
    pub origin: String,
    /// The keys that may sign for it, the newest first; at least one.
    pub keys: Vec<LogKey>,
}

/// A key that may sign checkpoints of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// The newest credential that names it and is not revoked, or else the newest one.
    pub serial: Serial,
    /// The key.
    pub key: VerifyingKey,
    /// How far it counts, where every credential that names it was revoked.
    pub last_good: Option<LastGood>,
}

impl LogKey {
    /// A key that counts for every checkpoint that it signs.
    pub const fn of(key: VerifyingKey) -> Self {
        Self { serial: Serial::new(1), key, last_good: None }
    }

    /// Whether a checkpoint that this key signed counts: none does beyond the last good one. Source: spec id-43.
    pub fn vouches(&self, size: TreeSize, root: &Digest) -> bool {
        // spec: id-43
        self.last_good
            .is_none_or(|good| size < good.size || (size == good.size && *root == good.root))
    }
}

/// Whose a public key is, and what for; for good.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owner {
    agency: AgencyId,
    role: KeyRole,
    /// The newest credential that names the key.
    serial: Serial,
}

/// What became of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is the agency's newest now.
    New,
    /// It was known already.
    Known,
    /// It was not known, and a newer one is: kept for what was signed under it.
    Older,
}

/// Why a verified credential is not admitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdmitError {
    /// It was verified under another charter.
    #[error("the credential counts under the charter {found}, not {expected}")]
    OtherCharter {
        /// The directory's charter.
        expected: CharterName,
        /// The credential's.
        found: CharterName,
    },
    /// Another credential has this serial: the root signed two different ones, which is evidence.
    #[error("{agency} has another credential with serial {serial}")]
    SerialReused {
        /// The agency.
        agency: AgencyId,
        /// The serial.
        serial: Serial,
    },
    /// A key that belongs to another agency, or to another role.
    #[error("the {role} key is the {owner_role} key of {owner}")]
    KeyInUse {
        /// The role in the credential.
        role: KeyRole,
        /// Whose key it is.
        owner: AgencyId,
        /// What for.
        owner_role: KeyRole,
    },
    /// A witness key that notes would call as they call another one of this agency.
    #[error("the witness key has the name and id in notes of another witness key of {agency}")]
    NoteIdInUse {
        /// The agency.
        agency: AgencyId,
    },
    /// A key that is a member's root.
    #[error("the {role} key is the root of {owner}")]
    RootInUse {
        /// The role in the credential.
        role: KeyRole,
        /// Whose root it is.
        owner: AgencyId,
    },
    /// More credentials than a member may have.
    #[error("{agency} has {CREDENTIALS_PER_MEMBER_MAX} credentials already")]
    TooMany {
        /// The agency.
        agency: AgencyId,
    },
}

impl Directory {
    /// A directory that knows the founding members and none of their credentials.
    pub fn new(charter: VerifiedCharter) -> Self {
        Self::under(Chain::founding(charter))
    }

    /// A directory that knows the members of every version and none of their credentials.
    pub const fn under(chain: Chain) -> Self {
        Self {
            chain,
            credentials: BTreeMap::new(),
            owners: BTreeMap::new(),
            logs: BTreeMap::new(),
            revocations: BTreeMap::new(),
            notices: BTreeMap::new(),
            staff: BTreeMap::new(),
        }
    }

    /// Takes in a verified credential. Repeating it changes nothing. Source: spec id-21, id-22.
    ///
    /// # Errors
    /// When it belongs to another charter, contradicts one that is known, or uses a key that is somebody else's.
    pub fn admit(&mut self, verified: VerifiedCredential) -> Result<Admission, AdmitError> {
        let credential = verified.credential();
        if credential.charter != *self.charter().name() {
            let expected = self.charter().name().clone();
            return Err(AdmitError::OtherCharter { expected, found: credential.charter.clone() });
        }
        let (agency, serial) = (credential.agency.clone(), credential.serial);
        match self.with_serial(&agency, serial) {
            Some(known) if known.credential() == credential => return Ok(Admission::Known),
            // spec: id-21
            Some(_) => return Err(AdmitError::SerialReused { agency, serial }),
            None => {}
        }
        self.check_keys(credential)?;
        self.check_note_id(credential)?;
        // What one root signed must not leave a later one no room.
        // spec: id-25
        let held = self.credentials.get(&agency).into_iter().flat_map(BTreeMap::values);
        if held.filter(|held| held.under() == verified.under()).count()
            >= CREDENTIALS_PER_MEMBER_MAX
        {
            return Err(AdmitError::TooMany { agency });
        }
        let newest = self.newest_ever(&agency).map(VerifiedCredential::serial);
        self.remember_keys(&verified);
        self.credentials.entry(agency).or_default().insert(serial, verified);
        // spec: id-6
        Ok(if newest < Some(serial) { Admission::New } else { Admission::Older })
    }

    /// Verifies a credential that came now: what counts is the root that the version in force names.
    ///
    /// # Errors
    /// The first thing that does not hold.
    // spec: chr-13
    pub fn verify(&self, bytes: &[u8]) -> Result<VerifiedCredential, CredentialError> {
        credential::verify(bytes, self.charter())
    }

    /// Verifies a credential that was taken earlier: under the newest version of which the root signed it.
    ///
    /// # Errors
    /// What the version in force has against it, when it holds under none.
    pub fn verify_ever(&self, bytes: &[u8]) -> Result<VerifiedCredential, CredentialError> {
        let now = self.verify(bytes);
        if now.is_ok() {
            return now;
        }
        // spec: chr-14
        let mut earlier = self.chain.versions().rev().skip(1);
        earlier.find_map(|version| credential::verify(bytes, version).ok()).map_or(now, Ok)
    }

    /// The newest credential of a member, signed by the root that the version in force names.
    // spec: chr-13
    pub fn newest(&self, agency: &AgencyId) -> Option<&VerifiedCredential> {
        self.credentials.get(agency)?.values().rev().find(|held| self.counts(held))
    }

    /// The newest credential of an agency, also of a root that was replaced or of a member that left.
    pub fn newest_ever(&self, agency: &AgencyId) -> Option<&VerifiedCredential> {
        self.credentials.get(agency)?.last_key_value().map(|(_, held)| held)
    }

    /// Whether the version in force names the root that signed it.
    pub fn counts(&self, held: &VerifiedCredential) -> bool {
        held.under() == self.charter().version()
    }

    /// One credential of an agency.
    pub fn with_serial(&self, agency: &AgencyId, serial: Serial) -> Option<&VerifiedCredential> {
        self.credentials.get(agency)?.get(&serial)
    }

    /// The newest credential that names this transport key.
    pub fn by_transport_key(&self, key: &VerifyingKey) -> Option<&VerifiedCredential> {
        let owner = self.owners.get(key.as_bytes())?;
        match owner.role {
            KeyRole::Transport => self.with_serial(&owner.agency, owner.serial),
            KeyRole::Signing | KeyRole::Sealing | KeyRole::Log | KeyRole::Witness => None,
        }
    }

    /// The version of the charter in force.
    pub fn charter(&self) -> &VerifiedCharter {
        self.chain.newest()
    }

    /// Every version of the charter.
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The members, in ascending order of agency.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &Member> {
        self.charter().charter().members.iter()
    }

    /// Every credential held, by agency and serial.
    pub fn credentials(&self) -> impl Iterator<Item = &VerifiedCredential> {
        self.credentials.values().flat_map(BTreeMap::values)
    }

    /// The newest serial known of each agency, in ascending order of agency.
    pub fn known(&self) -> Vec<(AgencyId, Serial)> {
        let newest =
            |agency: &AgencyId| self.newest(agency).map(|held| (agency.clone(), held.serial()));
        self.credentials.keys().filter_map(newest).collect()
    }

    /// Goes by another log of an agency from now on: after a succession that was verified. Source: spec suc-1.
    pub fn go_by(&mut self, agency: &AgencyId, log: LogNumber) {
        self.logs.insert(agency.clone(), log);
    }

    /// The number of the log of an agency that is in force: the first that the charter accepts, until a succession.
    pub fn log_of(&self, agency: &AgencyId) -> LogNumber {
        // spec: suc-1
        let first = || self.chain.member_ever(agency).map(|member| member.logs.first);
        let number = self.logs.get(agency).copied().or_else(first);
        number.unwrap_or(LogNumber::new(1))
    }

    /// The log of an agency that is in force; `None` when no credential names a key for it.
    pub fn log_in_force(&self, agency: &AgencyId) -> Option<LogInForce> {
        let number = self.log_of(agency);
        let keys = self.log_keys(agency, number);
        let origin = self.origin(agency, number);
        if keys.is_empty() { None } else { Some(LogInForce { number, origin, keys }) }
    }

    /// The keys that may sign for a log of an agency, the newest first; none when no credential names that log.
    ///
    /// A key that only revoked credentials name comes with the last checkpoint for which it counts.
    pub fn log_keys(&self, agency: &AgencyId, log: LogNumber) -> Vec<LogKey> {
        let held = self.credentials.get(agency).into_iter().flat_map(BTreeMap::values).rev();
        let mut keys: Vec<LogKey> = Vec::new();
        for own in held.map(VerifiedCredential::credential).filter(|own| own.log_number == log) {
            let last_good = self.last_good(agency, own.serial, log);
            match keys.iter_mut().find(|known| known.key == own.log) {
                None => keys.push(LogKey { serial: own.serial, key: own.log, last_good }),
                Some(known) if known.last_good.is_some() && last_good.is_none() => {
                    *known = LogKey { serial: own.serial, key: own.log, last_good };
                }
                Some(_) => {}
            }
        }
        keys
    }

    /// Names a log of an agency under this charter. Source: spec id-5.
    pub fn origin(&self, agency: &AgencyId, log: LogNumber) -> String {
        identity::log_origin(self.charter().name(), agency, log)
    }

    /// The number of the log of an agency that an origin names; `None` when it names none.
    pub fn log_named(&self, agency: &AgencyId, origin: &str) -> Option<LogNumber> {
        let number = origin.rsplit_once("/log")?.1.parse().ok().map(LogNumber::new)?;
        (self.origin(agency, number) == origin).then_some(number)
    }

    /// A key stays with the agency and the role in which it was first seen; no root is a node's key.
    fn check_keys(&self, credential: &Credential) -> Result<(), AdmitError> {
        // spec: id-22
        let roots = || self.chain.versions().flat_map(|version| version.charter().members.iter());
        for (role, key) in credential.verifying_keys() {
            if let Some(member) = roots().find(|member| member.root.ed25519 == *key) {
                return Err(AdmitError::RootInUse { role, owner: member.agency.clone() });
            }
            self.check_owner(credential, role, key.as_bytes())?;
        }
        self.check_owner(credential, KeyRole::Sealing, &sealing_name(credential))
    }

    /// A line of a note names its key by 32 bits, which can be met by trying: a line of the one key would look forged
    /// to whoever knows the other one.
    // spec: id-57
    fn check_note_id(&self, credential: &Credential) -> Result<(), AdmitError> {
        let agency = &credential.agency;
        let name = identity::witness_name(self.charter().name(), agency);
        let held = self.credentials.get(agency).into_iter().flat_map(BTreeMap::values);
        let keys = held.map(|held| held.credential().witness);
        let mut others = keys.filter(|key| *key != credential.witness);
        let id = note_id(&name, &credential.witness);
        match others.any(|other| note_id(&name, &other) == id) {
            true => Err(AdmitError::NoteIdInUse { agency: agency.clone() }),
            false => Ok(()),
        }
    }

    fn check_owner(
        &self,
        credential: &Credential,
        role: KeyRole,
        key: &[u8; 32],
    ) -> Result<(), AdmitError> {
        match self.owners.get(key) {
            Some(owner) if owner.agency != credential.agency || owner.role != role => {
                Err(AdmitError::KeyInUse {
                    role,
                    owner: owner.agency.clone(),
                    owner_role: owner.role,
                })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn remember_keys(&mut self, verified: &VerifiedCredential) {
        let credential = verified.credential();
        let keys = credential.verifying_keys().map(|(role, key)| (role, *key.as_bytes()));
        for (role, key) in keys.into_iter().chain([(KeyRole::Sealing, sealing_name(credential))]) {
            let agency = credential.agency.clone();
            let owner =
                self.owners.entry(key).or_insert(Owner { agency, role, serial: credential.serial });
            owner.serial = owner.serial.max(credential.serial);
        }
    }
}

/// A sealing key is longer than the others, so its digest stands for it.
fn sealing_name(credential: &Credential) -> [u8; 32] {
    *crate::crypto::digest::sha256(credential.sealing.as_bytes()).as_bytes()
}

/// The id by which notes name a witness key. Source: spec log-20.
fn note_id(name: &str, key: &VerifyingKey) -> Option<[u8; 4]> {
    let named = [name.as_bytes(), b"\n\x04", key.as_bytes()].concat();
    crate::crypto::digest::sha256(&named).as_bytes().first_chunk().copied()
}

#[cfg(test)]
mod tests;
