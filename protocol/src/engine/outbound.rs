//! The way out: message → log → links, and what comes back for it.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::crypto::digest::Digest;
use crate::engine::Connection;
use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::Permission;
use crate::engine::effects::Action;
use crate::engine::effects::Answer;
use crate::engine::effects::Body;
use crate::engine::effects::Effects;
use crate::engine::effects::OfferAction;
use crate::engine::input::Key;
use crate::engine::input::Receipted;
use crate::engine::input::Submit;
use crate::engine::procedures::History;
use crate::engine::procedures::Judged;
use crate::engine::record::BodyForm;
use crate::engine::record::LinkRecord;
use crate::engine::record::MessageRecord;
use crate::engine::record::OutboundRecord;
use crate::engine::record::ReceiptRecord;
use crate::engine::record::Record;
use crate::engine::record::Settlement;
use crate::engine::record::idempotency::IdempotencyRecord;
use crate::envelope::seal::Signed;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LinkNumber;
use crate::link::outbound::Outbound;
use crate::link::outbound::Owed;
use crate::link::outbound::Run;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::log::leaf::Outcome;
use crate::log::leaf::ReceiptItem;
use crate::moment::Moment;
use crate::moment::Timestamp;
use crate::procedure::act::Stated;
use crate::procedure::book::Verdict;
use crate::procedure::refusal::Refusal;
use crate::registry::CloseCode;
use crate::wire::dispatch;
use crate::wire::dispatch::Dispatch;
use crate::wire::dispatch::DispatchItem;
use crate::wire::receipt::SettledItem;
use crate::wire::receipt::VerifiedReceipt;

impl Engine {
    pub(super) fn submit(
        &mut self,
        moment: &Moment,
        submit: Submit,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let Submit { ticket, signed, key, history } = submit;
        let answer = match self.objection(&signed, key.as_ref())? {
            Some(objection) => objection,
            None => match self.place_act(&signed, history) {
                Ok(judged) => self.take(moment, (signed, judged), key, effects)?,
                Err(objection) => objection,
            },
        };
        effects.act(Action::Answer(ticket, answer));
        Ok(())
    }

    /// Why a submission makes no new message: everything is checked before anything is done.
    fn objection(&self, signed: &Signed, key: Option<&Key>) -> Result<Option<Answer>, Fault> {
        if let Permission::Withheld(doubt) = self.may_append()? {
            return Ok(Some(Answer::InDoubt(doubt)));
        }
        if let Some(key) = key {
            let earlier = self.group.keys.get(&key.text).copied().or(key.earlier);
            // spec: api-9
            match earlier {
                Some((request, message)) if request == key.request => {
                    return Ok(Some(Answer::Repeated { message }));
                }
                Some(_) => return Ok(Some(Answer::KeyReused)),
                None => {}
            }
        }
        for recipient in &signed.header().to {
            let Some(peer) = self.peers.get(&recipient.agency) else {
                return Ok(Some(Answer::NoLink(recipient.agency.clone())));
            };
            if peer.out.room() == 0 {
                return Ok(Some(Answer::OutboxFull(recipient.agency.clone())));
            }
        }
        Ok(None)
    }

    /// The act that a message is, where it has its place in its procedure. What it follows has to be here: its author
    /// can have seen nothing else.
    // spec: pro-11
    fn place_act(&mut self, signed: &Signed, history: Option<History>) -> Result<Judged, Answer> {
        let message = (signed.digest(), signed.header());
        match self.judge_act(
            message,
            Stated::of(signed.body(), signed.words(), signed.header().created),
            history,
        ) {
            Ok(judged @ (_, Verdict::Fits | Verdict::Aside)) => Ok(judged),
            Ok((_, Verdict::Waits)) => Err(Answer::OutOfPlace(Box::new(Refusal::out_of_turn(
                "pro-11",
                "a message that it follows is not here",
                "name messages of this procedure that the node holds, or none: then it follows all of them",
            )))),
            Err(refusal) => Err(Answer::OutOfPlace(Box::new(refusal))),
        }
    }

    /// Logs a message and owes it to each recipient.
    fn take(
        &mut self,
        moment: &Moment,
        (signed, judged): (Signed, Judged),
        key: Option<Key>,
        effects: &mut Effects,
    ) -> Result<Answer, Fault> {
        let digest = signed.digest();
        let header = signed.header().clone();
        let message = ByteBuf::from(signed.message().to_vec());
        // spec: eng-8
        let leaf = self.append(&Leaf::Message { header: message.clone() }, effects)?;
        let bytes = message.len().saturating_add(signed.sealed().len());
        for recipient in &header.to {
            let parcel = Parcel {
                message: digest,
                bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
                expires: header.expires,
                form: Form::Whole,
            };
            self.owe(&recipient.agency, parcel, effects)?;
        }
        effects.remember(Record::Message(MessageRecord {
            digest,
            id: header.id,
            from: self.persona.agency.clone(),
            at: moment.now,
            leaf,
            message,
            body: BodyForm::Held,
        }));
        self.take_act(header.procedure, judged, effects);
        if let Some(key) = key {
            self.group.keys.insert(key.text.clone(), (key.request, digest));
            let record = IdempotencyRecord { key: key.text, request: key.request, message: digest };
            effects.remember(Record::Idempotency(record));
        }
        self.note_due(moment, (header.handling.erase_by, leaf, digest), effects);
        let (sealed, own_key) = signed.into_body();
        effects.keep(Body { message: digest, sealed, own_key: Some(own_key) });
        Ok(Answer::Submitted { message: digest, leaf })
    }

    // spec: link-1
    pub(super) fn owe(
        &mut self,
        to: &AgencyId,
        parcel: Parcel,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let Some(peer) = self.peers.get(to) else { return Err(Fault::Invariant("link-inv-1")) };
        let (epoch, number) = (peer.out.epoch(), peer.out.next());
        let sent = Leaf::Sent { message: parcel.message, to: to.clone(), epoch, number };
        let leaf = self.append(&sent, effects)?;
        let Parcel { message, bytes, expires, form } = parcel;
        let owed = Owed { message, bytes, expires, leaf, form };
        if let Some(peer) = self.peers.get_mut(to) {
            peer.out.owe(owed);
        }
        self.group.touched.insert(to.clone());
        effects.remember(Record::Outbound(open_record(to, (epoch, number), &owed)));
        Ok(())
    }

    /// The counters of every link that changed in this group, once.
    pub(super) fn remember_links(&mut self, effects: &mut Effects) {
        let touched: BTreeSet<AgencyId> = core::mem::take(&mut self.group.touched);
        for agency in touched {
            self.remember_link(&agency, effects);
        }
    }

    /// The counters of one link.
    pub(super) fn remember_link(&self, agency: &AgencyId, effects: &mut Effects) {
        if let Some(peer) = self.peers.get(agency) {
            effects.remember(Record::Link(LinkRecord {
                peer: agency.clone(),
                out_epoch: peer.out.epoch(),
                out_next: peer.out.next(),
                in_epoch: peer.inbound.epoch(),
                in_cursor: peer.inbound.cursor(),
                out_lowest: peer.out.lowest(),
            }));
        }
    }

    /// Offers on every live link what its window allows.
    pub(super) fn name_offers(
        &mut self,
        moment: &Moment,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        for (agency, peer) in &mut self.peers {
            while let Some(run) = peer.out.offer() {
                let items = forms(agency, &mut peer.out, &run, (moment.now, effects));
                let dispatch = Dispatch {
                    charter: self.persona.charter.clone(),
                    from: self.persona.agency.clone(),
                    to: agency.clone(),
                    serial: self.persona.serial,
                    epoch: peer.out.epoch(),
                    first: run.first,
                    items: items
                        .iter()
                        .map(|(message, form)| DispatchItem { message: *message, form: *form })
                        .collect(),
                };
                // spec: link-2
                let dispatch = dispatch::sign(&dispatch, self.persona.signing.as_ref())
                    .map_err(|_| Fault::KeyAway)?;
                effects.act(Action::Offer(OfferAction { peer: agency.clone(), dispatch, items }));
            }
        }
        Ok(())
    }

    /// Takes a receipt: what it settles is no longer owed, and our log says what we hold.
    pub(super) fn receipted(
        &mut self,
        receipted: &Receipted,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let Receipted { peer: agency, receipt } = receipted;
        if matches!(self.may_append()?, Permission::Withheld(_)) {
            return Ok(());
        }
        let Some(peer) = self.peers.get_mut(agency) else { return Ok(()) };
        if !fits(peer, receipt) {
            effects.act(Action::Close { peer: agency.clone(), code: CloseCode::BadReceipt });
            return Ok(());
        }
        let mut settled: Vec<(SettledItem, Owed)> = receipt
            .items()
            .iter()
            .filter_map(|item| peer.out.settle(item.number).map(|owed| (item.clone(), owed)))
            .collect();
        // The leaf is ours and stands for ever: a peer that lists its numbers otherwise does not spoil it.
        settled.sort_by_key(|(item, _)| item.number);
        self.hold(agency, receipt.checkpoint(), effects);
        self.settle(agency, receipt, &settled, effects)
    }

    /// Logs what a receipt newly settled, and keeps it as evidence.
    fn settle(
        &mut self,
        agency: &AgencyId,
        receipt: &VerifiedReceipt,
        settled: &[(SettledItem, Owed)],
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let Some((first, _)) = settled.first() else { return Ok(()) };
        let first = first.number;
        let head = receipt.checkpoint().checkpoint();
        let items = settled.iter().map(|(item, _)| ReceiptItem {
            number: item.number,
            message: item.message,
            index: item.index,
            outcome: item.outcome,
        });
        let leaf = Leaf::ReceiptHeld {
            from: agency.clone(),
            epoch: receipt.epoch(),
            items: items.collect(),
            receipt: receipt.digest(),
            size: head.size,
            root: head.root,
        };
        // spec: eng-6
        self.append(&leaf, effects)?;
        for (item, owed) in settled {
            effects.remember(Record::Outbound(settled_record(agency, receipt, item, owed, first)));
        }
        // spec: store-16
        effects.remember(Record::Receipt(ReceiptRecord {
            peer: agency.clone(),
            epoch: receipt.epoch(),
            first,
            receipt: ByteBuf::from(receipt.bytes().to_vec()),
        }));
        self.group.touched.insert(agency.clone());
        effects.act(Action::Settled { peer: agency.clone(), count: settled.len() });
        Ok(())
    }
}

/// What is owed of one message to one peer.
#[derive(Clone, Copy)]
pub(super) struct Parcel {
    pub(super) message: Digest,
    pub(super) bytes: u32,
    pub(super) expires: Option<Timestamp>,
    pub(super) form: Form,
}

/// Whether a verified receipt continues what is held and names what was sent. Source: spec link-9.
fn fits(peer: &super::Peer, receipt: &VerifiedReceipt) -> bool {
    let held = peer.held.as_ref().map(|held| (held.size, held.root));
    matches!(peer.connection, Connection::Up { .. })
        && receipt.held().map(|held| (held.size, held.root)) == held
        && receipt.epoch() == peer.out.epoch()
        && receipt.items().iter().all(|item| {
            peer.out.offered().is_some_and(|last| item.number <= last)
                && peer.out.owed(item.number).is_none_or(|owed| names(owed, item))
        })
}

/// Whether a settled number is what is owed under it: a tombstone only if it was offered as one.
fn names(owed: &Owed, item: &SettledItem) -> bool {
    let offered = item.form != Some(Form::Tombstone) || owed.form == Form::Tombstone;
    owed.message == item.message && offered
}

/// Whole messages, and tombstones of those whose body is gone or that expired while they waited. What is offered as a
/// tombstone for the first time is remembered as one in the commit before the offer leaves.
// spec: link-8
fn forms(
    agency: &AgencyId,
    out: &mut Outbound,
    run: &Run,
    (now, effects): (Timestamp, &mut Effects),
) -> Vec<(Digest, Form)> {
    let mut number = run.first;
    let mut items = Vec::with_capacity(run.items.len());
    for owed in &run.items {
        let expired = owed.expires.is_some_and(|expires| expires <= now);
        let stripped = if expired { out.strip(number) } else { None };
        if let Some(stripped) = &stripped {
            let place = (out.epoch(), number);
            effects.remember(Record::Outbound(open_record(agency, place, stripped)));
        }
        items.push((owed.message, stripped.map_or(owed.form, |stripped| stripped.form)));
        number = number.next();
    }
    items
}

/// What is owed under a number, as it is remembered.
pub(super) fn open_record(
    agency: &AgencyId,
    (epoch, number): (Epoch, LinkNumber),
    owed: &Owed,
) -> OutboundRecord {
    OutboundRecord {
        peer: agency.clone(),
        epoch,
        number,
        message: owed.message,
        bytes: owed.bytes,
        expires: owed.expires,
        leaf: owed.leaf,
        settlement: Settlement::Open,
        receipt: None,
        form: owed.form,
    }
}

fn settled_record(
    agency: &AgencyId,
    receipt: &VerifiedReceipt,
    item: &SettledItem,
    owed: &Owed,
    first: LinkNumber,
) -> OutboundRecord {
    OutboundRecord {
        peer: agency.clone(),
        epoch: receipt.epoch(),
        number: item.number,
        message: item.message,
        bytes: owed.bytes,
        expires: owed.expires,
        leaf: owed.leaf,
        settlement: match item.outcome {
            Outcome::Accepted => {
                Settlement::Accepted(item.index, receipt.checkpoint().checkpoint().size)
            }
            Outcome::Refused { code } => Settlement::Refused(item.index, code),
        },
        receipt: Some(first),
        form: owed.form,
    }
}
