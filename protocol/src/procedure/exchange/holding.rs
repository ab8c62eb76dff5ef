//! What an agency's own people work on, and who may know of it when somebody asks.
//!
//! Uses `message`. A holding is local: it is never sent, and no digest of it.
//! Absent on purpose: where holdings are kept, and how digests are compared; the node does both.

#[cfg(test)]
mod tests;

use crate::message::field::choice;
use crate::message::intelligence::deconfliction::Match;

choice! {
    /// Who may know that somebody works on an identifier. Source: DOMAIN 4.2, spec dcf-12.
    HitPolicy {
        /// Whoever asks hears of a hit, and colleagues who answer see the case.
        Full = "full",
        /// Whoever asks hears of a hit; colleagues who answer see whom to ask, and not which case it is.
        HitNoHit = "hit-no-hit",
        /// Nobody hears of it but the owner, who is told who asked.
        SilentToOwner = "silent-to-owner",
    }
}

/// Who looks at a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Whoever works on the identifier.
    Owner,
    /// A colleague.
    Other,
}

/// How much of a holding is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All of it.
    Whole,
    /// Whose it is.
    Whose,
    /// Nothing; not that there is one.
    Nothing,
}

impl HitPolicy {
    /// What whoever asks is answered.
    // spec: dcf-12
    pub const fn answer(self) -> Match {
        match self {
            Self::Full | Self::HitNoHit => Match::Hit,
            Self::SilentToOwner => Match::NoHit,
        }
    }

    /// How much somebody sees of it.
    // spec: dcf-12
    pub const fn sight(self, viewer: Viewer) -> Sight {
        match (viewer, self) {
            (Viewer::Owner, _) | (Viewer::Other, Self::Full) => Sight::Whole,
            (Viewer::Other, Self::HitNoHit) => Sight::Whose,
            (Viewer::Other, Self::SilentToOwner) => Sight::Nothing,
        }
    }
}

/// What whoever asks is answered about one identifier, by every holding of it.
// spec: dcf-12
pub fn answer(holdings: impl IntoIterator<Item = HitPolicy>) -> Match {
    let hit = holdings.into_iter().any(|policy| policy.answer() == Match::Hit);
    if hit { Match::Hit } else { Match::NoHit }
}
