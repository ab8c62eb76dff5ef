//! The procedures at hand: a message is judged by its procedure before it is logged.
//!
//! The engine holds those that were used last; of the others the host recalls what the store has, with the input.

#[cfg(test)]
mod tests;

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
#[derive(Debug)]
pub(super) struct Procedures {
    bytes_max: usize,
    held: BTreeMap<ProcedureId, Held>,
    /// Which was used when, the one that was not used for longest first.
    order: BTreeMap<u64, ProcedureId>,
    uses: u64,
    /// What all of them take.
    bytes: usize,
}

#[derive(Debug)]
struct Held {
    book: Book,
    used: u64,
    /// What it took when it was weighed last.
    bytes: usize,
}

impl Default for Procedures {
    fn default() -> Self {
        Self::up_to(PROCEDURES_HELD_BYTES_MAX)
    }
}

impl Procedures {
    const fn up_to(bytes_max: usize) -> Self {
        Self { bytes_max, held: BTreeMap::new(), order: BTreeMap::new(), uses: 0, bytes: 0 }
    }

    /// Whether nothing has to be recalled of a procedure.
    pub(super) fn knows(&self, procedure: &ProcedureId) -> bool {
        self.held.contains_key(procedure)
    }

    /// Does something with a procedure, from what was recalled where it is not at hand, and lets go of those that were not
    /// used for longest.
    // spec: pro-12
    fn with<T>(
        &mut self,
        procedure: ProcedureId,
        history: Option<History>,
        act: impl FnOnce(&mut Book) -> T,
    ) -> T {
        let recalled =
            || Held { book: Book::recalled(history.unwrap_or_default()), used: 0, bytes: 0 };
        let held = self.held.entry(procedure).or_insert_with(recalled);
        let done = act(&mut held.book);
        self.uses = self.uses.saturating_add(1);
        self.order.remove(&held.used);
        self.order.insert(self.uses, procedure);
        held.used = self.uses;
        self.bytes = self.bytes.saturating_sub(held.bytes);
        held.bytes = held.book.bytes();
        self.bytes = self.bytes.saturating_add(held.bytes);
        self.let_go();
        done
    }

    fn let_go(&mut self) {
        while self.bytes > self.bytes_max && self.held.len() > 1 {
            let Some((_, oldest)) = self.order.pop_first() else { return };
            let gone = self.held.remove(&oldest).map_or(0, |held| held.bytes);
            self.bytes = self.bytes.saturating_sub(gone);
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
        let verdict = self.procedures.with(header.procedure, history, |book| book.judge(&act))?;
        Ok((act, verdict))
    }

    /// Takes an act that was judged, and remembers where it stands, and where those stand that waited for it.
    // spec: pro-6, pro-11
    pub(super) fn take_act(
        &mut self,
        procedure: ProcedureId,
        (act, verdict): Judged,
        effects: &mut Effects,
    ) {
        for Kept { act, stands } in
            self.procedures.with(procedure, None, |book| book.admit(act, verdict))
        {
            effects.remember(Record::Act(ActRecord { procedure, act: Box::new(act), stands }));
        }
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
