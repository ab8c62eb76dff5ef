//! The API as its callers meet it: transcripts, refusals, bounds; first without a socket, then over loopback.

mod bounds;
mod charter;
mod client;
pub(crate) mod fake;
mod listener;
mod names;
mod parts;
mod procedures;
mod refusals;
mod reviews;
pub(crate) mod running;
mod statistics;
mod times;
mod transcripts;
pub(crate) mod wire;
