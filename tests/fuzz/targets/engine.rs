//! The engine behind its one door, and the recovery of what it asked to remember.

use crate::corpus::Start;
use crate::play;
use crate::targets::Target;
use crate::targets::of;

pub(super) const TARGETS: &[Target] =
    &[of("engine", Start::Programs, |bytes| drop(play::play(bytes)))];
