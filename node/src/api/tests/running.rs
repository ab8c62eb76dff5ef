//! A node from memory whose API listens on loopback, with a directory as commands know it.

use std::env;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::thread::JoinHandle;

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::api;
use crate::api::address;
use crate::api::auth::Token;
use crate::api::exchange::RequestIds;
use crate::api::listener;
use crate::api::listener::Patience;
use crate::api::tests::fake::Fake;
use crate::api::tests::wire::TOKEN;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// An API that answers until this is dropped.
pub(crate) struct Running {
    dir: PathBuf,
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    pub(crate) fn start(node: Fake) -> Self {
        Self::serving(api::router(Arc::new(node), Token::parse(TOKEN).unwrap(), RequestIds::new(7)))
    }

    pub(crate) fn serving(router: Router) -> Self {
        Self::with_patience(router, Patience::OF_A_NODE)
    }

    pub(crate) fn with_patience(router: Router, patience: Patience) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = env::temp_dir().join(format!("concord-api-{}-{number}", process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join(address::TOKEN_FILE), format!("{TOKEN}\n")).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (bound, address) = mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                bound.send(socket.local_addr().unwrap()).unwrap();
                let stop = async { drop(stopped.await) };
                listener::serve(socket, router, patience, stop).await;
            });
        });
        let address = address.recv().unwrap();
        address::write(&dir, address).unwrap();
        Self { dir, url: format!("http://{address}"), stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops answering and leaves the directory as a killed node does.
    pub(crate) fn kill(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        drop(fs::remove_dir_all(&self.dir));
    }
}
