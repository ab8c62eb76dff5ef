//! What a person looks at again, because of its dates, and what is kept on then.

use axum::Json;
use axum::extract::State;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::text::HeaderText;
use concord_protocol::message::time::CivilDate;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::bounds::PAGE_ITEMS;
use crate::api::bounds::PAGE_ITEMS_MAX;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::refusal;
use crate::api::request::Parameters;
use crate::api::request::Segments;
use crate::api::shape::review::KeptDocument;
use crate::api::shape::review::ReviewList;
use crate::host::handle::reviews::Needed;
use crate::host::handle::reviews::ReviewPlace;
use crate::report::code::Code;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(keep))
}

/// Lists held messages whose day to be looked at again has come or comes within 30 days, earliest first; also those that
/// are past the day on which they are erased at the latest.
// spec: era-10
#[utoipa::path(get, operation_id = "review_list", path = "/api/v1/reviews", tag = "messages", security(("token" = [])),
    params(
        ("limit" = Option<usize>, Query, description = "at most this many, 1 to 200; 50 when absent"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "one page", body = ReviewList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn list(State(api): State<Api>, query: Parameters) -> Result<Json<ReviewList>, Problem> {
    let query = query.among(&["limit", "cursor"])?;
    let limit = query.number("limit", 1..=PAGE_ITEMS_MAX)?.unwrap_or(PAGE_ITEMS);
    let after = query.text("cursor").map(place).transpose()?;
    let found = api.read(Code::NoSuchMessage, move |node| node.reviews(after, limit)).await?;
    Ok(Json(ReviewList::from(&found)))
}

/// Keeps a message until another review, for an officer's reason. Who says so has looked at it: the log has that officer as a
/// reader. The reason lies sealed beside the store, and ends with the body.
#[utoipa::path(post, operation_id = "message_keep", path = "/api/v1/messages/{id}/review", tag = "messages", security(("token" = [])),
    params(
        ("id" = String, Path, description = "the message's id or digest"),
        ("officer" = String, Query, description = "staff number of the officer who decided: 1 to 32 of `A-Z a-z 0-9 -`"),
        ("reason" = String, Query, description = "why it is still needed: one line of 1 to 200 bytes, and nothing of what the message says"),
        ("next_review" = String, Query, description = "when somebody looks at it again, as `2027-03-01`: after today, no later than `erase_by`, and within `term_months` of the list"),
    ),
    responses(
        (status = 200, description = "it is kept until then", body = KeptDocument),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
// spec: era-12
async fn keep(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<KeptDocument>, Problem> {
    let query = query.among(&["officer", "reason", "next_review"])?;
    let name = segments.message()?;
    let officer = query.parsed("officer", StaffNumber::parse)?;
    let reason = query.parsed("reason", HeaderText::parse)?;
    let next_review = query.parsed("next_review", CivilDate::parse)?;
    let kept = api.node.keep(name, Needed { officer, reason, next_review }).await;
    let kept = kept.map_err(|error| refusal::of_keeping(&error, &api.node.view()))?;
    Ok(Json(KeptDocument::from(&kept)))
}

/// Reads what `next` was: a day and the place of a leaf.
fn place(text: &str) -> Result<ReviewPlace, Problem> {
    let read = || {
        let (day, leaf) = text.split_at_checked(10)?;
        let leaf = leaf.strip_prefix('.')?.parse().ok()?;
        Some((CivilDate::parse(day).ok()?, LeafIndex::new(leaf)))
    };
    read().ok_or_else(|| {
        let why = "a cursor is what `next` was in an earlier answer";
        Problem::new(Code::BadCursor, "nothing was listed", why)
    })
}
