//! What is refused, and when.

use concord_protocol::message::handling::Classification;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;

use crate::settings::unwitnessed::UnwitnessedLimit;

const LIMIT: UnwitnessedLimit =
    UnwitnessedLimit { after: Span::from_millis(1_000), from: Some(Classification::Restricted) };

#[test]
fn only_what_is_sensitive_is_refused_and_only_after_the_bound() {
    // shows: wit-15
    let since = Some(Timestamp::from_millis(5_000));
    let (before, after) = (Timestamp::from_millis(5_999), Timestamp::from_millis(6_000));

    for sensitive in [Classification::Restricted, Classification::Confidential] {
        assert!(!LIMIT.refuses(sensitive, since, before));
        assert!(LIMIT.refuses(sensitive, since, after));
        assert!(!LIMIT.refuses(sensitive, None, after), "a quorum vouches");
    }
    assert!(!LIMIT.refuses(Classification::Official, since, after));
    let never = UnwitnessedLimit { from: None, ..LIMIT };
    assert!(!never.refuses(Classification::Confidential, since, after));
}
