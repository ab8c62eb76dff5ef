//! The walk-through of the README, executed as it stands.

use std::fs;
use std::net::Ipv4Addr;
use std::net::UdpSocket;
use std::time::Duration;

use harness::federation::Scratch;
use harness::shell;
use harness::top;

const WITHIN: Duration = Duration::from_secs(180);

#[test]
fn the_walk_through_of_the_readme_works_as_it_stands() {
    let readme = fs::read_to_string(top().join("README.md")).unwrap();
    let script = readme.split("```sh\n").nth(1).and_then(|rest| rest.split("\n```").next());
    let script = script.expect("the README has a block of shell commands");
    let scratch = Scratch::new("readme");
    // Two ports that the system names, free until now.
    let sockets = [(); 2].map(|()| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    let ports = sockets.each_ref().map(|socket| socket.local_addr().unwrap().port().to_string());
    drop(sockets);
    let [la, th] = ports;

    let done = shell::script(scratch.path(), script, &[("LA_PORT", la), ("TH_PORT", th)], WITHIN);

    let logs = ["la.log", "th.log"]
        .map(|log| fs::read_to_string(scratch.path().join(log)).unwrap_or_default());
    assert!(
        done.status.success(),
        "{}\n{}\n{}\nla: {}\nth: {}",
        done.status,
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
        logs[0],
        logs[1]
    );
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(said.contains("receipted"), "{said}");
}
