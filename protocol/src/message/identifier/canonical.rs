//! One form for each identifier, so that two agencies that mean the same write the same.
//!
//! Uses `identifier`, `ids`, `crypto::digest`. What only describes an identifier (how an account stands, in which currency) is left out: it differs
//! between agencies and with time. What people write in several ways (letters, spaces, hyphens) is written in one.
//! Absent on purpose: guesses. Two ways of writing that may mean two things stay two.

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::message::identifier::Identifier;

/// The text of which a keyed digest is made, as one agency of one federation asks about an identifier.
///
/// What it makes of an identifier never meets what another one makes of it, even under a key that it was shown.
/// Shape: the 32 bytes of the federation's genesis digest, the agency's id, a zero byte, and the identifier's text.
/// Source: spec dcf-17.
// spec: dcf-17
pub fn as_asked_by(asker: &AgencyId, federation: &Digest, identifier: &Identifier) -> Vec<u8> {
    let mut whole = federation.as_bytes().to_vec();
    whole.extend_from_slice(asker.as_str().as_bytes());
    whole.push(0);
    whole.extend(text(identifier));
    whole
}

/// The text of an identifier.
///
/// Shape: the name of its type, and after a zero byte each of its parts; no part holds a zero byte. Source: spec dcf-4.
// spec: dcf-4
pub fn text(identifier: &Identifier) -> Vec<u8> {
    let (kind, parts) = match identifier {
        Identifier::Phone(phone) => ("phone", Vec::from([phone.as_str().to_string()])),
        Identifier::Imei(imei) => ("imei", Vec::from([imei.as_str().to_string()])),
        Identifier::Imsi(imsi) => ("imsi", Vec::from([imsi.as_str().to_string()])),
        Identifier::Iccid(iccid) => ("iccid", Vec::from([iccid.as_str().to_string()])),
        Identifier::BankAccount(account) => (
            "bank_account",
            Vec::from([words(account.institution.as_str()), joined(account.account.as_str())]),
        ),
        Identifier::PaymentCard(card) => ("payment_card", Vec::from([stars(card.as_str())])),
        Identifier::CryptoAddress(address) => (
            "crypto_address",
            Vec::from([lower(address.chain.as_str()), on_chain(address.address.as_str())]),
        ),
        Identifier::Domain(domain) => ("domain", Vec::from([domain.as_str().to_string()])),
        Identifier::Url(url) => ("url", Vec::from([site(url.as_str())])),
        Identifier::Ip(ip) => ("ip", Vec::from([ip.as_str().to_string()])),
        Identifier::Email(email) => ("email", Vec::from([lower(email.as_str())])),
        Identifier::MessagingHandle(handle) => {
            let id = lower(handle.id.as_str().trim());
            let id = id.strip_prefix('@').unwrap_or(&id).to_string();
            ("messaging_handle", Vec::from([words(handle.platform.as_str()), id]))
        }
        Identifier::Vehicle(vehicle) => {
            let country = vehicle.country.as_ref().map(|country| country.as_str().to_string());
            ("vehicle", Vec::from([joined(vehicle.plate.as_str()), country.unwrap_or_default()]))
        }
    };
    let mut text = kind.as_bytes().to_vec();
    for part in parts {
        text.push(0);
        text.extend_from_slice(part.as_bytes());
    }
    text
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// A name in lower case with one space between its words.
fn words(text: &str) -> String {
    lower(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A number or a plate: in lower case, without what people put between its signs.
fn joined(text: &str) -> String {
    let between = |c: &char| c.is_whitespace() || matches!(c, '-' | '.' | '/' | '_');
    lower(text).chars().filter(|c| !between(c)).collect()
}

/// A truncated card: its first six and last four digits; how many stars stand between says nothing.
fn stars(card: &str) -> String {
    card.split('*').filter(|digits| !digits.is_empty()).collect::<Vec<_>>().join("*")
}

/// An address on a chain: letters of base58 differ by their case, those of hexadecimal do not.
fn on_chain(address: &str) -> String {
    let hex = address.strip_prefix("0x").or_else(|| address.strip_prefix("0X"));
    match hex.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        Some(digits) => alloc::format!("0x{}", lower(digits)),
        None => address.to_string(),
    }
}

/// A web address with its host in lower case, and nothing for a path that is only a slash. Source: RFC 3986 section 6.2.
fn site(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_string() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let path = if path == "/" { "" } else { path };
    alloc::format!("{scheme}://{}{path}", lower(host))
}
