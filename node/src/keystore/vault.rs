//! What opens and closes key files: a passphrase that is asked for when the first file needs it, and once.
//!
//! Uses `container`, `passphrase`, `files`, `entropy`. A file says with which salt and at which cost its passphrase is
//! stretched; files that were closed together share both, so a node's keys cost one derivation. A new file is closed
//! as those are that the vault opened: a key that is made beside protected ones is protected like them.
//! Absent on purpose: where keys lie, and what they are for.

use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::stretch;
use concord_protocol::crypto::stretch::Cost;
use concord_protocol::crypto::stretch::CostRefused;
use concord_protocol::ids::AgencyId;
use zeroize::Zeroizing;

use crate::entropy;
use crate::entropy::NoEntropy;
use crate::keystore::container;
use crate::keystore::container::Closing;
use crate::keystore::container::ContainerError;
use crate::keystore::container::KeyFile;
use crate::keystore::container::KeyKind;
use crate::keystore::container::Lock;
use crate::keystore::container::Seed;
use crate::keystore::passphrase::Passphrase;
use crate::keystore::passphrase::PassphraseError;
use crate::keystore::passphrase::Source;
use crate::keystore::token::About;
use crate::keystore::token::Token;

/// What opens and closes key files.
pub struct Vault {
    source: Source,
    state: RefCell<State>,
    token: Option<Arc<Token>>,
}

/// What the vault has learned; wiped on drop.
#[derive(Default)]
struct State {
    passphrase: Option<Passphrase>,
    /// The key of each lock that was met; the last one closes new files.
    opened: Vec<(Lock, ContentKey)>,
}

/// Why a key file cannot be opened or closed.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// It is no key file of the right kind, or the passphrase does not open it.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// There is no passphrase.
    #[error("it is protected by a passphrase")]
    Passphrase(#[from] PassphraseError),
    /// It asks for more than is paid.
    #[error("its passphrase cannot be stretched")]
    Cost(#[from] CostRefused),
    /// No randomness to close it.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

impl Vault {
    /// A vault without a passphrase: it opens what is in clear, and leaves in clear what it writes.
    pub fn clear() -> Self {
        Self::asking(Source::Nowhere)
    }

    /// A vault that asks for its passphrase when a file needs it.
    pub fn asking(source: Source) -> Self {
        Self { source, state: RefCell::default(), token: None }
    }

    /// A vault that closes new files, named by `of` to whoever is asked.
    ///
    /// # Errors
    /// When the source gives no passphrase that is long enough.
    pub fn closing(source: &Source, of: &Path) -> Result<Self, VaultError> {
        let passphrase = source.choose(of)?;
        let lock = Lock { salt: entropy::draw()?, cost: Cost::USUAL };
        let key = key(&passphrase, &lock)?;
        let state = State { passphrase: Some(passphrase), opened: vec![(lock, key)] };
        Ok(Self { source: Source::Nowhere, state: RefCell::new(state), token: None })
    }

    /// The same vault for a node whose signing and log key are in a token.
    #[must_use]
    pub fn with_token(self, about: Option<About>) -> Self {
        Self { token: about.map(|about| Arc::new(Token::new(about))), ..self }
    }

    /// The token in which the signing and the log key are.
    pub const fn token(&self) -> Option<&Arc<Token>> {
        self.token.as_ref()
    }

    /// Whether new files are closed.
    pub fn closes(&self) -> bool {
        !self.state.borrow().opened.is_empty()
    }

    /// The bytes of a new file.
    pub(super) fn close(
        &self,
        (kind, agency): (KeyKind, &AgencyId),
        seed: &[u8; 32],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let state = self.state.borrow();
        let closing = match state.opened.last() {
            None => None,
            Some((lock, key)) => Some(Closing { lock: *lock, key, nonce: entropy::draw()? }),
        };
        Ok(container::write(kind, agency, seed, closing.as_ref())?)
    }

    /// The seed of a file, which stands at `path`.
    pub(super) fn open(&self, file: KeyFile, path: &Path) -> Result<Seed, VaultError> {
        let Some(lock) = file.lock() else { return Ok(file.open(None)?) };
        let mut state = self.state.borrow_mut();
        if !state.opened.iter().any(|(known, _)| *known == lock) {
            let passphrase = match state.passphrase.take() {
                Some(passphrase) => passphrase,
                None => self.source.ask(path)?,
            };
            let key = key(&passphrase, &lock)?;
            state.passphrase = Some(passphrase);
            state.opened.push((lock, key));
        }
        let key = state.opened.iter().find(|(known, _)| *known == lock).map(|(_, key)| key);
        Ok(file.open(key)?)
    }
}

fn key(passphrase: &Passphrase, lock: &Lock) -> Result<ContentKey, CostRefused> {
    let key = stretch::stretch(passphrase.expose(), &lock.salt, lock.cost)?;
    Ok(ContentKey::from_bytes(*key))
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}
