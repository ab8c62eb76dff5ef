//! The container.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::audit::tests::forge;
use crate::audit::ustar;
use crate::audit::ustar::ArchiveError;
use crate::audit::ustar::Member;
use crate::audit::ustar::MemberError;
use crate::audit::ustar::Reader;
use crate::audit::ustar::Unwritable;

/// Everything in the archive, or the first thing that is wrong with it.
#[expect(clippy::unwrap_in_result, reason = "a test: what cannot be is a panic")]
fn read(archive: &[u8]) -> Result<Vec<(String, Vec<u8>)>, ArchiveError> {
    let mut reader = Reader::new(&archive);
    let mut members = Vec::new();
    loop {
        match reader.next_member() {
            Ok(Some(Member { path, place })) => {
                let at = usize::try_from(place.at).unwrap();
                let end = at + usize::try_from(place.len).unwrap();
                members.push((path, archive[at..end].to_vec()));
            }
            Ok(None) => return Ok(members),
            Err(MemberError::Form(error)) => return Err(error),
            Err(MemberError::Unreadable(error)) => panic!("{error}"),
        }
    }
}

fn small() -> Vec<u8> {
    let mut archive = Vec::new();
    forge::put_member(&mut archive, "one", b"1");
    forge::put_member(&mut archive, "folder/empty", b"");
    forge::put_member(&mut archive, "full", &[7; 512]);
    archive.extend([0; 1024]);
    archive
}

#[test]
fn a_header_is_the_one_that_posix_describes() {
    // shows: audit-2
    let header = ustar::header("tile/0/000", 8192).unwrap();

    let field = |at: usize, len: usize| core::str::from_utf8(&header[at..at + len]).unwrap();
    assert_eq!(field(0, 11), "tile/0/000\0");
    assert_eq!(field(100, 8), "0000644\0");
    assert_eq!(field(108, 16), "0000000\x000000000\0");
    assert_eq!(field(124, 12), "00000020000\0");
    assert_eq!(field(136, 12), "00000000000\0");
    assert_eq!(field(156, 1), "0");
    assert_eq!(field(257, 8), "ustar\x0000");
    assert!(header[265..329].iter().all(|byte| *byte == 0), "no names of people");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let own: u32 = header[148..156].iter().map(|byte| u32::from(*byte)).sum();
    assert_eq!(field(148, 8), format!("{:06o}\0 ", sum - own + 8 * 32));
}

#[test]
fn members_read_back() {
    // shows: audit-2
    let expected = [("one", vec![1 + 48]), ("folder/empty", Vec::new()), ("full", vec![7; 512])];
    let expected: Vec<(String, Vec<u8>)> =
        expected.map(|(path, content)| (path.into(), content)).into();
    assert_eq!(read(&small()), Ok(expected));
}

#[test]
fn a_long_path_is_divided_at_its_first_slash() {
    // shows: audit-2
    let long = format!("credentials/{}", "a".repeat(93));
    let mut archive = Vec::new();
    forge::put_member(&mut archive, &long, b"x");
    archive.extend([0; 1024]);

    assert_eq!(read(&archive).unwrap()[0].0, long);
    assert_eq!(archive[345..356], *b"credentials");
    assert_eq!(ustar::header(&"a".repeat(101), 0), Err(Unwritable));
    assert_eq!(ustar::header(&format!("c/{}", "a".repeat(101)), 0), Err(Unwritable));
    for path in ["", "a b", "ü", "a\n"] {
        assert_eq!(ustar::header(path, 0), Err(Unwritable), "{path:?}");
    }
    assert_eq!(ustar::header("a", 1 << 33), Err(Unwritable));
    assert!(ustar::header("a", (1 << 33) - 1).is_ok());
}

#[test]
fn no_byte_of_a_header_may_be_another() {
    // shows: audit-2
    let archive = small();
    for at in 0..512 {
        let mut changed = archive.clone();
        changed[at] ^= 1;
        assert_eq!(read(&changed), Err(ArchiveError::Header { at: 0 }), "byte {at}");
    }
}

#[test]
fn a_header_with_a_right_sum_and_another_form_is_refused() {
    // shows: audit-2
    let mut archive = small();
    // Another owner, and a sum that fits.
    archive[114] = b'1';
    archive[153] += 1;
    assert_eq!(read(&archive), Err(ArchiveError::Header { at: 0 }));
}

#[test]
fn padding_and_end_are_zero_and_nothing_follows() {
    // shows: audit-2
    let archive = small();
    let refused = |at: usize| {
        let mut changed = archive.clone();
        changed[at] = 1;
        read(&changed).unwrap_err()
    };
    let place = |at: usize| u64::try_from(at).unwrap();

    assert_eq!(refused(513), ArchiveError::Padding { at: 513 });
    assert_eq!(refused(1023), ArchiveError::Padding { at: 513 });
    let end = archive.len() - 1024;
    assert_eq!(refused(end), ArchiveError::Header { at: place(end) });
    assert_eq!(refused(end + 512), ArchiveError::Trailing { at: place(end + 512) });
    assert_eq!(
        read(&[&archive[..], &[0]].concat()),
        Err(ArchiveError::Trailing { at: place(archive.len()) })
    );
}

#[test]
fn an_archive_that_was_cut_is_refused_wherever_it_was() {
    // shows: audit-2
    let archive = small();
    for end in 0..archive.len() {
        assert!(
            matches!(read(&archive[..end]), Err(ArchiveError::Truncated { .. })),
            "cut at {end}"
        );
    }
}
