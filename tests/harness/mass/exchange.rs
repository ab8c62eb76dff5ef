//! Both sides of what goes to and fro, as the log of one of them tells it.

use concord_protocol::audit::ledger::Grown;
use concord_protocol::codec;
use concord_protocol::crypto::cose;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::DispatchRecord;
use concord_protocol::engine::record::InboundRecord;
use concord_protocol::engine::record::LinkRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::ReceiptRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::Settlement;
use concord_protocol::envelope::header::Header;
use concord_protocol::envelope::header::SealedRef;
use concord_protocol::envelope::header::Sender;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::Serial;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::leaf::Outcome;
use concord_protocol::log::leaf::ReceiptItem as HeldItem;
use concord_protocol::log::proof;
use concord_protocol::message::handling::Classification;
use concord_protocol::message::handling::EvidentialUse;
use concord_protocol::message::handling::HandlingCodes;
use concord_protocol::message::handling::Onward;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::purpose::PurposeKind;
use concord_protocol::message::recipient::Recipient;
use concord_protocol::message::recipient::Role;
use concord_protocol::message::time::CivilDate;
use concord_protocol::message::urgency::Urgency;
use concord_protocol::wire::dispatch;
use concord_protocol::wire::dispatch::Dispatch;
use concord_protocol::wire::dispatch::DispatchItem;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::receipt::ReceiptItem;
use serde_bytes::ByteBuf;

use crate::mass::Growing;
use crate::vectors::federation;
use crate::vectors::federation::AGENCIES;
use crate::vectors::federation::Federation;
use crate::vectors::federation::NOW;
use crate::vectors::federation::SENDER;

const EPOCH: Epoch = Epoch::new(1);

/// Messages that go together.
const RUN: u64 = 4;

/// The two others, who take turns.
pub(super) struct Exchange {
    others: Vec<Other>,
    signing: SigningKey,
    messages: u64,
    turn: usize,
}

/// One of the others.
struct Other {
    name: &'static str,
    log: Grown,
    signing: SigningKey,
    key: SigningKey,
    /// The size of its log that the first agency holds.
    held: TreeSize,
    /// Numbers used in each direction.
    numbers: u64,
}

impl Exchange {
    /// Leaves of one turn.
    pub(super) const LEAVES: u64 = 4 * RUN - 1;

    pub(super) fn new() -> Self {
        let other = |name: &&'static str| Other {
            name,
            log: Grown::default(),
            signing: federation::key(name, "signing"),
            key: federation::key(name, "log"),
            held: TreeSize::new(0),
            numbers: 0,
        };
        Self {
            others: AGENCIES[1..].iter().map(other).collect(),
            signing: federation::key(SENDER, "signing"),
            messages: 0,
            turn: 0,
        }
    }

    /// Four messages go, a receipt comes back, four messages come, two are read.
    pub(super) fn once(&mut self, log: &mut Growing) {
        self.turn = (self.turn + 1) % self.others.len();
        let other = &mut self.others[self.turn];
        let first = LinkNumber::new(other.numbers + 1);
        let mut next = || {
            self.messages += 1;
            self.messages
        };
        let sent: Vec<Signed> =
            (0..RUN).map(|_| Signed::new(SENDER, other.name, next(), &self.signing)).collect();
        let came: Vec<Signed> =
            (0..RUN).map(|_| Signed::new(other.name, SENDER, next(), &other.signing)).collect();
        other.send(&sent, first, log);
        log.commit();
        other.take(&came, first, log);
        log.commit();
        other.numbers += RUN;
    }
}

impl Other {
    /// Messages go to it, and its receipt comes back.
    fn send(&mut self, messages: &[Signed], first: LinkNumber, log: &mut Growing) {
        let (receipt, held) = self.receipt(messages, first);
        for (message, number) in messages.iter().zip(first.get()..) {
            let header = ByteBuf::from(message.bytes.clone());
            let leaf = log.push(&Leaf::Message { header });
            log.remember(&message.record(SENDER, leaf));
            let (message, number) = (message.digest, LinkNumber::new(number));
            let to = federation::agency(self.name);
            let leaf = log.push(&Leaf::Sent { message, to, epoch: EPOCH, number });
            log.remember(&Record::Outbound(OutboundRecord {
                peer: federation::agency(self.name),
                epoch: EPOCH,
                number,
                message,
                bytes: 4096,
                expires: None,
                leaf,
                settlement: Settlement::Accepted(leaf, self.held),
                receipt: Some(first),
                form: Form::Whole,
            }));
        }
        log.push(&held);
        let receipt = ByteBuf::from(receipt);
        let peer = federation::agency(self.name);
        log.remember(&Record::Receipt(ReceiptRecord { peer, epoch: EPOCH, first, receipt }));
        log.remember(&self.link(first));
    }

    /// Messages come from it, and some are read.
    fn take(&self, messages: &[Signed], first: LinkNumber, log: &mut Growing) {
        let dispatch = self.dispatch(messages, first);
        let named = digest::sha256(&dispatch);
        for (message, number) in messages.iter().zip(first.get()..) {
            let number = LinkNumber::new(number);
            let leaf = log.push(&received(message.digest, self.name, (number, named)));
            log.remember(&message.record(self.name, leaf));
            log.remember(&Record::Inbound(InboundRecord {
                peer: federation::agency(self.name),
                epoch: EPOCH,
                number,
                message: message.digest,
                leaf,
                refused: None,
            }));
        }
        let (peer, dispatch) = (federation::agency(self.name), ByteBuf::from(dispatch));
        log.remember(&Record::Dispatch(DispatchRecord { peer, epoch: EPOCH, first, dispatch }));
        for message in messages.iter().take(2) {
            let officer = StaffNumber::parse("LA-0042").unwrap();
            let purpose = PurposeCode::parse("investigation").unwrap();
            log.push(&Leaf::Read { message: message.digest, officer, purpose, at: NOW });
        }
        log.remember(&self.link(first));
    }

    /// The counters after a run.
    fn link(&self, first: LinkNumber) -> Record {
        let next = LinkNumber::new(first.get() + RUN);
        Record::Link(LinkRecord {
            peer: federation::agency(self.name),
            out_epoch: EPOCH,
            out_next: next,
            in_epoch: EPOCH,
            in_cursor: LinkNumber::new(next.get() - 1),
            out_lowest: next,
        })
    }

    /// Takes a run of messages; its receipt, and the leaf that says so.
    fn receipt(&mut self, messages: &[Signed], first: LinkNumber) -> (Vec<u8>, Leaf) {
        let taken = digest::sha256(&first.get().to_be_bytes());
        let before = self.log.head().size.get();
        let leaves: Vec<Vec<u8>> = messages
            .iter()
            .zip(first.get()..)
            .map(|(message, number)| {
                let place = (LinkNumber::new(number), taken);
                codec::encode(&received(message.digest, SENDER, place)).unwrap()
            })
            .collect();
        leaves.iter().for_each(|leaf| drop(self.log.append(leaf)));
        let head = self.log.head();
        let agency = federation::agency(self.name);
        let origin = Federation::fixed().directory.origin(&agency, LogNumber::new(1));
        let said = Checkpoint { origin, size: head.size, root: head.root };
        let item = |(leaf, at): (&Vec<u8>, u64)| ReceiptItem {
            number: LinkNumber::new(first.get() + at),
            index: LeafIndex::new(before + at),
            leaf: ByteBuf::from(leaf.clone()),
            path: proof::inclusion(&self.log, LeafIndex::new(before + at), head.size).unwrap(),
        };
        let receipt = Receipt {
            epoch: EPOCH,
            checkpoint: ByteBuf::from(checkpoint::sign(&said, &self.key).unwrap()),
            from: self.held,
            consistency: proof::consistency(&self.log, self.held, head.size).unwrap(),
            items: leaves.iter().zip(0..).map(item).collect(),
        };
        self.held = head.size;
        let bytes = codec::encode(&receipt).unwrap();
        let held = |(message, at): (&Signed, u64)| HeldItem {
            number: LinkNumber::new(first.get() + at),
            message: message.digest,
            index: LeafIndex::new(before + at),
            outcome: Outcome::Accepted,
        };
        let leaf = Leaf::ReceiptHeld {
            from: agency,
            epoch: EPOCH,
            items: messages.iter().zip(0..).map(held).collect(),
            receipt: digest::sha256(&bytes),
            size: head.size,
            root: head.root,
        };
        (bytes, leaf)
    }

    fn dispatch(&self, messages: &[Signed], first: LinkNumber) -> Vec<u8> {
        let item = |message: &Signed| DispatchItem { message: message.digest, form: Form::Whole };
        let dispatch = Dispatch {
            charter: Federation::fixed().verified().charter().name.clone(),
            from: federation::agency(self.name),
            to: federation::agency(SENDER),
            serial: Serial::new(1),
            epoch: EPOCH,
            first,
            items: messages.iter().map(item).collect(),
        };
        dispatch::sign(&dispatch, &self.signing).unwrap()
    }
}

fn received(message: Digest, from: &str, (number, dispatch): (LinkNumber, Digest)) -> Leaf {
    Leaf::Received {
        message,
        from: federation::agency(from),
        epoch: EPOCH,
        number,
        dispatch,
        at: NOW,
        form: Form::Whole,
    }
}

/// A signed header.
struct Signed {
    bytes: Vec<u8>,
    digest: Digest,
    id: MessageId,
}

impl Signed {
    fn new(from: &str, to: &str, number: u64, key: &SigningKey) -> Self {
        let header = header(from, to, number);
        let bytes = codec::encode(&header).unwrap();
        let bytes = cose::sign1(key, ContentType::Message, &bytes).unwrap();
        Self { digest: digest::sha256(&bytes), id: header.id, bytes }
    }

    /// How its node remembers it.
    fn record(&self, from: &str, leaf: LeafIndex) -> Record {
        Record::Message(MessageRecord {
            digest: self.digest,
            id: self.id,
            from: federation::agency(from),
            at: NOW,
            leaf,
            message: ByteBuf::from(self.bytes.clone()),
            body: BodyForm::Absent,
        })
    }
}

fn header(from: &str, to: &str, number: u64) -> Header {
    let mut name = [0; 10];
    name[2..].copy_from_slice(&number.to_be_bytes());
    Header {
        version: 1,
        id: MessageId::new(NOW, name),
        kind: Kind::IntelligenceReport,
        procedure: ProcedureId::new(NOW, [0; 10]),
        participants_version: 1,
        parents: Vec::new(),
        supersedes: None,
        from: Sender { agency: federation::agency(from), unit: None },
        originator: None,
        to: vec![Recipient { agency: federation::agency(to), role: Role::Action }],
        created: NOW,
        respond_by: None,
        expires: None,
        urgency: Urgency::U3,
        handling: HandlingCodes {
            classification: Classification::Official,
            codes: Default::default(),
            onward: Onward::OwnCompetentAuthorities,
            evidential_use: EvidentialUse::WithConsent,
            review_on: CivilDate::parse("2026-06-30").unwrap(),
            erase_by: CivilDate::parse("2027-01-31").unwrap(),
        },
        purpose: PurposeKind::Investigation,
        legal_basis: Vec::new(),
        sealed: SealedRef { digest: digest::sha256(&name), length: 2048 },
        commitment: digest::sha256(&number.to_be_bytes()),
        approvals: None,
        attachments: Vec::new(),
        serial: Serial::new(1),
        exercise: true,
    }
}
