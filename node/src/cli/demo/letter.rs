//! What the officers of the story submit: the JSON of the local API, complete and valid, about people who do not exist.
//!
//! One file for each subject. Every letter is an exercise and says so.
//! Absent on purpose: sending; a letter is data.

pub(crate) mod handover;
pub(crate) mod information;
pub(crate) mod intelligence;

use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::agencies::Agency;
use crate::cli::demo::calendar;

/// The exercise, by the name that people use.
pub(crate) const EXERCISE: &str = "EX-HERON";

/// To whom a letter goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addressee<'a> {
    /// The agency.
    pub(crate) agency: &'a str,
    /// Whether it shall act or know.
    pub(crate) role: Role,
}

/// Whether a recipient shall act or know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Act on it.
    Action,
    /// Know of it.
    Information,
}

impl Role {
    const fn text(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Information => "information",
        }
    }
}

/// The procedure that a letter continues.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    /// The procedure's id.
    pub(crate) procedure: String,
    /// Digests of its last messages.
    pub(crate) parents: Vec<String>,
    /// The message that is answered.
    pub(crate) of: String,
}

/// What stands around a body.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// What it is.
    pub(crate) kind: &'static str,
    /// Whose officer writes it.
    pub(crate) author: &'a Agency,
    /// Who gets it.
    pub(crate) to: &'a [Addressee<'a>],
    /// What it continues; without one it begins a procedure.
    pub(crate) thread: Option<&'a Thread>,
    /// How urgent it is.
    pub(crate) urgency: &'static str,
    /// How it may be used.
    pub(crate) codes: &'a [&'static str],
    /// What for.
    pub(crate) purpose: &'static str,
    /// In which case.
    pub(crate) case_ref: &'a str,
    /// What a list shows of it.
    pub(crate) subject_line: String,
}

impl Frame<'_> {
    /// The whole submission.
    pub(crate) fn around(&self, body: &Value) -> Value {
        let to: Vec<Value> =
            self.to.iter().map(|to| json!({"agency": to.agency, "role": to.role.text()})).collect();
        let procedure = self.thread.map(|thread| thread.procedure.as_str());
        let parents = self.thread.map(|thread| thread.parents.as_slice()).unwrap_or_default();
        let mut letter = json!({
            "kind": self.kind,
            "to": to,
            "parents": parents,
            "unit": self.author.desk,
            "urgency": self.urgency,
            "handling": self.handling(),
            "legal_basis": [
                {"kind": "outcome-document", "instrument": format!("Outcome Document {EXERCISE}"), "article": "7"},
                {"kind": "treaty", "instrument": "United Nations Convention against Transnational Organized Crime", "article": "16"},
            ],
            "purpose": {"kind": self.purpose, "case_ref": self.case_ref},
            "subject_line": self.subject_line,
            "procedure_ref": self.case_ref,
            "language": "en",
            "zone": self.author.zone,
            "drafted_by": self.author.officer,
            "exercise": true,
            "body": body,
        });
        if let (Some(procedure), Some(fields)) = (procedure, letter.as_object_mut()) {
            fields.insert("procedure".to_owned(), json!(procedure));
        }
        letter
    }

    fn handling(&self) -> Value {
        json!({
            "classification": "restricted",
            "codes": self.codes,
            "evidential_use": "with-consent",
            "onward": "own-competent-authorities",
            "review_on": calendar::day_after(Span::from_days(365)),
            "erase_by": calendar::day_after(Span::from_days(3 * 365)),
        })
    }
}

/// English text.
pub(crate) fn english(text: impl AsRef<str>) -> Value {
    json!({"lang": "en", "text": text.as_ref()})
}

/// A human took a message; its author acts on that, whoever else takes part is told.
pub(crate) fn acknowledgement(author: &Agency, to: &str, told: &[&str], thread: &Thread) -> Value {
    let told = told.iter().map(|agency| Addressee { agency, role: Role::Information });
    let to: Vec<Addressee<'_>> =
        [Addressee { agency: to, role: Role::Action }].into_iter().chain(told).collect();
    let frame = Frame {
        kind: "acknowledgement",
        author,
        to: &to,
        thread: Some(thread),
        urgency: "U3",
        codes: &["H0"],
        purpose: "coordination",
        case_ref: EXERCISE,
        subject_line: "Taken by the desk".to_owned(),
    };
    frame.around(&json!({
        "of": thread.of,
        "assigned_unit": author.desk,
        "expected_by": calendar::instant_after(calendar::hours(72)),
    }))
}

#[cfg(test)]
mod tests;
