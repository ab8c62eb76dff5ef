//! Procedures: list, show.

use axum::Json;
use axum::extract::State;
use concord_protocol::ids::ProcedureId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::request::Parameters;
use crate::api::request::Segments;
use crate::api::shape::procedure::Procedure;
use crate::api::shape::procedure::ProcedureDetail;
use crate::api::shape::procedure::ProcedureList;
use crate::report::code::Code;

/// Procedures of one page unless the caller says otherwise: each is folded for it.
const PAGE_PROCEDURES: usize = 20;

/// Most of them.
const PAGE_PROCEDURES_MAX: usize = 50;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// Lists procedures, oldest first.
#[utoipa::path(get, operation_id = "procedure_list", path = "/api/v1/procedures", tag = "procedures", security(("token" = [])),
    params(
        ("limit" = Option<usize>, Query, description = "at most this many, 1 to 50; 20 when absent"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "one page", body = ProcedureList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn list(State(api): State<Api>, query: Parameters) -> Result<Json<ProcedureList>, Problem> {
    let query = query.among(&["limit", "cursor"])?;
    let limit = query.number("limit", 1..=PAGE_PROCEDURES_MAX)?.unwrap_or(PAGE_PROCEDURES);
    let after = query.text("cursor").map(ProcedureId::parse).transpose();
    let after = after
        .map_err(|error| Problem::new(Code::BadCursor, "nothing was listed", error.to_string()))?;
    let more = limit.saturating_add(1);
    let mut found =
        api.read(Code::NoSuchProcedure, move |node| node.procedures(after, more)).await?;

    let next = (found.len() > limit).then(|| found.get(limit.saturating_sub(1)));
    let next = next.flatten().map(|view| view.id.to_string());
    found.truncate(limit);
    Ok(Json(ProcedureList { items: found.iter().map(Procedure::from).collect(), next }))
}

/// Shows one procedure: where it stands, what became of each message, and what may come next.
// spec: api-28
#[utoipa::path(get, operation_id = "procedure_show", path = "/api/v1/procedures/{id}", tag = "procedures", security(("token" = [])),
    params(("id" = String, Path, description = "the procedure's id")),
    responses(
        (status = 200, description = "the procedure", body = ProcedureDetail),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn show(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<ProcedureDetail>, Problem> {
    query.among(&[])?;
    let id = segments.procedure()?;
    let found = api.read(Code::NoSuchProcedure, move |node| node.procedure(id)).await?;
    Ok(Json(ProcedureDetail::from(&found)))
}
