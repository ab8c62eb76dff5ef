//! Choices as numbers: their places in the order of registration, which only ever grows at its end.

use crate::feed::fault::ListFault;
use crate::message::evaluation::EvaluationScheme;
use crate::message::identifier::AccountStatus;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::message::intelligence::feed_entry::IndicatorRole;
use crate::message::intelligence::feed_entry::IndicatorType;
use crate::message::intelligence::feed_entry::Recommended;
use crate::message::intelligence::feed_entry::Tlp;
use crate::message::intelligence::report::Confidence;
use crate::message::intelligence::report::PermittedAction;
use crate::registry::FeedCode;

/// A choice that stands in a list as a number.
pub(super) trait Numbered: Copy + PartialEq + 'static {
    /// All of them, in the order of registration.
    fn choices() -> &'static [Self];

    /// Its number.
    fn number(self) -> u8 {
        let place = Self::choices().iter().position(|choice| *choice == self);
        place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
    }

    /// The choice with a number.
    fn numbered(number: u8) -> Result<Self, ListFault> {
        let choice = Self::choices().get(usize::from(number)).copied();
        let rule = "a choice is one of those that are registered";
        choice.ok_or_else(|| ListFault::whole(FeedCode::BadEntry, rule))
    }
}

macro_rules! numbered {
    ($($name:ident)+) => {$(
        impl Numbered for $name {
            fn choices() -> &'static [Self] {
                Self::ALL
            }
        }
    )+};
}

numbered!(
    IndicatorRole Confidence EvaluationScheme Tlp PermittedAction Recommended AccountStatus FeedClass
    IndicatorType
);
