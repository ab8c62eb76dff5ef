//! Clients that honest code cannot make.

use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;

use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use quinn::crypto::rustls::QuicClientConfig;
use rustls::NamedGroup;
use rustls::SignatureAlgorithm;
use rustls::SignatureScheme;
use rustls::client::AlwaysResolvesClientRawPublicKeys;
use rustls::client::ClientSessionMemoryCache;
use rustls::client::ClientSessionStore;
use rustls::client::ResolvesClientCert;
use rustls::client::Resumption;
use rustls::client::Tls12ClientSessionValue;
use rustls::client::Tls13ClientSessionValue;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::danger::ServerCertVerified;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;
use rustls::sign::CertifiedKey;

use crate::transport::tests::Node;
use crate::transport::tls;

/// A client whose every part can be bent.
pub(super) struct Forged {
    pub(super) provider: CryptoProvider,
    pub(super) alpn: Vec<Vec<u8>>,
    /// What is shown as the client's key; `None` shows nothing.
    pub(super) shown: Option<Vec<Vec<u8>>>,
    pub(super) sessions: Arc<CountedSessions>,
}

impl Forged {
    /// A client with nothing bent yet: it shows the node's true key.
    pub(super) fn of(node: &Node) -> Self {
        Self {
            provider: aws_lc_rs::default_provider(),
            alpn: vec![tls::ALPN.to_vec()],
            shown: Some(vec![spki(node.key.public().as_bytes())]),
            sessions: Arc::new(CountedSessions::default()),
        }
    }

    /// Connects the node's socket to the other one, with the bent client.
    pub(super) async fn connect(
        &self,
        from: &Node,
        to: &Node,
    ) -> Result<quinn::Connection, quinn::ConnectionError> {
        self.connecting(from, to).await
    }

    pub(super) fn connecting(&self, from: &Node, to: &Node) -> quinn::Connecting {
        let resolver: Arc<dyn ResolvesClientCert> = match &self.shown {
            Some(keys) => {
                let keys = keys.iter().map(|key| CertificateDer::from(key.clone())).collect();
                let signer = Arc::new(ForgedKey(Arc::clone(&from.key)));
                Arc::new(AlwaysResolvesClientRawPublicKeys::new(Arc::new(CertifiedKey::new(
                    keys, signer,
                ))))
            }
            None => Arc::new(Nothing),
        };
        let mut config =
            rustls::ClientConfig::builder_with_provider(Arc::new(self.provider.clone()))
                .with_protocol_versions(&[&rustls::version::TLS13])
                .expect("TLS 1.3")
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Credulous))
                .with_client_cert_resolver(resolver);
        config.alpn_protocols = self.alpn.clone();
        config.enable_early_data = true;
        config.resumption =
            Resumption::store(Arc::clone(&self.sessions) as Arc<dyn ClientSessionStore>);
        let initial = aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256.tls13().expect("TLS 1.3");
        let initial = initial.quic_suite().expect("a suite for QUIC");
        let crypto =
            QuicClientConfig::with_initial(Arc::new(config), initial).expect("the initial suite");
        let config = quinn::ClientConfig::new(Arc::new(crypto));
        let address = to.endpoint.local_address().expect("an address");
        from.endpoint
            .shared
            .quinn
            .connect_with(config, address, "concord.invalid")
            .expect("a connection begins")
    }
}

/// A raw public key as TLS carries it.
pub(super) fn spki(key: &[u8]) -> Vec<u8> {
    [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00], key].concat()
}

/// Session tickets that were given to the client.
#[derive(Debug)]
pub(super) struct CountedSessions {
    pub(super) tickets: Mutex<usize>,
    store: ClientSessionMemoryCache,
}

impl Default for CountedSessions {
    fn default() -> Self {
        Self { tickets: Mutex::new(0), store: ClientSessionMemoryCache::new(8) }
    }
}

impl ClientSessionStore for CountedSessions {
    fn set_kx_hint(&self, name: ServerName<'static>, group: NamedGroup) {
        self.store.set_kx_hint(name, group);
    }

    fn kx_hint(&self, name: &ServerName<'_>) -> Option<NamedGroup> {
        self.store.kx_hint(name)
    }

    fn set_tls12_session(&self, name: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.store.set_tls12_session(name, value);
    }

    fn tls12_session(&self, name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.store.tls12_session(name)
    }

    fn remove_tls12_session(&self, name: &ServerName<'static>) {
        self.store.remove_tls12_session(name);
    }

    fn insert_tls13_ticket(&self, name: ServerName<'static>, value: Tls13ClientSessionValue) {
        *self.tickets.lock().expect("unpoisoned") += 1;
        self.store.insert_tls13_ticket(name, value);
    }

    fn take_tls13_ticket(&self, name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.store.take_tls13_ticket(name)
    }
}

/// Signs with the node's true key, whatever key is shown.
#[derive(Clone)]
struct ForgedKey(Arc<SigningKey>);

impl fmt::Debug for ForgedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForgedKey")
    }
}

impl rustls::sign::SigningKey for ForgedKey {
    fn choose_scheme(&self, _: &[SignatureScheme]) -> Option<Box<dyn rustls::sign::Signer>> {
        Some(Box::new(self.clone()))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ED25519
    }
}

impl rustls::sign::Signer for ForgedKey {
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
        _: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
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
