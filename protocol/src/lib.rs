//! What is decided: the pure half of a Concord node.
//!
//! Modules in reading order, lowest shelf first; each names lower shelves only.
//!
//! | shelf | modules |
//! |---|---|
//! | 0 | [`limits`] [`ids`] [`moment`] [`registry`] |
//! | 1 | [`codec`] |
//! | 2 | [`crypto`] |
//! | 3 | [`identity`] [`message`] |
//! | 4 | [`envelope`] [`log`] [`names`] [`procedure`] |
//! | 5 | [`wire`] [`link`] [`feed`] |
//! | 6 | [`engine`] [`audit`] |
//!
//! Absent on purpose: I/O, async, a clock, randomness, hash order, floats.
#![no_std]

extern crate alloc;

pub mod ids;
pub mod limits;
pub mod moment;
pub mod registry;

pub mod codec;

pub mod crypto;

pub mod identity;
pub mod message;

pub mod envelope;
pub mod log;
pub mod names;
pub mod procedure;

pub mod feed;
pub mod link;
pub mod wire;

pub mod audit;
pub mod engine;
