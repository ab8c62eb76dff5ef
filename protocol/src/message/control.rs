//! What serves every procedure: that a human took a message, what was wrong with it, what its originator still decides
//! about it, and on what both sides agree.

pub mod acknowledgement;
pub mod conflict_resolution;
pub mod correction;
pub mod lapse_notice;
pub mod onward_transfer;
pub mod participants;
pub mod recall;
pub mod rejection;
pub mod state_confirm;
pub mod subject_rights;
pub mod withdrawal;
