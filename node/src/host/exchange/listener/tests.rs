//! How much of one connection waits between its stream and the writer.

use concord_protocol::limits::FRAME_BYTES_MAX;

use crate::host::exchange::listener::AHEAD_BYTES_MAX;
use crate::host::exchange::listener::AHEAD_FRAMES_MAX;
use crate::host::exchange::listener::share;

#[test]
fn short_frames_take_a_share_of_their_number_and_long_ones_of_their_bytes() {
    // shows: wire-23
    let room = u32::try_from(AHEAD_BYTES_MAX).unwrap();

    assert_eq!(room / share(1), u32::try_from(AHEAD_FRAMES_MAX).unwrap());
    assert_eq!(room / share(FRAME_BYTES_MAX), 2);
    assert_eq!(share(1_000_000), 1_000_000);
}
