//! What is wrong with a value: every fault at once, each with its place, a code and the rule that was broken.
//!
//! Uses `limits` and [`Pointer`]. A reason states the rule; it never repeats what a person wrote.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::limits::FAULTS_MAX;
use crate::message::pointer::Pointer;

/// One thing that is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldFault {
    /// Where. Shape: RFC 6901; the empty text is the whole value.
    pub pointer: String,
    /// What class of fault.
    pub code: FaultCode,
    /// The rule that was broken, for a person.
    pub reason: String,
}

/// The classes of fault. Source: spec msgk-3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultCode {
    /// A field that is required, here or under a condition that holds, is absent.
    Missing,
    /// A field that the type does not have.
    UnknownField,
    /// A boolean, number, text, list or map where another one stands.
    WrongType,
    /// A number or date outside its range.
    OutOfRange,
    /// A text that is not one of the registered choices.
    BadChoice,
    /// A text that does not have the form of its type.
    Malformed,
    /// A text longer than its type allows.
    TooLong,
    /// A list with more items than its field allows.
    TooMany,
    /// A list with fewer items than its field demands.
    TooFew,
    /// The same item twice where each may stand once.
    Repeated,
    /// Two fields that contradict each other.
    Conflicting,
    /// There were more faults than one answer lists.
    MoreFaults,
}

impl FaultCode {
    /// The code as it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::UnknownField => "unknown-field",
            Self::WrongType => "wrong-type",
            Self::OutOfRange => "out-of-range",
            Self::BadChoice => "bad-choice",
            Self::Malformed => "malformed",
            Self::TooLong => "too-long",
            Self::TooMany => "too-many",
            Self::TooFew => "too-few",
            Self::Repeated => "repeated",
            Self::Conflicting => "conflicting",
            Self::MoreFaults => "more-faults",
        }
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.pointer, self.reason, self.code)
    }
}

/// The faults found so far, in the order of reading; beyond [`FAULTS_MAX`] they are only counted.
#[derive(Debug, Default)]
pub struct Faults {
    found: Vec<FieldFault>,
    more: usize,
}

impl Faults {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one; the reason is a rule of ours, never what was read.
    // spec: msgk-3
    pub fn add(&mut self, at: &Pointer<'_>, code: FaultCode, reason: impl Into<String>) {
        if self.found.len() < FAULTS_MAX {
            self.found.push(FieldFault { pointer: at.text(), code, reason: reason.into() });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Whether nothing was found so far.
    pub const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The value when nothing was wrong with it, else every fault.
    ///
    /// # Errors
    /// Whenever a fault was added. A value that was not read although no fault was added is one fault of its own.
    // spec: msgk-2
    pub fn judge<T>(mut self, value: Option<T>) -> Result<T, Vec<FieldFault>> {
        if self.more > 0 {
            let reason = format!("{} more faults were found", self.more);
            self.found.push(FieldFault {
                pointer: String::new(),
                code: FaultCode::MoreFaults,
                reason,
            });
        }
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            None if self.found.is_empty() => {
                let reason = String::from("the value cannot be read");
                Err(Vec::from([FieldFault {
                    pointer: String::new(),
                    code: FaultCode::Malformed,
                    reason,
                }]))
            }
            Some(_) | None => Err(self.found),
        }
    }
}
