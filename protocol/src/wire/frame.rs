//! The bounded unit of the exchange stream.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::codec::Encoded;
use crate::limits::FRAME_BYTES_MAX;
use crate::limits::INTRODUCTION_BYTES_MAX;
use crate::wire::evidence::EvidenceTalk;
use crate::wire::greeting::Greeting;
use crate::wire::keying::Blinded;
use crate::wire::keying::Keyed;
use crate::wire::mirror::Mirror;
use crate::wire::mirror::Mirrored;
use crate::wire::mirror::Recall;
use crate::wire::mirror::Recalled;
use crate::wire::offer::Offer;
use crate::wire::receipt::Receipt;
use crate::wire::succession::SuccessionFrame;
use crate::wire::witness::Lift;
use crate::wire::witness::WitnessRequest;
use crate::wire::witness::Witnessed;

/// One frame. The order of the variants is the wire format: add at the end only. Source: spec wire-30.
#[expect(clippy::large_enum_variant, reason = "a greeting comes once on a connection")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Frame {
    /// First in each direction, once.
    Greeting(Greeting),
    /// A credential that the greeting showed the peer to lack.
    Credential(ByteBuf),
    /// A run of messages under one dispatch.
    Offer(Offer),
    /// Proof that the messages of an offer stand in the speaker's log.
    Receipt(Receipt),
    /// Answer with [`Frame::Pong`] and the same number.
    Ping(u64),
    /// The answer.
    Pong(u64),
    /// Asks the listener to cosign the speaker's newest checkpoint.
    Witness(WitnessRequest),
    /// The answer.
    Witnessed(Witnessed),
    /// A checkpoint of the speaker's log with a quorum of cosignatures.
    Lift(Lift),
    /// What is held about third logs, what is wanted, or a file of evidence.
    Evidence(EvidenceTalk),
    /// Entries of the speaker's journal, for the listener to keep.
    Mirror(Mirror),
    /// How far the speaker holds the listener's log now.
    Mirrored(Mirrored),
    /// Asks for the speaker's own entries.
    Recall(Recall),
    /// Gives the listener its entries back.
    Recalled(Recalled),
    /// The speaker's log ends.
    Succession(SuccessionFrame),
    /// The speaker approves the listener's succession: COSE_Sign1.
    Approval(ByteBuf),
    /// What ended credentials of a member early: COSE_Sign.
    Revocation(ByteBuf),
    /// Where a member listens from now on: COSE_Sign1.
    Notice(ByteBuf),
    /// Versions of the charter that the listener may lack, each with what it names: COSE_Sign. Source: spec chr-15.
    Charters(Vec<ByteBuf>),
    /// Who of a member may vote on its messages: COSE_Sign. Source: spec stf-6.
    Staff(ByteBuf),
    /// Asks the listener for digests under a key that its query named. Source: spec dcf-7.
    Blinded(Blinded),
    /// The answer.
    Keyed(Keyed),
}

/// What may pass on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// Both sides sign: everything passes.
    Whole,
    /// One side is in doubt about its own log: nothing that one of its keys signed for the exchange passes.
    Restricted,
}

impl Frame {
    /// Whether a frame may pass after the greetings. A new kind of frame must choose. Source: spec rst-5.
    // spec: rst-5
    pub const fn may_pass(&self, passage: Passage) -> bool {
        match (self, passage) {
            (Self::Greeting(_), _) => false,
            // The speaker's own keys signed what these carry, or would have to answer for it.
            (
                Self::Offer(_)
                | Self::Receipt(_)
                | Self::Witness(_)
                | Self::Witnessed(_)
                | Self::Lift(_)
                | Self::Mirror(_)
                | Self::Mirrored(_)
                | Self::Blinded(_)
                | Self::Keyed(_),
                passage,
            ) => matches!(passage, Passage::Whole),
            (
                Self::Credential(_)
                | Self::Ping(_)
                | Self::Pong(_)
                | Self::Evidence(_)
                | Self::Recall(_)
                | Self::Recalled(_),
                _,
            ) => true,
            // A root or a member's own key signed these, and whoever passes them on vouches for nothing.
            (
                Self::Succession(_)
                | Self::Approval(_)
                | Self::Revocation(_)
                | Self::Notice(_)
                | Self::Charters(_)
                | Self::Staff(_),
                _,
            ) => true,
        }
    }
}

impl Encoded for Frame {
    // spec: wire-30
    const BYTES_MAX: usize = FRAME_BYTES_MAX;
}

/// All that a stranger may say: its root-signed credential. Source: spec wire-20.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introduction {
    /// The COSE_Sign bytes.
    pub credential: ByteBuf,
}

impl Encoded for Introduction {
    const BYTES_MAX: usize = INTRODUCTION_BYTES_MAX;
}
