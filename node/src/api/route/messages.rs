//! Messages: submit, list, show, open, and what is proven about them.

use axum::Json;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::StatusCode;
use axum::http::header as http;
use axum::response::IntoResponse;
use axum::response::Response;
use concord_protocol::codec;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::header;
use concord_protocol::ids::LeafIndex;
use concord_protocol::message::fault::FieldFault;
use concord_protocol::message::instants;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::writing::accept;
use concord_protocol::message::writing::accept::Accepted;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::bounds::PAGE_ITEMS;
use crate::api::bounds::PAGE_ITEMS_MAX;
use crate::api::bounds::SUBMISSION_BYTES_MAX;
use crate::api::cursor::Cursor;
use crate::api::json;
use crate::api::json::JsonError;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::refusal;
use crate::api::request;
use crate::api::request::Parameters;
use crate::api::request::Segments;
use crate::api::shape::Binary;
use crate::api::shape::log::Inclusion;
use crate::api::shape::message;
use crate::api::shape::message::ApprovalsDocument;
use crate::api::shape::message::DeliveryList;
use crate::api::shape::message::Message;
use crate::api::shape::message::MessageLinks;
use crate::api::shape::message::MessageList;
use crate::api::shape::message::OpenedMessage;
use crate::api::shape::message::SubmittedMessage;
use crate::api::shape::names;
use crate::api::shape::times::StatedTime;
use crate::host::handle::Direction;
use crate::host::handle::Filter;
use crate::host::handle::MessageName;
use crate::host::handle::RequestKey;
use crate::host::view::Made;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

/// Says that an answer repeats an earlier one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(submit, list))
        .routes(routes!(show))
        .routes(routes!(open))
        .routes(routes!(deliveries))
        .routes(routes!(proof))
        .routes(routes!(receipt))
}

/// Submits a message: it is sealed, signed, logged and owed to each recipient before this answers.
#[utoipa::path(post, operation_id = "message_submit", path = "/api/v1/messages", tag = "messages", security(("token" = [])),
    params(("Idempotency-Key" = Option<String>, Header,
        description = "1 to 128 visible ASCII characters; the same key with the same submission makes one message")),
    request_body(content = serde_json::Value, content_type = "application/json", description = "the submission (chapter 10). `subject_line_checked` and `sources_checked` are true where somebody has looked at what a refusal points out: a name in the subject line; a word, or a circle of recipients, that may give a source away. `rescues_checked` names, by procedure, the open rescues at which somebody has looked because they may be about somebody who is granted, listed, sealed or wanted. They go nowhere"),
    responses(
        (status = 201, description = "the message was made", body = SubmittedMessage),
        (status = 200, description = "an earlier request with this key made the message", body = SubmittedMessage),
        (status = 422, description = "fields are wrong; all of them are listed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "busy; `Retry-After` says when to ask again", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 507, description = "the disk is nearly full", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn submit(
    State(api): State<Api>,
    query: Parameters,
    request: Request,
) -> Result<Response, Problem> {
    query.among(&[])?;
    let key = request::idempotency_key(request.headers())?;
    let text = request::body(request, &["application/json"], SUBMISSION_BYTES_MAX).await?;
    let value = document(&text)?;
    let (submission, accepted) =
        taken(&value).map_err(|faults| bad_submission(refusal::fields(&faults)))?;
    // spec: api-9
    let key = key.map(|text| RequestKey { text, request: digest_of(&value) });
    let submitted = api.node.submit(submission, key).await;
    let submitted = submitted.map_err(|error| refusal::of_submission(&error, &api.node.view()))?;
    let name = MessageName::Digest(submitted.digest);
    let view = api.read(Code::NoSuchMessage, move |node| node.message(name)).await?;

    let header = header::read(&view.record.message).ok();
    let id = submitted.id.to_string();
    let links = MessageLinks::of(&id);
    let location = [(http::LOCATION, links.this.clone())];
    let document = Json(SubmittedMessage {
        id,
        procedure: header.map(|header| header.procedure.to_string()).unwrap_or_default(),
        digest: submitted.digest.to_string(),
        log_index: submitted.leaf.get(),
        deliveries: message::deliveries(&view),
        links,
        changes: names::changes(&accepted),
        changes_more: accepted.more,
    });
    Ok(match submitted.made {
        Made::Now => (StatusCode::CREATED, location, document).into_response(),
        // spec: api-9
        Made::Before => (StatusCode::OK, location, [(REPLAYED, "true")], document).into_response(),
    })
}

/// Reads what was handed in, and makes it what is sent; what people have voted on is taken as it is.
// spec: nam-2, nam-5
fn taken(value: &Value) -> Result<(Submission, Accepted), Vec<FieldFault>> {
    let has_votes = match value {
        Value::Map(map) => !matches!(map.get("approvals"), None | Some(Value::Null)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) => false,
    };
    if has_votes {
        let submission = Submission::read(value)?;
        return Ok((submission, Accepted { tree: value.clone(), told: Vec::new(), more: 0 }));
    }
    accept::read(value, Submission::read)
}

/// Reads the document of a submission.
fn document(text: &[u8]) -> Result<Value, Problem> {
    json::read(text).map_err(|error| match error {
        JsonError::Syntax { line, column, reason } => {
            let why = format!("line {line}, column {column}: {reason}");
            Problem::new(Code::BadJson, "the message was not taken", why)
        }
        JsonError::Faults(faults) => bad_submission(faults),
    })
}

/// Digest of what was submitted, however it was spaced and ordered.
fn digest_of(value: &Value) -> Digest {
    digest::sha256(&codec::encode(value).unwrap_or_default())
}

// spec: api-8
fn bad_submission(faults: Vec<FieldReport>) -> Problem {
    let why = match faults.len() {
        1 => "one field is wrong".to_owned(),
        count => format!("{count} fields are wrong"),
    };
    Report::new(Code::BadSubmission, "the message was not taken", why).with_fields(faults).into()
}

/// Lists messages, newest first.
#[utoipa::path(get, operation_id = "message_list", path = "/api/v1/messages", tag = "messages", security(("token" = [])),
    params(
        ("direction" = Option<message::Way>, Query, description = "only the node's own, or only those from peers"),
        ("limit" = Option<usize>, Query, description = "at most this many, 1 to 200; 50 when absent"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "one page", body = MessageList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn list(State(api): State<Api>, query: Parameters) -> Result<Json<MessageList>, Problem> {
    let query = query.among(&["direction", "limit", "cursor"])?;
    let limit = query.number("limit", 1..=PAGE_ITEMS_MAX)?.unwrap_or(PAGE_ITEMS);
    let direction = direction(&query)?;
    let before = query.text("cursor").map(|text| after(text, direction)).transpose()?;
    // One more than is shown tells whether there is a next page.
    let filter = Filter { direction, before, limit: limit.saturating_add(1) };
    let mut found = api.read(Code::NoSuchMessage, move |node| node.messages(&filter)).await?;

    let more = found.len() > limit;
    found.truncate(limit);
    let own = &api.node.view().agency;
    let last = found.last().filter(|_| more).map(|last| last.record.leaf);
    let next = last.map(|before| Cursor { before, direction }.encode());
    Ok(Json(MessageList {
        items: found.iter().map(|view| Message::new(own, view)).collect(),
        next,
    }))
}

fn direction(query: &Parameters) -> Result<Option<Direction>, Problem> {
    match query.text("direction") {
        None => Ok(None),
        Some("out") => Ok(Some(Direction::Out)),
        Some("in") => Ok(Some(Direction::In)),
        Some(_) => Err(request::bad_parameter("`direction` is `in` or `out`")),
    }
}

/// The place that a cursor names, if it was made for the same filter.
// spec: api-10
fn after(cursor: &str, direction: Option<Direction>) -> Result<LeafIndex, Problem> {
    let wrong = |why: String| Problem::new(Code::BadCursor, "nothing was listed", why);
    let cursor = Cursor::decode(cursor).map_err(|error| wrong(error.to_string()))?;
    if cursor.direction == direction {
        return Ok(cursor.before);
    }
    Err(wrong("the cursor was made for another `direction`".to_owned()))
}

/// Shows one message, without its body.
#[utoipa::path(get, operation_id = "message_show", path = "/api/v1/messages/{id}", tag = "messages", security(("token" = [])),
    params(("id" = String, Path, description = "the message's id, a UUID of version 7, or its digest")),
    responses(
        (status = 200, description = "the message", body = Message),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn show(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<Message>, Problem> {
    query.among(&[])?;
    let name = segments.message()?;
    let view = api.read(Code::NoSuchMessage, move |node| node.message(name)).await?;
    Ok(Json(Message::new(&api.node.view().agency, &view)))
}

/// Opens a body. Who opened it, and for which purpose, is in the log before the body is answered.
#[utoipa::path(get, operation_id = "message_open", path = "/api/v1/messages/{id}/body", tag = "messages", security(("token" = [])),
    params(
        ("id" = String, Path, description = "the message's id or digest"),
        ("officer" = String, Query, description = "staff number of the officer who reads: 1 to 32 of `A-Z a-z 0-9 -`"),
        ("purpose" = String, Query, description = "the kind of purpose for which it is read"),
        ("case" = Option<String>, Query, description = "the case of the own agency for which it is read, as its messages name it: 1 to 128 of `A-Z a-z 0-9 . _ : / -`; when absent no case is compared"),
        ("suspended" = Option<String>, Query, description = "`known`: whoever reads knows that the notice is challenged, and acts on nothing in it"),
    ),
    responses(
        (status = 200, description = "the content, and the leaf that records the reading", body = OpenedMessage),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn open(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<OpenedMessage>, Problem> {
    let query = query.among(&["officer", "purpose", "case", "suspended"])?;
    let name = segments.message()?;
    let (officer, aim) = request::opener(&query)?;
    let view = api.read(Code::NoSuchMessage, move |node| node.message(name)).await?;
    let opened = api.node.read_body(name, officer, aim).await;
    let opened = opened
        .map_err(|error| refusal::of_reading(&error, Code::NoSuchMessage, &api.node.view()))?;
    let content = serde_json::to_value(&opened.content).unwrap_or_default();
    let zones = message::zones(&view.parties);
    let stated = instants::of(&opened.content);
    Ok(Json(OpenedMessage {
        id: opened.id.to_string(),
        log_index: opened.leaf.get(),
        standing: view.standing.map(|standing| standing.text().to_owned()),
        content,
        times: stated.iter().map(|stated| StatedTime::of(stated, zones)).collect(),
        approvals: opened.approvals.as_ref().map(ApprovalsDocument::from),
    }))
}

/// Shows how a message stands with each recipient.
#[utoipa::path(get, operation_id = "message_deliveries", path = "/api/v1/messages/{id}/deliveries", tag = "messages", security(("token" = [])),
    params(("id" = String, Path, description = "the message's id or digest")),
    responses(
        (status = 200, description = "one delivery for each recipient; none for a received message", body = DeliveryList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn deliveries(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<DeliveryList>, Problem> {
    query.among(&[])?;
    let name = segments.message()?;
    let view = api.read(Code::NoSuchMessage, move |node| node.message(name)).await?;
    Ok(Json(DeliveryList { items: message::deliveries(&view) }))
}

/// Proves that the message's leaf stands in the node's own log.
#[utoipa::path(get, operation_id = "message_proof", path = "/api/v1/messages/{id}/proof", tag = "messages", security(("token" = [])),
    params(("id" = String, Path, description = "the message's id or digest")),
    responses(
        (status = 200, description = "the proof", body = Inclusion),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn proof(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<Inclusion>, Problem> {
    query.among(&[])?;
    let name = segments.message()?;
    let proof = api.read(Code::NoSuchMessage, move |node| node.message_proof(name)).await?;
    Ok(Json(Inclusion::from(&proof)))
}

/// Hands out the receipt of one recipient, as it was received: the proof of delivery.
#[utoipa::path(get, operation_id = "message_receipt", path = "/api/v1/messages/{id}/receipts/{agency}", tag = "messages", security(("token" = [])),
    params(
        ("id" = String, Path, description = "the message's id or digest"),
        ("agency" = String, Path, description = "the recipient"),
    ),
    responses(
        (status = 200, description = "the receipt", body = Binary, content_type = "application/cbor"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn receipt(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Response, Problem> {
    query.among(&[])?;
    let (name, agency) = (segments.message()?, segments.agency()?);
    let receipt = api.read(Code::NoSuchReceipt, move |node| node.receipt_of(name, &agency)).await?;
    Ok(([(http::CONTENT_TYPE, "application/cbor")], receipt).into_response())
}
