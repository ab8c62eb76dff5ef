//! Tests of the store: fixtures and fakes, then one file per subject.

mod commit;
mod crash;
mod damage;
mod fake;
mod fixture;
mod foreign;
mod real;
mod room;
mod vectors;
