//! How a client presents itself in the handshake; each part may be bent.

use std::fmt;
use std::sync::Arc;

use concord_node::entropy;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::SigningKey;
use quinn::ClientConfig;
use quinn::IdleTimeout;
use quinn::TransportConfig;
use quinn::VarInt;
use quinn::crypto::rustls::QuicClientConfig;
use rustls::DigitallySignedStruct;
use rustls::SignatureAlgorithm;
use rustls::SignatureScheme;
use rustls::client::AlwaysResolvesClientRawPublicKeys;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::danger::ServerCertVerified;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;
use rustls::sign::CertifiedKey;

/// Version 1 of QUIC. Source: RFC 9000 section 15.
pub const QUIC_1: u32 = 1;

/// The last draft but two, which libraries speak to this day.
pub const QUIC_DRAFT_32: u32 = 0xff00_0020;

/// Both of them.
pub(super) const VERSIONS: [u32; 2] = [QUIC_1, QUIC_DRAFT_32];

/// What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo. Source: RFC 8410 section 4.
const SPKI_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A handshake, as a node would do it until something is bent.
#[derive(Clone, Debug)]
pub struct Manner {
    /// The key that signs.
    pub key: SharedSigner,
    /// The key that is shown; `None` shows nothing.
    pub shown: Option<[u8; 32]>,
    /// The application protocols that are offered.
    pub protocols: Vec<Vec<u8>>,
    /// Key exchanges and ciphers.
    pub provider: CryptoProvider,
    /// The version of QUIC.
    pub version: u32,
    /// Bytes that are taken without being read.
    pub window: u32,
}

impl Manner {
    /// Nothing bent, under this key.
    pub fn of(key: &SharedSigner) -> Self {
        Self {
            key: SharedSigner::clone(key),
            shown: Some(*key.public().as_bytes()),
            protocols: vec![b"concord/1".to_vec()],
            provider: aws_lc_rs::default_provider(),
            version: QUIC_1,
            window: 1024 * 1024,
        }
    }

    /// Nothing bent, under a key that nobody knows.
    ///
    /// # Panics
    /// When the system gives no randomness.
    pub fn of_nobody() -> Self {
        Self::of(&(Arc::new(SigningKey::from_seed(&entropy::draw().unwrap())) as SharedSigner))
    }

    /// For quinn.
    pub(super) fn client(&self) -> ClientConfig {
        let resolver: Arc<dyn ResolvesClientCert> = match &self.shown {
            Some(key) => {
                let shown = CertificateDer::from([SPKI_PREFIX.as_slice(), key].concat());
                let signer = Arc::new(Key(SharedSigner::clone(&self.key)));
                let certified = Arc::new(CertifiedKey::new(vec![shown], signer));
                Arc::new(AlwaysResolvesClientRawPublicKeys::new(certified))
            }
            None => Arc::new(Nothing),
        };
        let mut tls = rustls::ClientConfig::builder_with_provider(Arc::new(self.provider.clone()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3 is there")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Credulous))
            .with_client_cert_resolver(resolver);
        tls.alpn_protocols.clone_from(&self.protocols);
        tls.enable_early_data = true;
        let initial = aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256.tls13().unwrap();
        let initial = initial.quic_suite().expect("QUIC begins with it");
        let tls = QuicClientConfig::with_initial(Arc::new(tls), initial).unwrap();
        let mut transport = TransportConfig::default();
        transport
            .stream_receive_window(VarInt::from_u32(self.window))
            .max_idle_timeout(Some(IdleTimeout::from(VarInt::from_u32(60_000))))
            .keep_alive_interval(Some(std::time::Duration::from_secs(2)));
        let mut client = ClientConfig::new(Arc::new(tls));
        client.version(self.version).transport_config(Arc::new(transport));
        client
    }
}

/// Signs with the one key, whatever key is shown.
#[derive(Clone)]
struct Key(SharedSigner);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl rustls::sign::SigningKey for Key {
    fn choose_scheme(&self, _: &[SignatureScheme]) -> Option<Box<dyn rustls::sign::Signer>> {
        Some(Box::new(self.clone()))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ED25519
    }
}

impl rustls::sign::Signer for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signature = self.0.sign(message).map_err(|_| rustls::Error::DecryptError)?;
        Ok(signature.as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// Shows no key at all.
#[derive(Debug)]
struct Nothing;

impl ResolvesClientCert for Nothing {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        None
    }

    fn only_raw_public_keys(&self) -> bool {
        true
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Believes every server.
#[derive(Debug)]
struct Credulous;

impl ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
