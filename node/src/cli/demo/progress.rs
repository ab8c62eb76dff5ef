//! What a person sees while the demonstration runs: steps with a mark, and a spinner on the one under way.
//!
//! On a terminal only; elsewhere nothing is printed.

use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressStyle;

/// How often the spinner turns.
const TURN: Duration = Duration::from_millis(90);

/// The steps of a demonstration.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Shows steps on standard error, if that is a terminal.
    pub(crate) fn start() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {msg} {elapsed:.dim}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TURN);
        Self { bar }
    }

    /// A step is under way.
    pub(crate) fn doing(&self, step: impl Into<String>) {
        self.bar.set_message(step.into());
    }

    /// A step is done; the line stays.
    pub(crate) fn done(&self, step: impl AsRef<str>) {
        self.bar.println(format!("✓ {}", step.as_ref()));
    }
}

/// Nothing is under way any more: the spinner goes, the lines stay.
impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
