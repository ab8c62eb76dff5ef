//! What a person gets when something could not be done: a code and three sentences.
//!
//! Uses nothing. The command line prints a report, the local API answers with it (`api::problem`), the log keeps its
//! code. Absent on purpose: the cause's cause; whoever decides on an error folds its chain into `why` once.
//!
//! ```text
//! error[peer-unknown]: the message was not taken
//!   why: the charter has no member la.xyz
//!   try: concord peer list
//! ```

pub mod charter;
pub mod code;

#[cfg(test)]
mod tests;

use core::error::Error;
use core::fmt;
use std::borrow::Cow;

use crate::report::code::Code;

/// Why something was not done, for the person who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The registered code. Source: spec reg-4.
    pub code: Code,
    /// What happened: a clause in lower case, without a full stop.
    pub what: Cow<'static, str>,
    /// Why it happened: the rule and the value found.
    pub why: Cow<'static, str>,
    /// What to do now.
    pub remedy: Cow<'static, str>,
    /// The fields at fault, where a document was refused; empty otherwise.
    pub fields: Vec<FieldReport>,
    /// How the process ends when this report ends it.
    pub exit: Exit,
}

/// One field of a document that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldReport {
    /// Where it stands. Shape: JSON pointer. Source: RFC 6901.
    pub pointer: String,
    /// Which rule it breaks.
    pub code: String,
    /// The rule and what was found.
    pub reason: String,
}

/// Who can end the trouble. Log level and default status follow from it; nobody chooses these by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Whoever asked: ask otherwise.
    Caller,
    /// Another agency's node.
    Peer,
    /// Whoever runs this node.
    Operator,
    /// The software.
    Ourselves,
}

/// How a command ends. Source: spec reg-5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done.
    Done,
    /// Could not be done.
    CouldNot,
    /// The command line was not understood.
    Usage,
    /// Something was verified and does not hold.
    VerificationFailed,
    /// The node cannot be reached.
    NotReachable,
    /// The node refused.
    Refused,
}

impl Exit {
    /// Every ending, in order of its number.
    pub const ALL: &'static [Self] = &[
        Self::Done,
        Self::CouldNot,
        Self::Usage,
        Self::VerificationFailed,
        Self::NotReachable,
        Self::Refused,
    ];

    /// The process's exit code.
    // spec: reg-5
    pub const fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::CouldNot => 1,
            Self::Usage => 2,
            Self::VerificationFailed => 3,
            Self::NotReachable => 4,
            Self::Refused => 5,
        }
    }

    /// What the number means, for the registry and for manuals.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::CouldNot => "could not",
            Self::Usage => "usage",
            Self::VerificationFailed => "verification failed",
            Self::NotReachable => "node not reachable",
            Self::Refused => "refused by the node",
        }
    }
}

impl Blame {
    /// How loud the log is about it.
    pub const fn level(self) -> tracing::Level {
        match self {
            Self::Caller => tracing::Level::DEBUG,
            Self::Peer => tracing::Level::INFO,
            Self::Operator => tracing::Level::WARN,
            Self::Ourselves => tracing::Level::ERROR,
        }
    }

    /// The HTTP status where a code has none of its own.
    pub const fn status(self) -> u16 {
        match self {
            Self::Caller => 422,
            Self::Peer => 502,
            Self::Operator => 503,
            Self::Ourselves => 500,
        }
    }

    /// The word in the registry.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Peer => "peer",
            Self::Operator => "operator",
            Self::Ourselves => "ourselves",
        }
    }
}

impl Report {
    /// A report under a code, with the code's own remedy and ending.
    pub fn new(
        code: Code,
        what: impl Into<Cow<'static, str>>,
        why: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            what: what.into(),
            why: why.into(),
            remedy: Cow::Borrowed(code.remedy()),
            fields: Vec::new(),
            exit: code.exit(),
        }
    }

    /// A report whose reason is an error with its causes.
    pub fn caused(code: Code, what: impl Into<Cow<'static, str>>, error: &dyn Error) -> Self {
        Self::new(code, what, chain(error))
    }

    /// The same report with a remedy that knows more than its code does.
    #[must_use]
    pub fn with_remedy(self, remedy: impl Into<Cow<'static, str>>) -> Self {
        Self { remedy: remedy.into(), ..self }
    }

    /// The same report with the fields at fault.
    #[must_use]
    pub fn with_fields(self, fields: Vec<FieldReport>) -> Self {
        Self { fields, ..self }
    }

    /// The same report with another ending.
    #[must_use]
    pub fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// Who can end the trouble.
    pub const fn blame(&self) -> Blame {
        self.code.blame()
    }
}

/// An error and its causes in one line: `read the key file a.key: no such file`.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Shows the report as the command line prints it, without a newline at the end.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}\n  why: {}", self.code, self.what, self.why)?;
        for field in &self.fields {
            write!(f, "\n    {} [{}] {}", whole(&field.pointer), field.code, field.reason)?;
        }
        write!(f, "\n  try: {}", self.remedy)
    }
}

impl Error for Report {}

/// The empty pointer names the whole document; people need a word for it.
const fn whole(pointer: &str) -> &str {
    if pointer.is_empty() { "(document)" } else { pointer }
}
