//! A share on paper: words for people, and a line of capitals and digits that any program makes a QR code of.
//!
//! The same bytes stand in both: eleven bits for each word of BIP-39's English list, five for each letter of base 32.
//! What is read may have either or both; lines that begin with `#` and the numbers of words are passed over.

use bip39::Language;
use zeroize::Zeroizing;

use crate::keystore::share::SHARE_BYTES;
use crate::keystore::share::Share;
use crate::keystore::share::ShareError;

/// What the line for a QR code begins with; all of it is in the alphanumeric set of QR codes.
pub const QR_PREFIX: &str = "CONCORD-SHARE:";

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Words in one line.
const WORDS_A_LINE: usize = 5;

/// Why paper holds no share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// Neither words nor a line for a QR code.
    #[error("there are no words and no {QR_PREFIX} line")]
    Empty,
    /// A word that is not in the list.
    #[error("word {place}, {word:?}, is not in the list")]
    Word {
        /// Its place, from 1.
        place: usize,
        /// The word.
        word: String,
    },
    /// Too few or too many words.
    #[error("a share has {} words, here are {found}", digits_in(11))]
    Count {
        /// Words found.
        found: usize,
    },
    /// The line for a QR code is not in base 32, or of another length.
    #[error("the {QR_PREFIX} line was misread")]
    Line,
    /// Words and line are of different shares.
    #[error("the words and the {QR_PREFIX} line say different things")]
    Contradiction,
    /// They are no share.
    #[error(transparent)]
    Share(#[from] ShareError),
}

/// The words of a share, numbered, five in a line.
pub fn words(share: &Share) -> Zeroizing<String> {
    let list = Language::English.word_list();
    let numbers = digits(&share.to_bytes(), 11);
    let words: Vec<&str> =
        numbers.iter().filter_map(|number| list.get(usize::from(*number)).copied()).collect();
    let mut text = Zeroizing::new(String::new());
    for (line, group) in words.chunks(WORDS_A_LINE).enumerate() {
        for (place, word) in group.iter().enumerate() {
            let number = line.saturating_mul(WORDS_A_LINE).saturating_add(place).saturating_add(1);
            text.push_str(&format!("{number:>2} {word:<9} "));
        }
        let len = text.trim_end().len();
        text.truncate(len);
        text.push('\n');
    }
    text
}

/// The line for a QR code.
pub fn line(share: &Share) -> Zeroizing<String> {
    let mut text = Zeroizing::new(QR_PREFIX.to_owned());
    for digit in digits(&share.to_bytes(), 5).iter() {
        let letter = LETTERS.get(usize::from(*digit)).copied().unwrap_or_default();
        text.push(char::from(letter));
    }
    text
}

/// Reads a share from what stands on paper.
///
/// # Errors
/// The first thing that was misread; words and line must say the same where both are there.
pub fn read(text: &str) -> Result<Share, PaperError> {
    // spec: cus-6
    let said = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let mut lines = Vec::new();
    let mut words = Vec::new();
    for line in said {
        match line.to_ascii_uppercase().strip_prefix(QR_PREFIX) {
            Some(letters) => lines.push(of_letters(letters)?),
            None => words.extend(line.split_whitespace().filter(|word| !is_number(word))),
        }
    }
    let spoken = if words.is_empty() { None } else { Some(of_words(&words)?) };
    let mut found = lines.into_iter().chain(spoken);
    let first = found.next().ok_or(PaperError::Empty)?;
    if found.any(|other| other != first) {
        return Err(PaperError::Contradiction);
    }
    Ok(Share::from_bytes(&first)?)
}

fn is_number(word: &str) -> bool {
    word.trim_end_matches('.').bytes().all(|byte| byte.is_ascii_digit())
}

fn of_words(words: &[&str]) -> Result<Zeroizing<Vec<u8>>, PaperError> {
    let mut numbers = Zeroizing::new(Vec::with_capacity(words.len()));
    for (place, word) in words.iter().enumerate() {
        let number = Language::English.find_word(&word.to_ascii_lowercase());
        let place = place.saturating_add(1);
        numbers.push(number.ok_or_else(|| PaperError::Word { place, word: (*word).to_owned() })?);
    }
    bytes(&numbers, 11).ok_or(PaperError::Count { found: words.len() })
}

fn of_letters(letters: &str) -> Result<Zeroizing<Vec<u8>>, PaperError> {
    let mut numbers = Zeroizing::new(Vec::with_capacity(letters.len()));
    for letter in letters.bytes().filter(|letter| *letter != b' ') {
        let number = LETTERS.iter().position(|known| *known == letter);
        numbers.push(number.and_then(|number| u16::try_from(number).ok()).ok_or(PaperError::Line)?);
    }
    bytes(&numbers, 5).ok_or(PaperError::Line)
}

/// How many digits of so many bits a share has.
const fn digits_in(bits: usize) -> usize {
    (SHARE_BYTES * 8).div_ceil(bits)
}

/// Bytes as digits of some bits each, the first bits first; the last digit is filled up with zeros.
fn digits(bytes: &[u8], bits: usize) -> Zeroizing<Vec<u16>> {
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte & (0x80 >> (at % 8)) != 0);
    let digit = |place: usize| {
        let first = place.saturating_mul(bits);
        (first..first.saturating_add(bits)).fold(0, |digit, at| digit << 1 | u16::from(bit(at)))
    };
    Zeroizing::new((0..(bytes.len() * 8).div_ceil(bits)).map(digit).collect())
}

/// The bytes of a share from its digits; `None` when there are too many, too few, or something stands in the filling.
fn bytes(numbers: &[u16], bits: usize) -> Option<Zeroizing<Vec<u8>>> {
    if numbers.len() != digits_in(bits) {
        return None;
    }
    let bit = |at: usize| {
        let digit = numbers.get(at / bits).copied().unwrap_or_default();
        digit >> (bits - 1 - at % bits) & 1
    };
    let byte = |place: usize| {
        let eight = (place * 8)..(place * 8 + 8);
        eight.fold(0_u8, |byte, at| byte << 1 | u8::from(bit(at) == 1))
    };
    let filling = (SHARE_BYTES * 8)..numbers.len().saturating_mul(bits);
    let found = Zeroizing::new((0..SHARE_BYTES).map(byte).collect());
    filling.into_iter().all(|at| bit(at) == 0).then_some(found)
}
