//! What a credential must say, whoever signed it: serial, time, keys, log, addresses.

use alloc::string::String;
use core::net::SocketAddr;

use crate::identity::charter::Member;
use crate::identity::credential::Credential;
use crate::identity::credential::KeyRole;
use crate::identity::root::RootPublic;
use crate::ids::LogNumber;
use crate::limits::ADDRESS_BYTES_MAX;
use crate::limits::ADDRESSES_MAX;

/// Why a credential does not hold, whoever signed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Serial 0.
    #[error("serials count from 1")]
    Serial,
    /// It ends before it begins.
    #[error("a credential ends after it begins")]
    Validity,
    /// One key in two roles.
    #[error("the {first} key and the {second} key are the same")]
    KeyTwice {
        /// One role.
        first: KeyRole,
        /// The other.
        second: KeyRole,
    },
    /// The root in a role of the node.
    #[error("the {role} key is the root's")]
    RootAsNodeKey {
        /// The role.
        role: KeyRole,
    },
    /// A log that the charter does not accept from this member.
    #[error("the charter does not accept log {log} of this member")]
    Log {
        /// The log number.
        log: LogNumber,
    },
    /// Too many addresses.
    #[error("a credential has at most {ADDRESSES_MAX} addresses, this one has {found}")]
    Addresses {
        /// Addresses found.
        found: usize,
    },
    /// An address.
    #[error("address {place} of the credential does not hold")]
    Address {
        /// Its place, from 1.
        place: usize,
        /// What is wrong with it.
        source: AddressError,
    },
}

/// Why a text is not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an address is host:port with a port from 1, the host a DNS name, an IPv4 address or an IPv6 address in brackets"
)]
pub struct AddressError;

/// Checks what a credential under this root says.
///
/// # Errors
/// The first rule that does not hold.
pub fn check(credential: &Credential, root: &RootPublic) -> Result<(), RuleError> {
    // spec: id-16
    if credential.serial.get() == 0 {
        return Err(RuleError::Serial);
    }
    if credential.not_after <= credential.not_before {
        return Err(RuleError::Validity);
    }
    keys(credential, root)?;
    addresses(credential.addresses.iter().map(String::as_str))
}

/// Checks that the charter accepts the log that a credential names.
///
/// # Errors
/// When it does not.
pub fn check_log(credential: &Credential, member: &Member) -> Result<(), RuleError> {
    // spec: id-18
    if member.logs.contains(credential.log_number) {
        Ok(())
    } else {
        Err(RuleError::Log { log: credential.log_number })
    }
}

/// Checks a list of addresses, as a credential or a node's settings have it.
///
/// # Errors
/// Too many, or the first that is not one.
pub fn addresses<'a>(addresses: impl ExactSizeIterator<Item = &'a str>) -> Result<(), RuleError> {
    // spec: id-19
    if addresses.len() > ADDRESSES_MAX {
        return Err(RuleError::Addresses { found: addresses.len() });
    }
    for (place, text) in addresses.enumerate() {
        let place = place.saturating_add(1);
        address(text).map_err(|source| RuleError::Address { place, source })?;
    }
    Ok(())
}

/// Checks one address: `host:port`.
///
/// # Errors
/// When it is anything else.
pub fn address(text: &str) -> Result<(), AddressError> {
    if text.len() > ADDRESS_BYTES_MAX {
        return Err(AddressError);
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return if socket.port() == 0 { Err(AddressError) } else { Ok(()) };
    }
    let (host, port) = text.rsplit_once(':').ok_or(AddressError)?;
    let port_holds = !port.starts_with(['0', '+']) && port.parse::<u16>().is_ok();
    if port_holds && is_dns_name(host) { Ok(()) } else { Err(AddressError) }
}

/// Labels of 1 to 63 letters, digits and inner hyphens; the last one is not a number. Source: RFC 1123 section 2.1.
fn is_dns_name(host: &str) -> bool {
    let label_holds = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.len() <= 253
        && host.split('.').all(label_holds)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}

/// One key, one role: the node's Ed25519 keys differ from each other and from the root's; the sealing key is of another
/// kind and cannot be any of them.
fn keys(credential: &Credential, root: &RootPublic) -> Result<(), RuleError> {
    // spec: id-23
    let keys = credential.verifying_keys();
    for (place, (role, key)) in keys.iter().enumerate() {
        if let Some((first, _)) = keys.iter().take(place).find(|(_, other)| other == key) {
            return Err(RuleError::KeyTwice { first: *first, second: *role });
        }
        if **key == root.ed25519 {
            return Err(RuleError::RootAsNodeKey { role: *role });
        }
    }
    Ok(())
}
