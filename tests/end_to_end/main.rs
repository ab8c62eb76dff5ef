//! Real nodes on loopback, as their users meet them.

mod backup;
mod bad_input;
mod ceremony;
mod charter;
mod custody;
mod damaged_body;
mod demo;
mod doctor;
mod erasure;
mod forked_branch;
mod forked_log;
mod hostile_peer;
mod keys;
mod links;
mod mass;
mod metrics;
mod pages;
mod proofs;
mod restart;
mod restore;
mod second_opinion;
mod succession;
mod tamper;
mod token;
mod two_nodes;
mod witness;
