//! Suites: nothing is negotiated, and nothing leads back to one that the charter does not list.

use alloc::vec;

use crate::crypto::cose::encrypt::Encrypt;
use crate::crypto::kem::PureKem;
use crate::crypto::suite::Suite;
use crate::envelope::fixtures;
use crate::envelope::fixtures::CREATED;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::TOLERANCE;
use crate::envelope::open;
use crate::envelope::open::Received;
use crate::envelope::open::Verified;
use crate::envelope::open::VerifyError;
use crate::envelope::seal;
use crate::envelope::seal::Recipients;
use crate::identity::charter;
use crate::identity::charter::Charter;
use crate::identity::charter::Profiles;
use crate::identity::directory::Directory;
use crate::identity::fixtures as members;
use crate::registry::RefusalCode;

// shows: env-31
#[test]
fn whoever_seals_takes_the_highest_suite_that_the_charter_lists() {
    for (suites, expected) in
        [(vec![1], Suite::One), (vec![1, 2], Suite::Two), (vec![2], Suite::Two)]
    {
        let directory = listing(&suites);
        let verified = judged(&directory, &directory).expect("listed");
        let sealed = Encrypt::parse(verified.sealed().expect("whole")).expect("ours");
        assert_eq!(sealed.suite(), expected, "{suites:?}");
        assert!(open::open(&verified, &members::sealing_key(RECEIVER, 1)).is_ok());
    }
}

// shows: env-32
#[test]
fn a_body_of_a_suite_that_the_charter_does_not_list_is_refused() {
    let (first, both, second) = (listing(&[1]), listing(&[1, 2]), listing(&[2]));
    // What was sealed before the second suite came is taken while the first one is listed, and not after.
    assert!(judged(&first, &both).is_ok());
    let refused = judged(&first, &second).expect_err("listed no longer");
    assert_eq!(refused, VerifyError::UnlistedSuite { suite: Suite::One });
    assert_eq!(refused.code(), RefusalCode::UnlistedSuite);
    let early = judged(&second, &first).expect_err("not listed yet");
    assert_eq!(early, VerifyError::UnlistedSuite { suite: Suite::Two });
}

// shows: env-32, env-14
#[test]
fn nobody_on_the_way_makes_a_body_one_of_another_suite() {
    let both = listing(&[1, 2]);
    let verified = judged(&both, &both).expect("listed");
    let mut bent = verified.sealed().expect("whole").to_vec();
    let at = bent.windows(4).position(|four| four == [0xa1, 0x01, 0x18, 0x18]).expect("suite 2");
    // `{1: 24}` becomes `{1: 3}`, of one byte less: the string around it too.
    bent[at - 1] -= 1;
    bent.splice(at..at + 4, [0xa1, 0x01, 0x03]);
    assert_eq!(Encrypt::parse(&bent).expect("well formed").suite(), Suite::One);

    let received = Received::new(verified.message().to_vec(), Some(bent.clone()));
    let (from, me) = (members::agency(SENDER), members::agency(RECEIVER));
    let refused = open::verify(received, &both, &from, &me, CREATED, TOLERANCE);
    assert_eq!(refused.expect_err("bent"), VerifyError::BodyMismatch);
    let key = members::sealing_key(RECEIVER, 1);
    let opened = open::open_kept(verified.header(), &bent, &key);
    assert_eq!(opened.expect_err("bent").code(), RefusalCode::Unopenable);
}

/// A directory of the same members under a charter that lists these suites.
fn listing(suites: &[u16]) -> Directory {
    let profiles = Profiles { suites: suites.to_vec(), ..members::charter().profiles };
    let charter = Charter { profiles, ..members::charter() };
    let bytes = members::signed_at_once(charter, &members::AGENCIES);
    let mut directory = Directory::new(charter::verify(&bytes, None).expect("a charter"));
    for agency in members::AGENCIES {
        directory.admit(members::verified_credential(agency, 1)).expect("the first");
    }
    directory
}

/// A message as a member of this charter seals it, judged by a member of that one.
fn judged(sealed_under: &Directory, judged_under: &Directory) -> Result<Verified, VerifyError> {
    let (from, me) = (members::agency(SENDER), members::agency(RECEIVER));
    open::verify(sent(sealed_under), judged_under, &from, &me, CREATED, TOLERANCE)
}

/// A message as it arrives that was sealed under this charter.
fn sent(under: &Directory) -> Received {
    let draft = fixtures::draft(&[RECEIVER]);
    let keys = Recipients::find(&draft.to, under, draft.created).expect("known");
    let sealed = seal::seal(draft, &keys, &PureKem, &[5; 32]).expect("sealed");
    let signed = seal::sign(sealed, &members::signing_key(SENDER, "signing", 1)).expect("signed");
    fixtures::received(&signed)
}
