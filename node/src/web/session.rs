//! Who may look: whoever has shown the node's token, for a while.
//!
//! A session is 32 random bytes in a cookie, of which only the digest is kept; nothing about sessions is on the disk.
//! Absent on purpose: names. A session says that its holder knew the token, and nothing else.

use core::fmt;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;

use crate::api::auth::Token;

/// Sessions at once. Beyond it: the oldest one ends.
pub const SESSIONS_MAX: usize = 64;

/// How long a session lasts: one shift.
pub const SESSION_LIFE: Span = Span::from_millis(8 * 60 * 60 * 1000);

/// The token, and everyone who has shown it.
pub struct Door {
    token: Token,
    cookie: String,
    /// The end of each session, by the digest of its secret.
    sessions: Mutex<BTreeMap<Digest, Timestamp>>,
}

impl Door {
    /// A door with nobody inside. The cookie is named after the agency: browsers keep the cookies of all ports together.
    pub fn new(token: Token, agency: &AgencyId) -> Self {
        Self { token, cookie: format!("concord-{agency}"), sessions: Mutex::default() }
    }

    /// Opens a session under a fresh secret, if `given` is the token. Gives the cookie to set.
    pub fn enter(&self, given: &str, secret: [u8; 32], now: Timestamp) -> Option<String> {
        if !self.token.matches(given) {
            return None;
        }
        let mut sessions = self.sessions();
        sessions.retain(|_, end| now < *end);
        while sessions.len() >= SESSIONS_MAX {
            let oldest = sessions.iter().min_by_key(|(_, end)| **end).map(|(name, _)| *name);
            oldest.and_then(|oldest| sessions.remove(&oldest));
        }
        sessions.insert(digest::sha256(&secret), now.after(SESSION_LIFE));
        let life = SESSION_LIFE.millis() / 1000;
        let secret = Digest::from_bytes(secret);
        Some(format!("{}={secret}; {ATTRIBUTES}; Max-Age={life}", self.cookie))
    }

    /// Whether the cookies of a request hold a session that lasts.
    pub fn knows(&self, cookies: &str, now: Timestamp) -> bool {
        let name = self.named(cookies);
        name.is_some_and(|name| self.sessions().get(&name).is_some_and(|end| now < *end))
    }

    /// Ends the session that the cookies hold. Gives the cookie to set.
    pub fn leave(&self, cookies: &str) -> String {
        if let Some(name) = self.named(cookies) {
            self.sessions().remove(&name);
        }
        format!("{}=; {ATTRIBUTES}; Max-Age=0", self.cookie)
    }

    /// The digest of the secret in a `Cookie` header.
    fn named(&self, cookies: &str) -> Option<Digest> {
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, secret) = pairs.find(|(name, _)| *name == self.cookie)?;
        let secret = Digest::parse(secret).ok()?;
        Some(digest::sha256(secret.as_bytes()))
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<Digest, Timestamp>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Not for scripts, and never sent along from another site.
const ATTRIBUTES: &str = "Path=/; HttpOnly; SameSite=Strict";

/// Keeps silent.
impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Door")
    }
}
