//! What others said, what was said before, and messages that are not what their dispatch names.

use concord_protocol::registry::CloseCode;
use concord_protocol::registry::RefusalCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::offer::Offer;

use crate::strangers::Attack;
use crate::strangers::Outcome;
use crate::strangers::Scene;
use crate::strangers::closed;
use crate::strangers::line_ends;
use crate::strangers::settled;

const BAD_DISPATCH: Outcome = closed(CloseCode::BadDispatch);

pub(super) const ATTACKS: [Attack; 10] = [
    Attack {
        name: "an offer that another member made to the same node",
        run: |scene| {
            let letter = scene.accomplice.letter(&["mm.mpf"], "recorded");
            said(scene, &scene.accomplice.offer(1, &[&letter]))
        },
        end: BAD_DISPATCH,
    },
    Attack {
        name: "another member's message under one's own dispatch",
        run: |scene| {
            let letter = scene.accomplice.letter(&["mm.mpf"], "borrowed");
            said(scene, &scene.liar.offer(1, &[&letter]))
        },
        end: Outcome::Settled(Some(RefusalCode::NotEntitled)),
    },
    Attack {
        name: "a message with the body of another",
        run: |scene| {
            let one = scene.liar.letter(&["mm.mpf"], "one");
            let other = scene.liar.letter(&["mm.mpf"], "other");
            let mut offer = parts(scene.liar.offer(2, &[&one]));
            offer.messages[0].sealed =
                parts(scene.liar.offer(2, &[&other])).messages[0].sealed.clone();
            said(scene, &Frame::Offer(offer))
        },
        end: Outcome::Settled(Some(RefusalCode::BodyMismatch)),
    },
    Attack {
        name: "a message without the body that its dispatch names",
        run: |scene| {
            let letter = scene.liar.letter(&["mm.mpf"], "hollow");
            let mut offer = parts(scene.liar.offer(3, &[&letter]));
            offer.messages[0].sealed = None;
            said(scene, &Frame::Offer(offer))
        },
        end: BAD_DISPATCH,
    },
    Attack {
        name: "fewer messages than the dispatch names",
        run: |scene| {
            let one = scene.liar.letter(&["mm.mpf"], "one");
            let other = scene.liar.letter(&["mm.mpf"], "other");
            let mut offer = parts(scene.liar.offer(3, &[&one, &other]));
            offer.messages.pop();
            said(scene, &Frame::Offer(offer))
        },
        end: BAD_DISPATCH,
    },
    Attack {
        name: "more messages than a dispatch may name",
        run: |scene| {
            let letter = scene.liar.letter(&["mm.mpf"], "many");
            said(scene, &scene.liar.offer(3, &[&letter; 65]))
        },
        end: BAD_DISPATCH,
    },
    Attack {
        name: "an offer from number 0",
        run: |scene| {
            let letter = scene.liar.letter(&["mm.mpf"], "before the first");
            said(scene, &scene.liar.offer(0, &[&letter]))
        },
        end: BAD_DISPATCH,
    },
    Attack {
        name: "an offer at the end of all numbers",
        run: |scene| {
            let letter = scene.liar.letter(&["mm.mpf"], "after the last");
            said(scene, &scene.liar.offer(u64::MAX, &[&letter]))
        },
        end: closed(CloseCode::Gap),
    },
    Attack {
        name: "an offer said on one connection and again on the next",
        run: |scene| {
            let letter = scene.liar.letter(&["mm.mpf"], "again");
            let offer = scene.liar.offer(3, &[&letter]);
            let first = said(scene, &offer);
            assert_eq!(first, Outcome::Settled(None), "it is honest the first time");
            said(scene, &offer)
        },
        // The receipt of the first time is repeated, and one leaf stands in the log.
        end: Outcome::Settled(None),
    },
    Attack {
        name: "a message under a second number",
        run: |scene| {
            let letter = scene.liar.letter(&["mm.mpf"], "twice");
            assert_eq!(said(scene, &scene.liar.offer(4, &[&letter])), Outcome::Settled(None));
            said(scene, &scene.liar.offer(5, &[&letter]))
        },
        end: Outcome::Settled(Some(RefusalCode::Duplicate)),
    },
];

fn said(scene: &Scene<'_>, frame: &Frame) -> Outcome {
    let mut line = scene.liar.meet();
    line.say(frame);
    match settled(&mut line) {
        settled @ Outcome::Settled(_) => settled,
        Outcome::Ended(_) | Outcome::Declined(_) | Outcome::Ignored => line_ends(&mut line),
    }
}

fn parts(frame: Frame) -> Offer {
    let Frame::Offer(offer) = frame else { panic!("an offer") };
    offer
}
