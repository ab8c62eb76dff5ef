//! A bundle of a real node, changed by one byte, cut, or lengthened: refused, always.

use std::fs;
use std::time::Duration;

use concord_node::api::shape::message::Status;
use concord_protocol::audit::verify;
use harness::chance::Chance;
use harness::evidence;
use harness::federation::Federation;
use harness::letter;
use harness::shell;
use harness::wait;

/// The size of a block in the container, in bytes.
const BLOCK: usize = 512;

/// Bytes changed at places that luck chooses.
const SAMPLES: usize = 2_000;

/// The code of a verification that failed.
const EXIT_VERIFICATION: i32 = 3;

#[test]
fn no_byte_of_a_bundle_can_be_changed_cut_off_or_added() {
    // shows: audit-1
    let mut chance = Chance::announced("tamper");
    let world = Federation::of("tamper", &["la.mps", "mm.mpf"]);
    let nodes = world.all_ready();
    let client = nodes[0].client();
    for number in 0..3 {
        let text = letter::report(&["mm.mpf"], &format!("letter {number}")).to_string();
        let id = client.submit(text.as_bytes(), None).unwrap().message.id;
        let receipted = || {
            (client.message(&id).unwrap().deliveries[0].status == Status::Receipted).then_some(())
        };
        wait::for_up_to(Duration::from_secs(30), receipted).expect("a receipt comes");
    }
    let bundle = evidence::bundle(&client);
    drop(nodes);
    evidence::verified(&bundle, world.genesis);
    let refused = |changed: &[u8], what: &str| {
        assert!(verify::verify(changed, Some(world.genesis)).is_err(), "{what} was not noticed");
    };

    // Every byte of the first two blocks, of the last two, and one of each block between.
    let edge = 2 * BLOCK;
    let inner =
        (edge..bundle.len() - edge).step_by(BLOCK).map(|block| block + chance.clone().below(BLOCK));
    let places: Vec<usize> =
        (0..edge).chain(inner).chain(bundle.len() - edge..bundle.len()).collect();
    let sampled: Vec<usize> = (0..SAMPLES).map(|_| chance.below(bundle.len())).collect();
    for at in places.into_iter().chain(sampled).filter(|at| *at < bundle.len()) {
        let mut changed = bundle.clone();
        changed[at] ^= 1 << chance.below(8);
        refused(&changed, &format!("a bit of byte {at}"));
    }
    for _ in 0..200 {
        let at = chance.below(bundle.len());
        refused(&bundle[..at], &format!("a cut at byte {at}"));
        let mut longer = bundle.clone();
        longer.insert(at, u8::try_from(chance.below(256)).unwrap());
        refused(&longer, &format!("a byte more at byte {at}"));
        let mut shorter = bundle.clone();
        shorter.remove(at);
        refused(&shorter, &format!("a byte less at byte {at}"));
    }
    refused(&[&bundle[..], &[0; BLOCK]].concat(), "an empty block more");
    the_command_line_says_so(&world, &bundle);
}

fn the_command_line_says_so(world: &Federation, bundle: &[u8]) {
    let folder = world.path();
    let genesis = world.genesis.to_string();
    let check = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).unwrap();
        shell::concord(folder, &["audit", "verify", name, "--genesis", &genesis])
    };
    let whole = check("whole.concord", bundle);
    assert_eq!(whole.status.code(), Some(0), "{}", String::from_utf8_lossy(&whole.stderr));
    let mut flipped = bundle.to_vec();
    flipped[bundle.len() / 2] ^= 1;
    let cut = &bundle[..bundle.len() - 1];
    let longer = [bundle, &[0]].concat();
    for (name, bytes) in
        [("flipped.concord", &flipped[..]), ("cut.concord", cut), ("longer.concord", &longer)]
    {
        let done = check(name, bytes);
        assert_eq!(done.status.code(), Some(EXIT_VERIFICATION), "{name}");
        let said = String::from_utf8_lossy(&done.stderr).into_owned()
            + &String::from_utf8_lossy(&done.stdout);
        assert!(said.contains("verification-failed"), "{name}: {said}");
    }
}
