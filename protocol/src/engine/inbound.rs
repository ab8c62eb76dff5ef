//! The way in: offers → log → receipts. Mirror of `outbound`.

use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::crypto::digest::Digest;
use crate::engine::Connection;
use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::Permission;
use crate::engine::effects::Action;
use crate::engine::effects::Body;
use crate::engine::effects::Effects;
use crate::engine::effects::ReceiptAction;
use crate::engine::effects::Suspicion;
use crate::engine::input::Offered;
use crate::engine::input::Recalled;
use crate::engine::record::BodyForm;
use crate::engine::record::DispatchRecord;
use crate::engine::record::InboundRecord;
use crate::engine::record::MessageRecord;
use crate::engine::record::Record;
use crate::envelope::open::Verified;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::limits::RECEIPT_MESSAGES_MAX;
use crate::link::inbound::Place;
use crate::link::inbound::PlaceError;
use crate::log::leaf::Leaf;
use crate::moment::Moment;
use crate::registry::CloseCode;
use crate::registry::RefusalCode;
use crate::wire::dispatch::VerifiedDispatch;
use crate::wire::offer::Arrival;

impl Engine {
    /// Takes an offer message by message: repetitions are receipted again, the next number is logged, a gap ends it.
    pub(super) fn offered(
        &mut self,
        moment: &Moment,
        offered: Offered,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        if matches!(self.may_append()?, Permission::Withheld(_)) {
            return Ok(());
        }
        let Offered { peer, offer, recalled } = offered;
        let (dispatch, arrivals) = offer.into_parts();
        let mut place =
            Slot { peer, epoch: dispatch.dispatch().epoch, number: dispatch.dispatch().first };
        let mut fresh = Fresh::None;
        for (arrival, recalled) in arrivals
            .into_iter()
            .zip(recalled.into_iter().chain(core::iter::repeat(Recalled::default())))
        {
            match self.place(&place, arrival.digest, &recalled) {
                Ok(Standing::Repeated(leaf)) => self.due(&place, leaf),
                Ok(Standing::Next) => {
                    let leaf = self.arrive(
                        moment,
                        &place,
                        &dispatch,
                        Judged { arrival, recalled },
                        effects,
                    )?;
                    self.due(&place, leaf);
                    fresh.note(place.number);
                }
                Err(code) => {
                    // spec: evd-12
                    if code == CloseCode::NumberReused {
                        effects.act(Action::Suspect(Suspicion::Number {
                            peer: place.peer.clone(),
                            epoch: place.epoch,
                            number: place.number,
                            dispatch: dispatch.bytes().to_vec(),
                        }));
                    }
                    effects.act(Action::Close { peer: place.peer.clone(), code });
                    break;
                }
            }
            place.number = place.number.next();
        }
        if let Fresh::From(first) = fresh {
            self.group.touched.insert(place.peer.clone());
            // spec: store-16
            effects.remember(Record::Dispatch(DispatchRecord {
                peer: place.peer,
                epoch: place.epoch,
                first,
                dispatch: ByteBuf::from(dispatch.bytes().to_vec()),
            }));
        }
        Ok(())
    }

    // spec: link-5, wire-72
    // spec: promise-2
    fn place(
        &self,
        slot: &Slot,
        digest: Digest,
        recalled: &Recalled,
    ) -> Result<Standing, CloseCode> {
        let peer = self.peers.get(&slot.peer).ok_or(CloseCode::UnknownKey)?;
        match peer.inbound.place(slot.epoch, slot.number) {
            Ok(Place::Next) => Ok(Standing::Next),
            Ok(Place::Repeated) => {
                let arrived = self.group.arrived.get(&(slot.peer.clone(), slot.number));
                match arrived.copied().or(recalled.by_number) {
                    Some((before, leaf)) if before == digest => Ok(Standing::Repeated(leaf)),
                    Some(_) | None => Err(CloseCode::NumberReused),
                }
            }
            Err(PlaceError::Gap | PlaceError::Epoch) => Err(CloseCode::Gap),
        }
    }

    /// Logs the message under the next number, or its refusal.
    fn arrive(
        &mut self,
        moment: &Moment,
        slot: &Slot,
        dispatch: &VerifiedDispatch,
        judged: Judged,
        effects: &mut Effects,
    ) -> Result<LeafIndex, Fault> {
        let Judged { arrival, recalled } = judged;
        let (digest, form, stated) = (arrival.digest, arrival.form, arrival.stated);
        let verdict =
            arrival.judged.and_then(|verified| self.once(slot, verified, &recalled, effects));
        // spec: pro-11
        let verdict = verdict.and_then(|verified| {
            let message = (digest, verified.header());
            let judged = self.judge_act(message, stated, recalled.history);
            judged.map(|judged| (verified, judged)).map_err(|refusal| refusal.code)
        });
        let verdict = verdict.and_then(|(verified, judged)| {
            let counted = self.count_query(moment.now, (&slot.peer, &judged.0), effects);
            counted.map(|()| (verified, judged))
        });
        let refused = verdict.as_ref().err().copied();
        let leaf = match refused {
            None => Leaf::Received {
                message: digest,
                from: slot.peer.clone(),
                epoch: slot.epoch,
                number: slot.number,
                dispatch: dispatch.digest(),
                at: moment.now,
                form,
            },
            Some(code) => Leaf::Refused {
                message: digest,
                from: slot.peer.clone(),
                epoch: slot.epoch,
                number: slot.number,
                dispatch: dispatch.digest(),
                at: moment.now,
                code,
            },
        };
        let index = self.append(&leaf, effects)?;
        if let Ok((verified, judged)) = verdict {
            self.take_act(verified.header().procedure, judged, effects);
            self.accept(moment, slot, verified, index, effects);
        }
        self.group.arrived.insert((slot.peer.clone(), slot.number), (digest, index));
        if let Some(peer) = self.peers.get_mut(&slot.peer) {
            peer.inbound.advance();
        }
        effects.remember(Record::Inbound(InboundRecord {
            peer: slot.peer.clone(),
            epoch: slot.epoch,
            number: slot.number,
            message: digest,
            leaf: index,
            refused,
        }));
        Ok(index)
    }

    /// The same id twice from one author: the same message is a duplicate, another one is equivocation.
    ///
    /// What another author named so says nothing: whoever has seen an id could else spend it before its author.
    // spec: link-10
    fn once(
        &self,
        slot: &Slot,
        verified: Verified,
        recalled: &Recalled,
        effects: &mut Effects,
    ) -> Result<Verified, RefusalCode> {
        let name = (slot.peer.clone(), verified.header().id);
        let before = self.group.ids.get(&name).copied().or(recalled.by_id);
        match before {
            None => Ok(verified),
            Some(digest) if digest == verified.digest() => Err(RefusalCode::Duplicate),
            Some(_) => {
                // spec: evd-12
                effects.act(Action::Suspect(Suspicion::Id {
                    peer: slot.peer.clone(),
                    id: verified.header().id,
                    message: verified.message().to_vec(),
                }));
                Err(RefusalCode::Equivocation)
            }
        }
    }

    fn accept(
        &mut self,
        moment: &Moment,
        slot: &Slot,
        verified: Verified,
        leaf: LeafIndex,
        effects: &mut Effects,
    ) {
        let digest = verified.digest();
        let id = verified.header().id;
        let erase_by = verified.header().handling.erase_by;
        self.group.ids.insert((slot.peer.clone(), id), digest);
        let (message, sealed) = verified.into_bytes();
        // spec: wire-70
        effects.remember(Record::Message(MessageRecord {
            digest,
            id,
            from: slot.peer.clone(),
            at: moment.now,
            leaf,
            message: ByteBuf::from(message),
            body: if sealed.is_some() { BodyForm::Held } else { BodyForm::Absent },
        }));
        if let Some(sealed) = sealed {
            self.note_due(moment, (erase_by, leaf, digest), effects);
            effects.keep(Body { message: digest, sealed, own_key: None });
        }
    }

    fn due(&mut self, slot: &Slot, leaf: LeafIndex) {
        if let Some(peer) = self.peers.get_mut(&slot.peer) {
            peer.due.push((slot.number, leaf));
        }
    }

    /// Receipts for each peer that offered something in this group, under the head just signed: one, unless it is long.
    pub(super) fn name_receipts(&mut self, effects: &mut Effects) {
        let Some(head) = &self.head else { return };
        for (agency, peer) in &mut self.peers {
            let items: Vec<(LinkNumber, LeafIndex)> = core::mem::take(&mut peer.due);
            let Connection::Up { shown } = &mut peer.connection else { continue };
            for items in items.chunks(RECEIPT_MESSAGES_MAX) {
                effects.act(Action::Receipt(ReceiptAction {
                    peer: agency.clone(),
                    epoch: peer.inbound.epoch(),
                    from: core::mem::replace(shown, head.size),
                    size: head.size,
                    checkpoint: head.note.to_vec(),
                    items: items.to_vec(),
                }));
            }
        }
    }
}

/// A number on a link.
struct Slot {
    peer: AgencyId,
    epoch: Epoch,
    number: LinkNumber,
}

/// An arrival with what the store recalls about it.
struct Judged {
    arrival: Arrival,
    recalled: Recalled,
}

/// Where an arrival stands.
enum Standing {
    Repeated(LeafIndex),
    Next,
}

/// The first number of an offer that was new.
enum Fresh {
    None,
    From(LinkNumber),
}

impl Fresh {
    fn note(&mut self, number: LinkNumber) {
        if let Self::None = self {
            *self = Self::From(number);
        }
    }
}
