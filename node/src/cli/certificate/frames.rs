//! A file as texts for QR codes: capital letters, digits and signs that the alphanumeric mode has, each text with its
//! place and a check, so that they may be scanned in any order and twice.

use std::collections::BTreeMap;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use data_encoding::BASE32_NOPAD;
use data_encoding::HEXUPPER;

/// What each text begins with.
const MARK: &str = "CONCORD1";

/// Characters of a file in one text: a code of version 20 or less, which a worn camera reads from a small screen.
const PAYLOAD: usize = 800;

/// Most texts of one file.
const TEXTS_MAX: usize = 9_999;

/// Why texts are no file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FrameError {
    /// Not one of ours, or misread.
    #[error("line {line} is no such text, or was misread: scan it again")]
    Bad {
        /// Which line, from 1.
        line: usize,
    },
    /// Texts of two files.
    #[error("line {line} belongs to another file")]
    Mixed {
        /// Which line, from 1.
        line: usize,
    },
    /// One that was not scanned.
    #[error("text {place} of {count} is missing: scan it too")]
    Missing {
        /// Which one, from 1.
        place: usize,
        /// How many there are.
        count: usize,
    },
    /// No text at all.
    #[error("there is no text")]
    Empty,
}

/// The texts of a file, which is named by the digest that it certifies.
// spec: cer-4
pub(super) fn split(of: &Digest, bytes: &[u8]) -> Vec<String> {
    let encoded = BASE32_NOPAD.encode(bytes);
    let pieces: Vec<&[u8]> = encoded.as_bytes().chunks(PAYLOAD).collect();
    let name = of.short().to_ascii_uppercase();
    let count = pieces.len();
    let text = |(piece, place): (&&[u8], usize)| {
        let payload = String::from_utf8_lossy(piece);
        let body = format!("{name}/{place}/{count}/{payload}");
        format!("{MARK}/{}/{body}", check(&body))
    };
    pieces.iter().zip(1_usize..).map(text).collect()
}

/// The file from its texts, one a line.
pub(super) fn join(texts: &str) -> Result<Vec<u8>, FrameError> {
    let mut pieces: BTreeMap<usize, &str> = BTreeMap::new();
    let mut file: Option<(&str, usize)> = None;
    for (text, line) in texts.lines().map(str::trim).zip(1_usize..) {
        if text.is_empty() {
            continue;
        }
        let Frame { name, place, count, payload } =
            Frame::read(text).ok_or(FrameError::Bad { line })?;
        let known = *file.get_or_insert((name, count));
        if known != (name, count)
            || pieces.insert(place, payload).is_some_and(|other| other != payload)
        {
            return Err(FrameError::Mixed { line });
        }
    }
    let (_, count) = file.ok_or(FrameError::Empty)?;
    let mut encoded = String::new();
    for place in 1..=count {
        encoded.push_str(pieces.get(&place).ok_or(FrameError::Missing { place, count })?);
    }
    BASE32_NOPAD.decode(encoded.as_bytes()).map_err(|_| FrameError::Bad { line: 1 })
}

struct Frame<'t> {
    name: &'t str,
    place: usize,
    count: usize,
    payload: &'t str,
}

impl<'t> Frame<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let (mark, rest) = text.split_once('/')?;
        let (said, body) = rest.split_once('/')?;
        if mark != MARK || said != check(body) {
            return None;
        }
        let (name, rest) = body.split_once('/')?;
        let (place, rest) = rest.split_once('/')?;
        let (count, payload) = rest.split_once('/')?;
        let (place, count) = (place.parse().ok()?, count.parse().ok()?);
        ((1..=count).contains(&place) && count <= TEXTS_MAX).then_some(Self {
            name,
            place,
            count,
            payload,
        })
    }
}

/// Eight characters by which a misread text is found.
fn check(body: &str) -> String {
    let digest = digest::sha256(body.as_bytes());
    HEXUPPER.encode(digest.as_bytes().get(..4).unwrap_or_default())
}
