//! The procedures at hand: a message is judged by its procedure before it is logged.
//!
//! The engine holds those that were used last; of the others the host recalls what the store has, with the input.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::engine::Engine;
use crate::engine::effects::Effects;
use crate::engine::record::Record;
use crate::engine::record::act::ActRecord;
use crate::envelope::header::Header;
use crate::ids::ProcedureId;
use crate::limits::PROCEDURES_HELD_BYTES_MAX;
use crate::message::recipient::Role;
use crate::procedure::act::Act;
use crate::procedure::act::PassedOn;
use crate::procedure::act::Stated;
use crate::procedure::book::Book;
use crate::procedure::book::Kept;
use crate::procedure::book::Verdict;
use crate::procedure::refusal::Refusal;

/// What the store has of a procedure that the engine does not hold, in any order.
pub type History = Vec<Kept>;

/// A message as far as it bears on its procedure, and whether it has its place there.
pub(super) type Judged = (Act, Verdict);

/// The procedures at hand. Shape: at most [`PROCEDURES_HELD_BYTES_MAX`], and always the one that was used last.
#[derive(Debug, Default)]
pub(super) struct Procedures {
    held: BTreeMap<ProcedureId, Held>,
    uses: u64,
}

#[derive(Debug)]
struct Held {
    book: Book,
    used: u64,
}

impl Procedures {
    /// Whether nothing has to be recalled of a procedure.
    pub(super) fn knows(&self, procedure: &ProcedureId) -> bool {
        self.held.contains_key(procedure)
    }

    /// The procedure, from what was recalled where it is not at hand.
    fn open(&mut self, procedure: ProcedureId, history: Option<History>) -> &mut Book {
        self.uses = self.uses.saturating_add(1);
        let used = self.uses;
        let held = self
            .held
            .entry(procedure)
            .or_insert_with(|| Held { book: Book::recalled(history.unwrap_or_default()), used });
        held.used = used;
        &mut held.book
    }

    /// Lets go of those that were not used for longest.
    // spec: pro-12
    fn let_go(&mut self) {
        let mut bytes: usize =
            self.held.values().map(|held| held.book.bytes()).fold(0, usize::saturating_add);
        while bytes > PROCEDURES_HELD_BYTES_MAX && self.held.len() > 1 {
            let oldest = self.held.iter().min_by_key(|(_, held)| held.used).map(|(id, _)| *id);
            let Some(gone) = oldest.and_then(|oldest| self.held.remove(&oldest)) else { return };
            bytes = bytes.saturating_sub(gone.book.bytes());
        }
    }
}

impl Engine {
    /// Whether the host has nothing to recall of a procedure.
    pub fn knows_procedure(&self, procedure: &ProcedureId) -> bool {
        self.procedures.knows(procedure)
    }

    /// Judges a message by its procedure: the act that it is, or the rule that it breaks.
    // spec: pro-4, pro-11
    pub(super) fn judge_act(
        &mut self,
        message: (Digest, &Header),
        stated: Stated,
        history: Option<History>,
    ) -> Result<Judged, Refusal> {
        let (digest, header) = message;
        let act = act(digest, header, stated);
        self.procedures.open(header.procedure, history).judge(&act).map(|verdict| (act, verdict))
    }

    /// Takes an act that was judged, and remembers where it stands, and where those stand that waited for it.
    // spec: pro-6, pro-11
    pub(super) fn take_act(
        &mut self,
        procedure: ProcedureId,
        (act, verdict): Judged,
        effects: &mut Effects,
    ) {
        for Kept { act, stands } in self.procedures.open(procedure, None).admit(act, verdict) {
            effects.remember(Record::Act(ActRecord { procedure, act: Box::new(act), stands }));
        }
        self.procedures.let_go();
    }
}

/// What a message contributes to its procedure.
fn act(digest: Digest, header: &Header, stated: Stated) -> Act {
    let recipients = |role: Role| {
        header.to.iter().filter(move |to| to.role == role).map(|to| to.agency.clone()).collect()
    };
    Act {
        digest,
        id: header.id,
        parents: header.parents.clone(),
        supersedes: header.supersedes,
        author: header.from.agency.clone(),
        asked: recipients(Role::Action),
        told: recipients(Role::Information),
        created: header.created,
        urgency: header.urgency,
        respond_by: header.respond_by,
        kind: header.kind,
        fact: stated.fact,
        passed_on: header
            .originator
            .clone()
            .map(|originator| Box::new(PassedOn { originator, consent: stated.consent })),
        case: stated.case,
    }
}
