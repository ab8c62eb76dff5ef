//! A second history shown otherwise than in a request: in a receipt, under cosignatures, and to a witness that knows more.

use std::fmt::Debug;
use std::time::Duration;

use concord_node::api::shape::watch::Evidence;
use concord_node::clock;
use concord_protocol::codec;
use concord_protocol::crypto::digest;
use concord_protocol::identity;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LogNumber;
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
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::evidence::Told;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::offer::Offer;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::receipt::ReceiptItem;
use concord_protocol::wire::witness::WitnessRequest;
use concord_protocol::wire::witness::Witnessed;
use harness::daemon::Daemon;
use harness::federation::Agency;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::forge::Line;
use harness::forge::branch::Branch;
use harness::letter;
use harness::wait;
use serde_bytes::ByteBuf;

const WITHIN: Duration = Duration::from_secs(60);

/// Whose node is run.
const NODE: usize = 1;

#[test]
fn a_witness_that_holds_more_answers_with_what_it_holds() {
    // shows: wire-41, wire-44
    let world = Federation::of("conflict", &["la.mps", "mm.mpf", "th.rtp"]);
    let _node = world.ready(NODE);
    let [truth, _] = histories(&world, |tail, place| format!("{tail} {place}").into_bytes());
    let forger = Forger::new(&world, 0, NODE);
    let mut line = forger.meet();

    // Nothing is held yet, whatever the owner thinks.
    let early = answered(&mut line, truth.request(5, 9));
    assert!(matches!(early, Witnessed::Conflict { checkpoint: None }), "{early:?}");
    let first = answered(&mut line, truth.request(0, 9));
    assert!(matches!(first, Witnessed::Cosigned { .. }), "{first:?}");
    // The owner forgot what it showed: the answer carries its own signature.
    let forgotten = answered(&mut line, truth.request(5, 12));
    let Witnessed::Conflict { checkpoint: Some(held) } = forgotten else { panic!("{forgotten:?}") };
    let key = world.agencies[0].keys.log.public();
    let held = checkpoint::verify(&held, &origin(&world), &key).unwrap();
    assert_eq!(held.checkpoint(), &truth.checkpoint(9));
    // From there the two go on.
    let again = answered(&mut line, truth.request(9, 12));
    assert!(matches!(again, Witnessed::Cosigned { .. }), "{again:?}");
}

#[test]
fn a_receipt_on_another_branch_is_evidence_with_the_promise_that_it_gave() {
    // shows: evd-7, evd-12
    let world = Federation::of("receipt-forked", &["la.mps", "mm.mpf", "th.rtp"]);
    let node = world.ready(NODE);
    let forger = Forger::new(&world, 0, NODE);
    let mut line = forger.meet();
    let letter = letter::report(&["la.mps"], "to be receipted").to_string();
    node.client().submit(letter.as_bytes(), None).unwrap();
    let offer =
        heard(&mut line, |frame| if let Frame::Offer(offer) = frame { Some(offer) } else { None });
    let promise = promised(&offer);
    // Both histories promise, each in its own leaf; the first nine leaves of one were shown before.
    let [truth, lie] = histories(&world, |tail, place| match place {
        10 => promise.clone(),
        _ => format!("{tail} {place}").into_bytes(),
    });
    let shown = answered(&mut line, truth.request(0, 9));
    assert!(matches!(shown, Witnessed::Cosigned { .. }), "{shown:?}");

    line.say(&Frame::Receipt(receipt(&lie, (9, 12), 10)));

    let held = held(&node, "receipt-fork");
    assert_eq!(held.accused, "la.mps");
    assert!(held.proves.contains("The receipt for number 1 from mm.mpf stands at place 10"));
    while line.hear().is_some() {}
}

#[test]
fn a_witness_that_cosigned_two_histories_is_accused_beside_the_owner() {
    // shows: evd-8, evd-12
    let world = Federation::of("witness-forked", &["la.mps", "mm.mpf", "th.rtp", "vn.mps"]);
    let node = world.ready(NODE);
    let [truth, lie] = histories(&world, |tail, place| format!("{tail} {place}").into_bytes());
    let notes = [&truth, &lie].map(|history| cosigned(&world, history, &world.agencies[2]));
    let forger = Forger::new(&world, 3, NODE);
    let mut line = forger.meet();

    let heads = notes.map(ByteBuf::from).to_vec();
    line.say(&Frame::Evidence(EvidenceTalk::Told(Told { heads, files: Vec::new() })));

    assert_eq!(held(&node, "log-fork").accused, "la.mps");
    let witness = held(&node, "witness-fork");
    assert_eq!(witness.accused, "th.rtp");
    assert!(
        witness
            .proves
            .starts_with("th.rtp cosigned as a witness two checkpoints of log1 of la.mps")
    );
}

/// Two histories of the first agency's log that share three leaves, and each has twenty.
fn histories(world: &Federation, leaf: impl Fn(&str, u64) -> Vec<u8>) -> [Branch; 2] {
    Branch::fork_of(&origin(world), &world.agencies[0].keys.log, (3, 20), leaf)
}

fn origin(world: &Federation) -> String {
    identity::log_origin(world.charter.name(), &world.agencies[0].id, LogNumber::new(1))
}

/// The leaf that takes the message of an offer.
fn promised(offer: &Offer) -> Vec<u8> {
    let (said, _) = dispatch::read(&offer.dispatch).unwrap();
    let leaf = Leaf::Received {
        message: said.items[0].message,
        from: said.from,
        epoch: said.epoch,
        number: said.first,
        dispatch: digest::sha256(&offer.dispatch),
        at: clock::now(),
        form: Form::Whole,
    };
    codec::encode(&leaf).unwrap()
}

/// The receipt of one leaf, from one size to another.
fn receipt(history: &Branch, (from, size): (u64, u64), place: usize) -> Receipt {
    let leaf = history.leaf(place);
    let Ok(Leaf::Received { epoch, number, .. }) = codec::decode(&leaf) else { panic!("a leaf") };
    let index = LeafIndex::new(u64::try_from(place).unwrap());
    Receipt {
        epoch,
        checkpoint: ByteBuf::from(history.note(size)),
        from: TreeSize::new(from),
        consistency: history.path(from, size),
        items: vec![ReceiptItem {
            number,
            index,
            leaf: ByteBuf::from(leaf),
            path: proof::inclusion(history, index, TreeSize::new(size)).unwrap(),
        }],
    }
}

/// A checkpoint of size 9 with the line of one witness.
fn cosigned(world: &Federation, history: &Branch, witness: &Agency) -> Vec<u8> {
    let name = identity::witness_name(world.charter.name(), &witness.id);
    let key = witness.keys.witness.as_ref();
    let text = checkpoint::text(&history.checkpoint(9));
    let line = cosignature::cosign(&text, Seconds::of(clock::now()), &name, key).unwrap();
    let known = CosignerKey::new(&name, key.public()).unwrap();
    note::add_line(&history.note(9), &line, &known).unwrap()
}

fn answered(line: &mut Line<'_>, request: WitnessRequest) -> Witnessed {
    line.say(&Frame::Witness(request));
    heard(line, |frame| if let Frame::Witnessed(answer) = frame { Some(answer) } else { None })
}

/// Waits for one frame among whatever else the node says.
fn heard<T: Debug>(line: &mut Line<'_>, wanted: impl Fn(Frame) -> Option<T>) -> T {
    loop {
        match line.hear() {
            Some(frame) => {
                if let Some(found) = wanted(frame) {
                    return found;
                }
            }
            None => panic!("the node closed instead: {:?}", line.closed()),
        }
    }
}

/// The evidence of this kind that a node holds, once it does.
fn held(node: &Daemon, kind: &str) -> Evidence {
    let client = node.client();
    let found = wait::for_up_to(WITHIN, || {
        let held = client.evidence(0).ok()?.items;
        held.into_iter().find(|held| held.kind == kind)
    });
    found.unwrap_or_else(|| panic!("no {kind}\n{}", node.said()))
}
