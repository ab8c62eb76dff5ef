//! What one check found: how grave it is, what was seen, why it matters, and what to do.

use std::borrow::Cow;

use serde_json::Value;
use serde_json::json;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Ok,
    /// It works, and somebody should look.
    Warning,
    /// The node does not work like this, or not for long.
    Problem,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How grave it is.
    pub grade: Grade,
    /// What was seen.
    pub found: Cow<'static, str>,
    /// Why it matters; empty where all is well.
    pub why: Cow<'static, str>,
    /// What to do; empty where all is well.
    pub remedy: Cow<'static, str>,
}

impl Grade {
    /// The grade as it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

impl Finding {
    /// A finding that does not say yet why it matters.
    pub fn of(grade: Grade, check: &'static str, found: impl Into<Cow<'static, str>>) -> Self {
        let (why, remedy) = (Cow::Borrowed(""), Cow::Borrowed(""));
        Self { check, grade, found: found.into(), why, remedy }
    }

    /// All is well.
    pub fn ok(check: &'static str, found: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Grade::Ok, check, found)
    }

    /// Somebody should look.
    pub fn warning(check: &'static str, found: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Grade::Warning, check, found)
    }

    /// It does not work like this.
    pub fn problem(check: &'static str, found: impl Into<Cow<'static, str>>) -> Self {
        Self::of(Grade::Problem, check, found)
    }

    /// The same finding with why it matters.
    #[must_use]
    pub fn because(self, why: impl Into<Cow<'static, str>>) -> Self {
        Self { why: why.into(), ..self }
    }

    /// The same finding with what to do.
    #[must_use]
    pub fn remedy(self, remedy: impl Into<Cow<'static, str>>) -> Self {
        Self { remedy: remedy.into(), ..self }
    }

    /// For people: one line, and two more where something is to be done.
    pub fn text(&self) -> String {
        let mut text = format!("{:<8} {:<11} {}\n", self.grade.text(), self.check, self.found);
        for (word, said) in [("why", &self.why), ("try", &self.remedy)] {
            if !said.is_empty() {
                text.push_str(&format!("{:<20} {word}: {said}\n", ""));
            }
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({
            "check": self.check, "grade": self.grade.text(), "found": self.found,
            "why": self.why, "remedy": self.remedy,
        })
    }
}
