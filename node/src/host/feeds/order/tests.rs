//! A standing order asks for the gap, then for the whole, once a day at most, and never for what it can have without asking.

use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;

use super::Behind;
use super::Hindrance;
use super::PATIENCE;
use super::Request;
use super::Wanted;
use super::due;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// Not a day yet.
const ALMOST: Span = Span::from_millis(23 * 60 * 60 * 1_000);

const GAP: Option<Wanted> = Some(Wanted::Changes { from: 3, to: 5 });

fn behind(last: Option<Request>) -> Behind {
    Behind { here: Some(3), head: 5, hindrance: Hindrance::Lost, last }
}

fn asked(ago: Span, to_seq: Option<u64>) -> Request {
    Request { at: NOW.before(ago), to_seq, is_open: true }
}

#[test]
fn the_gap_is_asked_for_first_and_then_the_whole() {
    // shows: fed-23
    assert_eq!(due(&behind(None), NOW), GAP);
    let unhelped = behind(Some(asked(PATIENCE, Some(5))));
    assert_eq!(due(&unhelped, NOW), Some(Wanted::Whole));
    // A change that was repeated and is as bad as before closes the request, and helps as little.
    let repeated = Request { is_open: false, ..asked(PATIENCE, Some(5)) };
    assert_eq!(due(&behind(Some(repeated)), NOW), Some(Wanted::Whole));
    // A request of long ago, which led to what is here, has nothing to do with this gap.
    assert_eq!(due(&behind(Some(asked(PATIENCE, Some(3)))), NOW), GAP);
    // Without entries there is no gap.
    assert_eq!(due(&Behind { here: None, ..behind(None) }, NOW), Some(Wanted::Whole));
    // At the number of the feed with another root no change leads on.
    assert_eq!(due(&Behind { here: Some(5), ..behind(None) }, NOW), Some(Wanted::Whole));
}

#[test]
fn nothing_is_asked_twice_in_a_day_or_while_the_whole_is_asked_for() {
    // shows: fed-23
    for to_seq in [Some(5), None] {
        let just_now = asked(ALMOST, to_seq);
        assert_eq!(due(&behind(Some(just_now)), NOW), None, "{to_seq:?}");
        let closed = Request { is_open: false, ..just_now };
        assert_eq!(due(&behind(Some(closed)), NOW), None, "{to_seq:?}");
    }
    assert_eq!(due(&behind(Some(asked(Span::from_days(90), None))), NOW), None);
    // A clock that went back asks later, not sooner.
    let ahead = Request { at: NOW.after(Span::from_days(1)), to_seq: Some(5), is_open: true };
    assert_eq!(due(&behind(Some(ahead)), NOW), None);
}

#[test]
fn what_comes_by_itself_is_waited_for_and_what_nobody_else_can_mend_is_not_asked_for() {
    // shows: fed-23
    let coming = |ago: Span| Behind {
        hindrance: Hindrance::OnItsWay { told: NOW.before(ago) },
        ..behind(None)
    };
    assert_eq!(due(&coming(ALMOST), NOW), None);
    assert_eq!(due(&coming(PATIENCE), NOW), GAP);
    assert_eq!(due(&Behind { hindrance: Hindrance::OurOwn, ..behind(None) }, NOW), None);
}
