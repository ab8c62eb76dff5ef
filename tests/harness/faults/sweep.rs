//! Every call of a short life: a new directory is begun, committed to, flushed and closed, and each of these calls fails
//! or is the last one, one after the other, until the life passes without meeting its fault.

use std::fs;

use crate::faults::rounds::Driver;
use crate::faults::rounds::Life;
use crate::faults::shim::Class;
use crate::faults::shim::Fault;
use crate::faults::shim::Plan;

/// More calls of one kind than a short life makes.
const CALLS_MAX: usize = 2000;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Swept {
    /// Calls at which a fault was met.
    pub met: usize,
    /// Faults of which the store told.
    pub told: usize,
}

/// A fault at a call.
pub type At = fn(usize) -> Plan;

/// Kinds of fault, each of which is tried at every call.
pub const fn kinds() -> [(&'static str, At); 9] {
    [
        ("power cut", Plan::Cut),
        ("killed, cut later", Plan::Kill),
        ("failed sync", |at| Plan::Fail(Class::Sync, Fault::Once, at)),
        ("failed syncs", |at| Plan::Fail(Class::Sync, Fault::Lasting, at)),
        ("failed write", |at| Plan::Fail(Class::Write, Fault::Once, at)),
        ("failed writes", |at| Plan::Fail(Class::Write, Fault::Lasting, at)),
        ("full disk", |at| Plan::Fail(Class::Write, Fault::Full, at)),
        ("failed name", |at| Plan::Fail(Class::Name, Fault::Once, at)),
        ("failed read", |at| Plan::Fail(Class::Read, Fault::Once, at)),
    ]
}

/// Tries one kind of fault at each `step`-th call, from call `from` on.
///
/// # Errors
/// What was lost or refused, and at which call.
pub fn sweep(
    driver: &Driver,
    plan: At,
    (seed, from, step): (u64, usize, usize),
) -> Result<Swept, String> {
    let mut swept = Swept::default();
    for at in (from..CALLS_MAX).step_by(step) {
        // Another seed for each call, so that another part of the unsynced is lost.
        let mut life = Life::begin(seed, at);
        let (met, told) = life.short(driver, plan(at)).map_err(|why| {
            life.keep();
            format!("seed {seed}: {why}")
        })?;
        // What was killed is cut off now, at the first call of the next start.
        if matches!(plan(at), Plan::Kill(_)) {
            life.short(driver, Plan::Cut(1)).map_err(|why| {
                life.keep();
                format!("seed {seed}: after {}: {why}", plan(at))
            })?;
        }
        if !met {
            return Ok(swept);
        }
        swept.met += 1;
        swept.told += usize::from(told);
        fs::remove_dir_all(life.dir()).ok();
    }
    Err(format!("a short life makes {CALLS_MAX} calls"))
}
