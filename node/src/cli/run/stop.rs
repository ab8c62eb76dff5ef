//! How a person or a supervisor asks a process of ours to stop.

use std::io;
use std::io::Read;
use std::thread::Builder;

use tokio::signal::unix;
use tokio::signal::unix::SignalKind;
use tokio::sync::oneshot;

/// Waits for Ctrl-C, SIGTERM, or the terminal to close.
///
/// # Errors
/// When the system does not let the process hear signals.
pub(crate) async fn asked() -> io::Result<()> {
    let mut interrupt = unix::signal(SignalKind::interrupt())?;
    let mut terminate = unix::signal(SignalKind::terminate())?;
    let mut hangup = unix::signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}

/// Waits until standard input ends. A parent that dies without a word closes the pipe, whatever killed it.
///
/// # Errors
/// When the system gives no thread.
pub(crate) async fn input_ended() -> io::Result<()> {
    let (ended, heard) = oneshot::channel::<()>();
    // A thread of its own: a read that nobody answers must not keep the runtime from ending.
    let listen = move || {
        let mut buffer = [0; 64];
        let mut input = io::stdin().lock();
        while input.read(&mut buffer).is_ok_and(|len| len > 0) {}
        drop(ended);
    };
    drop(Builder::new().name("input".to_owned()).spawn(listen)?);
    // An end without a word is the word.
    drop(heard.await);
    Ok(())
}
