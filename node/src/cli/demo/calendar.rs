//! Days and instants of the story, counted from the run and from now.

use std::sync::LazyLock;

use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;

use crate::clock;

/// When the run began. Its days are counted from there: at midnight what rests on a message would else be kept a day longer
/// than that may be (orc-19).
static BEGUN: LazyLock<Timestamp> = LazyLock::new(clock::now);

/// The day that lies so long ago. Shape: `2026-03-01`.
pub(crate) fn day_before(span: Span) -> String {
    day(BEGUN.before(span))
}

/// The day that lies so far ahead.
pub(crate) fn day_after(span: Span) -> String {
    day(BEGUN.after(span))
}

/// The instant that lies so far ahead. Shape: RFC 3339 in UTC.
pub(crate) fn instant_after(span: Span) -> String {
    clock::now().after(span).to_string()
}

/// The instant that lies so long ago.
pub(crate) fn instant_before(span: Span) -> String {
    clock::now().before(span).to_string()
}

/// Hours.
pub(crate) const fn hours(hours: u64) -> Span {
    Span::from_millis(hours.saturating_mul(3_600_000))
}

fn day(instant: Timestamp) -> String {
    // Only a clock that is thousands of years off has no day; it then begins its calendar.
    CivilDate::of(instant).map_or_else(|| "1970-01-01".to_owned(), |day| day.to_string())
}
