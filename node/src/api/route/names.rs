//! People: whether two records, or two of a draft, may be about one person. Nothing is kept, and nothing is joined.

use axum::Json;
use axum::extract::Request;
use axum::extract::State;
use concord_protocol::codec::value::Value;
use concord_protocol::message::writing::accept;
use concord_protocol::names;
use concord_protocol::names::Subject;
use concord_protocol::names::alike;
use concord_protocol::names::draft::People;
use concord_protocol::names::draft::Two;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::bounds::SUBMISSION_BYTES_MAX;
use crate::api::json;
use crate::api::json::JsonError;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::refusal;
use crate::api::request;
use crate::api::request::Parameters;
use crate::api::shape::names::AlikeDocument;
use crate::api::shape::names::ComparisonDocument;
use crate::api::shape::names::changes;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

const NOT_COMPARED: &str = "nothing was compared";

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(compare)).routes(routes!(draft))
}

/// Compares two records of people, and says everything that speaks for or against their being one.
#[utoipa::path(post, operation_id = "names_compare", path = "/api/v1/names/compare", tag = "names", security(("token" = [])),
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "`one` and `other`, each a person as a message has it"),
    responses(
        (status = 200, description = "the grounds, and the grade that the table makes of them", body = ComparisonDocument),
        (status = 422, description = "fields are wrong; all of them are listed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: nam-28
async fn compare(
    State(_): State<Api>,
    query: Parameters,
    request: Request,
) -> Result<Json<ComparisonDocument>, Problem> {
    query.among(&[])?;
    let (two, accepted) = accept::read(&document(request).await?, Two::of)
        .map_err(|faults| wrong(refusal::fields(&faults)))?;
    let comparison = names::compare(Subject::from(&two.one), Subject::from(&two.other));
    Ok(Json(ComparisonDocument::new(&comparison, changes(&accepted))))
}

/// Finds people of one draft who may be one person: in a request, a rescue, or the entries of a manifest.
#[utoipa::path(post, operation_id = "names_alike", path = "/api/v1/names/alike", tag = "names", security(("token" = [])),
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "a submission, or any part of one; nothing of it is sent or kept"),
    responses(
        (status = 200, description = "the pairs, each with its grounds", body = AlikeDocument),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: nam-27
async fn draft(
    State(api): State<Api>,
    query: Parameters,
    request: Request,
) -> Result<Json<AlikeDocument>, Problem> {
    query.among(&[])?;
    let draft = document(request).await?;
    // Many people take a while: they are compared where other callers do not wait.
    let found = api.read(Code::NoSuchMessage, move |_| {
        let people = People::of(&accept::written(&draft).tree);
        let alike = alike::among(&people.subjects());
        Ok(AlikeDocument::new(&people, &alike))
    });
    Ok(Json(found.await?))
}

async fn document(request: Request) -> Result<Value, Problem> {
    let text = request::body(request, &["application/json"], SUBMISSION_BYTES_MAX).await?;
    json::read(&text).map_err(|error| match error {
        JsonError::Syntax { line, column, reason } => {
            let why = format!("line {line}, column {column}: {reason}");
            Problem::new(Code::BadJson, NOT_COMPARED, why)
        }
        JsonError::Faults(faults) => wrong(faults),
    })
}

fn wrong(faults: Vec<FieldReport>) -> Problem {
    let why = format!("{} fields are wrong", faults.len());
    Report::new(Code::BadSubmission, NOT_COMPARED, why).with_fields(faults).into()
}
