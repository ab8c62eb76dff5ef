//! The shape of every value, as data: what the grammar in `spec/cddl` is printed from.
//!
//! Declarations describe themselves ([`Field::grammar`](crate::message::field::Field::grammar)), so a grammar cannot say
//! something else than the reader does. Absent on purpose: the conditional rules; `spec/10-message.md` has them.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The shape of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// True or false.
    Flag,
    /// A whole number from `min` to `max`, both included.
    Number {
        /// Least.
        min: i64,
        /// Greatest.
        max: i64,
    },
    /// A text.
    Text {
        /// Fewest bytes.
        min: usize,
        /// Most bytes.
        max: usize,
        /// What it looks like, as a regular expression for the whole text, where one says it.
        pattern: Option<&'static str>,
    },
    /// A list.
    List {
        /// What it holds.
        of: Box<Self>,
        /// Fewest items.
        min: usize,
        /// Most items.
        max: usize,
    },
    /// What a rule says. Shape: the rule's name.
    Rule(String),
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A map with these fields.
    Record(Vec<Member>),
    /// One of these texts.
    Choice(Vec<&'static str>),
    /// One of these: a bare text, or a map with one key and its value.
    Tagged(Vec<(&'static str, Option<Shape>)>),
    /// A shape that has a name.
    Is(Shape),
    /// Whatever one of these says; something beside the value tells which.
    AnyOf(Vec<Shape>),
}

/// One field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its key.
    pub key: &'static str,
    /// Whether it may be left out.
    pub presence: Presence,
    /// Its value.
    pub shape: Shape,
}

/// Whether a field may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must stand there.
    Required,
    /// It may be absent; conditional fields count here.
    Optional,
}

/// Rules by name.
#[derive(Clone, Debug, Default)]
pub struct Grammar {
    rules: BTreeMap<String, Rule>,
}

impl Grammar {
    /// No rules yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Describes a named type once; `describe` is asked the first time only.
    pub fn rule(&mut self, type_name: &str, describe: impl FnOnce(&mut Self) -> Rule) -> Shape {
        let name = kebab(type_name);
        if !self.rules.contains_key(&name) {
            let rule = describe(self);
            self.rules.insert(name.clone(), rule);
        }
        Shape::Rule(name)
    }

    /// What a rule says.
    pub fn get(&self, name: &str) -> Option<&Rule> {
        self.rules.get(name)
    }

    /// The rules as CDDL, sorted by name. Source: RFC 8610.
    // spec: msgk-29
    pub fn cddl(&self) -> String {
        let rules = self.rules.iter().map(|(name, rule)| format!("{name} = {}\n", rule_text(rule)));
        rules.collect::<Vec<_>>().join("\n")
    }
}

fn rule_text(rule: &Rule) -> String {
    match rule {
        Rule::Record(members) => {
            let lines = members.iter().map(|member| {
                let mark = match member.presence {
                    Presence::Required => "",
                    Presence::Optional => "? ",
                };
                format!("  {mark}{}: {},\n", member.key, shape_text(&member.shape))
            });
            format!("{{\n{}}}", lines.collect::<String>())
        }
        Rule::Choice(texts) => {
            let quoted: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
            quoted.join(" / ")
        }
        Rule::Tagged(cases) => {
            let cases = cases.iter().map(|(key, shape)| match shape {
                Some(shape) => format!("{{ {key}: {} }}", shape_text(shape)),
                None => format!("\"{key}\""),
            });
            cases.collect::<Vec<_>>().join(" / ")
        }
        Rule::Is(shape) => shape_text(shape),
        Rule::AnyOf(shapes) => shapes.iter().map(shape_text).collect::<Vec<_>>().join(" / "),
    }
}

fn shape_text(shape: &Shape) -> String {
    match shape {
        Shape::Flag => "bool".to_owned(),
        Shape::Number { min, max } => format!("{min}..{max}"),
        Shape::Text { pattern: Some(pattern), .. } => {
            format!("tstr .regexp \"{}\"", pattern.replace('\\', "\\\\"))
        }
        Shape::Text { min, max, pattern: None } => format!("tstr .size ({min}..{max})"),
        Shape::List { of, min, max } => format!("[{min}*{max} {}]", shape_text(of)),
        Shape::Rule(name) => name.clone(),
    }
}

/// `PersonRecord` becomes `person-record`.
fn kebab(type_name: &str) -> String {
    let mut name = String::new();
    for letter in type_name.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
