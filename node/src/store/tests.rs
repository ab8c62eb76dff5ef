//! Tests of the store: fixtures and fakes, then one file per subject.

mod beside;
mod chapters;
mod commit;
mod crash;
mod damage;
mod erasure;
pub(super) mod fake;
mod fixture;
mod foreign;
mod mirror;
mod real;
mod room;
mod stopped;
mod vectors;
