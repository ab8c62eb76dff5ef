//! Waits end.

use std::time::Duration;

use crate::cli::demo::wait;
use crate::cli::demo::wait::TimeUp;

#[test]
fn what_holds_at_once_is_not_waited_for() {
    assert_eq!(wait::for_up_to(Duration::MAX, || Some(7)), Ok(7));
}

#[test]
fn it_is_asked_once_even_without_time() {
    let mut asked = 0;

    let late = wait::for_up_to::<()>(Duration::ZERO, || {
        asked += 1;
        None
    });

    assert_eq!((asked, late), (1, Err(TimeUp { within: Duration::ZERO })));
}
