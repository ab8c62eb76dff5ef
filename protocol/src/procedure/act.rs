//! One message of a procedure, as far as it bears on the state.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::body::Body;
use crate::message::content::SealedPart;
use crate::message::kind::Kind;
use crate::message::text::RecordRef;
use crate::message::time::CivilDate;
use crate::message::urgency::Urgency;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::refusal::Refusal;

/// What a signed message contributes: what its header says of its place, and the fact that its body states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// Names the message to machines.
    pub digest: Digest,
    /// Names it to people.
    pub id: MessageId,
    /// The messages of the procedure that its author had seen last.
    pub parents: Vec<Digest>,
    /// The message that it takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Digest>,
    /// Who says it.
    pub author: AgencyId,
    /// Who is asked to act on it.
    pub asked: BTreeSet<AgencyId>,
    /// Who is told of it.
    pub told: BTreeSet<AgencyId>,
    /// When its author made it, by the author's clock; it never decides order.
    pub created: Timestamp,
    /// How urgent it is; it never decides about a state.
    pub urgency: Urgency,
    /// By when it asks for an answer; that never decides about a state either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<Timestamp>,
    /// What the message is.
    pub kind: Kind,
    /// What it states.
    pub fact: Fact,
    /// Whose information it passes on; absent where it is its author's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_on: Option<Box<PassedOn>>,
    /// The case that its author names; absent where it names none, or came without its body. It never decides about a
    /// state. Source: spec orc-17.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Digest>,
}

/// A case without its name: SHA-256 of the reference.
pub fn case_of(reference: &RecordRef) -> Digest {
    digest::sha256(reference.as_str().as_bytes())
}

/// That a message passes on what is another agency's. Source: spec orc-12.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassedOn {
    /// Whose.
    pub originator: AgencyId,
    /// The decision by which that agency let it be passed on; absent where the message came without its body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<MessageId>,
}

/// What a message states where it was opened; taken once. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// What its body states.
    pub fact: Fact,
    /// The consent that the words beside it name.
    pub consent: Option<MessageId>,
    /// The case that the words beside it name.
    pub case: Option<Digest>,
}

impl Stated {
    /// Of a message that nobody here could open.
    pub const GONE: Self = Self { fact: Fact::Gone, consent: None, case: None };

    /// Of a body, and of the words that are sealed beside it, in a message made then.
    pub fn of(body: &Body, words: &SealedPart, created: Timestamp) -> Self {
        let case = words.case_ref.as_ref().map(case_of);
        let may_be_child = CivilDate::of(created).is_some_and(|day| body.may_be_child(day));
        let fact = if may_be_child { Fact::of(body).of_a_child() } else { Fact::of(body) };
        Self { fact, consent: words.consent, case }
    }
}

impl Act {
    /// What a table that does not know this message makes of it: a remark, when it belongs to no procedure in particular.
    ///
    /// # Errors
    /// When it is of another procedure.
    // spec: pro-10
    pub(super) fn stray<T>(&self) -> Result<Option<T>, Refusal> {
        if !self.fact.is_of_one_procedure() {
            return Ok(None);
        }
        Err(Refusal::out_of_turn(
            "pro-10",
            format!("{} has no place in this procedure", self.kind),
            "send it in the procedure that it is about",
        ))
    }

    /// Whether it settles a conflict, which changes what became of messages before it.
    // spec: pro-8
    pub(super) const fn settles(&self) -> bool {
        matches!(self.fact, Fact::Common(CommonFact::Resolved { .. }))
    }

    /// Everybody who has it: its author and its recipients.
    pub fn holders(&self) -> BTreeSet<&AgencyId> {
        self.asked.iter().chain(&self.told).chain([&self.author]).collect()
    }
}
