//! Style as a test: each check says what to do instead.

mod documents;
mod layers;
mod requirements;
mod rooms;
mod sizes;
mod tree;
mod words;
