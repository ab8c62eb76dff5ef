//! Burmese text that is not in Unicode though it looks like it: Zawgyi puts other letters at the same places.
//!
//! Only what correct Unicode never has counts, so that no correct name is refused; a short Zawgyi text may pass.

/// Whether a text is certainly in Zawgyi.
pub(super) fn is_zawgyi(text: &str) -> bool {
    let mut before = None;
    let mut after = text.chars().peekable();
    while let Some(character) = after.next() {
        let next = after.peek().copied();
        let wrong = match character {
            // A stacked letter follows the sign that stacks; in Zawgyi the sign kills a vowel and ends a syllable.
            VIRAMA => !next.is_some_and(is_consonant),
            // The vowel e and the medials ya and ra are written after their consonant; in Zawgyi before it.
            VOWEL_E => !before.is_some_and(|before| is_consonant(before) || is_medial(before)),
            MEDIAL_RA | MEDIAL_YA => {
                !before.is_some_and(|before| is_consonant(before) || is_medial(before))
            }
            _ => false,
        };
        if wrong {
            return true;
        }
        before = Some(character);
    }
    false
}

const VIRAMA: char = '\u{1039}';
const VOWEL_E: char = '\u{1031}';
const MEDIAL_YA: char = '\u{103b}';
const MEDIAL_RA: char = '\u{103c}';

/// Letters that can carry a vowel, of Burmese and of the languages that share its script.
fn is_consonant(character: char) -> bool {
    matches!(character,
        '\u{1000}'..='\u{102a}' | '\u{103f}' | '\u{104e}' | '\u{1050}'..='\u{1055}' | '\u{105a}'..='\u{105d}'
        | '\u{1061}' | '\u{1065}'..='\u{1066}' | '\u{106e}'..='\u{1070}' | '\u{1075}'..='\u{1081}' | '\u{108e}'
        | '\u{aa60}'..='\u{aa7a}' | '\u{a9e0}'..='\u{a9ef}' | '\u{a9fa}'..='\u{a9fe}' | '\u{25cc}')
}

fn is_medial(character: char) -> bool {
    matches!(character, '\u{103b}'..='\u{103e}' | '\u{105e}'..='\u{1060}' | '\u{1082}')
}
