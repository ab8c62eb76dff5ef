//! What a submission brings along that people voted on before it was sent.
//!
//! The author's node puts it into the approvals of the message (`envelope::approvals`); here it is only read.

use alloc::format;

use crate::codec::value::Value;
use crate::crypto::digest::Digest;
use crate::crypto::signature::Signature;
use crate::ids::StaffNumber;
use crate::limits::APPROVERS_MAX;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::Field;
use crate::message::field::record;
use crate::message::grammar::Grammar;
use crate::message::grammar::Shape;
use crate::message::list::Bounded;
use crate::message::pointer::Pointer;
use crate::moment::Timestamp;
use crate::registry::StaffRole;

record! {
    /// The votes on a draft that was fixed. Source: spec apr-10.
    SubmittedApprovals {
        /// The salt of the body, in hexadecimal, as the draft fixed it.
        salt: SaltText,
        /// The vote of whoever drafted it.
        drafted: SubmittedVote,
        /// The votes of whoever approved it.
        approved: Bounded<SubmittedVote, 0, APPROVERS_MAX>,
        /// Whether it is sent without the approvals of its kind because lives are at risk.
        break_glass: bool,
    }
}

record! {
    /// One vote.
    SubmittedVote {
        /// Who votes.
        staff: StaffNumber,
        /// In which office.
        role: StaffRole,
        /// When.
        at: Timestamp,
        /// The signature, in hexadecimal.
        signature: SignatureText,
    }
}

/// A salt as text. Shape: 64 characters of `0-9 a-f`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SaltText([u8; 32]);

/// A signature as text. Shape: 128 characters of `0-9 a-f`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureText(Signature);

impl SaltText {
    /// From the 32 bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl core::fmt::Debug for SaltText {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SaltText")
    }
}

impl SignatureText {
    /// As text.
    pub const fn new(signature: Signature) -> Self {
        Self(signature)
    }

    /// The signature.
    pub const fn get(&self) -> Signature {
        self.0
    }
}

impl core::fmt::Display for SignatureText {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Field for SaltText {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        // A digest has the same form.
        Digest::read(value, at, faults).map(|digits| Self(*digits.as_bytes()))
    }

    fn write(&self) -> Value {
        Digest::from_bytes(self.0).write()
    }

    fn grammar(_grammar: &mut Grammar) -> Shape {
        Shape::Text { min: 64, max: 64, pattern: Some("[0-9a-f]{64}") }
    }
}

impl Field for SignatureText {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let text = field::text(value, at, faults)?;
        let halves = text.split_at_checked(64);
        let read = halves.and_then(|(first, second)| {
            let (first, second) = (Digest::parse(first).ok()?, Digest::parse(second).ok()?);
            let mut bytes = [0; 64];
            let both = first.as_bytes().iter().chain(second.as_bytes());
            bytes.iter_mut().zip(both).for_each(|(to, from)| *to = *from);
            Some(Self(Signature::from_bytes(bytes)))
        });
        if read.is_none() {
            faults.add(at, FaultCode::Malformed, "a signature: 128 characters of 0-9 a-f");
        }
        read
    }

    fn write(&self) -> Value {
        Value::Text(format!("{self}"))
    }

    fn grammar(_grammar: &mut Grammar) -> Shape {
        Shape::Text { min: 128, max: 128, pattern: Some("[0-9a-f]{128}") }
    }
}

impl Field for StaffNumber {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let text = field::text(value, at, faults)?;
        let read = Self::parse(text).ok();
        if read.is_none() {
            let rule = "the number of somebody on the staff list: 1 to 32 of A-Z a-z 0-9 -";
            faults.add(at, FaultCode::Malformed, rule);
        }
        read
    }

    fn write(&self) -> Value {
        Value::Text(self.as_str().into())
    }

    fn grammar(_grammar: &mut Grammar) -> Shape {
        Shape::Text { min: 1, max: 32, pattern: Some("[A-Za-z0-9-]{1,32}") }
    }
}

impl Field for StaffRole {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let text = field::text(value, at, faults)?;
        let read = Self::parse(text);
        if read.is_none() {
            faults.add(at, FaultCode::Malformed, "an office of the staff list, such as supervisor");
        }
        read
    }

    fn write(&self) -> Value {
        Value::Text(self.text().into())
    }

    fn grammar(_grammar: &mut Grammar) -> Shape {
        Shape::Text { min: 7, max: 23, pattern: Some("[a-z-]{7,23}") }
    }
}
