//! A charter and keys that change under real nodes, while they exchange messages.

mod profile;
mod story;

use std::fs;

use concord_node::entropy;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::Resolves;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::CharterVersion;
use harness::daemon::Daemon;
use harness::wait;

use crate::charter::story::AWAY;
use crate::charter::story::REMOVED;
use crate::charter::story::REPLACED;
use crate::charter::story::ROBBED;
use crate::charter::story::ROTATED;
use crate::charter::story::SEVENTH;
use crate::charter::story::SIX;
use crate::charter::story::Story;
use crate::charter::story::WITHIN;
use crate::charter::story::concord;
use crate::charter::story::path;

#[test]
fn six_nodes_change_their_charter_and_keys_while_they_exchange() {
    // shows: chr-2, chr-3, chr-4, chr-11, chr-12, chr-13, chr-14, chr-15, chr-16, chr-17, id-31, id-41, env-30, env-31
    let mut story = Story::begin("charter", &SIX);
    story.say_all("before anything");

    // A seventh agency: proposed at one node, seen at all, signed at several.
    let newcomer = story.world.newcomer(SEVENTH);
    let member = newcomer.member();
    let second = story.next(0, |charter| charter.members.push(member));
    story.propose(0, &second, &[0]);
    story.all_see_a_proposal();
    story.say_all("while the seventh waits");
    story.hand(3, &second, &[2, 3], Some(&newcomer.root));
    story.hand(1, &second, &[1], None);
    story.all_stand_at(2);
    let papers = story.papers(0);
    let documents: Vec<Vec<u8>> = papers.documents().unwrap().into_values().collect();
    let joined = newcomer.join(&documents, story.world.genesis);
    story.join(joined);
    story.say(6, 0, "the seventh speaks");
    story.say(0, 6, "and is answered");
    story.settle();

    // One agency changes all its keys while messages flow to it and from it.
    story.rotate_while_messages_flow(ROTATED);

    // One node is down during all that follows.
    story.nodes[AWAY].take().unwrap().stop();
    story.say(0, AWAY, "waits for the sleeper");
    story.say(ROBBED, AWAY, "waits for the sleeper, under keys that are stolen meanwhile");

    // The keys of one agency are stolen; its root ends them, and it goes on with others.
    story.survive_a_theft(ROBBED);

    // One agency is removed while a message for it is on its way, and is told so when it comes back.
    story.nodes[REMOVED].take().unwrap().stop();
    story.say(0, REMOVED, "in flight when its addressee leaves");
    let third = story.next(0, |charter| {
        charter.members.retain(|member| member.agency.as_str() != SIX[REMOVED]);
    });
    story.propose(0, &third, &[0, 1, 2, 3]);
    story.all_stand_at(3);
    story.nodes[REMOVED] = Some(Daemon::start(story.world.folder(REMOVED)));
    story.removed_node_has_stopped();

    // A root is replaced without the old one, and the numbers change.
    let root = RootKey::from_seed(&entropy::draw().unwrap());
    let public = root.public();
    let fourth = story.next(0, |charter| {
        let replaced = |member: &&mut charter::Member| member.agency.as_str() == SIX[REPLACED];
        charter.members.iter_mut().find(replaced).unwrap().root = public;
    });
    story.hand(0, &fourth, &[0, 2, 3, 6], Some(&root));
    story.all_stand_at(4);
    story.take_new_credential(REPLACED, &root);
    let fifth = story.next(0, |charter| {
        charter.amendment_threshold += 1;
        charter.witness_quorum += 1;
        charter.profiles.suites = vec![1, 2];
    });
    story.propose(2, &fifth, &[0, 2, 3, 6]);
    story.all_stand_at(5);
    story.say_all("after everything");

    // The sleeper meets one peer only.
    let awake: Vec<usize> = story.running();
    for which in awake.iter().copied().filter(|which| *which != 3) {
        story.nodes[which].take().unwrap().stop();
    }
    story.nodes[AWAY] = Some(Daemon::start(story.world.folder(AWAY)));
    story.stands_at(AWAY, 5);
    for which in awake.into_iter().filter(|which| *which != 3) {
        story.nodes[which] = Some(story.ready(which));
    }
    story.say(AWAY, REPLACED, "the sleeper speaks");
    story.settle();

    // Nothing waits under the first suite any more: it goes.
    let sixth = story.next(0, |charter| charter.profiles.suites = vec![2]);
    story.propose(0, &sixth, &[0, 2, 3, 6, AWAY]);
    story.all_stand_at(6);
    story.say_all("under the second suite alone");
    story.settle();
    story.every_log_verifies();
}

#[test]
fn a_conflict_that_is_stuck_is_resolved_and_who_signs_two_rivals_is_found_out() {
    // shows: chr-6, chr-7, chr-18, evd-26
    let mut story = Story::begin("stuck", &SIX[..4]);
    let renamed = |text: &'static str| {
        move |charter: &mut charter::Charter| {
            charter.members[0].names[0].text = text.to_owned();
        }
    };

    // Two sign the one, two the other: neither reaches three, and every node says so.
    let (one, other) = (story.next(0, renamed("One")), story.next(0, renamed("Other")));
    story.propose(0, &one, &[0, 1]);
    story.propose(3, &other, &[2, 3]);
    for which in 0..4 {
        let stuck = || {
            let shown = story.client(which).charter_versions().ok()?;
            let lack = shown.proposals.iter().all(|proposal| proposal.lacks.is_some());
            (shown.version == 1 && shown.proposals.len() == 2 && lack).then_some(())
        };
        assert!(wait::for_up_to(WITHIN, stuck).is_some(), "{which}\n{}", story.said(which));
    }

    // A third names both, and passes them by.
    let mut third = story.next(0, renamed("Both"));
    let mut rivals: Vec<_> = story.papers(0).open().map(charter::Proposal::digest).collect();
    rivals.sort_unstable();
    third.version = CharterVersion::new(3);
    third.resolves = Some(Resolves { since: CharterVersion::new(1), rivals });
    story.propose(1, &third, &[0, 1, 2]);
    story.all_stand_at(3);
    story.say_all("after the conflict");
    story.settle();

    // One signs two rivals: each node finds it out, and anybody can check it.
    let (left, right) = (story.next(0, renamed("Left")), story.next(0, renamed("Right")));
    let rivals = [story.signed(0, &left, &[1], None), story.signed(2, &right, &[1, 3], None)];
    story.give(0, &rivals[0]);
    story.give(2, &rivals[1]);
    let genesis = story.world.genesis.to_string();
    for which in 0..4 {
        let held = || {
            let held = story.client(which).evidence(0).ok()?.items;
            held.into_iter().find(|held| held.kind == "charter-rivals")
        };
        let held = wait::for_up_to(WITHIN, held);
        let held = held.unwrap_or_else(|| panic!("{which} holds nothing\n{}", story.said(which)));
        assert_eq!(held.accused, SIX[1]);
        let file = story.world.path().join(format!("{which}.evidence"));
        fs::write(&file, story.client(which).evidence_file(&held.digest).unwrap()).unwrap();
        concord(&["audit", "verify", "--evidence", path(&file), "--genesis", &genesis]);
    }
    story.say_all("and goes on");
    story.settle();
    story.every_log_verifies();
}
