//! The stages of an outcome document, what moves it, and who may: the table of DOMAIN 3.7.

use crate::message::field::choice;
use crate::procedure::side::Side;
use crate::procedure::table::Row;
use crate::procedure::table::row;
use crate::procedure::table::stay;

choice! {
    /// Where a document stands. Source: DOMAIN 3.7, spec out-1.
    Stage {
        /// A first text is written.
        Drafting = "drafting",
        /// It is negotiated.
        Negotiating = "negotiating",
        /// It stands, word for word.
        TextFrozen = "text-frozen",
        /// It can be signed.
        OpenForSignature = "open-for-signature",
        /// Somebody has signed.
        PartlySigned = "partly-signed",
        /// Everybody whose signature it takes has signed, and nobody can take it back.
        Signed = "signed",
        /// It is in effect.
        InEffect = "in-effect",
        /// A later one took its place.
        Superseded = "superseded",
        /// It ended.
        Terminated = "terminated",
        /// It was given up before it was signed.
        Abandoned = "abandoned",
    }
}

choice! {
    /// What moves a document, by what people call it.
    Move {
        /// A version of a first text.
        Draft = "draft text",
        /// A version that is negotiated.
        Negotiate = "text under negotiation",
        /// The text stands.
        Freeze = "frozen text",
        /// The frozen text can be signed.
        Open = "text open for signature",
        /// The frozen text is opened again.
        Reopen = "outcome-reopening",
        /// A Party signs.
        Sign = "signature-statement",
        /// A signature is confirmed at home.
        Confirm = "signature-confirmation",
        /// A signature is taken back, others stay.
        Retract = "signature-retraction",
        /// The only signature is taken back.
        RetractLast = "signature-retraction of the only signature",
        /// Every signature is listed.
        Record = "signing-record",
        /// A signatory takes note of the list, others have not yet.
        Acknowledge = "acknowledgement of the signing-record",
        /// The last signatory takes note of it.
        AcknowledgeLast = "last acknowledgement of the signing-record",
        /// It is given up.
        Abandon = "abandonment",
        /// It takes effect.
        TakeEffect = "outcome-status in-effect",
        /// A later one takes its place.
        Supersede = "outcome-status superseded",
        /// It ends.
        Terminate = "outcome-status terminated",
    }
}

use Stage::Abandoned;
use Stage::Drafting;
use Stage::InEffect;
use Stage::Negotiating;
use Stage::OpenForSignature;
use Stage::PartlySigned;
use Stage::Signed;
use Stage::Superseded;
use Stage::Terminated;
use Stage::TextFrozen;

/// While the text stands and is not signed by all.
const FROZEN: &[Stage] = &[TextFrozen, OpenForSignature, PartlySigned];

/// While it can be given up.
const BEFORE_SIGNED: &[Stage] =
    &[Drafting, Negotiating, TextFrozen, OpenForSignature, PartlySigned];

/// Every edge of an outcome document. Source: DOMAIN 3.7, spec out-1.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    stay("out-3", &[Drafting], Move::Draft, Side::Chair),
    row("out-4", &[Drafting, Negotiating], Move::Negotiate, Side::Chair, Negotiating),
    row("out-5", &[Negotiating], Move::Freeze, Side::Chair, TextFrozen),
    row("out-6", &[TextFrozen], Move::Open, Side::Chair, OpenForSignature),
    row("out-7", FROZEN, Move::Reopen, Side::Signatory, Negotiating),
    row("out-8", FROZEN, Move::Reopen, Side::Chair, Negotiating),
    row("out-9", &[OpenForSignature, PartlySigned], Move::Sign, Side::Signatory, PartlySigned),
    stay("out-10", &[PartlySigned], Move::Confirm, Side::Signatory),
    stay("out-11", &[PartlySigned], Move::Retract, Side::Signatory),
    row("out-12", &[PartlySigned], Move::RetractLast, Side::Signatory, OpenForSignature),
    stay("out-13", &[PartlySigned], Move::Record, Side::Chair),
    stay("out-14", &[PartlySigned], Move::Acknowledge, Side::Signatory),
    row("out-15", &[PartlySigned], Move::AcknowledgeLast, Side::Signatory, Signed),
    row("out-16", BEFORE_SIGNED, Move::Abandon, Side::Chair, Abandoned),
    row("out-17", &[Signed], Move::TakeEffect, Side::Chair, InEffect),
    row("out-18", &[InEffect], Move::Supersede, Side::Chair, Superseded),
    row("out-19", &[Signed, InEffect], Move::Terminate, Side::Chair, Terminated),
];

impl Stage {
    /// Whether nothing but remarks can come.
    pub const fn is_terminal(self) -> bool {
        match self {
            Superseded | Terminated | Abandoned => true,
            Drafting | Negotiating | TextFrozen | OpenForSignature | PartlySigned | Signed
            | InEffect => false,
        }
    }

    /// Whether a text stands that is not signed by all, or is to stand next.
    pub(super) const fn can_unfreeze(self) -> bool {
        match self {
            Negotiating | TextFrozen | OpenForSignature | PartlySigned => true,
            Drafting | Signed | InEffect | Superseded | Terminated | Abandoned => false,
        }
    }
}
