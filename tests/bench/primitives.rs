//! What one exchange needs of the primitives, at the least: one body of 2 KiB for one recipient.

use std::hint::black_box;

use concord_node::clock::Stopwatch;
use concord_node::provider::FastKem;
use concord_node::provider::FastSealingKey;
use concord_protocol::crypto::cose::encrypt;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::crypto::suite::Suite;

/// Bytes of a body.
pub(crate) const BODY_BYTES: usize = 2 * 1024;

/// Microseconds of one core for each part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    sign: f64,
    verify: f64,
    seal: f64,
    open: f64,
    hash: f64,
}

impl Parts {
    /// Signature and verification of the message; sealing and opening its body, AEAD included; hashing it on both sides.
    ///
    /// What a batch shares (dispatch, checkpoints) is left out: with many in flight its share goes to nothing.
    pub(crate) fn exchange_micros(self) -> f64 {
        self.named().iter().map(|(_, micros)| micros).sum()
    }

    /// Each part with its name.
    pub(crate) fn named(self) -> [(&'static str, f64); 5] {
        [
            ("sign the message (Ed25519)", self.sign),
            ("verify it, strictly", self.verify),
            ("seal 2 KiB (X-Wing, AES-256-GCM)", self.seal),
            ("open 2 KiB", self.open),
            ("hash it on both sides (SHA-256)", self.hash),
        ]
    }
}

pub(crate) fn measure(times: u32) -> Parts {
    let key = SigningKey::from_seed(&[1; 32]);
    let header = [7_u8; 700];
    let body = [8_u8; BODY_BYTES];
    let sealing = FastSealingKey::from_seed(&[2; 32]).unwrap();
    let to = [sealing.public().clone()];
    let signature = key.sign(&header).unwrap();
    let sealed =
        encrypt::encrypt(Suite::One, &FastKem, &to, b"bound", &body, &[3; 32]).unwrap().bytes;
    Parts {
        sign: micros(times, || {
            black_box(key.sign(black_box(&header)).unwrap());
        }),
        verify: micros(times, || key.public().verify(black_box(&header), &signature).unwrap()),
        seal: micros(times, || {
            drop(black_box(encrypt::encrypt(Suite::One, &FastKem, &to, b"bound", &body, &[3; 32])))
        }),
        open: micros(times, || {
            drop(black_box(encrypt::decrypt(&sealing, &sealed, b"bound").unwrap()))
        }),
        hash: micros(times, || {
            for _ in 0..2 {
                black_box(digest::sha256(black_box(&header)));
                black_box(digest::sha256(black_box(&sealed)));
            }
        }),
    }
}

fn micros(times: u32, mut once: impl FnMut()) -> f64 {
    for _ in 0..times / 10 {
        once();
    }
    let watch = Stopwatch::start();
    for _ in 0..times {
        once();
    }
    watch.elapsed().as_secs_f64() * 1e6 / f64::from(times)
}
