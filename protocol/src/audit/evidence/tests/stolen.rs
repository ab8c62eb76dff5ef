//! What a root that was replaced, and stolen, can still be made to say.

use alloc::vec::Vec;

use crate::audit::evidence::Accusation;
use crate::audit::evidence::EvidenceFlaw;
use crate::audit::evidence::judge;
use crate::audit::evidence::make;
use crate::audit::evidence::make::Log;
use crate::audit::evidence::make::Shown;
use crate::audit::evidence::tests::liar;
use crate::envelope::fixtures::SENDER;
use crate::identity::charter::chain::Chain;
use crate::identity::credential;
use crate::identity::directory::Directory;
use crate::identity::fixtures;
use crate::identity::root::RootKey;
use crate::ids::AgencyId;
use crate::ids::LogNumber;

#[test]
fn a_credential_that_nobody_held_accuses_nobody_where_its_root_was_replaced() {
    // shows: evd-28
    let (chain, new) = fixtures::root_replaced();
    let old = fixtures::root(SENDER);
    let node = knowing(&chain, &[(1, &old), (3, &new)]);

    // Of serial 2 nobody ever heard but the thief.
    let invented = fork(&chain, (2, &old));
    assert!(judge::verify(invented.bytes(), None).is_ok(), "by itself the file holds");
    let refused = judge::verify_for(invented.bytes(), &node).unwrap_err();
    assert!(matches!(refused, EvidenceFlaw::Credential(_)), "{refused}");

    let held = fork(&chain, (1, &old));
    assert_eq!(judge::verify_for(held.bytes(), &node).unwrap(), held, "what is held accuses");
    let fresh = fork(&chain, (4, &new));
    assert_eq!(judge::verify_for(fresh.bytes(), &node).unwrap(), fresh, "and what could be");
}

#[test]
fn a_person_reads_that_a_root_was_replaced_since() {
    // shows: evd-28
    let (chain, new) = fixtures::root_replaced();

    let old = fork(&chain, (2, &fixtures::root(SENDER)));
    let now = fork(&chain, (3, &new));

    let of: Vec<&AgencyId> = old.outdated().iter().collect();
    assert_eq!(of, [&fixtures::agency(SENDER)]);
    assert!(old.limits()[2].contains("a root of la.mps that was replaced since"));
    assert!(now.outdated().is_empty());
    assert_eq!(now.limits().len(), 2);
}

/// What somebody knows who took these credentials of the accused.
fn knowing(chain: &Chain, credentials: &[(u64, &RootKey)]) -> Directory {
    let mut directory = Directory::under(chain.clone());
    for (serial, root) in credentials {
        let bytes = credential::sign(&fixtures::credential(SENDER, *serial), root).unwrap();
        directory.admit(directory.verify_ever(&bytes).unwrap()).unwrap();
    }
    directory
}

/// Two checkpoints of one size, signed by the log key of one credential.
fn fork(chain: &Chain, (serial, root): (u64, &RootKey)) -> Accusation {
    let directory = knowing(chain, &[(serial, root)]);
    let (truth, lie) = liar::branches(3, 9);
    let (held, note) = (truth.note_under(serial, 9), lie.note_under(serial, 9));
    let owner = fixtures::agency(SENDER);
    let log = Log { directory: &directory, owner: &owner, number: LogNumber::new(1) };
    make::log_fork(&log, &held, &Shown { note: &note, path: &[], seen: &[] }).unwrap()
}
