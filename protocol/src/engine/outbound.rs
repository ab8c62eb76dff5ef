//! The way out: message → log → links, and what comes back for it.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::crypto::digest::Digest;
use crate::engine::Connection;
use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::Permission;
use crate::engine::Phase;
use crate::engine::effects::Action;
use crate::engine::effects::Answer;
use crate::engine::effects::Body;
use crate::engine::effects::Effects;
use crate::engine::effects::OfferAction;
use crate::engine::input::Key;
use crate::engine::input::Probed;
use crate::engine::input::Receipted;
use crate::engine::input::Start;
use crate::engine::input::Submit;
use crate::engine::record::BodyForm;
use crate::engine::record::IdempotencyRecord;
use crate::engine::record::LinkRecord;
use crate::engine::record::MessageRecord;
use crate::engine::record::ModeRecord;
use crate::engine::record::OutboundRecord;
use crate::engine::record::PeerHeadRecord;
use crate::engine::record::ReceiptRecord;
use crate::engine::record::Record;
use crate::engine::record::Settlement;
use crate::envelope::seal::Signed;
use crate::ids::AgencyId;
use crate::ids::LinkNumber;
use crate::link::outbound::Owed;
use crate::link::outbound::Run;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::log::leaf::Outcome;
use crate::log::leaf::ReceiptItem;
use crate::moment::Moment;
use crate::moment::Timestamp;
use crate::registry::CloseCode;
use crate::wire::dispatch;
use crate::wire::dispatch::Dispatch;
use crate::wire::dispatch::DispatchItem;
use crate::wire::receipt::SettledItem;
use crate::wire::receipt::VerifiedReceipt;

impl Engine {
    pub(super) fn start(
        &mut self,
        moment: &Moment,
        start: &Start,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        if self.mode != ModeRecord::Open || self.phase == Phase::Started {
            return Ok(());
        }
        let leaf = Leaf::Started {
            at: moment.now,
            charter_version: start.charter_version,
            credential: self.persona.serial,
            probed: start.probed == Probed::Yes,
        };
        self.append(&leaf, effects)?;
        self.phase = Phase::Started;
        Ok(())
    }

    pub(super) fn submit(
        &mut self,
        moment: &Moment,
        submit: Submit,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let Submit { ticket, signed, key } = submit;
        let answer = match self.objection(&signed, key.as_ref())? {
            Some(objection) => objection,
            None => self.take(moment, signed, key, effects)?,
        };
        effects.act(Action::Answer(ticket, answer));
        Ok(())
    }

    /// Why a submission makes no new message: everything is checked before anything is done.
    fn objection(&self, signed: &Signed, key: Option<&Key>) -> Result<Option<Answer>, Fault> {
        if matches!(self.may_append()?, Permission::Quarantined) {
            return Ok(Some(Answer::Quarantined));
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
            if peer.out.room().is_err() {
                return Ok(Some(Answer::OutboxFull(recipient.agency.clone())));
            }
        }
        Ok(None)
    }

    /// Logs a message and owes it to each recipient.
    fn take(
        &mut self,
        moment: &Moment,
        signed: Signed,
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
        if let Some(key) = key {
            self.group.keys.insert(key.text.clone(), (key.request, digest));
            let record = IdempotencyRecord { key: key.text, request: key.request, message: digest };
            effects.remember(Record::Idempotency(record));
        }
        let (sealed, own_key) = signed.into_body();
        effects.keep(Body { message: digest, sealed, own_key: Some(own_key) });
        Ok(Answer::Submitted { message: digest, leaf })
    }

    // spec: link-1
    fn owe(&mut self, to: &AgencyId, parcel: Parcel, effects: &mut Effects) -> Result<(), Fault> {
        let Some(peer) = self.peers.get(to) else { return Err(Fault::Invariant("link-inv-1")) };
        let (epoch, number) = (peer.out.epoch(), peer.out.next());
        let sent = Leaf::Sent { message: parcel.message, to: to.clone(), epoch, number };
        let leaf = self.append(&sent, effects)?;
        let owed =
            Owed { message: parcel.message, bytes: parcel.bytes, expires: parcel.expires, leaf };
        if let Some(peer) = self.peers.get_mut(to) {
            peer.out.owe(owed);
        }
        self.group.touched.insert(to.clone());
        effects.remember(Record::Outbound(OutboundRecord {
            peer: to.clone(),
            epoch,
            number,
            message: parcel.message,
            bytes: parcel.bytes,
            expires: parcel.expires,
            leaf,
            settlement: Settlement::Open,
            receipt: None,
        }));
        Ok(())
    }

    /// The counters of every link that changed in this group, once.
    pub(super) fn remember_links(&mut self, effects: &mut Effects) {
        let touched: BTreeSet<AgencyId> = core::mem::take(&mut self.group.touched);
        for agency in touched {
            if let Some(peer) = self.peers.get(&agency) {
                effects.remember(Record::Link(LinkRecord {
                    peer: agency,
                    out_epoch: peer.out.epoch(),
                    out_next: peer.out.next(),
                    in_epoch: peer.inbound.epoch(),
                    in_cursor: peer.inbound.cursor(),
                    out_lowest: peer.out.lowest(),
                }));
            }
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
                let items = forms(&run, moment.now);
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
        if matches!(self.may_append()?, Permission::Quarantined) {
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
        let head = receipt.checkpoint().checkpoint();
        let held = PeerHeadRecord {
            peer: agency.clone(),
            size: head.size,
            root: head.root,
            note: ByteBuf::from(receipt.checkpoint().note().to_vec()),
        };
        if peer.held.as_ref() != Some(&held) {
            peer.held = Some(held.clone());
            effects.remember(Record::PeerHead(held));
        }
        self.hold(agency, receipt, &settled, effects)
    }

    /// Logs what a receipt newly settled, and keeps it as evidence.
    fn hold(
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
struct Parcel {
    message: Digest,
    bytes: u32,
    expires: Option<Timestamp>,
}

/// Whether a verified receipt continues what is held and names what was sent. Source: spec link-9.
fn fits(peer: &super::Peer, receipt: &VerifiedReceipt) -> bool {
    let held = peer.held.as_ref().map(|held| (held.size, held.root));
    peer.connection != Connection::Down
        && receipt.held().map(|held| (held.size, held.root)) == held
        && receipt.epoch() == peer.out.epoch()
        && receipt.items().iter().all(|item| {
            peer.out.offered().is_some_and(|last| item.number <= last)
                && peer.out.owed(item.number).is_none_or(|owed| names(owed, item))
        })
}

/// Whether a settled number is what is owed under it: a message that cannot expire is never offered as a tombstone.
fn names(owed: &Owed, item: &SettledItem) -> bool {
    let whole = item.form != Some(Form::Tombstone) || owed.expires.is_some();
    owed.message == item.message && whole
}

/// Whole messages, and tombstones of those that expired while they waited. Source: spec link-8.
fn forms(run: &Run, now: Timestamp) -> Vec<(Digest, Form)> {
    // spec: link-8
    let form = |owed: &Owed| match owed.expires {
        Some(expires) if expires <= now => Form::Tombstone,
        Some(_) | None => Form::Whole,
    };
    run.items.iter().map(|owed| (owed.message, form(owed))).collect()
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
    }
}
