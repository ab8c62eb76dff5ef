//! Network namespaces, one for each node, on a bridge that the run made: where the kernel itself can be the fault.
//!
//! Uses `ip` and `tc`. Each node has two links: one to the peers, which suffers, and one that its API is reached by,
//! which does not. Everything is removed with the [`Space`], also after a failure; what a killed run left is removed by the
//! next one.
//! Absent on purpose: any interface that the run did not make.

use std::fs;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process;
use std::process::Command;

use crate::chaos::plan::NODES;
use crate::chaos::plan::Trouble;

/// What `tc netem` does while it is asked to.
const NETEM: &[&str] =
    &["delay", "40ms", "20ms", "loss", "8%", "duplicate", "5%", "reorder", "20%", "50%"];

/// How long a frame may be when nothing is wrong.
const MTU: &str = "1500";

/// The namespaces of one run.
#[derive(Debug)]
pub struct Space {
    number: u8,
    netem: Result<(), String>,
}

impl Space {
    /// Makes the namespaces and their links.
    ///
    /// # Errors
    /// Why this machine does not allow it.
    pub fn make() -> Result<Self, String> {
        sweep();
        let number = free_number()?;
        // From here on whatever was made is removed.
        let mut space = Self { number, netem: Ok(()) };
        said(&format!("ip link set dev cc{number}p alias {}", process::id()))?;
        space.bridges()?;
        for node in 0..NODES {
            space.house(node)?;
        }
        let device = space.device(0);
        space.netem = said(&format!("tc qdisc add dev {device} root netem delay 1ms"));
        if space.netem.is_ok() {
            said(&format!("tc qdisc del dev {device} root"))?;
        }
        Ok(space)
    }

    /// What stands in front of a program that is to run in a node's namespace.
    pub fn entry(&self, node: usize) -> [String; 4] {
        ["ip", "netns", "exec", &self.name(node)].map(str::to_owned)
    }

    /// Where a node listens for its peers.
    pub const fn node(&self, node: u8) -> Ipv4Addr {
        Ipv4Addr::new(198, 18, self.number, 1 + node)
    }

    /// Where a node's API listens.
    pub const fn api(&self, node: u8) -> Ipv4Addr {
        Ipv4Addr::new(198, 19, self.number, 1 + node)
    }

    /// Where a node is seen by the others, behind the wire.
    pub const fn seen(&self, node: u8) -> Ipv4Addr {
        Ipv4Addr::new(198, 18, self.number, 101 + node)
    }

    /// Where the doors of the wire are.
    pub const fn doors(&self) -> Ipv4Addr {
        Ipv4Addr::new(198, 18, self.number, 254)
    }

    /// Where whoever is no member comes from.
    pub const fn stranger(&self) -> Ipv4Addr {
        Ipv4Addr::new(198, 18, self.number, 200)
    }

    /// Whether this kernel has `netem`; why not.
    pub fn netem(&self) -> Option<&str> {
        self.netem.as_ref().err().map(String::as_str)
    }

    /// Lets a node's link misbehave.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn begin(&self, node: usize, trouble: Trouble) -> Result<(), String> {
        let device = self.device(node);
        match trouble {
            Trouble::Down => said(&format!("ip link set dev {device} down")),
            Trouble::Narrow(kilobits) => said(&format!(
                "tc qdisc add dev {device} root tbf rate {kilobits}kbit burst 16kb latency 300ms"
            )),
            Trouble::Short(bytes) => said(&format!("ip link set dev {device} mtu {bytes}")),
            Trouble::Netem => {
                said(&format!("tc qdisc add dev {device} root netem {}", NETEM.join(" ")))
            }
        }
    }

    /// Heals it.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn end(&self, node: usize, trouble: Trouble) -> Result<(), String> {
        let device = self.device(node);
        match trouble {
            Trouble::Down => said(&format!("ip link set dev {device} up")),
            Trouble::Narrow(_) | Trouble::Netem => said(&format!("tc qdisc del dev {device} root")),
            Trouble::Short(_) => said(&format!("ip link set dev {device} mtu {MTU}")),
        }
    }

    fn bridges(&self) -> Result<(), String> {
        let Self { number, .. } = self;
        said(&format!("ip link add cc{number}a type bridge"))?;
        for bridge in [format!("cc{number}p"), format!("cc{number}a")] {
            // Said aloud, the length stays: a bridge else takes the shortest of its ports, and nothing would vanish.
            said(&format!("ip link set dev {bridge} mtu {MTU}"))?;
            said(&format!("ip link set dev {bridge} up"))?;
        }
        said(&format!("ip address add 198.19.{number}.254/24 dev cc{number}a"))?;
        let seen = (0..6).map(|node| self.seen(node));
        for address in seen.chain([self.doors(), self.stranger()]) {
            said(&format!("ip address add {address}/24 dev cc{number}p"))?;
        }
        Ok(())
    }

    /// A namespace with a link to each of the two bridges.
    fn house(&self, node: usize) -> Result<(), String> {
        let (number, name) = (self.number, self.name(node));
        let which = u8::try_from(node).unwrap_or_default();
        said(&format!("ip netns add {name}"))?;
        said(&format!("ip -n {name} link set dev lo up"))?;
        for (bridge, address) in [('p', self.node(which)), ('a', self.api(which))] {
            let (outside, inside) = (format!("cc{number}{bridge}{node}"), format!("{bridge}0"));
            said(&format!("ip link add {outside} type veth peer name {inside} netns {name}"))?;
            said(&format!("ip link set dev {outside} master cc{number}{bridge} up"))?;
            said(&format!("ip -n {name} address add {address}/24 dev {inside}"))?;
            said(&format!("ip -n {name} link set dev {inside} up"))?;
        }
        Ok(())
    }

    /// The outer end of a node's link to its peers.
    fn device(&self, node: usize) -> String {
        format!("cc{}p{node}", self.number)
    }

    fn name(&self, node: usize) -> String {
        format!("concord{}-{node}", self.number)
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        for node in 0..NODES {
            drop(said(&format!("ip netns delete {}", self.name(node))));
        }
        for bridge in ['p', 'a'] {
            drop(said(&format!("ip link delete cc{}{bridge}", self.number)));
        }
    }
}

/// Where a node is seen when there is no namespace: at a loopback address of its own.
pub fn on_loopback(node: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 0, 1, 1 + node))
}

/// Removes what a run left behind that was killed: its bridge says whose it was.
fn sweep() {
    for number in 0..u8::MAX {
        let owner = fs::read_to_string(format!("/sys/class/net/cc{number}p/ifalias"));
        let Some(owner) = owner.ok().and_then(|owner| owner.trim().parse::<u32>().ok()) else {
            continue;
        };
        if !Path::new(&format!("/proc/{owner}")).exists() {
            drop(Space { number, netem: Ok(()) });
        }
    }
}

/// A number that no other run has, with the first of its bridges.
fn free_number() -> Result<u8, String> {
    let mut last = String::new();
    for number in 0..u8::MAX {
        match said(&format!("ip link add cc{number}p type bridge")) {
            Ok(()) => return Ok(number),
            Err(why) if why.contains("exists") => last = why,
            Err(why) => return Err(why),
        }
    }
    Err(last)
}

/// Runs a command of the kernel's tools.
fn said(command: &str) -> Result<(), String> {
    let mut words = command.split(' ');
    let program = words.next().unwrap_or_default();
    match Command::new(program).args(words).output() {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(format!("{command}: {}", String::from_utf8_lossy(&done.stderr).trim())),
        Err(error) => Err(format!("{command}: {error}")),
    }
}
