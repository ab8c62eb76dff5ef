//! Where a node's API is, and with which token: the files `api.json` and `token` in the node's directory.
//!
//! The daemon writes the first when it listens; commands read both. Source: spec api-1.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use serde::Deserialize;
use serde::Serialize;

/// The file with the address.
pub const ADDRESS_FILE: &str = "api.json";

/// The file with the token.
pub const TOKEN_FILE: &str = "token";

/// What `api.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressFile {
    /// For example `http://127.0.0.1:40123`.
    url: String,
}

/// Why the address cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// There is no such file, or it cannot be read.
    #[error("read {ADDRESS_FILE}")]
    Unreadable(#[source] io::Error),
    /// It does not say where.
    #[error("{ADDRESS_FILE} is not `{{\"url\": \"http://…\"}}`")]
    Malformed,
}

/// Writes where the API listens, all at once, so that nobody reads half of it.
///
/// # Errors
/// When the directory cannot be written.
pub fn write(dir: &Path, address: SocketAddr) -> io::Result<()> {
    let file = AddressFile { url: format!("http://{address}") };
    let mut text = serde_json::to_vec(&file)?;
    text.push(b'\n');
    // spec: api-1
    let draft = dir.join("api.json.new");
    fs::write(&draft, text)?;
    fs::rename(draft, dir.join(ADDRESS_FILE))
}

/// Reads where the API of the node in this directory listens.
///
/// # Errors
/// When the file cannot be read, or does not say where.
pub fn read(dir: &Path) -> Result<String, AddressError> {
    let text = fs::read(dir.join(ADDRESS_FILE)).map_err(AddressError::Unreadable)?;
    let file: AddressFile = serde_json::from_slice(&text).map_err(|_| AddressError::Malformed)?;
    Ok(file.url)
}
