//! Who the other end is: TLS 1.3 with raw Ed25519 keys on both sides.
//!
//! Uses `protocol::crypto` for every signature, strictly; rustls does the rest. Source: RFC 8446, RFC 7250.
//! Absent on purpose: certificates, names, dates, tickets, early data, and the reasons of a refusal on the wire.

use std::fmt;
use std::sync::Arc;
use std::sync::OnceLock;

use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::Signature;
use concord_protocol::crypto::signature::VerifyingKey;
use quinn::crypto::rustls::QuicClientConfig;
use quinn::crypto::rustls::QuicServerConfig;
use rustls::CertificateError;
use rustls::DigitallySignedStruct;
use rustls::DistinguishedName;
use rustls::PeerIncompatible;
use rustls::PeerMisbehaved;
use rustls::SignatureAlgorithm;
use rustls::SignatureScheme;
use rustls::client::AlwaysResolvesClientRawPublicKeys;
use rustls::client::Resumption;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::danger::ServerCertVerified;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::UnixTime;
use rustls::server::AlwaysResolvesServerRawPublicKeys;
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::ClientCertVerified;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;

use crate::transport::settings::SetupError;

/// The application protocol, exact. Source: spec wire-1.
pub(super) const ALPN: &[u8] = b"concord/1";

/// What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo. Source: RFC 8410 section 4.
const SPKI_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The node's transport key, as TLS wants it.
#[derive(Clone, Debug)]
pub(super) struct Identity(Arc<TransportKey>);

impl Identity {
    pub(super) fn new(signer: SharedSigner) -> Self {
        Self(Arc::new(TransportKey(signer)))
    }

    pub(super) fn signer(&self) -> &SharedSigner {
        &self.0.0
    }

    fn certified(&self) -> Arc<CertifiedKey> {
        let spki = CertificateDer::from(spki(&self.signer().public()));
        Arc::new(CertifiedKey::new(
            vec![spki],
            Arc::clone(&self.0) as Arc<dyn rustls::sign::SigningKey>,
        ))
    }
}

/// The server's side: every usable Ed25519 key is let in; the pins decide afterwards who it is.
pub(super) fn server(identity: &Identity) -> Result<QuicServerConfig, SetupError> {
    let resolver = AlwaysResolvesServerRawPublicKeys::new(identity.certified());
    let mut config = rustls::ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|_| SetupError::Provider)?
        .with_client_cert_verifier(Arc::new(AnyKey))
        .with_cert_resolver(Arc::new(resolver));
    // spec: wire-1
    config.alpn_protocols = vec![ALPN.to_vec()];
    // spec: wire-5
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.max_early_data_size = 0;
    QuicServerConfig::with_initial(Arc::new(config), initial_suite()?)
        .map_err(|_| SetupError::Provider)
}

/// The client's side: one of the expected keys, or nothing. `found` then tells which key was there instead.
pub(super) fn client(
    identity: &Identity,
    expected: Vec<VerifyingKey>,
    found: Arc<OnceLock<VerifyingKey>>,
) -> Result<QuicClientConfig, SetupError> {
    let resolver = AlwaysResolvesClientRawPublicKeys::new(identity.certified());
    let mut config = rustls::ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|_| SetupError::Provider)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(ExpectedKeys { expected, found }))
        .with_client_cert_resolver(Arc::new(resolver));
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = Resumption::disabled();
    config.enable_early_data = false;
    config.enable_sni = false;
    QuicClientConfig::with_initial(Arc::new(config), initial_suite()?)
        .map_err(|_| SetupError::Provider)
}

/// The key that the other end proved in the handshake.
pub(super) fn key_of(connection: &quinn::Connection) -> Option<VerifyingKey> {
    let identity = connection.peer_identity()?.downcast::<Vec<CertificateDer<'static>>>().ok()?;
    let (end, rest) = identity.split_first()?;
    raw_key(end, rest)
}

/// One key exchange and two ciphers, so that every finished handshake has used them. Source: spec wire-2, wire-4.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        // spec: wire-2
        kx_groups: vec![aws_lc_rs::kx_group::X25519MLKEM768],
        // spec: wire-4
        cipher_suites: vec![
            aws_lc_rs::cipher_suite::TLS13_AES_256_GCM_SHA384,
            aws_lc_rs::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        ],
        ..aws_lc_rs::default_provider()
    })
}

/// QUIC protects its first packets with AES-128 under a public key; it is offered for nothing else. Source: RFC 9001.
fn initial_suite() -> Result<rustls::quic::Suite, SetupError> {
    let suite = aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256.tls13();
    suite.and_then(rustls::Tls13CipherSuite::quic_suite).ok_or(SetupError::Provider)
}

fn spki(key: &VerifyingKey) -> Vec<u8> {
    [SPKI_PREFIX.as_slice(), key.as_bytes()].concat()
}

/// The key in a raw public key, if it is exactly one Ed25519 key that may be relied on. Source: spec wire-3.
fn raw_key(end: &CertificateDer<'_>, rest: &[CertificateDer<'_>]) -> Option<VerifyingKey> {
    // spec: wire-3
    let bytes = end.as_ref().strip_prefix(&SPKI_PREFIX)?;
    let bytes = <&[u8; 32]>::try_from(bytes).ok()?;
    if rest.is_empty() { VerifyingKey::from_bytes(bytes).ok() } else { None }
}

/// The one refusal that strangers see, whatever the reason.
const fn refused() -> rustls::Error {
    rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)
}

/// Checks the signature over the handshake, strictly, with our own verifier.
fn check_handshake(
    message: &[u8],
    key: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, rustls::Error> {
    if signed.scheme != SignatureScheme::ED25519 {
        return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
    }
    let key = raw_key(key, &[]).ok_or_else(refused)?;
    let signature = <[u8; 64]>::try_from(signed.signature()).map_err(|_| refused())?;
    key.verify(message, &Signature::from_bytes(signature)).map_err(|_| refused())?;
    Ok(HandshakeSignatureValid::assertion())
}

/// The server's judge of clients: takes every usable key. Source: spec wire-7.
#[derive(Debug)]
struct AnyKey;

impl ClientCertVerifier for AnyKey {
    fn verify_client_cert(
        &self,
        end: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        raw_key(end, rest).map(|_| ClientCertVerified::assertion()).ok_or_else(refused)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        check_handshake(message, key, signed)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }
}

/// The client's judge of one server: takes the expected keys only. Source: spec wire-6.
#[derive(Debug)]
struct ExpectedKeys {
    expected: Vec<VerifyingKey>,
    found: Arc<OnceLock<VerifyingKey>>,
}

impl ServerCertVerifier for ExpectedKeys {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let key = raw_key(end, rest).ok_or_else(refused)?;
        // spec: wire-6
        if self.expected.contains(&key) {
            return Ok(ServerCertVerified::assertion());
        }
        self.found.get_or_init(|| key);
        Err(refused())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        check_handshake(message, key, signed)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

/// The signer behind the interface of rustls; the key itself stays where it lives.
#[derive(Clone)]
struct TransportKey(SharedSigner);

impl fmt::Debug for TransportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransportKey")
    }
}

impl rustls::sign::SigningKey for TransportKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn rustls::sign::Signer>> {
        offered
            .contains(&SignatureScheme::ED25519)
            .then(|| Box::new(self.clone()) as Box<dyn rustls::sign::Signer>)
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        Some(SubjectPublicKeyInfoDer::from(spki(&self.0.public())))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ED25519
    }
}

impl rustls::sign::Signer for TransportKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signature =
            self.0.sign(message).map_err(|_| rustls::Error::General("signer away".to_owned()))?;
        Ok(signature.as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}
