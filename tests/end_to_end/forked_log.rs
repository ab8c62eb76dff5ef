//! A member that keeps two histories of its log: found out, proven to anyone, told to all, and cosigned no more.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use concord_node::api::shape::watch::Evidence;
use concord_protocol::audit::evidence::judge;
use concord_protocol::audit::evidence::make;
use concord_protocol::audit::evidence::make::Log;
use concord_protocol::audit::evidence::make::Shown;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity;
use concord_protocol::identity::credential;
use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::directory::LogKey;
use concord_protocol::ids::LogNumber;
use concord_protocol::limits::EVIDENCE_WANTED_MAX;
use concord_protocol::log::checkpoint;
use concord_protocol::log::cosignature;
use concord_protocol::log::cosignature::CosignerKey;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::log::leaf::EvidenceKind;
use concord_protocol::log::note;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::receipt::Held;
use concord_protocol::wire::witness;
use concord_protocol::wire::witness::Misfit;
use concord_protocol::wire::witness::Objection;
use concord_protocol::wire::witness::Subject;
use concord_protocol::wire::witness::WitnessRefusal;
use concord_protocol::wire::witness::WitnessRequest;
use concord_protocol::wire::witness::Witnessed;
use concord_protocol::wire::witness::Witnesses;
use harness::daemon::Daemon;
use harness::federation::Agency;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::forge::Line;
use harness::forge::branch::Branch;
use harness::shell;
use harness::wait;

/// How long evidence may take to reach everyone: two rounds of gossip on a loaded machine.
const SPREAD_WITHIN: Duration = Duration::from_secs(60);

#[test]
fn two_histories_shown_to_two_nodes_are_evidence_at_all_of_them() {
    // shows: evd-12, evd-14, evd-16, evd-18, evd-23, evd-25, wire-50, wire-51, wire-52
    let world = Federation::of("forked-log", &["la.mps", "mm.mpf", "th.rtp", "vn.mps"]);
    let nodes: Vec<Daemon> = (1..4).map(|which| world.ready(which)).collect();
    let [truth, lie] = branches(&world);
    let (first, second) = (Forger::new(&world, 0, 1), Forger::new(&world, 0, 2));
    let (mut one, mut two) = (first.meet(), second.meet());

    let honest = answered(&mut one, truth.request(0, 9));
    let other = answered(&mut two, lie.request(0, 9));

    // Each of the two has seen one history only, and cosigns it.
    assert!(matches!(honest, Witnessed::Cosigned { .. }), "{honest:?}");
    assert!(matches!(other, Witnessed::Cosigned { .. }), "{other:?}");
    // The third one has seen none.
    for node in &nodes {
        let held = held(node);
        assert_eq!((held.kind.as_str(), held.accused.as_str()), ("log-fork", "la.mps"));
        assert!(held.proves.contains("two checkpoints of log1 that do not fit: size 9"));
        let alarms = node.client().watch().unwrap().alarms;
        assert!(alarms.iter().all(|alarm| alarm.member == "la.mps"), "{alarms:?}");
    }
    let digests: Vec<String> = nodes.iter().map(|node| held(node).digest).collect();
    assert!(digests.windows(2).all(|two| two[0] == two[1]), "{digests:?}");

    // The accused may grow as it likes: nobody cosigns it any more.
    let grown = answered(&mut one, truth.request(9, 12));
    assert!(matches!(grown, Witnessed::Refused { code: WitnessRefusal::Condemned }), "{grown:?}");
    holds_without_any_node(&world, &nodes[0]);
    alarm_stands(&world, &nodes[2]);
}

#[test]
fn a_member_that_shows_less_than_it_had_shown_is_an_alarm_until_it_shows_as_much_again() {
    // shows: evd-21
    let world = Federation::of("shrunk-log", &["la.mps", "mm.mpf", "th.rtp"]);
    let node = world.ready(1);
    let [log, _] = branches(&world);
    let forger = Forger::new(&world, 0, 1);
    let mut line = forger.meet();
    assert!(matches!(answered(&mut line, log.request(0, 9)), Witnessed::Cosigned { .. }));
    let shrunk = || {
        let alarms = node.client().watch().unwrap().alarms;
        alarms.into_iter().find(|alarm| alarm.kind == "shrinking")
    };
    assert!(shrunk().is_none());

    let _less = forger.meet_showing(Some(log.note(5)));
    let alarm = wait::for_up_to(SPREAD_WITHIN, shrunk).expect("the alarm is raised");
    assert_eq!(alarm.member, "la.mps");
    assert!(alarm.text.contains("with 5 leaves and had shown 9"), "{}", alarm.text);

    let _again = forger.meet_showing(Some(log.note(9)));
    let over = wait::for_up_to(SPREAD_WITHIN, || shrunk().is_none().then_some(()));
    assert!(over.is_some(), "{}", node.said());
}

#[test]
fn a_second_history_shown_to_the_same_node_is_evidence_by_its_path() {
    // shows: evd-6, evd-12
    let world = Federation::of("second-history", &["la.mps", "mm.mpf", "th.rtp"]);
    let node = world.ready(1);
    let [truth, lie] = branches(&world);
    let forger = Forger::new(&world, 0, 1);

    let mut line = forger.meet();
    assert!(matches!(answered(&mut line, truth.request(0, 8)), Witnessed::Cosigned { .. }));
    line.say(&Frame::Witness(lie.request(8, 12)));
    while line.hear().is_some() {}

    let held = held(&node);
    assert_eq!(held.kind, "log-fork");
    assert!(held.proves.contains("whose first 8 leaves have the root"), "{}", held.proves);
}

#[test]
fn two_messages_under_one_number_are_evidence_with_both_dispatches() {
    // shows: evd-9, evd-12
    let world = Federation::of("number-proven", &["la.mps", "mm.mpf", "th.rtp"]);
    let node = world.ready(1);
    let forger = Forger::new(&world, 0, 1);
    use_a_number_twice(&forger);

    let held = held(&node);
    assert_eq!(held.kind, "number-reused");
    assert!(
        held.proves.starts_with("la.mps signed two messages under number 1 of its link to mm.mpf"),
        "{}",
        held.proves
    );
}

#[test]
fn what_was_not_asked_for_or_proves_nothing_is_not_taken_and_a_flood_ends_the_link() {
    // shows: wire-53, wire-54, evd-14
    let world = Federation::of("evidence-flood", &["la.mps", "mm.mpf", "th.rtp"]);
    let node = world.ready(1);
    let before = node.client().head().unwrap().size;
    let forger = Forger::new(&world, 0, 1);
    let mut line = forger.meet();

    for number in 0..100_u8 {
        let file = serde_bytes::ByteBuf::from(vec![number; 100]);
        line.say(&Frame::Evidence(EvidenceTalk::File(file)));
    }
    while line.hear().is_some() {}

    assert_eq!(format!("{:?}", line.closed()), "ByPeer(TooFast)");
    assert!(node.client().evidence(0).unwrap().items.is_empty());
    assert_eq!(node.client().head().unwrap().size, before, "nothing of it is in the log");
}

#[test]
fn a_file_is_handed_out_once_on_a_connection_however_often_it_is_asked_for() {
    // shows: wire-52
    let world = Federation::of("evidence-wanted", &["la.mps", "mm.mpf", "th.rtp"]);
    let node = world.ready(1);
    let forger = Forger::new(&world, 0, 1);
    use_a_number_twice(&forger);
    let file = Digest::parse(&held(&node).digest).unwrap();

    let mut line = forger.meet();
    line.say(&Frame::Evidence(EvidenceTalk::Wanted(vec![file; EVIDENCE_WANTED_MAX])));
    line.say(&Frame::Evidence(EvidenceTalk::Wanted(vec![file])));
    line.say(&Frame::Ping(7));

    let mut files = 0;
    while let Some(frame) = line.hear() {
        files += usize::from(matches!(frame, Frame::Evidence(EvidenceTalk::File(_))));
        if matches!(frame, Frame::Pong(7)) {
            break;
        }
    }
    assert_eq!(files, 1, "{}", node.said());
}

#[test]
fn no_verifier_with_three_of_four_accepts_both_histories_and_whoever_signed_both_is_proven() {
    // shows: evd-6, evd-8
    let world =
        Federation::of("three-of-four", &["la.mps", "mm.mpf", "th.rtp", "vn.mps", "kh.gdp"]);
    // Four witnesses, three of whom must sign, bear one that lies: 2 · 3 > 4 + 1.
    assert_eq!(world.charter.charter().witness_quorum, 3);
    let owner = &world.agencies[0];
    let directory = directory(&world);
    let witnesses = Witnesses::of(&directory, &owner.id);
    let histories = branches(&world);
    let (colluder, honest) = (&world.agencies[4], &world.agencies[1..4]);

    // However the liar divides the honest ones between its histories, and whatever it shows first.
    for division in 0..8_u32 {
        let mut held: BTreeMap<&str, (usize, Held)> = BTreeMap::new();
        for (place, witness) in honest.iter().enumerate() {
            let first = usize::from(division >> place & 1 == 1);
            for side in [first, 1 - first] {
                let request = histories[side].request(0, 9);
                let known = held.get(witness.id.as_str()).map(|(_, held)| *held);
                if takes(&request, &directory, owner, known) {
                    let head = histories[side].checkpoint(9);
                    let shape = Held { size: head.size, root: head.root };
                    held.insert(witness.id.as_str(), (side, shape));
                }
            }
        }
        let signers = |side: usize| -> Vec<&Agency> {
            let honest = honest.iter().filter(|one| held[one.id.as_str()].0 == side);
            honest.chain([colluder]).collect()
        };
        let notes: Vec<Vec<u8>> =
            (0..2).map(|side| cosigned(&world, &histories[side], signers(side))).collect();

        let accepted = notes.iter().filter(|note| {
            let origin = directory.origin(&owner.id, LogNumber::new(1));
            let verified = checkpoint::verify(note, &origin, &owner.keys.log.public()).unwrap();
            witnesses.quorate(&verified).is_ok()
        });
        assert!(accepted.count() <= 1, "division {division}");
        proven(&world, &directory, &notes);
    }
}

/// Whoever sees both notes can prove it of the owner and of the colluder, and of nobody else.
fn proven(world: &Federation, directory: &Directory, notes: &[Vec<u8>]) {
    let owner = &world.agencies[0].id;
    let log = Log { directory, owner, number: LogNumber::new(1) };
    let shown = Shown { note: &notes[1], path: &[], seen: &[] };

    let fork = make::log_fork(&log, &notes[0], &shown).unwrap();
    let again = judge::verify(fork.bytes(), Some(world.genesis)).unwrap();
    assert_eq!((again.kind(), again.accused()), (EvidenceKind::LogFork, owner));

    for (place, agency) in world.agencies.iter().enumerate().skip(1) {
        let made = make::witness_fork(&log, &agency.id, &notes[0], &shown);
        assert_eq!(made.is_ok(), place == 4, "{}", agency.id);
    }
}

/// What an honest witness does with a request: the first history it sees is the only one that it cosigns.
fn takes(
    request: &WitnessRequest,
    directory: &Directory,
    owner: &Agency,
    held: Option<Held>,
) -> bool {
    let origin = directory.origin(&owner.id, LogNumber::new(1));
    let subject =
        Subject { origin: &origin, log_keys: &[LogKey::of(owner.keys.log.public())], held };
    match witness::judge(request, &subject) {
        Ok(_) => true,
        Err(Objection::Misfit(misfit))
            if held.is_some() && matches!(*misfit, Misfit::Root { .. }) =>
        {
            false
        }
        Err(other) => panic!("{other:?}"),
    }
}

/// A checkpoint of size 9 with the cosignatures of these agencies.
fn cosigned(world: &Federation, history: &Branch, by: Vec<&Agency>) -> Vec<u8> {
    let text = checkpoint::text(&history.checkpoint(9));
    by.into_iter().fold(history.note(9), |note, agency| {
        let name = identity::witness_name(world.charter.name(), &agency.id);
        let key = agency.keys.witness.as_ref();
        let at = Seconds::new(1_800_000_000).unwrap();
        let line = cosignature::cosign(&text, at, &name, key).unwrap();
        note::add_line(&note, &line, &CosignerKey::new(&name, key.public()).unwrap()).unwrap()
    })
}

fn directory(world: &Federation) -> Directory {
    let mut directory = Directory::new(world.charter.clone());
    for agency in &world.agencies {
        directory.admit(credential::verify(&agency.credential, &world.charter).unwrap()).unwrap();
    }
    directory
}

/// Two histories of the first agency's log that share three leaves.
fn branches(world: &Federation) -> [Branch; 2] {
    let liar = &world.agencies[0];
    let origin = identity::log_origin(world.charter.name(), &liar.id, LogNumber::new(1));
    Branch::fork(&origin, &liar.keys.log, 3, 20)
}

/// Asks a node to cosign, and waits for its answer among whatever else it says.
fn answered(line: &mut Line<'_>, request: WitnessRequest) -> Witnessed {
    line.say(&Frame::Witness(request));
    loop {
        match line.hear() {
            Some(Frame::Witnessed(answer)) => return answer,
            Some(_) => {}
            None => panic!("the node closed instead: {:?}", line.closed()),
        }
    }
}

/// The first evidence of a node, once it has some.
fn held(node: &Daemon) -> Evidence {
    let client = node.client();
    let found =
        wait::for_up_to(SPREAD_WITHIN, || client.evidence(0).unwrap().items.into_iter().next());
    found.unwrap_or_else(|| panic!("no evidence came\n{}", node.said()))
}

/// The file is judged with nothing but the program and the genesis digest; a byte of it changed, and it proves nothing.
fn holds_without_any_node(world: &Federation, node: &Daemon) {
    let folder = world.path();
    let dir = node.folder().display().to_string();
    let digest = held(node).digest;
    let saved = shell::concord(
        folder,
        &["evidence", "save", &digest, "--out", "la.evidence", "--dir", &dir],
    );
    assert!(saved.status.success(), "{saved:?}");

    let genesis = world.genesis.to_string();
    let verify = ["--json", "audit", "verify", "--evidence", "la.evidence", "--genesis", &genesis];
    let judged = shell::concord(folder, &verify);
    assert!(judged.status.success(), "{judged:?}");
    let said: serde_json::Value = serde_json::from_slice(&judged.stdout).unwrap();
    assert_eq!(said["accused"], "la.mps");
    assert_eq!(said["anchor"], "anchored");

    let mut bytes = fs::read(folder.join("la.evidence")).unwrap();
    bytes[90] ^= 1;
    fs::write(folder.join("la.evidence"), bytes).unwrap();
    assert_eq!(shell::concord(folder, &verify).status.code(), Some(3));
}

/// `audit watch --once` says so, and ends with 3.
fn alarm_stands(world: &Federation, node: &Daemon) {
    let dir = node.folder().display().to_string();
    let watched = wait::for_up_to(SPREAD_WITHIN, || {
        let seen = shell::concord(world.path(), &["audit", "watch", "--once", "--dir", &dir]);
        (seen.status.code() == Some(3)).then_some(seen)
    });
    let said = String::from_utf8(watched.expect("an alarm stands").stdout).unwrap();
    assert!(said.contains("forked: log1 of la.mps has two histories"), "{said}");
}

/// Says two messages under the first number of a link, the second after the receipt for the first.
fn use_a_number_twice(forger: &Forger<'_>) {
    let (one, two) = (forger.letter(&["mm.mpf"], "one"), forger.letter(&["mm.mpf"], "two"));
    let mut line = forger.meet();
    line.say(&forger.offer(1, &[&one]));
    line.receipt();
    line.say(&forger.offer(1, &[&two]));
    while line.hear().is_some() {}
}
