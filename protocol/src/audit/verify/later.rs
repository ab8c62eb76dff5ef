//! What leaves say of messages that are known: receipts, readings, erasures, and what an older log carried over.

use crate::audit::bundle::Scope;
use crate::audit::finding::Flaw;
use crate::audit::ledger::Head;
use crate::audit::verify::first::First;
use crate::audit::verify::links::Settling;
use crate::audit::verify::notes;
use crate::audit::verify::notes::Lifting;
use crate::audit::verify::report::Grade;
use crate::audit::verify::slot::Shown;
use crate::audit::verify::slot::Slot;
use crate::audit::verify::walk;
use crate::audit::verify::walk::Place;
use crate::audit::verify::walk::Walk;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::log::leaf::Outcome;
use crate::log::leaf::ReceiptItem;
use crate::log::proof;
use crate::wire::receipt::ReceiptError;
use crate::wire::receipt::SettledItem;

/// What a message carries once it was erased.
const ERASED: [u8; 4] = [0; 4];

/// Whether the path of a receipt could be judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Path {
    Consistent,
    Unjudged,
}

impl Walk<'_> {
    /// What a receipt settles was sent so, and was not settled before.
    pub(super) fn receipt_held(
        &mut self,
        from: &AgencyId,
        (epoch, items): (Epoch, &[ReceiptItem]),
        said: Head,
        slot: &mut Slot<'_>,
    ) -> Result<(), Flaw> {
        let member =
            self.people.place(from).ok_or_else(|| Flaw::NotAMember { agency: from.clone() })?;
        let mut first = First::default();
        first.note(self.receipt_in_scope(from, items));
        let shown = match slot.seen.receipt.take() {
            Some(Ok(shown)) => Some(shown),
            Some(Err(flaw)) => {
                first.note(Err(flaw));
                None
            }
            None => None,
        };
        let mut grade = None;
        if let Some(shown) = &shown {
            match self.continues(shown, said, epoch) {
                Ok(judged) => grade = Some(judged),
                Err(flaw) => first.note(Err(flaw)),
            }
        }
        // spec: audit-17
        if items.is_empty() || !items.is_sorted_by(|a, b| a.number < b.number) {
            first.note(Err(Flaw::ReceiptLeaf));
        }
        for item in items {
            if let Some(shown) = &shown
                && !shown.verified.items().iter().any(|proven| says(proven, item))
            {
                first.note(Err(Flaw::ReceiptLeaf));
            }
            first.note(self.settle(from, (member, epoch), item));
            if let (Some(telling), Some(shown)) = (&mut self.telling, &shown) {
                let (number, message) = (item.number, &item.message);
                let place = Place { peer: from, member, epoch, number, message };
                telling.receipted(&place, item, shown.verified.checkpoint().checkpoint());
            }
        }
        if let Some(shown) = &shown {
            first.note(self.told((member, epoch), items, shown));
            let signed = shown.verified.checkpoint();
            first.note(self.ended.vouches(from, (signed.checkpoint(), signed.note())));
        }
        let result = first.result();
        if let (Ok(()), Some(path), Some(shown)) = (&result, grade, &shown) {
            let grade = self.grade(shown, path)?;
            if let Some(transcript) = &mut self.transcript {
                items.iter().for_each(|item| transcript.receipted(from, item, grade));
            }
        }
        result
    }

    /// The receipt's checkpoint is what the leaf says, and continues what an earlier receipt of that log showed.
    fn continues(&mut self, shown: &Shown, said: Head, epoch: Epoch) -> Result<Path, Flaw> {
        let checkpoint = shown.verified.checkpoint().checkpoint();
        let head = Head { size: checkpoint.size, root: checkpoint.root };
        if shown.verified.epoch() != epoch || head != said {
            return Err(Flaw::ReceiptLeaf);
        }
        let before = self.seen.get(&checkpoint.origin).copied();
        // spec: audit-29
        notes::fits(before.as_ref(), &checkpoint.origin, head)?;
        self.seen.insert(checkpoint.origin.clone(), head);
        match before {
            Some(before) if before.size == shown.from && before.size.get() > 0 => {
                let path = &shown.path;
                proof::verify_consistency(before.size, &before.root, head.size, &head.root, path)
                    .map_err(|_| Flaw::Receipt(ReceiptError::Inconsistent))?;
                Ok(Path::Consistent)
            }
            None if shown.from.get() == 0 => Ok(Path::Consistent),
            Some(_) | None => Ok(Path::Unjudged),
        }
    }

    fn grade(&mut self, shown: &Shown, path: Path) -> Result<Grade, Flaw> {
        let checkpoint = shown.verified.checkpoint().checkpoint();
        // spec: audit-36
        let grade = match self.quorate.get(&checkpoint.origin) {
            Some(Lifting { head, .. })
                if head.size == checkpoint.size && head.root != checkpoint.root =>
            {
                let (origin, size) = (checkpoint.origin.clone(), checkpoint.size);
                return Err(Flaw::PeerFork { origin, size });
            }
            Some(held) if held.counts && held.head.size >= checkpoint.size => Grade::Witnessed,
            Some(_) | None if path == Path::Consistent => Grade::Consistent,
            Some(_) | None => Grade::Signed,
        };
        walk::count(match grade {
            Grade::Witnessed => &mut self.grades.witnessed,
            Grade::Consistent => &mut self.grades.consistent,
            Grade::Signed => &mut self.grades.signed,
        });
        Ok(grade)
    }

    fn settle(
        &mut self,
        peer: &AgencyId,
        (member, epoch): (usize, Epoch),
        item: &ReceiptItem,
    ) -> Result<(), Flaw> {
        walk::count(match item.outcome {
            Outcome::Accepted => &mut self.counts.settled_accepted,
            Outcome::Refused { .. } => &mut self.counts.settled_refused,
        });
        if let Some(Scope::Procedure { .. }) = self.scope {
            return Ok(());
        }
        debug_assert!(self.people.place(peer) == Some(member), "a peer has one place");
        let (number, print) = (item.number, self.print(&item.message));
        match self.windows.settle(member, epoch, number, print) {
            Settling::Now | Settling::Unjudged => Ok(()),
            Settling::Unseen if !self.knows_antecedents() => Ok(()),
            Settling::Before => Err(Flaw::ReceiptTwice { number }),
            Settling::Unsent | Settling::Unseen => Err(Flaw::ReceiptUnsent { number }),
        }
    }

    /// What the receipt proves and the leaf does not name was settled before.
    fn told(
        &self,
        (member, epoch): (usize, Epoch),
        items: &[ReceiptItem],
        shown: &Shown,
    ) -> Result<(), Flaw> {
        if !self.knows_antecedents() || matches!(self.scope, Some(Scope::Procedure { .. })) {
            return Ok(());
        }
        // spec: audit-28
        for proven in shown.verified.items() {
            let number = proven.number;
            let named = items.iter().any(|item| item.number == number);
            if !named && !self.windows.is_settled(member, epoch, number) {
                return Err(Flaw::ReceiptUntold { number });
            }
        }
        Ok(())
    }

    fn receipt_in_scope(&self, from: &AgencyId, items: &[ReceiptItem]) -> Result<(), Flaw> {
        // spec: audit-26
        let within = match self.scope {
            None | Some(Scope::Range { .. }) => true,
            Some(Scope::Peer { peer }) => from == peer,
            Some(Scope::Procedure { .. }) => {
                items.iter().any(|item| self.own.contains(self.print(&item.message)))
            }
        };
        if within { Ok(()) } else { Err(Flaw::OutOfScope) }
    }

    /// What a known message carries.
    fn known(&mut self, message: &Digest) -> Option<&mut [u8]> {
        let print = self.print(message);
        if self.own.contains(print) { self.own.get_mut(print) } else { self.taken.get_mut(print) }
    }

    pub(super) fn read(&mut self, message: &Digest) -> Result<(), Flaw> {
        let knows = self.knows_antecedents();
        // spec: audit-18
        match self.known(message) {
            Some(carried) if carried.starts_with(&ERASED) => Err(Flaw::ReadErased),
            Some(_) => Ok(()),
            None if knows => Err(Flaw::ReadUnknown),
            None => Ok(()),
        }
    }

    pub(super) fn erased(
        &mut self,
        message: &Digest,
        leaf: LeafIndex,
        sealed: &Digest,
    ) -> Result<(), Flaw> {
        let knows = self.knows_antecedents();
        let whole = self.whereabouts(message, leaf, Some(sealed));
        let bare = self.whereabouts(message, leaf, None);
        // spec: audit-31
        let Some(carried) = self.known(message).and_then(|carried| carried.first_chunk_mut::<4>())
        else {
            return if knows { Err(Flaw::ErasedUnknown) } else { Ok(()) };
        };
        let before = core::mem::replace(carried, ERASED);
        if before == ERASED {
            Err(Flaw::ErasedTwice)
        } else if before == whole || before == bare {
            Ok(())
        } else {
            Err(Flaw::ErasedDiffers)
        }
    }

    pub(super) fn carried(&mut self, message: &Digest, index: LeafIndex) -> Result<(), Flaw> {
        let whereabouts = self.whereabouts(message, index, None);
        let print = self.print(message);
        // spec: audit-33
        let is_new = !self.own.contains(print) && self.taken.insert(print, &whereabouts);
        if self.is_first || !is_new { Err(Flaw::Carried) } else { Ok(()) }
    }
}

fn says(proven: &SettledItem, item: &ReceiptItem) -> bool {
    proven.number == item.number
        && proven.message == item.message
        && proven.index == item.index
        && proven.outcome == item.outcome
}
