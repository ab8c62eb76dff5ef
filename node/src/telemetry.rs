//! What the node says about itself while it runs, on standard error.
//!
//! Uses `report`. Levels: ERROR, our fault and someone is woken; WARN, the operator should look today; INFO, a state
//! changed; DEBUG, a decision; TRACE, a step. Field names come from [`fields`].
//!
//! Absent on purpose: personal data. Only types that promise [`LogSafe`] can be shown, and no type of `message` does.

pub mod fields;

#[cfg(test)]
mod tests;

use core::fmt::Display;
use std::io;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::moment::Timestamp;
use concord_protocol::registry::CloseCode;
use concord_protocol::registry::RefusalCode;
use tracing::Subscriber;
use tracing::field;
use tracing::field::DisplayValue;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::report::code::Code;

/// Shows nothing a person wrote, and nothing that names one.
pub trait LogSafe: Display {}

/// The only door into the log for a value that is shown.
pub fn shown<T: LogSafe + ?Sized>(value: &T) -> DisplayValue<&T> {
    field::display(value)
}

/// How lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For eyes.
    #[default]
    Text,
    /// One JSON object for each line.
    Json,
}

/// Why lines cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The level is not a filter.
    #[error(
        "a log level is error, warn, info, debug, trace, or a list of target=level; found {found:?}"
    )]
    Level {
        /// What was given.
        found: String,
    },
    /// Lines are written already.
    #[error("this process writes its log already")]
    Started,
}

/// Begins to write lines to standard error, for the rest of the process.
///
/// Shape of `level`: `info`, or `info,concord_node::transport=debug`.
///
/// # Errors
/// When the level cannot be read, or when it was begun before.
pub fn start(format: Format, level: &str) -> Result<(), StartError> {
    let filter =
        EnvFilter::try_new(level).map_err(|_| StartError::Level { found: level.to_owned() })?;
    tracing::subscriber::set_global_default(subscriber(format, filter, io::stderr))
        .map_err(|_| StartError::Started)
}

/// What writes the lines.
fn subscriber<W>(format: Format, filter: EnvFilter, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // Colours are left out: the log is read by machines and in terminals alike.
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer);
    match format {
        Format::Text => Box::new(lines.finish()),
        Format::Json => Box::new(lines.json().flatten_event(true).finish()),
    }
}

macro_rules! log_safe {
    ($($name:ty),+ $(,)?) => { $(impl LogSafe for $name {})+ };
}

log_safe! {
    AgencyId, CharterName, CharterVersion, CloseCode, Code, Digest, Epoch, LeafIndex, LinkNumber, LogNumber, MessageId,
    ProcedureId, RefusalCode, Serial, Timestamp, TreeSize, std::net::SocketAddr, io::ErrorKind,
}
