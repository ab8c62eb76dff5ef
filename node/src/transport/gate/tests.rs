//! How often one source may come.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::time::Duration;

use tokio::time::Instant;

use crate::transport::gate::Gate;
use crate::transport::gate::Pace;
use crate::transport::gate::Rate;
use crate::transport::gate::SOURCES_MAX;

const RATE: Rate = Rate { burst: 3, every: Duration::from_secs(10) };

#[test]
fn a_source_may_come_in_a_burst_and_then_at_its_pace() {
    // shows: wire-19
    let (mut gate, start) = (Gate::new(RATE), Instant::now());
    let source = v4(1);

    let burst: Vec<Pace> = (0..4).map(|_| gate.pass(source, start)).collect();
    let later =
        [9, 10, 11, 20].map(|seconds| gate.pass(source, start + Duration::from_secs(seconds)));

    assert_eq!(burst, [Pace::Within, Pace::Within, Pace::Within, Pace::TooFast]);
    assert_eq!(later, [Pace::TooFast, Pace::Within, Pace::TooFast, Pace::Within]);
}

#[test]
fn one_source_does_not_use_up_another_ones_pace() {
    // shows: wire-19
    let (mut gate, now) = (Gate::new(Rate { burst: 1, ..RATE }), Instant::now());

    assert_eq!(gate.pass(v4(1), now), Pace::Within);
    assert_eq!(gate.pass(v4(2), now), Pace::Within);
}

#[test]
fn addresses_of_one_network_or_one_host_are_one_source() {
    // shows: wire-19
    let (mut gate, now) = (Gate::new(Rate { burst: 1, ..RATE }), Instant::now());
    let network = |host| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, host));
    let mapped = IpAddr::V6(Ipv4Addr::new(10, 0, 0, 1).to_ipv6_mapped());

    assert_eq!(
        [network(1), network(2)].map(|source| gate.pass(source, now)),
        [Pace::Within, Pace::TooFast]
    );
    assert_eq!([v4(1), mapped].map(|source| gate.pass(source, now)), [Pace::Within, Pace::TooFast]);
}

#[test]
fn a_flood_of_sources_takes_bounded_memory() {
    // shows: wire-19
    let (mut gate, now) = (Gate::new(RATE), Instant::now());

    for source in 0..5 * u32::try_from(SOURCES_MAX).expect("few") {
        assert_eq!(gate.pass(v4(source), now), Pace::Within);
        assert!(gate.free_at.len() <= SOURCES_MAX);
    }
}

fn v4(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number))
}
