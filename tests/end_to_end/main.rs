//! Real nodes on loopback, as their users meet them.

mod bad_input;
mod demo;
mod hostile_peer;
mod links;
mod restart;
mod tamper;
mod two_nodes;
