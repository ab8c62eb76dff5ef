//! What an agency says of the logs of others.

use alloc::vec;
use alloc::vec::Vec;

use crate::audit::tests::forge;
use crate::audit::tests::forge::Agency;
use crate::audit::tests::forge::EPOCH;
use crate::audit::tests::forge::LA;
use crate::audit::tests::forge::MM;
use crate::audit::tests::forge::Pack;
use crate::audit::tests::forge::TH;
use crate::audit::tests::lies::Lies;
use crate::audit::verify;
use crate::crypto::digest;
use crate::identity::fixtures;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::log::leaf::Leaf;
use crate::log::leaf::Outcome;
use crate::registry::RefusalCode;

/// Receipts that are not there, or do not hold.
pub(in crate::audit::tests) fn about_receipts() -> Lies {
    let (la, _) = forge::morning();
    let mut lies = Lies::default();
    lies.items("receipt-missing", (&Pack::of(&la), "receipts"), |items| {
        items.pop();
    });
    lies.items("receipt-differs", (&Pack::of(&la), "receipts"), |items| items.reverse());
    lies.found("receipt-form", {
        let mut la = la.clone();
        let (from, root, size) = (fixtures::agency(MM), digest::sha256(b""), TreeSize::new(1));
        la.push(&Leaf::ReceiptHeld {
            from,
            epoch: EPOCH,
            items: vec![],
            receipt: digest::sha256(b"no"),
            size,
            root,
        });
        let mut pack = Pack::of(&forge::morning().0);
        pack.regrow(&la);
        let mut items = pack.items("receipts");
        items.push(b"no".to_vec());
        pack.put_items("receipts", &items);
        pack.finding()
    });
    lies.receipt("receipt", |receipt| receipt.checkpoint.push(b'x'));
    lies.receipt("receipt", |receipt| receipt.items[0].path.clear());
    lies.receipt("receipt", |receipt| receipt.items[0].index = LeafIndex::new(0));
    lies.receipt("receipt", |receipt| receipt.consistency.push(digest::sha256(b"")));

    lies
}

/// Leaves that do not say what their receipts say.
pub(in crate::audit::tests) fn about_receipt_leaves() -> Lies {
    let mut lies = Lies::default();
    lies.found("receipt-leaf", {
        // A leaf that settles nothing, for a receipt that is there once more.
        let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
        la.send(&[MM]);
        let receipt = forge::exchange(&mut la, &mut mm, &[]);
        let mut pack = Pack::of(&la);
        let mut leaf = forge::held(MM, &receipt);
        if let Leaf::ReceiptHeld { items, .. } = &mut leaf {
            items.clear();
        }
        la.push(&leaf);
        pack.regrow(&la);
        let receipts = [pack.items("receipts"), pack.items("receipts")].concat();
        pack.put_items("receipts", &receipts);
        pack.finding()
    });
    lies.leaf("receipt-leaf", |leaf| {
        if let Leaf::ReceiptHeld { items, .. } = leaf {
            items.reverse();
        }
    });
    lies.leaf("receipt-leaf", |leaf| {
        if let Leaf::ReceiptHeld { items, .. } = leaf {
            items[0].outcome = Outcome::Refused { code: RefusalCode::Expired };
        }
    });
    lies.leaf("receipt-leaf", |leaf| {
        if let Leaf::ReceiptHeld { size, .. } = leaf {
            *size = TreeSize::new(2);
        }
    });
    lies.leaf("receipt-leaf", |leaf| {
        if let Leaf::ReceiptHeld { epoch, .. } = leaf {
            *epoch = Epoch::new(2);
        }
    });
    lies.held("receipt-unsent", |la, mm, _| {
        let mut other = Agency::new(LA);
        (0..3).for_each(|_| {
            other.send(&[MM]);
        });
        let mut offered = other.offer(MM);
        offered.messages.drain(..2);
        let places = mm.take(LA, &offered, &[]);
        la.hold(MM, &mm.receipt(&places, 0));
    });
    lies.held("receipt-twice", |la, mm, places| {
        let receipt = mm.receipt(places, 0);
        la.hold(MM, &receipt);
        la.hold(MM, &receipt);
    });
    lies.found("no-log-key", {
        let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
        la.send(&[MM]);
        forge::exchange(&mut la, &mut mm, &[]);
        let mut pack = Pack::of(&la);
        pack.remove("credentials/mm.mpf-1.cbor");
        pack.finding()
    });
    lies
}

/// Checkpoints of peers.
pub(in crate::audit::tests) fn about_peers() -> Lies {
    let note_of =
        |agency: &Agency| (fixtures::agency(agency.name), agency.checkpoint().note().to_vec());
    let (la, mm) = forge::morning();
    let with = |notes: &[(AgencyId, Vec<u8>)]| {
        let mut pack = Pack::of(&la);
        pack.put_items(
            "peer-checkpoints",
            &notes.iter().map(|(_, note)| note.clone()).collect::<Vec<Vec<u8>>>(),
        );
        verify::verify(&pack.bytes(), Some(forge::genesis()))
    };
    let th = Agency::new(TH);
    assert!(with(&[note_of(&mm), note_of(&th)]).is_ok());
    let other_face = {
        let mut other = Agency::new(MM);
        while other.leaves.len() < mm.leaves.len() {
            other.push(&forge::started());
        }
        other
    };
    let mut broken = note_of(&mm);
    *broken.1.last_mut().unwrap() = b'x';
    let mut lies = Lies::default();
    lies.found("order", with(&[note_of(&th), note_of(&mm)]).unwrap_err());
    lies.found("order", with(&[note_of(&mm), note_of(&mm)]).unwrap_err());
    lies.found("order", with(&[note_of(&la)]).unwrap_err());
    lies.found("peer-fork", with(&[note_of(&other_face)]).unwrap_err());
    lies.found("checkpoint", with(&[broken]).unwrap_err());
    lies
}

/// Receipts from two branches.
pub(in crate::audit::tests) fn about_branches() -> Lies {
    let mut lies = Lies::default();
    lies.found("peer-fork", {
        let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
        la.send(&[MM]);
        la.send(&[MM]);
        let offered = la.offer(MM);
        let mut fork = mm.clone();
        let places = mm.take(LA, &offered, &[]);
        la.hold(MM, &mm.receipt(&places[..1], 0));
        // The same numbers at the same size, on a branch where the first was refused.
        let places = fork.take(LA, &offered, &[1]);
        la.hold(MM, &fork.receipt(&places[1..], 0));
        la.audited().unwrap_err()
    });
    lies.found("receipt", {
        let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
        la.send(&[MM]);
        forge::exchange(&mut la, &mut mm, &[]);
        let held = mm.log.head().size.get();
        la.send(&[MM]);
        let offered = la.offer(MM);
        // A branch that leaves the held one before its end.
        let mut fork = Agency::new(MM);
        fork.push(&forge::started());
        let places = fork.take(LA, &offered, &[]);
        la.hold(MM, &fork.receipt(&places, held));
        la.audited().unwrap_err()
    });
    lies
}
