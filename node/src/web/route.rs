//! The pages, by path.

use std::sync::Arc;

use axum::Form;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::FromRequest;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::Request;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use serde::Deserialize;
use tokio::time;

use crate::api::ask::Ask;
use crate::api::bounds::PAGE_ITEMS;
use crate::api::bounds::REQUEST_TIME_MAX;
use crate::api::cursor::Cursor;
use crate::api::refusal;
use crate::api::shape::log::Head;
use crate::api::shape::message::Message;
use crate::api::shape::node::Charter;
use crate::api::shape::node::Readiness;
use crate::api::shape::peer::Peer;
use crate::clock;
use crate::entropy;
use crate::host::handle::Filter;
use crate::host::handle::MessageName;
use crate::host::handle::ReadError;
use crate::report::Report;
use crate::report::code::Code;
use crate::web::Web;
use crate::web::guard;
use crate::web::page;
use crate::web::page::Messages;
use crate::web::page::OneMessage;
use crate::web::page::Overview;
use crate::web::page::SignIn;
use crate::web::page::Trouble;

/// Longest form, in bytes: a token of 512 characters, each written as three.
const FORM_BYTES_MAX: usize = 2 * 1024;

/// Pages that need a session.
pub(super) fn inside() -> Router<Web> {
    Router::new()
        .route("/", get(overview))
        .route("/messages", get(messages))
        .route("/messages/{id}", get(message))
        .route("/sign-out", post(sign_out))
}

/// Pages that do not: they say nothing about messages.
pub(super) fn outside() -> Router<Web> {
    Router::new()
        .route("/sign-in", get(sign_in).post(enter))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .route("/style.css", get(style))
}

// spec: web-1
async fn overview(State(web): State<Web>) -> Response {
    let view = web.node.view();
    let overview = Overview {
        agency: view.agency.to_string(),
        charter: Charter::from(&*view),
        readiness: Readiness::from(&*view),
        head: Head::from(&*view),
        peers: view.peers.iter().map(Peer::from).collect(),
    };
    page::answer(StatusCode::OK, &overview)
}

/// Where a list of messages goes on.
#[derive(Deserialize)]
struct Place {
    after: Option<String>,
}

async fn messages(State(web): State<Web>, place: Result<Query<Place>, QueryRejection>) -> Response {
    let after = place.map(|Query(place)| place.after.map(|text| Cursor::decode(&text)));
    let before = match after {
        Ok(None) => None,
        Ok(Some(Ok(cursor))) => Some(cursor.before),
        Ok(Some(Err(_))) | Err(_) => {
            let why = "the address does not name a place in the list";
            return trouble(&web, Report::new(Code::BadCursor, "nothing was listed", why));
        }
    };
    // One more than is shown tells whether there is a next page.
    let filter = Filter { direction: None, before, limit: PAGE_ITEMS.saturating_add(1) };
    let mut found = match read(&web, move |node| node.messages(&filter)).await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let last = found.get(PAGE_ITEMS.saturating_sub(1)).map(|last| last.record.leaf);
    let next = last.filter(|_| found.len() > PAGE_ITEMS);
    found.truncate(PAGE_ITEMS);
    let own = &web.node.view().agency;
    let page = Messages {
        agency: own.to_string(),
        items: found.iter().map(|view| Message::new(own, view)).collect(),
        next: next.map(|before| Cursor { before, direction: None }.encode()),
    };
    page::answer(StatusCode::OK, &page)
}

async fn message(State(web): State<Web>, id: Result<Path<String>, PathRejection>) -> Response {
    let Some(name) = id.ok().and_then(|Path(id)| MessageName::parse(&id).ok()) else {
        let why = "the address does not name a message: an id is a UUID of version 7";
        return trouble(&web, Report::new(Code::NoSuchMessage, "nothing was found", why));
    };
    let found = match read(&web, move |node| node.message(name)).await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let own = &web.node.view().agency;
    let page = OneMessage { agency: own.to_string(), message: Message::new(own, &found) };
    page::answer(StatusCode::OK, &page)
}

async fn sign_in(State(web): State<Web>) -> Response {
    let page = SignIn { agency: web.node.view().agency.to_string(), refused: None };
    page::answer(StatusCode::OK, &page)
}

/// What a person types to come in.
#[derive(Deserialize)]
struct Shown {
    token: String,
}

// spec: web-2
async fn enter(State(web): State<Web>, request: Request) -> Response {
    // spec: api-24
    let form = Form::<Shown>::from_request(request, &web);
    let Ok(form) = time::timeout(REQUEST_TIME_MAX, form).await else {
        let why = "the form did not arrive in time";
        return trouble(&web, Report::new(Code::RequestTooSlow, "nobody was let in", why));
    };
    let shown = form.map(|Form(shown)| shown.token).unwrap_or_default();
    let Ok(secret) = entropy::draw() else {
        let why = "the machine gives no randomness";
        return trouble(&web, Report::new(Code::NoEntropy, "nobody was let in", why));
    };
    match web.door.enter(shown.trim(), secret, clock::now()) {
        Some(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response(),
        None => {
            let refused = "This is not the node's token. It stands in the file `token` of the node's directory.";
            let agency = web.node.view().agency.to_string();
            let page = SignIn { agency, refused: Some(refused.to_owned()) };
            page::answer(StatusCode::UNAUTHORIZED, &page)
        }
    }
}

async fn sign_out(State(web): State<Web>, headers: HeaderMap) -> Response {
    let cookie = web.door.leave(guard::cookies(&headers));
    ([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response()
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../../templates/style.css"))
        .into_response()
}

/// Reads from the node on a thread that may wait for a disk.
async fn read<T, R>(web: &Web, read: R) -> Result<T, Response>
where
    T: Send + 'static,
    R: FnOnce(&dyn Ask) -> Result<T, ReadError> + Send + 'static,
{
    let node = Arc::clone(&web.node);
    let answer = web.node.crew().disk.run(move || read(&*node)).await;
    answer.unwrap_or(Err(ReadError::Stopping)).map_err(|error| {
        let problem = refusal::of_reading(&error, Code::NoSuchMessage, &web.node.view());
        trouble(web, problem.report().clone())
    })
}

/// Says what happened, why, and what to do.
// spec: web-4
fn trouble(web: &Web, report: Report) -> Response {
    let status = StatusCode::from_u16(report.code.status());
    let page = Trouble { agency: web.node.view().agency.to_string(), report };
    page::answer(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &page)
}
