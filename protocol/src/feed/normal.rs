//! The one form of an identifier, so that what is looked up is found however it was written.
//!
//! The types of `message::identifier` refuse most other forms; here is what they leave open, and the way from what people
//! write. Absent on purpose: names in other scripts, whose tables are the node's guest.

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use core::net::IpAddr;

use crate::message::identifier::Identifier;

/// Refuses an identifier of a feed that is not in its one form; gives the rule.
///
/// # Errors
/// The rule that is broken.
// spec: fed-5
pub fn check(identifier: &Identifier) -> Result<(), &'static str> {
    let (is_so, rule) = match identifier {
        Identifier::Domain(domain) => {
            (is_name(domain.as_str()), "a domain is no address: its last label is not a number")
        }
        Identifier::Ip(ip) => {
            (text("ip", ip.as_str()) == ip.as_str(), "an address of version 4 is written as one")
        }
        Identifier::Url(url) => (
            text("url", url.as_str()) == url.as_str(),
            "a web address has its host in lower case, a path, no default port and no fragment",
        ),
        Identifier::Email(email) => (
            text("email", email.as_str()) == email.as_str(),
            "the host of a mail address is in lower case",
        ),
        Identifier::MessagingHandle(handle) => (
            [&handle.platform, &handle.id].iter().all(|line| is_trimmed(line.as_str())),
            "no space stands around a name",
        ),
        Identifier::BankAccount(account) => {
            (is_trimmed(account.institution.as_str()), "no space stands around a name")
        }
        Identifier::Phone(_)
        | Identifier::PaymentCard(_)
        | Identifier::CryptoAddress(_)
        | Identifier::Imei(_)
        | Identifier::Imsi(_)
        | Identifier::Iccid(_)
        | Identifier::Vehicle(_) => return Ok(()),
    };
    if is_so { Ok(()) } else { Err(rule) }
}

/// The text of an identifier in its one form, as far as that can be told from what was written; `kind` is the key under
/// which it stands. What is no identifier stays what it is, for its type to refuse.
// spec: fed-5
pub fn text(kind: &str, written: &str) -> String {
    let written = written.trim();
    match kind {
        "phone" => phone(written),
        "domain" => written.strip_suffix('.').unwrap_or(written).to_ascii_lowercase(),
        "ip" => written
            .parse::<IpAddr>()
            .map_or_else(|_| String::from(written), |address| address.to_canonical().to_string()),
        "url" => url(written),
        "email" => match written.rsplit_once('@') {
            Some((name, host)) => format!("{name}@{}", host.to_ascii_lowercase()),
            None => String::from(written),
        },
        _ => String::from(written),
    }
}

/// E.164: `+` and digits. What people put between them goes; `00` before a country is `+`.
fn phone(written: &str) -> String {
    let kept: String =
        written.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}')).collect();
    match kept.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => kept,
    }
}

fn url(written: &str) -> String {
    let Some((scheme, rest)) = written.split_once("://") else { return String::from(written) };
    let scheme = scheme.to_ascii_lowercase();
    let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let (who, host) = match authority.rsplit_once('@') {
        Some((who, host)) => (format!("{who}@"), host),
        None => (String::new(), authority),
    };
    let host = host.to_ascii_lowercase();
    let default = if scheme == "http" { ":80" } else { ":443" };
    let host = host.strip_suffix(default).unwrap_or(&host);
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{who}{host}{slash}{path}")
}

/// Whether a text of the form of a domain is a name: `198.18.0.1` has that form too.
fn is_name(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    !last.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_trimmed(text: &str) -> bool {
    text.trim().len() == text.len()
}
