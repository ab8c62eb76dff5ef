//! What a witness signs, and what it does not.

use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::engine::effects::CosignAction;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::log::cosignature;
use concord_protocol::log::cosignature::CosignerKey;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::wire::witness::WitnessRefusal;
use concord_protocol::wire::witness::Witnessed;

use crate::host::witness::Witness;
use crate::store::witness::WitnessFile;

const ORIGIN: &str = "concord/heron/th.rtp/log1";
const NAME: &str = "concord/heron/la.mps/witness";

#[test]
fn a_cosignature_is_of_this_text_and_time_and_is_written_down() {
    // shows: wit-10, wire-41
    let place = Place::new("witness-signs");
    let mut witness = place.witness();
    let request = request(7, "one");

    let answers = witness.cosign(&[&request], at(70));

    let [Witnessed::Cosigned { size, line }] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(*size, TreeSize::new(7));
    let key = CosignerKey::new(NAME, SigningKey::from_seed(&[2; 32]).public()).unwrap();
    assert_eq!(cosignature::verify(&request.checkpoint.text(), line, &key).unwrap(), at(70));
    let kept = place.witness();
    assert_eq!(kept.file.last(ORIGIN).unwrap().size, TreeSize::new(7));
}

#[test]
fn a_crash_between_writing_and_answering_costs_one_more_question() {
    // shows: wit-10
    let place = Place::new("witness-crash");
    place.witness().cosign(&[&request(7, "one")], at(70));

    // The answer never left; the owner asks again.
    let answers = place.witness().cosign(&[&request(7, "one")], at(71));

    assert!(matches!(answers[..], [Witnessed::Cosigned { .. }]));
}

#[test]
fn time_never_goes_back() {
    // shows: wit-11, wire-41
    let place = Place::new("witness-clock");
    let mut witness = place.witness();
    witness.cosign(&[&request(7, "one")], at(70));

    let refused = Witnessed::Refused { code: WitnessRefusal::Clock };
    assert_eq!(witness.cosign(&[&request(9, "one")], at(69)), std::slice::from_ref(&refused));
    assert_eq!(place.witness().cosign(&[&request(9, "one")], at(69)), [refused]);
    assert!(matches!(
        witness.cosign(&[&request(9, "one")], at(70))[..],
        [Witnessed::Cosigned { .. }]
    ));
}

#[test]
fn a_journal_that_was_rolled_back_does_not_make_it_cosign_less_or_other() {
    // shows: wit-1, wit-12
    let place = Place::new("witness-rollback");
    place.witness().cosign(&[&request(7, "one")], at(70));

    for other in [request(6, "one"), request(7, "two")] {
        let answers = place.witness().cosign(&[&other], at(80));
        assert_eq!(answers, [Witnessed::Refused { code: WitnessRefusal::Unable }]);
    }
}

#[test]
fn within_one_batch_the_order_counts_too() {
    // shows: wit-1
    let place = Place::new("witness-batch");
    let (first, second, third) = (request(7, "one"), request(7, "two"), request(8, "one"));

    let answers = place.witness().cosign(&[&first, &second, &third], at(70));

    assert!(matches!(
        answers[..],
        [
            Witnessed::Cosigned { .. },
            Witnessed::Refused { code: WitnessRefusal::Unable },
            Witnessed::Cosigned { .. }
        ]
    ));
}

#[test]
fn what_cannot_be_written_down_is_not_cosigned() {
    // shows: wit-10
    let place = Place::new("witness-no-disk");
    let mut witness = place.witness();
    std::fs::remove_dir_all(place.0.join("state")).unwrap();

    let answers = witness.cosign(&[&request(7, "one")], at(70));

    assert_eq!(answers, [Witnessed::Refused { code: WitnessRefusal::Unable }]);
}

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("concord-{name}-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("state")).unwrap();
        Self(dir)
    }

    /// The witness as it starts.
    fn witness(&self) -> Witness {
        let agency = AgencyId::parse("la.mps").unwrap();
        let (file, _) = WitnessFile::open(&self.0, &agency).unwrap();
        let key = Arc::new(SigningKey::from_seed(&[2; 32]));
        Witness { file, key, name: NAME.to_owned() }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn at(seconds: u64) -> Seconds {
    Seconds::new(seconds).unwrap()
}

fn request(size: u64, history: &str) -> CosignAction {
    CosignAction { peer: AgencyId::parse("th.rtp").unwrap(), checkpoint: signed(size, history) }
}

fn signed(size: u64, history: &str) -> SignedCheckpoint {
    let owner = SigningKey::from_seed(&[1; 32]);
    let root = digest::sha256(format!("{history} {size}").as_bytes());
    let head = Checkpoint { origin: ORIGIN.to_owned(), size: TreeSize::new(size), root };
    let note = checkpoint::sign(&head, &owner).unwrap();
    checkpoint::verify(&note, ORIGIN, &owner.public()).unwrap()
}
