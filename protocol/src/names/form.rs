//! The ways in which one name can be read: as written, by its parts, in Latin letters, with its titles and without.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::message::name::NamePartRole;
use crate::message::name::PersonName;
use crate::message::writing;
use crate::names::honorific;

/// Words that one reading has. A longer one is cut: no known name has as many.
const WORDS_MAX: usize = 12;

/// Which letters a reading is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    /// Latin ones.
    Latin,
    /// Chinese characters.
    Han,
    /// Another script.
    Other,
}

/// One reading of a name.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Form {
    /// Its words, in lower case and composed.
    pub(super) words: Vec<String>,
    /// In which letters.
    pub(super) letters: Letters,
    /// The language, by its first subtag.
    pub(super) lang: String,
    /// Whether a title was left out.
    pub(super) is_bare: bool,
}

impl Form {
    /// Every reading of a name, none twice.
    // spec: nam-22
    pub(super) fn of(name: &PersonName) -> Vec<Self> {
        let lang = name.lang.as_str().split('-').next().unwrap_or_default();
        let mut forms = Vec::new();
        let texts = [Some(&name.full_original), name.latin_form.as_ref()];
        for text in texts.into_iter().flatten() {
            add(words(&honorific::spelled_out(text.as_str(), lang)), lang, &mut forms);
        }
        let is_title = |role: NamePartRole| role == NamePartRole::Honorific;
        let parts = name.parts.iter().filter(|part| !is_title(part.role));
        let by_parts: Vec<String> = parts.flat_map(|part| words(part.text.as_str())).collect();
        let has_title = name.parts.iter().any(|part| is_title(part.role));
        if has_title {
            push(by_parts, (lang, true), &mut forms);
        } else {
            add(by_parts, lang, &mut forms);
        }
        forms
    }
}

/// Adds a reading with its titles, and one without each more of them.
fn add(words: Vec<String>, lang: &str, forms: &mut Vec<Form>) {
    let bare = honorific::left_out(&words, lang);
    push(words, (lang, false), forms);
    for bare in bare {
        push(bare, (lang, true), forms);
    }
}

fn push(mut words: Vec<String>, (lang, is_bare): (&str, bool), forms: &mut Vec<Form>) {
    words.truncate(WORDS_MAX);
    let letters = letters_of(&words);
    if !is_telling(&words, letters) || forms.iter().any(|form| form.words == words) {
        return;
    }
    forms.push(Form { words, letters, lang: lang.to_owned(), is_bare });
}

/// Whether a reading is long enough to say something: a single short syllable is the name of too many.
fn is_telling(words: &[String], letters: Letters) -> bool {
    let count: usize = words.iter().map(|word| word.chars().count()).sum();
    match letters {
        Letters::Han => count >= 2,
        Letters::Latin | Letters::Other => count >= 4,
    }
}

/// The words of a text; apostrophes and marks without width are no part of it.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for character in writing::composed(text).chars().flat_map(char::to_lowercase) {
        match half_width(character) {
            '\''
            | '\u{2019}'
            | '\u{2018}'
            | '\u{2bc}'
            | '\u{60}'
            | '\u{b4}'
            | '\u{200b}'..='\u{200d}' => {}
            c if c.is_whitespace() || is_divider(c) => words.push(core::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    // Lower case can bring marks that compose.
    words.retain(|word| !word.is_empty());
    words.iter().map(|word| writing::composed(word)).collect()
}

const fn is_divider(character: char) -> bool {
    matches!(
        character,
        '<' | '-' | ',' | '.' | '/' | '(' | ')' | '\u{b7}' | '\u{2010}'
            ..='\u{2015}' | '\u{2022}' | '\u{2027}' | '\u{30fb}' | '\u{3001}' | '\u{ff0e}'
    )
}

/// A full-width Latin letter, digit or sign as the plain one.
fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            let plain = u32::from(character).checked_sub(0xfee0);
            plain.and_then(char::from_u32).map_or(character, |c| c.to_ascii_lowercase())
        }
        _ => character,
    }
}

fn letters_of(words: &[String]) -> Letters {
    let mut letters = words.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphabetic());
    match letters.next() {
        Some('\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}') => {
            Letters::Han
        }
        Some('a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') => Letters::Latin,
        Some(_) | None => Letters::Other,
    }
}
