//! Which code each fault of a charter's document has, wherever it is told.

use concord_protocol::identity::charter::CharterError;
use concord_protocol::identity::charter::papers::PaperError;

use crate::report::code::Code;

/// A document that stands alone.
pub const fn of_document(error: &CharterError) -> Code {
    match error {
        CharterError::Missing { .. } => Code::CharterUnfinished,
        CharterError::Forged { .. } | CharterError::Half { .. } | CharterError::Stranger { .. } => {
            Code::CharterForged
        }
        CharterError::NotFounding { .. } => Code::CharterSkips,
        CharterError::NotAMember { .. } => Code::RootRefused,
        CharterError::Rule(_)
        | CharterError::Form(_)
        | CharterError::Content(_)
        | CharterError::Pin { .. }
        | CharterError::Sign(_)
        | CharterError::Encode(_) => Code::CharterRefused,
    }
}

/// A document among those that are held.
pub const fn of_paper(error: &PaperError) -> Code {
    match error {
        PaperError::Charter(error) => of_document(error),
        PaperError::Stale { .. } => Code::CharterStale,
        PaperError::Rival { .. } => Code::CharterRival,
        PaperError::Skips { .. }
        | PaperError::Unknown { .. }
        | PaperError::NotAdopted { .. }
        | PaperError::Numbers { .. } => Code::CharterSkips,
        PaperError::Doubled { .. } => Code::CharterDoubled,
        PaperError::Unsigned | PaperError::Lacks(_) => Code::CharterUnfinished,
        PaperError::OtherName { .. } | PaperError::Logs { .. } | PaperError::Full => {
            Code::CharterRefused
        }
    }
}
