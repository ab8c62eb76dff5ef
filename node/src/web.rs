//! The node's pages: what a person may see at a glance, rendered by the node, usable without script. Source: spec web-1.
//!
//! Uses `api` (the same documents are shown), `host`, `report`. Whoever shows the node's token gets a session
//! ([`session`]); every page stands in `route`, what it shows in `page`, how it looks in `node/templates`.
//!
//! Absent on purpose: anything that changes something, and bodies. Who reads a body has a name and a purpose, and both
//! come with accounts; until then the command line asks for them.

pub mod session;

mod guard;
mod page;
mod route;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::middleware;

use crate::api::ask::Ask;
use crate::api::drain;
use crate::web::session::Door;

/// What every page has: the node, and the door.
#[derive(Clone, Debug)]
struct Web {
    node: Arc<dyn Ask>,
    door: Arc<Door>,
}

/// The pages of a node, to be merged with its API.
pub fn router(node: Arc<dyn Ask>, door: Arc<Door>) -> Router {
    let web = Web { node, door };
    let inside = route::inside().layer(middleware::from_fn_with_state(web.clone(), guard::demand));
    route::outside()
        .merge(inside)
        .layer(middleware::from_fn(drain::run))
        .layer(middleware::map_response(guard::harden))
        .with_state(web)
}
