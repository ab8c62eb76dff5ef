//! The writer and its doors: mailbox → step → commit → perform.
//!
//! One thread owns the engine and the store ([`writer`]); everything else sends it jobs through a bounded mailbox and
//! reads what it publishes ([`shared`]). One task for each peer keeps the connection ([`link`]) and runs the exchange
//! on it ([`exchange`]). The local API holds a [`handle::Handle`].
//!
//! Absent on purpose: decisions. They are the engine's.

pub mod accept;
pub mod accuse;
pub mod backup;
pub mod crew;
pub mod deconfliction;
pub mod elsewhere;
mod erasure;
pub mod evidence;
pub mod figures;
pub mod files;
pub mod frames;
pub mod handle;
pub mod propose;
pub mod recall;
pub mod start;
pub mod stopped;
pub mod tally;
pub mod view;
pub mod witness;

mod charters;
mod exchange;
pub mod feeds;
mod heal;
mod link;
mod listen;
mod mailbox;
mod mirror;
mod pace;
mod patience;
mod pinning;
mod renewal;
mod sealing;
mod shared;
mod succession;
pub(crate) mod turnover;
mod watch;
pub mod writer;
