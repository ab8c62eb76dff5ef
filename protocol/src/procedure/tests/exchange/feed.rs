//! A feed of indicators: without a gap, disputed entry by entry.

use alloc::format;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::message::intelligence::block_effect_report::AttemptType;
use crate::message::intelligence::feed_entry::Recommended;
use crate::message::intelligence::indicator_dispute::DisputeOutcome;
use crate::message::text::RecordRef;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::exchange::fact;
use crate::procedure::exchange::fact::BlockEffect;
use crate::procedure::exchange::fact::FeedFact;
use crate::procedure::exchange::fact::FeedPoint;
use crate::procedure::exchange::feed::Feed;
use crate::procedure::exchange::feed::ROWS;
use crate::procedure::exchange::feed::Stage;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::fold::Rules;
use crate::procedure::tests;
use crate::procedure::tests::ASKED;
use crate::procedure::tests::ASKS;
use crate::procedure::tests::Play;
use crate::procedure::tests::SALTS;
use crate::procedure::tests::TRANSIT;
use crate::procedure::tests::agency;
use crate::procedure::tests::convergence;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);

fn feed() -> Digest {
    digest::sha256(b"CN-FEED-INFRA-1")
}

/// A state of the feed, in one of several histories.
fn point(seq: u64, history: u8) -> FeedPoint {
    FeedPoint { seq, root: digest::sha256_of(&[&seq.to_be_bytes(), &[history]]) }
}

fn whole(seq: u64) -> Fact {
    FeedFact::Whole { feed: feed(), at: point(seq, 0) }.into()
}

fn change(from: u64, to: u64) -> Fact {
    FeedFact::Changed { feed: feed(), from: point(from, 0), to: point(to, 0) }.into()
}

fn missed(to_seq: Option<u64>) -> Fact {
    FeedFact::Missed { feed: feed(), to_seq }.into()
}

fn effect(from: u64, until: u64, calls: u64) -> BlockEffect {
    BlockEffect {
        feed: Some(feed()),
        from: Timestamp::from_millis(from),
        until: Timestamp::from_millis(until),
        counts: Vec::from([(AttemptType::Call, calls)]),
    }
}

fn blocked(from: u64, until: u64, calls: u64) -> Fact {
    FeedFact::Blocked(effect(from, until, calls)).into()
}

fn entry() -> RecordRef {
    RecordRef::parse("CN-IND-0000017").unwrap()
}

fn disputed() -> Fact {
    FeedFact::Disputed { feed: feed(), entry: fact::mark(&entry()) }.into()
}

fn decided(of: MessageId, recommended: Option<Recommended>) -> Fact {
    let outcome =
        if recommended.is_some() { DisputeOutcome::Changed } else { DisputeOutcome::Withdrawn };
    FeedFact::Decided { of, outcome, recommended }.into()
}

/// A feed that stands at 5.
fn begun(salt: u8) -> Play<Feed> {
    Play::begin(salt, whole(5))
}

fn seq(play: &Play<Feed>) -> u64 {
    play.now().state.head().seq
}

/// What is recommended about the entry, which the feed lists since a number.
fn recommended(play: &Play<Feed>, listed: Recommended, since: u64) -> Option<Recommended> {
    play.now().state.disputes().recommended(&entry(), listed, since)
}

#[test]
fn every_row_of_the_table_of_a_feed_is_walked() {
    // shows: xch-30, xch-31, xch-32, xch-33, xch-34, xch-35, xch-36, xch-37, xch-38
    let mut play = begun(0);
    play.say(ASKS, change(5, 9));
    assert_eq!(seq(&play), 9);
    play.say(ASKED, missed(Some(9)));
    play.say(TRANSIT, missed(None));
    assert_eq!(play.now().state.gaps().len(), 2);
    play.say(ASKS, change(5, 9));
    assert_eq!(seq(&play), 9, "a repetition leads nowhere");
    assert_eq!(play.now().state.gaps().keys().collect::<Vec<_>>(), [&agency(TRANSIT)]);
    play.say(ASKS, whole(9));
    assert!(play.now().state.gaps().is_empty());
    play.say(ASKED, blocked(0, 10, 175));
    let dispute = play.say(ASKED, disputed());
    assert_eq!(play.now().state.disputes().open_ones().len(), 1);
    let of = play.id(&dispute);
    play.say(ASKS, decided(of, None));
    assert!(play.now().state.disputes().open_ones().is_empty());
    play.say(ASKS, WITHDRAWN);
    assert_eq!(play.now().state.stage(), Stage::Closed);
    play.told("every row of the table of a feed is walked", &[]);
    tests::all_walked(ROWS, &play.rules());
    assert_eq!(play.refused(ASKS, change(9, 10)).code, RefusalCode::OutOfTurn);
}

#[test]
fn a_feed_is_one_feed_and_its_originators() {
    // shows: xch-30
    let mut play = begun(0);
    let other = digest::sha256(b"another");
    let delta = FeedFact::Changed { feed: other, from: point(5, 0), to: point(6, 0) };
    let dispute = FeedFact::Disputed { feed: other, entry: other };
    let effect = FeedFact::Blocked(BlockEffect { feed: Some(other), ..effect(0, 10, 1) });
    let opening = play.act(ASKS, &[], change(5, 9));

    assert_eq!(play.refused(ASKS, delta.into()).rule, "xch-30");
    assert_eq!(play.refused(ASKED, dispute.into()).rule, "xch-30");
    assert_eq!(play.refused(ASKED, effect.into()).rule, "xch-30");
    assert_eq!(Feed::open(&opening).unwrap_err().rule, "xch-30");
    assert_eq!(play.refused(ASKED, change(5, 9)).code, RefusalCode::NotEntitled);
    assert_eq!(play.refused(ASKS, disputed()).code, RefusalCode::NotEntitled);
    play.told("a feed is one feed and its originators", &["xch-30"]);
}

#[test]
fn a_delta_that_leaves_a_gap_is_refused_with_what_is_missing() {
    // shows: xch-39
    let mut play = begun(0);
    let gap = play.refused(ASKS, change(7, 9));
    assert_eq!((gap.code, gap.rule), (RefusalCode::OutOfTurn, "xch-39"));
    assert!(gap.why.contains("from 5 to 7"), "{}", gap.why);
    let back = play.refused(ASKS, change(4, 6));
    assert_eq!((back.code, back.rule), (RefusalCode::OutOfTurn, "xch-39"));
    let forged = FeedFact::Changed { feed: feed(), from: point(5, 1), to: point(6, 1) };
    let forged = play.refused(ASKS, forged.into());
    assert_eq!((forged.code, forged.rule), (RefusalCode::Safeguard, "xch-39"));

    play.say(ASKS, change(5, 6));
    let other = FeedFact::Changed { feed: feed(), from: point(5, 0), to: point(6, 1) };
    assert_eq!(play.refused(ASKS, other.into()).rule, "xch-39", "not what it has already");
    play.say(ASKS, change(6, 9));
    play.told("a delta that leaves a gap is refused with what is missing", &["xch-39"]);
}

#[test]
fn a_snapshot_does_not_go_back_or_aside() {
    // shows: xch-40
    let mut play = begun(0);
    play.say(ASKS, change(5, 9));
    assert_eq!(play.refused(ASKS, whole(8)).rule, "xch-40");
    let aside = FeedFact::Whole { feed: feed(), at: point(9, 1) };
    assert_eq!(play.refused(ASKS, aside.into()).rule, "xch-40");
    play.say(ASKS, whole(12));
    play.say(ASKS, change(12, 13));
    assert_eq!(seq(&play), 13);
    play.told("a snapshot does not go back or aside", &["xch-40"]);
}

#[test]
fn attempts_are_counted_once() {
    // shows: xch-41
    let mut play = begun(0);
    let first = play.say(ASKED, blocked(0, 10, 175));
    let again = play.refused(ASKED, blocked(9, 20, 175));
    assert_eq!((again.code, again.rule), (RefusalCode::Safeguard, "xch-41"));
    play.say(ASKED, blocked(10, 20, 25));
    play.say(TRANSIT, blocked(0, 20, 1_000));
    play.say(ASKED, FeedFact::Blocked(BlockEffect { feed: None, ..effect(0, 20, 9_999) }).into());
    assert_eq!(play.now().state.blocked(AttemptType::Call), 1_200);
    assert_eq!(play.now().state.blocked(AttemptType::Message), 0);

    play.say_instead(ASKED, first, blocked(0, 10, 100));
    assert_eq!(play.now().state.blocked(AttemptType::Call), 1_125);
    play.told("attempts are counted once", &["xch-41"]);
}

#[test]
fn a_disputed_entry_is_watched_at_most_until_it_is_decided() {
    // shows: xch-42
    let mut play = begun(0);
    assert_eq!(recommended(&play, Recommended::Block, 5), Some(Recommended::Block));
    let dispute = play.say(ASKED, disputed());
    for listed in Recommended::ALL {
        let meanwhile = match listed {
            Recommended::DoNotTouch => Recommended::DoNotTouch,
            Recommended::Block | Recommended::Warn | Recommended::Monitor => Recommended::Monitor,
        };
        assert_eq!(recommended(&play, *listed, 5), Some(meanwhile));
    }
    let of = play.id(&dispute);
    play.say(ASKS, decided(of, Some(Recommended::Warn)));
    assert_eq!(recommended(&play, Recommended::Block, 5), Some(Recommended::Warn));
    play.say(ASKS, change(5, 6));
    assert_eq!(recommended(&play, Recommended::Block, 5), Some(Recommended::Warn));
    assert_eq!(recommended(&play, Recommended::Block, 6), Some(Recommended::Block), "listed anew");

    let again = play.say(TRANSIT, disputed());
    let of = play.id(&again);
    play.say(ASKS, decided(of, None));
    assert_eq!(recommended(&play, Recommended::Block, 6), None);
}

#[test]
fn a_decision_is_about_an_open_dispute() {
    // shows: xch-43
    let mut play = begun(0);
    let first = play.first();
    assert_eq!(play.refused(ASKS, decided(first, None)).rule, "xch-43");
    let dispute = play.say(ASKED, disputed());
    let of = play.id(&dispute);
    play.say(ASKS, decided(of, None));
    assert_eq!(play.refused(ASKS, decided(of, None)).rule, "xch-43");
    play.told("a decision is about an open dispute", &["xch-43"]);
}

#[test]
fn two_states_of_a_feed_at_once_are_a_conflict_that_the_originator_settles() {
    // shows: xch-52
    let aside = |seq: u64, history: u8| FeedFact::Whole { feed: feed(), at: point(seq, history) };
    for salt in SALTS {
        for (what, one, other) in [
            ("deltas", change(5, 6), change(5, 7)),
            ("snapshots", aside(9, 0).into(), aside(9, 1).into()),
        ] {
            let mut play = begun(salt);
            let seen = play.transcript.heads();
            let one = play.say_after(ASKS, &seen, one);
            let other = play.say_after(ASKS, &seen, other);
            assert_eq!(play.now().common.conflicts().len(), 1);

            let mut between = Vec::from([one, other]);
            between.sort_unstable();
            let settle = Fact::Common(CommonFact::Resolved { between, prevails: Some(one) });
            play.say(ASKS, settle);
            assert_eq!(play.fate(&other), Fate::SetAside);
            assert!(matches!(play.fate(&one), Fate::Took { .. }));
            play.told(&format!("two states of a feed at once are settled: {what}"), &["xch-52"]);
        }
    }
}

#[test]
fn two_decisions_of_one_dispute_at_once_are_a_conflict() {
    // shows: xch-52
    for salt in SALTS {
        let mut play = begun(salt);
        let dispute = play.say(ASKED, disputed());
        let of = play.id(&dispute);
        play.say_after(ASKS, &[dispute], decided(of, None));
        play.say_after(ASKS, &[dispute], decided(of, Some(Recommended::Block)));
        assert_eq!(play.now().common.conflicts().len(), 1);
        play.told("two decisions of one dispute at once are a conflict", &["xch-52"]);
    }
}

#[test]
fn a_decision_beside_a_delta_counts_and_what_the_delta_lists_is_newer() {
    // shows: xch-53
    for salt in SALTS {
        let mut play = begun(salt);
        let dispute = play.say(ASKED, disputed());
        let of = play.id(&dispute);
        play.say_after(ASKS, &[dispute], change(5, 6));
        play.say_after(ASKS, &[dispute], decided(of, Some(Recommended::Warn)));

        assert_eq!(seq(&play), 6);
        assert_eq!(recommended(&play, Recommended::Block, 5), Some(Recommended::Warn));
        assert_eq!(recommended(&play, Recommended::Block, 6), Some(Recommended::Block));
        play.told(
            "a decision beside a delta counts and what the delta lists is newer",
            &["xch-53"],
        );
    }
}

fn menu(what: u8, seen: &Folded<Feed>, transcript: &Transcript) -> Fact {
    let head = seen.state.head().seq;
    let last = transcript.act(transcript.len() - 1).unwrap().id;
    match what % 12 {
        0 | 1 => change(head, head + 1),
        2 => change(head, head + 2),
        3 => change(head.saturating_sub(1), head),
        4 => whole(head),
        5 => whole(head + 2),
        6 => missed(Some(head + 1)),
        7 => missed(None),
        8 => blocked(u64::from(what), u64::from(what) + 20, 7),
        9 => disputed(),
        10 => decided(last, None),
        _ if what > 250 => WITHDRAWN,
        _ => decided(last, Some(Recommended::Warn)),
    }
}

proptest! {
    #[test]
    fn agencies_agree_on_where_a_feed_stands(
        attempts in vec(any::<convergence::Attempt>(), 1..60),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2
        let mut play = convergence::play::<Feed>(whole(5), &attempts, menu);
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
        let now = play.now();
        let facts: Vec<Fact> = (0..12).map(|what| menu(what, &now, &play.transcript)).collect();
        convergence::refused_changes_nothing(&mut play, &facts);
    }
}
