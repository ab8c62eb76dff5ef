//! From an action to a frame, as the host does it: it fetches bodies, leaves and paths.

use concord_protocol::engine::effects::Action;
use concord_protocol::engine::effects::CosignAction;
use concord_protocol::engine::effects::LiftAction;
use concord_protocol::engine::effects::OfferAction;
use concord_protocol::engine::effects::ReceiptAction;
use concord_protocol::engine::effects::WitnessAction;
use concord_protocol::identity;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::Serial;
use concord_protocol::log::cosignature;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::proof;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::greeting::Cursor;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::MirrorHead;
use concord_protocol::wire::greeting::VERSION;
use concord_protocol::wire::offer::Offer;
use concord_protocol::wire::offer::OfferedMessage;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::receipt::ReceiptItem;
use concord_protocol::wire::witness::Lift;
use concord_protocol::wire::witness::WitnessRequest;
use concord_protocol::wire::witness::Witnessed;
use harness::vectors::federation;
use serde_bytes::ByteBuf;

use crate::play::node::Node;

/// The frames that an action wants sent, and to whom.
pub(super) fn frames(node: &Node, action: &Action) -> Vec<(AgencyId, Frame)> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other action sends nothing")]
    match action {
        Action::Offer(action) => {
            let offer = offer(node, action).map(|offer| (action.peer.clone(), Frame::Offer(offer)));
            offer.into_iter().collect()
        }
        Action::Receipt(action) => {
            vec![(action.peer.clone(), Frame::Receipt(receipt(node, action)))]
        }
        Action::Witness(action) => {
            vec![(action.peer.clone(), Frame::Witness(request(node, action)))]
        }
        Action::Cosign(action) => {
            vec![(action.peer.clone(), Frame::Witnessed(cosigned(node, action)))]
        }
        Action::Decline { peer, code } => {
            vec![(peer.clone(), Frame::Witnessed(Witnessed::Refused { code: *code }))]
        }
        Action::Lift(action) => vec![(action.peer.clone(), Frame::Lift(lift(node, action)))],
        Action::Approve { peer, approval } => {
            vec![(peer.clone(), Frame::Approval(ByteBuf::from(approval.clone())))]
        }
        Action::Evidence { digest, .. } => {
            let file = EvidenceTalk::File(node.memory.evidence[digest].evidence.clone());
            to_all(node, &Frame::Evidence(file))
        }
        Action::Revoked(record) => to_all(node, &Frame::Revocation(record.revocation.clone())),
        Action::Noticed(record) => to_all(node, &Frame::Notice(record.notice.clone())),
        Action::Staffed(record) => to_all(node, &Frame::Staff(record.staff.clone())),
        _ => Vec::new(),
    }
}

fn to_all(node: &Node, frame: &Frame) -> Vec<(AgencyId, Frame)> {
    node.engine.peers().map(|peer| (peer.clone(), frame.clone())).collect()
}

/// What a node says first to a peer. Source: spec wire-31.
pub(super) fn greeting(node: &Node, to: &AgencyId) -> Greeting {
    let charter = node.directory.charter();
    let (_, inbound) = node.engine.links(to).unwrap();
    let standing = node.engine.mode().standing();
    let held = node.engine.held(to).map(|held| held.note.clone());
    Greeting {
        versions: vec![VERSION],
        agency: node.agency.clone(),
        charter: charter.name().clone(),
        charter_version: charter.version(),
        charter_digest: charter.digest(),
        serial: node.serial,
        cursor: Cursor { epoch: inbound.epoch(), number: inbound.cursor() },
        known: Vec::new(),
        own_head: node.engine.head().filter(|_| standing.is_none()).map(|head| head.note.clone()),
        // Whoever has receipts is taken to mirror as well.
        mirrored: held
            .clone()
            .filter(|_| node.serial == Serial::new(1) && inbound.cursor().get() % 2 == 1)
            .map(|checkpoint| MirrorHead { sequence: inbound.cursor().get(), checkpoint }),
        your_head: held,
        standing,
        log: node.log,
        your_log: node.directory.log_of(to),
        revocations: Vec::new(),
        notices: Vec::new(),
        staff: Vec::new(),
    }
}

/// `None` when a body that is to go out whole is gone meanwhile: the host ends the connection then.
fn offer(node: &Node, action: &OfferAction) -> Option<Offer> {
    let message = |(digest, form): &_| {
        let message = node.memory.messages[digest].message.clone();
        let sealed = match form {
            Form::Whole => Some(ByteBuf::from(node.memory.bodies.get(digest)?.clone())),
            Form::Tombstone => None,
        };
        Some(OfferedMessage { message, sealed, place: None })
    };
    let messages: Option<Vec<OfferedMessage>> = action.items.iter().map(message).collect();
    Some(Offer { dispatch: ByteBuf::from(action.dispatch.clone()), messages: messages? })
}

fn receipt(node: &Node, action: &ReceiptAction) -> Receipt {
    let tiles = node.engine.tree().over(&node.memory);
    let item = |(number, index): &(LinkNumber, LeafIndex)| ReceiptItem {
        number: *number,
        index: *index,
        leaf: ByteBuf::from(node.memory.leaves[usize::try_from(index.get()).unwrap()].clone()),
        path: proof::inclusion(&tiles, *index, action.size).unwrap(),
    };
    let grown = action.from.get() > 0 && action.from != action.size;
    let path = || proof::consistency(&tiles, action.from, action.size).unwrap();
    Receipt {
        epoch: action.epoch,
        checkpoint: ByteBuf::from(action.checkpoint.clone()),
        from: action.from,
        consistency: if grown { path() } else { Vec::new() },
        items: action.items.iter().map(item).collect(),
    }
}

fn request(node: &Node, action: &WitnessAction) -> WitnessRequest {
    let tiles = node.engine.tree().over(&node.memory);
    WitnessRequest {
        old: action.old,
        old_root: proof::root_at(&tiles, action.old).unwrap(),
        consistency: proof::consistency(&tiles, action.old, action.size).unwrap(),
        checkpoint: ByteBuf::from(action.checkpoint.clone()),
    }
}

fn cosigned(node: &Node, action: &CosignAction) -> Witnessed {
    let name = identity::witness_name(node.directory.charter().name(), &node.agency);
    let key = federation::key(node.name, "witness");
    let at = Seconds::of(node.now);
    let line = cosignature::cosign(&action.checkpoint.text(), at, &name, &key).unwrap();
    Witnessed::Cosigned { size: action.checkpoint.checkpoint().size, line: ByteBuf::from(line) }
}

fn lift(node: &Node, action: &LiftAction) -> Lift {
    let tiles = node.engine.tree().over(&node.memory);
    let (old, new) = (action.from.min(action.size), action.from.max(action.size));
    Lift {
        from: action.from,
        consistency: proof::consistency(&tiles, old, new).unwrap(),
        note: ByteBuf::from(action.note.clone()),
    }
}
