//! What an agency says of the messages of others.

use alloc::vec;
use alloc::vec::Vec;

use crate::audit::tests::forge;
use crate::audit::tests::forge::Agency;
use crate::audit::tests::forge::Arrival;
use crate::audit::tests::forge::EPOCH;
use crate::audit::tests::forge::LA;
use crate::audit::tests::forge::MM;
use crate::audit::tests::forge::Pack;
use crate::audit::tests::forge::TH;
use crate::audit::tests::lies::Lies;
use crate::crypto::digest;
use crate::identity::fixtures;
use crate::ids::LinkNumber;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;

/// Lists whose items are not those that the leaves name.
pub(in crate::audit::tests) fn about_lists() -> Lies {
    let (_, mm) = forge::morning();
    let pack = Pack::of(&mm);
    let mut lies = Lies::default();
    let drop_last = |items: &mut Vec<Vec<u8>>| items.truncate(items.len() - 1);
    let repeat_first = |items: &mut Vec<Vec<u8>>| items.push(items[0].clone());
    lies.items("header-missing", (&pack, "headers"), drop_last);
    lies.items("header-differs", (&pack, "headers"), |items| items.reverse());
    lies.items("dispatch-missing", (&pack, "dispatches"), drop_last);
    lies.items("dispatch-differs", (&pack, "dispatches"), |items| items.reverse());
    lies.items("surplus-item", (&pack, "headers"), repeat_first);
    lies.items("surplus-item", (&pack, "dispatches"), repeat_first);
    lies.items("surplus-item", (&pack, "receipts"), repeat_first);
    lies.pack("bad-item", &pack, |pack| pack.part("headers").push(0));
    lies.pack("bad-item", &pack, |pack| pack.part("peer-checkpoints").push(0));
    lies
}

/// Messages that were not received so.
pub(in crate::audit::tests) fn about_arrivals() -> Lies {
    let mut lies = Lies::default();
    lies.taken("not-addressed", |la, mm| {
        la.send(&[TH]);
        mm.take(LA, &la.offer(TH), &[]);
    });
    lies.taken("message-author", |la, mm| {
        let message = la.sign(&forge::header(TH, &[MM], 1));
        let messages = vec![(LinkNumber::new(1), message)];
        let dispatch = la.dispatch(MM, &messages);
        mm.take(LA, &forge::Offered { dispatch, messages }, &[]);
    });
    lies.taken("message-twice", |la, mm| {
        let mut offered = la.offer(MM);
        let again = offered.messages[0].1.clone();
        offered.messages.push((LinkNumber::new(2), again));
        offered.dispatch = la.dispatch(MM, &offered.messages);
        mm.take(LA, &offered, &[]);
    });

    lies
}

/// Dispatches that do not cover what they should.
pub(in crate::audit::tests) fn about_dispatches() -> Lies {
    let mut lies = Lies::default();
    lies.taken("dispatch", |la, mm| {
        let mut offered = la.offer(MM);
        *offered.dispatch.last_mut().unwrap() ^= 1;
        mm.take(LA, &offered, &[]);
    });
    lies.taken("dispatch", |la, mm| {
        let mut offered = la.offer(MM);
        offered.dispatch = la.dispatch(TH, &offered.messages);
        mm.take(LA, &offered, &[]);
    });
    lies.taken("dispatch-cover", |la, mm| {
        let mut offered = la.offer(MM);
        let other = vec![(LinkNumber::new(1), b"another".to_vec())];
        offered.dispatch = la.dispatch(MM, &other);
        mm.take(LA, &offered, &[1]);
    });
    lies.taken("dispatch-cover", |la, mm| {
        let offered = la.offer(MM);
        mm.take(LA, &offered, &[1]);
        let from = fixtures::agency(LA);
        let (message, dispatch) =
            (digest::sha256(b"no message"), digest::sha256(&offered.dispatch));
        mm.push(&Arrival { message, from: &from, number: LinkNumber::new(2), dispatch }.refused());
    });
    lies.taken("dispatch-cover", |la, mm| {
        let offered = la.offer(MM);
        let message = digest::sha256(&offered.messages[0].1);
        mm.take(LA, &offered, &[]);
        // Logged as a tombstone, dispatched whole.
        let mut again = Agency::new(MM);
        let dispatch = digest::sha256(&offered.dispatch);
        again.messages.clone_from(&mm.messages);
        again.dispatches.clone_from(&mm.dispatches);
        let (from, form) = (fixtures::agency(LA), Form::Tombstone);
        let number = LinkNumber::new(1);
        again.push(&Leaf::Received {
            message,
            from,
            epoch: EPOCH,
            number,
            dispatch,
            at: forge::NOW,
            form,
        });
        *mm = again;
    });
    lies
}
