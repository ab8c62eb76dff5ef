//! Nodes killed at any moment and started again: nothing acknowledged is lost, and once is once.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::client::Page;
use concord_node::api::shape::message::Status;
use concord_node::report::code::Code;
use harness::chance::Chance;
use harness::daemon::Daemon;
use harness::evidence;
use harness::federation::Federation;
use harness::letter;
use harness::wait;

const AGENCIES: [&str; 2] = ["la.mps", "mm.mpf"];

/// Times that a node is killed.
const ROUNDS: usize = 50;

/// Longest time between a start and a kill, in milliseconds.
const LIFE_MS_MAX: usize = 400;

/// Most letters that an agency writes in a round.
const LETTERS_MAX: usize = 12;

/// What each agency wrote: the idempotency key, and the id once the node acknowledged it.
type Written = [BTreeMap<String, Option<String>>; 2];

#[test]
fn nothing_acknowledged_is_lost_when_nodes_are_killed_at_any_moment() {
    // shows: eng-1, store-3
    // shows: promise-1, promise-2
    let mut chance = Chance::announced("restart");
    let world = Federation::of("restart", &AGENCIES);
    for agency in &world.agencies {
        agency.set("greeting_wait_ms", 50);
    }
    let mut nodes = [world.ready(0), world.ready(1)];
    let mut written: Written = Default::default();

    for round in 0..ROUNDS {
        let victim = chance.below(2);
        let life = Duration::from_millis(u64::try_from(chance.below(LIFE_MS_MAX)).unwrap());
        write_while_killing(&world, &mut nodes, &mut written, (round, victim, life));
        if chance.one_in(4) {
            kill_and_start(&world, &mut nodes, 1 - victim);
        }
    }
    let clients = [nodes[0].client(), nodes[1].client()];
    for (which, client) in clients.iter().enumerate() {
        write_again(client, &mut written[which], AGENCIES[1 - which]);
        settled(client, &written[which]);
    }

    for (which, client) in clients.iter().enumerate() {
        let own: BTreeSet<String> = written[which].values().flatten().cloned().collect();
        assert_eq!(own.len(), written[which].len(), "each letter became one message");
        assert_eq!(
            ids(client, "out"),
            own,
            "the sender holds what it acknowledged and nothing else"
        );
        assert_eq!(ids(&clients[1 - which], "in"), own, "the receiver holds each message once");
    }
    let held = evidence::agree(&clients[0], &clients[1], world.genesis);
    assert!(held.pending.is_empty(), "{:?}", held.pending);
    assert_eq!(held.matched, u64::try_from(written[0].len() + written[1].len()).unwrap());
}

/// Both agencies write until one of their nodes has been killed and is back.
fn write_while_killing(
    world: &Federation,
    nodes: &mut [Daemon; 2],
    written: &mut Written,
    (round, victim, life): (usize, usize, Duration),
) {
    let stop = AtomicBool::new(false);
    let clients = [nodes[0].client(), nodes[1].client()];
    thread::scope(|scope| {
        for (which, mine) in written.iter_mut().enumerate() {
            let (client, stop) = (&clients[which], &stop);
            scope.spawn(move || write(client, mine, (round, which), stop));
        }
        // The moment is left to luck; nothing is waited for.
        let _: Option<()> = wait::for_up_to(life, || None);
        kill_and_start(world, nodes, victim);
        stop.store(true, Ordering::Relaxed);
    });
}

fn kill_and_start(world: &Federation, nodes: &mut [Daemon; 2], which: usize) {
    nodes[which].kill();
    nodes[which] = world.ready(which);
}

/// Writes letter after letter; one without an answer is left for later, as when a node is away.
fn write(
    client: &Client,
    mine: &mut BTreeMap<String, Option<String>>,
    (round, which): (usize, usize),
    stop: &AtomicBool,
) {
    let to = AGENCIES[1 - which];
    for number in 0..LETTERS_MAX {
        let key = format!("{which}-{round}-{number}");
        let id = submit(client, &key, to);
        let away = id.is_none();
        mine.insert(key, id);
        if away || stop.load(Ordering::Relaxed) {
            return;
        }
    }
}

/// Submits one letter under its key; `None` when the node is away.
fn submit(client: &Client, key: &str, to: &str) -> Option<String> {
    let letter = letter::report(&[to], key).to_string();
    match client.submit(letter.as_bytes(), Some(key)) {
        Ok(sent) => Some(sent.message.id),
        Err(report) => {
            let away = matches!(
                report.code,
                Code::NodeUnreachable
                    | Code::AnswerUnreadable
                    | Code::Starting
                    | Code::Stopping
                    | Code::Busy
            );
            assert!(away, "{report:?}");
            None
        }
    }
}

/// Submits every letter again under its key: what was acknowledged must come back the same.
fn write_again(client: &Client, mine: &mut BTreeMap<String, Option<String>>, to: &str) {
    for (key, known) in mine {
        let id = submit(client, key, to).expect("the node is there");
        if let Some(known) = known {
            assert_eq!(*known, id, "the letter {key} was acknowledged before");
        }
        *known = Some(id);
    }
}

/// Waits until every message has its receipt.
fn settled(client: &Client, mine: &BTreeMap<String, Option<String>>) {
    for id in mine.values().flatten() {
        let receipted = || {
            let found =
                client.message(id).unwrap_or_else(|report| panic!("{id} is lost: {report:?}"));
            found
                .deliveries
                .iter()
                .all(|delivery| delivery.status == Status::Receipted)
                .then_some(())
        };
        assert!(
            wait::for_up_to(Duration::from_secs(60), receipted).is_some(),
            "{id} has no receipt"
        );
    }
}

/// The ids of all messages in one direction.
fn ids(client: &Client, direction: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut page = Page { direction: Some(direction.to_owned()), limit: Some(100), cursor: None };
    loop {
        let found = client.messages(&page).unwrap();
        for message in found.items {
            assert!(all.insert(message.id.clone()), "{} is listed twice", message.id);
        }
        match found.next {
            Some(cursor) => page.cursor = Some(cursor),
            None => return all,
        }
    }
}
