//! The door, judged without a network.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

use crate::transport::listen::Address;
use crate::transport::listen::Door;
use crate::transport::listen::Judgement;
use crate::transport::settings::Settings;

const SOURCE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

#[test]
fn a_calm_door_lets_claimed_addresses_in_and_a_busy_one_asks_for_proof() {
    // shows: wire-19
    let door = door(|settings| settings.handshakes_calm = 2);
    let now = Instant::now();

    let held: Vec<Judgement> = (0..2).map(|_| door.judge(SOURCE, Address::Claimed, now)).collect();
    assert!(held.iter().all(|judgement| matches!(judgement, Judgement::Enter(_))));
    assert!(matches!(door.judge(SOURCE, Address::Claimed, now), Judgement::ShowAddress));
    assert!(matches!(door.judge(SOURCE, Address::Shown, now), Judgement::Enter(_)));

    drop(held);
    assert!(matches!(door.judge(SOURCE, Address::Claimed, now), Judgement::Enter(_)));
}

#[test]
fn a_full_door_refuses() {
    // shows: wire-19
    let door = door(|settings| settings.handshakes_max = 1);
    let now = Instant::now();
    let _held = door.judge(SOURCE, Address::Claimed, now);

    assert!(matches!(door.judge(SOURCE, Address::Shown, now), Judgement::Refuse));
}

#[test]
fn forged_addresses_cannot_use_up_the_pace_of_the_real_one() {
    // shows: wire-19
    let door = door(|settings| {
        (settings.arrivals_burst, settings.arrival_every) = (2, Duration::from_secs(60))
    });
    let now = Instant::now();
    for _ in 0..100 {
        drop(door.judge(SOURCE, Address::Claimed, now));
    }

    assert!(matches!(door.judge(SOURCE, Address::Claimed, now), Judgement::ShowAddress));
    assert!(matches!(door.judge(SOURCE, Address::Shown, now), Judgement::Enter(_)));
}

#[test]
fn a_real_address_that_comes_too_fast_is_refused() {
    // shows: wire-19
    let door = door(|settings| {
        (settings.arrivals_burst, settings.arrival_every) = (1, Duration::from_secs(60))
    });
    let now = Instant::now();
    drop(door.judge(SOURCE, Address::Shown, now));

    assert!(matches!(door.judge(SOURCE, Address::Shown, now), Judgement::Refuse));
    assert!(matches!(
        door.judge(SOURCE, Address::Shown, now + Duration::from_secs(60)),
        Judgement::Enter(_)
    ));
}

fn door(bend: impl Fn(&mut Settings)) -> Door {
    let mut settings = Settings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    bend(&mut settings);
    Door::new(&settings)
}
