//! `concord run`: the daemon. Builds the node from its folder, serves the local API, and stops in order when asked.
//!
//! Uses `host::start`, `api`, `telemetry`. Data is one line: where the node listens. Everything else is the log, on
//! standard error. Absent on purpose: forking into the background; a supervisor does that better.

pub(crate) mod stop;

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::Args;
use clap::ValueEnum;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::time;

use crate::api;
use crate::api::address;
use crate::api::address::ADDRESS_FILE;
use crate::api::auth::Token;
use crate::api::exchange::RequestIds;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::passphrase::PassphraseFrom;
use crate::entropy;
use crate::files;
use crate::host::crew;
use crate::host::start;
use crate::host::start::Node;
use crate::host::start::StartError;
use crate::host::writer::Stopped;
use crate::keystore::vault::Vault;
use crate::metrics;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::folder::NodeFolder;
use crate::settings::folder::Occupancy;
use crate::store::recover::OpenError;
use crate::telemetry;
use crate::transport::BindError;
use crate::web;
use crate::web::session::Door;
use crate::workers;

/// Longest token file, in bytes.
const TOKEN_BYTES_MAX: usize = 1024;

/// How long requests that were begun may take once the node stops.
/// How long what belongs to an ended run may take before the next one begins.
const ENDING: Duration = Duration::from_secs(1);

const LAST_REQUESTS: Duration = Duration::from_secs(5);

const WHAT: &str = "the node was not started";

/// Which node to run, and how it speaks.
#[derive(Debug, Args)]
pub struct Run {
    /// The node's folder.
    #[arg(long, value_name = "NODE_DIR")]
    pub dir: PathBuf,
    /// How much the log says: error, warn, info, debug, trace, or a list of target=level.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub log: String,
    /// How the log is written.
    #[arg(long, value_enum, default_value_t = LogForm::Text)]
    pub log_form: LogForm,
    /// Stop when standard input ends, for a parent that must not leave a node behind.
    #[arg(long)]
    pub until_stdin_ends: bool,
    /// Where the passphrase of the keys comes from.
    #[command(flatten)]
    pub passphrase: PassphraseFrom,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// For eyes.
    Text,
    /// One JSON object for each line.
    Json,
}

/// Runs a node until it is asked to stop; `announce` prints where it listens.
///
/// # Errors
/// Why it did not start, or why it stopped by itself.
pub fn run(
    arguments: &Run,
    announce: &mut dyn FnMut(&Answer) -> io::Result<()>,
) -> Result<Exit, Report> {
    let form = match arguments.log_form {
        LogForm::Text => telemetry::Format::Text,
        LogForm::Json => telemetry::Format::Json,
    };
    telemetry::start(form, &arguments.log)
        .map_err(|error| Report::caused(Code::Usage, WHAT, &error))?;
    let folder = NodeFolder::at(&arguments.dir);
    let settings = Settings::load(&folder).map_err(|error| fail::settings(WHAT, &error))?;
    let token = token(&folder)?;
    not_running(&folder)?;
    // Before the store: an address that is taken must not cost a recovery. Kept while the node starts again inside.
    let listener = listen(settings.api_listen)?;
    let metrics = settings.metrics_listen.map(listen).transpose()?;
    // Kept as long as the node runs: it may have to start again when nobody is there to be asked.
    let vault = arguments.passphrase.node(&folder, &settings);
    // Sessions outlive a start inside.
    let door = Arc::new(Door::new(token.clone(), &settings.agency));
    let (folder, settings, token) = (&folder, &settings, &token);
    let parts = Parts { arguments, folder, settings, token, vault: &vault, door: &door };
    let mut first = true;
    loop {
        let runtime = runtime(settings).map_err(|error| no_threads(&error))?;
        let mut once =
            |answer: &Answer| if std::mem::take(&mut first) { announce(answer) } else { Ok(()) };
        match runtime.block_on(serve(&parts, (&listener, metrics.as_ref()), &mut once)) {
            // spec: rst-33
            Ok(Ended::Again) => {
                tracing::warn!("the node starts again");
                // Everything that has the store open goes with its runtime.
                runtime.shutdown_timeout(ENDING);
            }
            ended => {
                // A thread that waits for a disk or for standard input does not keep the process.
                runtime.shutdown_background();
                if let Some(token) = vault.token() {
                    token.end();
                }
                return ended.map(|_| Exit::Done);
            }
        }
    }
}

/// The runtime, one thread for each core, and room for every other thread of a run.
// spec: store-22
fn runtime(settings: &Settings) -> io::Result<Runtime> {
    let cores = thread::available_parallelism()?;
    workers::rehearse(cores.get().saturating_add(crew::threads(settings.workers)))?;
    runtime::Builder::new_multi_thread().worker_threads(cores.get()).enable_all().build()
}

/// Whoever starts a node twice hears that, rather than that its own address is taken.
fn not_running(folder: &NodeFolder) -> Result<(), Report> {
    match folder.occupancy().map_err(|error| fail::file(WHAT, &error))? {
        Occupancy::Free => Ok(()),
        Occupancy::Taken => {
            let why = format!("a node runs on {} already", folder.path().display());
            Err(Report::new(Code::NodeRunning, WHAT, why))
        }
    }
}

/// How a node's run ended.
enum Ended {
    /// It was asked to stop, and did.
    Stopped,
    /// It has to start again from what is on the disk.
    Again,
}

/// What a node is made of.
struct Parts<'a> {
    arguments: &'a Run,
    folder: &'a NodeFolder,
    settings: &'a Settings,
    token: &'a Token,
    vault: &'a Vault,
    door: &'a Arc<Door>,
}

async fn serve(
    parts: &Parts<'_>,
    (listener, metrics): (&std::net::TcpListener, Option<&std::net::TcpListener>),
    announce: &mut dyn FnMut(&Answer) -> io::Result<()>,
) -> Result<Ended, Report> {
    let Parts { arguments, folder, settings, token, vault, door } = parts;
    let listener = shared(listener).map_err(|error| taken(settings.api_listen, &error))?;
    let mut node = start::start(folder, settings, vault).map_err(|error| refused(&error))?;
    let api_at = listener.local_addr().map_err(|error| taken(settings.api_listen, &error))?;
    let peers_at = node.listens_on().map_err(|error| refused(&error))?;

    let run = entropy::draw().map_err(|error| fail::entropy(WHAT, &error))?;
    let ids = RequestIds::new(u32::from_be_bytes(run));
    let pages = web::router(Arc::new(node.handle()), Arc::clone(door));
    let router = api::router(Arc::new(node.handle()), (*token).clone(), ids).merge(pages);
    let (stopping, stops) = watch::channel(());
    let mut stops = stops;
    let serving =
        tokio::spawn(api::serve(listener, router, async move { drop(stops.changed().await) }));
    address::write(folder.path(), api_at).map_err(|error| {
        Report::new(Code::FileUnwritable, WHAT, format!("write {ADDRESS_FILE}: {error}"))
    })?;
    let metrics_at = match metrics {
        Some(metrics) => Some(serve_metrics(metrics, (&node, folder), stopping.subscribe())?),
        None => None,
    };
    announce(&listening(settings, (peers_at, api_at, metrics_at))).map_err(|error| {
        Report::new(Code::FileUnwritable, "the node's address was not printed", error.to_string())
    })?;

    let by_itself = tokio::select! {
        asked = stop::asked() => asked.err().map(|error| Err(unheard(&error))),
        ended = stop::input_ended(), if arguments.until_stdin_ends => {
            ended.err().map(|error| Err(no_threads(&error)))
        }
        stopped = node.ended() => Some(if matches!(stopped, Stopped::Again) {
            Ok(Ended::Again)
        } else {
            Err(stopped_by_itself(&stopped))
        }),
    };
    tracing::info!("stopping");
    drop(stopping);
    drop(time::timeout(LAST_REQUESTS, serving).await);
    if matches!(by_itself, Some(Ok(Ended::Again))) {
        node.leave().await;
        return Ok(Ended::Again);
    }
    // The address leads nowhere from now on; a file that stays is only a nuisance.
    drop(fs::remove_file(folder.api()));
    match by_itself {
        Some(ended) => ended,
        None => farewell(node).await.map(|()| Ended::Stopped),
    }
}

async fn farewell(node: Node) -> Result<(), Report> {
    match node.stop().await {
        Stopped::Asked | Stopped::Again => {
            tracing::info!("stopped");
            Ok(())
        }
        stopped @ (Stopped::Fault(_)
        | Stopped::Commit(_)
        | Stopped::Read(_)
        | Stopped::Head(_)
        | Stopped::Witness
        | Stopped::NoEntropy(_)) => Err(stopped_by_itself(&stopped)),
    }
}

pub(crate) fn token(folder: &NodeFolder) -> Result<Token, Report> {
    let path = folder.token();
    let text =
        files::read_private(&path, TOKEN_BYTES_MAX).map_err(|error| fail::file(WHAT, &error))?;
    let token = str::from_utf8(&text).ok().and_then(|text| Token::parse(text).ok());
    token.ok_or_else(|| {
        let why = format!("{}: a token has 1 to 512 visible ASCII characters", path.display());
        Report::new(Code::FileUnreadable, WHAT, why)
    })
}

fn listen(address: SocketAddr) -> Result<std::net::TcpListener, Report> {
    let listener = std::net::TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    listener.map_err(|error| taken(address, &error))
}

/// The same listener for one run of the node; it stays bound when the run ends.
fn shared(listener: &std::net::TcpListener) -> io::Result<TcpListener> {
    listener.try_clone().and_then(TcpListener::from_std)
}

/// Serves the metrics for one run of the node; tells where.
fn serve_metrics(
    listener: &std::net::TcpListener,
    (node, folder): (&Node, &NodeFolder),
    mut stops: watch::Receiver<()>,
) -> Result<SocketAddr, Report> {
    let failed = |error: io::Error| {
        Report::new(Code::AddressTaken, WHAT, format!("listen for metrics: {error}"))
    };
    let listener = shared(listener).map_err(failed)?;
    let at = listener.local_addr().map_err(failed)?;
    let router = metrics::of_node(node.handle(), folder.clone());
    tokio::spawn(api::serve(listener, router, async move { drop(stops.changed().await) }));
    Ok(at)
}

/// The one line of data.
fn listening(
    settings: &Settings,
    (peers_at, api_at, metrics_at): (SocketAddr, SocketAddr, Option<SocketAddr>),
) -> Answer {
    let agency = settings.agency.as_str();
    let metrics = metrics_at.map(|at| format!("http://{at}/metrics"));
    let also = metrics.as_ref().map_or_else(String::new, |at| format!(", for metrics on {at}"));
    let text = format!(
        "{agency} listening for peers on {peers_at}, for its API on http://{api_at}{also}\n"
    );
    Answer::new(
        text,
        json!({
            "agency": agency, "listen": peers_at.to_string(), "api": format!("http://{api_at}"),
            "metrics": metrics,
        }),
    )
}

fn taken(address: SocketAddr, error: &io::Error) -> Report {
    Report::new(Code::AddressTaken, WHAT, format!("listen on {address}: {error}"))
}

pub(crate) fn refused(error: &StartError) -> Report {
    match error {
        StartError::Enrolment(error) => fail::enrolment(WHAT, error),
        StartError::Keys(error) => fail::key(WHAT, error),
        StartError::Mismatch(_) => Report::caused(Code::KeyUnusable, WHAT, error)
            .with_remedy("adopt a credential that this node asked for: `concord node credential`"),
        StartError::Bind(BindError::Thread(error)) | StartError::Thread(error) => no_threads(error),
        StartError::Bind(
            BindError::Socket { .. } | BindError::Signer | BindError::Entropy | BindError::Setup(_),
        )
        | StartError::Address(_) => Report::caused(Code::AddressTaken, WHAT, error),
        StartError::Store(OpenError::Locked { .. }) => {
            Report::caused(Code::NodeRunning, WHAT, error)
        }
        StartError::Store(OpenError::UnknownFormat { .. }) => {
            Report::caused(Code::StoreRefused, WHAT, error)
                .with_remedy("run the release that wrote this directory, or a later one")
        }
        StartError::Removed { .. } => Report::caused(Code::MembershipEnded, WHAT, error),
        StartError::NotArchived { .. } => Report::caused(Code::NoSuchLog, WHAT, error),
        StartError::Store(store) => {
            Report::caused(Code::StoreRefused, WHAT, error).with_remedy(store.remedy())
        }
        StartError::NoEntropy(_)
        | StartError::Commit(_)
        | StartError::Switch(_)
        | StartError::Read(_)
        | StartError::WitnessFile(_)
        | StartError::Tables(_)
        | StartError::Tree(_)
        | StartError::Engine(_) => Report::caused(Code::StoreRefused, WHAT, error),
    }
}

fn no_threads(error: &io::Error) -> Report {
    let why = format!("the system does not give the threads of the node: {error}");
    Report::new(Code::NotStarted, WHAT, why).with_remedy(
        "let the process have more threads and memory (`TasksMax` and `MemoryMax` of its service, `pids` and `memory` of its container), or set fewer `workers`; then start it again",
    )
}

fn stopped_by_itself(stopped: &Stopped) -> Report {
    tracing::error!("stopped by a fault");
    Report::caused(Code::Stopping, "the node stopped", stopped).with_exit(Exit::CouldNot)
}

fn unheard(error: &io::Error) -> Report {
    Report::new(Code::NotStarted, "the node stopped", format!("signals cannot be heard: {error}"))
}
