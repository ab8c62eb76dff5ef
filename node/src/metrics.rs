//! Metrics for a person who watches a node for years: OpenMetrics text on a listener of its own. Source: spec api-21.
//!
//! Uses `host`, `store::usage`, `settings::folder`. Everything is read when somebody asks: most of it from the snapshot
//! that the node publishes anyway, the rest from its tally and from the file system. The room of prometheus-client,
//! which writes the text and holds nothing.
//!
//! Absent on purpose: officers, messages, addresses, and whatever a peer wrote; labels are agencies and codes. A token,
//! too: whoever may reach the listener may read it, so it listens only where the operator says.

mod text;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use concord_protocol::moment::Timestamp;

use crate::clock;
use crate::host::handle::Handle;
use crate::host::handle::SharedView;
use crate::host::handle::files::FileCounts;
use crate::host::handle::reviews::ReviewCounts;
use crate::host::tally::Tally;
use crate::settings::folder::NodeFolder;
use crate::store::usage;
use crate::workers::Workers;

/// The media type of OpenMetrics 1.0 text.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is shown at one look.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When.
    pub now: Timestamp,
    /// The newest snapshot.
    pub view: SharedView,
    /// What happened since the start.
    pub tally: Tally,
    /// Bytes under each folder that grows.
    pub store: Vec<(&'static str, u64)>,
    /// Bytes that may still be written; `None` where the file system does not say.
    pub free: Option<u64>,
    /// How many messages wait to be looked at again; `None` where the store could not be read.
    pub reviews: Option<ReviewCounts>,
    /// Files of others that are wanted, and the room that theirs take.
    pub files: FileCounts,
    /// When the node was last backed up, as far as it knows.
    pub backup: Option<Timestamp>,
}

/// Looks at a node, on a thread that may wait for a disk.
#[derive(Clone)]
struct Look {
    look: Arc<dyn Fn() -> Seen + Send + Sync>,
    disk: Workers,
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Look")
    }
}

/// The metrics of a node, at `/metrics`.
pub fn of_node(node: Handle, folder: NodeFolder) -> Router {
    let disk = node.crew().disk.clone();
    let look = move || Seen {
        now: clock::now(),
        view: node.view(),
        tally: node.tally(),
        store: usage::usage(folder.path()),
        free: usage::free(folder.path()),
        reviews: node.review_counts().ok(),
        files: node.file_counts(),
        backup: folder.last_backup(),
    };
    router(look, disk)
}

fn router(look: impl Fn() -> Seen + Send + Sync + 'static, disk: Workers) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(Look { look: Arc::new(look), disk })
}

// spec: api-21
async fn metrics(State(Look { look, disk }): State<Look>) -> Response {
    // Folders are gone through.
    let written = disk.run(move || text::text(look())).await;
    match written {
        Ok(Ok(text)) => ([(header::CONTENT_TYPE, OPENMETRICS)], text).into_response(),
        Ok(Err(_)) | Err(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "the metrics could not be written\n")
                .into_response()
        }
    }
}
