//! Messages that flow while something else happens.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use concord_node::api::client::Client;

use crate::daemon::Daemon;
use crate::letter;
use crate::wait;

/// How long a node may be away while it starts again.
const WITHIN: Duration = Duration::from_secs(120);

/// Sends one message after the other, under a key each, until it is told to stop; gives their ids.
///
/// # Panics
/// When the node does not take one within two minutes.
pub fn flow(node: &Daemon, to: &str, name: &str, stop: &AtomicBool) -> Vec<String> {
    let mut sent = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let mark = format!("{name} {}", sent.len());
        let key = mark.replace(' ', "-");
        let letter = letter::report(&[to], &mark).to_string();
        let taken = || {
            // The API is away for a moment while the node starts again: the same key makes the same message.
            let client = Client::in_directory(node.folder()).ok()?;
            client.submit(letter.as_bytes(), Some(&key)).ok().map(|sent| sent.message.id)
        };
        let id = wait::for_up_to(WITHIN, taken);
        sent.push(id.unwrap_or_else(|| panic!("{mark} was not taken\n{}", node.said())));
    }
    sent
}
