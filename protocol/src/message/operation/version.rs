//! Which version of a text it is: what is signed is one version, and no other.

use crate::codec::value::Value;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::Field;
use crate::message::grammar::Grammar;
use crate::message::grammar::Shape;
use crate::message::pointer::Pointer;

/// A version of a plan or a document. Shape: 1 to 1,000, counted by its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u64);

impl Version {
    /// The number, from 1.
    pub const fn get(self) -> u64 {
        self.0
    }
}

const VERSION_MAX: i64 = 1_000;

impl Field for Version {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let number = field::number(value, (1, VERSION_MAX), at, faults)?;
        u64::try_from(number).ok().map(Self)
    }

    fn write(&self) -> Value {
        self.0.write()
    }

    fn grammar(_grammar: &mut Grammar) -> Shape {
        Shape::Number { min: 1, max: VERSION_MAX }
    }
}
