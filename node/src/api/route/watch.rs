//! Evidence against members, and the watch over their logs.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use concord_protocol::ids::LeafIndex;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::bounds::PAGE_ITEMS;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::request::Parameters;
use crate::api::request::Segments;
use crate::api::shape::Binary;
use crate::api::shape::watch::Evidence;
use crate::api::shape::watch::EvidenceList;
use crate::api::shape::watch::Watch;
use crate::report::code::Code;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(file)).routes(routes!(watch))
}

/// Lists the evidence that the node holds, each judged again.
#[utoipa::path(get, operation_id = "evidence_list", path = "/api/v1/evidence", tag = "evidence", security(("token" = [])),
    params(
        ("from" = Option<u64>, Query, description = "place of the first leaf; 0 when absent"),
        ("limit" = Option<usize>, Query, description = "at most this many, 1 to 50; 50 when absent"),
    ),
    responses(
        (status = 200, description = "the evidence, in the order of its leaves", body = EvidenceList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: evd-18
async fn list(State(api): State<Api>, query: Parameters) -> Result<Json<EvidenceList>, Problem> {
    let query = query.among(&["from", "limit"])?;
    let from = query.number("from", 0..=u64::MAX)?.unwrap_or(0);
    let limit = query.number("limit", 1..=PAGE_ITEMS)?.unwrap_or(PAGE_ITEMS);
    let more = limit.saturating_add(1);
    let from = LeafIndex::new(from);
    let found = api.read(Code::NoSuchEvidence, move |node| node.evidence(from, more)).await?;
    let next = found.get(limit).map(|next| next.view.charge.leaf.get());
    let items = found.iter().take(limit).map(Evidence::from).collect();
    Ok(Json(EvidenceList { items, next }))
}

/// Hands out one file of evidence, byte for byte.
#[utoipa::path(get, operation_id = "evidence_file", path = "/api/v1/evidence/{digest}", tag = "evidence", security(("token" = [])),
    params(("digest" = String, Path, description = "SHA-256 of the file, in hexadecimal")),
    responses(
        (status = 200, description = "the file", body = Binary, content_type = "application/octet-stream"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: evd-18
async fn file(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Response, Problem> {
    query.among(&[])?;
    let digest = segments.digest()?;
    let file = api.read(Code::NoSuchEvidence, move |node| node.evidence_file(&digest)).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{digest}.evidence\"")),
    ];
    Ok((headers, file).into_response())
}

/// Shows every member's log as the node sees it, and the alarms that stand.
#[utoipa::path(get, operation_id = "watch", path = "/api/v1/watch", tag = "evidence", security(("token" = [])),
    responses(
        (status = 200, description = "logs and alarms", body = Watch),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn watch(State(api): State<Api>, query: Parameters) -> Result<Json<Watch>, Problem> {
    query.among(&[])?;
    Ok(Json(Watch::from(api.node.view().watch.as_ref())))
}
