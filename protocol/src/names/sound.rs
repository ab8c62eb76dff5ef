//! The consonants of a name as far as every way of spelling it keeps them.
//!
//! Thai, Lao, Khmer and Burmese names are put into Latin letters by taste, not by a standard: *Somchai*, *Somjai*; *Vong*, *Wong*;
//! *Kyaw*, *Gyaw*. What most spellings share is the place where the tongue closes. A key is one letter for each: `K` at the
//! soft palate, `C` at the hard one, `S` a hiss, `T` at the teeth, `P` at the lips, `N` and `M` through the nose, `L` for l
//! and r. Vowels, tones, h, w and y are left out, and two equal neighbours are one.
//! So two names may agree here and be two names: it is a weak ground.

use alloc::string::String;
use alloc::vec::Vec;

use crate::message::writing;

/// Languages that are spelled alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// Thai and Lao.
    Tai,
    /// Khmer.
    Khmer,
    /// Burmese.
    Burmese,
}

impl Group {
    /// The group of a language; `None` where names are not compared by sound.
    pub(super) fn of(lang: &str) -> Option<Self> {
        match lang {
            "th" | "lo" => Some(Self::Tai),
            "km" => Some(Self::Khmer),
            "my" => Some(Self::Burmese),
            _ => None,
        }
    }

    /// Its number in an index.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Tai => 5,
            Self::Khmer => 6,
            Self::Burmese => 7,
        }
    }
}

/// The sounds of a word, in its own script or in Latin letters.
// spec: nam-23
pub(super) fn of(word: &str, group: Group) -> String {
    if word.chars().any(|c| c.is_ascii_alphabetic()) {
        return latin(&writing::without_marks(word), group);
    }
    match group {
        Group::Tai => tai(word),
        Group::Khmer => khmer(word),
        Group::Burmese => burmese(word),
    }
}

/// Of equal neighbours one.
pub(super) fn collapsed(sounds: &str) -> String {
    let mut collapsed = String::new();
    for sound in sounds.chars() {
        if !collapsed.ends_with(sound) {
            collapsed.push(sound);
        }
    }
    collapsed
}

/// Latin spellings, longer ones first; what is not here is left out.
const LATIN: &[(&str, char)] = &[
    ("tch", 'C'),
    ("chh", 'C'),
    ("ngh", 'N'),
    ("ch", 'C'),
    ("tj", 'C'),
    ("dj", 'C'),
    ("sh", 'S'),
    ("hs", 'S'),
    ("ng", 'N'),
    ("ny", 'N'),
    ("gn", 'N'),
    ("kh", 'K'),
    ("gh", 'K'),
    ("th", 'T'),
    ("dh", 'T'),
    ("ph", 'P'),
    ("bh", 'P'),
    ("k", 'K'),
    ("g", 'K'),
    ("q", 'K'),
    ("c", 'C'),
    ("j", 'C'),
    ("s", 'S'),
    ("z", 'S'),
    ("x", 'S'),
    ("t", 'T'),
    ("d", 'T'),
    ("p", 'P'),
    ("b", 'P'),
    ("f", 'P'),
    ("n", 'N'),
    ("m", 'M'),
    ("l", 'L'),
    ("r", 'L'),
];

/// What Burmese spellings have of their own: `ky`, `gy` and `j` are one sound, and y and r another that is left out.
const LATIN_BURMESE: &[(&str, char)] = &[("ky", 'C'), ("gy", 'C')];

fn latin(word: &str, group: Group) -> String {
    let mut rest = word;
    let mut sounds = String::new();
    while let Some(first) = rest.chars().next() {
        let own = if group == Group::Burmese { LATIN_BURMESE } else { &[] };
        let found = own
            .iter()
            .chain(LATIN)
            .find_map(|(from, sound)| rest.strip_prefix(from).map(|behind| (*sound, behind)));
        match found {
            Some((sound, behind)) => {
                sounds.extend(latin_sound(sound, first, behind, group));
                rest = behind;
            }
            None => rest = rest.get(first.len_utf8()..).unwrap_or_default(),
        }
    }
    sounds
}

/// What becomes of a sound by what stands behind it.
fn latin_sound(sound: char, letter: char, behind: &str, group: Group) -> Option<char> {
    let opens = behind.starts_with(['a', 'e', 'i', 'o', 'u', 'y', 'w', 'h', 'v'])
        || behind.starts_with(['r', 'l']) && behind.len() > 1;
    let is_final = !opens;
    match (group, sound) {
        // A Burmese r is a y; final stops are one catch in the throat, and final nasals one.
        (Group::Burmese, 'L') if letter == 'r' => None,
        (Group::Burmese, 'K' | 'T' | 'P' | 'C' | 'S') if is_final => None,
        (Group::Burmese, 'M') if is_final => Some('N'),
        // An r before a consonant or at the end lengthens the vowel.
        (Group::Tai | Group::Khmer, 'L') if letter == 'r' && is_final => None,
        // Final hisses are stops in Thai and Lao.
        (Group::Tai, 'C' | 'S') if is_final => Some('T'),
        (_, _) => Some(sound),
    }
}

/// Letters with the sound that they have at the beginning of a syllable; blanks stand for those left out.
const fn tai_sound(letter: char) -> Option<char> {
    Some(match letter {
        'ก'..='ฆ' | 'ກ'..='ຄ' => 'K',
        'ง' | 'ງ' | 'ญ' | 'ณ' | 'น' | 'ນ' => 'N',
        'จ' | 'ฉ' | 'ช' | 'ฌ' | 'ຈ' => 'C',
        'ซ' | 'ศ' | 'ษ' | 'ส' | 'ຊ' | 'ສ' => 'S',
        'ฎ'..='ฒ' | 'ด'..='ธ' | 'ດ'..='ທ' => 'T',
        'บ'..='ฟ' | 'ภ' | 'ບ'..='ຟ' => 'P',
        'ม' | 'ມ' => 'M',
        'ร' | 'ฤ' | 'ล' | 'ฬ' | 'ຣ' | 'ລ' => 'L',
        _ => return None,
    })
}

fn tai(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let mut sounds = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let after = |steps: usize| letters.get(at.saturating_add(steps)).copied();
        // ์ and ໌ silence their letter, with a vowel between them or without.
        let is_killed = |c: Option<char>| matches!(c, Some('\u{e4c}' | '\u{ecc}'));
        if is_killed(after(1))
            || (matches!(after(1), Some('\u{e34}' | '\u{e38}')) && is_killed(after(2)))
        {
            continue;
        }
        let Some(sound) = tai_sound(*letter) else { continue };
        let is_last = !letters.iter().skip(at.saturating_add(1)).any(|c| tai_sound(*c).is_some())
            && after(1).is_none_or(|c| matches!(c, '\u{e34}' | '\u{e38}'))
            && at > 0;
        sounds.push(match (sound, letter) {
            ('C' | 'S', _) if is_last => 'T',
            ('L', 'ร' | 'ล' | 'ฬ') if is_last => 'N',
            (sound, _) => sound,
        });
    }
    sounds
}

fn khmer(word: &str) -> String {
    let mut sounds = String::new();
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        let sound = match letter {
            'ក'..='ឃ' => 'K',
            'ង' | 'ញ' | 'ណ' | 'ន' => 'N',
            'ច'..='ឈ' => 'C',
            'ដ'..='ឍ' | 'ត'..='ធ' => 'T',
            'ប'..='ភ' => 'P',
            'ម' | 'ំ' => 'M',
            // At the end of a word it is not heard.
            'រ' if letters.peek().is_none() => continue,
            'រ' | 'ល' | 'ឡ' => 'L',
            'ឝ'..='ស' => 'S',
            _ => continue,
        };
        sounds.push(sound);
    }
    sounds
}

const fn burmese_sound(letter: char) -> Option<char> {
    Some(match letter {
        'က'..='ဃ' => 'K',
        'င' | 'ဉ' | 'ည' | 'ဏ' | 'န' => 'N',
        'စ'..='ဈ' => 'S',
        'ဋ'..='ဎ' | 'တ'..='ဓ' | 'သ' | 'ဿ' => 'T',
        'ပ'..='ဘ' => 'P',
        'မ' => 'M',
        'လ' | 'ဠ' => 'L',
        _ => return None,
    })
}

/// The sign that kills a vowel, and the one that stacks.
const ASAT: char = '\u{103a}';
const VIRAMA: char = '\u{1039}';

fn burmese(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let mut sounds = String::new();
    for (at, letter) in letters.iter().enumerate() {
        if *letter == '\u{1036}' {
            sounds.push('N');
            continue;
        }
        let after = |steps: usize| letters.get(at.saturating_add(steps)).copied();
        // A dot below may stand between a letter and what kills it.
        let next = if after(1) == Some('\u{1037}') { after(2) } else { after(1) };
        // ရှ is sh, though ရ alone is left out.
        if *letter == 'ရ' && next == Some('\u{103e}') {
            sounds.push('S');
            continue;
        }
        let Some(sound) = burmese_sound(*letter) else { continue };
        let is_final = matches!(next, Some(ASAT | VIRAMA));
        sounds.extend(match (sound, next) {
            // ည် is a vowel.
            ('N', _) if is_final && *letter == 'ည' => None,
            ('N' | 'M', _) if is_final => Some('N'),
            (_, _) if is_final => None,
            ('K', Some('\u{103b}' | '\u{103c}')) => Some('C'),
            (sound, _) => Some(sound),
        });
    }
    sounds
}
