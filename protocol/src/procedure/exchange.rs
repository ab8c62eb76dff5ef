//! The simple procedures: something is told, looked for, compared, listed, or asked for by the person it is about.
//!
//! | begins with | module |
//! |---|---|
//! | intelligence-report | [`report`] |
//! | notice | [`notice`] |
//! | deconfliction-query | [`deconfliction`] |
//! | feed-snapshot | [`feed`] |
//! | subject-rights-notice | [`rights`] |
//!
//! Each is a table of its own; none knows the others.

pub mod fact;

pub mod deconfliction;
pub mod feed;
pub mod holding;
pub mod notice;
pub mod report;
pub mod rights;

use alloc::format;

use crate::procedure::act::Act;
use crate::procedure::refusal::Refusal;

/// The refusal of a first message that begins something else.
fn begins_other(act: &Act, rule: &'static str, with: &str) -> Refusal {
    Refusal::out_of_turn(
        rule,
        format!("{} does not begin this procedure", act.kind),
        format!("begin with a {with}"),
    )
}
