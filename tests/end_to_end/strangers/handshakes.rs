//! Handshakes in which one thing is bent.

use concord_protocol::registry::CloseCode;
use harness::stranger::End;
use harness::stranger::manner::Manner;
use harness::stranger::manner::QUIC_DRAFT_32;
use rustls::crypto::aws_lc_rs;

use crate::strangers::Attack;
use crate::strangers::HONEST;
use crate::strangers::Outcome;
use crate::strangers::Scene;
use crate::strangers::closed;
use crate::strangers::wire_ends;

/// Alerts of TLS. Source: RFC 8446 section 6, RFC 7301 section 3.2.
const HANDSHAKE_FAILURE: Outcome = Outcome::Ended(End::Alert(40));
const ACCESS_DENIED: Outcome = Outcome::Ended(End::Alert(49));
const CERTIFICATE_REQUIRED: Outcome = Outcome::Ended(End::Alert(116));
const NO_APPLICATION_PROTOCOL: Outcome = Outcome::Ended(End::Alert(120));
const NO_SUCH_VERSION: Outcome = Outcome::Ended(End::NoSuchVersion);

pub(super) const ATTACKS: [Attack; 12] = [
    Attack {
        name: "no application protocol",
        run: |scene| tries(scene, |manner| manner.protocols.clear()),
        end: NO_APPLICATION_PROTOCOL,
    },
    Attack {
        name: "the application protocol of the web",
        run: |scene| tries(scene, |manner| manner.protocols = vec![b"h3".to_vec()]),
        end: NO_APPLICATION_PROTOCOL,
    },
    Attack {
        name: "a later version of the application protocol",
        run: |scene| tries(scene, |manner| manner.protocols = vec![b"concord/2".to_vec()]),
        end: NO_APPLICATION_PROTOCOL,
    },
    Attack {
        name: "many application protocols, the right one last",
        run: |scene| {
            tries(scene, |manner| {
                let many = (0..200).map(|number| format!("concord/1.{number}").into_bytes());
                manner.protocols = many.chain([b"concord/1".to_vec()]).collect();
            })
        },
        // It is the right one, and the key is nobody's.
        end: closed(CloseCode::UnknownKey),
    },
    Attack {
        name: "a key exchange that a quantum computer breaks",
        run: |scene| {
            tries(scene, |manner| manner.provider.kx_groups = vec![aws_lc_rs::kx_group::X25519])
        },
        end: HANDSHAKE_FAILURE,
    },
    Attack {
        name: "the curve P-256",
        run: |scene| {
            tries(scene, |manner| manner.provider.kx_groups = vec![aws_lc_rs::kx_group::SECP256R1])
        },
        end: HANDSHAKE_FAILURE,
    },
    Attack {
        name: "a cipher of 128 bits",
        run: |scene| {
            tries(scene, |manner| {
                let weak = aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256;
                manner.provider.cipher_suites = vec![weak];
            })
        },
        end: HANDSHAKE_FAILURE,
    },
    Attack {
        name: "a draft of QUIC",
        run: |scene| tries(scene, |manner| manner.version = QUIC_DRAFT_32),
        end: NO_SUCH_VERSION,
    },
    Attack {
        name: "no key",
        run: |scene| tries(scene, |manner| manner.shown = None),
        end: CERTIFICATE_REQUIRED,
    },
    Attack {
        name: "the key of a member, without owning it",
        run: |scene| {
            let stolen = *scene.world.agencies[HONEST].keys.transport.public().as_bytes();
            tries(scene, |manner| manner.shown = Some(stolen))
        },
        end: ACCESS_DENIED,
    },
    Attack {
        name: "a key of small order, under which anything is signed",
        run: |scene| {
            let mut identity = [0; 32];
            identity[0] = 1;
            tries(scene, |manner| manner.shown = Some(identity))
        },
        end: ACCESS_DENIED,
    },
    Attack {
        name: "a key that is no point",
        run: |scene| tries(scene, |manner| manner.shown = Some([0xff; 32])),
        end: ACCESS_DENIED,
    },
];

/// The client's half of the handshake ends first; the refusal follows.
fn tries(scene: &Scene<'_>, bend: impl FnOnce(&mut Manner)) -> Outcome {
    let mut manner = Manner::of_nobody();
    bend(&mut manner);
    match scene.stranger.connect(scene.address(), &manner) {
        Ok(mut wire) => {
            wire.finish();
            wire_ends(&mut wire)
        }
        Err(end) => Outcome::Ended(end),
    }
}
