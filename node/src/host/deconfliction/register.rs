//! What is kept of deconfliction: holdings, own keys, how many digests each member and each officer had, queries that came,
//! and who was told.
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
use concord_protocol::limits::DIGEST_KEYS_OF_ONE_MAX;
use concord_protocol::limits::DIGESTS_A_DAY_MAX;
use concord_protocol::limits::DIGESTS_OF_OFFICER_A_DAY_MAX;
use concord_protocol::link::allowance::Allowance;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::text::RecordRef;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::exchange::holding::HitPolicy;
use concord_protocol::wire::keying;
use concord_protocol::wire::keying::Blinded;
use concord_protocol::wire::keying::KeyingRefusal;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;
use zeroize::Zeroizing;

use crate::host::deconfliction::file::FileTrouble;
use crate::host::deconfliction::register::holding::Holding;
use crate::host::deconfliction::register::query::ALERTS_MAX;
use crate::host::deconfliction::register::query::ALERTS_OF_ONE_MAX;
use crate::host::deconfliction::register::query::Alert;
use crate::host::deconfliction::register::query::QUERIES_OF_ONE_MAX;
use crate::host::deconfliction::register::query::Received;

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
    /// How many digests for queries each officer had, and all together.
    made: BTreeMap<StaffNumber, Allowance>,
    made_for_all: Allowance,
    /// Queries that came and may not be compared with every holding.
    pub(super) queries: Vec<Received>,
    /// Every message before this leaf was looked at.
    pub(super) seen: u64,
    /// What each owner was told; what was asked about last stands last.
    alerts: BTreeMap<StaffNumber, Vec<Alert>>,
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
    made: Vec<(String, Allowance)>,
    made_for_all: Allowance,
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

/// Why an officer gets no digests for a query.
#[derive(Debug, thiserror::Error)]
pub enum DigestsError {
    /// The officer, or all officers of the agency together, had what queries of a day can carry.
    #[error("{left} more digests can be had today; the next day begins at {renews}")]
    Spent {
        /// How many are left.
        left: u64,
        /// When the next day begins.
        renews: Timestamp,
    },
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
        let Written { next, holdings, keys, given, made, made_for_all, queries, seen, alerts } =
            written;
        let held = |bytes: &ByteBuf| Holding::read(bytes).map(|held| (held.number(), held));
        let holdings: Option<BTreeMap<u64, Holding>> = holdings.iter().map(held).collect();
        let alerts: Option<Vec<Alert>> = alerts.iter().map(|bytes| Alert::read(bytes)).collect();
        let queries: Result<Vec<Received>, _> =
            queries.iter().map(|bytes| codec::decode(bytes)).collect();
        let made: Result<BTreeMap<StaffNumber, Allowance>, _> = made
            .iter()
            .map(|(officer, used)| StaffNumber::parse(officer).map(|officer| (officer, *used)))
            .collect();
        let (Some(holdings), Some(alerts), Ok(queries), Ok(made)) =
            (holdings, alerts, queries, made)
        else {
            return Err(FileTrouble::NotOurs);
        };
        let given = given.into_iter().collect();
        let mut told: BTreeMap<StaffNumber, Vec<Alert>> = BTreeMap::new();
        for alert in alerts {
            told.entry(alert.owner().clone()).or_default().push(alert);
        }
        let alerts = told;
        Ok(Self { next, holdings, keys, given, made, made_for_all, queries, seen, alerts })
    }

    pub(super) fn written(&self) -> Result<Zeroizing<Vec<u8>>, FileTrouble> {
        let holdings: Option<Vec<ByteBuf>> = self.holdings.values().map(Holding::written).collect();
        let alerts: Option<Vec<ByteBuf>> =
            self.alerts.values().flatten().map(Alert::written).collect();
        let queries = self.queries.iter().map(|query| codec::encode(query).map(ByteBuf::from));
        let queries: Result<Vec<ByteBuf>, _> = queries.collect();
        let written = Written {
            next: self.next,
            holdings: holdings.ok_or(FileTrouble::TooLong)?,
            keys: self.keys.clone(),
            given: self.given.iter().map(|(agency, used)| (agency.clone(), *used)).collect(),
            made: self.made.iter().map(|(who, used)| (who.as_str().to_owned(), *used)).collect(),
            made_for_all: self.made_for_all,
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
        self.forget_old(now);
        let newest = self.keys.last().filter(|key| key.serves(now));
        if let Some(key) = newest.and_then(OwnKey::key) {
            return Ok(key);
        }
        let key = DigestKey::from_seed(seed).map_err(|_| FileTrouble::NoEntropy)?;
        let seed = Seed(ByteBuf::from(seed.to_vec()));
        let public = key.public();
        self.keys.push(OwnKey { public, seed, since: now, asked: BTreeSet::new() });
        if self.keys.len() > KEYS_MAX {
            self.keys.remove(0);
        }
        Ok(key)
    }

    /// Whether something has had its time.
    pub(super) fn has_old(&self, now: Timestamp) -> bool {
        !self.keys.iter().all(|key| key.answers(now))
            || self.queries.iter().any(|one| one.is_over(now))
    }

    /// Forgets own keys that answer no more, and queries under keys of others that cannot.
    // spec: dcf-6
    pub(super) fn forget_old(&mut self, now: Timestamp) {
        self.keys.retain(|key| key.answers(now));
        self.queries.retain(|query| !query.is_over(now));
    }

    /// Counts digests that an officer gets for queries, or refuses them whole.
    ///
    /// # Errors
    /// When the officer, or all together, would have more than queries of a day can carry.
    // spec: dcf-20
    pub(super) fn make(
        &mut self,
        officer: &StaffNumber,
        count: u64,
        now: Timestamp,
    ) -> Result<(), DigestsError> {
        // Whoever had none today needs no line.
        self.made.retain(|_, used| used.left(now, u64::MAX) < u64::MAX);
        let own = self.made.get(officer).copied().unwrap_or_default();
        let all = self.made_for_all;
        let spent = |left| DigestsError::Spent { left, renews: all.renews(now) };
        let own = own.used(count, now, DIGESTS_OF_OFFICER_A_DAY_MAX).map_err(|e| spent(e.left))?;
        self.made_for_all = all.used(count, now, DIGESTS_A_DAY_MAX).map_err(|e| spent(e.left))?;
        self.made.insert(officer.clone(), own);
        Ok(())
    }

    /// Notes whom a query asks.
    pub(super) fn note_asked(&mut self, key: &DigestPublic, whom: &[AgencyId]) {
        if let Some(key) = self.keys.iter_mut().find(|held| held.public == *key) {
            key.asked.extend(whom.iter().cloned());
        }
    }

    /// The key with which a member's question is answered, and what the member has used then.
    ///
    /// # Errors
    /// Why it is not answered.
    // spec: dcf-6, dcf-8, dcf-10
    pub(super) fn judge(
        &self,
        peer: &AgencyId,
        asked: &Blinded,
        now: Timestamp,
    ) -> Result<(DigestKey, Allowance), KeyingRefusal> {
        let held = self.keys.iter().find(|held| held.public == asked.key && held.answers(now));
        let key = held.filter(|held| held.asked.contains(peer)).and_then(OwnKey::key);
        let used = self.given.get(peer).copied().unwrap_or_default();
        let used = keying::judge(asked, key.as_ref(), used, now)?;
        Ok((key.ok_or(KeyingRefusal::UnknownKey)?, used))
    }

    pub(super) fn give(&mut self, whom: &AgencyId, used: Allowance) {
        self.given.insert(whom.clone(), used);
    }

    /// The keys under which queries of a member are compared, the oldest first.
    pub(super) fn keys_of(&self, peer: &AgencyId) -> Vec<DigestPublic> {
        let mut keys = Vec::new();
        for query in self.queries.iter().filter(|query| query.from == *peer) {
            if !keys.contains(&query.key) {
                keys.push(query.key);
            }
        }
        keys
    }

    /// Notes a query that came, once. One under a further key leaves the member's oldest key, with its queries.
    // spec: dcf-19
    pub(super) fn note(&mut self, query: Received) {
        if self.queries.iter().any(|known| known.message == query.message) {
            return;
        }
        let keys = self.keys_of(&query.from);
        if keys.len() >= DIGEST_KEYS_OF_ONE_MAX
            && !keys.contains(&query.key)
            && let Some(oldest) = keys.first()
        {
            self.queries.retain(|known| known.from != query.from || known.key != *oldest);
        }
        let of_one = |known: &Received| known.from == query.from;
        let full = self.queries.iter().filter(|known| of_one(known)).count() >= QUERIES_OF_ONE_MAX;
        if full && let Some(oldest) = self.queries.iter().position(of_one) {
            self.queries.remove(oldest);
        }
        self.queries.push(query);
    }

    /// What an owner was told; what was asked about last stands last.
    pub(crate) fn alerts(&self, owner: &StaffNumber) -> Vec<Alert> {
        self.alerts.get(owner).cloned().unwrap_or_default()
    }

    /// Tells an owner of a query. Whoever asks about the same again is counted; whoever is told much loses what is theirs,
    /// and nobody loses anything to an owner who was told more.
    // spec: dcf-13, dcf-21
    pub(super) fn alert(&mut self, alert: Alert) {
        let told = self.alerts.entry(alert.owner().clone()).or_default();
        if let Some(place) = told.iter().position(|one| one.is_about_same(&alert)) {
            let one = told.remove(place);
            told.push(one.and(alert));
            return;
        }
        told.push(alert);
        if told.len() > ALERTS_OF_ONE_MAX {
            told.remove(0);
        }
        if self.alerts.values().map(Vec::len).sum::<usize>() > ALERTS_MAX
            && let Some(most) = self.alerts.values_mut().max_by_key(|told| told.len())
        {
            most.remove(0);
        }
    }
}

impl OwnKey {
    /// Whether new queries are made under it.
    fn serves(&self, now: Timestamp) -> bool {
        now < self.since.after(Span::from_days(DIGEST_KEY_DAYS))
    }

    /// Whether digests are still made with it for whoever was asked under it.
    fn answers(&self, now: Timestamp) -> bool {
        now < self.since.after(Span::from_days(DIGEST_KEY_DAYS.saturating_mul(2)))
    }

    fn key(&self) -> Option<DigestKey> {
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(self.seed.0.as_slice().try_into().ok()?);
        DigestKey::from_seed(&seed).ok()
    }
}
