//! Honest bundles pass; every lie has its finding.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::ledger::Line;
use crate::audit::progress::Alone;
use crate::audit::progress::Unwatched;
use crate::audit::tests::bodies;
use crate::audit::tests::forge;
use crate::audit::tests::forge::Agency;
use crate::audit::tests::forge::EPOCH;
use crate::audit::tests::forge::LA;
use crate::audit::tests::forge::MM;
use crate::audit::tests::forge::Offered;
use crate::audit::tests::forge::Pack;
use crate::audit::tests::lies::Lies;
use crate::audit::tests::lies::later;
use crate::audit::tests::lies::own;
use crate::audit::tests::lies::peers;
use crate::audit::tests::lies::taken;
use crate::audit::verify;
use crate::audit::verify::Terms;
use crate::audit::verify::ended::Disowned;
use crate::audit::verify::report::Counts;
use crate::crypto::digest;
use crate::identity::fixtures;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::Serial;
use crate::log::leaf::Leaf;
use crate::log::leaf::Outcome;
use crate::moment::Span;
use crate::registry::RefusalCode;

fn line(peer: &str) -> Line {
    Line { peer: fixtures::agency(peer), epoch: EPOCH }
}

#[test]
fn honest_bundles_pass_and_say_what_they_hold() {
    // shows: audit-1
    let (la, mm) = forge::morning();

    let report = la.audited().unwrap();
    assert_eq!(report.agency, fixtures::agency(LA));
    assert_eq!(report.origin, forge::origin(LA));
    assert_eq!(report.head, la.log.head());
    let expected = Counts {
        started: 1,
        messages: 3,
        sent: 4,
        received: 1,
        receipts: 2,
        settled_accepted: 2,
        settled_refused: 1,
        credentials: 3,
        ..Counts::default()
    };
    assert_eq!(report.counts, expected);
    assert_eq!(report.ledger.as_ref().unwrap().sent[&line(MM)].len(), 3);

    let report = mm.audited().unwrap();
    let expected = Counts {
        started: 1,
        messages: 1,
        sent: 1,
        received: 2,
        refused: 1,
        receipts: 1,
        settled_accepted: 1,
        reads: 1,
        credentials: 3,
        ..Counts::default()
    };
    assert_eq!(report.counts, expected);
    assert_eq!(
        report.ledger.as_ref().unwrap().arrived[&line(LA)][1].outcome,
        Outcome::Refused { code: RefusalCode::Unopenable }
    );
}

#[test]
fn a_later_receipt_continues_an_earlier_one_and_may_continue_what_no_bundle_shows() {
    // shows: audit-17
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    la.send(&[MM]);
    let first = forge::exchange(&mut la, &mut mm, &[]);
    let held = mm.log.head().size.get();
    la.send(&[MM]);
    let offered = la.offer(MM);
    let places = mm.take(LA, &offered, &[]);
    let receipt = mm.receipt(&places, held);
    assert!(!receipt.consistency.is_empty() && first.from.get() == 0);
    la.hold(MM, &receipt);
    assert!(la.audited().is_ok());

    // From a size that only a greeting showed.
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    mm.push(&forge::started());
    la.send(&[MM]);
    let offered = la.offer(MM);
    let places = mm.take(LA, &offered, &[]);
    la.hold(MM, &mm.receipt(&places, 1));
    assert!(la.audited().is_ok());
}

#[test]
fn one_dispatch_may_cover_a_run() {
    // shows: audit-16
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    (0..5).for_each(|_| {
        la.send(&[MM]);
    });
    forge::exchange(&mut la, &mut mm, &[4]);
    let mut pack = Pack::of(&mm);
    assert_eq!(pack.items("dispatches").len(), 1);
    assert_eq!(pack.items("headers").len(), 4);
    assert!(mm.audited().is_ok() && la.audited().is_ok());
}

#[test]
fn who_is_who_cannot_be_forged() {
    // shows: audit-4, audit-8, audit-9, audit-10
    check(own::about_people());
}

#[test]
fn nobody_exchanges_with_an_agency_that_is_no_member_then() {
    // shows: chr-19
    check(own::about_members());
}

#[test]
fn a_tree_cannot_be_forged() {
    // shows: audit-10, audit-11
    check(own::about_the_tree());
}

#[test]
fn an_agency_cannot_tell_of_itself_what_does_not_fit() {
    // shows: audit-12, audit-13, audit-14, audit-18
    check(own::about_messages());
    check(own::about_sending());
}

#[test]
fn after_its_end_a_credential_signs_nothing_for_the_exchange() {
    // shows: audit-45, audit-46
    check(own::about_ends());
}

#[test]
fn what_was_signed_beyond_the_last_good_checkpoint_is_disowned_and_what_stands_below_stays() {
    // shows: audit-45, audit-46
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    la.send(&[MM]);
    mm.take(LA, &la.offer(MM), &[]);
    let size = u64::try_from(la.leaves.len()).unwrap();
    let good = size - 2;
    let end = forge::revoked(LA, 1, good);
    la.push(&forge::revocation(end.clone()));
    la.serial = 2;
    mm.push(&forge::revocation(end));

    let (la, mm) = (la.audited().unwrap(), mm.audited().unwrap());

    let through = Serial::new(1);
    let (from, to) = (LeafIndex::new(good), LeafIndex::new(size));
    assert_eq!(la.disowned, [Disowned { through, from, to }]);
    assert_eq!((la.counts.revocations, la.counts.by_place), (1, 0));
    // Nothing of another's log is this one's to disown.
    assert_eq!((mm.disowned.as_slice(), mm.counts.revocations), ([].as_slice(), 1));
}

#[test]
fn numbers_of_links_have_no_gap_and_no_repetition() {
    // shows: audit-15
    check(own::about_numbers());
}

#[test]
fn what_arrived_is_there_and_signed_by_its_sender() {
    // shows: audit-5, audit-16
    check(taken::about_lists());
    check(taken::about_arrivals());
    check(taken::about_dispatches());
}

#[test]
fn receipts_are_there_and_hold_and_say_what_their_leaves_say() {
    // shows: audit-17
    check(peers::about_receipts());
    check(peers::about_receipt_leaves());
}

#[test]
fn what_is_said_of_known_messages_fits() {
    // shows: audit-12, audit-15, audit-18, audit-30, audit-31, audit-33
    check(later::about_what_is_known());
}

#[test]
fn evidence_that_is_named_is_inside_and_once() {
    // shows: audit-32, audit-40
    check(later::about_evidence());
}

#[test]
fn a_receipt_is_told_in_full_and_no_log_of_a_peer_shrinks() {
    // shows: audit-28, audit-29
    check(later::about_more_receipts());
}

#[test]
fn nobody_counts_as_a_witness_who_is_none() {
    // shows: audit-24, audit-34, audit-35
    check(later::about_cosignatures());
}

#[test]
fn a_scoped_bundle_shows_its_scope_and_nothing_else() {
    // shows: audit-7, audit-25, audit-26
    check(later::about_scopes());
}

#[test]
fn a_peer_has_one_face() {
    // shows: audit-19
    check(peers::about_peers());
    check(peers::about_branches());
}

fn check(lies: Lies) {
    for (place, (expected, finding)) in lies.0.into_iter().enumerate() {
        assert_eq!(finding.code(), expected, "forgery {place}: {finding}");
    }
}

#[test]
fn a_finding_names_its_part_and_its_leaf() {
    // shows: audit-1
    let mut la = Agency::new(LA);
    la.push(&forge::read(digest::sha256(b"no message")));

    let finding = la.audited().unwrap_err();
    assert_eq!(
        (finding.part.as_str(), finding.leaf),
        ("tile/entries/000.p/2", Some(LeafIndex::new(1)))
    );
    assert_eq!(finding.flaw, Flaw::ReadUnknown);
    let text =
        "tile/entries/000.p/2, leaf 1: no leaf before this one holds the message that was read";
    assert_eq!(format!("{finding}"), text);
}

#[test]
fn every_finding_of_the_chapter_has_a_forgery_and_no_other_is_found() {
    // shows: audit-1
    let container = [
        "archive",
        "archive-ended",
        "surplus-part",
        "part-path",
        "part-length",
        "part-digest",
        "bundle-digest",
        "bad-item",
        "manifest",
        "manifest-count",
        "unknown-format",
    ];
    let groups = [
        own::about_people(),
        own::about_members(),
        own::about_the_tree(),
        own::about_messages(),
        own::about_sending(),
        own::about_ends(),
        own::about_numbers(),
        taken::about_lists(),
        taken::about_arrivals(),
        taken::about_dispatches(),
        peers::about_receipts(),
        peers::about_receipt_leaves(),
        peers::about_peers(),
        peers::about_branches(),
        later::about_what_is_known(),
        later::about_evidence(),
        later::about_more_receipts(),
        later::about_cosignatures(),
        later::about_scopes(),
        bodies::about_bodies(),
    ];
    let found: BTreeSet<String> = groups
        .iter()
        .flat_map(|lies| &lies.0)
        .map(|(_, finding)| finding.code().into())
        .chain(container.map(String::from))
        .collect();

    let chapter = include_str!("../../../../spec/11-audit.md");
    let table = chapter
        .split("<!-- findings -->")
        .nth(1)
        .unwrap()
        .split("<!-- end of findings -->")
        .next()
        .unwrap();
    let codes = table.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next());
    assert_eq!(found, codes.map(String::from).collect());
}

#[test]
fn a_message_that_waited_long_is_judged_by_the_day_it_was_made() {
    // shows: audit-13
    let mut la = Agency::new(LA);
    let mut header = la.header(&[MM]);
    header.created = fixtures::BEGIN.before(Span::from_millis(1));
    la.log_message(&la.sign(&header));
    assert!(la.audited().is_ok(), "clocks may have differed");
}

#[test]
fn a_number_out_of_turn_is_one_problem_and_what_it_settles_is_not_judged_again() {
    // shows: audit-42
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    la.send(&[MM]);
    forge::exchange(&mut la, &mut mm, &[]);
    let header = la.header(&[MM]);
    let bytes = la.sign(&header);
    let message = la.log_message(&bytes);
    let (to, number) = (fixtures::agency(MM), LinkNumber::new(3));
    la.push(&Leaf::Sent { message, to, epoch: EPOCH, number });
    let messages = vec![(number, bytes)];
    let offered = Offered { dispatch: la.dispatch(MM, &messages), messages };
    let places = mm.take(LA, &offered, &[]);
    let receipt = mm.receipt(&places, 0);
    la.hold(MM, &receipt);
    la.hold(MM, &receipt);

    let terms = Terms {
        pin: Some(forge::genesis()),
        seed: [0; 16],
        ledger: false,
        transcript: false,
        workers: &Alone,
        progress: &Unwatched,
    };
    let report = verify::audit(&la.bundle().as_slice(), &terms).unwrap();

    let codes: Vec<&str> = report.problems.listed().iter().map(Finding::code).collect();
    assert_eq!(codes, ["number"]);
}

#[test]
fn a_message_that_is_owed_again_gets_one_number_in_each_later_epoch() {
    // shows: audit-14
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    let message = la.send(&[MM]);
    forge::exchange(&mut la, &mut mm, &[]);
    let sent = |epoch, number| {
        let (epoch, number) = (Epoch::new(epoch), LinkNumber::new(number));
        Leaf::Sent { message, to: fixtures::agency(MM), epoch, number }
    };
    la.push(&sent(2, 1));
    la.push(&sent(3, 1));
    assert_eq!(la.audited().map(|report| report.counts.sent).unwrap(), 3);

    la.push(&sent(3, 2));
    assert_eq!(la.audited().unwrap_err().code(), "sent-twice");
}
