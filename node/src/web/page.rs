//! What each page shows. The templates stand in `node/templates`; every text in them is escaped.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Response;

use crate::api::shape::log::Head;
use crate::api::shape::message::BodyState;
use crate::api::shape::message::DeliveryDocument;
use crate::api::shape::message::Message;
use crate::api::shape::message::Way;
use crate::api::shape::node::Charter;
use crate::api::shape::node::Readiness;
use crate::api::shape::peer::Peer;
use crate::report::Report;

/// How the node stands: its log, its peers, and what a person must look at.
#[derive(Template)]
#[template(path = "overview.html")]
pub(super) struct Overview {
    pub(super) agency: String,
    pub(super) charter: Charter,
    pub(super) readiness: Readiness,
    pub(super) head: Head,
    pub(super) peers: Vec<Peer>,
}

/// One page of messages, newest first.
#[derive(Template)]
#[template(path = "messages.html")]
pub(super) struct Messages {
    pub(super) agency: String,
    pub(super) items: Vec<Message>,
    pub(super) next: Option<String>,
}

/// One message, without its body.
#[derive(Template)]
#[template(path = "message.html")]
pub(super) struct OneMessage {
    pub(super) agency: String,
    pub(super) message: Message,
}

/// The way in.
#[derive(Template)]
#[template(path = "sign-in.html")]
pub(super) struct SignIn {
    pub(super) agency: String,
    pub(super) refused: Option<String>,
}

/// Why there is nothing to show.
#[derive(Template)]
#[template(path = "trouble.html")]
pub(super) struct Trouble {
    pub(super) agency: String,
    pub(super) report: Report,
}

/// A page as an answer. A template that cannot be written is a fault of ours, and says so.
pub(super) fn answer(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "the page could not be written").into_response()
        }
    }
}

/// Which way a message went, in words.
fn way(way: Way) -> &'static str {
    match way {
        Way::Out => "sent",
        Way::In => "received",
    }
}

/// What became of the body, in words.
fn body(body: BodyState) -> &'static str {
    match body {
        BodyState::Held => "held here, sealed",
        BodyState::Absent => "none came with the message",
        BodyState::Erased => "erased for good",
        BodyState::Lost => "lost: its file or its key was damaged on this node's disk",
    }
}

/// What stands behind a receipt, in words.
// spec: wit-8
fn proof(delivery: &DeliveryDocument) -> &'static str {
    match delivery.grade.as_deref() {
        Some("L2") => "a quorum of witnesses cosigned the recipient's log with it",
        Some("L1") => "it continues everything this node held of the recipient's log",
        Some("L0") => "the recipient's log signed it",
        Some(_) | None => "no receipt yet",
    }
}
