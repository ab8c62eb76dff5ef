//! Queries that came, and what owners were told of them.

use std::fmt;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::oprf::DigestPublic;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::limits::DIGEST_KEY_DAYS;
use concord_protocol::message::field::Field;
use concord_protocol::message::text::RecordRef;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::exchange::holding::HitPolicy;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::host::deconfliction::register::holding::Holding;

/// Most queries of one member; beyond it its oldest goes, and never another one's.
pub(super) const QUERIES_OF_ONE_MAX: usize = 256;

/// Most alerts of one owner; beyond it the one that was asked about longest ago goes, and never another owner's.
pub(in crate::host::deconfliction) const ALERTS_OF_ONE_MAX: usize = 1_024;

/// Most alerts of all owners; beyond it one goes of whoever has the most.
pub(in crate::host::deconfliction) const ALERTS_MAX: usize = 8_192;

/// A query that came. Its digests stand in its body, which is opened when they are compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Received {
    /// The message.
    pub(crate) message: Digest,
    /// Its id.
    pub(crate) id: MessageId,
    /// Its procedure.
    pub(crate) procedure: ProcedureId,
    /// Who asks.
    pub(crate) from: AgencyId,
    /// Under which key.
    pub(crate) key: DigestPublic,
    /// When it came.
    pub(crate) at: Timestamp,
    /// Holdings with a lower number were compared.
    pub(crate) compared: u64,
}

/// That somebody asked about a holding, and how often. `Debug` shows the last query only.
#[derive(Clone, PartialEq, Eq)]
pub struct Alert {
    at: Timestamp,
    last: Timestamp,
    times: u64,
    from: AgencyId,
    procedure: ProcedureId,
    query: MessageId,
    holding: u64,
    identifier: Value,
    owner: StaffNumber,
    case_ref: RecordRef,
    policy: HitPolicy,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    at: Timestamp,
    last: Timestamp,
    times: u64,
    from: AgencyId,
    procedure: ProcedureId,
    query: MessageId,
    holding: u64,
    identifier: Value,
    owner: String,
    case_ref: String,
    policy: String,
}

impl Encoded for Written {
    const BYTES_MAX: usize = 16 * 1024;
}

impl Encoded for Received {
    const BYTES_MAX: usize = 1024;
}

impl Received {
    /// Whether it is older than its key answers.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.at.after(Span::from_days(DIGEST_KEY_DAYS.saturating_mul(2))) < now
    }
}

impl fmt::Debug for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alert({})", self.query)
    }
}

impl Alert {
    pub(crate) fn new(query: &Received, holding: &Holding, at: Timestamp) -> Self {
        Self {
            at,
            last: at,
            times: 1,
            from: query.from.clone(),
            procedure: query.procedure,
            query: query.id,
            holding: holding.number(),
            identifier: holding.identifier().write(),
            owner: holding.owner().clone(),
            case_ref: holding.case_ref().clone(),
            policy: holding.policy(),
        }
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let written: Written = codec::decode(bytes).ok()?;
        Some(Self {
            at: written.at,
            last: written.last,
            times: written.times,
            from: written.from,
            procedure: written.procedure,
            query: written.query,
            holding: written.holding,
            identifier: written.identifier,
            owner: StaffNumber::parse(&written.owner).ok()?,
            case_ref: RecordRef::parse(&written.case_ref).ok()?,
            policy: HitPolicy::parse(&written.policy)?,
        })
    }

    pub(super) fn written(&self) -> Option<ByteBuf> {
        let written = Written {
            at: self.at,
            last: self.last,
            times: self.times,
            from: self.from.clone(),
            procedure: self.procedure,
            query: self.query,
            holding: self.holding,
            identifier: self.identifier.clone(),
            owner: self.owner.as_str().to_owned(),
            case_ref: self.case_ref.as_str().to_owned(),
            policy: self.policy.text().to_owned(),
        };
        codec::encode(&written).ok().map(ByteBuf::from)
    }

    /// Whether the same member asked about the same holding.
    pub(super) fn is_about_same(&self, other: &Self) -> bool {
        self.from == other.from && self.holding == other.holding
    }

    /// Together with a newer one about the same, which counts where it is of another query.
    pub(super) fn and(self, newer: Self) -> Self {
        if self.query == newer.query {
            return self;
        }
        Self { at: self.at, times: self.times.saturating_add(newer.times), ..newer }
    }

    /// Who is told.
    pub const fn owner(&self) -> &StaffNumber {
        &self.owner
    }

    /// When it was first noticed.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// When it was last noticed.
    pub const fn last(&self) -> Timestamp {
        self.last
    }

    /// With how many queries.
    pub const fn times(&self) -> u64 {
        self.times
    }

    /// Who asked.
    pub const fn from(&self) -> &AgencyId {
        &self.from
    }

    /// In which procedure, the last time.
    pub const fn procedure(&self) -> ProcedureId {
        self.procedure
    }

    /// With which message, the last time.
    pub const fn query(&self) -> MessageId {
        self.query
    }

    /// About which holding.
    pub const fn holding(&self) -> u64 {
        self.holding
    }

    /// About what.
    pub const fn identifier(&self) -> &Value {
        &self.identifier
    }

    /// In which case of the owner it stands.
    pub const fn case_ref(&self) -> &RecordRef {
        &self.case_ref
    }

    /// Who may know.
    pub const fn policy(&self) -> HitPolicy {
        self.policy
    }
}
