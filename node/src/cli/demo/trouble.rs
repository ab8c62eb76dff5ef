//! What can go wrong in a demonstration, as reports.

use std::borrow::Cow;

use crate::cli::demo::children::ChildError;
use crate::cli::demo::federation::SetupError;
use crate::cli::demo::wait::TimeUp;
use crate::cli::fail;
use crate::report::Report;
use crate::report::code::Code;

const WHAT: &str = "the demonstration broke off";

/// Something of the story did not come out as it must.
pub(crate) fn broken(why: impl Into<Cow<'static, str>>) -> Report {
    Report::new(Code::DemoFailed, WHAT, why)
}

/// Something that was waited for did not happen.
pub(crate) fn late(awaited: &str, error: TimeUp) -> Report {
    broken(format!("{awaited}: {error}"))
}

/// A node as a process.
pub(crate) fn child(error: &ChildError) -> Report {
    Report::caused(Code::DemoFailed, WHAT, error)
}

/// The federation was not set up.
pub(crate) fn setup(error: &SetupError) -> Report {
    let what = "the federation was not set up";
    match error {
        SetupError::File(error) => fail::file(what, error),
        SetupError::NotEmpty { .. } => Report::caused(Code::FileExists, what, error)
            .with_remedy("name a folder that is new or empty, or leave `--dir` out"),
        SetupError::NoEntropy(error) => fail::entropy(what, error),
        SetupError::Enrolment(error) => fail::enrolment(what, error),
        SetupError::Settings(error) => fail::settings(what, error),
        SetupError::Keys { source, .. } => fail::key(what, source),
        SetupError::Charter(error) => fail::charter(what, error),
        SetupError::Unreadable { .. } => Report::caused(Code::FileUnreadable, what, error),
        SetupError::Name(_)
        | SetupError::NoPort(_)
        | SetupError::NoQuorum { .. }
        | SetupError::Grant { .. } => Report::caused(Code::DemoFailed, what, error),
    }
}
