//! Evidence in the engine: once, within bounds, logged, durable; and against oneself.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::crypto::digest;
use crate::engine::effects::Action;
use crate::engine::effects::Suspicion;
use crate::engine::input::Accused;
use crate::engine::input::Input;
use crate::engine::input::Proven;
use crate::engine::record::EvidenceRecord;
use crate::engine::record::ModeRecord;
use crate::engine::record::PeerHeadRecord;
use crate::engine::tests::world::Node;
use crate::engine::tests::world::connect;
use crate::engine::tests::world::offers;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::identity::fixtures;
use crate::ids::AgencyId;
use crate::ids::LeafIndex;
use crate::ids::LogNumber;
use crate::ids::TreeSize;
use crate::limits::EVIDENCE_PER_ACCUSED_MAX;
use crate::limits::EVIDENCE_PER_KIND_MAX;
use crate::log::leaf::EvidenceKind;
use crate::log::leaf::Leaf;
use crate::moment::Timestamp;

#[test]
fn evidence_is_logged_and_remembered_once_and_told_after_its_commit() {
    // shows: evd-13, evd-14
    let mut node = Node::started(SENDER);
    let file = against(RECEIVER, EvidenceKind::LogFork, 1);

    let actions = node.act(vec![brought(&file), brought(&file)]);
    let again = node.act(vec![brought(&file)]);

    let told = actions.iter().filter(|action| matches!(action, Action::Evidence { .. })).count();
    assert_eq!(told, 1);
    assert_eq!(again, vec![]);
    let held = &node.memory.evidence[&file.digest];
    assert_eq!((held.leaf, &held.evidence), (LeafIndex::new(1), &file.evidence));
    let Leaf::Evidence { evidence, kind, accused, .. } = &node.memory.log()[1] else {
        panic!("an evidence leaf")
    };
    assert_eq!((*evidence, *kind, accused), (file.digest, file.kind, &file.accused));
}

#[test]
fn a_forked_log_is_known_for_one_also_after_the_next_start() {
    // shows: evd-16
    let mut node = Node::started(SENDER);
    node.act(vec![brought(&against(RECEIVER, EvidenceKind::ReceiptFork, 1))]);
    node.act(vec![brought(&against(THIRD, EvidenceKind::NumberReused, 2))]);

    let again = Node::recovered(SENDER, node.memory.clone());

    for engine in [&node.engine, &again.engine] {
        assert!(engine.is_forked(&agency(RECEIVER), LogNumber::new(1)));
        assert!(!engine.is_forked(&agency(RECEIVER), LogNumber::new(2)));
        assert!(!engine.is_forked(&agency(THIRD), LogNumber::new(1)));
    }
    assert!(node.engine.charges().eq(again.engine.charges()));
}

#[test]
fn of_one_accused_there_are_few_files_and_of_one_kind_fewer() {
    // shows: evd-15
    let kinds = [
        EvidenceKind::LogFork,
        EvidenceKind::ReceiptFork,
        EvidenceKind::WitnessFork,
        EvidenceKind::NumberReused,
        EvidenceKind::IdReused,
    ];
    let mut node = Node::started(SENDER);
    for (place, kind) in kinds.into_iter().enumerate() {
        for number in 0..30 {
            let number = u8::try_from(place * 30 + number).unwrap();
            node.act(vec![brought(&against(RECEIVER, kind, number))]);
        }
    }
    node.act(vec![brought(&against(THIRD, EvidenceKind::LogFork, 0))]);

    let held = node.engine.charges().filter(|(_, held)| held.accused == agency(RECEIVER)).count();
    assert_eq!(held, kinds.len() * EVIDENCE_PER_KIND_MAX);
    assert!(held <= EVIDENCE_PER_ACCUSED_MAX);
    assert_eq!(node.engine.charges().count(), held + 1);
}

#[test]
fn evidence_against_oneself_ends_signing_and_is_not_even_logged() {
    // shows: evd-19
    let mut node = Node::started(SENDER);
    let own = PeerHeadRecord {
        peer: agency(THIRD),
        size: TreeSize::new(9),
        root: digest::sha256(b"another"),
        note: ByteBuf::from(b"note".to_vec()),
    };
    let accused = Accused {
        proven: Proven::new(against(SENDER, EvidenceKind::LogFork, 1)),
        own: Some(own.clone()),
    };

    let actions = node.act(vec![Input::Accused(Box::new(accused))]);

    assert!(matches!(actions[..], [Action::Quarantine { .. }]), "{actions:?}");
    assert_eq!(node.memory.mode(), Some(&ModeRecord::Quarantined(own)));
    assert_eq!(node.memory.log().len(), 1);
}

#[test]
fn a_file_with_headers_is_for_those_whom_they_name() {
    // shows: evd-17
    let mut node = Node::started(SENDER);
    let audience = vec![agency(RECEIVER)];
    let file = EvidenceRecord { audience, ..against(RECEIVER, EvidenceKind::IdReused, 1) };
    node.act(vec![brought(&file)]);

    let (_, held) = node.engine.charges().next().unwrap();
    assert!(held.may_see(&agency(RECEIVER)));
    assert!(!held.may_see(&agency(THIRD)));
    assert!(open(&node).is_empty());
}

#[test]
fn another_message_under_a_used_number_closes_the_link_and_is_to_be_proven() {
    // shows: evd-12
    let mut sender = Node::started(SENDER);
    let mut receiver = Node::started(RECEIVER);
    connect(&mut sender, &mut receiver);
    let (_, actions) = sender.submit(&[RECEIVER], 1);
    let first = sender.offer(&offers(actions)[0]);
    receiver.hear_offer(&sender.agency(), first).unwrap();

    // The same node with another past gives the same number to another message.
    let mut liar = Node::started(SENDER);
    let mut elsewhere = Node::started(RECEIVER);
    connect(&mut liar, &mut elsewhere);
    let (_, actions) = liar.submit(&[RECEIVER], 2);
    let second = liar.offer(&offers(actions)[0]);
    let dispatch = second.dispatch.to_vec();
    let actions = receiver.hear_offer(&sender.agency(), second).unwrap();

    let suspicion = actions.into_iter().find_map(|action| {
        let Action::Suspect(Suspicion::Number { number, dispatch, .. }) = action else {
            return None;
        };
        Some((number, dispatch))
    });
    let (number, suspected) = suspicion.unwrap();
    assert_eq!((number.get(), suspected), (1, dispatch));
}

/// The files that anyone may be handed.
fn open(node: &Node) -> Vec<AgencyId> {
    let charges = node.engine.charges().filter(|(_, held)| held.may_see(&agency(THIRD)));
    charges.map(|(_, held)| held.accused.clone()).collect()
}

fn brought(file: &EvidenceRecord) -> Input {
    Input::Accused(Box::new(Accused { proven: Proven::new(file.clone()), own: None }))
}

fn against(accused: &str, kind: EvidenceKind, number: u8) -> EvidenceRecord {
    let evidence = ByteBuf::from(vec![number]);
    let forked = matches!(kind, EvidenceKind::LogFork | EvidenceKind::ReceiptFork);
    EvidenceRecord {
        digest: digest::sha256_of(&[accused.as_bytes(), &evidence]),
        kind,
        accused: agency(accused),
        log: forked.then(|| LogNumber::new(1)),
        audience: Vec::new(),
        at: Timestamp::from_millis(0),
        leaf: LeafIndex::new(0),
        evidence,
    }
}

fn agency(text: &str) -> AgencyId {
    fixtures::agency(text)
}
