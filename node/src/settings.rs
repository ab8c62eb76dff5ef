//! What the operator decides: one file, read in two stages.
//!
//! Uses `files`. [`file::File`] is what was written, with unknown keys refused; [`Settings`] is what it means: parsed,
//! bounded, complete, with the origin of each value. [`key::KEYS`] documents every key once, and both the file that
//! `node init` writes and the commented example in `config/` come from it.
//! [`folder::NodeFolder`] knows where things lie; [`enrolment`] reads charter and credentials from there.
//! Absent on purpose: secrets (they are paths), the reconnect table (fixed in code), environment variables.

pub mod charters;
pub mod enrolment;
pub mod file;
pub mod folder;
pub mod key;
pub mod pace;
pub mod unwitnessed;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::digest::DigestError;
use concord_protocol::identity::credential::rules;
use concord_protocol::identity::credential::rules::RuleError;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::NameError;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::handling::Classification;
use concord_protocol::moment::Span;

use crate::files;
use crate::files::FileError;
use crate::settings::file::File;
use crate::settings::file::FormError;
use crate::settings::folder::NodeFolder;
use crate::settings::key::Key;
use crate::settings::pace::PaceLimit;
use crate::settings::unwitnessed::UnwitnessedLimit;

/// Longest settings file, in bytes.
pub const SETTINGS_BYTES_MAX: usize = 64 * 1024;

const MIB: u64 = 1024 * 1024;

/// What the settings file means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The node's agency.
    pub agency: AgencyId,
    /// Digest of charter version 1, where all trust begins; `None` until a charter is adopted.
    pub genesis: Option<Digest>,
    /// Where peers connect to; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Where peers find the node, best first. Shape: `host:port`.
    pub advertise: Vec<String>,
    /// Where the local API listens; port 0 lets the system choose.
    pub api_listen: SocketAddr,
    /// Where metrics are served; port 0 lets the system choose.
    pub metrics_listen: Option<SocketAddr>,
    /// How far clocks may differ.
    pub clock_tolerance: Span,
    /// Threads that seal, sign, verify and open.
    pub workers: NonZeroUsize,
    /// Inputs that wait for the engine. Beyond it: callers are told that the node is busy.
    pub mailbox_inputs: usize,
    /// How long a starting node waits for greetings before its `started` leaf.
    pub greeting_wait: Span,
    /// How often the other members are asked to cosign the head.
    pub witness_interval: Span,
    /// How long the head may lack a quorum of cosignatures before a person is told.
    pub unwitnessed_alert: Span,
    /// What is refused while the head lacks its quorum for hours.
    pub unwitnessed_limit: UnwitnessedLimit,
    /// The highest classification that the node may hold.
    pub cleared: Classification,
    /// How long before the node's credential ends a person is told.
    pub credential_warning: Span,
    /// How long another member may be away before a person is told.
    pub watch_unseen: Span,
    /// How old cosignatures on a log may be before a person is told.
    pub watch_stale: Span,
    /// How fast one member may speak.
    pub pace: PaceLimit,
    /// Memory for the store's cache, in bytes.
    pub store_cache_bytes: u64,
    /// Length at which a journal segment is closed, in bytes.
    pub journal_segment_bytes: u64,
    /// Longest sealed file that is made or fetched, in bytes.
    pub files_largest_bytes: u64,
    /// Room for all files beside messages, in bytes.
    pub files_total_bytes: u64,
    /// Room on the disk below which no new messages are taken, in bytes.
    pub disk_reserve_bytes: u64,
    /// Who answers for erasures by date, by pseudonymous staff number.
    pub erasure_officer: StaffNumber,
    /// How long a copy of the keys of the bodies may be kept.
    pub key_backup_life: Span,
    /// Where the passphrase of the keys stands; relative to the node's folder.
    pub passphrase_file: Option<PathBuf>,
    /// The token in which the signing and the log key are.
    pub token: Option<TokenSettings>,
    shown: Vec<Shown>,
}

/// The token in which the signing and the log key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSettings {
    /// The shared library of its maker.
    pub module: PathBuf,
    /// Its label.
    pub token: String,
    /// Where its PIN stands; relative to the node's folder.
    pub pin_file: PathBuf,
    /// The label of the key that signs messages.
    pub signing_key: String,
    /// The label of the key that signs checkpoints.
    pub log_key: String,
}

/// One value, as it counts, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The key.
    pub key: &'static str,
    /// The value, as TOML writes it.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The settings file.
    File,
    /// The key stands in no file.
    Default,
}

impl Origin {
    /// The origin as people read it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::File => "concord.toml",
            Self::Default => "default",
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Not TOML, or with unknown keys or other types.
    #[error(transparent)]
    Form(#[from] FormError),
    /// Not an agency.
    #[error("{key} is no agency")]
    Agency {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        source: NameError,
    },
    /// Not a staff number.
    #[error("{key} is no staff number")]
    Officer {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        source: NameError,
    },
    /// Not a classification.
    #[error("{key} is {found:?}, not official, restricted, confidential or none")]
    Classification {
        /// The key.
        key: &'static str,
        /// What it says.
        found: String,
    },
    /// Not a classification that a node may hold.
    #[error("{key} is {found:?}, not official, restricted or confidential")]
    Cleared {
        /// The key.
        key: &'static str,
        /// What it says.
        found: String,
    },
    /// Not a digest.
    #[error("{key} is neither empty nor a digest")]
    Genesis {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        source: DigestError,
    },
    /// Not a socket address.
    #[error("{key} is an IP address and a port, such as 127.0.0.1:0 or [::1]:7400")]
    Listen {
        /// The key.
        key: &'static str,
    },
    /// Addresses that a credential could not carry.
    #[error("{key} does not hold")]
    Advertise {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        source: RuleError,
    },
    /// A token without a name, a PIN or a key.
    #[error("{key} is empty, and pkcs11_module names a library")]
    Token {
        /// The key.
        key: &'static str,
    },
    /// A number out of its bounds.
    #[error("{key} is {min} to {max}, not {found}")]
    OutOfBounds {
        /// The key.
        key: &'static str,
        /// What was written.
        found: i64,
        /// The least allowed.
        min: i64,
        /// The most allowed.
        max: i64,
    },
}

impl Settings {
    /// Reads the settings of a node's folder.
    ///
    /// # Errors
    /// The first thing that is wrong with the file.
    pub fn load(folder: &NodeFolder) -> Result<Self, SettingsError> {
        let bytes = files::read(&folder.settings(), SETTINGS_BYTES_MAX)?;
        Self::parse(&bytes)
    }

    /// Reads settings from the bytes of a file.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn parse(bytes: &[u8]) -> Result<Self, SettingsError> {
        let file = file::read(bytes)?;
        let agency = AgencyId::parse(&file.agency)
            .map_err(|source| SettingsError::Agency { key: key::AGENCY.name, source })?;
        let advertise = file.advertise.clone().unwrap_or_default();
        rules::addresses(advertise.iter().map(String::as_str))
            .map_err(|source| SettingsError::Advertise { key: key::ADVERTISE.name, source })?;
        let bytes_of =
            |key: &Key, mib: Option<i64>| number(key, mib).map(|mib| mib.saturating_mul(MIB));
        Ok(Self {
            agency,
            genesis: genesis(file.genesis.as_deref().unwrap_or_default())?,
            listen: listen(&key::LISTEN, file.listen.as_deref())?,
            advertise,
            api_listen: listen(&key::API_LISTEN, file.api_listen.as_deref())?,
            metrics_listen: metrics(file.metrics_listen.as_deref())?,
            clock_tolerance: minutes(number(&key::CLOCK_TOLERANCE, file.clock_tolerance_minutes)?),
            workers: workers(number(&key::WORKERS, file.workers)?),
            mailbox_inputs: size(number(&key::MAILBOX, file.mailbox_inputs)?),
            greeting_wait: Span::from_millis(number(&key::GREETING_WAIT, file.greeting_wait_ms)?),
            witness_interval: Span::from_millis(number(
                &key::WITNESS_INTERVAL,
                file.witness_interval_ms,
            )?),
            unwitnessed_alert: minutes(number(
                &key::UNWITNESSED_ALERT,
                file.unwitnessed_alert_minutes,
            )?),
            unwitnessed_limit: UnwitnessedLimit {
                after: minutes(number(&key::UNWITNESSED_REFUSE, file.unwitnessed_refuse_minutes)?),
                from: sensitive(file.unwitnessed_sensitive.as_deref())?,
            },
            cleared: cleared(file.classification_most.as_deref())?,
            credential_warning: days(number(
                &key::CREDENTIAL_WARNING,
                file.credential_warning_days,
            )?),
            watch_unseen: minutes(number(&key::WATCH_UNSEEN, file.watch_unseen_minutes)?),
            watch_stale: days(number(&key::WATCH_STALE, file.watch_stale_days)?),
            pace: PaceLimit {
                frames_per_second: frames(number(&key::PEER_FRAMES, file.peer_frames_per_second)?),
                bytes_per_second: bytes_of(&key::PEER_MIB, file.peer_mib_per_second)?,
            },
            store_cache_bytes: bytes_of(&key::STORE_CACHE, file.store_cache_mib)?,
            journal_segment_bytes: bytes_of(&key::JOURNAL_SEGMENT, file.journal_segment_mib)?,
            files_largest_bytes: bytes_of(&key::FILES_LARGEST, file.files_largest_mib)?,
            files_total_bytes: bytes_of(&key::FILES_TOTAL, file.files_total_mib)?,
            disk_reserve_bytes: bytes_of(&key::DISK_RESERVE, file.disk_reserve_mib)?,
            erasure_officer: officer(file.erasure_officer.as_deref())?,
            key_backup_life: days(number(&key::KEY_BACKUP, file.key_backup_days)?),
            passphrase_file: path(file.passphrase_file.as_deref()),
            token: token(&file)?,
            shown: shown(&file),
        })
    }

    /// Every value with its origin, in the order of the file.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }

    /// Where peers find the node: what is advertised, or else where it listens, if that can be reached.
    pub fn addresses(&self) -> Vec<String> {
        if self.advertise.is_empty()
            && self.listen.port() != 0
            && !self.listen.ip().is_unspecified()
        {
            return vec![self.listen.to_string()];
        }
        self.advertise.clone()
    }
}

fn genesis(text: &str) -> Result<Option<Digest>, SettingsError> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = Digest::parse(text);
    parsed.map(Some).map_err(|source| SettingsError::Genesis { key: key::GENESIS.name, source })
}

fn listen(key: &Key, written: Option<&str>) -> Result<SocketAddr, SettingsError> {
    let text = written.unwrap_or_else(|| key.default_text());
    text.parse().map_err(|_| SettingsError::Listen { key: key.name })
}

/// The address of the metrics, where one is written.
fn metrics(written: Option<&str>) -> Result<Option<SocketAddr>, SettingsError> {
    let written = written.filter(|written| !written.is_empty());
    written.map(|written| listen(&key::METRICS_LISTEN, Some(written))).transpose()
}

/// The number written, or the default, within the bounds of its key.
fn number(key: &Key, written: Option<i64>) -> Result<u64, SettingsError> {
    let (min, max) = key.bounds();
    let found = written.unwrap_or_else(|| key.default_number());
    let out = SettingsError::OutOfBounds { key: key.name, found, min, max };
    match u64::try_from(found) {
        Ok(number) if (min..=max).contains(&found) => Ok(number),
        Ok(_) | Err(_) => Err(out),
    }
}

fn officer(written: Option<&str>) -> Result<StaffNumber, SettingsError> {
    let key = key::ERASURE_OFFICER;
    StaffNumber::parse(written.unwrap_or_else(|| key.default_text()))
        .map_err(|source| SettingsError::Officer { key: key.name, source })
}

/// The token, where a library is named; the rest must be there then.
fn token(file: &File) -> Result<Option<TokenSettings>, SettingsError> {
    let text = |key: &Key, written: &Option<String>| {
        let text = written.as_deref().unwrap_or_else(|| key.default_text()).to_owned();
        if text.is_empty() { Err(SettingsError::Token { key: key.name }) } else { Ok(text) }
    };
    let Some(module) = path(file.pkcs11_module.as_deref()) else { return Ok(None) };
    Ok(Some(TokenSettings {
        module,
        token: text(&key::PKCS11_TOKEN, &file.pkcs11_token)?,
        pin_file: text(&key::PKCS11_PIN_FILE, &file.pkcs11_pin_file)?.into(),
        signing_key: text(&key::PKCS11_SIGNING_KEY, &file.pkcs11_signing_key)?,
        log_key: text(&key::PKCS11_LOG_KEY, &file.pkcs11_log_key)?,
    }))
}

/// A path, where one is written.
fn path(written: Option<&str>) -> Option<PathBuf> {
    written.filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn sensitive(written: Option<&str>) -> Result<Option<Classification>, SettingsError> {
    let key = key::UNWITNESSED_SENSITIVE;
    match written.unwrap_or_else(|| key.default_text()) {
        "none" => Ok(None),
        text => match Classification::parse(text) {
            Some(from) => Ok(Some(from)),
            None => Err(SettingsError::Classification { key: key.name, found: text.to_owned() }),
        },
    }
}

fn cleared(written: Option<&str>) -> Result<Classification, SettingsError> {
    let key = key::CLASSIFICATION_MOST;
    let text = written.unwrap_or_else(|| key.default_text());
    Classification::parse(text)
        .ok_or_else(|| SettingsError::Cleared { key: key.name, found: text.to_owned() })
}

const fn days(days: u64) -> Span {
    Span::from_millis(days.saturating_mul(86_400_000))
}

const fn minutes(minutes: u64) -> Span {
    Span::from_millis(minutes.saturating_mul(60_000))
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn frames(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// As many as asked for, or as many as there are cores.
fn workers(asked: u64) -> NonZeroUsize {
    let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    NonZeroUsize::new(size(asked)).unwrap_or_else(cores)
}

fn shown(file: &File) -> Vec<Shown> {
    key::KEYS.iter().map(|key| one_shown(key, file.written(key))).collect()
}

fn one_shown(key: &Key, written: Option<String>) -> Shown {
    let origin = if written.is_some() { Origin::File } else { Origin::Default };
    Shown { key: key.name, value: written.unwrap_or_else(|| key.default_toml()), origin }
}

#[cfg(test)]
mod tests;
