//! Codes and numbers.

use concord_protocol::registry::CloseCode;
use quinn::VarInt;

use crate::transport::close;

#[test]
fn every_code_has_its_place_in_the_registry_as_its_number() {
    // shows: wire-11
    assert_eq!(close::number(CloseCode::UnknownKey), VarInt::from_u32(1));
    assert_eq!(close::number(CloseCode::Timeout), VarInt::from_u32(15));
    for known in CloseCode::ALL {
        assert_eq!(close::code(close::number(*known)), Some(*known));
    }
}

#[test]
fn a_number_that_is_not_registered_has_no_code() {
    // shows: wire-11
    let after_the_last = u32::try_from(CloseCode::ALL.len()).expect("few") + 1;
    for number in [VarInt::from_u32(0), VarInt::from_u32(after_the_last), VarInt::MAX] {
        assert_eq!(close::code(number), None);
    }
}
