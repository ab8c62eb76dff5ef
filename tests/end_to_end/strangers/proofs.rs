//! Receipts, cosignatures and paths that are well made and prove nothing of what they say.

use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::proof;
use concord_protocol::moment::Timestamp;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::mirror::MirrorOutcome;
use concord_protocol::wire::mirror::Mirrored;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::receipt::ReceiptItem;
use concord_protocol::wire::witness::Lift;
use concord_protocol::wire::witness::WitnessRefusal;
use concord_protocol::wire::witness::WitnessRequest;
use concord_protocol::wire::witness::Witnessed;
use harness::forge::branch::Branch;
use serde_bytes::ByteBuf;

use crate::strangers::AGENCIES;
use crate::strangers::ATTACKED;
use crate::strangers::ATTACKER;
use crate::strangers::Attack;
use crate::strangers::HONEST;
use crate::strangers::Outcome;
use crate::strangers::Scene;
use crate::strangers::closed;
use crate::strangers::line_ends;

const BAD_RECEIPT: Outcome = closed(CloseCode::BadReceipt);
const BAD_WITNESS: Outcome = closed(CloseCode::BadWitness);

/// Leaves of the attacker's log.
const LEAVES: u64 = 20;

/// From this one on they are about messages of another member.
const OF_ANOTHER: u64 = 10;

pub(super) const ATTACKS: [Attack; 17] = [
    Attack {
        name: "a receipt for what was never sent",
        run: |scene| receipts(scene, |_| ()),
        end: BAD_RECEIPT,
    },
    Attack {
        name: "a receipt for nothing",
        run: |scene| receipts(scene, |receipt| receipt.items.clear()),
        end: BAD_RECEIPT,
    },
    Attack {
        name: "a receipt for more numbers than one may settle",
        run: |scene| receipts(scene, |receipt| receipt.items = vec![receipt.items[0].clone(); 513]),
        end: BAD_RECEIPT,
    },
    Attack {
        name: "a receipt of another epoch",
        run: |scene| receipts(scene, |receipt| receipt.epoch = Epoch::new(9)),
        end: BAD_RECEIPT,
    },
    Attack {
        name: "a receipt for the end of all numbers",
        run: |scene| receipts(scene, |receipt| receipt.items[0].number = LinkNumber::new(u64::MAX)),
        end: BAD_RECEIPT,
    },
    Attack {
        name: "a leaf of another log under one's own checkpoint",
        run: |scene| {
            let other = branch(scene, 9);
            receipts(scene, |receipt| receipt.items = vec![item(&other, 4)])
        },
        end: BAD_RECEIPT,
    },
    Attack {
        name: "a leaf in another place than its path says",
        run: |scene| receipts(scene, |receipt| receipt.items[0].index = LeafIndex::new(5)),
        end: BAD_RECEIPT,
    },
    Attack {
        name: "a leaf beyond the end of the log",
        run: |scene| receipts(scene, |receipt| receipt.items[0].index = LeafIndex::new(1 << 62)),
        end: BAD_RECEIPT,
    },
    Attack {
        name: "a path of a hundred thousand hashes",
        run: |scene| {
            let path = vec![Digest::from_bytes([7; 32]); 100_000];
            receipts(scene, |receipt| receipt.items[0].path = path)
        },
        end: closed(CloseCode::BadFrame),
    },
    Attack {
        name: "a receipt under the checkpoint of the node's own log",
        run: |scene| {
            let head = scene.node.client().head().unwrap().checkpoint.into_bytes();
            receipts(scene, |receipt| receipt.checkpoint = ByteBuf::from(head))
        },
        end: BAD_RECEIPT,
    },
    Attack {
        name: "a receipt for messages of another member",
        run: |scene| {
            let log = branch(scene, 1);
            receipts(scene, |receipt| receipt.items = vec![item(&log, OF_ANOTHER)])
        },
        end: BAD_RECEIPT,
    },
    Attack {
        name: "a path from a checkpoint that the node does not hold",
        run: |scene| receipts(scene, |receipt| receipt.from = TreeSize::new(3)),
        end: BAD_RECEIPT,
    },
    Attack {
        name: "a cosignature that is none",
        run: |scene| {
            let line = ByteBuf::from("\u{2014} la.mps AAAAAAAA\n".as_bytes().to_vec());
            says(scene, Frame::Witnessed(Witnessed::Cosigned { size: TreeSize::new(1), line }))
        },
        end: BAD_WITNESS,
    },
    Attack {
        name: "a cosignature for a size that the log never had",
        run: |scene| {
            let line = ByteBuf::from("\u{2014} la.mps AAAAAAAA\n".as_bytes().to_vec());
            let size = TreeSize::new(1_000_000);
            says(scene, Frame::Witnessed(Witnessed::Cosigned { size, line }))
        },
        end: BAD_WITNESS,
    },
    Attack {
        name: "another's log lifted as one's own",
        run: |scene| {
            let note = scene.node.client().head().unwrap().checkpoint.into_bytes();
            let note = ByteBuf::from(note);
            says(scene, Frame::Lift(Lift { from: TreeSize::new(0), consistency: Vec::new(), note }))
        },
        end: BAD_WITNESS,
    },
    Attack {
        name: "word of a mirror that nobody sent anything to, twice",
        run: |scene| {
            let (sequence, size) = (u64::MAX, TreeSize::new(u64::MAX));
            let word = Frame::Mirrored(Mirrored { sequence, size, outcome: MirrorOutcome::Kept });
            let mut line = scene.liar.meet();
            line.say(&word);
            line.say(&word);
            line.say(&word);
            line_ends(&mut line)
        },
        end: closed(CloseCode::TooFast),
    },
    Attack {
        name: "a request to cosign another's log",
        run: |scene| {
            let head = scene.node.client().head().unwrap();
            let mut line = scene.liar.meet();
            line.say(&Frame::Witness(WitnessRequest {
                old: TreeSize::new(0),
                old_root: branch(scene, 1).checkpoint(0).root,
                consistency: Vec::new(),
                checkpoint: ByteBuf::from(head.checkpoint.into_bytes()),
            }));
            loop {
                match line.hear() {
                    Some(Frame::Witnessed(Witnessed::Refused { code })) => {
                        return Outcome::Declined(code);
                    }
                    Some(_) => {}
                    None => return line_ends(&mut line),
                }
            }
        },
        end: Outcome::Declined(WitnessRefusal::Signature),
    },
];

/// Says a receipt that is well made up to one thing.
fn receipts(scene: &Scene<'_>, bend: impl FnOnce(&mut Receipt)) -> Outcome {
    let mut said = receipt(&branch(scene, 1));
    bend(&mut said);
    says(scene, Frame::Receipt(said))
}

fn says(scene: &Scene<'_>, frame: Frame) -> Outcome {
    let mut line = scene.liar.meet();
    line.say(&frame);
    line_ends(&mut line)
}

/// A log of the attacker in which it has received whatever it likes; another mark is another log.
fn branch(scene: &Scene<'_>, mark: u8) -> Branch {
    let liar = &scene.world.agencies[ATTACKER];
    let origin = identity::log_origin(scene.world.charter.name(), &liar.id, LogNumber::new(1));
    let leaf = |_: &str, place: u64| {
        let from = AGENCIES[if place < OF_ANOTHER { ATTACKED } else { HONEST }];
        let leaf = Leaf::Received {
            message: Digest::from_bytes([mark; 32]),
            from: AgencyId::parse(from).unwrap(),
            epoch: Epoch::new(1),
            number: LinkNumber::new(place + 1),
            dispatch: Digest::from_bytes([mark; 32]),
            at: Timestamp::from_millis(1_800_000_000_000),
            form: Form::Whole,
        };
        codec::encode(&leaf).unwrap()
    };
    let [log, _] = Branch::fork_of(&origin, &liar.keys.log, (LEAVES, LEAVES), leaf);
    log
}

/// A receipt over one leaf of a log.
fn receipt(log: &Branch) -> Receipt {
    Receipt {
        epoch: Epoch::new(1),
        checkpoint: ByteBuf::from(log.note(LEAVES)),
        from: TreeSize::new(0),
        consistency: Vec::new(),
        items: vec![item(log, 4)],
    }
}

fn item(log: &Branch, place: u64) -> ReceiptItem {
    let index = LeafIndex::new(place);
    ReceiptItem {
        number: LinkNumber::new(place + 1),
        index,
        leaf: ByteBuf::from(log.leaf(usize::try_from(place).unwrap())),
        path: proof::inclusion(log, index, TreeSize::new(LEAVES)).unwrap(),
    }
}
