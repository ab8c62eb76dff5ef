//! Which credential counts when, and what no longer does.
//!
//! **In force** at an instant is the credential with the highest serial that is valid then and not revoked. A renewed
//! one is spread early and takes over at its first instant, everywhere at once, up to the tolerance of the clocks.
//! Connections and new signatures are judged by what is in force now; what was signed before is judged by its place in
//! its author's log (`envelope::place`).

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::crypto::signature::VerifyingKey;
use crate::identity::credential::NotValid;
use crate::identity::credential::VerifiedCredential;
use crate::identity::directory::Directory;
use crate::identity::notice;
use crate::identity::notice::NoticeError;
use crate::identity::notice::VerifiedNotice;
use crate::identity::revocation;
use crate::identity::revocation::LastGood;
use crate::identity::revocation::RevocationError;
use crate::identity::revocation::VerifiedRevocation;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::limits::REVOCATIONS_PER_MEMBER_MAX;
use crate::moment::Span;
use crate::moment::Timestamp;

/// Why a credential is not in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotInForce {
    /// No credential with this serial is held.
    #[error("credential {serial} is not known")]
    Unknown {
        /// The serial.
        serial: Serial,
    },
    /// Its agency ended it.
    #[error("credential {serial} is revoked")]
    Revoked {
        /// The serial.
        serial: Serial,
    },
    /// The charter in force has no such member, or gives it another root than the one that signed.
    #[error("credential {serial} is not of a member's root in the charter in force")]
    OtherRoot {
        /// The serial.
        serial: Serial,
    },
    /// It does not count at that instant.
    #[error(transparent)]
    NotValid(#[from] NotValid),
    /// A newer one took over.
    #[error("credential {by} took the place of {serial}")]
    Superseded {
        /// The serial.
        serial: Serial,
        /// The newer one.
        by: Serial,
    },
}

/// What became of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoking {
    /// Something that counted before does not count any more.
    New,
    /// It was known, or changes nothing.
    Known,
}

/// Why a verified revocation is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRevoked {
    /// It was verified under another charter.
    #[error("the revocation counts under the charter {found}, not {expected}")]
    OtherCharter {
        /// The directory's charter.
        expected: CharterName,
        /// The revocation's.
        found: CharterName,
    },
    /// More revocations than a member may have.
    #[error("{agency} has {REVOCATIONS_PER_MEMBER_MAX} revocations already")]
    TooMany {
        /// The agency.
        agency: AgencyId,
    },
}

/// Why a change of addresses is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNoticed {
    /// It does not verify.
    #[error(transparent)]
    Bad(#[from] NoticeError),
    /// The credential that it names is not held, or is revoked.
    #[error("the notice names a credential that does not count")]
    Credential(#[source] NotInForce),
    /// A newer one is known, or the same: said again, it changes nothing.
    #[error("the notice is not newer than the one that is held")]
    Stale,
}

impl Directory {
    /// The credential of an agency that is in force at an instant. Source: spec id-31.
    pub fn in_force(&self, agency: &AgencyId, at: Timestamp) -> Option<&VerifiedCredential> {
        // spec: id-31
        let exact = Span::from_millis(0);
        let counts = |held: &&VerifiedCredential| {
            self.counts(held)
                && held.valid_at(at, exact).is_ok()
                && !self.is_revoked(agency, held.serial())
        };
        self.credentials.get(agency)?.values().rev().find(counts)
    }

    /// The one that an agency goes by: in force, or, where none is, the newest that is not revoked, or the newest.
    ///
    /// It may be of a root that was replaced, or of a member that left: such a node keeps its log with what it had.
    pub fn goes_by(&self, agency: &AgencyId, at: Timestamp) -> Option<&VerifiedCredential> {
        self.preferred(agency, at).into_iter().next()
    }

    /// The credentials of an agency in the order in which it would go by them.
    pub fn preferred(&self, agency: &AgencyId, at: Timestamp) -> Vec<&VerifiedCredential> {
        let held = self.credentials.get(agency).into_iter().flat_map(|held| held.values().rev());
        let mut held: Vec<&VerifiedCredential> = held.collect();
        let exact = Span::from_millis(0);
        held.sort_by_key(|one| match one.valid_at(at, exact) {
            _ if self.is_revoked(agency, one.serial()) => 4,
            _ if !self.counts(one) => 3,
            Ok(()) => 0,
            Err(NotValid::NoLonger { .. }) => 1,
            Err(NotValid::NotYet { .. }) => 2,
        });
        held
    }

    /// Whether a credential may be in force now, on a clock that may differ by `tolerance`. Source: spec id-31.
    ///
    /// # Errors
    /// Why not, on no such clock.
    pub fn may_be_in_force(
        &self,
        (agency, serial): (&AgencyId, Serial),
        now: Timestamp,
        tolerance: Span,
    ) -> Result<&VerifiedCredential, NotInForce> {
        let held = self.with_serial(agency, serial).ok_or(NotInForce::Unknown { serial })?;
        // spec: id-41
        if self.is_revoked(agency, serial) {
            return Err(NotInForce::Revoked { serial });
        }
        // spec: chr-13
        if !self.counts(held) {
            return Err(NotInForce::OtherRoot { serial });
        }
        held.valid_at(now, tolerance)?;
        let (first, last) = (now.before(tolerance), now.after(tolerance));
        // One that is valid on every such clock has taken over on every such clock.
        let over = |newer: &&VerifiedCredential| {
            let newer = newer.credential();
            newer.serial > serial && newer.not_before <= first && last <= newer.not_after
        };
        let all = self.credentials.get(agency);
        let newer =
            all.and_then(|all| all.values().rev().filter(|one| self.counts(one)).find(over));
        match newer {
            Some(newer) => Err(NotInForce::Superseded { serial, by: newer.serial() }),
            None => Ok(held),
        }
    }

    /// The credentials of an agency that may be in force now, the newest first.
    pub fn perhaps_in_force(
        &self,
        agency: &AgencyId,
        now: Timestamp,
        tolerance: Span,
    ) -> Vec<&VerifiedCredential> {
        let held = self.credentials.get(agency).into_iter().flat_map(|held| held.values().rev());
        held.filter(|one| self.may_be_in_force((agency, one.serial()), now, tolerance).is_ok())
            .collect()
    }

    /// Whether an agency may connect with a transport key now: a credential in force names it. Source: spec id-31.
    ///
    /// # Errors
    /// Why the newest credential that names the key is not in force.
    pub fn may_connect(
        &self,
        (agency, key): (&AgencyId, &VerifyingKey),
        now: Timestamp,
        tolerance: Span,
    ) -> Result<(), NotInForce> {
        let held = self.credentials.get(agency).into_iter().flat_map(|held| held.values().rev());
        let mut newest = None;
        for named in held.filter(|one| one.credential().transport == *key) {
            match self.may_be_in_force((agency, named.serial()), now, tolerance) {
                Ok(_) => return Ok(()),
                Err(error) => newest = newest.or(Some(error)),
            }
        }
        Err(newest.unwrap_or(NotInForce::Unknown { serial: Serial::new(0) }))
    }

    /// Verifies a revocation that came now: what counts is the root that the version in force names.
    ///
    /// # Errors
    /// The first thing that does not hold.
    // spec: id-48
    pub fn verify_revocation(&self, bytes: &[u8]) -> Result<VerifiedRevocation, RevocationError> {
        revocation::verify(bytes, self.charter())
    }

    /// Verifies a revocation that was taken earlier: under the newest version of which the root signed it.
    ///
    /// # Errors
    /// What the version in force has against it, when it holds under none.
    pub fn verify_revocation_ever(
        &self,
        bytes: &[u8],
    ) -> Result<VerifiedRevocation, RevocationError> {
        let now = self.verify_revocation(bytes);
        if now.is_ok() {
            return now;
        }
        // spec: chr-14
        let mut earlier = self.chain().versions().rev().skip(1);
        earlier.find_map(|version| revocation::verify(bytes, version).ok()).map_or(now, Ok)
    }

    /// Takes in a revocation. Nothing takes it back. Source: spec id-41.
    ///
    /// # Errors
    /// When it belongs to another charter, or there are too many.
    pub fn revoke(&mut self, verified: VerifiedRevocation) -> Result<Revoking, NotRevoked> {
        let revocation = verified.revocation();
        if revocation.charter != *self.charter().name() {
            let expected = self.charter().name().clone();
            return Err(NotRevoked::OtherCharter { expected, found: revocation.charter.clone() });
        }
        let agency = verified.agency().clone();
        if !self.changes(&verified) {
            return Ok(Revoking::Known);
        }
        let held = self.revocations.entry(agency.clone()).or_default();
        let of_root = held.iter().filter(|one| one.under() == verified.under());
        if of_root.count() >= REVOCATIONS_PER_MEMBER_MAX {
            return Err(NotRevoked::TooMany { agency });
        }
        held.push(verified);
        Ok(Revoking::New)
    }

    /// Every revocation held, by agency and in the order in which they became known.
    pub fn revocations(&self) -> impl Iterator<Item = &VerifiedRevocation> {
        self.revocations.values().flatten()
    }

    /// The last serial of an agency that any revocation names.
    pub fn revoked_through(&self, agency: &AgencyId) -> Option<Serial> {
        self.revocations.get(agency)?.iter().map(|held| held.revocation().through).max()
    }

    /// Whether a credential of an agency was revoked, whether or not it is held.
    pub fn is_revoked(&self, agency: &AgencyId, serial: Serial) -> bool {
        // spec: id-41
        self.ending(agency, serial).next().is_some()
    }

    /// The revocations that end a credential: those that name its serial or a later one, but those of an earlier root.
    // spec: id-48
    fn ending(
        &self,
        agency: &AgencyId,
        serial: Serial,
    ) -> impl Iterator<Item = &VerifiedRevocation> {
        let under = self.with_serial(agency, serial).map(VerifiedCredential::under);
        let held = self.revocations.get(agency).into_iter().flatten();
        held.filter(move |one| {
            serial <= one.revocation().through && under.is_none_or(|under| under <= one.under())
        })
    }

    /// How far a log counts that a credential signed; `None` where the credential is not revoked. Source: spec id-42.
    pub fn last_good(&self, agency: &AgencyId, serial: Serial, log: LogNumber) -> Option<LastGood> {
        // spec: id-42
        self.ending(agency, serial).map(|one| one.last_good(log)).reduce(LastGood::stricter)
    }

    /// Takes in a change of addresses, if it is newer than what is held. Source: spec id-51.
    ///
    /// # Errors
    /// When it does not verify under a credential that counts, or is not newer.
    pub fn notice(&mut self, bytes: &[u8]) -> Result<VerifiedNotice, NotNoticed> {
        let (said, _) = notice::read(bytes)?;
        let (agency, serial) = (&said.agency, said.serial);
        let unknown = NotNoticed::Credential(NotInForce::Unknown { serial });
        let held = self.with_serial(agency, serial).ok_or(unknown)?;
        // spec: id-51
        if self.is_revoked(agency, serial) {
            return Err(NotNoticed::Credential(NotInForce::Revoked { serial }));
        }
        let verified = notice::verify(bytes, held)?;
        if self.notices.get(agency).is_some_and(|known| verified.order() <= known.order()) {
            return Err(NotNoticed::Stale);
        }
        self.notices.insert(said.agency, verified.clone());
        Ok(verified)
    }

    /// The newest change of addresses of each agency.
    pub fn notices(&self) -> impl Iterator<Item = &VerifiedNotice> {
        self.notices.values()
    }

    /// Where an agency listens now, best first: by its newest notice under the credential in force, or by that itself.
    pub fn addresses(&self, agency: &AgencyId, now: Timestamp) -> &[String] {
        let Some(own) = self.goes_by(agency, now) else { return &[] };
        // spec: id-51
        let noticed = self.notices.get(agency).map(VerifiedNotice::notice);
        match noticed.filter(|noticed| noticed.serial == own.serial()) {
            Some(noticed) => &noticed.addresses,
            None => &own.credential().addresses,
        }
    }

    /// Whether a revocation makes anything stricter than it is: a further serial, or less of a log.
    fn changes(&self, verified: &VerifiedRevocation) -> bool {
        let (agency, through) = (verified.agency(), verified.revocation().through);
        if self.revoked_through(agency) < Some(through) {
            return true;
        }
        let logs = self.charter().member(agency).map(|member| member.logs);
        let held = self.revocations.get(agency).into_iter().flatten();
        let serials = held.map(|one| one.revocation().through).filter(|one| *one <= through);
        // An earlier root's does not end what a later root signed.
        let own = self.credentials.get(agency).into_iter().flat_map(BTreeMap::values);
        let own = own.filter(|one| one.under() <= verified.under() && one.serial() <= through);
        let own = own.map(VerifiedCredential::serial);
        let serials: Vec<Serial> = serials.chain(own).chain([through]).collect();
        let named = verified.revocation().logs.iter().map(|good| good.log);
        let known = self.revocations.get(agency).into_iter().flatten();
        let known = known.flat_map(|one| one.revocation().logs.iter().map(|good| good.log));
        let stricter = |log: LogNumber| {
            serials.iter().any(|serial| {
                let now = self.last_good(agency, *serial, log);
                let then = now
                    .map_or(verified.last_good(log), |now| now.stricter(verified.last_good(log)));
                now != Some(then)
            })
        };
        let first = logs.map(|logs| logs.first);
        named.chain(known).chain(first).any(stricter)
    }
}

#[cfg(test)]
mod tests;
