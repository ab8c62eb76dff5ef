//! A person ends the demonstration: Ctrl-C, SIGTERM, or the terminal closes.
//!
//! A thread of its own hears it and stops the children at once; whatever the story waits for then fails by itself.

use std::io;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;

use tokio::runtime;

use crate::cli::demo::children::Children;
use crate::cli::run::stop;

/// Whether somebody asked for the end.
#[derive(Debug)]
pub(crate) struct Interruption {
    asked: Arc<Asked>,
}

#[derive(Debug, Default)]
struct Asked {
    came: Mutex<Came>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Came {
    #[default]
    NotYet,
    Yes,
}

impl Interruption {
    /// Begins to listen; the children are stopped as soon as it comes.
    pub(crate) fn listen(children: Arc<Children>) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
        let asked = Arc::new(Asked::default());
        let heard = Arc::clone(&asked);
        thread::Builder::new().name("interruption".to_owned()).spawn(move || {
            // Signals that cannot be heard have their usual effect: the process ends, and the children with it.
            if runtime.block_on(stop::asked()).is_ok() {
                *heard.came.lock().unwrap_or_else(PoisonError::into_inner) = Came::Yes;
                children.stop();
                heard.changed.notify_all();
            }
        })?;
        Ok(Self { asked })
    }

    /// Whether it came.
    pub(crate) fn came(&self) -> bool {
        *self.asked.came.lock().unwrap_or_else(PoisonError::into_inner) == Came::Yes
    }

    /// Waits until it comes and the children are stopped.
    pub(crate) fn wait(&self) {
        let came = self.asked.came.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.asked.changed.wait_while(came, |came| *came == Came::NotYet);
        drop(waited);
    }
}
