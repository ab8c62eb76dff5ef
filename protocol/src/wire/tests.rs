//! Frames, greetings, dispatches and receipts: what is believed and what is not.

mod theft;

use alloc::vec;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::codec;
use crate::crypto::digest;
use crate::crypto::kem::SealingKey;
use crate::crypto::signature::Signature;
use crate::envelope::approvals::Approvals;
use crate::envelope::approvals::Vote;
use crate::envelope::fixtures as letters;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::envelope::seal::Draft;
use crate::envelope::seal::Fixed;
use crate::envelope::seal::Signed;
use crate::identity::directory::Directory;
use crate::identity::fixtures as members;
use crate::identity::revocation;
use crate::ids::CharterName;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::limits::CHECKPOINT_BYTES_MAX;
use crate::limits::EVIDENCE_BYTES_MAX;
use crate::limits::EVIDENCE_TOLD_MAX;
use crate::limits::EVIDENCE_WANTED_MAX;
use crate::limits::OFFER_MESSAGES_MAX;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::leaf::Form;
use crate::message::handling::Classification;
use crate::registry::CloseCode;
use crate::registry::RefusalCode;
use crate::registry::StaffRole;
use crate::wire::dispatch;
use crate::wire::dispatch::Dispatch;
use crate::wire::dispatch::DispatchError;
use crate::wire::dispatch::DispatchItem;
use crate::wire::evidence::EvidenceTalk;
use crate::wire::evidence::Told;
use crate::wire::frame::Frame;
use crate::wire::frame::Introduction;
use crate::wire::greeting;
use crate::wire::greeting::Cursor;
use crate::wire::greeting::Greeting;
use crate::wire::greeting::Known;
use crate::wire::greeting::VERSION;
use crate::wire::offer;
use crate::wire::offer::Judge;
use crate::wire::offer::Offer;
use crate::wire::offer::OfferedMessage;
use crate::wire::offer::VerifiedOffer;
use crate::wire::receipt::Receipt;
use crate::wire::receipt::ReceiptItem;

#[test]
fn every_frame_has_one_form_and_reads_back() {
    // shows: wire-30, wire-31, wire-34, wire-35
    let frames = [
        Frame::Greeting(greeting()),
        Frame::Credential(ByteBuf::from(vec![1, 2])),
        Frame::Offer(offer_of(&[signed(1), signed(2)])),
        Frame::Receipt(receipt()),
        Frame::Ping(7),
        Frame::Pong(u64::MAX),
    ];

    for frame in frames {
        let bytes = codec::encode(&frame).unwrap();
        assert_eq!(codec::decode::<Frame>(&bytes).unwrap(), frame);
        for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            assert!(codec::decode::<Frame>(&bytes[..cut]).is_err());
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(codec::decode::<Frame>(&longer).is_err());
    }
}

#[test]
fn a_frame_about_evidence_has_one_form_and_its_bounds() {
    // shows: wire-50
    let digest = digest::sha256(b"a file");
    let file = EvidenceTalk::File(ByteBuf::from(vec![1, 2]));
    let told = Told { heads: vec![ByteBuf::from(vec![3])], files: vec![digest] };
    for talk in [EvidenceTalk::Told(told), EvidenceTalk::Wanted(vec![digest]), file] {
        let frame = Frame::Evidence(talk.clone());
        let bytes = codec::encode(&frame).unwrap();
        assert_eq!(bytes[..2], [0x82, 9], "frame 9");
        assert_eq!(codec::decode::<Frame>(&bytes).unwrap(), frame);
        assert!(talk.is_bounded());
    }

    let long = ByteBuf::from(vec![0; CHECKPOINT_BYTES_MAX + 1]);
    let beyond = [
        EvidenceTalk::Wanted(Vec::new()),
        EvidenceTalk::Wanted(vec![digest; EVIDENCE_WANTED_MAX + 1]),
        EvidenceTalk::Told(Told { heads: vec![long], files: Vec::new() }),
        EvidenceTalk::Told(Told { heads: Vec::new(), files: vec![digest; EVIDENCE_TOLD_MAX + 1] }),
        EvidenceTalk::File(ByteBuf::from(vec![0; EVIDENCE_BYTES_MAX + 1])),
    ];
    assert!(beyond.iter().all(|talk| !talk.is_bounded()));
}

#[test]
fn what_is_no_frame_is_refused() {
    // shows: wire-30
    let introduction = codec::encode(&Introduction { credential: ByteBuf::from(vec![1]) }).unwrap();
    for bytes in [&b""[..], &[0x06], &[0x82, 0x06, 0x00], &[0xf6], &introduction] {
        assert!(codec::decode::<Frame>(bytes).is_err(), "{bytes:02x?}");
    }
}

#[test]
fn a_greeting_is_believed_from_the_agency_whose_key_it_came_with() {
    // shows: wire-32
    let met = meet(greeting()).unwrap();

    assert_eq!(met.peer(), &members::agency(SENDER));
    assert_eq!(met.cursor(), Cursor { epoch: Epoch::new(1), number: LinkNumber::new(3) });
    assert_eq!(
        meet(Greeting { agency: members::agency(THIRD), ..greeting() }).unwrap_err(),
        CloseCode::BadFrame
    );
}

#[test]
fn another_version_or_charter_ends_the_connection_with_its_code() {
    // shows: wire-32
    let other = CharterName::parse("another").unwrap();
    let cases = [
        (Greeting { versions: vec![2, 3], ..greeting() }, CloseCode::NoCommonVersion),
        (Greeting { versions: Vec::new(), ..greeting() }, CloseCode::NoCommonVersion),
        (Greeting { charter: other, ..greeting() }, CloseCode::WrongCharter),
        (
            Greeting { charter_digest: digest::sha256(b"another"), ..greeting() },
            CloseCode::WrongCharter,
        ),
        (Greeting { versions: vec![VERSION; 9], ..greeting() }, CloseCode::BadFrame),
    ];

    for (greeting, code) in cases {
        assert_eq!(meet(greeting).unwrap_err(), code);
    }
}

#[test]
fn a_checkpoint_shown_of_our_log_must_bear_our_own_signature() {
    // shows: wire-33
    let ours = note(RECEIVER, RECEIVER);
    let met = meet(Greeting { your_head: Some(ours), ..greeting() }).unwrap();
    assert_eq!(met.shown().unwrap().checkpoint().size, TreeSize::new(5));

    for forged in [note(RECEIVER, THIRD), note(SENDER, SENDER), ByteBuf::from(b"no note".to_vec())]
    {
        assert_eq!(
            meet(Greeting { your_head: Some(forged), ..greeting() }).unwrap_err(),
            CloseCode::BadFrame
        );
    }
}

#[test]
fn a_dispatch_names_the_run_and_bears_the_senders_signature() {
    // shows: link-2
    let dispatch = dispatch_of(&[signed(1)]);
    let bytes = sign(&dispatch);

    let verified = verify(&bytes).unwrap();

    assert_eq!(verified.dispatch(), &dispatch);
    assert_eq!(verified.digest(), digest::sha256(&bytes));
    assert_eq!(verified.bytes(), bytes);
}

#[test]
fn a_dispatch_that_does_not_hold_is_refused_with_its_reason() {
    // shows: link-3
    let good = dispatch_of(&[signed(1)]);
    let item = good.items[0].clone();
    let cases = [
        (Dispatch { to: members::agency(THIRD), ..good.clone() }, DispatchError::WrongLink),
        (Dispatch { from: members::agency(THIRD), ..good.clone() }, DispatchError::WrongLink),
        (
            Dispatch { charter: CharterName::parse("another").unwrap(), ..good.clone() },
            DispatchError::WrongLink,
        ),
        (Dispatch { serial: Serial::new(9), ..good.clone() }, DispatchError::UnknownCredential),
        (Dispatch { items: Vec::new(), ..good.clone() }, DispatchError::Bounds),
        (
            Dispatch { items: vec![item; OFFER_MESSAGES_MAX + 1], ..good.clone() },
            DispatchError::Bounds,
        ),
        (Dispatch { first: LinkNumber::new(0), ..good.clone() }, DispatchError::Bounds),
    ];
    for (dispatch, error) in cases {
        assert_eq!(verify(&sign(&dispatch)).unwrap_err(), error);
    }

    let foreign = dispatch::sign(&good, &members::signing_key(THIRD, "signing", 1)).unwrap();
    assert_eq!(verify(&foreign).unwrap_err(), DispatchError::BadSignature);
    assert_eq!(verify(b"no dispatch").unwrap_err(), DispatchError::NotCanonical);
}

#[test]
fn no_changed_bit_of_a_dispatch_verifies() {
    // shows: link-3
    let bytes = sign(&dispatch_of(&[signed(1)]));

    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(verify(&changed).is_err(), "bit {bit}");
    }
}

#[test]
fn an_offer_must_hold_exactly_what_its_dispatch_names() {
    // shows: link-4, wire-34
    let good = offer_of(&[signed(1), signed(2)]);
    assert_eq!(judge(good.clone()).unwrap().arrivals().len(), 2);

    let mut swapped = good.clone();
    swapped.messages.swap(0, 1);
    let mut short = good.clone();
    short.messages.pop();
    let mut stripped = good.clone();
    stripped.messages[0].sealed = None;
    for offer in [swapped, short, stripped] {
        assert_eq!(judge(offer).unwrap_err(), CloseCode::BadDispatch);
    }
}

#[test]
fn one_bad_message_of_an_offer_is_refused_and_the_others_are_not() {
    // shows: link-4
    let mut offer = offer_of(&[signed(1), signed(2)]);
    offer.messages[0].sealed = Some(ByteBuf::from(b"another body".to_vec()));

    let judged = judge(offer).unwrap();

    assert_eq!(judged.arrivals()[0].judged.as_ref().unwrap_err(), &RefusalCode::BodyMismatch);
    assert!(judged.arrivals()[1].judged.is_ok());
}

#[test]
fn a_body_sealed_to_a_key_that_is_not_open_yet_waits_and_any_other_is_refused() {
    // shows: id-47
    let offer = offer_of(&[signed(1)]);
    let old = members::sealing_key(RECEIVER, 2);

    let known = judge_with(offer.clone(), &letters::directory(), &old);
    assert_eq!(known.unwrap_err(), CloseCode::Stopping);

    let mut revoked = letters::directory();
    let ended = revocation::sign(&members::revocation(RECEIVER, 1, 9), &members::root(RECEIVER));
    let ended = revocation::verify(&ended.unwrap(), revoked.charter()).unwrap();
    revoked.revoke(ended).unwrap();
    let unknown = members::directory_of(&[(SENDER, 1), (RECEIVER, 2)]);
    for directory in [revoked, unknown] {
        let judged = judge_with(offer.clone(), &directory, &old).unwrap();
        let refused = judged.arrivals()[0].judged.as_ref().unwrap_err();
        assert_eq!(refused, &RefusalCode::Unopenable);
    }
}

fn greeting() -> Greeting {
    let directory = letters::directory();
    Greeting {
        versions: vec![VERSION],
        agency: members::agency(SENDER),
        charter: directory.charter().charter().name.clone(),
        charter_version: directory.charter().charter().version,
        charter_digest: directory.charter().digest(),
        serial: Serial::new(1),
        cursor: Cursor { epoch: Epoch::new(1), number: LinkNumber::new(3) },
        known: vec![Known { agency: members::agency(SENDER), serial: Serial::new(1) }],
        own_head: None,
        your_head: None,
        standing: None,
        mirrored: None,
        log: LogNumber::new(1),
        your_log: LogNumber::new(1),
        revocations: Vec::new(),
        staff: Vec::new(),
        notices: Vec::new(),
    }
}

fn meet(greeting: Greeting) -> Result<greeting::Met, CloseCode> {
    greeting::meet(
        greeting,
        &letters::directory(),
        &members::agency(SENDER),
        &members::agency(RECEIVER),
    )
}

/// A checkpoint of one agency's log, signed by another's log key.
fn note(of: &str, by: &str) -> ByteBuf {
    let directory = letters::directory();
    let agency = members::agency(of);
    let log = directory.newest(&agency).unwrap().credential().log_number;
    let head = Checkpoint {
        origin: directory.origin(&agency, log),
        size: TreeSize::new(5),
        root: digest::sha256(b"root"),
    };
    ByteBuf::from(checkpoint::sign(&head, &members::signing_key(by, "log", 1)).unwrap())
}

fn signed(seed: u8) -> Signed {
    letters::signed_with(letters::draft(&[RECEIVER]), seed)
}

fn dispatch_of(messages: &[Signed]) -> Dispatch {
    let item = |signed: &Signed| DispatchItem { message: signed.digest(), form: Form::Whole };
    Dispatch {
        charter: letters::directory().charter().charter().name.clone(),
        from: members::agency(SENDER),
        to: members::agency(RECEIVER),
        serial: Serial::new(1),
        epoch: Epoch::new(1),
        first: LinkNumber::new(1),
        items: messages.iter().map(item).collect(),
    }
}

fn sign(dispatch: &Dispatch) -> Vec<u8> {
    dispatch::sign(dispatch, &members::signing_key(SENDER, "signing", 1)).unwrap()
}

fn verify(bytes: &[u8]) -> Result<dispatch::VerifiedDispatch, DispatchError> {
    dispatch::verify(
        bytes,
        &letters::directory(),
        &members::agency(SENDER),
        &members::agency(RECEIVER),
    )
}

fn offer_of(messages: &[Signed]) -> Offer {
    let message = |signed: &Signed| OfferedMessage {
        message: ByteBuf::from(signed.message().to_vec()),
        sealed: Some(ByteBuf::from(signed.sealed().to_vec())),
        place: None,
    };
    Offer {
        dispatch: ByteBuf::from(sign(&dispatch_of(messages))),
        messages: messages.iter().map(message).collect(),
    }
}

fn judge(offer: Offer) -> Result<VerifiedOffer, CloseCode> {
    judge_with(offer, &letters::directory(), &members::sealing_key(RECEIVER, 1))
}

fn judge_with(
    offer: Offer,
    directory: &Directory,
    sealing: &SealingKey,
) -> Result<VerifiedOffer, CloseCode> {
    let judge = Judge {
        directory,
        me: &members::agency(RECEIVER),
        sealing,
        now: letters::CREATED,
        tolerance: letters::TOLERANCE,
        claimed: None,
        cleared: Classification::Confidential,
    };
    offer::verify(offer, &members::agency(SENDER), &judge)
}

fn receipt() -> Receipt {
    Receipt {
        epoch: Epoch::new(1),
        checkpoint: ByteBuf::from(b"note".to_vec()),
        from: TreeSize::new(0),
        consistency: Vec::new(),
        items: vec![ReceiptItem {
            number: LinkNumber::new(1),
            index: LeafIndex::new(2),
            leaf: ByteBuf::from(b"leaf".to_vec()),
            path: vec![digest::sha256(b"sibling")],
        }],
    }
}

/// An offer of a message whose approvals name this staff list of its author.
fn offer_under_list(list: u64) -> Offer {
    let vote = Vote {
        staff: members::staff(SENDER, "4711"),
        role: StaffRole::Officer,
        at: letters::CREATED,
        signature: Signature::from_bytes([0; 64]),
    };
    let approvals = Approvals { list, drafted: vote, approved: Vec::new(), break_glass: false };
    let approved = Some(Fixed { salt: [3; 32], approvals });
    offer_of(&[letters::signed(Draft { approved, ..letters::draft(&[RECEIVER]) })])
}

#[test]
fn a_staff_list_that_its_author_says_to_hold_is_waited_for_and_no_other() {
    // shows: stf-6
    let judged = |claimed: Option<u64>| {
        let judge = Judge {
            directory: &letters::directory(),
            me: &members::agency(RECEIVER),
            sealing: &members::sealing_key(RECEIVER, 1),
            now: letters::CREATED,
            tolerance: letters::TOLERANCE,
            claimed,
            cleared: Classification::Confidential,
        };
        offer::verify(offer_under_list(2), &members::agency(SENDER), &judge)
    };
    for claimed in [2, 3] {
        assert_eq!(judged(Some(claimed)).unwrap_err(), CloseCode::Stopping);
    }
    for claimed in [None, Some(1)] {
        let offer = judged(claimed).unwrap();
        let refused = offer.arrivals()[0].judged.as_ref().unwrap_err();
        assert_eq!(refused, &RefusalCode::BadApproval);
    }
}

#[test]
fn what_is_classified_higher_than_a_node_may_hold_is_refused() {
    // shows: orc-21
    let judged = |classification: Classification, cleared: Classification| {
        let mut draft = letters::draft(&[RECEIVER]);
        draft.handling.classification = classification;
        let judge = Judge {
            directory: &letters::directory(),
            me: &members::agency(RECEIVER),
            sealing: &members::sealing_key(RECEIVER, 1),
            now: letters::CREATED,
            tolerance: letters::TOLERANCE,
            claimed: None,
            cleared,
        };
        let offer = offer_of(&[letters::signed(draft)]);
        let offer = offer::verify(offer, &members::agency(SENDER), &judge).unwrap();
        offer.arrivals()[0].judged.as_ref().err().copied()
    };
    for classification in Classification::ALL {
        for cleared in Classification::ALL {
            let refused = (classification > cleared).then_some(RefusalCode::HandlingUnsupported);
            assert_eq!(judged(*classification, *cleared), refused, "{classification} at {cleared}");
        }
    }
}

#[test]
fn each_kind_of_frame_says_whether_it_passes_a_restricted_link() {
    // shows: rst-5
    use crate::wire::frame::Passage;
    let mirrored = crate::wire::mirror::Mirrored {
        sequence: 0,
        size: TreeSize::new(0),
        outcome: crate::wire::mirror::MirrorOutcome::Kept,
    };
    let recalled = crate::wire::mirror::Recalled {
        parts: Vec::new(),
        outcome: crate::wire::mirror::RecallOutcome::End,
    };
    let pass = [
        Frame::Credential(ByteBuf::new()),
        Frame::Ping(1),
        Frame::Pong(1),
        Frame::Recall(crate::wire::mirror::Recall::Size(TreeSize::new(0))),
        Frame::Recalled(recalled),
    ];
    let stay = [
        Frame::Greeting(greeting()),
        Frame::Offer(Offer { dispatch: ByteBuf::new(), messages: Vec::new() }),
        Frame::Receipt(Receipt {
            epoch: Epoch::new(1),
            checkpoint: ByteBuf::new(),
            from: TreeSize::new(0),
            consistency: Vec::new(),
            items: Vec::new(),
        }),
        Frame::Mirror(crate::wire::mirror::Mirror { parts: Vec::new(), checkpoint: None }),
        Frame::Mirrored(mirrored),
    ];

    assert!(pass.iter().all(|frame| frame.may_pass(Passage::Restricted)));
    assert!(!stay.iter().any(|frame| frame.may_pass(Passage::Restricted)));
    assert!(!Frame::Greeting(greeting()).may_pass(Passage::Whole), "greetings come once, before");
}
