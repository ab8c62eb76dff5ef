//! Two logs: what fits, what waits, what cannot be.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use crate::audit::bundle::Scope;
use crate::audit::ledger::Arrived;
use crate::audit::ledger::End;
use crate::audit::ledger::Extent;
use crate::audit::ledger::Grown;
use crate::audit::ledger::Head;
use crate::audit::ledger::Ledger;
use crate::audit::ledger::Line;
use crate::audit::ledger::Sent;
use crate::audit::reconcile;
use crate::audit::reconcile::Awaited;
use crate::audit::reconcile::NotComparable;
use crate::audit::reconcile::Place;
use crate::audit::reconcile::ProblemKind;
use crate::audit::reconcile::Reconciliation;
use crate::audit::tests::forge;
use crate::audit::tests::forge::Agency;
use crate::audit::tests::forge::EPOCH;
use crate::audit::tests::forge::LA;
use crate::audit::tests::forge::MM;
use crate::audit::tests::forge::TH;
use crate::audit::verify;
use crate::audit::verify::report::Report;
use crate::crypto::digest;
use crate::identity::fixtures;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::TreeSize;
use crate::log::leaf::Outcome;
use crate::log::succession::code::Cause;
use crate::registry::RefusalCode;

fn joined(a: &Agency, b: &Agency) -> Reconciliation {
    reconcile::reconcile(&a.audited().unwrap(), &b.audited().unwrap()).unwrap()
}

fn place(from: &str, to: &str, number: u64) -> Place {
    let (from, to) = (fixtures::agency(from), fixtures::agency(to));
    Place { from, to, epoch: EPOCH, number: LinkNumber::new(number) }
}

/// Kinds and numbers of the problems.
fn problems(result: &Reconciliation) -> Vec<(ProblemKind, u64)> {
    result.problems.iter().map(|problem| (problem.kind, problem.place.number.get())).collect()
}

fn pending(result: &Reconciliation) -> Vec<(Place, Awaited)> {
    result.pending.iter().map(|pending| (pending.place.clone(), pending.awaited)).collect()
}

#[test]
fn two_honest_logs_match() {
    // shows: audit-20
    let (la, mm) = forge::morning();

    let result = joined(&la, &mm);
    assert_eq!((result.a.as_str(), result.b.as_str()), (LA, MM));
    assert_eq!(result.matched, 4);
    assert_eq!(result.problems, []);
    assert_eq!(result.pending, []);
    assert_eq!(joined(&mm, &la).matched, 4, "either way round");
}

#[test]
fn what_lies_beyond_the_cut_of_the_other_is_pending() {
    // shows: audit-21
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    let fresh = (la.clone(), mm.clone());
    la.send(&[MM]);

    let result = joined(&la, &mm);
    assert_eq!(pending(&result), [(place(LA, MM, 1), Awaited::Arrival)], "sent, not arrived");
    let before_receipt = {
        let offered = la.offer(MM);
        let places = mm.take(LA, &offered, &[]);
        let before = la.clone();
        la.hold(MM, &mm.receipt(&places, 0));
        before
    };
    let result = joined(&before_receipt, &mm);
    assert_eq!((result.matched, pending(&result)), (1, vec![(place(LA, MM, 1), Awaited::Receipt)]));
    let result = joined(&fresh.0, &mm);
    assert_eq!(
        pending(&result),
        [(place(LA, MM, 1), Awaited::Sending)],
        "an older bundle of the sender"
    );
    let result = joined(&la, &fresh.1);
    assert_eq!(
        pending(&result),
        [(place(LA, MM, 1), Awaited::Log)],
        "an older bundle of the recipient"
    );
    for result in [joined(&before_receipt, &mm), joined(&fresh.0, &mm), joined(&la, &fresh.1)] {
        assert_eq!(result.problems, []);
    }
}

#[test]
fn a_recipient_that_rewrote_its_log_is_shown_by_the_receipts_of_others() {
    // shows: audit-23
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    la.send(&[MM]);
    let mut rewritten = mm.clone();
    forge::exchange(&mut la, &mut mm, &[]);

    // It denies: its log goes on, and never held the message.
    rewritten.push(&forge::started());
    let result = joined(&la, &rewritten);
    assert_eq!(problems(&result), [(ProblemKind::ReceiptOnOtherBranch, 1)]);
    // It says that it refused what it had accepted.
    let mut refused = Agency::new(MM);
    let offered = {
        let mut again = Agency::new(LA);
        again.send(&[MM]);
        again.offer(MM)
    };
    refused.take(LA, &offered, &[1]);
    assert_eq!(problems(&joined(&la, &refused)), [(ProblemKind::ReceiptOnOtherBranch, 1)]);
}

#[test]
fn a_rewritten_log_that_was_cut_before_the_receipt_is_shown_by_its_leaves() {
    // shows: audit-23
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    la.send(&[MM]);
    let offered = la.offer(MM);
    let places = mm.take(LA, &offered, &[]);
    mm.push(&forge::started());
    la.hold(MM, &mm.receipt(&places, 0));

    // Two leaves, the receipt's checkpoint covers three: no root to compare, yet the place of the leaf is there.
    let mut rewritten = Agency::new(MM);
    rewritten.take(LA, &offered, &[1]);
    assert_eq!(problems(&joined(&la, &rewritten)), [(ProblemKind::ReceiptNotInLog, 1)]);
    let mut denied = Agency::new(MM);
    denied.push(&forge::started());
    assert_eq!(problems(&joined(&la, &denied)), [(ProblemKind::ReceiptNotInLog, 1)]);
}

#[test]
fn a_checkpoint_that_is_held_shows_another_branch() {
    // shows: audit-23
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    mm.push(&forge::started());
    la.peer_checkpoints = vec![(fixtures::agency(MM), mm.checkpoint().note().to_vec())];
    assert_eq!(joined(&la, &mm).problems, []);

    let mut fork = Agency::new(MM);
    fork.send(&[LA]);
    assert_eq!(problems(&joined(&la, &fork)), [(ProblemKind::CheckpointOnOtherBranch, 0)]);
    assert_eq!(joined(&la, &Agency::new(MM)).problems, [], "beyond the cut");
}

#[test]
fn a_number_without_a_receipt_before_one_with_a_receipt_is_unreceipted() {
    // shows: audit-20
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    la.send(&[MM]);
    la.send(&[MM]);
    let places = mm.take(LA, &la.offer(MM), &[]);
    la.hold(MM, &mm.receipt(&places[1..], 0));

    assert_eq!(problems(&joined(&la, &mm)), [(ProblemKind::Unreceipted, 1)]);
}

#[test]
fn different_messages_under_one_number_are_shown() {
    // shows: audit-20
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    let mut other = la.clone();
    la.send(&[MM]);
    other.send(&[TH]);
    other.send(&[MM]);
    mm.take(LA, &other.offer(MM), &[]);

    assert_eq!(problems(&joined(&la, &mm)), [(ProblemKind::DigestDiffers, 1)]);
}

fn scoped(agency: &Agency, scope: Scope) -> Report {
    verify::verify(&agency.scoped(Some(scope)), Some(forge::genesis())).unwrap()
}

fn link(agency: &Agency, peer: &str) -> Report {
    scoped(agency, Scope::Peer { peer: fixtures::agency(peer) })
}

#[test]
fn two_bundles_of_one_link_are_held_together_as_the_whole_ones_are() {
    // shows: audit-43
    let (la, mm) = forge::morning();
    let whole = joined(&la, &mm);

    for (a, b) in [
        (link(&la, MM), link(&mm, LA)),
        (link(&la, MM), mm.audited().unwrap()),
        (la.audited().unwrap(), link(&mm, LA)),
    ] {
        assert_eq!(reconcile::reconcile(&a, &b), Ok(whole.clone()));
        assert!(reconcile::all(&[&a, &b]).unwrap().is_sound());
    }
}

#[test]
fn a_recipient_that_rewrote_its_log_is_shown_by_the_bundles_of_the_link() {
    // shows: audit-43
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    la.send(&[MM]);
    let mut rewritten = mm.clone();
    forge::exchange(&mut la, &mut mm, &[]);
    rewritten.push(&forge::started());

    let result = reconcile::reconcile(&link(&la, MM), &link(&rewritten, LA)).unwrap();

    assert_eq!(problems(&result), [(ProblemKind::ReceiptOnOtherBranch, 1)]);
}

#[test]
fn what_does_not_show_the_whole_link_is_not_held_against_anything() {
    // shows: audit-43
    let (la, mm) = forge::morning();
    let whole = mm.audited().unwrap();
    let partial = Err(NotComparable::Partial { agency: fixtures::agency(LA) });
    let (from, to) = (LeafIndex::new(0), LeafIndex::new(2));

    assert_eq!(reconcile::reconcile(&scoped(&la, Scope::Range { from, to }), &whole), partial);
    assert_eq!(reconcile::reconcile(&link(&la, TH), &whole), partial, "another link");
    // Three agencies are more than one link.
    let third = Agency::new(TH).audited().unwrap();
    let three = reconcile::all(&[&link(&la, MM), &whole, &third]);
    assert_eq!(three.map(drop), partial.map(drop));
}

#[test]
fn logs_of_one_agency_or_of_two_federations_are_not_held_together() {
    let (la, mm) = forge::morning();
    let (mut a, b) = (la.audited().unwrap(), mm.audited().unwrap());

    assert_eq!(
        reconcile::reconcile(&a, &a),
        Err(NotComparable::SameAgency { agency: fixtures::agency(LA) })
    );
    a.ledger.as_mut().unwrap().charter = digest::sha256(b"another");
    assert_eq!(reconcile::reconcile(&a, &b), Err(NotComparable::OtherCharter));
}

/// Facts that no verified bundle gives, because verification stops before.
struct Facts {
    la: Ledger,
    mm: Ledger,
}

impl Facts {
    fn new() -> Self {
        let ledger = |agency: &'static str| Agency::new(agency).audited().unwrap().ledger.unwrap();
        Self { la: ledger(LA), mm: ledger(MM) }
    }

    fn sent(&mut self, epoch: u64, number: u64, message: &str) {
        let line = Line { peer: fixtures::agency(MM), epoch: Epoch::new(epoch) };
        let (number, message) = (LinkNumber::new(number), digest::sha256(message.as_bytes()));
        self.la.sent.entry(line).or_default().push(Sent {
            number,
            message,
            leaf: LeafIndex::new(0),
        });
    }

    fn arrived(&mut self, epoch: u64, number: u64, message: &str, outcome: Outcome) {
        let line = Line { peer: fixtures::agency(LA), epoch: Epoch::new(epoch) };
        let (number, message) = (LinkNumber::new(number), digest::sha256(message.as_bytes()));
        let arrived = Arrived { number, message, leaf: LeafIndex::new(0), outcome };
        self.mm.arrived.entry(line).or_default().push(arrived);
    }

    fn problems(&self) -> Vec<(ProblemKind, u64)> {
        problems(&reconcile::ledgers(&self.la, &self.mm).unwrap())
    }
}

#[test]
fn a_number_that_one_log_passed_over_is_missing() {
    // shows: audit-21
    let mut facts = Facts::new();
    facts.sent(1, 1, "one");
    facts.sent(1, 2, "two");
    facts.arrived(1, 2, "two", Outcome::Accepted);
    assert_eq!(facts.problems(), [(ProblemKind::Missing, 1)], "in the recipient's log");

    let mut facts = Facts::new();
    facts.sent(1, 2, "two");
    facts.arrived(1, 1, "one", Outcome::Accepted);
    facts.arrived(1, 2, "two", Outcome::Accepted);
    assert_eq!(facts.problems(), [(ProblemKind::Missing, 1)], "in the sender's log");

    let mut facts = Facts::new();
    facts.sent(1, 1, "one");
    facts.sent(2, 1, "two");
    facts.arrived(2, 1, "two", Outcome::Accepted);
    assert_eq!(
        facts.problems(),
        [(ProblemKind::Missing, 1)],
        "at the end of an epoch that is over"
    );
}

#[test]
fn a_number_or_a_message_twice_is_duplicated() {
    // shows: audit-22
    let mut facts = Facts::new();
    facts.sent(1, 1, "one");
    facts.arrived(1, 1, "one", Outcome::Accepted);
    facts.arrived(1, 1, "one", Outcome::Accepted);
    assert_eq!(facts.problems(), [(ProblemKind::Duplicated, 1)]);

    let mut facts = Facts::new();
    for number in [1, 2] {
        facts.sent(1, number, "one");
        facts.arrived(1, number, "one", Outcome::Accepted);
    }
    assert_eq!(
        facts.problems(),
        [(ProblemKind::Duplicated, 2), (ProblemKind::Duplicated, 2)],
        "in both logs"
    );

    let mut facts = Facts::new();
    facts.sent(1, 1, "one");
    facts.arrived(1, 1, "one", Outcome::Accepted);
    facts.sent(1, 2, "two");
    facts.arrived(1, 2, "two", Outcome::Refused { code: RefusalCode::Duplicate });
    assert_eq!(facts.problems(), [], "a refusal takes no effect");
}

#[test]
fn a_number_after_a_higher_one_is_reordered() {
    // shows: audit-22
    let mut facts = Facts::new();
    for (number, message) in [(1, "one"), (2, "two")] {
        facts.sent(1, number, message);
    }
    for (number, message) in [(2, "two"), (1, "one")] {
        facts.arrived(1, number, message, Outcome::Accepted);
    }
    assert_eq!(facts.problems(), [(ProblemKind::Reordered, 1)]);
}

#[test]
fn every_kind_of_problem_is_in_the_chapter() {
    // shows: audit-20
    let chapter = include_str!("../../../../spec/11-audit.md");
    let table = chapter
        .split("<!-- problems -->")
        .nth(1)
        .unwrap()
        .split("<!-- end of problems -->")
        .next()
        .unwrap();
    let codes: Vec<&str> =
        table.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next()).collect();
    let kinds: Vec<&str> = ProblemKind::ALL.into_iter().map(ProblemKind::code).collect();
    assert_eq!(codes, kinds);
}

#[test]
fn a_log_tells_its_root_at_every_size() {
    let (la, _) = forge::morning();
    let ledger = la.audited().unwrap().ledger.unwrap();
    let Head { size, root } = ledger.log.head();
    assert_eq!(ledger.log.root_at(size), Some(root));
    assert_eq!(ledger.log.root_at(TreeSize::new(size.get() + 1)), None);
}

#[test]
fn a_reading_for_no_registered_purpose_is_a_problem_of_its_leaf() {
    // shows: audit-38
    let (mut la, mm) = forge::morning();
    let message = la.send(&[MM]);
    let mut leaf = forge::read(message);
    if let crate::log::leaf::Leaf::Read { purpose, .. } = &mut leaf {
        *purpose = crate::ids::PurposeCode::parse("curiosity").unwrap();
    }
    let place = la.push(&leaf);
    let (a, b) = (la.audited().unwrap(), mm.audited().unwrap());

    let joined = reconcile::all(&[&a, &b]).unwrap();
    let found: Vec<_> = joined.problems.iter().map(|it| (it.kind, it.leaf)).collect();
    assert_eq!(found, [(ProblemKind::ReadWithoutPurpose, Some(place))]);
    assert!(!joined.is_sound());
}

#[test]
fn two_bundles_of_one_log_are_one_log() {
    // shows: audit-39
    let (mut la, mm) = forge::morning();
    let (older, b) = (la.audited().unwrap(), mm.audited().unwrap());
    la.push(&forge::started());
    let newer = la.audited().unwrap();

    let joined = reconcile::all(&[&older, &b, &newer]).unwrap();
    assert_eq!((joined.pairs.len(), joined.seams.len(), joined.is_sound()), (1, 0, true));
    let mut fork = Agency::new(LA);
    (0..20).for_each(|_| {
        fork.push(&forge::started());
    });
    let forked = reconcile::all(&[&older, &b, &fork.audited().unwrap()]).unwrap();
    assert_eq!(forked.problems[0].kind, ProblemKind::CheckpointOnOtherBranch);
}

#[test]
fn the_end_of_a_log_is_one_seam_with_all_that_was_said_of_it() {
    // shows: audit-39
    let (old, next, mm) = succeeded(|end| end);

    let joined = reconcile::all(&[&next, &mm, &old]).unwrap();

    assert!(joined.is_sound(), "{joined:?}");
    let [seam] = joined.seams.as_slice() else { panic!("{joined:?}") };
    assert_eq!(Some(&seam.end), next.ledger.unwrap().end.as_ref());
    // The next log alone says it too.
    assert_eq!(reconcile::all(&[&mm, &succeeded(|end| end).1]).unwrap().seams.len(), 1);
}

#[test]
fn a_log_beyond_its_end_or_other_than_what_was_restored_is_a_problem() {
    // shows: audit-39, suc-12
    let cut = TreeSize::new(1);
    let (old, next, mm) = succeeded(|end| End { size: cut, ..end });
    let joined = reconcile::all(&[&old, &next, &mm]).unwrap();
    let own: Vec<ProblemKind> = joined.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(own, [ProblemKind::Outlived], "the log itself");
    let held = &joined.pairs[0].problems;
    assert!(
        held.iter().any(|one| one.kind == ProblemKind::Outlived),
        "a checkpoint held: {held:?}"
    );

    let other = digest::sha256(b"other");
    let (old, next, mm) = succeeded(|end| End { restored: Head { size: cut, root: other }, ..end });
    let joined = reconcile::all(&[&old, &next, &mm]).unwrap();
    assert_eq!(joined.problems[0].kind, ProblemKind::CheckpointOnOtherBranch);
}

#[test]
fn what_may_be_lost_and_differs_is_counted_at_the_seam_and_what_may_not_is_a_problem() {
    // shows: audit-39
    for (lost_from, problems) in [(0, 0), (u64::MAX, 1)] {
        let lost_from = LeafIndex::new(lost_from);
        let (mut old, next, mm) = succeeded(|end| End { lost_from, ..end });
        let line = Line { peer: fixtures::agency(MM), epoch: EPOCH };
        let sent = &mut old.ledger.as_mut().unwrap().sent;
        sent.get_mut(&line).unwrap()[0].message = digest::sha256(b"written alone");

        let joined = reconcile::all(&[&old, &next, &mm]).unwrap();

        let differs = |problem: &&reconcile::Problem| problem.kind == ProblemKind::DigestDiffers;
        let pair = &joined.pairs[0];
        assert_eq!(pair.problems.iter().filter(differs).count(), problems, "{pair:?}");
        assert_eq!(pair.lost > 0, problems == 0, "{pair:?}");
    }
}

/// A log that ended, the beginning of the next one with the end changed, and a peer's log.
fn succeeded(change: impl Fn(End) -> End) -> (Report, Report, Report) {
    let (la, mm) = forge::morning();
    let old = la.audited().unwrap();
    let mut next = la.audited().unwrap();
    let ledger = next.ledger.as_mut().unwrap();
    let Head { size, root } = ledger.log.head();
    let end = End {
        origin: ledger.origin.clone(),
        cause: Cause::Fork,
        size,
        restored: Head { size, root },
        lost_from: LeafIndex::new(size.get()),
        approved_by: vec![fixtures::agency(MM)],
    };
    *ledger = Ledger {
        agency: ledger.agency.clone(),
        charter: ledger.charter,
        origin: ledger.origin.replace("log1", "log2"),
        log: Grown::default(),
        sent: BTreeMap::new(),
        arrived: BTreeMap::new(),
        receipted: BTreeMap::new(),
        heads: BTreeMap::new(),
        requests: ledger.requests.clone(),
        decisions: Vec::new(),
        purposeless: Vec::new(),
        end: Some(change(end)),
        number: LogNumber::new(2),
        is_first: false,
        extent: Extent::Whole,
    };
    (old, next, mm.audited().unwrap())
}
