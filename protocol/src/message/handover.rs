//! A person who is asked for: the request, what is missing, the decision.

pub mod additional_information;
pub mod decision;
pub mod request;
