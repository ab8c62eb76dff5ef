//! What is kept of deconfliction: holdings, own keys, how many digests each member had, queries that came, and who was told.
//!
//! Uses `protocol::message`, `protocol::wire::keying`. Pure: time and seeds are handed in, and the files stand elsewhere.

pub mod holding;
pub mod query;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::crypto::oprf::DigestKey;
use concord_protocol::crypto::oprf::DigestPublic;
use concord_protocol::ids::AgencyId;
use concord_protocol::limits::DIGEST_KEY_DAYS;
use concord_protocol::link::allowance::Allowance;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::text::RecordRef;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::exchange::holding::HitPolicy;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;
use zeroize::Zeroizing;

use crate::host::deconfliction::register::holding::Holding;
use crate::host::deconfliction::register::query::ALERTS_MAX;
use crate::host::deconfliction::register::query::Alert;
use crate::host::deconfliction::register::query::QUERIES_OF_ONE_MAX;
use crate::host::deconfliction::register::query::Received;
use crate::host::sealed_files::FileTrouble;

/// Most holdings: with 1,024 digests a day they are through in eight days. Beyond it: refused.
pub const HOLDINGS_MAX: usize = 8_192;

/// Most own keys that are kept: the one in use and the one before, for queries that were made under it.
const KEYS_MAX: usize = 2;

/// Everything that is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Register {
    /// The number of the next holding; none is used twice.
    next: u64,
    holdings: BTreeMap<u64, Holding>,
    keys: Vec<OwnKey>,
    given: BTreeMap<AgencyId, Allowance>,
    /// Queries that came and may not be compared with every holding.
    pub(super) queries: Vec<Received>,
    /// Every message before this leaf was looked at.
    pub(super) seen: u64,
    alerts: Vec<Alert>,
}

/// One key of this node, and whom it asked under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnKey {
    public: DigestPublic,
    seed: Seed,
    since: Timestamp,
    asked: BTreeSet<AgencyId>,
}

/// The seed of a key. Silent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Seed(ByteBuf);

/// As it is written. Holdings and alerts stand in byte strings, so that their number has no bearing on the whole.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    next: u64,
    holdings: Vec<ByteBuf>,
    keys: Vec<OwnKey>,
    given: Vec<(AgencyId, Allowance)>,
    queries: Vec<ByteBuf>,
    seen: u64,
    alerts: Vec<ByteBuf>,
}

impl Encoded for Written {
    const BYTES_MAX: usize = 32 * 1024 * 1024;
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed")
    }
}

/// Why a holding is not taken or not removed.
#[derive(Debug, thiserror::Error)]
pub enum HoldingError {
    /// There are as many as there may be.
    #[error("the register has {HOLDINGS_MAX} holdings, the most that it takes")]
    Full,
    /// There is none with this number of this owner; of somebody else's nothing is said.
    #[error("there is no such holding of this owner")]
    NotFound,
    /// The file.
    #[error(transparent)]
    File(#[from] FileTrouble),
}

/// What somebody works on, as it is entered.
#[derive(Clone, Debug)]
pub struct NewHolding {
    /// The identifier.
    pub identifier: Identifier,
    /// Who works on it.
    pub owner: StaffNumber,
    /// In which case.
    pub case_ref: RecordRef,
    /// Who may know.
    pub policy: HitPolicy,
}

impl Register {
    pub(super) fn read(bytes: Option<&Vec<u8>>) -> Result<Self, FileTrouble> {
        let Some(bytes) = bytes else { return Ok(Self::default()) };
        let written: Written = codec::decode(bytes).map_err(|_| FileTrouble::NotOurs)?;
        let Written { next, holdings, keys, given, queries, seen, alerts } = written;
        let held = |bytes: &ByteBuf| Holding::read(bytes).map(|held| (held.number(), held));
        let holdings: Option<BTreeMap<u64, Holding>> = holdings.iter().map(held).collect();
        let alerts: Option<Vec<Alert>> = alerts.iter().map(|bytes| Alert::read(bytes)).collect();
        let queries: Result<Vec<Received>, _> =
            queries.iter().map(|bytes| codec::decode(bytes)).collect();
        let (Some(holdings), Some(alerts), Ok(queries)) = (holdings, alerts, queries) else {
            return Err(FileTrouble::NotOurs);
        };
        Ok(Self { next, holdings, keys, given: given.into_iter().collect(), queries, seen, alerts })
    }

    pub(super) fn written(&self) -> Result<Zeroizing<Vec<u8>>, FileTrouble> {
        let holdings: Option<Vec<ByteBuf>> = self.holdings.values().map(Holding::written).collect();
        let alerts: Option<Vec<ByteBuf>> = self.alerts.iter().map(Alert::written).collect();
        let queries = self.queries.iter().map(|query| codec::encode(query).map(ByteBuf::from));
        let queries: Result<Vec<ByteBuf>, _> = queries.collect();
        let written = Written {
            next: self.next,
            holdings: holdings.ok_or(FileTrouble::TooLong)?,
            keys: self.keys.clone(),
            given: self.given.iter().map(|(agency, used)| (agency.clone(), *used)).collect(),
            queries: queries.map_err(|_| FileTrouble::TooLong)?,
            seen: self.seen,
            alerts: alerts.ok_or(FileTrouble::TooLong)?,
        };
        codec::encode(&written).map(Zeroizing::new).map_err(|_| FileTrouble::TooLong)
    }

    /// The holdings, by number.
    pub(crate) fn holdings(&self) -> impl Iterator<Item = &Holding> {
        self.holdings.values()
    }

    /// One holding.
    pub(crate) fn holding(&self, number: u64) -> Option<&Holding> {
        self.holdings.get(&number)
    }

    /// The number that the next holding gets.
    pub(crate) const fn next(&self) -> u64 {
        self.next
    }

    /// Enters a holding; the same of the same owner and case gets the new policy and keeps its number.
    ///
    /// # Errors
    /// When there is no room.
    // spec: dcf-11
    pub(crate) fn hold(
        &mut self,
        new: NewHolding,
        now: Timestamp,
    ) -> Result<Holding, HoldingError> {
        let same = self.holdings.values().find(|held| held.is_same(&new)).map(Holding::number);
        if same.is_none() && self.holdings.len() >= HOLDINGS_MAX {
            return Err(HoldingError::Full);
        }
        let number = same.unwrap_or(self.next);
        let holding = Holding::new(number, new, now);
        self.next = self.next.max(number.saturating_add(1));
        self.holdings.insert(number, holding.clone());
        Ok(holding)
    }

    /// Removes a holding of its owner.
    ///
    /// # Errors
    /// When the owner has none of this number.
    pub(crate) fn let_go(&mut self, number: u64, owner: &StaffNumber) -> Result<(), HoldingError> {
        let own = self.holdings.get(&number).is_some_and(|held| held.owner() == owner);
        if !own {
            return Err(HoldingError::NotFound);
        }
        self.holdings.remove(&number);
        Ok(())
    }

    /// The key for queries that are made now. A key serves for 90 days and then answers for as long again.
    // spec: dcf-6
    pub(super) fn key_for_queries(
        &mut self,
        now: Timestamp,
        seed: &[u8; 32],
    ) -> Result<DigestKey, FileTrouble> {
        let served = Span::from_days(DIGEST_KEY_DAYS);
        let newest = self.keys.last().filter(|key| now < key.since.after(served));
        if let Some(key) = newest.and_then(OwnKey::key) {
            return Ok(key);
        }
        let key = DigestKey::from_seed(seed).map_err(|_| FileTrouble::NoEntropy)?;
        let seed = Seed(ByteBuf::from(seed.to_vec()));
        let public = key.public();
        self.keys.push(OwnKey { public, seed, since: now, asked: BTreeSet::new() });
        self.keys.retain(|key| now < key.since.after(served).after(served));
        if self.keys.len() > KEYS_MAX {
            self.keys.remove(0);
        }
        Ok(key)
    }

    /// Notes whom a query asks.
    pub(super) fn note_asked(&mut self, key: &DigestPublic, whom: &[AgencyId]) {
        if let Some(key) = self.keys.iter_mut().find(|held| held.public == *key) {
            key.asked.extend(whom.iter().cloned());
        }
    }

    /// A key of this node under which it asked a member.
    pub(super) fn key_asked_of(&self, key: &DigestPublic, whom: &AgencyId) -> Option<DigestKey> {
        let held = self.keys.iter().find(|held| held.public == *key)?;
        held.asked.contains(whom).then(|| held.key()).flatten()
    }

    /// How many digests a member had.
    pub(super) fn given(&self, whom: &AgencyId) -> Allowance {
        self.given.get(whom).copied().unwrap_or_default()
    }

    pub(super) fn give(&mut self, whom: &AgencyId, used: Allowance) {
        self.given.insert(whom.clone(), used);
    }

    /// Notes a query that came, once.
    pub(super) fn note(&mut self, query: Received) {
        if self.queries.iter().any(|known| known.message == query.message) {
            return;
        }
        let of_one = |known: &Received| known.from == query.from;
        let full = self.queries.iter().filter(|known| of_one(known)).count() >= QUERIES_OF_ONE_MAX;
        if full && let Some(oldest) = self.queries.iter().position(of_one) {
            self.queries.remove(oldest);
        }
        self.queries.push(query);
    }

    /// What an owner was told, oldest first.
    pub(crate) fn alerts(&self, owner: &StaffNumber) -> Vec<Alert> {
        self.alerts.iter().filter(|alert| alert.owner() == owner).cloned().collect()
    }

    /// Tells an owner of a query, once.
    // spec: dcf-13
    pub(super) fn alert(&mut self, alert: Alert) {
        if self.alerts.iter().any(|told| told.is_same(&alert)) {
            return;
        }
        if self.alerts.len() >= ALERTS_MAX {
            self.alerts.remove(0);
        }
        self.alerts.push(alert);
    }
}

impl OwnKey {
    fn key(&self) -> Option<DigestKey> {
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(self.seed.0.as_slice().try_into().ok()?);
        DigestKey::from_seed(&seed).ok()
    }
}
