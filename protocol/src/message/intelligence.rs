//! What is known: told unasked, asked for, and answered; who looks for whom; and lists of what to block.

pub mod block_effect_report;
pub mod core_data;
pub mod deconfliction;
pub mod feed;
pub mod feed_entry;
pub mod indicator_dispute;
pub mod information_reply;
pub mod information_request;
pub mod notice;
pub mod notice_challenge;
pub mod report;
pub mod sighting;
pub mod usefulness_feedback;
pub mod validity;
