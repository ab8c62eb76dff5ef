//! The local API: JSON over HTTP on a loopback address, for people's programs and the command line. Source: spec api-1.
//!
//! Uses `host`, `report`, `telemetry`. Every path stands in one of the files of `route`, what it says in `shape`; the
//! description for machines is generated from both ([`openapi`]) and compared with `spec/openapi.json`.
//!
//! Absent on purpose: decisions. A handler reads a request, asks the host, and shows the answer.

pub mod address;
pub mod ask;
pub mod auth;
pub mod bounds;
pub mod client;
pub(crate) mod cursor;
pub mod exchange;
pub mod openapi;
pub mod problem;
pub mod shape;

pub(crate) mod drain;
mod export;
pub(crate) mod json;
pub(crate) mod listener;
pub(crate) mod refusal;
mod request;
mod route;
mod transfer;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;

use crate::api::ask::Ask;
use crate::api::auth::Token;
use crate::api::bounds::EXPORTS_MAX;
use crate::api::bounds::TRANSFERS_MAX;
use crate::api::exchange::RequestIds;
use crate::api::listener::Patience;
use crate::api::problem::Problem;
use crate::host::handle::ReadError;
use crate::report::code::Code;

/// What every handler has: the node, and room for exports and for files under way.
#[derive(Clone, Debug)]
struct Api {
    node: Arc<dyn Ask>,
    exports: Arc<Semaphore>,
    transfers: Arc<Semaphore>,
}

impl Api {
    /// Reads from the node on a thread that may wait for a disk. `missing` is the code where nothing is found.
    async fn read<T, R>(&self, missing: Code, read: R) -> Result<T, Problem>
    where
        T: Send + 'static,
        R: FnOnce(&dyn Ask) -> Result<T, ReadError> + Send + 'static,
    {
        let node = Arc::clone(&self.node);
        let answer = self.node.crew().disk.run(move || read(&*node)).await;
        answer
            .unwrap_or(Err(ReadError::Stopping))
            .map_err(|error| refusal::of_reading(&error, missing, &self.node.view()))
    }
}

/// The API of a node: every path, guarded by the token.
pub fn router(node: Arc<dyn Ask>, token: Token, ids: RequestIds) -> Router {
    let (routes, document) = described().split_for_parts();
    let document: Arc<str> = openapi::text(&document).into();
    let description = move || {
        let document = document.to_string();
        async move { openapi::answer(document) }
    };
    routes
        .route("/openapi.json", get(description))
        .fallback(route::no_such_path)
        .method_not_allowed_fallback(route::method_not_allowed)
        .layer(middleware::from_fn_with_state(token, auth::demand))
        .layer(middleware::from_fn(drain::run))
        .layer(middleware::from_fn_with_state(ids, exchange::run))
        .with_state(Api {
            node,
            exports: Arc::new(Semaphore::new(EXPORTS_MAX)),
            transfers: Arc::new(Semaphore::new(TRANSFERS_MAX)),
        })
}

/// Every path with its description.
fn described() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(openapi::frame())
        .merge(route::messages::routes())
        .merge(route::names::routes())
        .merge(route::erasure::routes())
        .merge(route::files::routes())
        .merge(route::log::routes())
        .merge(route::proofs::routes())
        .merge(route::peers::routes())
        .merge(route::procedures::routes())
        .merge(route::deconfliction::routes())
        .merge(route::feeds::routes())
        .merge(route::reviews::routes())
        .merge(route::statistics::routes())
        .merge(route::succession::routes())
        .merge(route::watch::routes())
        .merge(route::node::routes())
        .merge(route::charter::routes())
}

/// Serves the API until `stop` is there; requests that were begun are then finished.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    listener::serve(listener, router, Patience::OF_A_NODE, stop).await;
}
