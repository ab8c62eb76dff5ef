//! The arithmetic of honest majorities: which quorum and threshold a federation of a given size can bear.
//!
//! Uses nothing. With *n* members of whom at most *f* are dishonest, one log has *n* − 1 witnesses.
//! A witness quorum *k* must satisfy 2k > (n − 1) + f, so that two quorums for two branches of one log share an honest
//! witness, who signs only one of them. An amendment threshold *t* must satisfy 2t > n + f, so that two competing
//! versions cannot both be adopted.

use alloc::vec::Vec;

/// How many may be dishonest, and how many must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// Dishonest members that the federation is built to bear, *f*.
    pub dishonest_max: u16,
    /// Witnesses that must cosign a checkpoint, *k* of *n* − 1.
    pub witness_quorum: u16,
    /// Members that must sign an amendment, *t* of *n*.
    pub amendment_threshold: u16,
}

/// Why a choice of numbers does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuorumError {
    /// Two witness quorums need not share an honest witness.
    #[error(
        "a witness quorum of {quorum} of {witnesses} does not bear {dishonest} dishonest: 2 x quorum must exceed {witnesses} + {dishonest}"
    )]
    WitnessesTooFew {
        /// The quorum chosen.
        quorum: u16,
        /// Witnesses of one log.
        witnesses: u16,
        /// Dishonest members to bear.
        dishonest: u16,
    },
    /// More witnesses are asked for than there are.
    #[error("a witness quorum of {quorum} cannot be reached by {witnesses} witnesses")]
    WitnessesTooMany {
        /// The quorum chosen.
        quorum: u16,
        /// Witnesses of one log.
        witnesses: u16,
    },
    /// Two competing amendments could both be adopted.
    #[error(
        "an amendment threshold of {threshold} of {members} does not bear {dishonest} dishonest: 2 x threshold must exceed {members} + {dishonest}"
    )]
    ThresholdTooLow {
        /// The threshold chosen.
        threshold: u16,
        /// Members.
        members: u16,
        /// Dishonest members to bear.
        dishonest: u16,
    },
    /// More signatures are asked for than there are members.
    #[error("an amendment threshold of {threshold} cannot be reached by {members} members")]
    ThresholdTooHigh {
        /// The threshold chosen.
        threshold: u16,
        /// Members.
        members: u16,
    },
}

/// Checks the numbers of a charter with `members` members. Source: spec id-11, id-12.
///
/// # Errors
/// The first number that does not hold.
pub fn check(members: u16, quorum: Quorum) -> Result<(), QuorumError> {
    let Quorum { dishonest_max: dishonest, witness_quorum, amendment_threshold: threshold } =
        quorum;
    let witnesses = members.saturating_sub(1);
    // spec: id-11
    if witness_quorum > witnesses {
        return Err(QuorumError::WitnessesTooMany { quorum: witness_quorum, witnesses });
    }
    if !outweighs(witness_quorum, witnesses, dishonest) {
        return Err(QuorumError::WitnessesTooFew { quorum: witness_quorum, witnesses, dishonest });
    }
    // spec: id-12
    if threshold > members {
        return Err(QuorumError::ThresholdTooHigh { threshold, members });
    }
    if !outweighs(threshold, members, dishonest) {
        return Err(QuorumError::ThresholdTooLow { threshold, members, dishonest });
    }
    Ok(())
}

/// Whether any two groups of `group` among `all` share more than `dishonest`: 2 · group > all + dishonest.
fn outweighs(group: u16, all: u16, dishonest: u16) -> bool {
    u32::from(group).saturating_mul(2) > u32::from(all).saturating_add(u32::from(dishonest))
}

/// Whether a quorum is still reached when every dishonest member keeps silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slack {
    /// It is.
    Some,
    /// It is not: one silent member can halt cosigning or amending.
    None,
}

/// One line of the table of useful values: the smallest numbers that bear `dishonest_max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Useful {
    /// The smallest numbers that hold.
    pub quorum: Quorum,
    /// Whether the dishonest can halt it.
    pub slack: Slack,
}

/// The useful values for `members` members, from *f* = 0 on; empty below two members.
pub fn useful(members: u16) -> Vec<Useful> {
    (0..members)
        .map(|dishonest| smallest(members, dishonest))
        .take_while(Option::is_some)
        .flatten()
        .collect()
}

fn smallest(members: u16, dishonest_max: u16) -> Option<Useful> {
    let witnesses = members.checked_sub(1)?;
    let quorum = Quorum {
        dishonest_max,
        witness_quorum: half_above(witnesses, dishonest_max)?,
        amendment_threshold: half_above(members, dishonest_max)?,
    };
    check(members, quorum).ok()?;
    let reached = quorum.witness_quorum <= witnesses.saturating_sub(dishonest_max)
        && quorum.amendment_threshold <= members.saturating_sub(dishonest_max);
    Some(Useful { quorum, slack: if reached { Slack::Some } else { Slack::None } })
}

fn half_above(all: u16, dishonest: u16) -> Option<u16> {
    all.checked_add(dishonest)?.checked_div(2)?.checked_add(1)
}

#[cfg(test)]
mod tests;
