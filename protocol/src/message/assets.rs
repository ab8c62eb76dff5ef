//! Money and things of value: frozen, extended, recovered, turned into money, given back.

pub mod disposition;
pub mod extension;
pub mod freezing;
pub mod freezing_report;
pub mod recovery;
pub mod sum;
