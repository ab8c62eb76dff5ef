//! How often papers are taken.

use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;

use super::is_too_soon;

#[test]
fn one_list_of_an_agency_is_taken_from_peers_in_two_minutes() {
    // shows: stf-7
    let last = Timestamp::from_millis(1_000_000);
    assert!(!is_too_soon(None, last));
    assert!(is_too_soon(Some(last), last));
    assert!(is_too_soon(Some(last), last.after(Span::from_millis(119_999))));
    assert!(!is_too_soon(Some(last), last.after(Span::from_millis(120_000))));
}
