//! What a procedure rests on, on the disk.

use alloc::boxed::Box;

use serde::Deserialize;
use serde::Serialize;

use crate::ids::ProcedureId;
use crate::procedure::act::Act;
use crate::procedure::book::Stands;

/// What a message contributes to its procedure; it outlives the body that it was taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActRecord {
    /// The procedure.
    pub procedure: ProcedureId,
    /// Whose act it is, after which, and what it states.
    pub act: Box<Act>,
    /// Where it stands; a later record of the same act says it anew. Absent in records of before: it is judged again.
    #[serde(default)]
    pub stands: Stands,
}
