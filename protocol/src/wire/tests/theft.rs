//! What a thief of one key can do: what that key is for, in the name of its agency, and nothing else.

use alloc::string::String;

use crate::codec;
use crate::crypto::cose;
use crate::crypto::cose::ContentType;
use crate::crypto::digest;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::envelope::fixtures as letters;
use crate::envelope::fixtures::CREATED;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::envelope::fixtures::TOLERANCE;
use crate::envelope::open;
use crate::envelope::open::Received;
use crate::identity;
use crate::identity::credential;
use crate::identity::fixtures as members;
use crate::identity::notice;
use crate::identity::revocation;
use crate::identity::root::RootKey;
use crate::ids::AgencyId;
use crate::ids::LogNumber;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::cosignature;
use crate::log::cosignature::CosignerKey;
use crate::log::cosignature::Seconds;
use crate::log::succession;
use crate::log::succession::fixtures as successions;
use crate::wire::dispatch;
use crate::wire::tests::dispatch_of;

/// The roles of a credential, as its keys are made.
const ROLES: [&str; 5] = ["signing", "sealing", "log", "witness", "transport"];

/// What an agency does with a key: whether members accept it as that agency's, from whoever has these 32 bytes.
type Act = fn(&AgencyId, &[u8; 32]) -> bool;

/// Everything that is signed in an agency's name, and the role whose key signs it; none for what only a root signs.
const ACTS: [(&str, Option<&str>, Act); 9] = [
    ("connects", Some("transport"), connects),
    ("sends a message", Some("signing"), sends_a_message),
    ("dispatches", Some("signing"), dispatches),
    ("changes its addresses", Some("signing"), changes_its_addresses),
    ("signs a checkpoint", Some("log"), signs_a_checkpoint),
    ("cosigns", Some("witness"), cosigns),
    ("approves a succession", Some("witness"), approves_a_succession),
    ("gets a credential", None, gets_a_credential),
    ("ends a credential", None, ends_a_credential),
];

#[test]
fn whoever_holds_one_key_speaks_in_no_other_role_and_for_nobody_else() {
    // shows: promise-4, id-23
    let (robbed, other) = (members::agency(RECEIVER), members::agency(THIRD));
    for role in ROLES {
        let stolen = members::seed(RECEIVER, role, 1);
        for (what, needs, act) in ACTS {
            let accepted = act(&robbed, &stolen);
            assert_eq!(accepted, needs == Some(role), "{what} with the {role} key");
            assert!(!act(&other, &stolen), "{what} for another with the {role} key");
        }
    }
}

#[test]
fn a_sealing_key_opens_what_is_sealed_to_its_agency_and_nothing_else() {
    // shows: promise-3, id-23
    let key = members::sealing_key(RECEIVER, 1);
    for (to, opens) in [(RECEIVER, true), (THIRD, false)] {
        let signed = letters::signed(letters::draft(&[to]));
        let opened = open::open_kept(signed.header(), signed.sealed(), &key);
        assert_eq!(opened.is_ok(), opens, "sealed to {to}");
    }
}

fn connects(of: &AgencyId, key: &[u8; 32]) -> bool {
    let public = SigningKey::from_seed(key).public();
    letters::directory().may_connect((of, &public), CREATED, TOLERANCE).is_ok()
}

fn sends_a_message(of: &AgencyId, key: &[u8; 32]) -> bool {
    let mut header = letters::signed(letters::draft(&[RECEIVER])).header().clone();
    header.from.agency = of.clone();
    header.to[0].agency = members::agency(SENDER);
    let encoded = codec::encode(&header).unwrap();
    let message = cose::sign1(&SigningKey::from_seed(key), ContentType::Message, &encoded).unwrap();
    let (directory, me) = (letters::directory(), members::agency(SENDER));
    open::verify(Received::new(message, None), &directory, of, &me, CREATED, TOLERANCE).is_ok()
}

fn dispatches(of: &AgencyId, key: &[u8; 32]) -> bool {
    let mut said = dispatch_of(&[letters::signed(letters::draft(&[RECEIVER]))]);
    (said.from, said.to) = (of.clone(), members::agency(SENDER));
    let bytes = dispatch::sign(&said, &SigningKey::from_seed(key)).unwrap();
    dispatch::verify(&bytes, &letters::directory(), of, &members::agency(SENDER)).is_ok()
}

fn changes_its_addresses(of: &AgencyId, key: &[u8; 32]) -> bool {
    let said = members::notice(of.as_str(), 1, 1);
    let bytes = notice::sign(&said, &SigningKey::from_seed(key)).unwrap();
    letters::directory().notice(&bytes).is_ok()
}

fn signs_a_checkpoint(of: &AgencyId, key: &[u8; 32]) -> bool {
    let directory = letters::directory();
    let origin = directory.origin(of, LogNumber::new(1));
    let (size, root) = (TreeSize::new(1), digest::sha256(b"a root"));
    let head = Checkpoint { origin: origin.clone(), size, root };
    let note = checkpoint::sign(&head, &SigningKey::from_seed(key)).unwrap();
    let keys = directory.log_keys(of, LogNumber::new(1));
    checkpoint::verify_by(&note, &origin, &keys).is_ok()
}

fn cosigns(of: &AgencyId, key: &[u8; 32]) -> bool {
    let directory = letters::directory();
    let name = identity::witness_name(directory.charter().name(), of);
    let text = String::from("concord/mekong/la.mps/log1\n1\nroot\n");
    let at = Seconds::new(1_800_000_000).unwrap();
    let line = cosignature::cosign(&text, at, &name, &SigningKey::from_seed(key)).unwrap();
    let known = directory.newest(of).unwrap().credential().witness;
    cosignature::verify(&text, &line, &CosignerKey::new(&name, known).unwrap()).is_ok()
}

fn approves_a_succession(of: &AgencyId, key: &[u8; 32]) -> bool {
    let directory = successions::directory();
    let statement = successions::signed(&successions::statement());
    let verified = succession::verify_statement(&statement, &directory).unwrap();
    let said = successions::approval(&statement, of.as_str());
    let approval = succession::sign_approval(&said, &SigningKey::from_seed(key)).unwrap();
    succession::verify_approval(&approval, &verified, &directory).is_ok()
}

fn gets_a_credential(of: &AgencyId, key: &[u8; 32]) -> bool {
    let asked = members::credential(of.as_str(), 2);
    let bytes = credential::sign(&asked, &RootKey::from_seed(key)).unwrap();
    letters::directory().verify(&bytes).is_ok()
}

fn ends_a_credential(of: &AgencyId, key: &[u8; 32]) -> bool {
    let said = members::revocation(of.as_str(), 1, 1);
    let bytes = revocation::sign(&said, &RootKey::from_seed(key)).unwrap();
    letters::directory().verify_revocation(&bytes).is_ok()
}
