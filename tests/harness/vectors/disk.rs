//! Records of the journal: the disk has vectors as the wire has.

use ciborium::Value;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::ApprovalRecord;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::CosignedRecord;
use concord_protocol::engine::record::CosignerRecord;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::engine::record::DispatchRecord;
use concord_protocol::engine::record::DueRecord;
use concord_protocol::engine::record::ErasureRecord;
use concord_protocol::engine::record::Gathered;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::InboundRecord;
use concord_protocol::engine::record::KeyBackupRecord;
use concord_protocol::engine::record::LeafRecord;
use concord_protocol::engine::record::LinkRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::PeerCosignedRecord;
use concord_protocol::engine::record::PeerHeadRecord;
use concord_protocol::engine::record::ProposalRecord;
use concord_protocol::engine::record::ReceiptRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::Renewal;
use concord_protocol::engine::record::RetiredRecord;
use concord_protocol::engine::record::Settlement;
use concord_protocol::engine::record::SuccessionRecord;
use concord_protocol::engine::record::TileRecord;
use concord_protocol::engine::record::act::ActRecord;
use concord_protocol::engine::record::idempotency::IdempotencyRecord;
use concord_protocol::engine::record::papers::CharterRecord;
use concord_protocol::engine::record::papers::NoticeRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::engine::record::papers::StaffRecord;
use concord_protocol::engine::record::queried::QueriedRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::BasisCode;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::Serial;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::link::allowance::Allowance;
use concord_protocol::log::leaf::EraseCause;
use concord_protocol::log::leaf::Form;
use concord_protocol::message::handover::decision::Outcome;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::refusal_ground::RefusalGround;
use concord_protocol::message::time::CivilDate;
use concord_protocol::message::urgency::Urgency;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Stands;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::handover::fact::Decision;
use concord_protocol::procedure::handover::fact::HandoverFact;
use concord_protocol::registry::RefusalCode;
use serde_bytes::ByteBuf;

use super::Named;
use super::Sheet;
use super::federation;
use super::federation::Federation;
use super::federation::NOW;
use super::federation::RECEIVER;
use super::federation::SENDER;
use super::identity;
use super::log;
use super::mutate;

/// The cases of the disk.
pub(super) fn cases(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("disk", "record");
    for (name, record) in records(world) {
        let explains = format!("a record of kind {name}");
        sheet.good(name, &explains, &["store-4"], &codec::encode(&record).unwrap());
    }
    let good = codec::encode(&records(world).remove(0).1).unwrap();
    sheet.bad(
        "trailing",
        "a byte after the record",
        &["env-1"],
        "scan: trailing",
        &mutate::longer(&good),
    );
    let unknown = mutate::edit(&good, |tree| mutate::items(tree)[0] = Value::from(99));
    sheet.bad(
        "unknown-kind",
        "a kind of record that is not known",
        &["store-4"],
        "shape",
        &unknown,
    );
    sheet.cases
}

/// What a message contributes: the richest fact of a handover.
fn act(author: &AgencyId, message: Digest) -> ActRecord {
    let decision = Decision {
        outcome: Outcome::GrantedConditional,
        granted: vec![1, 3],
        death_waived: false,
        unconsulted: false,
        against: vec![],
        met: [RefusalGround::NoDualCriminality].into(),
        age: None,
        grounds: None,
    };
    ActRecord {
        procedure: ProcedureId::new(NOW, [2; 10]),
        act: Box::new(Act {
            digest: message,
            id: MessageId::new(NOW, [1; 10]),
            parents: vec![digest::sha256(b"a parent")],
            supersedes: Some(digest::sha256(b"another message")),
            author: author.clone(),
            asked: [federation::agency(SENDER)].into(),
            told: [].into(),
            created: NOW,
            urgency: Urgency::U2,
            respond_by: Some(NOW),
            kind: Kind::HandoverDecision,
            fact: Fact::Handover(HandoverFact::Decided(decision)),
            passed_on: None,
            case: Some(digest::sha256(b"a case")),
        }),
        stands: Stands::Within,
    }
}

#[expect(clippy::too_many_lines, reason = "a table: one entry after the other")]
fn records(world: &Federation) -> Vec<(&'static str, Record)> {
    let message = digest::sha256(b"a message");
    let root = digest::sha256(b"a root");
    let (epoch, number, leaf) = (Epoch::new(1), LinkNumber::new(7), LeafIndex::new(40));
    let (own, peer) = (federation::agency(SENDER), federation::agency(RECEIVER));
    let note = ByteBuf::from(log::checkpoint_note(world));
    let bytes = |text: &str| ByteBuf::from(text.as_bytes().to_vec());
    let size = TreeSize::new(3);
    let day = CivilDate::parse("2031-03-01").unwrap();
    vec![
        ("leaf", Record::Leaf(LeafRecord { index: leaf, leaf: bytes("an encoded leaf") })),
        ("tile", Record::Tile(TileRecord { level: 0, index: 0, hashes: bytes("256 hashes") })),
        ("head", Record::Head(HeadRecord { size, root, note: note.clone() })),
        (
            "message",
            Record::Message(MessageRecord {
                digest: message,
                id: MessageId::new(NOW, [1; 10]),
                from: own,
                at: NOW,
                leaf,
                message: bytes("a signed header"),
                body: BodyForm::Held,
            }),
        ),
        (
            "outbound",
            Record::Outbound(OutboundRecord {
                peer: peer.clone(),
                epoch,
                number,
                message,
                bytes: 4096,
                expires: Some(NOW),
                leaf,
                settlement: Settlement::Open,
                receipt: None,
                form: Form::Whole,
            }),
        ),
        ("due", Record::Due(DueRecord { day, leaf, message })),
        ("retired", Record::Retired(RetiredRecord { through: day })),
        (
            "erasure",
            Record::Erasure(ErasureRecord {
                message,
                leaf,
                cause: EraseCause::Order,
                basis: BasisCode::parse("EX-2026/7").unwrap(),
                officer: StaffNumber::parse("A-1").unwrap(),
                keys_until: Some(NOW),
                at: NOW,
            }),
        ),
        (
            "proposal",
            Record::Proposal(ProposalRecord {
                agency: peer.clone(),
                statement: ByteBuf::from(b"a signed statement".to_vec()),
            }),
        ),
        (
            "approval",
            Record::Approval(ApprovalRecord {
                agency: peer.clone(),
                approver: peer.clone(),
                statement: digest::sha256(b"a signed statement"),
                approval: ByteBuf::from(b"a signed approval".to_vec()),
            }),
        ),
        (
            "succession",
            Record::Succession(SuccessionRecord {
                agency: peer.clone(),
                log: LogNumber::new(2),
                epoch,
                statement: ByteBuf::from(b"a signed statement".to_vec()),
                approvals: vec![ByteBuf::from(b"a signed approval".to_vec())],
                held: None,
                renewal: Renewal::Done,
            }),
        ),
        ("key-backup", Record::KeyBackup(KeyBackupRecord { at: NOW, until: NOW, size })),
        (
            "inbound",
            Record::Inbound(InboundRecord {
                peer: peer.clone(),
                epoch,
                number,
                message,
                leaf,
                refused: Some(RefusalCode::Expired),
            }),
        ),
        (
            "dispatch",
            Record::Dispatch(DispatchRecord {
                peer: peer.clone(),
                epoch,
                first: number,
                dispatch: bytes("a signed dispatch"),
            }),
        ),
        (
            "receipt",
            Record::Receipt(ReceiptRecord {
                peer: peer.clone(),
                epoch,
                first: number,
                receipt: bytes("a receipt"),
            }),
        ),
        (
            "link",
            Record::Link(LinkRecord {
                peer: peer.clone(),
                out_epoch: epoch,
                out_next: number,
                in_epoch: epoch,
                in_cursor: LinkNumber::new(3),
                out_lowest: LinkNumber::new(5),
            }),
        ),
        (
            "peer-head",
            Record::PeerHead(PeerHeadRecord { peer: peer.clone(), size, root, note: note.clone() }),
        ),
        (
            "credential",
            Record::Credential(CredentialRecord {
                agency: peer.clone(),
                serial: Serial::new(1),
                credential: bytes("a signed credential"),
            }),
        ),
        (
            "charter",
            Record::Charter(CharterRecord {
                version: CharterVersion::new(1),
                charter: bytes("a signed charter"),
            }),
        ),
        (
            "idempotency",
            Record::Idempotency(IdempotencyRecord {
                key: "a-key".to_owned(),
                request: digest::sha256(b"a request"),
                message,
            }),
        ),
        ("mode", Record::Mode(ModeRecord::Open)),
        (
            "cosigned",
            Record::Cosigned(CosignedRecord {
                gathered: Gathered::Quorate,
                size,
                root,
                note: note.clone(),
                cosigners: vec![CosignerRecord { witness: peer.clone(), at: NOW }],
            }),
        ),
        (
            "peer-cosigned",
            Record::PeerCosigned(PeerCosignedRecord {
                peer: peer.clone(),
                size,
                root,
                note: note.clone(),
            }),
        ),
        (
            "revocation",
            Record::Revocation(RevocationRecord {
                agency: peer.clone(),
                digest: root,
                leaf: Some(LeafIndex::new(7)),
                revocation: ByteBuf::from(identity::ends::signed_revocation()),
            }),
        ),
        (
            "notice",
            Record::Notice(NoticeRecord {
                agency: peer.clone(),
                notice: ByteBuf::from(identity::ends::signed_notice()),
            }),
        ),
        (
            "staff",
            Record::Staff(StaffRecord {
                agency: peer.clone(),
                number: 1,
                staff: ByteBuf::from(identity::staff::signed()),
            }),
        ),
        ("act", Record::Act(act(&peer, root))),
        (
            "queried",
            Record::Queried(QueriedRecord { peer: peer.clone(), used: Allowance::default() }),
        ),
    ]
}
