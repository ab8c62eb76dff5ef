//! One procedure, whichever it is.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::message::kind::Kind;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::batch::Batch;
use crate::procedure::common::Common;
use crate::procedure::common::Place;
use crate::procedure::cycle::Cycle;
use crate::procedure::exchange::deconfliction::Deconfliction;
use crate::procedure::exchange::feed::Feed;
use crate::procedure::exchange::notice::Notice;
use crate::procedure::exchange::report::Report;
use crate::procedure::exchange::rights::Rights;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::fold::Rules;
use crate::procedure::freezing::Freezing;
use crate::procedure::handover::Handover;
use crate::procedure::information::Information;
use crate::procedure::operation::Operation;
use crate::procedure::outcome::Outcome;
use crate::procedure::plain::Plain;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::rescue::Rescue;
use crate::procedure::shared::SharedMap;
use crate::procedure::transcript::Places;
use crate::procedure::transcript::Transcript;

macro_rules! machines {
    ($($(#[$doc:meta])* $name:ident = $text:literal begins with [$($kind:ident)|+],)+) => {
        /// A procedure as a set of messages says it stands, whichever it is.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Machine {
            $($(#[$doc])* $name(Box<Folded<$name>>),)+
        }

        impl Machine {
            /// Begins with the first message.
            ///
            /// # Errors
            /// When a message of this kind begins no procedure.
            pub fn begin(opening: &Act) -> Result<Self, Refusal> {
                match Beginning::of(opening)? {
                    $(Beginning::$name => Folded::begin(opening).map(Box::new).map(Self::$name),)+
                }
            }

            /// Folds a set of messages that holds the ancestors of each; `None` when it is empty or begins nothing.
            pub fn of(transcript: &Transcript, within: &Places) -> Option<Self> {
                match Beginning::of(transcript.act(0)?).ok()? {
                    $(Beginning::$name => Folded::of(transcript, within).map(Box::new).map(Self::$name),)+
                }
            }

            /// The messages of a set that both sides agreed not to count.
            pub fn aside(&self, transcript: &Transcript, within: &Places) -> BTreeSet<Digest> {
                match self {
                    $(Self::$name(_) => Folded::<$name>::aside(transcript, within),)+
                }
            }

            /// The order in which the messages of a set are folded after those that are placed, which each of them has seen.
            pub fn order(
                &self,
                transcript: &Transcript,
                within: &Places,
                placed: &Places,
            ) -> Vec<usize> {
                match self {
                    $(Self::$name(_) => Folded::<$name>::order(transcript, within, placed),)+
                }
            }

            /// Takes the next message in the order of the fold, unless both sides agreed not to count it.
            pub fn advance(
                &mut self,
                transcript: &Transcript,
                aside: &BTreeSet<Digest>,
                place: usize,
            ) {
                match self {
                    $(Self::$name(folded) => folded.advance(transcript, aside, place),)+
                }
            }

            /// What a message weighs among concurrent ones.
            pub fn rank(&self, act: &Act) -> Rank {
                match self {
                    $(Self::$name(_) => <$name as Rules>::rank(act),)+
                }
            }

            /// Whether its author could say this message when this was all that the author had seen.
            ///
            /// # Errors
            /// The rule that it breaks.
            pub fn judge(&self, act: &Act) -> Result<Place, Refusal> {
                match self {
                    $(Self::$name(folded) => folded.judge(act),)+
                }
            }

            /// What every procedure has.
            pub fn common(&self) -> &Common {
                match self {
                    $(Self::$name(folded) => &folded.common,)+
                }
            }

            /// What became of each message, by digest.
            pub fn fates(&self) -> &SharedMap<Digest, Fate> {
                match self {
                    $(Self::$name(folded) => folded.fates(),)+
                }
            }

            /// Since when a certificate waits for its second signature, by the first signer's clock.
            // spec: cer-6
            pub fn half_signed_since(&self) -> Option<Timestamp> {
                match self {
                    Self::Handover(folded) => folded.state.half_signed_since(),
                    Self::Batch(folded) => folded.state.half_signed_since(),
                    Self::Information(_)
                    | Self::Report(_)
                    | Self::Notice(_)
                    | Self::Deconfliction(_)
                    | Self::Feed(_)
                    | Self::Rights(_)
                    | Self::Outcome(_)
                    | Self::Freezing(_)
                    | Self::Operation(_)
                    | Self::Cycle(_)
                    | Self::Rescue(_)
                    | Self::Plain(_) => None,
                }
            }

            /// What people call the kind of procedure.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $text,)+
                }
            }

            /// Where it stands, as people call it.
            pub fn stage(&self) -> &'static str {
                match self {
                    $(Self::$name(folded) => folded.state.stage().text(),)+
                }
            }

            /// What an agency may do next, as people call it.
            pub fn open_moves(&self, agency: &AgencyId) -> Vec<&'static str> {
                match self {
                    $(Self::$name(folded) => {
                        folded.state.open_moves(agency).into_iter().map(|step| step.text()).collect()
                    })+
                }
            }
        }

        /// Which procedure a message begins.
        enum Beginning {
            $($name,)+
        }

        impl Beginning {
            // spec: pro-10
            fn of(opening: &Act) -> Result<Self, Refusal> {
                let kind = opening.kind;
                // Nobody here knows what it asked for, so nothing can be computed: what follows is kept all the same.
                if opening.fact == Fact::Gone {
                    return Ok(Self::Plain);
                }
                $(if matches!(kind, $(Kind::$kind)|+) {
                    return Ok(Self::$name);
                })+
                Err(Refusal::out_of_turn(
                    "pro-10",
                    alloc::format!("a message of the kind {kind} begins no procedure"),
                    "send it in the procedure that it is about",
                ))
            }
        }
    };
}

machines! {
    /// The handover of one person.
    Handover = "handover" begins with [HandoverRequest | ProvisionalArrestRequest],
    /// A request for information.
    Information = "information" begins with [RequestForInformation],
    /// A report, and what it was worth.
    Report = "report" begins with [IntelligenceReport],
    /// A notice, with its sightings.
    Notice = "notice" begins with [Notice],
    /// A question whether somebody else works on the same.
    Deconfliction = "deconfliction" begins with [DeconflictionQuery],
    /// A feed of indicators.
    Feed = "feed" begins with [FeedSnapshot],
    /// What a person asks for.
    Rights = "subject-rights" begins with [SubjectRightsNotice],
    /// A document that Parties sign.
    Outcome = "outcome document" begins with [OutcomeDocument],
    /// Assets that are frozen for another Party.
    Freezing = "freezing" begins with [FreezingRequest],
    /// A joint operation.
    Operation = "operation" begins with [JointOperationProposal],
    /// A cycle of meetings.
    Cycle = "coordination cycle" begins with [MeetingAgenda | CycleStatus],
    /// People who travel together.
    Batch = "batch" begins with [BatchManifest],
    /// A person who needs help.
    Rescue = "rescue" begins with [RescueRequest | VictimScreeningReport],
    /// Messages that move nothing.
    Plain = "plain" begins with [
        OnwardTransferRequest | DataPreservationRequest | EvidenceTransfer | SituationReport
    ],
}
