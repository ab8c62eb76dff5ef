//! Revocations and notices in the engine: durable, logged, and told after their commit.

use alloc::vec;

use serde_bytes::ByteBuf;

use crate::crypto::digest;
use crate::engine::effects::Action;
use crate::engine::input::Input;
use crate::engine::record::ModeRecord;
use crate::engine::record::papers::NoticeRecord;
use crate::engine::record::papers::RevocationRecord;
use crate::engine::tests::world::Memory;
use crate::engine::tests::world::Node;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::identity::fixtures;
use crate::ids::LeafIndex;
use crate::log::leaf::Leaf;

#[test]
fn a_revocation_is_logged_in_the_commit_that_remembers_it_and_told_after() {
    // shows: id-45
    let mut node = Node::started(SENDER);
    let known = revocation();

    let actions = node.act(vec![Input::Revoke(known.clone())]);

    assert!(actions.contains(&Action::Revoked(known.clone())));
    let held = &node.memory.revocations[&known.digest];
    assert_eq!(held.leaf, Some(LeafIndex::new(1)));
    let Leaf::Revocation { revocation, .. } = &node.memory.log()[1] else { panic!("its leaf") };
    assert_eq!(revocation, &known.revocation);
}

#[test]
fn a_node_in_doubt_remembers_it_and_logs_it_when_it_may() {
    // shows: id-45
    let mut memory = Memory::default();
    memory.set_mode(ModeRecord::Probing);
    let mut doubting = Node::recovered(SENDER, memory);
    let known = revocation();

    let actions = doubting.act(vec![Input::Revoke(known.clone())]);
    assert!(actions.contains(&Action::Revoked(known.clone())));
    assert_eq!(doubting.memory.revocations[&known.digest].leaf, None);
    assert!(doubting.memory.log().is_empty());

    let mut memory = doubting.memory.clone();
    memory.set_mode(ModeRecord::Open);
    let mut node = Node::recovered(SENDER, memory);
    node.start();

    assert_eq!(node.memory.revocations[&known.digest].leaf, Some(LeafIndex::new(1)));
    assert!(matches!(node.memory.log()[1], Leaf::Revocation { .. }));
}

#[test]
fn a_change_of_addresses_is_durable_before_it_is_told() {
    // shows: id-51
    let mut node = Node::started(SENDER);
    let notice =
        NoticeRecord { agency: fixtures::agency(RECEIVER), notice: ByteBuf::from(vec![1, 2, 3]) };

    let actions = node.act(vec![Input::Notice(notice.clone())]);

    assert_eq!(node.memory.notices[&notice.agency], notice);
    assert!(actions.contains(&Action::Noticed(notice)));
}

fn revocation() -> RevocationRecord {
    let revocation = vec![7; 40];
    RevocationRecord {
        agency: fixtures::agency(RECEIVER),
        digest: digest::sha256(&revocation),
        leaf: None,
        revocation: ByteBuf::from(revocation),
    }
}
