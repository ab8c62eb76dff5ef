//! The network as it can be seen from here: ports, names, and the links of a running node.

use std::io;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::ToSocketAddrs;
use std::net::UdpSocket;

use crate::cli::doctor::Patient;
use crate::cli::doctor::finding::Finding;
use crate::settings::enrolment;

/// Whether the node's ports are its own, or free for its start.
pub fn ports(patient: &Patient<'_>) -> Vec<Finding> {
    let settings = patient.settings;
    if patient.client.is_some() {
        let found =
            format!("the node itself listens on UDP {} and answers at its API", settings.listen);
        return vec![Finding::ok("ports", found)];
    }
    let udp = UdpSocket::bind(settings.listen).map(drop);
    let tcp = TcpListener::bind(settings.api_listen).map(drop);
    let metrics = settings
        .metrics_listen
        .map(|at| ("TCP", "metrics_listen", at, TcpListener::bind(at).map(drop)));
    [("UDP", "listen", settings.listen, udp), ("TCP", "api_listen", settings.api_listen, tcp)]
        .into_iter()
        .chain(metrics)
        .map(|(kind, key, address, bound)| port((kind, key), address, bound))
        .collect()
}

fn port((kind, key): (&str, &str), address: SocketAddr, bound: io::Result<()>) -> Finding {
    match bound {
        Ok(()) if address.port() == 0 => {
            Finding::ok("ports", format!("{kind} {address}: the system chooses a free one"))
        }
        Ok(()) => Finding::ok("ports", format!("{kind} {address} is free")),
        Err(error) => Finding::problem("ports", format!("{kind} {address}: {error}"))
            .because("the node does not start where it cannot listen")
            .remedy(format!("end what listens there, or change `{key}` in concord.toml")),
    }
}

/// Whether the names under which nodes are to be found lead anywhere.
pub fn addresses(patient: &Patient<'_>) -> Vec<Finding> {
    let own = patient.settings.addresses();
    let mut findings = vec![match own.as_slice() {
        [] => Finding::warning("addresses", "this node tells its peers no address")
            .because("the others cannot begin a connection; this node has to")
            .remedy("set `advertise` in concord.toml, and ask for another credential"),
        own => resolved("this node", own),
    }];
    let Ok(directory) = enrolment::load_directory(patient.folder, patient.settings) else {
        return findings;
    };
    for member in directory.members() {
        let held = directory.newest(&member.agency);
        let Some(held) = held.filter(|_| member.agency != patient.settings.agency) else {
            continue;
        };
        let addresses = &held.credential().addresses;
        if !addresses.is_empty() {
            findings.push(resolved(member.agency.as_str(), addresses));
        }
    }
    findings
}

fn resolved(whose: &str, addresses: &[String]) -> Finding {
    let lost: Vec<&str> = addresses
        .iter()
        .filter(|address| address.to_socket_addrs().map_or(0, Iterator::count) == 0)
        .map(String::as_str)
        .collect();
    let all = addresses.join(" ");
    if lost.is_empty() {
        return Finding::ok("addresses", format!("{whose}: {all}"));
    }
    let found = format!("{whose}: {} cannot be resolved", lost.join(" "));
    let finding = if lost.len() == addresses.len() {
        Finding::problem("addresses", found)
    } else {
        Finding::warning("addresses", found)
    };
    finding
        .because("a name that leads nowhere is an address at which nobody is found")
        .remedy("check the name with the resolver of this machine, and with whoever keeps the zone")
}

/// Which links of a running node are up; a stopped one has none, and nothing is claimed.
pub fn links(patient: &Patient<'_>) -> Vec<Finding> {
    let Some(client) = patient.client else { return Vec::new() };
    let peers = match client.peers() {
        Ok(peers) => peers.items,
        Err(report) => {
            return vec![
                Finding::problem("links", report.what).because(report.why).remedy(report.remedy),
            ];
        }
    };
    let mut up = Vec::new();
    let mut findings = Vec::new();
    for peer in &peers {
        if peer.connected {
            up.push(peer.agency.as_str());
            continue;
        }
        let trouble = peer.trouble.as_deref().unwrap_or("nothing was heard of it");
        findings.push(
            Finding::warning("links", format!("{} is not connected: {trouble}", peer.agency))
                .because(format!("{} messages wait for it; they go by themselves once it is back", peer.waiting))
                .remedy("see that UDP passes between the two addresses in both directions, and ask its operator"),
        );
    }
    if !up.is_empty() {
        findings.insert(0, Finding::ok("links", format!("connected with {}", up.join(" "))));
    }
    findings
}
