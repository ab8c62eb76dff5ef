//! The only reader of the system's randomness.

use concord_protocol::moment::Moment;

use crate::clock;

/// The operating system gave no randomness; nothing may be made without it.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no randomness")]
pub struct NoEntropy;

/// `N` fresh random bytes.
///
/// # Errors
/// When the operating system has none to give.
pub fn draw<const N: usize>() -> Result<[u8; N], NoEntropy> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoEntropy)?;
    Ok(bytes)
}

/// The present moment: the time, and 32 fresh bytes.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn moment() -> Result<Moment, NoEntropy> {
    Ok(Moment::new(clock::now(), draw()?))
}
