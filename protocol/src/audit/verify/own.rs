//! What an agency says of itself: how its node started and under which charter, that it wrote its messages, and to whom
//! it gave numbers.

use alloc::vec::Vec;

use crate::audit::bundle::Scope;
use crate::audit::finding::Flaw;
use crate::audit::prints::Print;
use crate::audit::verify::first::First;
use crate::audit::verify::slot::Slot;
use crate::audit::verify::walk;
use crate::audit::verify::walk::Novelty;
use crate::audit::verify::walk::Place;
use crate::audit::verify::walk::Walk;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::Serial;

impl Walk<'_> {
    /// Whether an agency was a member of the version in force, where the log has said which one that is.
    // spec: chr-19
    pub(super) fn was_member(&self, agency: &AgencyId) -> Result<(), Flaw> {
        let chain = self.people.directory.chain();
        let version = self.version.and_then(|version| chain.version(version));
        match version {
            Some(version) if version.member(agency).is_none() => {
                Err(Flaw::NoMemberThen { agency: agency.clone(), version: version.version() })
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn started(&mut self, version: CharterVersion, serial: Serial) -> Result<(), Flaw> {
        self.version = Some(version);
        // spec: audit-12
        if self.people.directory.with_serial(&self.people.own, serial).is_none() {
            return Err(Flaw::UnknownCredential { agency: self.people.own.clone(), serial });
        }
        if self.people.has_charter(version) {
            Ok(())
        } else {
            Err(Flaw::UnknownCharter { version })
        }
    }

    pub(super) fn message(&mut self, bytes: &[u8], slot: &mut Slot<'_>, first: &mut First) {
        walk::count(&mut self.counts.messages);
        let message = digest::sha256(bytes);
        let print = self.print(&message);
        // spec: audit-13
        let header = match slot.seen.header.take() {
            Some(Ok(header)) => Some(header),
            Some(Err(flaw)) => {
                first.note(Err(flaw));
                None
            }
            None => None,
        };
        let place = self.people.place(&self.people.own).unwrap_or(0);
        if let Some(header) = &header {
            let known = self.own.contains(print);
            first.note(self.name(place, &header.id, Novelty::from(known)));
            first.note(self.message_in_scope(header));
            first.note(self.ended.stands(&header.from.agency, header.serial));
            if let Some(telling) = &mut self.telling {
                telling.message(header, slot.index);
            }
        }
        let sealed = header.as_ref().map(|header| &header.sealed.digest);
        let mut carried = Vec::from(self.whereabouts(&message, slot.index, sealed));
        let masks = mask_bytes(self.people.members.len());
        carried.resize(masks.saturating_mul(2).saturating_add(4), 0);
        for recipient in header.iter().flat_map(|header| &header.to) {
            if let Some(member) = self.people.place(&recipient.agency) {
                set(&mut carried, member, 4);
            }
        }
        self.own.insert(print, &carried);
        for recipient in header.iter().flat_map(|header| &header.to) {
            first.note(self.was_member(&recipient.agency));
        }
        self.opened(message, header, slot, first);
    }

    pub(super) fn sent(
        &mut self,
        message: &Digest,
        to: &AgencyId,
        (epoch, number): (Epoch, LinkNumber),
        index: LeafIndex,
    ) -> Result<(), Flaw> {
        walk::count(&mut self.counts.sent);
        let mut first = First::default();
        let print = self.print(message);
        let masks = mask_bytes(self.people.members.len());
        let elsewhere = || Flaw::SentElsewhere { to: to.clone() };
        let renewal = self.renewal(message, to, epoch);
        let member = self.people.place(to);
        if let Some(Scope::Peer { peer }) = self.scope
            && peer != to
        {
            first.note(Err(Flaw::OutOfScope));
        }
        let antecedents = self.knows_antecedents();
        // spec: audit-14
        first.note(match (self.own.get_mut(print), member) {
            (None, _) if !antecedents => Ok(()),
            (None, _) => Err(Flaw::SentUnknown),
            (Some(_), None) => Err(elsewhere()),
            (Some(carried), Some(member)) => {
                let had = masks.saturating_add(4);
                let again = match renewal {
                    Some(renewal) => !self.renewed.insert(renewal, &[]),
                    None => has(carried, member, had),
                };
                match (has(carried, member, 4), again) {
                    (false, _) => Err(elsewhere()),
                    (true, true) => Err(Flaw::SentTwice),
                    (true, false) => {
                        set(carried, member, had);
                        Ok(())
                    }
                }
            }
        });
        if let Some(member) = member {
            let followed = self.out.follow(member, epoch, number);
            match (&followed, self.scope) {
                // Nothing is settled where only some of the numbers are shown.
                (_, Some(Scope::Procedure { .. })) => {}
                (Ok(()), _) => self.windows.send(member, epoch, number, print),
                (Err(_), _) => self.windows.spoil(member),
            }
            first.note(followed);
            if let Some(telling) = &mut self.telling {
                telling.sent(&Place { peer: to, member, epoch, number, message }, index);
            }
        }
        first.note(self.was_member(to));
        first.result()
    }
}

impl Walk<'_> {
    /// What stands for a message in an epoch after the first one: a succession makes it owed again, once in each.
    fn renewal(&self, message: &Digest, to: &AgencyId, epoch: Epoch) -> Option<Print> {
        let parts: [&[u8]; 4] =
            [b"r", message.as_bytes(), to.as_str().as_bytes(), &epoch.get().to_be_bytes()];
        (epoch > Epoch::new(1)).then(|| Print::of(&self.terms.seed, &parts))
    }
}

/// Bytes in which each member has a bit.
pub(super) const fn mask_bytes(members: usize) -> usize {
    members.div_ceil(8)
}

fn has(carried: &[u8], member: usize, from: usize) -> bool {
    carried.get(from.saturating_add(member / 8)).is_some_and(|byte| byte & (1 << (member % 8)) != 0)
}

fn set(carried: &mut [u8], member: usize, from: usize) {
    if let Some(byte) = carried.get_mut(from.saturating_add(member / 8)) {
        *byte |= 1 << (member % 8);
    }
}
