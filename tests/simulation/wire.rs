//! One connection between two nodes, as the node's transport gives it: ordered, whole, and gone at any moment.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use concord_node::host::recall::HeldNote;
use concord_protocol::engine::effects::LiftAction;
use concord_protocol::engine::effects::OfferAction;
use concord_protocol::engine::effects::ReceiptAction;
use concord_protocol::engine::effects::WitnessAction;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Passage;

use crate::life::WireId;

/// A connection.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) id: WireId,
    /// The two ends.
    pub(crate) sides: [Side; 2],
    /// What travels away from each end.
    pub(crate) lanes: [VecDeque<Parcel>; 2],
    /// When the last parcel of each lane arrives: none overtakes another.
    pub(crate) last: [u64; 2],
}

/// What travels.
#[derive(Clone, Debug)]
pub(crate) enum Parcel {
    Frame(Vec<u8>),
    Close(CloseCode),
}

/// One end of a connection.
#[derive(Debug)]
pub(crate) struct Side {
    /// The seat of the node.
    pub(crate) seat: usize,
    /// Which life of it.
    pub(crate) life: u64,
    pub(crate) stage: Stage,
    /// The newest checkpoint held of the other's log, on this connection.
    pub(crate) held: Option<HeldNote>,
    /// Frames that came before they may be heard.
    pub(crate) unheard: VecDeque<Vec<u8>>,
    /// What is to be said once it may.
    pub(crate) unsaid: VecDeque<Say>,
    /// Which checkpoints of third logs the other was told of.
    pub(crate) told: BTreeMap<AgencyId, TreeSize>,
}

/// How far an end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The writer is asked what to say first.
    Asked,
    /// The greeting is said, and the other's is waited for.
    Greeted,
    /// The writer judges the other's greeting.
    Judging,
    /// Everything that may pass passes.
    Up(Passage),
}

/// What the engine wants said.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "few of them wait")]
pub(crate) enum Say {
    Offer(OfferAction),
    Receipt(ReceiptAction),
    Witness(WitnessAction),
    Lift(LiftAction),
    Frame(Frame),
}

impl Say {
    /// Whether it may be said. Source: spec rst-5.
    pub(crate) const fn may_pass(&self, passage: Passage) -> bool {
        match self {
            Self::Frame(frame) => frame.may_pass(passage),
            Self::Offer(_) | Self::Receipt(_) | Self::Witness(_) | Self::Lift(_) => {
                matches!(passage, Passage::Whole)
            }
        }
    }
}

impl Wire {
    /// A connection whose ends have said nothing yet.
    pub(crate) fn new(id: WireId, ends: [(usize, u64); 2]) -> Self {
        let side = |(seat, life)| Side {
            seat,
            life,
            stage: Stage::Asked,
            held: None,
            unheard: VecDeque::new(),
            unsaid: VecDeque::new(),
            told: BTreeMap::new(),
        };
        Self { id, sides: ends.map(side), lanes: Default::default(), last: [0; 2] }
    }
}
