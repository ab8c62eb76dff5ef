//! Numbers and addresses by which people, things and accounts are found.
//!
//! Absent on purpose: check digits. What was found is recorded as it was found, and synthetic data has wrong ones.

pub mod canonical;

use alloc::string::ToString;
use core::net::IpAddr;

use crate::message::field::choice;
use crate::message::field::record;
use crate::message::field::tagged;
use crate::message::text::Line;
use crate::message::text::RecordRef;
use crate::message::text::text_type;
use crate::message::time::Instant;
use crate::message::values::Country;
use crate::message::values::Currency;
use crate::message::values::Money;

text_type! {
    /// A phone number. Shape: `+` and 7 to 15 digits. Source: E.164, the form only.
    Phone: 8..=16, Some("\\+[1-9][0-9]{6,14}"), "an E.164 number: + and 7 to 15 digits, without spaces", |text| {
        text.strip_prefix('+').is_some_and(|digits| are_digits(digits) && !digits.starts_with('0'))
    }
}

text_type! {
    /// A device. Shape: 15 digits.
    Imei: 15..=15, Some("[0-9]{15}"), "15 digits", are_digits
}

text_type! {
    /// A subscriber. Shape: 14 or 15 digits.
    Imsi: 14..=15, Some("[0-9]{14,15}"), "14 or 15 digits", are_digits
}

text_type! {
    /// A SIM card. Shape: 18 to 20 digits.
    Iccid: 18..=20, Some("[0-9]{18,20}"), "18 to 20 digits", are_digits
}

text_type! {
    /// A payment card, truncated. Shape: first six digits, stars, last four: `999900******1234`.
    TruncatedPan: 12..=19, Some("[0-9]{6}[*]{2,9}[0-9]{4}"),
    "the first six digits, stars for those left out, and the last four", is_truncated_pan
}

text_type! {
    /// A domain name. Shape: lower-case labels joined by dots; other scripts in their xn-- form.
    Domain: 3..=253, Some("[a-z0-9-]{1,63}(\\.[a-z0-9-]{1,63})+"),
    "a domain name in lower case, such as d000123.fraud.example", is_domain
}

text_type! {
    /// A web address.
    Url: 10..=2048, Some("https?://[!-~]+"), "an http or https address in ASCII without spaces", |text| {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()))
    }
}

text_type! {
    /// An address of the Internet, version 4 or 6, in its canonical form.
    Ip: 2..=45, Some("[0-9a-f.:]+"), "an IPv4 or IPv6 address in its canonical form", |text| {
        text.parse::<IpAddr>().is_ok_and(|address| address.to_string() == text)
    }
}

text_type! {
    /// A mail address.
    Email: 5..=254, Some("[!-?A-~]+@[!-?A-~]+"), "a mail address in ASCII with one @", |text| {
        let parts = text.split_once('@');
        text.bytes().all(|byte| byte.is_ascii_graphic())
            && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
    }
}

choice! {
    /// How an account stands.
    AccountStatus {
        /// In use.
        Open = "open",
        /// Held by the bank.
        Frozen = "frozen",
        /// Closed.
        Closed = "closed",
        /// Not known.
        Unknown = "unknown",
    }
}

record! {
    /// A bank account.
    BankAccount {
        /// The bank.
        institution: Line,
        /// The number, as it was found.
        account: RecordRef,
        /// Its currency.
        currency: Option<Currency>,
        /// How it stands.
        status: Option<AccountStatus>,
    }
}

record! {
    /// An address on a chain.
    CryptoAddress {
        /// The chain.
        chain: RecordRef,
        /// The address.
        address: RecordRef,
    }
}

record! {
    /// An account on a platform.
    MessagingHandle {
        /// The platform.
        platform: Line,
        /// The name or number there.
        id: Line,
    }
}

record! {
    /// A vehicle.
    Vehicle {
        /// Its plate.
        plate: Line,
        /// Where it is registered.
        country: Option<Country>,
        /// The number of its chassis.
        vin: Option<RecordRef>,
    }
}

// spec: msgk-12
tagged! {
    /// One identifier. Source: DOMAIN 1.1, spec msgk-12.
    Identifier {
        /// A phone number.
        Phone(Phone) = "phone",
        /// A device.
        Imei(Imei) = "imei",
        /// A subscriber.
        Imsi(Imsi) = "imsi",
        /// A SIM card.
        Iccid(Iccid) = "iccid",
        /// A bank account.
        BankAccount(BankAccount) = "bank_account",
        /// A payment card.
        PaymentCard(TruncatedPan) = "payment_card",
        /// An address on a chain.
        CryptoAddress(CryptoAddress) = "crypto_address",
        /// A domain.
        Domain(Domain) = "domain",
        /// A web address.
        Url(Url) = "url",
        /// An address of the Internet.
        Ip(Ip) = "ip",
        /// A mail address.
        Email(Email) = "email",
        /// An account on a platform.
        MessagingHandle(MessagingHandle) = "messaging_handle",
        /// A vehicle.
        Vehicle(Vehicle) = "vehicle",
    }
}

choice! {
    /// What kind of asset it is.
    AssetKind {
        /// Money on an account.
        BankAccount = "bank-account",
        /// Crypto-assets.
        Crypto = "crypto",
        /// Cash.
        Cash = "cash",
        /// Land and buildings.
        RealEstate = "real-estate",
        /// A vehicle.
        Vehicle = "vehicle",
        /// A business.
        Business = "business",
        /// Goods.
        Goods = "goods",
    }
}

choice! {
    /// How an asset stands.
    AssetStatus {
        /// Known, and nothing done.
        Identified = "identified",
        /// Frozen.
        Frozen = "frozen",
        /// Seized.
        Seized = "seized",
        /// Confiscated.
        Confiscated = "confiscated",
        /// Returned.
        Returned = "returned",
    }
}

tagged! {
    /// By what an asset is found.
    AssetIdentifier {
        /// An identifier of its own.
        Identifier(Identifier) = "identifier",
        /// A description, for what has none.
        Described(Line) = "described",
    }
}

record! {
    /// Something of value.
    Asset {
        /// What kind.
        kind: AssetKind,
        /// By what it is found.
        identifier: AssetIdentifier,
        /// Who holds it.
        holder_name: Option<Line>,
        /// What it is worth.
        value: Option<Money>,
        /// When it was worth that.
        value_at: Option<Instant>,
        /// How it stands.
        status: AssetStatus,
    }
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_truncated_pan(text: &str) -> bool {
    let first = text.get(..6).is_some_and(are_digits);
    let last = text.len().checked_sub(4).and_then(|at| text.get(at..)).is_some_and(are_digits);
    let middle = text.len().checked_sub(4).and_then(|at| text.get(6..at));
    first
        && last
        && middle.is_some_and(|stars| stars.len() >= 2 && stars.bytes().all(|byte| byte == b'*'))
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.contains('.') && text.split('.').all(is_label)
}
