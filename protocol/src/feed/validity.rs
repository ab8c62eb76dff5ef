//! How long an entry lives unless its author says otherwise. Source: DOMAIN 2.2 ([P]), spec fed-7.

use crate::message::intelligence::feed_entry::IndicatorType;
use crate::moment::Span;

/// Days from when an indicator was last seen until its entry dies, as a proposal for whoever writes lists.
///
/// Numbers and addresses are given to somebody else, the sooner the cheaper they are: an address of the Internet within
/// weeks, a phone number within months, a domain when it is not renewed. What stands on a domain or a number goes by it.
pub const fn proposed(indicator: IndicatorType) -> Span {
    // spec: fed-7
    match indicator {
        IndicatorType::Ip => Span::from_days(30),
        IndicatorType::Phone
        | IndicatorType::MessagingHandle
        | IndicatorType::BankAccount
        | IndicatorType::PaymentCard => Span::from_days(90),
        IndicatorType::Domain
        | IndicatorType::Url
        | IndicatorType::Email
        | IndicatorType::CryptoAddress => Span::from_days(180),
    }
}
