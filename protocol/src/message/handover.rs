//! A person who is asked for: the request, what is missing, the decision, the way over the line, and what came of it.

pub mod additional_information;
pub mod afterwards;
pub mod certificate;
pub mod child;
pub mod concurrent_requests;
pub mod consultation;
pub mod custody_event;
pub mod decision;
pub mod leg;
pub mod offline;
pub mod provisional_arrest;
pub mod request;
pub mod schedule;
pub mod specialty;
