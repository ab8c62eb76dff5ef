//! Frames from a reader whose time is moved by hand.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::io::DuplexStream;
use tokio::time;
use tokio::time::Instant;

use crate::transport::frames::FrameBounds;
use crate::transport::frames::FrameError;
use crate::transport::frames::FrameReader;
use crate::transport::frames::STEP_BYTES;

const BOUNDS: FrameBounds =
    FrameBounds { bytes_max: 1_000_000, wait: Duration::from_secs(10), bytes_per_second: 1000 };

#[tokio::test(start_paused = true)]
async fn frames_follow_each_other_until_the_stream_ends() {
    // shows: wire-13
    let (mut peer, mut reader) = stream();
    let long = vec![5; 200_000];

    peer.write_all(&framed(b"one")).await.expect("written");
    peer.write_all(&framed(&long)).await.expect("written");
    drop(peer);

    assert_eq!(reader.next().await, Ok(Some(b"one".to_vec())));
    assert_eq!(reader.next().await, Ok(Some(long)));
    assert_eq!(reader.next().await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn a_frame_may_be_awaited_again_after_being_dropped() {
    let (mut peer, mut reader) = stream();
    for byte in framed(b"slowly") {
        let waited = time::timeout(Duration::from_millis(1), reader.next()).await;
        assert!(waited.is_err());
        peer.write_all(&[byte]).await.expect("written");
    }

    assert_eq!(reader.next().await, Ok(Some(b"slowly".to_vec())));
}

#[tokio::test(start_paused = true)]
async fn a_length_is_judged_before_memory_is_taken() {
    // shows: wire-13
    let table = [
        (1_000_001_u32, FrameError::TooLong { len: 1_000_001 }),
        (u32::MAX, FrameError::TooLong { len: 0xffff_ffff }),
        (0, FrameError::Empty),
    ];
    for (len, error) in table {
        let (mut peer, mut reader) = stream();
        peer.write_all(&len.to_be_bytes()).await.expect("written");

        assert_eq!(reader.next().await, Err(error));
        assert_eq!(reader.body.capacity(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn memory_grows_with_the_bytes_and_not_with_the_promise() {
    // shows: wire-13
    let (mut peer, mut reader) = stream();
    peer.write_all(&1_000_000_u32.to_be_bytes()).await.expect("written");
    peer.write_all(&[0; 10]).await.expect("written");

    assert!(time::timeout(Duration::from_secs(1), reader.next()).await.is_err());

    assert_eq!(reader.body.len(), 10);
    assert!(reader.body.capacity() <= 2 * STEP_BYTES);
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_has_begun_must_end_in_time() {
    // shows: wire-14
    let (mut peer, mut reader) = stream();
    let start = Instant::now();
    peer.write_all(&[0]).await.expect("written");

    assert_eq!(reader.next().await, Err(FrameError::Slow));

    assert!(start.elapsed() < Duration::from_secs(11));
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_trickles_is_cut_and_one_that_flows_is_not() {
    // shows: wire-14
    let outcome_at = async |bytes_each_second: usize| {
        let (mut peer, mut reader) = stream();
        let writer = tokio::spawn(async move {
            for part in framed(&[1; 40_000]).chunks(bytes_each_second) {
                if peer.write_all(part).await.is_err() {
                    return;
                }
                time::advance(Duration::from_secs(1)).await;
            }
        });
        let outcome = reader.next().await.map(|frame| frame.map(|frame| frame.len()));
        writer.abort();
        outcome
    };

    assert_eq!(outcome_at(100).await, Err(FrameError::Slow));
    assert_eq!(outcome_at(1000).await, Ok(Some(40_000)));
}

#[tokio::test(start_paused = true)]
async fn silence_between_frames_is_allowed() {
    // shows: wire-14
    let (mut peer, mut reader) = stream();
    assert!(time::timeout(Duration::from_secs(100_000), reader.next()).await.is_err());

    peer.write_all(&framed(b"late")).await.expect("written");

    assert_eq!(reader.next().await, Ok(Some(b"late".to_vec())));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_inside_a_frame_is_cut() {
    // shows: wire-13
    let whole = framed(b"whole");
    for len in 1..whole.len() {
        let (mut peer, mut reader) = stream();
        peer.write_all(&whole[..len]).await.expect("written");
        drop(peer);

        assert_eq!(reader.next().await, Err(FrameError::Cut), "after {len} bytes");
    }
}

fn stream() -> (DuplexStream, FrameReader<DuplexStream>) {
    let (peer, here) = tokio::io::duplex(1_000_000);
    (peer, FrameReader::new(here, BOUNDS))
}

fn framed(frame: &[u8]) -> Vec<u8> {
    [&u32::try_from(frame.len()).expect("short").to_be_bytes(), frame].concat()
}
