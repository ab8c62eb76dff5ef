//! What a command answers: data for people or for programs, and talk beside it.

use std::io;
use std::io::Write;

use serde_json::Value;
use serde_json::json;

use crate::report::Exit;
use crate::report::Report;

/// For whom a command prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// For programs: one JSON value.
    Json,
}

/// What a command answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The data, for people; lines end with a newline.
    pub text: String,
    /// The same data, for programs.
    pub json: Value,
    /// What to do next, what to mind: for people only.
    pub talk: Vec<String>,
    /// How the process ends.
    pub exit: Exit,
}

impl Answer {
    /// An answer to something that was done.
    pub fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json, talk: Vec::new(), exit: Exit::Done }
    }

    /// The same answer with one more line of talk.
    #[must_use]
    pub fn say(mut self, line: impl Into<String>) -> Self {
        self.talk.push(line.into());
        self
    }

    /// The same answer with another ending.
    #[must_use]
    pub fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// Prints data and talk.
    ///
    /// # Errors
    /// When a stream takes no more.
    pub fn print(
        &self,
        form: Form,
        data: &mut impl Write,
        talk: &mut impl Write,
    ) -> io::Result<()> {
        match form {
            Form::Text => write!(data, "{}", self.text)?,
            Form::Json => writeln!(data, "{}", self.json)?,
        }
        data.flush()?;
        self.talk.iter().try_for_each(|line| writeln!(talk, "{line}"))
    }
}

/// Prints why something was not done.
///
/// # Errors
/// When the stream takes no more.
pub fn print_report(report: &Report, form: Form, talk: &mut impl Write) -> io::Result<()> {
    match form {
        Form::Text => writeln!(talk, "{report}"),
        Form::Json => writeln!(talk, "{}", report_json(report)),
    }
}

fn report_json(report: &Report) -> Value {
    let fields: Vec<Value> = report
        .fields
        .iter()
        .map(|field| json!({"pointer": field.pointer, "code": field.code, "reason": field.reason}))
        .collect();
    json!({"error": {
        "code": report.code.text(),
        "what": report.what,
        "why": report.why,
        "try": report.remedy,
        "fields": fields,
    }})
}
