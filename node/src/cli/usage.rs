//! A command line that was not understood, as a report: what the parser says, in the form of every other failure.

use crate::report::Report;
use crate::report::code::Code;

/// What the parser printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// What is wrong with the line.
    Fault,
    /// A help, because only the command was lacking.
    Help,
}

/// The report of what the parser printed.
// spec: reg-4
pub fn report(said: &str, kind: Said) -> Report {
    let what = "the command line was not understood";
    let form = said.split_once("Usage: ").map(|(_, rest)| first_paragraph(rest));
    let why = match (kind, said.split_once("Usage: ")) {
        (Said::Help, _) => "what to do is not said: a command is lacking".to_owned(),
        (Said::Fault, Some((before, _))) => in_one_line(before),
        (Said::Fault, None) => in_one_line(said),
    };
    let report = Report::new(Code::Usage, what, why);
    match form {
        Some(form) => report.with_remedy(format!(
            "write it as `{form}`; `--help` after a command shows what each part means"
        )),
        None => {
            report.with_remedy("correct it; `--help` after a command shows what each part means")
        }
    }
}

/// What the parser says of the fault, without its own heading and without its advice to ask for help.
fn in_one_line(said: &str) -> String {
    let said = said.strip_prefix("error: ").unwrap_or(said);
    let said = said.split("For more information, try").next().unwrap_or(said);
    said.split_whitespace().collect::<Vec<&str>>().join(" ")
}

fn first_paragraph(text: &str) -> String {
    let form = text.split("\n\n").next().unwrap_or(text);
    form.split_whitespace().collect::<Vec<&str>>().join(" ")
}
