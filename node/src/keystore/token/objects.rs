//! Keys in an open token, by class and label.

use concord_protocol::crypto::signature::VerifyingKey;
use cryptoki::error::Error;
use cryptoki::object::Attribute;
use cryptoki::object::AttributeType;
use cryptoki::object::ObjectClass;
use cryptoki::object::ObjectHandle;

use crate::keystore::generations;
use crate::keystore::token::Opened;
use crate::keystore::token::TokenError;

/// The numbers of the generations that the token has of a key, in order; never none.
pub(super) fn numbers(
    opened: &Opened,
    (token, label): (&str, &str),
    class: ObjectClass,
) -> Result<Vec<u32>, TokenError> {
    let away = |error: Error| TokenError::Away { token: token.to_owned(), said: error.to_string() };
    let mut numbers = Vec::new();
    for object in opened.session.find_objects(&[Attribute::Class(class)]).map_err(away)? {
        let named = opened.session.get_attributes(object, &[AttributeType::Label]).map_err(away)?;
        for attribute in named {
            let Attribute::Label(found) = attribute else { continue };
            numbers.extend(generations::number_of(&String::from_utf8_lossy(&found), label));
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.is_empty() {
        return Err(TokenError::NoKey { token: token.to_owned(), label: label.to_owned() });
    }
    Ok(numbers)
}

pub(super) fn secret_of(
    opened: &Opened,
    token: &str,
    label: &str,
) -> Result<ObjectHandle, TokenError> {
    found(opened, (token, label), ObjectClass::PRIVATE_KEY)
}

pub(super) fn public_of(
    opened: &Opened,
    token: &str,
    label: &str,
) -> Result<VerifyingKey, TokenError> {
    let handle = found(opened, (token, label), ObjectClass::PUBLIC_KEY)?;
    let none = || TokenError::NoKey { token: token.to_owned(), label: label.to_owned() };
    let said = |error: Error| TokenError::Away { token: token.to_owned(), said: error.to_string() };
    let attributes = opened.session.get_attributes(handle, &[AttributeType::EcPoint]);
    let point = attributes.map_err(said)?.into_iter().find_map(|attribute| {
        if let Attribute::EcPoint(point) = attribute { Some(point) } else { None }
    });
    point.as_deref().and_then(of_point).ok_or_else(none)
}

/// The key of an EC_POINT. Shape: 32 bytes in an OCTET STRING, or, from older libraries, the 32 bytes alone.
fn of_point(point: &[u8]) -> Option<VerifyingKey> {
    let bytes = match point {
        [0x04, 0x20, bytes @ ..] => bytes,
        bytes => bytes,
    };
    VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()
}

pub(super) fn found(
    opened: &Opened,
    (token, label): (&str, &str),
    class: ObjectClass,
) -> Result<ObjectHandle, TokenError> {
    let wanted = [Attribute::Class(class), Attribute::Label(label.into())];
    let found = opened
        .session
        .find_objects(&wanted)
        .map_err(|error| TokenError::Away { token: token.to_owned(), said: error.to_string() })?;
    let none = || TokenError::NoKey { token: token.to_owned(), label: label.to_owned() };
    found.first().copied().ok_or_else(none)
}
