//! The node's own log: head, leaves, proofs, export.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::TreeSize;
use concord_protocol::message::time::Instant;
use concord_protocol::moment::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::bounds::PAGE_ITEMS;
use crate::api::bounds::PAGE_ITEMS_MAX;
use crate::api::export;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::refusal;
use crate::api::request;
use crate::api::request::Parameters;
use crate::api::shape::Binary;
use crate::api::shape::log::Consistency;
use crate::api::shape::log::EntryList;
use crate::api::shape::log::Head;
use crate::api::shape::log::Inclusion;
use crate::api::shape::log::LogEntry;
use crate::api::shape::log::LogProof;
use crate::api::shape::log::hashes;
use crate::api::shape::log::note;
use crate::host::evidence::Extent;
use crate::host::handle::Growth;
use crate::host::handle::ReadError;
use crate::report::code::Code;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(head))
        .routes(routes!(cosign))
        .routes(routes!(entries))
        .routes(routes!(proof))
        .routes(routes!(bundle))
}

/// Shows the newest durable head of the node's log.
#[utoipa::path(get, operation_id = "log_head", path = "/api/v1/log/head", tag = "log", security(("token" = [])),
    responses(
        (status = 200, description = "the head with its signed note", body = Head),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn head(State(api): State<Api>, query: Parameters) -> Result<Json<Head>, Problem> {
    query.among(&[])?;
    Ok(Json(Head::from(&*api.node.view())))
}

/// Asks every peer that is there to cosign the newest head now, and answers with it once a quorum has, or after 10 seconds.
#[utoipa::path(post, operation_id = "log_cosign", path = "/api/v1/log/cosign", tag = "log", security(("token" = [])),
    responses(
        (status = 200, description = "the head and its cosignatures, be they a quorum or not", body = Head),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: wit-5
async fn cosign(State(api): State<Api>, query: Parameters) -> Result<Json<Head>, Problem> {
    query.among(&[])?;
    let asked = api.node.cosign().await;
    asked.map_err(|error| refusal::of_reading(&error, Code::NoSuchLeaf, &api.node.view()))?;
    Ok(Json(Head::from(&*api.node.view())))
}

/// Lists leaves in order.
#[utoipa::path(get, operation_id = "log_entries", path = "/api/v1/log/entries", tag = "log", security(("token" = [])),
    params(
        ("from" = Option<u64>, Query, description = "place of the first leaf; 0 when absent"),
        ("limit" = Option<usize>, Query, description = "at most this many, 1 to 200; 50 when absent"),
    ),
    responses(
        (status = 200, description = "the leaves", body = EntryList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn entries(State(api): State<Api>, query: Parameters) -> Result<Json<EntryList>, Problem> {
    let query = query.among(&["from", "limit"])?;
    let from = query.number("from", 0..=u64::MAX)?.unwrap_or(0);
    let limit = query.number("limit", 1..=PAGE_ITEMS_MAX)?.unwrap_or(PAGE_ITEMS);
    let size = api.node.view().head.size.get();
    let found =
        api.read(Code::NoSuchLeaf, move |node| node.entries(LeafIndex::new(from), limit)).await?;
    // What lies beyond the published head is shown once its head is.
    let items: Vec<LogEntry> =
        found.iter().filter(|entry| entry.index.get() < size).map(LogEntry::from).collect();
    let next = items.last().map(|entry| entry.index.saturating_add(1)).filter(|next| *next < size);
    Ok(Json(EntryList { items, next }))
}

/// Proves that a leaf stands in the log (`index`), or that the log only grew (`from`, `to`).
#[utoipa::path(get, operation_id = "log_proof", path = "/api/v1/log/proof", tag = "log", security(("token" = [])),
    params(
        ("index" = Option<u64>, Query, description = "place of the leaf"),
        ("from" = Option<u64>, Query, description = "the older size"),
        ("to" = Option<u64>, Query, description = "the newer size; the newest when absent"),
    ),
    responses(
        (status = 200, description = "the proof", body = LogProof),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn proof(State(api): State<Api>, query: Parameters) -> Result<Json<LogProof>, Problem> {
    let query = query.among(&["index", "from", "to"])?;
    let index = query.number("index", 0..=u64::MAX)?;
    let (from, to) = (query.number("from", 1..=u64::MAX)?, query.number("to", 1..=u64::MAX)?);
    match (index, from, to) {
        (Some(index), None, None) => inclusion(&api, LeafIndex::new(index)).await,
        (None, Some(from), to) => consistency(&api, from, to).await,
        (Some(_), _, _) | (None, None, _) => Err(request::bad_parameter(
            "a proof is asked for with `index` alone, or with `from` and perhaps `to`",
        )),
    }
}

async fn inclusion(api: &Api, index: LeafIndex) -> Result<Json<LogProof>, Problem> {
    let proof = api.read(Code::NoSuchLeaf, move |node| node.leaf_proof(index)).await?;
    Ok(Json(LogProof::Inclusion(Inclusion::from(&proof))))
}

async fn consistency(api: &Api, from: u64, to: Option<u64>) -> Result<Json<LogProof>, Problem> {
    let head = api.node.view().head.clone();
    let to = to.unwrap_or(head.size.get());
    if from > to {
        return Err(request::bad_parameter(
            "`from` is at most `to`, or at most the size of the log",
        ));
    }
    let growth = Growth { from: TreeSize::new(from), to: TreeSize::new(to) };
    let path = api.read(Code::NoSuchLeaf, move |node| node.consistency(growth)).await?;
    let checkpoint = (growth.to == head.size).then(|| note(&head.note));
    Ok(Json(LogProof::Consistency(Consistency { from, to, path: hashes(&path), checkpoint })))
}

/// Streams the bundle with which anyone verifies the log offline: of the whole log, or of a part of it.
#[utoipa::path(get, operation_id = "log_export", path = "/api/v1/log/export", tag = "log", security(("token" = [])),
    params(
        ("from" = Option<u64>, Query, description = "place of the first leaf that is shown; alone or with `to`"),
        ("to" = Option<u64>, Query, description = "place after the last one; the end when absent"),
        ("since" = Option<String>, Query, description = "shows the leaves from the first one of this time on; alone or with `until`"),
        ("until" = Option<String>, Query, description = "and before this time"),
        ("procedure" = Option<String>, Query, description = "shows the leaves about this procedure; alone"),
        ("peer" = Option<String>, Query, description = "shows the leaves about the links with this agency; alone"),
    ),
    responses(
        (status = 200, description = "a canonical ustar file", body = Binary, content_type = "application/x-tar"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn bundle(State(api): State<Api>, query: Parameters) -> Result<Response, Problem> {
    let extent = extent(query)?;
    let place = export::place(&api)?;
    let agency = api.node.view().agency.to_string();
    let body =
        export::stream(Arc::clone(&api.node), export::File::Log(extent), place).await.map_err(
            |error: ReadError| refusal::of_reading(&error, Code::NoSuchLeaf, &api.node.view()),
        )?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-tar".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{agency}.concord\"")),
    ];
    Ok((headers, body).into_response())
}

/// What a caller asks to be shown.
fn extent(query: Parameters) -> Result<Extent, Problem> {
    let query = query.among(&["from", "to", "since", "until", "procedure", "peer"])?;
    let (from, to) = (query.number("from", 0..=u64::MAX)?, query.number("to", 1..=u64::MAX)?);
    let (since, until) = (time(&query, "since")?, time(&query, "until")?);
    let procedure = query.text("procedure").map(ProcedureId::parse).transpose();
    let procedure = procedure.map_err(|_| request::bad_parameter("`procedure` is a UUID"))?;
    let peer = query.text("peer").map(AgencyId::parse).transpose();
    let peer = peer.map_err(|_| request::bad_parameter("`peer` is the id of an agency"))?;
    Extent::of((from, to), (since, until), procedure, peer).ok_or_else(|| {
        request::bad_parameter(
            "a part of the log is a range, a period, a procedure or a peer, one of them alone",
        )
    })
}

fn time(query: &Parameters, name: &str) -> Result<Option<Timestamp>, Problem> {
    let read = |text: &str| {
        let why = format!("`{name}` is a time such as 2026-01-31T08:00:00Z");
        Instant::parse(text).map(|instant| instant.at()).map_err(|_| request::bad_parameter(why))
    };
    query.text(name).map(read).transpose()
}
