//! Real endpoints on loopback: who gets in, what a peer learns, and what a slow or lying one costs.

use std::future::Future;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::ids::AgencyId;
use concord_protocol::limits::FRAME_BYTES_MAX;
use concord_protocol::limits::INTRODUCTION_BYTES_MAX;
use concord_protocol::registry::CloseCode;
use quinn::VarInt;
use rustls::crypto::aws_lc_rs;
use tokio::time;

use crate::transport::Endpoint;
use crate::transport::close;
use crate::transport::close::CloseReason;
use crate::transport::close::HandshakeError;
use crate::transport::connection::Connection;
use crate::transport::connection::ExchangeError;
use crate::transport::dial::DialError;
use crate::transport::listen::AcceptError;
use crate::transport::listen::Accepted;
use crate::transport::listen::IntroductionError;
use crate::transport::listen::StrangerConnection;
use crate::transport::pair::Dialer;
use crate::transport::pins::Pins;
use crate::transport::settings::Settings;
use crate::transport::stream::ReceiveError;
use crate::transport::stream::SendError;
use crate::transport::tests::forge::Forged;

mod forge;

#[tokio::test]
async fn two_pinned_nodes_exchange_frames_both_ways() {
    // shows: wire-1, wire-7, wire-90, wire-13
    let (north, south) = acquainted();

    let (out, into) = joined(&north, &south).await;
    assert_eq!(
        (out.peer(), out.dialer(), out.key()),
        (&south.agency, Dialer::Local, &south.key.public())
    );
    assert_eq!(
        (into.peer(), into.dialer(), into.key()),
        (&north.agency, Dialer::Remote, &north.key.public())
    );

    let (mut to_south, mut from_south) = in_time(out.exchange()).await.expect("a stream");
    let long = vec![7; FRAME_BYTES_MAX];
    let (sent, (mut to_north, mut from_north)) = in_time(async {
        let send = async { to_south.send(vec![1]).await.and(to_south.send(long.clone()).await) };
        let receive = async {
            let (send, mut receive) = into.exchange().await.expect("the stream");
            assert_eq!(receive.receive().await, Ok(vec![1]));
            assert_eq!(receive.receive().await, Ok(long.clone()));
            (send, receive)
        };
        tokio::join!(send, receive)
    })
    .await;
    assert_eq!(sent, Ok(()));
    in_time(to_north.send(b"heard".to_vec())).await.expect("sent");
    assert_eq!(in_time(from_south.receive()).await, Ok(b"heard".to_vec()));

    to_south.finish();
    assert_eq!(in_time(from_north.receive()).await, Err(ReceiveError::Ended));
    assert_eq!(out.exchange().await.expect_err("a second stream"), ExchangeError::Taken);
}

#[tokio::test]
async fn a_frame_that_is_empty_or_too_long_is_not_sent() {
    let (north, south) = acquainted();
    let (out, _into) = joined(&north, &south).await;
    let (mut send, _receive) = in_time(out.exchange()).await.expect("a stream");

    for len in [0, FRAME_BYTES_MAX + 1] {
        assert_eq!(in_time(send.send(vec![0; len])).await, Err(SendError::Length { len }));
    }
}

#[tokio::test]
async fn a_dialer_refuses_a_server_with_another_key_and_both_sides_say_so() {
    // shows: wire-6
    let (north, south) = acquainted();
    let other = Node::new("aa.other", 9);
    north.pins.allow(south.agency.clone(), other.key.public());

    let (expected, address) = ([other.key.public()], south.address());
    let dial = north.endpoint.dial(&south.agency, &expected, &address);
    let (dialed, accepted) = in_time(async { tokio::join!(dial, south.accept()) }).await;

    let Err(DialError::WrongKey { found }) = dialed else { panic!("dialed {dialed:?}") };
    assert_eq!(found, south.key.public());
    assert_eq!(accepted.expect_err("refused"), AcceptError::Handshake(HandshakeError::KeyRefused));
}

#[tokio::test]
async fn a_dialer_without_a_pin_does_not_dial() {
    // shows: wire-6
    let (north, south) = acquainted();
    north.pins.remove(&south.key.public());

    let dialed = north.endpoint.dial(&south.agency, &[south.key.public()], &south.address()).await;

    assert!(matches!(dialed, Err(DialError::NotPinned { agency }) if agency == south.agency));
}

#[tokio::test]
async fn a_dead_address_is_given_up_in_time() {
    // shows: wire-19
    let (north, south) = acquainted();
    let silent =
        std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket that never answers");
    let address = silent.local_addr().expect("an address").to_string();
    time::pause();

    let dialed = in_time(north.endpoint.dial(&south.agency, &[south.key.public()], &address)).await;

    assert!(
        matches!(dialed, Err(DialError::Handshake(HandshakeError::Silent))),
        "dialed {dialed:?}"
    );
}

#[tokio::test]
async fn a_stranger_who_says_nothing_is_refused_with_a_code_on_both_sides() {
    // shows: wire-8
    let (north, south) = strange();
    let (out, stranger) = met(&north, &south).await;
    assert_eq!(stranger.key(), &north.key.public());
    time::pause();

    assert_eq!(in_time(stranger.introduction()).await, Err(IntroductionError::Silent));

    assert_eq!(in_time(out.closed()).await, CloseReason::ByPeer(CloseCode::UnknownKey));
}

#[tokio::test]
async fn a_stranger_who_is_not_answered_learns_that_its_key_is_unknown() {
    // shows: wire-8
    let (north, south) = strange();
    let (out, stranger) = met(&north, &south).await;

    drop(stranger);

    assert_eq!(in_time(out.closed()).await, CloseReason::ByPeer(CloseCode::UnknownKey));
}

#[tokio::test]
async fn a_stranger_may_introduce_itself_once() {
    // shows: wire-8
    let (north, south) = strange();
    let (out, stranger) = met(&north, &south).await;
    let (mut send, _receive) = in_time(out.exchange()).await.expect("a stream");
    let introduction = vec![3; INTRODUCTION_BYTES_MAX];

    in_time(send.send(introduction.clone())).await.expect("sent");
    let heard = in_time(stranger.introduction()).await;
    stranger.answer(CloseCode::Introduced);

    assert_eq!(heard, Ok(introduction));
    assert_eq!(in_time(out.closed()).await, CloseReason::ByPeer(CloseCode::Introduced));
}

#[tokio::test]
async fn a_stranger_who_says_too_much_is_refused() {
    // shows: wire-8
    let (north, south) = strange();
    let (out, stranger) = met(&north, &south).await;
    let (mut send, _receive) = in_time(out.exchange()).await.expect("a stream");

    in_time(send.send(vec![3; INTRODUCTION_BYTES_MAX + 1])).await.expect("sent");

    assert_eq!(in_time(stranger.introduction()).await, Err(IntroductionError::NotOne));
    assert_eq!(in_time(out.closed()).await, CloseReason::ByPeer(CloseCode::UnknownKey));
}

#[tokio::test]
async fn strangers_who_come_too_fast_are_told_so() {
    // shows: wire-9
    let tables: [fn(&mut Settings); 2] =
        [|settings| settings.strangers_max = 1, |settings| settings.strangers_burst = 1];
    for bend in tables {
        let north = Node::new("aa.north", 1);
        let south = Node::bent("bb.south", 2, bend);
        north.knows(&south);
        let (_first, _stranger) = met(&north, &south).await;

        let (second, accepted) =
            in_time(async { tokio::join!(north.dial(&south), south.accept()) }).await;

        assert_eq!(accepted.expect_err("refused"), AcceptError::TooFast);
        let second = second.expect("the handshake ends before the refusal");
        assert_eq!(in_time(second.closed()).await, CloseReason::ByPeer(CloseCode::TooFast));
    }
}

#[tokio::test]
async fn a_client_that_bends_the_handshake_is_refused_on_both_sides() {
    // shows: wire-1, wire-2, wire-4
    type Bend = fn(&mut Forged);
    let table: [(&str, Bend); 4] = [
        ("classical key exchange", |forged| {
            forged.provider.kx_groups = vec![aws_lc_rs::kx_group::X25519]
        }),
        ("128-bit cipher", |forged| {
            forged.provider.cipher_suites = vec![aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256];
        }),
        ("another protocol", |forged| forged.alpn = vec![b"concord/2".to_vec()]),
        ("no protocol", |forged| forged.alpn = Vec::new()),
    ];
    let (north, south) = acquainted();
    for (name, bend) in table {
        let mut forged = Forged::of(&north);
        bend(&mut forged);

        let (dialed, accepted) =
            in_time(async { tokio::join!(forged.connect(&north, &south), south.accept()) }).await;

        let refused = close::handshake_error(&dialed.expect_err(name));
        assert_eq!(refused, HandshakeError::NothingInCommon, "{name}, client");
        assert_eq!(accepted.expect_err(name), AcceptError::Handshake(refused), "{name}, server");
    }
}

#[tokio::test]
async fn a_client_is_refused_unless_it_shows_one_ed25519_key_and_proves_it() {
    // shows: wire-3
    let (north, south) = acquainted();
    let true_key = forge::spki(north.key.public().as_bytes());
    let mut identity_point = [0; 32];
    identity_point[0] = 1;
    let mut another_algorithm = true_key.clone();
    another_algorithm[8] = 0x71;
    let table: [(&str, Option<Vec<Vec<u8>>>); 6] = [
        ("no key", None),
        ("two keys", Some(vec![true_key.clone(), true_key.clone()])),
        ("a key of small order", Some(vec![forge::spki(&identity_point)])),
        ("another algorithm", Some(vec![another_algorithm])),
        ("one byte too many", Some(vec![[true_key, vec![0]].concat()])),
        ("another's key", Some(vec![forge::spki(south.key.public().as_bytes())])),
    ];
    for (name, shown) in table {
        let forged = Forged { shown, ..Forged::of(&north) };

        let (dialed, accepted) =
            in_time(async { tokio::join!(forged.connect(&north, &south), south.accept()) }).await;

        // The client's half of the handshake ends first; the refusal follows.
        let reason = match dialed {
            Ok(connection) => close::close_reason(&in_time(connection.closed()).await, None),
            Err(error) => close::close_reason(&error, None),
        };
        let refused = accepted.expect_err(name);
        if matches!(name, "two keys") {
            // The TLS library refuses it before our judge does.
            assert!(matches!(refused, AcceptError::Handshake(_)), "{name}: {refused:?}");
        } else {
            assert_eq!(refused, AcceptError::Handshake(HandshakeError::BadKey), "{name}");
            assert_eq!(reason, CloseReason::KeyRefused, "{name}");
        }
    }
}

#[tokio::test]
async fn no_ticket_is_given_and_nothing_is_sent_early() {
    // shows: wire-5
    let (north, south) = acquainted();
    let forged = Forged::of(&north);
    for _ in 0..2 {
        let connecting = forged.connecting(&north, &south);
        let Err(connecting) = connecting.into_0rtt() else { panic!("early data") };
        let (dialed, accepted) = in_time(async { tokio::join!(connecting, south.accept()) }).await;
        let (quinn, Accepted::Known(into)) = (dialed.expect("dialed"), accepted.expect("accepted"))
        else {
            panic!("not known")
        };

        // What the server sends after the handshake has arrived once its close has.
        into.close(CloseCode::Stopping);
        in_time(quinn.closed()).await;
    }

    assert_eq!(*forged.sessions.tickets.lock().expect("unpoisoned"), 0);
    south.pins.remove(&north.key.public());
    let (_dialed, accepted) =
        in_time(async { tokio::join!(forged.connect(&north, &south), south.accept()) }).await;
    assert!(matches!(accepted, Ok(Accepted::Stranger(_))), "a key taken back: {accepted:?}");
}

#[tokio::test]
async fn a_connection_offers_no_other_way_in() {
    // shows: wire-90
    let (north, south) = acquainted();
    let forged = Forged::of(&north);
    let (dialed, accepted) =
        in_time(async { tokio::join!(forged.connect(&north, &south), south.accept()) }).await;
    let (quinn, Accepted::Known(into)) = (dialed.expect("dialed"), accepted.expect("accepted"))
    else {
        panic!("not known")
    };
    time::pause();

    assert_eq!(quinn.max_datagram_size(), None);
    let stream = time::timeout(Duration::from_secs(5), quinn.open_uni()).await;
    assert!(stream.is_err(), "a stream in one direction");
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(in_time(quinn.open_bi()).await.expect("the exchange, and two for files"));
    }
    let stream = time::timeout(Duration::from_secs(5), quinn.open_bi()).await;
    assert!(stream.is_err(), "a fourth stream");
    assert_eq!(in_time(into.exchange()).await.expect_err("no stream"), ExchangeError::Silent);
}

#[tokio::test]
async fn a_frame_that_breaks_the_rules_closes_the_connection() {
    // shows: wire-13
    let too_long = u32::try_from(FRAME_BYTES_MAX + 1).expect("small").to_be_bytes();
    let max = FRAME_BYTES_MAX;
    let table = [
        ("too long", too_long.to_vec(), ReceiveError::Length { len: max + 1, max }),
        ("the longest number", vec![0xff; 4], ReceiveError::Length { len: 0xffff_ffff, max }),
        ("empty", vec![0; 4], ReceiveError::Length { len: 0, max }),
        ("cut", vec![0, 0, 0, 2, 1], ReceiveError::Cut),
    ];
    for (name, bytes, told) in table {
        let (north, south) = acquainted();
        let (quinn, into) = forged_join(&north, &south).await;
        let (mut send, _receive) = in_time(quinn.open_bi()).await.expect("a stream");
        in_time(send.write_all(&bytes)).await.expect("sent");
        send.finish().expect("ended");

        let (_, mut receive) = in_time(into.exchange()).await.expect("the stream");
        assert_eq!(in_time(receive.receive()).await, Err(told), "{name}");

        let closed = close::close_reason(&in_time(quinn.closed()).await, None);
        assert_eq!(closed, CloseReason::ByPeer(CloseCode::BadFrame), "{name}");
    }
}

#[tokio::test]
async fn a_frame_that_does_not_end_closes_the_connection() {
    // shows: wire-14
    let (north, south) = acquainted();
    let (quinn, into) = forged_join(&north, &south).await;
    let (mut send, _receive) = in_time(quinn.open_bi()).await.expect("a stream");
    in_time(send.write_all(&[0, 0, 0, 2, 1])).await.expect("sent");
    let (_, mut receive) = in_time(into.exchange()).await.expect("the stream");
    time::pause();

    assert_eq!(in_time(receive.receive()).await, Err(ReceiveError::Slow));

    let closed = close::close_reason(&in_time(quinn.closed()).await, None);
    assert_eq!(closed, CloseReason::ByPeer(CloseCode::Timeout));
}

#[tokio::test]
async fn a_peer_that_takes_nothing_holds_a_sender_back_and_then_loses_the_connection() {
    // shows: wire-15
    let (north, south) = acquainted();
    let (out, into) = joined(&north, &south).await;
    let (mut send, _receive) = in_time(out.exchange()).await.expect("a stream");
    time::pause();

    let mut sent = Ok(());
    let mut frames = 0;
    while sent.is_ok() {
        sent = in_time(send.send(vec![0; FRAME_BYTES_MAX])).await;
        frames += 1;
    }

    assert_eq!(sent, Err(SendError::Stalled));
    assert!(frames <= 3, "{frames} frames were taken without being read");
    assert_eq!(in_time(into.closed()).await, CloseReason::ByPeer(CloseCode::Timeout));
}

#[tokio::test]
async fn a_frame_half_sent_and_dropped_ends_the_connection_at_the_next() {
    // shows: wire-13
    let (north, south) = acquainted();
    let (out, into) = joined(&north, &south).await;
    let (mut send, _receive) = in_time(out.exchange()).await.expect("a stream");
    time::pause();
    let dropped = async {
        loop {
            send.send(vec![0; FRAME_BYTES_MAX]).await.expect("sent");
        }
    };
    assert!(time::timeout(Duration::from_secs(1), dropped).await.is_err());

    assert_eq!(in_time(send.send(vec![1])).await, Err(SendError::CutOff));

    assert_eq!(in_time(into.closed()).await, CloseReason::ByPeer(CloseCode::BadFrame));
}

#[tokio::test]
async fn every_close_code_is_seen_at_the_other_side() {
    // shows: wire-11
    let (north, south) = acquainted();
    for code in CloseCode::ALL {
        let (out, into) = joined(&north, &south).await;

        into.close(*code);

        assert_eq!(in_time(into.closed()).await, CloseReason::Local(*code));
        assert_eq!(in_time(out.closed()).await, CloseReason::ByPeer(*code));
    }
}

#[tokio::test]
async fn what_a_peer_writes_as_its_reason_is_never_shown() {
    // shows: wire-11
    let (north, south) = acquainted();
    let (quinn, into) = forged_join(&north, &south).await;

    quinn.close(VarInt::from_u32(0xbad), b"\x1b[31mall is well\x1b[0m");

    let reason = in_time(into.closed()).await;
    assert_eq!(reason, CloseReason::ByPeerUnknown(0xbad));
    assert!(!format!("{reason} {reason:?}").contains("well"));
}

#[tokio::test]
async fn a_connection_is_closed_when_its_pin_goes() {
    // shows: wire-10
    type Change = fn(&Node, &Node);
    let table: [(&str, Change); 3] = [
        ("removed", |north, south| south.pins.remove(&north.key.public())),
        ("replaced", |_, south| south.pins.replace([])),
        ("given to another", |north, south| {
            south.pins.allow(agency("cc.west"), north.key.public())
        }),
    ];
    for (name, change) in table {
        let (north, south) = acquainted();
        let (out, into) = joined(&north, &south).await;
        south.pins.allow(agency("dd.east"), Node::new("dd.east", 4).key.public());

        change(&north, &south);

        assert_eq!(
            in_time(into.closed()).await,
            CloseReason::Local(CloseCode::UnknownKey),
            "{name}"
        );
        assert_eq!(
            in_time(out.closed()).await,
            CloseReason::ByPeer(CloseCode::UnknownKey),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_quiet_connection_outlives_its_idle_wait_and_a_change_of_other_pins() {
    // shows: wire-10, wire-16
    let (north, south) = acquainted();
    let (out, into) = joined(&north, &south).await;
    let east = Node::new("dd.east", 4);

    south.knows(&east);
    south.pins.remove(&east.key.public());
    time::pause();

    let ended = time::timeout(Duration::from_secs(120), async {
        tokio::join!(out.closed(), into.closed())
    })
    .await;
    assert!(ended.is_err(), "ended by {ended:?}");
}

#[tokio::test]
async fn a_client_that_moves_to_another_address_keeps_its_connection() {
    // shows: wire-16
    let (north, south) = acquainted();
    let (out, into) = joined(&north, &south).await;
    let (mut send, _receive) = in_time(out.exchange()).await.expect("a stream");
    in_time(send.send(vec![1])).await.expect("sent");
    let (_send, mut receive) = in_time(into.exchange()).await.expect("the stream");
    assert_eq!(in_time(receive.receive()).await, Ok(vec![1]));

    let elsewhere = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    north.endpoint.shared.quinn.rebind(elsewhere).expect("moved");

    in_time(send.send(vec![2])).await.expect("sent");
    assert_eq!(in_time(receive.receive()).await, Ok(vec![2]));
}

#[tokio::test]
async fn under_load_an_arrival_first_shows_that_its_address_is_real() {
    // shows: wire-19
    let north = Node::new("aa.north", 1);
    let south = Node::bent("bb.south", 2, |settings| settings.handshakes_calm = 0);
    north.knows(&south);
    south.knows(&north);

    let (out, into) = joined(&north, &south).await;

    assert_eq!((out.peer(), into.peer()), (&south.agency, &north.agency));
}

#[tokio::test]
async fn an_endpoint_without_room_refuses_and_the_dialer_knows() {
    // shows: wire-19
    let north = Node::new("aa.north", 1);
    let south = Node::bent("bb.south", 2, |settings| settings.handshakes_max = 1);
    north.knows(&south);
    south.knows(&north);
    let first = in_time(async {
        tokio::select! {
            dialed = north.dial(&south) => panic!("dialed {dialed:?}"),
            arrival = south.endpoint.accept() => arrival,
        }
    });
    let _waiting = first.await.expect("an arrival");

    let dialed = in_time(async {
        tokio::select! {
            dialed = north.dial(&south) => dialed,
            accepted = south.accept() => panic!("accepted {accepted:?}"),
        }
    })
    .await;

    assert!(matches!(dialed, Err(DialError::Handshake(HandshakeError::Busy))), "dialed {dialed:?}");
}

#[tokio::test]
async fn a_peer_has_a_bounded_number_of_connections() {
    // shows: wire-20
    let north = Node::new("aa.north", 1);
    let south = Node::bent("bb.south", 2, |settings| settings.connections_per_peer_max = 1);
    north.knows(&south);
    south.knows(&north);
    let (first, into) = joined(&north, &south).await;

    let (second, accepted) =
        in_time(async { tokio::join!(north.dial(&south), south.accept()) }).await;

    assert_eq!(accepted.expect_err("refused"), AcceptError::TooMany { peer: north.agency.clone() });
    let second = second.expect("the handshake ends before the refusal");
    assert_eq!(in_time(second.closed()).await, CloseReason::ByPeer(CloseCode::TooFast));

    first.close(CloseCode::Superseded);
    in_time(into.closed()).await;
    let (_third, _into) = joined(&north, &south).await;
}

#[tokio::test]
async fn a_peer_hears_that_a_node_stops() {
    // shows: wire-11
    let (north, south) = acquainted();
    let (out, into) = joined(&north, &south).await;

    in_time(south.endpoint.stop()).await;

    assert_eq!(in_time(out.closed()).await, CloseReason::ByPeer(CloseCode::Stopping));
    assert_eq!(in_time(into.closed()).await, CloseReason::Local(CloseCode::Stopping));
    assert!(in_time(south.endpoint.accept()).await.is_none());
}

#[tokio::test]
async fn a_dropped_connection_tells_the_peer() {
    // shows: wire-11
    let (north, south) = acquainted();
    let (out, into) = joined(&north, &south).await;

    drop(into);

    assert_eq!(in_time(out.closed()).await, CloseReason::ByPeer(CloseCode::Stopping));
}

#[tokio::test]
async fn a_node_that_was_killed_and_started_again_makes_its_peers_notice() {
    // shows: wire-21
    let north = Node::new("aa.north", 1);
    let (address, killed) = doomed("bb.south", 2, &north);
    let south_key = key(2).public();
    north.pins.allow(agency("bb.south"), south_key);
    let out =
        in_time(north.endpoint.dial(&agency("bb.south"), &[south_key], &address.to_string())).await;
    let out = out.expect("dialed");
    let (mut send, mut receive) = in_time(out.exchange()).await.expect("a stream");
    in_time(send.send(vec![1])).await.expect("sent");
    assert_eq!(in_time(receive.receive()).await, Ok(vec![1]));
    killed();

    let _again = Node::bent("bb.south", 2, |settings| settings.listen = address);
    in_time(send.send(vec![0; 100])).await.expect("sent");

    assert_eq!(in_time(out.closed()).await, CloseReason::Restarted);
}

#[tokio::test]
async fn a_peer_that_vanished_is_noticed_after_the_idle_wait() {
    // shows: wire-16
    let north = Node::new("aa.north", 1);
    let (address, killed) = doomed("bb.south", 2, &north);
    north.pins.allow(agency("bb.south"), key(2).public());
    let out =
        in_time(north.endpoint.dial(&agency("bb.south"), &[key(2).public()], &address.to_string()))
            .await;
    let out = out.expect("dialed");
    let (mut send, mut receive) = in_time(out.exchange()).await.expect("a stream");
    in_time(send.send(vec![1])).await.expect("sent");
    assert_eq!(in_time(receive.receive()).await, Ok(vec![1]));
    killed();
    time::pause();

    let reason = in_time(receive.receive()).await;

    assert_eq!(reason, Err(ReceiveError::Closed(CloseReason::Silent)));
}

/// A node on loopback.
struct Node {
    agency: AgencyId,
    key: Arc<SigningKey>,
    pins: Arc<Pins>,
    endpoint: Endpoint,
}

impl Node {
    fn new(name: &str, seed: u8) -> Self {
        Self::bent(name, seed, |_| ())
    }

    fn bent(name: &str, seed: u8, bend: impl Fn(&mut Settings)) -> Self {
        let mut settings = Settings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        bend(&mut settings);
        let (key, pins) = (key(seed), Arc::new(Pins::new()));
        let signer = Arc::clone(&key) as Arc<dyn Signer>;
        let endpoint = Endpoint::bind(settings, signer, Arc::clone(&pins)).expect("an endpoint");
        Self { agency: agency(name), key, pins, endpoint }
    }

    fn knows(&self, other: &Self) {
        self.pins.allow(other.agency.clone(), other.key.public());
    }

    fn address(&self) -> String {
        self.endpoint.local_address().expect("an address").to_string()
    }

    async fn dial(&self, other: &Self) -> Result<Connection, DialError> {
        self.endpoint.dial(&other.agency, &[other.key.public()], &other.address()).await
    }

    async fn accept(&self) -> Result<Accepted, AcceptError> {
        self.endpoint.accept().await.expect("an arrival").handshake().await
    }
}

fn key(seed: u8) -> Arc<SigningKey> {
    Arc::new(SigningKey::from_seed(&[seed; 32]))
}

fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).expect("a name")
}

/// Two nodes that know each other.
fn acquainted() -> (Node, Node) {
    let (north, south) = strange();
    south.knows(&north);
    (north, south)
}

/// Two nodes of which only the first knows the second.
fn strange() -> (Node, Node) {
    let (north, south) = (Node::new("aa.north", 1), Node::new("bb.south", 2));
    north.knows(&south);
    (north, south)
}

async fn joined(dialer: &Node, listener: &Node) -> (Connection, Connection) {
    match in_time(async { tokio::join!(dialer.dial(listener), listener.accept()) }).await {
        (Ok(out), Ok(Accepted::Known(into))) => (out, into),
        other => panic!("not joined: {other:?}"),
    }
}

async fn met(dialer: &Node, listener: &Node) -> (Connection, StrangerConnection) {
    match in_time(async { tokio::join!(dialer.dial(listener), listener.accept()) }).await {
        (Ok(out), Ok(Accepted::Stranger(stranger))) => (out, stranger),
        other => panic!("not met: {other:?}"),
    }
}

/// A known peer whose side is bare QUIC.
async fn forged_join(dialer: &Node, listener: &Node) -> (quinn::Connection, Connection) {
    let forged = Forged::of(dialer);
    match in_time(async { tokio::join!(forged.connect(dialer, listener), listener.accept()) }).await
    {
        (Ok(quinn), Ok(Accepted::Known(into))) => (quinn, into),
        other => panic!("not joined: {other:?}"),
    }
}

/// A node in a runtime of its own that echoes one frame, and a way to end it without a word to anyone.
fn doomed(name: &'static str, seed: u8, friend: &Node) -> (SocketAddr, impl FnOnce() + use<>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let node = {
        let _inside = runtime.enter();
        Node::new(name, seed)
    };
    node.knows(friend);
    let address = node.endpoint.local_address().expect("an address");
    runtime.spawn(async move {
        let Ok(Accepted::Known(into)) = node.accept().await else { return };
        let (mut send, mut receive) = into.exchange().await.expect("the stream");
        let frame = receive.receive().await.expect("a frame");
        send.send(frame).await.expect("sent");
        std::future::pending::<()>().await;
    });
    let kill = move || {
        std::thread::spawn(move || runtime.shutdown_timeout(Duration::from_secs(5)))
            .join()
            .expect("dead")
    };
    (address, kill)
}

/// No test waits for ever; and whatever a host awaits can be moved between threads.
async fn in_time<T>(future: impl Future<Output = T> + Send) -> T {
    time::timeout(Duration::from_secs(60), future).await.expect("an end in time")
}
