//! What a peer with good keys and bad manners gets on the wire: a close code or a signed refusal, never a change.

use concord_node::clock;
use concord_node::entropy;
use concord_node::transport::close::CloseReason;
use concord_protocol::codec;
use concord_protocol::ids::MessageId;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::registry::CloseCode;
use concord_protocol::registry::RefusalCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::receipt::Receipt;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::forge::Line;

const AGENCIES: [&str; 3] = ["la.mps", "mm.mpf", "th.rtp"];

#[test]
fn numbers_that_are_skipped_reused_or_repeated_change_nothing() {
    let world = Federation::of("numbers", &AGENCIES);
    let node = world.ready(1);
    let forger = Forger::new(&world, 0, 1);
    let (one, two) = (forger.letter(&["mm.mpf"], "one"), forger.letter(&["mm.mpf"], "two"));

    let mut line = forger.meet();
    line.say(&forger.offer(5, &[&one]));
    assert_closed(&mut line, CloseCode::Gap);

    let mut line = forger.meet();
    line.say(&forger.offer(1, &[&one]));
    assert_eq!(line.receipt().items.len(), 1);
    line.say(&forger.offer(1, &[&one]));
    assert_eq!(line.receipt().items.len(), 1, "the same again gets the same receipt");
    line.say(&forger.offer(1, &[&two]));
    assert_closed(&mut line, CloseCode::NumberReused);

    let mut line = forger.meet();
    line.say(&forger.offer(2, &[&two]));
    assert_eq!(line.receipt().items.len(), 1, "the link goes on where it stood");
    let held = node.client().messages(&Default::default()).unwrap().items;
    assert_eq!(held.len(), 2, "each message once");
}

#[test]
fn what_is_no_frame_or_no_dispatch_of_this_link_closes_it() {
    let world = Federation::of("frames", &AGENCIES);
    let node = world.ready(1);
    let forger = Forger::new(&world, 0, 1);
    let letter = forger.letter(&["mm.mpf"], "one");
    let before = node.client().head().unwrap().size;

    let mut line = forger.meet();
    line.say_bytes(vec![0xff; 40]);
    assert_closed(&mut line, CloseCode::BadFrame);

    let mut line = forger.meet();
    let Frame::Offer(mut offer) = forger.offer(1, &[&letter]) else { panic!("an offer") };
    let last = offer.dispatch.len() - 1;
    offer.dispatch[last] ^= 1;
    line.say(&Frame::Offer(offer));
    assert_closed(&mut line, CloseCode::BadDispatch);

    let other = Forger::new(&world, 0, 2);
    let mut line = forger.meet();
    line.say(&other.offer(1, &[&letter]));
    assert_closed(&mut line, CloseCode::BadDispatch);
    assert_eq!(node.client().head().unwrap().size, before, "nothing of it is in the log");
}

#[test]
fn a_message_that_cannot_be_taken_is_refused_by_code_and_the_link_goes_on() {
    let world = Federation::of("refused", &AGENCIES);
    let _node = world.ready(1);
    let forger = Forger::new(&world, 0, 1);
    let (elsewhere, honest) =
        (forger.letter(&["th.rtp"], "elsewhere"), forger.letter(&["mm.mpf"], "honest"));
    let mut line = forger.meet();

    line.say(&forger.offer(1, &[&elsewhere]));
    let refused = line.receipt();
    line.say(&forger.offer(2, &[&honest]));
    let taken = line.receipt();

    assert_eq!(code(&refused), Some(RefusalCode::NotForUs));
    assert_eq!(code(&taken), None);
}

#[test]
fn a_member_that_speaks_too_fast_is_read_later_and_loses_nothing() {
    // shows: wire-22
    let world = Federation::of("haste", &AGENCIES);
    world.agencies[1].set("peer_frames_per_second", 50);
    let node = world.ready(1);
    let forger = Forger::new(&world, 0, 1);
    let letter = forger.letter(&["mm.mpf"], "in haste");
    let mut line = forger.meet();

    // Two seconds' worth may come at once; this is four.
    for number in 0..200 {
        line.say(&Frame::Ping(number));
    }
    line.say(&forger.offer(1, &[&letter]));

    assert_eq!(line.receipt().items.len(), 1, "the connection stands, and nothing is lost");
    let told = node.said_all().matches("speaks faster than it may").count();
    assert_eq!(told, 1, "{}", node.said());
}

#[test]
fn an_id_that_two_authors_gave_means_neither_of_the_messages_until_a_digest_does() {
    // shows: api-23
    let world = Federation::of("namesakes", &AGENCIES);
    let node = world.ready(1);
    let (first, second) = (Forger::new(&world, 0, 1), Forger::new(&world, 2, 1));
    let now = clock::now();
    let named = (MessageId::new(now, entropy::draw().unwrap()), now);
    let letters =
        [&first, &second].map(|forger| forger.named_letter(named, &["mm.mpf"], "the same id"));
    for (forger, letter) in [&first, &second].into_iter().zip(&letters) {
        let mut line = forger.meet();
        line.say(&forger.offer(1, &[letter]));
        assert_eq!(code(&line.receipt()), None, "each author names its own messages");
    }

    let client = node.client();
    let refused = client.message(&named.0.to_string()).unwrap_err();

    assert_eq!(refused.code.text(), "ambiguous-id");
    for (letter, author) in letters.iter().zip(["la.mps", "th.rtp"]) {
        let digest = letter.digest().to_string();
        assert!(refused.why.contains(&format!("{digest} is of {author}")), "{}", refused.why);
        assert_eq!(client.message(&digest).unwrap().from, author);
        let opened = client.open(&digest, "TH-0815", "investigation").unwrap();
        assert_eq!(opened.id, named.0.to_string());
        let proof = client.message_proof(&digest).unwrap();
        assert_eq!(proof.index, client.message(&digest).unwrap().log_index);
    }
}

fn assert_closed(line: &mut Line<'_>, code: CloseCode) {
    while line.hear().is_some() {}
    assert_eq!(line.closed(), CloseReason::ByPeer(code));
}

/// The code of the refusal in a receipt for one number; `None` when the message was taken.
fn code(receipt: &Receipt) -> Option<RefusalCode> {
    match codec::decode(&receipt.items[0].leaf).unwrap() {
        Leaf::Refused { code, .. } => Some(code),
        Leaf::Received { .. } => None,
        other @ (Leaf::Started { .. }
        | Leaf::Message { .. }
        | Leaf::Sent { .. }
        | Leaf::ReceiptHeld { .. }
        | Leaf::Read { .. }
        | Leaf::Exported { .. }
        | Leaf::Erased { .. }
        | Leaf::Evidence { .. }
        | Leaf::Succession { .. }
        | Leaf::Resumed { .. }
        | Leaf::Carried { .. }
        | Leaf::Revocation { .. }) => panic!("a receipt over {other:?}"),
    }
}
