//! Deconfliction: digests for queries, holdings, alerts, and what to answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::extract::State;
use axum::http::StatusCode;
use concord_protocol::codec::value::Map;
use concord_protocol::codec::value::Value;
use concord_protocol::limits::LIST_MAX;
use concord_protocol::message::fault::FaultCode;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::list::Bounded;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::text::StaffNumber;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::ask::Ask;
use crate::api::bounds::SUBMISSION_BYTES_MAX;
use crate::api::json;
use crate::api::json::JsonError;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::refusal;
use crate::api::request;
use crate::api::request::Parameters;
use crate::api::request::Segments;
use crate::api::shape::deconfliction::AlertDocument;
use crate::api::shape::deconfliction::AlertList;
use crate::api::shape::deconfliction::DigestList;
use crate::api::shape::deconfliction::HoldingDocument;
use crate::api::shape::deconfliction::HoldingList;
use crate::api::shape::deconfliction::ProposalDocument;
use crate::host::deconfliction::register::NewHolding;
use crate::host::handle::deconfliction::DeconflictionError;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

/// What did not happen where a document is not understood.
const NOT_TAKEN: &str = "nothing was taken";

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(digests))
        .routes(routes!(holdings, hold))
        .routes(routes!(let_go))
        .routes(routes!(alerts))
        .routes(routes!(proposal))
}

/// Makes the digests of an officer's query under the node's own key. They are counted; what they were made of is not kept.
#[utoipa::path(post, operation_id = "deconfliction_digests", path = "/api/v1/deconfliction/digests", tag = "deconfliction", security(("token" = [])),
    request_body(content = serde_json::Value, content_type = "application/json", description = "`identifiers`: 1 to 1,000, each as in messages; `officer`: staff number of whoever asks, who gets 2,000 digests a day"),
    responses(
        (status = 200, description = "the digests, in the order of the identifiers", body = DigestList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: dcf-5, dcf-20
async fn digests(
    State(api): State<Api>,
    query: Parameters,
    request: Request,
) -> Result<Json<DigestList>, Problem> {
    query.among(&[])?;
    let map = document(request, &["identifiers", "officer"]).await?;
    let mut faults = Faults::new();
    let identifiers = field::<Bounded<Identifier, 1, LIST_MAX>>(&map, "identifiers", &mut faults);
    let officer = field::<StaffNumber>(&map, "officer", &mut faults);
    let asks = faults.judge(identifiers.zip(officer));
    let (identifiers, officer) = asks.map_err(|faults| bad(refusal::fields(&faults)))?;
    let made = asked(&api, move |node| node.digests(identifiers.as_slice(), &officer)).await?;
    Ok(Json(DigestList::from(&made)))
}

/// Enters what somebody of the agency works on. The same identifier, owner and case again changes the policy only.
#[utoipa::path(post, operation_id = "holding_add", path = "/api/v1/deconfliction/holdings", tag = "deconfliction", security(("token" = [])),
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "`identifier` as in messages, `owner` (staff number), `case_ref`, and `policy`: `full`, `hit-no-hit` or `silent-to-owner`"),
    responses(
        (status = 201, description = "it is held", body = HoldingDocument),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: dcf-11
async fn hold(
    State(api): State<Api>,
    query: Parameters,
    request: Request,
) -> Result<(StatusCode, Json<HoldingDocument>), Problem> {
    query.among(&[])?;
    let map = document(request, &["identifier", "owner", "case_ref", "policy"]).await?;
    let mut faults = Faults::new();
    let identifier = field(&map, "identifier", &mut faults);
    let owner = field(&map, "owner", &mut faults);
    let case_ref = field(&map, "case_ref", &mut faults);
    let policy = field(&map, "policy", &mut faults);
    let new = identifier.zip(owner).zip(case_ref.zip(policy)).map(
        |((identifier, owner), (case_ref, policy))| NewHolding {
            identifier,
            owner,
            case_ref,
            policy,
        },
    );
    let new = faults.judge(new).map_err(|faults| bad(refusal::fields(&faults)))?;
    let held = asked(&api, move |node| node.hold(new)).await?;
    Ok((StatusCode::CREATED, Json(HoldingDocument::from(&held))))
}

/// Lists what one owner works on.
#[utoipa::path(get, operation_id = "holding_list", path = "/api/v1/deconfliction/holdings", tag = "deconfliction", security(("token" = [])),
    params(("officer" = String, Query, description = "staff number of the owner")),
    responses(
        (status = 200, description = "the holdings of this owner", body = HoldingList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn holdings(State(api): State<Api>, query: Parameters) -> Result<Json<HoldingList>, Problem> {
    let officer = query.among(&["officer"])?.parsed("officer", StaffNumber::parse)?;
    let held = asked(&api, move |node| node.holdings(&officer)).await?;
    Ok(Json(HoldingList { items: held.iter().map(HoldingDocument::from).collect() }))
}

/// Removes a holding of its owner.
#[utoipa::path(delete, operation_id = "holding_remove", path = "/api/v1/deconfliction/holdings/{number}", tag = "deconfliction", security(("token" = [])),
    params(
        ("number" = u64, Path, description = "its number in the register"),
        ("officer" = String, Query, description = "staff number of the owner"),
    ),
    responses(
        (status = 204, description = "it is not held any more"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn let_go(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<StatusCode, Problem> {
    let officer = query.among(&["officer"])?.parsed("officer", StaffNumber::parse)?;
    let number = segments.number()?;
    asked(&api, move |node| node.let_go(number, &officer)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists who asked about what one owner works on; nobody else is told where the policy is `silent-to-owner`.
#[utoipa::path(get, operation_id = "alert_list", path = "/api/v1/deconfliction/alerts", tag = "deconfliction", security(("token" = [])),
    params(("officer" = String, Query, description = "staff number of the owner")),
    responses(
        (status = 200, description = "what this owner was told; what was asked about last stands last", body = AlertList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: dcf-13
async fn alerts(State(api): State<Api>, query: Parameters) -> Result<Json<AlertList>, Problem> {
    let officer = query.among(&["officer"])?.parsed("officer", StaffNumber::parse)?;
    let told = asked(&api, move |node| node.alerts(&officer)).await?;
    Ok(Json(AlertList { items: told.iter().map(AlertDocument::from).collect() }))
}

/// Shows what to answer to the query of a procedure, as far as this officer may see it.
#[utoipa::path(get, operation_id = "deconfliction_proposal", path = "/api/v1/procedures/{id}/deconfliction", tag = "deconfliction", security(("token" = [])),
    params(
        ("id" = String, Path, description = "the procedure's id"),
        ("officer" = String, Query, description = "staff number of the officer who looks"),
    ),
    responses(
        (status = 200, description = "the answers, or what they wait for", body = ProposalDocument),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: dcf-15
async fn proposal(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<ProposalDocument>, Problem> {
    let officer = query.among(&["officer"])?.parsed("officer", StaffNumber::parse)?;
    let id = segments.procedure()?;
    let found = asked(&api, move |node| node.proposal(id)).await?;
    Ok(Json(ProposalDocument::seen_by(&found, &officer)))
}

/// Asks the node on a thread that may wait for a disk.
async fn asked<T: Send + 'static>(
    api: &Api,
    ask: impl FnOnce(&dyn Ask) -> Result<T, DeconflictionError> + Send + 'static,
) -> Result<T, Problem> {
    let node = Arc::clone(&api.node);
    let answer = api.node.crew().disk.run(move || ask(&*node)).await;
    match answer {
        Ok(answer) => answer.map_err(|error| refusal::of_deconfliction(&error)),
        Err(_) => Err(Problem::new(Code::Stopping, NOT_TAKEN, "the node is stopping")),
    }
}

/// Reads a document with these fields and no other.
async fn document(request: Request, fields: &[&str]) -> Result<Map, Problem> {
    let text = request::body(request, &["application/json"], SUBMISSION_BYTES_MAX).await?;
    let value = json::read(&text).map_err(|error| match error {
        JsonError::Syntax { line, column, reason } => {
            let why = format!("line {line}, column {column}: {reason}");
            Problem::new(Code::BadJson, NOT_TAKEN, why)
        }
        JsonError::Faults(faults) => bad(faults),
    })?;
    let mut faults = Faults::new();
    let map = if let Value::Map(map) = value {
        for (key, _) in map.iter().filter(|(key, _)| !fields.contains(key)) {
            let reason = format!("the document has {} and nothing else", fields.join(", "));
            faults.add(&Pointer::Root.key(key), FaultCode::UnknownField, reason);
        }
        Some(map)
    } else {
        faults.add(&Pointer::Root, FaultCode::WrongType, "a map");
        None
    };
    faults.judge(map).map_err(|faults| bad(refusal::fields(&faults)))
}

fn field<T: Field>(map: &Map, key: &str, faults: &mut Faults) -> Option<T> {
    let at = Pointer::Root.key(key);
    match map.get(key) {
        Some(value) => T::read(value, &at, faults),
        None => T::absent(&at, faults),
    }
}

// spec: api-8
fn bad(faults: Vec<FieldReport>) -> Problem {
    let why = match faults.len() {
        1 => "one field is wrong".to_owned(),
        count => format!("{count} fields are wrong"),
    };
    Report::new(Code::BadSubmission, NOT_TAKEN, why).with_fields(faults).into()
}
