//! Titles that stand before or behind a name, by language.
//!
//! *Maung*, *Ma*, *Ko* and *Nang* are parts of many names too, so a name is read with its title and without.

use alloc::string::String;
use alloc::vec::Vec;

/// Titles of one language.
struct Titles {
    /// The language, by its first subtag.
    lang: &'static str,
    /// Words in Latin letters that stand before a name.
    latin: &'static [&'static str],
    /// Before a name in its own script, where no blank need follow; longer ones first.
    before: &'static [&'static str],
    /// Behind it.
    behind: &'static [&'static str],
}

// spec: nam-26
const TITLES: &[Titles] = &[
    Titles {
        lang: "my",
        latin: &["u", "daw", "ko", "ma", "maung", "mg", "saw", "naw", "sai", "nang", "ashin"],
        before: &["ဒေါ်", "မောင်", "ဦး", "ကို", "မ", "စော", "နော်", "စိုင်း", "နန်း", "အရှင်"],
        behind: &[],
    },
    Titles {
        lang: "shn",
        latin: &["sai", "nang", "sao"],
        before: &["စၢႆး", "ၼၢင်း", "ၸဝ်ႈ"],
        behind: &[],
    },
    Titles {
        lang: "th",
        latin: &["nai", "nang", "nangsao", "khun", "dek", "dekchai", "dekying"],
        before: &["นางสาว", "นาย", "นาง", "เด็กชาย", "เด็กหญิง", "คุณ"],
        behind: &[],
    },
    Titles {
        lang: "lo",
        latin: &["thao", "nang", "nangsao", "than", "tha"],
        before: &["ທ້າວ", "ນາງສາວ", "ນາງ", "ທ່ານ"],
        behind: &[],
    },
    Titles {
        lang: "km",
        latin: &["lok", "srey", "neak", "kanha", "oknha", "samdech"],
        before: &["លោកស្រី", "លោក", "អ្នកស្រី", "អ្នក", "កញ្ញា", "ឧកញ៉ា", "ឯកឧត្តម", "សម្តេច"],
        behind: &[],
    },
    Titles {
        lang: "vi",
        latin: &["ông", "bà", "anh", "chị", "cô", "ong", "ba", "chi", "co"],
        before: &[],
        behind: &[],
    },
    Titles {
        lang: "zh", latin: &[], before: &[], behind: &["先生", "女士", "小姐", "太太"]
    },
];

/// Thai titles that are shortened with points, which divide words elsewhere.
const SHORT: &[(&str, &str)] = &[("น.ส.", "นางสาว "), ("ด.ช.", "เด็กชาย "), ("ด.ญ.", "เด็กหญิง ")];

/// The text with a shortened title in front of it written whole.
pub(super) fn spelled_out(text: &str, lang: &str) -> String {
    let short = SHORT.iter().filter(|_| lang == "th");
    let mut found = short.filter_map(|(short, whole)| {
        text.trim_start().strip_prefix(short).map(|behind| [*whole, behind].concat())
    });
    found.next().unwrap_or_else(|| String::from(text))
}

/// Titles that stand on the papers of every State.
const ANYWHERE: &[&str] = &["mr", "mrs", "ms", "miss", "dr"];

/// Most titles that are taken from one name.
const TITLES_MAX: usize = 3;

/// The words without the first of their titles, without two, and so on: each of them may be a part of the name.
pub(super) fn left_out(words: &[String], lang: &str) -> Vec<Vec<String>> {
    let titles = TITLES.iter().find(|titles| titles.lang == lang);
    let mut readings: Vec<Vec<String>> = Vec::new();
    for _ in 0..TITLES_MAX {
        let Some(less) = one_less(readings.last().map_or(words, Vec::as_slice), titles) else {
            break;
        };
        readings.push(less);
    }
    readings
}

fn one_less(words: &[String], titles: Option<&Titles>) -> Option<Vec<String>> {
    let (first, rest) = words.split_first()?;
    let latin = titles.map_or(&[][..], |titles| titles.latin);
    if latin.iter().chain(ANYWHERE).any(|title| title == first) {
        return (!rest.is_empty()).then(|| rest.to_vec());
    }
    let titles = titles?;
    if let Some(behind) = titles.before.iter().find_map(|title| first.strip_prefix(title)) {
        // A sign that belongs to the last letter of the title makes it another word.
        let is_letter = behind.chars().next().is_none_or(char::is_alphabetic);
        if !is_letter || starts_with_sign(behind) {
            return None;
        }
        let mut left: Vec<String> = Vec::from([String::from(behind)]);
        left.extend(rest.iter().cloned());
        left.retain(|word| !word.is_empty());
        return (!left.is_empty()).then_some(left);
    }
    let (last, front) = words.split_last()?;
    let before = titles.behind.iter().find_map(|title| last.strip_suffix(title))?;
    let mut left = front.to_vec();
    left.extend((!before.is_empty()).then(|| String::from(before)));
    (!left.is_empty()).then_some(left)
}

/// Whether a text begins with a vowel or tone sign, which stands on the letter before it.
fn starts_with_sign(text: &str) -> bool {
    text.chars().next().is_some_and(|c| {
        matches!(c,
            '\u{e30}'..='\u{e3a}' | '\u{e45}'..='\u{e4e}' | '\u{eb0}'..='\u{ebc}' | '\u{ec8}'..='\u{ece}'
            | '\u{17b6}'..='\u{17d3}' | '\u{102b}'..='\u{103e}' | '\u{1056}'..='\u{1059}' | '\u{1082}'..='\u{108d}')
    })
}
