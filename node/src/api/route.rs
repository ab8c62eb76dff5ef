//! The paths of the API, by noun.

pub(crate) mod charter;
pub(crate) mod deconfliction;
pub(crate) mod erasure;
pub(crate) mod feeds;
pub(crate) mod files;
pub(crate) mod log;
pub(crate) mod messages;
pub(crate) mod names;
pub(crate) mod node;
pub(crate) mod peers;
pub(crate) mod procedures;
pub(crate) mod proofs;
pub(crate) mod reviews;
pub(crate) mod statistics;
pub(crate) mod succession;
pub(crate) mod watch;

use crate::api::problem::Problem;
use crate::report::code::Code;

/// Answers what no path takes. The path is not repeated: it may hold what a log should not.
pub(crate) async fn no_such_path() -> Problem {
    Problem::new(Code::NoSuchPath, "nothing was done", "the API has no such path")
}

/// Answers a method that the path does not take.
pub(crate) async fn method_not_allowed() -> Problem {
    Problem::new(Code::MethodNotAllowed, "nothing was done", "the path does not take this method")
}
