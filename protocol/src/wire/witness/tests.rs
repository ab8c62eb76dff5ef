//! Requests, cosignatures and lifts: what is believed, what is refused, and what is evidence.

mod fork;

use alloc::vec;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::signature::Signer;
use crate::envelope::fixtures as letters;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::identity;
use crate::identity::credential;
use crate::identity::credential::Credential;
use crate::identity::directory::Directory;
use crate::identity::directory::LogKey;
use crate::identity::fixtures as members;
use crate::identity::revocation;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::cosignature;
use crate::log::cosignature::Seconds;
use crate::log::hash;
use crate::log::note;
use crate::log::proof;
use crate::log::tile::FullTiles;
use crate::log::tile::MissingTile;
use crate::log::tile::TileId;
use crate::log::tree::Tree;
use crate::wire::receipt::Held;
use crate::wire::witness::Lift;
use crate::wire::witness::LiftError;
use crate::wire::witness::Misfit;
use crate::wire::witness::Objection;
use crate::wire::witness::Subject;
use crate::wire::witness::WitnessRefusal;
use crate::wire::witness::WitnessRequest;
use crate::wire::witness::Witnesses;
use crate::wire::witness::cosigned;
use crate::wire::witness::judge;
use crate::wire::witness::lifted;

/// The owner whose log is witnessed.
const OWNER: &str = SENDER;

#[test]
fn a_log_is_enrolled_at_size_0_and_grows_from_what_is_held() {
    // shows: wire-40, wire-44, wit-1
    let log = Log::of(&["a", "b", "c", "d", "e"]);

    let first = judged(&log.request(0, 3), None).unwrap();
    assert_eq!(first.checkpoint().checkpoint().size, TreeSize::new(3));
    assert_eq!(first.held(), None);
    for size in [3, 5] {
        let next = judged(&log.request(3, size), Some(log.held(3))).unwrap();
        assert_eq!(next.checkpoint().checkpoint().root, log.root(size));
    }
}

#[test]
fn what_is_wrong_is_refused_in_the_order_of_the_protocol() {
    // shows: wire-42, wire-44
    let log = Log::of(&["a", "b", "c", "d", "e"]);
    let held = Some(log.held(3));
    let honest = || log.request(3, 5);
    let foreign = ByteBuf::from(log.note_by(5, RECEIVER));
    let mut long = honest().checkpoint.into_vec();
    long.extend_from_slice(&[b'x'; 1024]);
    let mut surplus = honest();
    surplus.consistency.push(digest::sha256(b"surplus"));
    let cases = [
        (WitnessRequest { checkpoint: foreign, ..log.request(9, 5) }, WitnessRefusal::Signature),
        (WitnessRequest { checkpoint: ByteBuf::from(long), ..honest() }, WitnessRefusal::Signature),
        (WitnessRequest { old: TreeSize::new(6), ..honest() }, WitnessRefusal::Sizes),
        (surplus, WitnessRefusal::Inconsistent),
        (
            WitnessRequest { old_root: digest::sha256(b"x"), ..honest() },
            WitnessRefusal::Inconsistent,
        ),
    ];

    for (request, code) in cases {
        assert_eq!(judged(&request, held).unwrap_err(), Objection::Refused(code));
    }
    for (old_root, consistency) in
        [(digest::sha256(b"x"), Vec::new()), (hash::EMPTY_ROOT, vec![digest::sha256(b"x")])]
    {
        let request = WitnessRequest { old_root, consistency, ..log.request(0, 5) };
        let refused = Objection::Refused(WitnessRefusal::Inconsistent);
        assert_eq!(judged(&request, None).unwrap_err(), refused);
    }
    let empty = Log::of(&[]);
    assert_eq!(
        judged(&empty.request(0, 0), None).unwrap_err(),
        Objection::Refused(WitnessRefusal::Sizes)
    );
}

#[test]
fn another_old_size_than_the_one_held_is_a_conflict() {
    // shows: wire-44
    let log = Log::of(&["a", "b", "c", "d", "e"]);

    assert_eq!(judged(&log.request(2, 5), Some(log.held(3))).unwrap_err(), Objection::Conflict);
    assert_eq!(judged(&log.request(2, 5), None).unwrap_err(), Objection::Conflict);
    assert_eq!(judged(&log.request(0, 2), Some(log.held(3))).unwrap_err(), Objection::Conflict);
}

#[test]
fn a_second_history_is_evidence_and_no_mere_refusal() {
    // shows: wire-44, wit-9
    let log = Log::of(&["a", "b", "c", "d", "e"]);
    let fork = Log::of(&["a", "b", "x", "d", "e"]);
    let held = Some(log.held(3));

    let same_size = judged(&fork.request(2, 3), held).unwrap_err();
    let Objection::Misfit(misfit) = same_size else { panic!("{same_size:?}") };
    assert!(matches!(*misfit, Misfit::Root { .. }), "{misfit:?}");

    let Objection::Misfit(misfit) = judged(&fork.request(3, 5), held).unwrap_err() else {
        panic!("the other tree has another beginning");
    };
    let Misfit::Beginning { shown, old_root, path } = *misfit else {
        panic!("the other tree has another beginning");
    };
    assert_ne!(old_root, log.root(3));
    let new = shown.checkpoint();
    proof::verify_consistency(TreeSize::new(3), &old_root, new.size, &new.root, &path).unwrap();
}

#[test]
fn a_cosignature_counts_when_it_is_a_members_own_over_this_text() {
    // shows: wire-45, wit-4
    let log = Log::of(&["a", "b", "c"]);
    let directory = letters::directory();
    let own = || log.checkpoint(3);
    let (witness, line) = (members::agency(RECEIVER), log.line(3, RECEIVER, 70));

    let verified = cosigned(own(), (&witness, &line), &directory).unwrap();

    assert_eq!((verified.witness(), verified.at().get()), (&witness, 70));
    let third = members::agency(THIRD);
    assert!(cosigned(own(), (&third, &line), &directory).is_err(), "another member's line");
    assert!(cosigned(log.checkpoint(2), (&witness, &line), &directory).is_err(), "another text");
    assert!(cosigned(own(), (&witness, b"no line\n"), &directory).is_err());
    let mut bent = line;
    bent[60] ^= 1;
    assert!(cosigned(own(), (&witness, &bent), &directory).is_err());
}

#[test]
fn a_lift_leads_forward_or_back_and_needs_the_quorum() {
    // shows: wire-43, wire-46, wit-7
    let log = Log::of(&["a", "b", "c", "d", "e"]);

    for (held, size) in [(2, 5), (5, 5), (5, 2)] {
        let lift = log.lift(held, size, &[RECEIVER, THIRD]);
        let lifted = believed(&lift, Some(log.held(held))).unwrap();
        assert_eq!(lifted.cosigners().len(), 2);
    }
    assert!(believed(&log.lift(0, 5, &[RECEIVER, THIRD]), None).is_ok());

    let one = believed(&log.lift(2, 5, &[RECEIVER]), Some(log.held(2)));
    assert!(matches!(one.unwrap_err(), LiftError::NoQuorum { found: 1, quorum: 2, .. }));
    let base = believed(&log.lift(2, 5, &[RECEIVER, THIRD]), Some(log.held(3)));
    assert_eq!(base.unwrap_err(), LiftError::WrongBase);
    let fork = Log::of(&["a", "b", "x", "d", "e"]);
    let grown = believed(&fork.lift(3, 5, &[RECEIVER, THIRD]), Some(log.held(3)));
    assert_eq!(grown.unwrap_err(), LiftError::Inconsistent);
    let other = believed(&fork.lift(3, 3, &[RECEIVER, THIRD]), Some(log.held(3)));
    let LiftError::Misfit(misfit) = other.unwrap_err() else { panic!("it is a misfit") };
    assert!(matches!(*misfit, Misfit::Root { .. }));
}

#[test]
fn the_owner_never_counts_and_a_member_counts_once() {
    // shows: wit-3
    let log = Log::of(&["a", "b", "c"]);
    let held = Some(log.held(3));

    let with_owner = believed(&log.lift(3, 3, &[RECEIVER, OWNER]), held);
    assert!(matches!(with_owner.unwrap_err(), LiftError::NoQuorum { found: 1, quorum: 2, .. }));

    // The same member under two keys of its own, both known.
    let mut directory = letters::directory();
    directory.admit(members::verified_credential(RECEIVER, 2)).unwrap();
    let second = log.line_with(3, RECEIVER, (70, 2));
    let mut lift = log.lift(3, 3, &[RECEIVER]);
    lift.note.extend_from_slice(&second);
    let witnesses = Witnesses::of(&directory, &members::agency(OWNER));
    let twice = with_subject(held, |subject| lifted(&lift, &subject, &witnesses));
    assert!(matches!(twice.unwrap_err(), LiftError::NoQuorum { found: 1, quorum: 2, .. }));
}

#[test]
fn a_line_that_does_not_hold_counts_for_nobody_and_is_no_lie_of_the_owner() {
    // shows: wire-46, wire-84
    let log = Log::of(&["a", "b", "c"]);
    let mut lift = log.lift(3, 3, &[RECEIVER, THIRD]);
    let other = Log::of(&["x"]).line(1, RECEIVER, 80);
    lift.note.extend_from_slice(&other);

    let refused = believed(&lift, Some(log.held(3))).unwrap_err();

    assert!(matches!(refused, LiftError::NoQuorum { found: 1, quorum: 2, .. }), "{refused:?}");
}

#[test]
fn a_member_with_two_keys_of_one_id_spoils_no_log_of_others() {
    // shows: wire-84
    let [one, other] = members::KEYS_OF_ONE_ID;
    let log = Log::of(&["a", "b", "c"]);
    let mut lift = log.lift(3, 3, &[RECEIVER]);
    let name =
        identity::witness_name(letters::directory().charter().name(), &members::agency(THIRD));
    let text = checkpoint::text(&log.checkpoint(3));
    let line =
        |key| cosignature::cosign(&text, Seconds::new(70).unwrap(), &name, &members::key_of(key));
    lift.note.extend_from_slice(&line(one).unwrap());

    // Who knows the one key counts the line; who knows the other one alone takes nobody for a liar.
    let believed_with = |key| {
        let held =
            Credential { witness: members::key_of(key).public(), ..members::credential(THIRD, 1) };
        let mut directory = members::directory_of(&[(OWNER, 1), (RECEIVER, 1)]);
        let signed = credential::sign(&held, &members::root(THIRD)).unwrap();
        directory.admit(directory.verify(&signed).unwrap()).unwrap();
        let witnesses = Witnesses::of(&directory, &members::agency(OWNER));
        with_subject(Some(log.held(3)), |subject| lifted(&lift, &subject, &witnesses))
    };
    assert_eq!(believed_with(one).unwrap().cosigners().len(), 2);
    let refused = believed_with(other).unwrap_err();
    assert!(matches!(refused, LiftError::NoQuorum { found: 1, quorum: 2, .. }), "{refused:?}");
}

#[test]
fn what_is_remembered_of_a_lifted_checkpoint_has_no_line_that_does_not_hold() {
    // shows: wire-84
    let log = Log::of(&["a", "b", "c"]);
    let mut lift = log.lift(3, 3, &[RECEIVER, THIRD]);
    let whole = lift.note.len();
    // The owner says a line of a witness that is not what the witness signed.
    let name =
        identity::witness_name(letters::directory().charter().name(), &members::agency(THIRD));
    let key = members::signing_key(THIRD, "witness", 1);
    let other = checkpoint::text(&log.checkpoint(2));
    let line = cosignature::cosign(&other, Seconds::new(70).unwrap(), &name, &key).unwrap();
    lift.note.extend_from_slice(&line);

    let members = Witnesses::of(&letters::directory(), &members::agency(OWNER));
    let witnesses = Witnesses { quorum: 1, ..members };
    let believed = with_subject(Some(log.held(3)), |subject| lifted(&lift, &subject, &witnesses));

    let believed = believed.unwrap();
    assert_eq!(believed.cosigners().len(), 1);
    assert!(believed.checkpoint().note().len() < whole, "the lines under the bad id are gone");
    assert_eq!(witnesses.cosigners(believed.checkpoint()).len(), 1);
}

#[test]
fn a_revoked_witness_key_cosigns_nothing_any_more() {
    // shows: id-44
    let log = Log::of(&["a", "b", "c"]);
    let lift = log.lift(3, 3, &[RECEIVER, THIRD]);
    let owner = members::agency(OWNER);
    let mut directory = letters::directory();
    let believed = |directory: &Directory| {
        let witnesses = Witnesses::of(directory, &owner);
        with_subject(Some(log.held(3)), |subject| lifted(&lift, &subject, &witnesses))
    };

    assert!(believed(&directory).is_ok());
    let said = members::revocation(THIRD, 1, 0);
    let said = revocation::sign(&said, &members::root(THIRD)).unwrap();
    directory.revoke(directory.verify_revocation(&said).unwrap()).unwrap();

    assert!(matches!(believed(&directory), Err(LiftError::NoQuorum { .. })));
}

fn judged(
    request: &WitnessRequest,
    held: Option<Held>,
) -> Result<super::VerifiedWitness, Objection> {
    with_subject(held, |subject| judge(request, &subject))
}

fn believed(lift: &Lift, held: Option<Held>) -> Result<super::VerifiedLift, LiftError> {
    let witnesses = Witnesses::of(&letters::directory(), &members::agency(OWNER));
    with_subject(held, |subject| lifted(lift, &subject, &witnesses))
}

fn with_subject<T>(held: Option<Held>, ask: impl FnOnce(Subject<'_>) -> T) -> T {
    let log_key = members::verifying_key(OWNER, "log");
    ask(Subject { origin: &origin(), log_keys: &[LogKey::of(log_key)], held })
}

fn origin() -> alloc::string::String {
    let directory = letters::directory();
    let owner = members::agency(OWNER);
    let log = directory.newest(&owner).unwrap().credential().log_number;
    directory.origin(&owner, log)
}

/// A small log of the owner, in one history.
struct Log(Tree);

/// No tile is full.
struct NoTiles;

impl FullTiles for NoTiles {
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile> {
        Err(MissingTile { id, width: 256 })
    }
}

impl Log {
    fn of(leaves: &[&str]) -> Self {
        let mut tree = Tree::new();
        for leaf in leaves {
            tree.append(leaf.as_bytes());
        }
        Self(tree)
    }

    fn root(&self, size: u64) -> Digest {
        proof::root_at(&self.0.over(&NoTiles), TreeSize::new(size)).unwrap()
    }

    fn held(&self, size: u64) -> Held {
        Held { size: TreeSize::new(size), root: self.root(size) }
    }

    fn checkpoint(&self, size: u64) -> Checkpoint {
        Checkpoint { origin: origin(), size: TreeSize::new(size), root: self.root(size) }
    }

    fn note_by(&self, size: u64, signer: &str) -> Vec<u8> {
        checkpoint::sign(&self.checkpoint(size), &members::signing_key(signer, "log", 1)).unwrap()
    }

    fn path(&self, old: u64, new: u64) -> Vec<Digest> {
        let (old, new) = (TreeSize::new(old.min(new)), TreeSize::new(new));
        proof::consistency(&self.0.over(&NoTiles), old, new).unwrap()
    }

    fn request(&self, old: u64, size: u64) -> WitnessRequest {
        WitnessRequest {
            old: TreeSize::new(old),
            old_root: self.root(old.min(size)),
            consistency: self.path(old, size),
            checkpoint: ByteBuf::from(self.note_by(size, OWNER)),
        }
    }

    fn line(&self, size: u64, witness: &str, at: u64) -> Vec<u8> {
        self.line_with(size, witness, (at, 1))
    }

    fn line_with(&self, size: u64, witness: &str, (at, serial): (u64, u64)) -> Vec<u8> {
        let text = checkpoint::text(&self.checkpoint(size));
        let directory = letters::directory();
        let name = identity::witness_name(directory.charter().name(), &members::agency(witness));
        let key = members::signing_key(witness, "witness", serial);
        cosignature::cosign(&text, Seconds::new(at).unwrap(), &name, &key).unwrap()
    }

    fn lift(&self, held: u64, size: u64, witnesses: &[&str]) -> Lift {
        let mut note = self.note_by(size, OWNER);
        for witness in witnesses {
            note.extend_from_slice(&self.line(size, witness, 70));
        }
        note::parse(&note).unwrap();
        let (old, new) = (held.min(size), held.max(size));
        Lift {
            from: TreeSize::new(held),
            consistency: self.path(old, new),
            note: ByteBuf::from(note),
        }
    }
}
