//! When an alarm begins, and when it ends.

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use proptest::prelude::any;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;

use crate::audit::watch::AlarmKind;
use crate::audit::watch::Bounds;
use crate::audit::watch::Change;
use crate::audit::watch::Observation;
use crate::audit::watch::Presence;
use crate::audit::watch::Showing;
use crate::audit::watch::Watch;
use crate::audit::watch::Witnessed;
use crate::crypto::digest;
use crate::ids::AgencyId;
use crate::ids::LogNumber;
use crate::ids::TreeSize;
use crate::log::leaf::EvidenceKind;
use crate::moment::Span;
use crate::moment::Timestamp;

#[test]
fn a_log_that_gets_its_cosignatures_in_time_raises_nothing() {
    let mut watch = Watch::new();
    for minute in 0..60 {
        let changes = look(&mut watch, minute, &[witnessed(minute + 1, minute + 1, minute)]);
        assert_eq!(changes, "");
    }
}

#[test]
fn a_checkpoint_without_a_quorum_is_stalled_after_its_bound_and_no_longer_when_the_quorum_comes() {
    // shows: evd-20, evd-24
    let mut watch = Watch::new();
    look(&mut watch, 0, &[witnessed(9, 9, 0)]);

    assert_eq!(look(&mut watch, 1, &[witnessed(12, 9, 0)]), "");
    assert_eq!(look(&mut watch, 6, &[witnessed(15, 9, 0)]), "");
    assert_eq!(look(&mut watch, 7, &[witnessed(16, 9, 0)]), "raised stalled");
    assert_eq!(look(&mut watch, 8, &[witnessed(20, 9, 0)]), "");
    let alarm = watch.standing().next().unwrap();
    assert_eq!(
        alarm.to_string(),
        "no quorum has cosigned log1 of la.mps beyond size 9 since 1970-01-01T00:01:00.000Z; it has 20 leaves"
    );
    assert_eq!(look(&mut watch, 9, &[witnessed(20, 20, 9)]), "cleared stalled");
    assert_eq!(watch.standing().count(), 0);
}

#[test]
fn a_log_that_grows_faster_than_it_is_cosigned_is_not_stalled() {
    // shows: evd-20
    let mut watch = Watch::new();
    for minute in 0..60 {
        let changes = look(&mut watch, minute, &[witnessed(10 * minute + 9, minute + 1, minute)]);
        assert_eq!(changes, "");
    }
}

#[test]
fn a_member_that_is_away_too_long_is_stalled_whatever_its_log() {
    // shows: evd-20
    let mut watch = Watch::new();
    let away = |last| Observation { presence: Presence::Away(last), ..witnessed(9, 9, 0) };

    assert_eq!(look(&mut watch, 1, &[away(Some(minutes(0)))]), "");
    assert_eq!(look(&mut watch, 16, &[away(Some(minutes(0)))]), "raised stalled");
    assert_eq!(look(&mut watch, 17, &[witnessed(9, 9, 17)]), "cleared stalled");

    let mut never = Watch::new();
    assert_eq!(look(&mut never, 1, &[away(None)]), "");
    assert_eq!(look(&mut never, 17, &[away(None)]), "raised stalled");
}

#[test]
fn a_smaller_checkpoint_after_a_larger_one_is_shrinking_until_it_is_made_good() {
    // shows: evd-21
    let mut watch = Watch::new();
    let shows = |size| Observation { shown: Some(showing(size, 12)), ..witnessed(12, 12, 1) };

    assert_eq!(look(&mut watch, 1, &[shows(12)]), "");
    assert_eq!(look(&mut watch, 2, &[shows(9)]), "raised shrinking");
    assert_eq!(
        watch.standing().next().unwrap().to_string(),
        "la.mps shows log1 with 9 leaves and had shown 12: it was put back"
    );
    assert_eq!(look(&mut watch, 3, &[shows(12)]), "cleared shrinking");
}

#[test]
fn a_log_that_grew_after_its_member_showed_it_has_not_shrunk() {
    // shows: evd-21
    let mut watch = Watch::new();
    let shown = Some(showing(9, 9));

    for size in 9..20 {
        let grown = Observation { shown, ..witnessed(size, size, size) };
        assert_eq!(look(&mut watch, size, &[grown]), "");
    }
}

#[test]
fn the_first_look_knows_what_a_member_had_shown_before_it() {
    // shows: evd-21
    let mut watch = Watch::new();
    let back = Observation { shown: Some(showing(9, 12)), ..witnessed(12, 12, 1) };

    assert_eq!(look(&mut watch, 1, core::slice::from_ref(&back)), "raised shrinking");
    // Up to where it had been is not yet more than was held; beyond it the log is known to go on.
    let on = Observation { shown: back.shown, ..witnessed(13, 13, 2) };
    assert_eq!(look(&mut watch, 2, &[on]), "cleared shrinking");
}

#[test]
fn old_cosignatures_are_stale_even_of_a_log_at_rest() {
    // shows: evd-22
    let mut watch = Watch::new();
    let week = 7 * 24 * 60;

    assert_eq!(look(&mut watch, week, &[witnessed(9, 9, 0)]), "");
    assert_eq!(look(&mut watch, week + 1, &[witnessed(9, 9, 0)]), "raised stale");
    assert_eq!(look(&mut watch, week + 2, &[witnessed(9, 9, week)]), "cleared stale");

    let mut empty = Watch::new();
    let nothing = Observation { head: None, witnessed: None, ..witnessed(0, 0, 0) };
    look(&mut empty, 0, core::slice::from_ref(&nothing));
    assert_eq!(look(&mut empty, 3 * week, &[nothing]), "");
}

#[test]
fn evidence_is_a_fork_at_once_and_stays_one_for_this_log() {
    // shows: evd-23
    let mut watch = Watch::new();
    let evidence = Some((EvidenceKind::LogFork, digest::sha256(b"file")));
    let forked = Observation { evidence, ..witnessed(9, 9, 0) };

    assert_eq!(look(&mut watch, 0, core::slice::from_ref(&forked)), "raised forked");
    assert_eq!(look(&mut watch, 1, &[forked]), "");
    // The next log of the member is another log.
    let next = Observation { log: LogNumber::new(2), ..witnessed(1, 1, 2) };
    assert_eq!(look(&mut watch, 2, &[next]), "cleared forked");
}

#[test]
fn every_kind_has_its_own_code() {
    // shows: evd-24
    let codes: Vec<&str> = AlarmKind::ALL.into_iter().map(AlarmKind::code).collect();
    assert_eq!(codes, ["forked", "shrinking", "stalled", "stale"]);
}

proptest! {
    /// Raised and cleared alternate for each kind, and what was raised and not cleared is what stands.
    #[test]
    fn what_stands_is_what_was_raised_and_not_cleared(
        looks in proptest::collection::vec((0_u64..40, 0_u64..40, any::<bool>(), 0_u64..2000), 1..60),
    ) {
        let mut watch = Watch::new();
        let mut standing = Vec::new();
        let mut now = 0;
        for (head, shown, here, wait) in looks {
            now += wait;
            let presence = if here { Presence::Here } else { Presence::Away(None) };
            let log = Observation {
                shown: Some(showing(shown, head)),
                presence,
                ..witnessed(head.max(shown), shown, now / 2)
            };
            for change in watch.look(minutes(now), &Bounds::DEFAULT, &[log]) {
                match change {
                    Change::Raised(alarm) => {
                        prop_assert!(!standing.contains(&alarm.kind()));
                        standing.push(alarm.kind());
                    }
                    Change::Cleared(alarm) => {
                        prop_assert!(standing.contains(&alarm.kind()));
                        standing.retain(|kind| *kind != alarm.kind());
                    }
                }
            }
            standing.sort_unstable();
            let now_standing: Vec<AlarmKind> = watch.standing().map(super::Alarm::kind).collect();
            prop_assert_eq!(&now_standing, &standing);
        }
    }
}

fn minutes(minutes: u64) -> Timestamp {
    Timestamp::from_millis(0).after(Span::from_millis(minutes * 60_000))
}

fn showing(size: u64, before: u64) -> Showing {
    Showing { size: TreeSize::new(size), before: TreeSize::new(before) }
}

/// A member that is here, whose log has these sizes.
fn witnessed(head: u64, cosigned: u64, at: u64) -> Observation {
    Observation {
        member: AgencyId::parse("la.mps").unwrap(),
        log: LogNumber::new(1),
        head: Some(TreeSize::new(head)),
        shown: None,
        witnessed: Some(Witnessed { size: TreeSize::new(cosigned), at: minutes(at) }),
        presence: Presence::Here,
        evidence: None,
    }
}

fn look(watch: &mut Watch, minute: u64, logs: &[Observation]) -> String {
    let changes = watch.look(minutes(minute), &Bounds::DEFAULT, logs);
    let said = |change: Change| match change {
        Change::Raised(alarm) => alloc::format!("raised {}", alarm.kind().code()),
        Change::Cleared(alarm) => alloc::format!("cleared {}", alarm.kind().code()),
    };
    changes.into_iter().map(said).collect::<Vec<String>>().join(", ")
}
