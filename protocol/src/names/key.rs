//! What of a reading is held against another one: exactly, then with less and less of what writing adds.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use crate::message::writing;
use crate::names::form::Form;
use crate::names::form::Letters;
use crate::names::han;
use crate::names::pinyin;
use crate::names::pinyin::Scheme;
use crate::names::reason::Reason;
use crate::names::sound;

/// Words up to which every order is tried: 24 of them. A longer name is compared as it stands and with its words sorted.
const ORDERED_MAX: usize = 4;

/// Fewest sounds of a key that says something.
const SOUNDS_MIN: usize = 3;

/// How a key was made; two keys are held against each other when theirs is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Exact,
    Variants,
    Pinyin,
    Unmarked,
    WadeGiles,
    Sound(sound::Group),
}

/// A reading at one level.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key {
    level: Level,
    /// The words as they stand, joined.
    straight: String,
    /// The words joined in every order; of a long name in the order of the alphabet only.
    orders: BTreeSet<String>,
    /// The words.
    words: BTreeSet<String>,
    letters: Letters,
    /// Whether a title was left out.
    is_bare: bool,
}

/// The best agreement of two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    /// Why.
    pub(super) reason: Reason,
    is_bare: bool,
    is_reordered: bool,
}

impl Found {
    /// What has to be known about it.
    pub(super) fn notes(self) -> impl Iterator<Item = Reason> {
        let bare = self.is_bare.then_some(Reason::HonorificLeftOut);
        let is_told = self.reason == Reason::AnotherOrder;
        let order = (self.is_reordered && !is_told).then_some(Reason::OrderDiffers);
        bare.into_iter().chain(order)
    }
}

impl Key {
    /// How many orders of its words it holds.
    pub(super) fn orders(&self) -> usize {
        self.orders.len()
    }

    /// What finds it in an index: each order of its words, because another name may divide them elsewhere.
    pub(super) fn places(&self) -> impl Iterator<Item = (u8, &str)> {
        let level = match self.level {
            Level::Exact => 0,
            Level::Variants => 1,
            Level::Pinyin => 2,
            Level::Unmarked => 3,
            Level::WadeGiles => 4,
            Level::Sound(group) => group.number(),
        };
        self.orders.iter().map(move |order| (level, order.as_str()))
    }

    fn new(level: Level, words: &[String], form: &Form) -> Self {
        Self {
            level,
            straight: joined(level, words.iter()),
            orders: orders(level, words),
            words: words.iter().cloned().collect(),
            letters: form.letters,
            is_bare: form.is_bare,
        }
    }

    /// The ground that two keys give; exact keys give one for a part too.
    fn agree(&self, other: &Self) -> Option<Found> {
        if self.level != other.level {
            return None;
        }
        let is_straight = self.straight == other.straight;
        let is_same = is_straight || !self.orders.is_disjoint(&other.orders);
        let is_bare = self.is_bare || other.is_bare;
        let reason = match self.level {
            Level::Exact if is_straight => Reason::SameCharacters,
            Level::Exact if is_same => Reason::AnotherOrder,
            Level::Exact | Level::Unmarked if !is_same && is_part(&self.words, &other.words) => {
                return Some(Found { reason: Reason::PartOfOther, is_bare, is_reordered: false });
            }
            Level::Exact => return None,
            Level::Variants => Reason::SameVariants,
            Level::Pinyin => Reason::SamePinyin,
            Level::Unmarked => Reason::SameWithoutMarks,
            Level::WadeGiles => Reason::WadeGiles,
            Level::Sound(_) if self.letters != other.letters => Reason::ScriptAgrees,
            Level::Sound(_) => Reason::SoundAlike,
        };
        is_same.then_some(Found { reason, is_bare, is_reordered: !is_straight })
    }
}

/// Every key of every reading.
pub(super) fn of(forms: &[Form]) -> Vec<Key> {
    forms.iter().flat_map(of_form).collect()
}

fn of_form(form: &Form) -> Vec<Key> {
    let mut keys = Vec::from([Key::new(Level::Exact, &form.words, form)]);
    let each = |change: &dyn Fn(&str) -> String| -> Vec<String> {
        let words = form.words.iter().map(|word| change(word));
        words.filter(|word| !word.is_empty()).collect()
    };
    match form.letters {
        Letters::Han => {
            keys.push(Key::new(Level::Variants, &each(&han::simplified), form));
        }
        Letters::Latin if form.lang == "zh" => {
            let plain = each(&pinyin::without_tones);
            keys.push(Key::new(Level::Pinyin, &plain, form));
            for scheme in [Scheme::Pinyin, Scheme::WadeGiles] {
                let words: Vec<String> =
                    plain.iter().map(|word| pinyin::common(word, scheme)).collect();
                keys.push(Key::new(Level::WadeGiles, &words, form));
            }
        }
        Letters::Latin | Letters::Other => {}
    }
    if form.letters == Letters::Latin {
        keys.push(Key::new(Level::Unmarked, &each(&writing::without_marks), form));
    }
    if let Some(group) = sound::Group::of(&form.lang) {
        let key = Key::new(Level::Sound(group), &each(&|word| sound::of(word, group)), form);
        if key.straight.len() >= SOUNDS_MIN {
            keys.push(key);
        }
    }
    keys
}

/// The best ground of any two keys, and of equal ones that with the fewest changes.
pub(super) fn agree(one: &[Key], other: &[Key]) -> Option<Found> {
    let pairs = one.iter().flat_map(|key| other.iter().map(move |other| (key, other)));
    let found = pairs.filter_map(|(key, other)| key.agree(other));
    found.min()
}

/// Whether every word of the shorter one stands in the longer one; a single word is no ground.
fn is_part(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    let (shorter, longer) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    shorter.len() >= 2 && shorter.is_subset(longer)
}

fn joined<'a>(level: Level, words: impl Iterator<Item = &'a String>) -> String {
    let text: String = words.map(String::as_str).collect();
    match level {
        Level::Sound(_) => sound::collapsed(&text),
        Level::Exact | Level::Variants | Level::Pinyin | Level::Unmarked | Level::WadeGiles => text,
    }
}

fn orders(level: Level, words: &[String]) -> BTreeSet<String> {
    let mut sorted: Vec<&String> = words.iter().collect();
    sorted.sort();
    if words.len() > ORDERED_MAX {
        return BTreeSet::from([joined(level, sorted.into_iter())]);
    }
    let mut orders = BTreeSet::new();
    let mut rest = Vec::from([(Vec::new(), sorted)]);
    while let Some((chosen, left)) = rest.pop() {
        if left.is_empty() {
            orders.insert(joined(level, chosen.into_iter()));
            continue;
        }
        for (place, word) in left.iter().enumerate() {
            let mut chosen = chosen.clone();
            chosen.push(*word);
            let mut left = left.clone();
            let _: &String = left.remove(place);
            rest.push((chosen, left));
        }
    }
    orders
}
