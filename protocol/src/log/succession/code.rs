//! Why a log ends: a closed set of codes, so that there is no room for prose.

use serde::Deserialize;
use serde::Serialize;

/// Why a log ends. The order of the variants is the format: add at the end only. Source: spec suc-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cause {
    /// Older data were put in the place of newer ones: a backup, a copied directory, a machine that was rolled back.
    Rollback,
    /// Two histories of the log were signed.
    Fork,
    /// Data are damaged or gone.
    Damage,
    /// A key of the log may be in other hands.
    Compromise,
}

impl Cause {
    /// Every cause, in order.
    pub const ALL: [Self; 4] = [Self::Rollback, Self::Fork, Self::Damage, Self::Compromise];

    /// The code as people write it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Rollback => "rollback",
            Self::Fork => "fork",
            Self::Damage => "damage",
            Self::Compromise => "compromise",
        }
    }

    /// Reads a code; `None` when there is none of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.text() == text)
    }
}

impl core::fmt::Display for Cause {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}
