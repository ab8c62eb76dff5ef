//! Datagrams without a connection behind them: the first ones of a true handshake said again from other ports, and noise.

use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::UdpSocket;
use std::time::Duration;

use crate::chance::Chance;
use crate::stranger::Stranger;
use crate::stranger::manner::Manner;

/// A version that is reserved for exercising negotiation, as all of its form are. Source: RFC 9000 section 15.
const RESERVED: u32 = 0x1a2a_3a4a;

/// Longest datagram that is looked at.
const BYTES_MAX: usize = 2048;

/// The datagrams with which a handshake begins, caught by a socket that never answers.
///
/// # Panics
/// When none comes.
pub fn first_flight(manner: &Manner) -> Vec<Vec<u8>> {
    let trap = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    trap.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let stranger = Stranger::new();
    let _begun = stranger.begin(trap.local_addr().unwrap(), manner);
    // The keys of the hybrid exchange do not fit into one.
    (0..2).map(|_| received(&trap)).collect()
}

fn received(trap: &UdpSocket) -> Vec<u8> {
    let mut bytes = vec![0; BYTES_MAX];
    let len = trap.recv(&mut bytes).expect("a handshake begins with a datagram");
    bytes.truncate(len);
    bytes
}

/// The versions of QUIC that a node names to whoever comes with one that nobody speaks. Source: RFC 8999 section 6.
///
/// # Panics
/// When it names none.
pub fn versions(of: SocketAddr) -> Vec<u32> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let names = [[8; 9], [8; 9]].concat();
    let mut datagram = [&[0xc0], RESERVED.to_be_bytes().as_slice(), &names].concat();
    datagram.resize(1_200, 0);
    socket.send_to(&datagram, of).unwrap();
    let answer = received(&socket);
    // A first byte, version 0, and both names; each that follows is a version.
    let named = answer[1 + 4 + names.len()..].as_chunks().0;
    let reserved = |version: &u32| version & 0x0f0f_0f0f == RESERVED & 0x0f0f_0f0f;
    named.iter().map(|version| u32::from_be_bytes(*version)).filter(|v| !reserved(v)).collect()
}

/// Says a first flight again, from a port that nobody has seen.
///
/// # Panics
/// When there is no port.
pub fn replay(flight: &[Vec<u8>], to: SocketAddr) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    for datagram in flight {
        // What the system drops was sent in vain, as on any network.
        socket.send_to(datagram, to).ok();
    }
}

/// Sends what belongs to no connection: bytes by chance, some of which look like the beginning of one.
///
/// # Panics
/// When there is no port.
pub fn noise(chance: &mut Chance, to: SocketAddr) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let first = [0xc0, 0xc3, 0xe0, 0xf0, 0x80, 0x40, 0x00, 0xff];
    for first in first {
        let len = 1 + chance.below(BYTES_MAX.min(1_400));
        let mut bytes: Vec<u8> = (0..len).map(|_| chance.below(256).to_le_bytes()[0]).collect();
        bytes[0] = first;
        if chance.one_in(2) && len > 5 {
            bytes[1..5].copy_from_slice(&1_u32.to_be_bytes());
        }
        socket.send_to(&bytes, to).ok();
    }
}
