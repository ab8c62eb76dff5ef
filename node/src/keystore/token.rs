//! Keys that stay in a token: a smart card, a security module, or software that behaves like one, through PKCS#11.
//!
//! Uses `passphrase` for the PIN, `clock`. The room of cryptoki, whose shared library is the maker's of the token.
//! A token that does not answer is away: whoever wants a signature gets [`SignerAway`], and the next attempt, a second
//! later at the earliest, opens the library anew, so that a token that is back is used again by itself.
//! A PIN that the token refuses is given to it once and then no more, because tokens lock themselves after a few.
//! Further generations of a key stand beside the first under its label and a number, as key files do.
//! Absent on purpose: waiting (the host decides who waits), sealing keys (tokens have no ML-KEM), deleting.
//! Source: PKCS#11 v3.0, section 2.3.10 (Edwards curves).

mod objects;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::TryLockError;
use std::thread;
use std::time::Duration;

use concord_protocol::crypto::signature::Signature;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SignerAway;
use concord_protocol::crypto::signature::VerifyingKey;
use cryptoki::context::CInitializeArgs;
use cryptoki::context::CInitializeFlags;
use cryptoki::context::Pkcs11;
use cryptoki::error::Error;
use cryptoki::error::RvError;
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::EddsaParams;
use cryptoki::mechanism::eddsa::EddsaSignatureScheme;
use cryptoki::object::Attribute;
use cryptoki::object::ObjectClass;
use cryptoki::session::Session;
use cryptoki::session::UserType;
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use crate::clock::Stopwatch;
use crate::keystore::generations;
use crate::keystore::passphrase::PassphraseError;
use crate::keystore::passphrase::Source;
use crate::keystore::token::objects::found;
use crate::keystore::token::objects::numbers;
use crate::keystore::token::objects::public_of;
use crate::keystore::token::objects::secret_of;

/// The object identifier of Ed25519, DER. Source: RFC 8410 section 3.
const ED25519_OID: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];

/// How long a token that is away is left alone.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How often the end of a call is looked for when the process ends, and how long between two looks.
const END_TRIES: u32 = 100;
const END_WAIT: Duration = Duration::from_millis(10);

/// Which token, and how it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The shared library of the token's maker.
    pub module: PathBuf,
    /// The label of the token.
    pub token: String,
    /// Where its PIN stands.
    pub pin_file: PathBuf,
    /// The label of the first key that signs messages.
    pub signing: String,
    /// The label of the first key that signs checkpoints.
    pub log: String,
}

/// A token, opened when it is first used.
pub struct Token {
    about: About,
    open: Mutex<State>,
    /// Apart from the rest: whoever asks for it does not wait for a library that hangs.
    presence: Mutex<Presence>,
}

#[derive(Default)]
struct State {
    opened: Option<Opened>,
    tried: Option<Stopwatch>,
    /// Nobody opens it any more: the process is about to end.
    ended: bool,
}

/// Whether the token answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// It did, or was not asked yet.
    #[default]
    Here,
    /// It does not.
    Away,
    /// It refused the PIN, and is left alone from then on.
    PinRefused,
}

struct Opened {
    // Before the library: a session ends before what it was opened with.
    session: Session,
    library: Pkcs11,
}

/// Why a token cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The PIN.
    #[error("read the PIN")]
    Pin(#[from] PassphraseError),
    /// The library or the token does not answer as it should.
    #[error("the token {token} does not answer: {said}")]
    Away {
        /// Its label.
        token: String,
        /// What the library said.
        said: String,
    },
    /// It refused the PIN; another try is for a person to order.
    #[error("the token {token} refused the PIN, and is not given it again: {said}")]
    PinRefused {
        /// Its label.
        token: String,
        /// What the library said.
        said: String,
    },
    /// No token has this label.
    #[error("{module} knows no token {token}")]
    NoToken {
        /// The library.
        module: PathBuf,
        /// The label.
        token: String,
    },
    /// The token has no such key.
    #[error("the token {token} has no Ed25519 key {label}")]
    NoKey {
        /// The token's label.
        token: String,
        /// The key's label.
        label: String,
    },
    /// A key of this label is there.
    #[error("the token {token} has a key {label} already")]
    Exists {
        /// The token's label.
        token: String,
        /// The key's label.
        label: String,
    },
}

/// A key that signs inside of a token.
pub struct TokenKey {
    token: Arc<Token>,
    label: String,
    public: VerifyingKey,
}

impl Token {
    /// A token that is not opened yet.
    pub fn new(about: About) -> Self {
        Self { about, open: Mutex::default(), presence: Mutex::default() }
    }

    /// Which token it is.
    pub const fn about(&self) -> &About {
        &self.about
    }

    /// How the last attempt to use it went.
    pub fn presence(&self) -> Presence {
        *self.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every generation of a key of the token, the first one first.
    ///
    /// # Errors
    /// When the token is away, or has no such key.
    pub fn generations(self: &Arc<Self>, label: &str) -> Result<Vec<TokenKey>, TokenError> {
        // spec: cus-17
        let token = &self.about.token;
        self.used(|opened| {
            let numbers = numbers(opened, (token, label), ObjectClass::PUBLIC_KEY)?;
            let keys = numbers.into_iter().map(|number| {
                let label = generations::name(label, number);
                let public = public_of(opened, token, &label)?;
                Ok(TokenKey { token: Arc::clone(self), label, public })
            });
            keys.collect()
        })
    }

    /// Makes the next generation of a key in the token; gives its label.
    ///
    /// # Errors
    /// When the token is away, or has no earlier one.
    pub fn make_next(&self, label: &str) -> Result<String, TokenError> {
        // spec: cus-17
        let place = (self.about.token.as_str(), label);
        let numbers = self.used(|opened| numbers(opened, place, ObjectClass::PUBLIC_KEY))?;
        let newest = numbers.last().copied().unwrap_or(1);
        let next = generations::name(label, newest.saturating_add(1));
        self.make(&next)?;
        Ok(next)
    }

    /// Makes a key pair in the token; the secret half never leaves it.
    ///
    /// # Errors
    /// When the token is away, or a key of this label is there.
    pub fn make(&self, label: &str) -> Result<(), TokenError> {
        // spec: cus-13
        self.used(|opened| {
            let labelled = [Attribute::Label(label.into())];
            if !opened.session.find_objects(&labelled).map_err(|e| self.said(&e))?.is_empty() {
                let (token, label) = (self.about.token.clone(), label.to_owned());
                return Err(TokenError::Exists { token, label });
            }
            let public = [
                Attribute::Token(true),
                Attribute::Private(false),
                Attribute::Verify(true),
                Attribute::EcParams(ED25519_OID.to_vec()),
                Attribute::Label(label.into()),
            ];
            let secret = [
                Attribute::Token(true),
                Attribute::Private(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Sign(true),
                Attribute::Label(label.into()),
            ];
            let made = opened.session.generate_key_pair(
                &Mechanism::EccEdwardsKeyPairGen,
                &public,
                &secret,
            );
            made.map(drop).map_err(|error| self.said(&error))
        })
    }

    /// Looks whether the token answers, so that whoever asks for its state gets the present one.
    pub fn probe(&self) {
        let place = (self.about.token.as_str(), self.about.log.as_str());
        drop(self.used(|opened| match found(opened, place, ObjectClass::PRIVATE_KEY) {
            // The first generation may be gone for good; a later one shows as well that the token is there.
            Err(TokenError::NoKey { .. }) => {
                numbers(opened, place, ObjectClass::PRIVATE_KEY).map(drop)
            }
            looked => looked.map(drop),
        }));
    }

    /// Ends the library before the process does: a call of it while the process ends may crash. One that hangs is left.
    pub fn end(&self) {
        for _ in 0..END_TRIES {
            match self.open.try_lock() {
                Ok(mut state) => {
                    state.ended = true;
                    if let Some(opened) = state.opened.take() {
                        opened.close();
                    }
                    return;
                }
                Err(TryLockError::WouldBlock) => thread::sleep(END_WAIT),
                Err(TryLockError::Poisoned(_)) => return,
            }
        }
    }

    /// Does something with the open token; one that fails is closed, and opened anew the next time.
    fn used<T>(&self, act: impl FnOnce(&Opened) -> Result<T, TokenError>) -> Result<T, TokenError> {
        // spec: cus-15
        let mut state = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // spec: cus-16
        if self.presence() == Presence::PinRefused {
            return Err(self.refused("it did once"));
        }
        if state.ended {
            return Err(self.away("the process ends"));
        }
        if state.opened.is_none() {
            let early = state.tried.as_ref().is_some_and(|tried| tried.elapsed() < RETRY_AFTER);
            if early {
                return Err(self.away("it did not answer a moment ago"));
            }
            state.tried = Some(Stopwatch::start());
            state.opened = self.opened().map(Some).inspect_err(|error| {
                let refused = matches!(error, TokenError::PinRefused { .. });
                self.tell(if refused { Presence::PinRefused } else { Presence::Away });
            })?;
        }
        let Some(opened) = &state.opened else { return Err(self.away("it is closed")) };
        let done = act(opened);
        let lost = matches!(done, Err(TokenError::Away { .. } | TokenError::NoKey { .. }));
        self.tell(if lost { Presence::Away } else { Presence::Here });
        if lost && let Some(opened) = state.opened.take() {
            opened.close();
        }
        done
    }

    /// Remembers whether the token answers, and says so when that changed.
    fn tell(&self, presence: Presence) {
        let mut known = self.presence.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *known, presence) == presence {
            return;
        }
        match presence {
            Presence::Here => tracing::warn!("the token with the signing keys is back"),
            Presence::Away => tracing::error!(
                "the token with the signing keys is away: nothing is signed until it is back"
            ),
            Presence::PinRefused => tracing::error!(
                "the token refused the PIN: nothing is signed, and the PIN is not tried again before a start"
            ),
        }
    }

    fn opened(&self) -> Result<Opened, TokenError> {
        let pin = Source::File(self.about.pin_file.clone()).ask(&self.about.pin_file)?;
        let pin = String::from_utf8_lossy(pin.expose()).into_owned();
        let library = Pkcs11::new(&self.about.module).map_err(|error| self.said(&error))?;
        let flags = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        let begun = library.initialize(flags).map_err(|error| self.said(&error));
        let session = begun.and_then(|()| self.session(&library, pin));
        match session {
            Ok(session) => Ok(Opened { session, library }),
            Err(error) => {
                drop(library.finalize());
                Err(error)
            }
        }
    }

    fn session(&self, library: &Pkcs11, pin: String) -> Result<Session, TokenError> {
        let said = |error: Error| self.said(&error);
        let mut slots = library.get_slots_with_initialized_token().map_err(said)?.into_iter();
        let named = |slot: &Slot| {
            library.get_token_info(*slot).is_ok_and(|info| info.label() == self.about.token)
        };
        let slot = slots.find(named).ok_or_else(|| TokenError::NoToken {
            module: self.about.module.clone(),
            token: self.about.token.clone(),
        })?;
        let session = library.open_rw_session(slot).map_err(said)?;
        // Cryptoki wipes the PIN that it is given.
        session.login(UserType::User, Some(&AuthPin::new(pin.into()))).map_err(said)?;
        Ok(session)
    }

    fn said(&self, error: &Error) -> TokenError {
        let text = error.to_string();
        if is_about_the_pin(error) { self.refused(&text) } else { self.away(&text) }
    }

    fn refused(&self, said: &str) -> TokenError {
        TokenError::PinRefused { token: self.about.token.clone(), said: said.to_owned() }
    }

    fn away(&self, said: &str) -> TokenError {
        TokenError::Away { token: self.about.token.clone(), said: said.to_owned() }
    }
}

impl TokenKey {
    /// Its label in the token.
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        // The library is one for the whole process: whoever opens the token next must find it ended.
        self.end();
    }
}

impl Opened {
    fn close(self) {
        let Self { session, library } = self;
        drop(session);
        drop(library.finalize());
    }
}

impl Signer for TokenKey {
    fn public(&self) -> VerifyingKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerAway> {
        // spec: cus-14
        let token = &self.token.about.token;
        let signed = self.token.used(|opened| {
            let key = secret_of(opened, token, &self.label)?;
            let mechanism = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519));
            let signed = opened.session.sign(&mechanism, key, message);
            let bytes = signed.map_err(|error| self.token.said(&error))?;
            let bytes = <[u8; 64]>::try_from(bytes.as_slice())
                .map_err(|_| self.token.away("what it signed is no Ed25519 signature"))?;
            // What leaves under this key is checked here too: another key of the same label would sign as well.
            let signature = Signature::from_bytes(bytes);
            let holds = self.public.verify(message, &signature);
            holds.map_err(|_| self.token.away("what it signed does not verify"))?;
            Ok(signature)
        });
        signed.map_err(|_| SignerAway)
    }
}

/// Whether another try with the same PIN would be in vain, and may be the one that locks the token.
fn is_about_the_pin(error: &Error) -> bool {
    matches!(
        error,
        Error::Pkcs11(
            RvError::PinIncorrect
                | RvError::PinInvalid
                | RvError::PinLenRange
                | RvError::PinExpired
                | RvError::PinLocked
                | RvError::UserPinNotInitialized,
            _
        )
    )
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", self.about.token)
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({})", self.label)
    }
}
