//! People in what is being written: two to compare, or all that a draft has.
//!
//! Whatever kind of message it is, a map with a reference and names is a person, and an entry of a manifest is one too.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::codec::value::Value;
use crate::message::batch::entry::ManifestEntry;
use crate::message::fault::Faults;
use crate::message::fault::FieldFault;
use crate::message::field::Field;
use crate::message::field::record;
use crate::message::person::PersonRecord;
use crate::message::pointer::Pointer;
use crate::names::Subject;
use crate::names::alike::SUBJECTS_MAX;

record! {
    /// Two records to compare.
    Two {
        /// One.
        one: PersonRecord,
        /// The other.
        other: PersonRecord,
    }
}

impl Two {
    /// Reads the two.
    ///
    /// # Errors
    /// Every fault, with pointers that start at the whole.
    pub fn of(value: &Value) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Faults::new();
        let read = Self::read(value, &Pointer::Root, &mut faults);
        faults.judge(read)
    }
}

/// A person of a draft.
enum Person {
    Record(Box<PersonRecord>),
    Entry(Box<ManifestEntry>),
}

/// The people of a draft, and where each stands.
#[derive(Default)]
pub struct People {
    found: Vec<(String, Person)>,
    /// How many have faults, or are beyond [`SUBJECTS_MAX`], and are not compared.
    pub unread: usize,
}

/// Shows nothing of a person.
impl core::fmt::Debug for People {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} people", self.found.len())
    }
}

impl People {
    /// Finds the people of a draft.
    // spec: nam-27
    pub fn of(draft: &Value) -> Self {
        let mut people = Self::default();
        people.find(draft, &mut String::new());
        people
    }

    /// Their records, in order of place.
    pub fn subjects(&self) -> Vec<Subject<'_>> {
        let found = self.found.iter();
        found
            .map(|(_, person)| match person {
                Person::Record(record) => Subject::from(record.as_ref()),
                Person::Entry(entry) => Subject::from(entry.as_ref()),
            })
            .collect()
    }

    /// Where one stands. Shape: RFC 6901.
    pub fn place(&self, at: usize) -> Option<&str> {
        self.found.get(at).map(|(pointer, _)| pointer.as_str())
    }

    fn find(&mut self, draft: &Value, pointer: &mut String) {
        match draft {
            Value::Map(map) => {
                if map.get("person_ref").is_some() && map.get("names").is_some() {
                    self.add(pointer, read(draft).map(Person::Record));
                    return;
                }
                if map.get("names_in_release_order").is_some() {
                    self.add(pointer, read(draft).map(Person::Entry));
                    return;
                }
                for (key, value) in map.iter() {
                    self.below(pointer, &key.replace('~', "~0").replace('/', "~1"), value);
                }
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(pointer, &format!("{index}"), item);
                }
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => {}
        }
    }

    fn below(&mut self, pointer: &mut String, step: &str, value: &Value) {
        let len = pointer.len();
        pointer.push('/');
        pointer.push_str(step);
        self.find(value, pointer);
        pointer.truncate(len);
    }

    fn add(&mut self, pointer: &str, person: Option<Person>) {
        match person {
            Some(person) if self.found.len() < SUBJECTS_MAX => {
                self.found.push((pointer.into(), person));
            }
            Some(_) | None => self.unread = self.unread.saturating_add(1),
        }
    }
}

fn read<T: Field>(value: &Value) -> Option<T> {
    let mut faults = Faults::new();
    let read = T::read(value, &Pointer::Root, &mut faults);
    faults.judge(read).ok()
}
