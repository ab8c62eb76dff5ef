//! The settings file as it was written, and as it is written.
//!
//! Uses `key`. Reading refuses unknown keys; writing puts every key with its comment, so that nothing is hidden.

use serde::Deserialize;

use crate::settings::key;
use crate::settings::key::Key;

/// What stands in the file; everything but the agency may be absent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// See [`key::AGENCY`].
    pub agency: String,
    /// See [`key::GENESIS`].
    pub genesis: Option<String>,
    /// See [`key::LISTEN`].
    pub listen: Option<String>,
    /// See [`key::ADVERTISE`].
    pub advertise: Option<Vec<String>>,
    /// See [`key::API_LISTEN`].
    pub api_listen: Option<String>,
    /// See [`key::METRICS_LISTEN`].
    pub metrics_listen: Option<String>,
    /// See [`key::CLOCK_TOLERANCE`].
    pub clock_tolerance_minutes: Option<i64>,
    /// See [`key::WORKERS`].
    pub workers: Option<i64>,
    /// See [`key::MAILBOX`].
    pub mailbox_inputs: Option<i64>,
    /// See [`key::GREETING_WAIT`].
    pub greeting_wait_ms: Option<i64>,
    /// See [`key::WITNESS_INTERVAL`].
    pub witness_interval_ms: Option<i64>,
    /// See [`key::UNWITNESSED_ALERT`].
    pub unwitnessed_alert_minutes: Option<i64>,
    /// See [`key::UNWITNESSED_REFUSE`].
    pub unwitnessed_refuse_minutes: Option<i64>,
    /// See [`key::UNWITNESSED_SENSITIVE`].
    pub unwitnessed_sensitive: Option<String>,
    /// See [`key::CLASSIFICATION_MOST`].
    pub classification_most: Option<String>,
    /// See [`key::CREDENTIAL_WARNING`].
    pub credential_warning_days: Option<i64>,
    /// See [`key::WATCH_UNSEEN`].
    pub watch_unseen_minutes: Option<i64>,
    /// See [`key::WATCH_STALE`].
    pub watch_stale_days: Option<i64>,
    /// See [`key::PEER_FRAMES`].
    pub peer_frames_per_second: Option<i64>,
    /// See [`key::PEER_MIB`].
    pub peer_mib_per_second: Option<i64>,
    /// See [`key::STORE_CACHE`].
    pub store_cache_mib: Option<i64>,
    /// See [`key::JOURNAL_SEGMENT`].
    pub journal_segment_mib: Option<i64>,
    /// See [`key::FILES_LARGEST`].
    pub files_largest_mib: Option<i64>,
    /// See [`key::FILES_TOTAL`].
    pub files_total_mib: Option<i64>,
    /// See [`key::DISK_RESERVE`].
    pub disk_reserve_mib: Option<i64>,
    /// See [`key::ERASURE_OFFICER`].
    pub erasure_officer: Option<String>,
    /// See [`key::KEY_BACKUP`].
    pub key_backup_days: Option<i64>,
    /// See [`key::PASSPHRASE_FILE`].
    pub passphrase_file: Option<String>,
    /// See [`key::PKCS11_MODULE`].
    pub pkcs11_module: Option<String>,
    /// See [`key::PKCS11_TOKEN`].
    pub pkcs11_token: Option<String>,
    /// See [`key::PKCS11_PIN_FILE`].
    pub pkcs11_pin_file: Option<String>,
    /// See [`key::PKCS11_SIGNING_KEY`].
    pub pkcs11_signing_key: Option<String>,
    /// See [`key::PKCS11_LOG_KEY`].
    pub pkcs11_log_key: Option<String>,
}

/// What a new node's file says; every other key gets its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initial {
    /// The node's agency.
    pub agency: String,
    /// Where peers connect to; the default when absent.
    pub listen: Option<String>,
    /// Where peers find the node.
    pub advertise: Vec<String>,
    /// Where the local API listens; the default when absent.
    pub api_listen: Option<String>,
    /// How often the others are asked to cosign the head, in milliseconds; the default when absent.
    pub witness_interval_ms: Option<i64>,
    /// The token in which the signing and the log key are.
    pub token: Option<InitialToken>,
}

/// The token of a new node, as its file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialToken {
    /// The shared library.
    pub module: String,
    /// The token's label.
    pub token: String,
    /// Where the PIN stands.
    pub pin_file: String,
}

/// Why a file is not a settings file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Not UTF-8.
    #[error("the settings file is not UTF-8 text")]
    Utf8,
    /// Not TOML, an unknown key, a missing one, or another type.
    #[error("line {line} of the settings file: {reason}")]
    Toml {
        /// Where it is wrong, from 1; 0 where no line can be named.
        line: usize,
        /// What the parser says; it names the key, not its value.
        reason: String,
    },
    /// The line to change is not there as it was written.
    #[error("the settings file has no line that begins with `{key} =`")]
    NoLine {
        /// The key.
        key: &'static str,
    },
}

/// Reads the file.
///
/// # Errors
/// When it is not TOML, has an unknown key, lacks the agency, or has another type somewhere.
pub fn read(bytes: &[u8]) -> Result<File, FormError> {
    let text = str::from_utf8(bytes).map_err(|_| FormError::Utf8)?;
    toml::from_str(text).map_err(|error| form_error(text, &error))
}

fn form_error(text: &str, error: &toml::de::Error) -> FormError {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(0, |before| before.matches('\n').count().saturating_add(1));
    FormError::Toml { line, reason: error.message().to_owned() }
}

/// The complete, commented file of a new node.
pub fn write(initial: &Initial) -> String {
    let mut text = "# Settings of a Concord node. Every key is here; unknown keys are refused.\n\
         # `concord check-config --dir NODE_DIR` shows what counts, and where it comes from.\n"
        .to_owned();
    for key in &key::KEYS {
        text.push('\n');
        text.push_str(&key.comment());
        text.push_str(&format!("{} = {}\n", key.name, initial.value(key)));
    }
    text
}

/// The same file with the pin set, every other line as it was.
///
/// # Errors
/// When the file has no line for the pin, or does not read back with it.
pub fn with_genesis(bytes: &[u8], genesis: &str) -> Result<String, FormError> {
    let text = str::from_utf8(bytes).map_err(|_| FormError::Utf8)?;
    let name = key::GENESIS.name;
    let is_pin = |line: &str| line.split_once('=').is_some_and(|(key, _)| key.trim() == name);
    if !text.lines().any(is_pin) {
        return Err(FormError::NoLine { key: name });
    }
    let pinned = format!("{name} = {}", key::toml_text(genesis));
    let lines = text.lines().map(|line| if is_pin(line) { pinned.as_str() } else { line });
    let changed: String = lines.flat_map(|line| [line, "\n"]).collect();
    // Written by us, read by us: a pin that does not read back would be no pin.
    match read(changed.as_bytes())?.genesis {
        Some(read) if read == genesis => Ok(changed),
        Some(_) | None => Err(FormError::NoLine { key: name }),
    }
}

impl Initial {
    fn value(&self, key: &Key) -> String {
        let text = |given: &Option<String>| {
            given.as_deref().map_or_else(|| key.default_toml(), key::toml_text)
        };
        match key.name {
            name if name == key::AGENCY.name => key::toml_text(&self.agency),
            name if name == key::LISTEN.name => text(&self.listen),
            name if name == key::ADVERTISE.name => key::toml_texts(&self.advertise),
            name if name == key::API_LISTEN.name => text(&self.api_listen),
            name if name == key::WITNESS_INTERVAL.name => {
                self.witness_interval_ms.map_or_else(|| key.default_toml(), |ms| ms.to_string())
            }
            name => match (&self.token, name) {
                (Some(token), name) if name == key::PKCS11_MODULE.name => {
                    key::toml_text(&token.module)
                }
                (Some(token), name) if name == key::PKCS11_TOKEN.name => {
                    key::toml_text(&token.token)
                }
                (Some(token), name) if name == key::PKCS11_PIN_FILE.name => {
                    key::toml_text(&token.pin_file)
                }
                _ => key.default_toml(),
            },
        }
    }
}

impl File {
    /// What was written under a key, as TOML writes it; `None` when the key is absent.
    pub fn written(&self, key: &Key) -> Option<String> {
        let text = |value: &Option<String>| value.as_deref().map(key::toml_text);
        let number = |value: Option<i64>| value.map(|value| value.to_string());
        match key.name {
            name if name == key::AGENCY.name => Some(key::toml_text(&self.agency)),
            name if name == key::GENESIS.name => text(&self.genesis),
            name if name == key::LISTEN.name => text(&self.listen),
            name if name == key::ADVERTISE.name => self.advertise.as_deref().map(key::toml_texts),
            name if name == key::API_LISTEN.name => text(&self.api_listen),
            name if name == key::METRICS_LISTEN.name => text(&self.metrics_listen),
            name if name == key::CLOCK_TOLERANCE.name => number(self.clock_tolerance_minutes),
            name if name == key::WORKERS.name => number(self.workers),
            name if name == key::MAILBOX.name => number(self.mailbox_inputs),
            name if name == key::GREETING_WAIT.name => number(self.greeting_wait_ms),
            name if name == key::WITNESS_INTERVAL.name => number(self.witness_interval_ms),
            name if name == key::UNWITNESSED_ALERT.name => number(self.unwitnessed_alert_minutes),
            name if name == key::UNWITNESSED_REFUSE.name => number(self.unwitnessed_refuse_minutes),
            name if name == key::UNWITNESSED_SENSITIVE.name => text(&self.unwitnessed_sensitive),
            name if name == key::CLASSIFICATION_MOST.name => text(&self.classification_most),
            name if name == key::CREDENTIAL_WARNING.name => number(self.credential_warning_days),
            name if name == key::WATCH_UNSEEN.name => number(self.watch_unseen_minutes),
            name if name == key::WATCH_STALE.name => number(self.watch_stale_days),
            name if name == key::PEER_FRAMES.name => number(self.peer_frames_per_second),
            name if name == key::PEER_MIB.name => number(self.peer_mib_per_second),
            name if name == key::STORE_CACHE.name => number(self.store_cache_mib),
            name if name == key::JOURNAL_SEGMENT.name => number(self.journal_segment_mib),
            name if name == key::FILES_LARGEST.name => number(self.files_largest_mib),
            name if name == key::FILES_TOTAL.name => number(self.files_total_mib),
            name if name == key::DISK_RESERVE.name => number(self.disk_reserve_mib),
            name if name == key::ERASURE_OFFICER.name => text(&self.erasure_officer),
            name if name == key::KEY_BACKUP.name => number(self.key_backup_days),
            name if name == key::PASSPHRASE_FILE.name => text(&self.passphrase_file),
            name if name == key::PKCS11_MODULE.name => text(&self.pkcs11_module),
            name if name == key::PKCS11_TOKEN.name => text(&self.pkcs11_token),
            name if name == key::PKCS11_PIN_FILE.name => text(&self.pkcs11_pin_file),
            name if name == key::PKCS11_SIGNING_KEY.name => text(&self.pkcs11_signing_key),
            name if name == key::PKCS11_LOG_KEY.name => text(&self.pkcs11_log_key),
            _ => None,
        }
    }
}
