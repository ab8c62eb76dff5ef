//! One holding: what somebody works on, in which case, and who may know.

use std::fmt;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::codec::value::Value;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::identifier::canonical;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::text::RecordRef;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::exchange::holding::HitPolicy;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::host::deconfliction::register::NewHolding;

/// One holding. `Debug` shows its number only.
#[derive(Clone, PartialEq, Eq)]
pub struct Holding {
    number: u64,
    identifier: Identifier,
    owner: StaffNumber,
    case_ref: RecordRef,
    policy: HitPolicy,
    since: Timestamp,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    number: u64,
    identifier: Value,
    owner: String,
    case_ref: String,
    policy: String,
    since: Timestamp,
}

impl Encoded for Written {
    const BYTES_MAX: usize = 16 * 1024;
}

impl fmt::Debug for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holding({})", self.number)
    }
}

impl Holding {
    pub(super) fn new(number: u64, new: NewHolding, since: Timestamp) -> Self {
        let NewHolding { identifier, owner, case_ref, policy } = new;
        Self { number, identifier, owner, case_ref, policy, since }
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let written: Written = codec::decode(bytes).ok()?;
        let identifier = Identifier::read(&written.identifier, &Pointer::Root, &mut Faults::new());
        Some(Self {
            number: written.number,
            identifier: identifier?,
            owner: StaffNumber::parse(&written.owner).ok()?,
            case_ref: RecordRef::parse(&written.case_ref).ok()?,
            policy: HitPolicy::parse(&written.policy)?,
            since: written.since,
        })
    }

    pub(super) fn written(&self) -> Option<ByteBuf> {
        let written = Written {
            number: self.number,
            identifier: self.identifier.write(),
            owner: self.owner.as_str().to_owned(),
            case_ref: self.case_ref.as_str().to_owned(),
            policy: self.policy.text().to_owned(),
            since: self.since,
        };
        codec::encode(&written).ok().map(ByteBuf::from)
    }

    /// Whether somebody enters what is held already.
    pub(super) fn is_same(&self, new: &NewHolding) -> bool {
        self.owner == new.owner
            && self.case_ref == new.case_ref
            && self.text() == canonical::text(&new.identifier)
    }

    /// Its number.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// What is worked on.
    pub const fn identifier(&self) -> &Identifier {
        &self.identifier
    }

    /// What is the same is the same text.
    fn text(&self) -> Vec<u8> {
        canonical::text(&self.identifier)
    }

    /// Who works on it.
    pub const fn owner(&self) -> &StaffNumber {
        &self.owner
    }

    /// In which case.
    pub const fn case_ref(&self) -> &RecordRef {
        &self.case_ref
    }

    /// Who may know.
    pub const fn policy(&self) -> HitPolicy {
        self.policy
    }

    /// Since when.
    pub const fn since(&self) -> Timestamp {
        self.since
    }
}
