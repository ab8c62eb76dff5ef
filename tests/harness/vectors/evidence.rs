//! Files of evidence: one of each kind, and files with one fault.

use std::sync::Arc;

use concord_protocol::audit::evidence::Case;
use concord_protocol::audit::evidence::CharterRivals;
use concord_protocol::audit::evidence::Evidence;
use concord_protocol::audit::evidence::LogFork;
use concord_protocol::audit::evidence::LogOutlived;
use concord_protocol::audit::evidence::make;
use concord_protocol::audit::evidence::make::Log;
use concord_protocol::audit::evidence::make::Shown;
use concord_protocol::audit::evidence::misfit::Misfit;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::identity;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::cosignature;
use concord_protocol::log::cosignature::CosignerKey;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::note;
use concord_protocol::log::proof;
use concord_protocol::wire::dispatch;
use concord_protocol::wire::dispatch::Dispatch;
use concord_protocol::wire::dispatch::DispatchItem;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::receipt::ReceiptItem;
use concord_protocol::wire::succession::SuccessionFrame;
use serde_bytes::ByteBuf;

use super::Named;
use super::Sheet;
use super::chain;
use super::envelope;
use super::federation;
use super::federation::Federation;
use super::federation::NOW;
use super::federation::RECEIVER;
use super::federation::SENDER;
use super::mutate;
use super::succession;
use crate::forge::branch::Branch;

/// The cases of evidence.
pub(super) fn cases(world: &Federation) -> Vec<Named> {
    let mut sheet = Sheet::new("audit", "evidence");
    let good = good(world, &mut sheet);
    bad(&mut sheet, &good);
    rivals(world, &mut sheet);
    sheet.cases
}

/// One of each kind; gives the log fork of two sizes.
fn good(world: &Federation, sheet: &mut Sheet) -> Vec<u8> {
    let (owner, witness) = (federation::agency(SENDER), federation::agency(RECEIVER));
    let log = Log { directory: &world.directory, owner: &owner, number: LogNumber::new(1) };
    let [truth, lie] = branches(world, &owner);
    let note = lie.note(9);
    let shown = Shown { note: &note, path: &[], seen: &[] };
    let same = make::log_fork(&log, &truth.note(9), &shown).unwrap();
    sheet.good("same-size", "two roots at one size", &["evd-1", "evd-5"], same.bytes());

    let (note, path) = (lie.note(12), lie.path(5, 12));
    let shown = Shown { note: &note, path: &path, seen: &[] };
    let grown = make::log_fork(&log, &truth.note(5), &shown).unwrap();
    sheet.good("two-sizes", "a newer tree with another beginning", &["evd-6"], grown.bytes());

    let (path, seen) = (lie.path(8, 12), [lie.checkpoint(8).root]);
    let shown = Shown { note: &note, path: &path, seen: &seen };
    let power = make::log_fork(&log, &truth.note(8), &shown).unwrap();
    sheet.good(
        "power-of-two",
        "the older size is a power of two: the root is the foot of the path",
        &["evd-6"],
        power.bytes(),
    );

    let receipt = make::receipt_fork(&log, &truth.note(5), &receipt(&lie)).unwrap();
    sheet.good("receipt", "a receipt on another branch", &["evd-7"], receipt.bytes());

    let (held, note) = (cosigned(world, &truth, 9), cosigned(world, &lie, 12));
    let path = lie.path(9, 12);
    let shown = Shown { note: &note, path: &path, seen: &[] };
    let witness = make::witness_fork(&log, &witness, &held, &shown).unwrap();
    sheet.good("witness", "one witness cosigned both", &["evd-8"], witness.bytes());

    let (one, two) = (dispatch(world, b"one"), dispatch(world, b"two"));
    let number = make::number_reused(&world.directory, &one, &two).unwrap();
    sheet.good("number", "two messages under one number", &["evd-9"], number.bytes());

    let (one, mut draft) = (envelope::draft(), envelope::draft());
    draft.exercise = !draft.exercise;
    let (one, two) = (envelope::signed(world, one), envelope::signed(world, draft));
    let id = make::id_reused(&world.directory, one.message(), two.message()).unwrap();
    sheet.good("id", "two messages under one id", &["evd-9"], id.bytes());
    let statement = succession::statement(world);
    let approvals = succession::approved(&statement);
    let end = SuccessionFrame { statement: ByteBuf::from(statement), approvals };
    let outlived = make::log_outlived(&world.directory, &end, &truth.note(12)).unwrap();
    sheet.good(
        "outlived",
        "a checkpoint beyond the end that was stated and approved",
        &["suc-12", "evd-27"],
        outlived.bytes(),
    );
    bad_ends(sheet, outlived.bytes());
    grown.bytes().to_vec()
}

/// Files about an end with one fault each.
fn bad_ends(sheet: &mut Sheet, good: &[u8]) {
    let edited = |edit: &dyn Fn(&mut Evidence, &mut LogOutlived)| {
        let mut file: Evidence = codec::decode(good).unwrap();
        let Case::LogOutlived(mut case) = file.case.clone() else { panic!("{:?}", file.case) };
        edit(&mut file, &mut case);
        file.case = Case::LogOutlived(case);
        codec::encode(&file).unwrap()
    };
    let spec = &["evd-10", "evd-26", "evd-27"];
    let fewer = edited(&|_, case| drop(case.approvals.pop()));
    sheet.bad("outlived-quorum", "one approval too few", spec, "succession", &fewer);
    let within = edited(&|_, case| case.head.size = TreeSize::new(9));
    sheet.bad("outlived-within", "a checkpoint within the end", spec, "fits", &within);
    let unsigned = edited(&|_, case| case.head.size = TreeSize::new(13));
    sheet.bad("outlived-signature", "a size that was not signed", spec, "signature", &unsigned);
    let other = edited(&|file, _| file.accused = federation::agency(RECEIVER));
    sheet.bad("outlived-accused", "somebody else is accused", spec, "statement", &other);
}

/// Files with one fault each, out of the fork of two sizes.
fn bad(sheet: &mut Sheet, good: &[u8]) {
    let edited = |edit: &dyn Fn(&mut Evidence)| {
        let mut file: Evidence = codec::decode(good).unwrap();
        edit(&mut file);
        codec::encode(&file).unwrap()
    };
    let fork = |edit: &dyn Fn(&mut LogFork)| {
        edited(&|file| {
            let Case::LogFork(fork) = &mut file.case else { panic!("{:?}", file.case) };
            edit(fork);
        })
    };
    let spec = &["evd-10"];
    sheet.bad("format", "another format", spec, "unknown-format", &edited(&|file| file.format = 2));
    sheet.bad("longer", "one byte after the end", spec, "not-canonical", &mutate::longer(good));
    let none = edited(&|file| file.charters.clear());
    sheet.bad("no-charter", "no charter inside", spec, "charters", &none);
    let twice = edited(&|file| file.credentials.push(file.credentials[0].clone()));
    sheet.bad("credential-twice", "a credential twice", spec, "credentials", &twice);
    let third = federation::agency(RECEIVER);
    let other = edited(&|file| file.accused = third.clone());
    sheet.bad("other-accused", "somebody else is accused", spec, "credentials", &other);
    let swapped = fork(&|fork| std::mem::swap(&mut fork.older, &mut fork.newer));
    sheet.bad("swapped", "the newer one first", spec, "order", &swapped);
    let fits = fork(&|fork| set_root(fork, fork.older.root));
    sheet.bad("fits", "the path begins at the root that was signed", spec, "fits", &fits);
    let root = fork(&|fork| set_root(fork, digest::sha256(b"another")));
    sheet.bad("other-root", "the path does not begin at this root", spec, "proof", &root);
    let surplus = fork(&|fork| {
        if let Misfit::OtherBeginning { path, .. } = &mut fork.misfit {
            path.push(digest::sha256(b"surplus"));
        }
    });
    sheet.bad("surplus-hash", "a hash too many", spec, "proof", &surplus);
    let log = fork(&|fork| fork.log = LogNumber::new(2));
    sheet.bad("other-log", "another log than the key signs for", spec, "statement", &log);
    let signature = fork(&|fork| fork.older.signature = fork.newer.signature);
    sheet.bad("signature", "the signature of the other one", spec, "signature", &signature);
}

/// Two versions of the charter under one root.
fn rivals(world: &Federation, sheet: &mut Sheet) {
    let made = make::charter_rivals(&world.directory, &chain::double()).unwrap();
    let good = made.bytes().to_vec();
    sheet.good("charter-rivals", "two versions of one number", &["chr-18"], &good);
    let edited = |edit: &dyn Fn(&mut CharterRivals)| {
        let mut file: Evidence = codec::decode(&good).unwrap();
        let Case::CharterRivals(rivals) = &mut file.case else { panic!("{:?}", file.case) };
        edit(rivals);
        codec::encode(&file).unwrap()
    };
    let spec = &["chr-18"];
    let swapped = edited(&|rivals| std::mem::swap(&mut rivals.first, &mut rivals.second));
    sheet.bad("rivals-swapped", "the larger digest first", spec, "order", &swapped);
    let [one, then] = chain::no_double();
    let fits = edited(&|rivals| {
        (rivals.first, rivals.second) = (ByteBuf::from(one.clone()), ByteBuf::from(then.clone()));
    });
    sheet.bad("rivals-fit", "one version follows the other", spec, "fits", &fits);
    let whole = chain::double().second.to_bytes().unwrap();
    let others = edited(&|rivals| rivals.second = ByteBuf::from(whole.clone()));
    sheet.bad("rivals-other-signer", "another member's signatures too", spec, "statement", &others);
    let forged = edited(&|rivals| {
        rivals.second = ByteBuf::from(mutate::flipped(&rivals.second, rivals.second.len() - 1));
    });
    sheet.bad("rivals-forged", "one bit of a signature is turned", spec, "signature", &forged);
    let credential = world.directory.newest(&federation::agency(SENDER)).unwrap().bytes();
    let mut file: Evidence = codec::decode(&good).unwrap();
    file.credentials.push(ByteBuf::from(credential));
    let bytes = codec::encode(&file).unwrap();
    sheet.bad(
        "rivals-credential",
        "a credential, which no root needs",
        spec,
        "credentials",
        &bytes,
    );
}

fn set_root(fork: &mut LogFork, other: digest::Digest) {
    if let Misfit::OtherBeginning { root, .. } = &mut fork.misfit {
        *root = other;
    }
}

pub(super) fn branches(world: &Federation, owner: &AgencyId) -> [Branch; 2] {
    let origin = world.directory.origin(owner, LogNumber::new(1));
    let key: SharedSigner = Arc::new(federation::key(SENDER, "log"));
    let leaf = |tail: &str, place: u64| {
        let leaf = Leaf::Received {
            message: digest::sha256(format!("{tail} {place}").as_bytes()),
            from: federation::agency(RECEIVER),
            epoch: Epoch::new(1),
            number: LinkNumber::new(place + 1),
            dispatch: digest::sha256(b"dispatch"),
            at: NOW,
            form: Form::Whole,
        };
        codec::encode(&leaf).unwrap()
    };
    Branch::fork_of(&origin, &key, (3, 12), leaf)
}

/// A receipt of the sixth leaf, from size 5 to 9.
fn receipt(lie: &Branch) -> Receipt {
    let (index, size) = (LeafIndex::new(6), TreeSize::new(9));
    Receipt {
        epoch: Epoch::new(1),
        checkpoint: ByteBuf::from(lie.note(9)),
        from: TreeSize::new(5),
        consistency: lie.path(5, 9),
        items: vec![ReceiptItem {
            number: LinkNumber::new(7),
            index,
            leaf: ByteBuf::from(lie.leaf(6)),
            path: proof::inclusion(lie, index, size).unwrap(),
        }],
    }
}

fn cosigned(world: &Federation, branch: &Branch, size: u64) -> Vec<u8> {
    let name =
        identity::witness_name(world.directory.charter().name(), &federation::agency(RECEIVER));
    let key = federation::key(RECEIVER, "witness");
    let text = checkpoint::text(&branch.checkpoint(size));
    let at = Seconds::of(NOW);
    let line = cosignature::cosign(&text, at, &name, &key).unwrap();
    let known = CosignerKey::new(&name, key.public()).unwrap();
    note::add_line(&branch.note(size), &line, &known).unwrap()
}

fn dispatch(world: &Federation, message: &[u8]) -> Vec<u8> {
    let document = Dispatch {
        charter: world.directory.charter().name().clone(),
        from: federation::agency(SENDER),
        to: federation::agency(RECEIVER),
        serial: Serial::new(1),
        epoch: Epoch::new(1),
        first: LinkNumber::new(4),
        items: vec![DispatchItem { message: digest::sha256(message), form: Form::Whole }],
    };
    dispatch::sign(&document, &federation::key(SENDER, "signing")).unwrap()
}
