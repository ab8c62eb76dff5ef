//! Pinyin without its tones, and what it has in common with Wade-Giles.

use alloc::string::String;

use crate::message::writing;

/// The word without tone marks and tone numbers; ü, however it is written, as v.
// spec: nam-23
pub(super) fn without_tones(word: &str) -> String {
    // Tones go first, so that ǚ becomes ü and ü becomes v.
    let word: String = word.chars().map(untoned_u).filter(|c| !c.is_ascii_digit()).collect();
    let word = writing::without_marks(&word.replace('ü', "v"));
    word.replace("u:", "v").replace("lyu", "lv").replace("nyu", "nv")
}

const fn untoned_u(character: char) -> char {
    match character {
        'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => 'ü',
        other => other,
    }
}

/// By which scheme an initial j is read: as that of pinyin, or as the r that Wade and Giles write so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Pinyin.
    Pinyin,
    /// Wade-Giles.
    WadeGiles,
}

/// What is written in one way or the other, and what both become; longer ones first.
const COMMON: &[(&str, &str)] = &[
    ("szu", "si"),
    ("ssu", "si"),
    ("tzu", "Zi"),
    ("yen", "yaN"),
    ("ien", "ian"),
    ("uei", "ui"),
    ("ung", "oNK"),
    ("ong", "oNK"),
    ("zh", "C"),
    ("ch", "C"),
    ("sh", "S"),
    ("hs", "X"),
    ("ts", "Z"),
    ("tz", "Z"),
    ("ou", "u"),
    ("uo", "o"),
    ("q", "C"),
    ("x", "X"),
    ("z", "Z"),
    ("c", "Z"),
    ("b", "P"),
    ("p", "P"),
    ("d", "T"),
    ("t", "T"),
    ("g", "K"),
    ("k", "K"),
    ("r", "R"),
    ("n", "N"),
    ("e", "o"),
    ("v", "u"),
];

/// What a word without tones has in common with one of the other scheme.
///
/// Both schemes lose what they do not share: whether a stop is aspirated, and which of e, o, uo a syllable ends in.
pub(super) fn common(word: &str, scheme: Scheme) -> String {
    let mut rest = open(word);
    let mut common = String::new();
    while let Some(first) = rest.chars().next() {
        let found =
            COMMON.iter().find_map(|(from, to)| rest.strip_prefix(from).map(|rest| (*to, rest)));
        match (found, first, scheme) {
            (Some((to, behind)), _, _) => {
                common.push_str(to);
                rest = behind;
            }
            (None, 'j', Scheme::Pinyin) => {
                common.push('C');
                rest = rest.get(1..).unwrap_or_default();
            }
            (None, 'j', Scheme::WadeGiles) => {
                common.push('R');
                rest = rest.get(1..).unwrap_or_default();
            }
            (None, other, _) => {
                common.push(other);
                rest = rest.get(other.len_utf8()..).unwrap_or_default();
            }
        }
    }
    common
}

/// The word without the h that Wade and Giles write behind a vowel: `shih`, `yeh`, `erh`.
fn open(word: &str) -> &str {
    let without = word.strip_suffix('h');
    let before = without.and_then(|without| without.chars().next_back());
    match (without, before) {
        (Some(without), Some('a' | 'e' | 'i' | 'o' | 'u' | 'v' | 'r')) => without,
        (_, _) => word,
    }
}
