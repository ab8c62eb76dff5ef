//! How a text is written: composed as Unicode composes it, and its digits.
//!
//! Uses nothing of ours; the room of `unicode-normalization`. What a text says is never changed here: canonical
//! composition makes one text of two that no reader can tell apart, and a digit of any script says the same number.
//! Absent on purpose: compatibility forms (`ﬁ`, full-width letters, `㈱`), which do differ to a reader.

pub mod accept;
pub mod zawgyi;

#[cfg(test)]
mod tests;

use alloc::string::String;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The digit zero of each script whose digits are taken; nine more follow each. Source: Unicode 18, spec nam-3.
///
/// Thai, Lao, Khmer, Burmese, Shan, Tai Laing, Tai Tham (hora and tham), New Tai Lue, and full-width digits.
const ZEROS: [char; 10] = [
    '\u{e50}', '\u{ed0}', '\u{17e0}', '\u{1040}', '\u{1090}', '\u{a9f0}', '\u{1a80}', '\u{1a90}',
    '\u{19d0}', '\u{ff10}',
];

/// Whether a text is in normalisation form C. Source: UAX #15, spec nam-1.
pub fn is_composed(text: &str) -> bool {
    text.is_ascii() || unicode_normalization::is_nfc(text)
}

/// The text in normalisation form C.
pub fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// The text without the marks that stand on its letters, and `đ` as `d`: what a machine-readable zone keeps of it.
///
/// Only marks of Latin letters go; a mark of another script is a vowel or a tone that says something.
pub fn without_marks(text: &str) -> String {
    let plain = |c: char| match c {
        'đ' => 'd',
        'Đ' => 'D',
        _ => c,
    };
    let is_latin_mark = |c: &char| matches!(*c, '\u{300}'..='\u{36f}') && is_combining_mark(*c);
    text.nfd().filter(|c| !is_latin_mark(c)).map(plain).collect()
}

/// The value of a digit of one of the scripts, ASCII left out.
pub fn local_digit(character: char) -> Option<char> {
    ZEROS.iter().find_map(|zero| {
        let value = u32::from(character).checked_sub(u32::from(*zero))?;
        char::from_digit(value, 10)
    })
}

/// Whether a text has a digit that is not ASCII.
pub fn has_local_digits(text: &str) -> bool {
    text.chars().any(|character| local_digit(character).is_some())
}

/// The text with digits in ASCII.
// spec: nam-3
pub fn ascii_digits(text: &str) -> String {
    text.chars().map(|character| local_digit(character).unwrap_or(character)).collect()
}
