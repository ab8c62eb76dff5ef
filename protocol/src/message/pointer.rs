//! Where in a value something stands (RFC 6901), built on the way down and written out only for a fault.

use alloc::format;
use alloc::string::String;
use core::fmt;

/// A place in a value. Shape: a step and the place it was taken from.
#[derive(Clone, Copy)]
pub enum Pointer<'a> {
    /// The whole value.
    Root,
    /// Below a key of a map.
    Key(&'a Self, &'a str),
    /// An item of a list, from 0.
    Item(&'a Self, usize),
}

impl<'a> Pointer<'a> {
    /// The place below a key.
    #[must_use]
    pub const fn key(&'a self, key: &'a str) -> Self {
        Pointer::Key(self, key)
    }

    /// The place of an item.
    #[must_use]
    pub const fn item(&'a self, index: usize) -> Self {
        Pointer::Item(self, index)
    }

    /// The place as RFC 6901 writes it; the whole value is the empty text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.append(&mut text);
        text
    }

    fn append(&self, text: &mut String) {
        match self {
            Pointer::Root => {}
            Pointer::Key(parent, key) => {
                parent.append(text);
                text.push('/');
                key.chars().for_each(|c| match c {
                    '~' => text.push_str("~0"),
                    '/' => text.push_str("~1"),
                    plain => text.push(plain),
                });
            }
            Pointer::Item(parent, index) => {
                parent.append(text);
                text.push_str(&format!("/{index}"));
            }
        }
    }
}

impl fmt::Debug for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}
