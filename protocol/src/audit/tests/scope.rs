//! Bundles of a part of a log: what they show, what they hide and keep countable, and what they leave unjudged.

use alloc::vec;
use alloc::vec::Vec;

use crate::audit::bundle::Scope;
use crate::audit::export;
use crate::audit::export::Contents;
use crate::audit::export::ExportError;
use crate::audit::progress::Unwatched;
use crate::audit::tests::forge;
use crate::audit::tests::forge::Agency;
use crate::audit::tests::forge::LA;
use crate::audit::tests::forge::MM;
use crate::audit::tests::forge::Pack;
use crate::audit::tests::forge::TH;
use crate::audit::verify;
use crate::audit::verify::report::Report;
use crate::audit::verify::report::Unjudged;
use crate::codec;
use crate::identity::fixtures;
use crate::ids::LeafIndex;
use crate::log::leaf::Leaf;

fn range(from: u64, to: u64) -> Scope {
    Scope::Range { from: LeafIndex::new(from), to: LeafIndex::new(to) }
}

fn about(peer: &str) -> Scope {
    Scope::Peer { peer: fixtures::agency(peer) }
}

fn audited(agency: &Agency, scope: Scope) -> Report {
    verify::verify(&agency.scoped(Some(scope)), Some(forge::genesis())).unwrap()
}

/// The kinds of the leaves that a bundle shows.
fn shown(agency: &Agency, scope: Scope) -> Vec<&'static str> {
    let mut pack = Pack::read(&agency.scoped(Some(scope)));
    let items = pack.items("leaves");
    items.iter().map(|item| codec::decode::<Leaf>(&item[8..]).unwrap().kind()).collect()
}

#[test]
fn every_range_of_a_log_is_a_bundle_that_passes() {
    // shows: audit-26, audit-37
    let (la, mm) = forge::morning();
    for agency in [la, mm] {
        let size = agency.log.head().size;
        for from in 0..size.get() {
            for to in from + 1..=size.get() {
                let report = audited(&agency, range(from, to));
                assert_eq!((report.head.size, report.disclosed), (size, to - from));
                assert!(report.unjudged.contains(&Unjudged::Unique));
                assert_eq!(report.unjudged.contains(&Unjudged::Antecedent), from > 0);
            }
        }
    }
}

#[test]
fn a_range_of_many_tiles_hides_the_others_and_keeps_them_countable() {
    // shows: audit-25
    let mut la = Agency::new(LA);
    (0..799).for_each(|_| {
        la.push(&forge::started());
    });
    for (from, to) in [(0, 800), (255, 257), (300, 700), (799, 800)] {
        let report = audited(&la, range(from, to));
        assert_eq!((report.head.size.get(), report.disclosed), (800, to - from));
    }
}

#[test]
fn a_peer_sees_its_own_link_and_no_other() {
    // shows: audit-26
    let (mut la, _) = forge::morning();
    let read = la.send(&[TH]);
    la.push(&forge::read(read));

    let kinds = shown(&la, about(TH));
    let own = ["started", "message", "sent", "message", "sent", "read"];
    assert_eq!(kinds, own, "what went to others is hidden");
    let report = audited(&la, about(TH));
    assert_eq!(report.unjudged, [Unjudged::Unique, Unjudged::Complete]);
    assert_eq!(report.counts.sent, 2);
    let report = audited(&la, about(MM));
    assert_eq!((report.counts.received, report.counts.receipts), (1, 2));
    assert_eq!(audited(&Agency::new(LA), about(MM)).disclosed, 1);
}

#[test]
fn a_procedure_shows_what_is_about_it() {
    // shows: audit-26
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    la.send(&[MM]);
    let mut header = la.header(&[MM]);
    header.procedure = forge::procedure(5);
    let message = la.sign(&header);
    la.send_message(&message, MM);
    forge::exchange(&mut la, &mut mm, &[]);
    mm.push(&forge::read(crate::crypto::digest::sha256(&message)));

    let scope = Scope::Procedure { procedure: forge::procedure(5) };
    assert_eq!(shown(&la, scope.clone()), ["started", "message", "sent", "receipt-held"]);
    assert_eq!(shown(&mm, scope.clone()), ["started", "received", "read"]);
    let report = audited(&la, scope.clone());
    assert_eq!((report.disclosed, report.head.size.get()), (4, 6));
    assert!(report.unjudged.contains(&Unjudged::Contiguous));
    assert_eq!(audited(&mm, scope).disclosed, 3);
}

#[test]
fn a_scope_that_cannot_be_is_not_exported() {
    // shows: audit-7
    let (la, _) = forge::morning();
    for scope in [range(3, 3), range(4, 3), range(0, 12), about(LA)] {
        let contents = Contents { scope: Some(scope), ..la.contents() };
        let written = export::write(&la, &contents, &mut vec![], &Unwatched);
        assert_eq!(written, Err(ExportError::Scope));
    }
}

#[test]
fn witnesses_and_their_times_are_told() {
    // shows: audit-34, audit-36, audit-37
    let (mut la, mut mm) = forge::morning();
    let note = la.checkpoint().note().to_vec();
    let one = forge::cosigned(&note, MM, 100);
    la.cosignatures = vec![(la.log.head().size, one.clone())];
    let report = la.audited().unwrap();
    assert_eq!((report.witnessed.size.get(), report.witnessed.cosignatures), (0, 1), "too few");
    assert_eq!((report.grades.consistent + report.grades.signed, report.grades.witnessed), (2, 0));

    la.cosignatures = vec![(la.log.head().size, forge::cosigned(&one, TH, 300))];
    let held = mm.checkpoint().note().to_vec();
    let quorate = forge::cosigned(&forge::cosigned(&held, LA, 100), TH, 100);
    la.peer_cosigned = vec![(fixtures::agency(MM), quorate)];
    let report = la.audited().unwrap();
    assert_eq!(report.witnessed.size, la.log.head().size);
    assert_eq!(report.witnessed.by, [fixtures::agency(MM), fixtures::agency(TH)]);
    let times = [report.witnessed.first, report.witnessed.last];
    assert_eq!(times.map(|at| at.unwrap().get()), [100, 300]);
    assert_eq!(report.grades.witnessed, 2, "all that a quorum saw");
    mm.push(&forge::started());
    assert_eq!(mm.audited().unwrap().grades.witnessed, 0);
}

#[test]
fn every_problem_is_listed_in_its_place_and_more_are_counted() {
    // shows: audit-27
    let mut la = Agency::new(LA);
    for number in 0..1_200_u32 {
        la.push(&forge::read(crate::crypto::digest::sha256(&number.to_be_bytes())));
    }
    la.send(&[MM]);
    let bundle = la.bundle();
    let terms = verify::Terms {
        pin: Some(forge::genesis()),
        seed: [1; 16],
        ledger: false,
        transcript: false,
        workers: &crate::audit::progress::Alone,
        progress: &Unwatched,
    };
    let report = verify::audit(&bundle.as_slice(), &terms).unwrap();

    assert_eq!((report.problems.count(), report.problems.listed().len()), (1_200, 1_000));
    let places: Vec<u64> =
        report.problems.listed().iter().map(|found| found.leaf.unwrap().get()).collect();
    assert_eq!(places, (1..=1_000).collect::<Vec<u64>>());
    assert_eq!(report.counts.messages, 1, "what follows is judged all the same");
    assert!(report.ledger.is_none() && !report.is_sound());
}
