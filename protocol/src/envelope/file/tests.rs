//! Lengths, chunks and what an attacker may do with them.

use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::any;
use proptest::prop_assert_eq;
use proptest::proptest;

use crate::crypto::stream::End;
use crate::crypto::stream::FileKey;
use crate::envelope::file;
use crate::envelope::file::BadLength;
use crate::envelope::file::CHUNK_BYTES;
use crate::envelope::file::Layout;
use crate::envelope::file::SEALED_CHUNK_BYTES;
use crate::limits::FILE_BYTES_MAX;

#[test]
fn a_file_is_as_long_as_its_chunks_and_their_tags() {
    // shows: fil-1
    let cases = [
        (0, 16),
        (1, 17),
        (CHUNK_BYTES - 1, CHUNK_BYTES + 15),
        (CHUNK_BYTES, SEALED_CHUNK_BYTES),
        (CHUNK_BYTES + 1, SEALED_CHUNK_BYTES + 17),
        (2 * CHUNK_BYTES, 2 * SEALED_CHUNK_BYTES),
    ];
    for (plain, sealed) in cases {
        assert_eq!(file::sealed_len(plain), Ok(sealed));
        assert_eq!(file::plain_len(sealed), Ok(plain));
    }
}

#[test]
fn no_file_ends_in_an_empty_chunk_or_within_a_tag() {
    // shows: fil-1
    for sealed in [0, 1, 15, SEALED_CHUNK_BYTES + 1, SEALED_CHUNK_BYTES + 16] {
        assert_eq!(file::plain_len(sealed), Err(BadLength::NoFile { sealed }), "{sealed}");
    }
    assert_eq!(file::plain_len(FILE_BYTES_MAX + 1), Err(BadLength::TooLong));
    assert_eq!(file::plain_len(u64::MAX), Err(BadLength::TooLong));
    assert_eq!(file::sealed_len(FILE_BYTES_MAX), Err(BadLength::TooLong));
    assert_eq!(file::sealed_len(u64::MAX), Err(BadLength::TooLong));
}

#[test]
fn chunks_stand_one_after_the_other_and_only_the_last_says_so() {
    let layout = Layout::of_plain(2 * CHUNK_BYTES + 5).expect("a length");
    let chunks: Vec<_> = (0..layout.chunks()).filter_map(|number| layout.chunk(number)).collect();
    let places: Vec<_> = chunks.iter().map(|chunk| (chunk.sealed_at, chunk.sealed_len)).collect();
    assert_eq!(
        places,
        [
            (0, SEALED_CHUNK_BYTES),
            (SEALED_CHUNK_BYTES, SEALED_CHUNK_BYTES),
            (2 * SEALED_CHUNK_BYTES, 21)
        ]
    );
    let ends: Vec<_> = chunks.iter().map(|chunk| chunk.end).collect();
    assert_eq!(ends, [End::More, End::More, End::Last]);
    assert_eq!(layout.chunk(3), None);
    assert_eq!(layout.holding(CHUNK_BYTES), layout.chunk(1));
    assert_eq!(layout.holding(2 * CHUNK_BYTES + 4), layout.chunk(2));
    assert_eq!(layout.holding(2 * CHUNK_BYTES + 5), None);
}

#[test]
fn cut_swapped_repeated_or_extended_files_do_not_open() {
    // shows: fil-3
    let plain = plain(3 * CHUNK_BYTES);
    let whole = seal(&plain);
    assert_eq!(open(&whole).as_deref(), Some(plain.as_slice()));
    let chunk = usize::try_from(SEALED_CHUNK_BYTES).expect("small");
    // Cut at a border of chunks.
    assert_eq!(open(&whole[..2 * chunk]), None);
    // Cut within a chunk.
    assert_eq!(open(&whole[..2 * chunk + 100]), None);
    // Two chunks in each other's place.
    let swapped = [&whole[chunk..2 * chunk], &whole[..chunk], &whole[2 * chunk..]].concat();
    assert_eq!(open(&swapped), None);
    // The last chunk twice.
    assert_eq!(open(&[&whole[..], &whole[2 * chunk..]].concat()), None);
    // A byte more.
    assert_eq!(open(&[&whole[..], &[0]].concat()), None);
}

#[test]
fn a_chunk_of_another_file_does_not_open() {
    // shows: fil-3
    let sealed = file::seal_chunk(&FileKey::from_bytes([2; 32]), 0, End::Last, b"x").expect("x");
    assert_eq!(open(&sealed), None);
}

proptest! {
    #[test]
    fn every_length_is_found_again(plain in 0..=1_u64 << 39) {
        // shows: fil-1
        let sealed = file::sealed_len(plain).expect("short enough");
        prop_assert_eq!(file::plain_len(sealed), Ok(plain));
    }

    #[test]
    fn a_length_without_a_file_is_refused_and_every_other_one_is_some_files(sealed in any::<u64>()) {
        match file::plain_len(sealed) {
            Ok(plain) => prop_assert_eq!(file::sealed_len(plain), Ok(sealed)),
            Err(BadLength::TooLong) => assert!(sealed > FILE_BYTES_MAX),
            Err(BadLength::NoFile { sealed: said }) => prop_assert_eq!(said, sealed),
        }
    }

    #[test]
    fn what_was_sealed_is_opened(len in 0..3 * CHUNK_BYTES + 2) {
        let plain = plain(len);
        prop_assert_eq!(open(&seal(&plain)), Some(plain));
    }
}

fn key() -> FileKey {
    FileKey::from_bytes([1; 32])
}

fn plain(len: u64) -> Vec<u8> {
    vec![7; usize::try_from(len).expect("small")]
}

fn seal(plain: &[u8]) -> Vec<u8> {
    let layout = Layout::of_plain(plain.len() as u64).expect("short");
    let mut sealed = Vec::new();
    for number in 0..layout.chunks() {
        let chunk = layout.chunk(number).expect("one of them");
        let (at, len) = (chunk.plain_at as usize, chunk.plain_len as usize);
        let piece = file::seal_chunk(&key(), number, chunk.end, &plain[at..at + len]);
        sealed.extend(piece.expect("short"));
    }
    sealed
}

fn open(sealed: &[u8]) -> Option<Vec<u8>> {
    let layout = Layout::of_sealed(sealed.len() as u64).ok()?;
    let mut plain = Vec::new();
    for number in 0..layout.chunks() {
        let chunk = layout.chunk(number)?;
        let (at, len) = (chunk.sealed_at as usize, chunk.sealed_len as usize);
        plain.extend(file::open_chunk(&key(), &chunk, &sealed[at..at + len]).ok()?);
    }
    Some(plain)
}
