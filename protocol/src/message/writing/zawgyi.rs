//! Burmese text that is not in Unicode though it looks like it: Zawgyi puts other letters at the same places.
//!
//! Found is only what correct Unicode never has, so that no correct name is touched; a short Zawgyi text may pass.
//! Converted is by the rules of the Unicode consortium (CLDR, `my-t-my-s0-zawgyi`), written down below as it has them:
//! six passes, in each the first rule that fits at a place replaces what it fits, and the next place lies behind that.

use alloc::string::String;
use alloc::vec::Vec;

use crate::message::writing;

/// Whether a text is certainly in Zawgyi.
pub fn is_zawgyi(text: &str) -> bool {
    let mut before = None;
    let mut after = text.chars().peekable();
    while let Some(character) = after.next() {
        let next = after.peek().copied();
        let carried = || before.is_some_and(|before| is_consonant(before) || is_medial(before));
        let wrong = match character {
            // A stacked letter follows the sign that stacks; in Zawgyi the sign kills a vowel and ends a syllable.
            VIRAMA => !next.is_some_and(is_consonant),
            // The vowel e and the medials ya and ra are written after their consonant; in Zawgyi before it.
            VOWEL_E | MEDIAL_RA | MEDIAL_YA => !carried(),
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
const fn is_consonant(character: char) -> bool {
    matches!(character,
        '\u{1000}'..='\u{102a}' | '\u{103f}' | '\u{104e}' | '\u{1050}'..='\u{1055}' | '\u{105a}'..='\u{105d}'
        | '\u{1061}' | '\u{1065}'..='\u{1066}' | '\u{106e}'..='\u{1070}' | '\u{1075}'..='\u{1081}' | '\u{108e}'
        | '\u{aa60}'..='\u{aa7a}' | '\u{a9e0}'..='\u{a9ef}' | '\u{a9fa}'..='\u{a9fe}' | '\u{25cc}')
}

const fn is_medial(character: char) -> bool {
    matches!(character, '\u{103b}'..='\u{103e}' | '\u{105e}'..='\u{1060}' | '\u{1082}')
}

/// The text in Unicode; `None` when what the rules make of it is still no Unicode, so that a person must look.
// spec: nam-4
pub fn converted(text: &str) -> Option<String> {
    let passes = [MAPPING, REORDERING, VOWEL_E_BEHIND, MEDIALS, MORE_MEDIALS, FINISH];
    let characters: Vec<char> = text.chars().collect();
    let characters = passes.into_iter().fold(characters, |text, rules| pass(&text, rules));
    let text = writing::composed(&characters.into_iter().collect::<String>());
    (!is_zawgyi(&text)).then_some(text)
}

/// What is looked for, and what takes its place.
///
/// In the pattern a capital letter is a class of [`in_class`], `+` and `*` repeat what stands before them, `^` is the
/// beginning of the text, and what follows `}` must stand there and stays. In the replacement a digit is what the class
/// of that number took.
type Rule = (&'static str, &'static str);

const fn in_class(class: char, character: char) -> bool {
    match class {
        // Consonants.
        'C' => matches!(character, '\u{1000}'..='\u{1021}'),
        // Vowel signs but e.
        'V' => matches!(character, '\u{102b}'..='\u{1030}' | '\u{1032}'),
        // Medials.
        'M' => matches!(character, '\u{103b}'..='\u{103e}'),
        // The medial ra in each of its forms.
        'R' => matches!(character, '\u{103b}' | '\u{107e}'..='\u{1084}'),
        // Anything but a digit.
        'N' => !matches!(character, '\u{1040}'..='\u{1049}'),
        // Any sign.
        'S' => matches!(character, '\u{102b}'..='\u{103f}'),
        // Aa, tall aa, u and uu.
        'A' => matches!(character, '\u{102b}' | '\u{102c}' | '\u{102f}' | '\u{1030}'),
        // I, ii and ai.
        'I' => matches!(character, '\u{102d}' | '\u{102e}' | '\u{1032}'),
        // The vowel e.
        'E' => character == VOWEL_E,
        // Medials behind ya.
        'B' => matches!(character, '\u{103c}'..='\u{103e}'),
        // Medials behind ra.
        'D' => matches!(character, '\u{103d}' | '\u{103e}'),
        // Signs that stand above and below.
        'G' => matches!(character, '\u{102d}'..='\u{1030}' | '\u{1032}' | '\u{1036}'),
        // Vowel signs, anusvara and medials.
        'H' => matches!(character, '\u{102b}'..='\u{1032}' | '\u{1036}' | '\u{103b}'..='\u{103e}'),
        // Vowel signs but e, and medials.
        'J' => matches!(character, '\u{102b}'..='\u{1030}' | '\u{1032}' | '\u{103b}'..='\u{103f}'),
        // Anusvara, dot below and asat.
        'K' => matches!(character, '\u{1036}' | '\u{1037}' | '\u{103a}'),
        // Anything but a medial; the end of the text is that too.
        'O' => !matches!(character, '\u{103b}'..='\u{103e}'),
        // White space.
        'W' => character.is_whitespace(),
        // Signs that nothing may part from their letter.
        'L' => matches!(character, '\u{102b}'..='\u{1032}' | '\u{1036}'..='\u{103e}'),
        _ => false,
    }
}

/// Every Zawgyi code to its own of Unicode.
const MAPPING: &[Rule] = &[
    ("C\u{103a}\u{1064}", "\u{1004}\u{103a}\u{1039}1\u{103b}"),
    ("C\u{1064}", "\u{1004}\u{103a}\u{1039}1"),
    ("\u{1064}", "\u{1004}\u{103a}\u{1039}"),
    ("C\u{108b}", "\u{1004}\u{103a}\u{1039}1\u{102d}"),
    ("C\u{108c}", "\u{1004}\u{103a}\u{1039}1\u{102e}"),
    ("C\u{108d}", "\u{1004}\u{103a}\u{1039}1\u{1036}"),
    ("C\u{103a}\u{1033}\u{108b}", "\u{1004}\u{103a}\u{1039}1\u{103b}\u{102d}\u{102f}"),
    ("C\u{103a}\u{108b}", "\u{1004}\u{103a}\u{1039}1\u{103b}\u{102d}"),
    ("C\u{103a}\u{108c}\u{1033}", "\u{1004}\u{103a}\u{1039}1\u{103b}\u{102e}\u{102f}"),
    ("C\u{103a}\u{108c}", "\u{1004}\u{103a}\u{1039}1\u{103b}\u{102e}"),
    ("C\u{103a}\u{108d}", "\u{1004}\u{103a}\u{1039}1\u{103b}\u{1036}"),
    ("C\u{103a}\u{108e}", "1\u{103b}\u{102d}\u{1036}"),
    ("\u{108b}", "\u{1004}\u{103a}\u{1039}\u{102d}"),
    ("\u{108c}", "\u{1004}\u{103a}\u{1039}\u{102e}"),
    ("\u{108d}", "\u{1004}\u{103a}\u{1039}\u{1036}"),
    ("\u{106a}V\u{1038}", "\u{1025}1\u{1038}"),
    ("\u{106a}", "\u{1009}"),
    ("\u{106b}", "\u{100a}"),
    ("\u{108f}", "\u{1014}"),
    ("\u{1090}", "\u{101b}"),
    ("\u{1086}", "\u{103f}"),
    ("\u{103a}", "\u{103b}"),
    ("\u{107d}", "\u{103b}"),
    ("\u{103c}\u{108a}", "\u{103d}\u{103e}"),
    ("\u{103c}", "\u{103d}"),
    ("\u{108a}", "\u{103d}\u{103e}"),
    ("\u{103d}\u{1088}", "\u{103e}\u{102f}"),
    ("\u{103d}", "\u{103e}"),
    ("\u{1087}", "\u{103e}"),
    ("\u{1088}", "\u{103e}\u{102f}"),
    ("\u{1089}", "\u{103e}\u{1030}"),
    ("\u{1039}", "\u{103a}"),
    ("\u{1033}", "\u{102f}"),
    ("\u{1034}", "\u{1030}"),
    ("\u{105a}", "\u{102b}\u{103a}"),
    ("\u{108e}", "\u{102d}\u{1036}"),
    ("\u{1031}\u{1094}C\u{103d}", "1\u{103e}\u{1031}\u{1037}"),
    ("\u{1094}", "\u{1037}"),
    ("\u{1095}", "\u{1037}"),
    ("\u{1025}\u{1061}", "\u{1009}\u{1039}\u{1001}"),
    ("\u{1025}\u{1062}", "\u{1009}\u{1039}\u{1002}"),
    ("\u{1025}\u{1065}", "\u{1009}\u{1039}\u{1005}"),
    ("\u{1025}\u{1068}", "\u{1009}\u{1039}\u{1007}"),
    ("\u{1025}\u{1076}", "\u{1009}\u{1039}\u{1013}"),
    ("\u{1025}\u{1078}", "\u{1009}\u{1039}\u{1015}"),
    ("\u{1025}\u{107a}", "\u{1009}\u{1039}\u{1017}"),
    ("\u{1025}\u{1079}", "\u{1009}\u{1039}\u{1016}"),
    ("C\u{103a}\u{1039}", "1\u{103a}\u{103b}"),
    ("\u{1060}", "\u{1039}\u{1000}"),
    ("\u{1061}", "\u{1039}\u{1001}"),
    ("\u{1062}", "\u{1039}\u{1002}"),
    ("\u{1063}", "\u{1039}\u{1003}"),
    ("\u{1065}", "\u{1039}\u{1005}"),
    ("\u{1066}", "\u{1039}\u{1006}"),
    ("\u{1067}", "\u{1039}\u{1006}"),
    ("\u{1068}", "\u{1039}\u{1007}"),
    ("\u{1069}", "\u{1039}\u{1008}"),
    ("\u{106c}", "\u{1039}\u{100b}"),
    ("\u{106d}", "\u{1039}\u{100c}"),
    ("\u{1070}", "\u{1039}\u{100f}"),
    ("\u{1071}", "\u{1039}\u{1010}"),
    ("\u{1072}", "\u{1039}\u{1010}"),
    ("\u{1096}", "\u{1039}\u{1010}\u{103d}"),
    ("\u{1073}", "\u{1039}\u{1011}"),
    ("\u{1074}", "\u{1039}\u{1011}"),
    ("\u{1075}", "\u{1039}\u{1012}"),
    ("\u{1076}", "\u{1039}\u{1013}"),
    ("\u{1077}", "\u{1039}\u{1014}"),
    ("\u{1078}", "\u{1039}\u{1015}"),
    ("\u{1079}", "\u{1039}\u{1016}"),
    ("\u{107a}", "\u{1039}\u{1017}"),
    ("\u{107b}", "\u{1039}\u{1018}"),
    ("\u{1093}", "\u{1039}\u{1018}"),
    ("\u{107c}", "\u{1039}\u{1019}"),
    ("\u{1085}", "\u{1039}\u{101c}"),
    ("\u{106e}", "\u{100d}\u{1039}\u{100d}"),
    ("\u{106f}", "\u{100d}\u{1039}\u{100e}"),
    ("\u{1091}", "\u{100f}\u{1039}\u{100d}"),
    ("\u{1092}", "\u{100b}\u{1039}\u{100c}"),
    ("\u{1097}", "\u{100b}\u{1039}\u{100b}"),
    ("\u{104e}", "\u{104e}\u{1004}\u{103a}\u{1038}"),
    ("R", "\u{103c}"),
];

/// From the order of the eye to that of speech.
const REORDERING: &[Rule] = &[
    ("^\u{1040}N", "\u{101d}1"),
    ("S\u{1040}N", "1\u{101d}2"),
    ("^\u{1044}}N", "\u{104e}"),
    ("S\u{1044}N", "1\u{104e}2"),
    ("\u{1025}\u{103a}", "\u{1009}\u{103a}"),
    ("\u{1025}\u{102e}", "\u{1026}"),
    ("\u{103a}\u{1037}", "\u{1037}\u{103a}"),
    ("\u{1036}M*V+", "12\u{1036}"),
    ("AI", "21"),
    ("\u{103c}C", "1\u{103c}"),
    ("\u{1005}\u{103b}", "\u{1008}"),
];

/// The vowel e, anusvara and the medial ra go behind their consonants.
const VOWEL_E_BEHIND: &[Rule] = &[
    ("E+\u{1004}\u{103a}\u{1039}C", "\u{1004}\u{103a}\u{1039}21"),
    ("E+CM+", "231"),
    ("E+C}O", "21"),
    ("\u{103c}\u{103a}\u{1039}C", "\u{103a}\u{1039}1\u{103c}"),
    ("\u{1036}M+", "1\u{1036}"),
];

/// Medials, dot below, contractions, the vowel e and asat.
const MEDIALS: &[Rule] = &[
    ("B+\u{103b}", "\u{103b}1"),
    ("D+\u{103c}", "\u{103c}1"),
    ("\u{103e}\u{103d}", "\u{103d}\u{103e}"),
    ("E+V*\u{1039}C", "\u{1039}312"),
    ("V+\u{1039}C", "\u{1039}21"),
    ("M*E+M*", "132"),
    ("\u{1037}G", "1\u{1037}"),
    ("\u{1037}M+", "1\u{1037}"),
    ("V+M+", "21"),
    ("CH\u{103a}C", "1\u{103a}23"),
];

/// Vowel signs behind medials, and medials in order.
const MORE_MEDIALS: &[Rule] = &[
    ("E+M+", "21"),
    ("VM", "21"),
    ("B\u{103b}", "\u{103b}1"),
    ("D\u{103c}", "\u{103c}1"),
    ("\u{103e}\u{103d}", "\u{103d}\u{103e}"),
    ("\u{1038}J", "1\u{1038}"),
    ("\u{1038}K", "1\u{1038}"),
    ("\u{1036}\u{102f}", "\u{102f}\u{1036}"),
];

/// What stands twice or in the way.
const FINISH: &[Rule] = &[
    ("\u{102f}\u{102f}+", "\u{102f}"),
    ("\u{102f}\u{1030}", "\u{102f}"),
    ("\u{102f}\u{103a}", "\u{102f}"),
    ("\u{102d}\u{102e}", "\u{102e}"),
    ("\u{1036}\u{1036}+", "\u{1036}"),
    ("WL", "1"),
    ("C\u{103b}\u{103a}", "1\u{103a}\u{103b}"),
];

/// One pass: from the left, the first rule that fits.
fn pass(text: &[char], rules: &[Rule]) -> Vec<char> {
    let mut written = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(character) = text.get(at) {
        let found = rules.iter().find_map(|(pattern, replacement)| {
            taken(text, at, pattern).map(|(groups, end)| (groups, end, replacement))
        });
        match found {
            Some((groups, end, replacement)) if end > at => {
                written.extend(replaced(text, &groups, replacement));
                at = end;
            }
            Some(_) | None => {
                written.push(*character);
                at = at.saturating_add(1);
            }
        }
    }
    written
}

/// Where each class of a pattern begins and ends in the text, and where the pattern ends; `None` where it does not fit.
fn taken(text: &[char], from: usize, pattern: &str) -> Option<(Vec<(usize, usize)>, usize)> {
    let mut groups = Vec::new();
    let mut at = from;
    let mut signs = pattern.chars().peekable();
    while let Some(sign) = signs.next() {
        if sign == '^' {
            if at > 0 {
                return None;
            }
            continue;
        }
        if sign == '}' {
            let class = signs.next()?;
            let stands = text.get(at).map_or(class == 'O', |next| in_class(class, *next));
            return stands.then_some((groups, at));
        }
        let fits = |character: &char| match sign {
            class if class.is_ascii_uppercase() => in_class(class, *character),
            literal => literal == *character,
        };
        let rest = text.get(at..).unwrap_or_default();
        let run = rest.iter().take_while(|character| fits(character)).count();
        let count = match signs.next_if(|sign| matches!(sign, '+' | '*')) {
            Some('*') => run,
            Some(_) if run > 0 => run,
            None if run > 0 => 1,
            Some(_) | None => return None,
        };
        let end = at.saturating_add(count);
        if sign.is_ascii_uppercase() {
            groups.push((at, end));
        }
        at = end;
    }
    Some((groups, at))
}

fn replaced(text: &[char], groups: &[(usize, usize)], replacement: &str) -> Vec<char> {
    let mut written = Vec::new();
    for sign in replacement.chars() {
        let group = sign.to_digit(10).and_then(|number| usize::try_from(number).ok());
        match group.and_then(|number| groups.get(number.checked_sub(1)?)) {
            Some((start, end)) => written.extend(text.get(*start..*end).unwrap_or_default()),
            None => written.push(sign),
        }
    }
    written
}
