//! Procedures: list, show, hand out for a court.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use concord_protocol::audit::bundle::BodyUse;
use concord_protocol::ids::ProcedureId;
use concord_protocol::procedure::deadline::Flag;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::ask::Ask;
use crate::api::export;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::refusal;
use crate::api::request;
use crate::api::request::Parameters;
use crate::api::request::Segments;
use crate::api::shape::Binary;
use crate::api::shape::deadline;
use crate::api::shape::procedure::Procedure;
use crate::api::shape::procedure::ProcedureDetail;
use crate::api::shape::procedure::ProcedureList;
use crate::api::shape::specialty::SpecialtyLedger;
use crate::host::handle::Aim;
use crate::host::handle::ReadError;
use crate::host::handle::procedures::ProcedureView;
use crate::host::handle::transcript::Forbidden;
use crate::host::handle::transcript::Wanted;
use crate::report::code::Code;

/// Procedures of one page unless the caller says otherwise: each is folded for it.
const PAGE_PROCEDURES: usize = 20;

/// Most of them.
const PAGE_PROCEDURES_MAX: usize = 50;

/// Procedures that are looked through for one page of those with something due.
const LOOKED_THROUGH_MAX: usize = 200;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(specialty))
        .routes(routes!(transcript))
}

/// Lists procedures, oldest first.
#[utoipa::path(get, operation_id = "procedure_list", path = "/api/v1/procedures", tag = "procedures", security(("token" = [])),
    params(
        ("limit" = Option<usize>, Query, description = "at most this many, 1 to 50; 20 when absent"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("due" = Option<String>, Query, description = "`overdue`, or `soon` for what is due soon or overdue: only procedures with such a deadline"),
    ),
    responses(
        (status = 200, description = "one page", body = ProcedureList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn list(State(api): State<Api>, query: Parameters) -> Result<Json<ProcedureList>, Problem> {
    let query = query.among(&["limit", "cursor", "due"])?;
    let limit = query.number("limit", 1..=PAGE_PROCEDURES_MAX)?.unwrap_or(PAGE_PROCEDURES);
    let after = query.text("cursor").map(ProcedureId::parse).transpose();
    let after = after
        .map_err(|error| Problem::new(Code::BadCursor, "nothing was listed", error.to_string()))?;
    let flags = flags(query.text("due"))?;
    let search = Search { after, limit, flags };
    let page = api.read(Code::NoSuchProcedure, move |node| search.page(node)).await?;
    Ok(Json(page))
}

/// What a list is asked for.
struct Search {
    after: Option<ProcedureId>,
    limit: usize,
    flags: Option<&'static [Flag]>,
}

/// The flags that are asked for.
fn flags(due: Option<&str>) -> Result<Option<&'static [Flag]>, Problem> {
    match due {
        None => Ok(None),
        Some("overdue") => Ok(Some(&[Flag::Overdue])),
        Some("soon") => Ok(Some(&[Flag::DueSoon, Flag::Overdue])),
        Some(_) => Err(request::bad_parameter("`due` is `overdue` or `soon`")),
    }
}

impl Search {
    /// One page of those that fit, and where to go on.
    // spec: due-13
    fn page(&self, node: &dyn Ask) -> Result<ProcedureList, ReadError> {
        let mut items = Vec::new();
        let mut after = self.after;
        let mut looked: usize = 0;
        loop {
            let found = node.procedures(after, self.limit.saturating_add(1))?;
            let more = found.len() > self.limit;
            for (place, view) in found.iter().take(self.limit).enumerate() {
                after = Some(view.id);
                looked = looked.saturating_add(1);
                items.extend(self.fits(view).then(|| Procedure::from(view)));
                if items.len() >= self.limit || looked >= LOOKED_THROUGH_MAX {
                    let last = place.saturating_add(1) >= found.len();
                    let next = Some(view.id.to_string()).filter(|_| !last);
                    return Ok(ProcedureList { items, next });
                }
            }
            if !more {
                return Ok(ProcedureList { items, next: None });
            }
        }
    }

    fn fits(&self, view: &ProcedureView) -> bool {
        let Some(flags) = self.flags else { return true };
        let due = deadline::shown(view);
        flags.iter().any(|flag| due.iter().any(|deadline| deadline.flag == flag.text()))
    }
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

/// Shows for what the person of a handover may be tried, and to whom the person may be given on: over all handovers of that
/// person that the node holds, each entry with the message that it comes from.
// spec: spc-8
#[utoipa::path(get, operation_id = "procedure_specialty", path = "/api/v1/procedures/{id}/specialty", tag = "procedures", security(("token" = [])),
    params(("id" = String, Path, description = "the procedure's id")),
    responses(
        (status = 200, description = "the handovers; none where the procedure is no handover", body = SpecialtyLedger),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn specialty(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<SpecialtyLedger>, Problem> {
    query.among(&[])?;
    let id = segments.procedure()?;
    let found = api.read(Code::NoSuchProcedure, move |node| node.specialty(id)).await?;
    Ok(Json(SpecialtyLedger::from(found)))
}

/// Hands out one procedure as a bundle with its bodies. Who had them opened, and for what, is in the log before that.
// spec: api-29
#[utoipa::path(get, operation_id = "procedure_export", path = "/api/v1/procedures/{id}/export", tag = "procedures", security(("token" = [])),
    params(
        ("id" = String, Path, description = "the procedure's id"),
        ("use" = String, Query, description = "for what bodies are shown: `work` or `court`"),
        ("forbidden" = Option<String>, Query, description = "what becomes of bodies that must not be shown in court: `refuse` when absent, or `withhold`, which leaves them sealed"),
        ("officer" = String, Query, description = "staff number of the officer who has them opened: 1 to 32 of `A-Z a-z 0-9 -`"),
        ("purpose" = String, Query, description = "the kind of purpose for which they are opened"),
        ("case" = Option<String>, Query, description = "the case of the own agency for which they are opened, as its messages name it; demanded where one of them in this procedure names one"),
    ),
    responses(
        (status = 200, description = "a canonical ustar file", body = Binary, content_type = "application/x-tar"),
        (status = 422, description = "bodies must not be shown in court; each message is named", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn transcript(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Response, Problem> {
    let wanted = wanted(segments.procedure()?, query)?;
    let name = format!("attachment; filename=\"{}.concord\"", wanted.procedure);
    let place = export::place(&api)?;
    let file = export::File::Procedure(wanted);
    let body = export::stream(Arc::clone(&api.node), file, place).await;
    let body =
        body.map_err(|error| refusal::of_reading(&error, Code::NoSuchProcedure, &api.node.view()))?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-tar".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, body).into_response())
}

fn wanted(procedure: ProcedureId, query: Parameters) -> Result<Wanted, Problem> {
    let query = query.among(&["use", "forbidden", "officer", "purpose", "case"])?;
    let to_use = BodyUse::parse(query.demanded("use")?)
        .ok_or_else(|| request::bad_parameter("`use` is `work` or `court`"))?;
    let forbidden = match query.text("forbidden") {
        None | Some("refuse") => Forbidden::Refuse,
        Some("withhold") => Forbidden::Withhold,
        Some(_) => return Err(request::bad_parameter("`forbidden` is `refuse` or `withhold`")),
    };
    let (officer, Aim { purpose, case, .. }) = request::opener(&query)?;
    Ok(Wanted { procedure, to_use, forbidden, officer, purpose, case })
}
