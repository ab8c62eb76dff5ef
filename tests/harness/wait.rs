//! Waiting that ends: for processes and sockets, which tell nobody when they are ready.

use std::thread;
use std::time::Duration;

use concord_node::clock::Stopwatch;

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(10);

/// Asks until there is an answer or time is up.
pub fn for_up_to<T>(within: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let watch = Stopwatch::start();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if watch.elapsed() >= within {
            return None;
        }
        thread::sleep(PAUSE);
    }
}
