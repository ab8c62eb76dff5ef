//! Statistics: what the procedures give, the messages behind each figure, and a report with its derived figures filled in.
//!
//! Figures of reports that somebody sent stand in [`reports`]: they are sealed, and each reading of one is logged.

pub(crate) mod reports;

use axum::Json;
use axum::extract::State;
use concord_protocol::message::time::Instant;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::statistics::derived::Derived;
use concord_protocol::procedure::statistics::derived::Question;
use concord_protocol::procedure::statistics::derived::Record;
use concord_protocol::procedure::statistics::draft;
use concord_protocol::procedure::statistics::measure::Measure;
use concord_protocol::procedure::statistics::measure::Topic;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::ask::Ask;
use crate::api::problem::Problem;
use crate::api::problem::ProblemDocument;
use crate::api::request;
use crate::api::request::Parameters;
use crate::api::request::Segments;
use crate::api::shape::statistics::CountedMessage;
use crate::api::shape::statistics::DerivedFigure;
use crate::api::shape::statistics::ReportDraft;
use crate::api::shape::statistics::Statistics;
use crate::api::shape::statistics::TracedFigure;
use crate::report::code::Code;

/// Messages of one page.
const PAGE_RECORDS: usize = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(trace))
        .routes(routes!(prepare))
        .merge(reports::routes())
}

/// Computes every figure that procedures give for a period.
// spec: sta-6, sta-7
#[utoipa::path(get, operation_id = "statistics_list", path = "/api/v1/statistics", tag = "statistics", security(("token" = [])),
    params(
        ("since" = String, Query, description = "from when on, in RFC 3339"),
        ("until" = String, Query, description = "up to when, without that instant"),
    ),
    responses(
        (status = 200, description = "the figures, each apart", body = Statistics),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn list(State(api): State<Api>, query: Parameters) -> Result<Json<Statistics>, Problem> {
    let query = query.among(&["since", "until"])?;
    let questions = all_of(times(&query)?);
    let read = move |node: &dyn Ask| node.figures(&questions);
    let answered = api.read(Code::NoSuchProcedure, read).await?;
    let (derived, by_ground): (Vec<&Derived>, Vec<&Derived>) =
        answered.figures.iter().partition(|figure| is_whole(figure));
    // A ground on which nobody was refused is left out; what could not be read is the same for each of them.
    let unread = by_ground.first().map_or(0, |figure| figure.unread.len());
    let by_ground = by_ground.into_iter().filter(|figure| figure.value > 0);
    Ok(Json(Statistics {
        procedures: answered.procedures,
        folded: answered.folded,
        derived: derived.into_iter().map(DerivedFigure::from).collect(),
        refused_by_ground: by_ground.map(DerivedFigure::from).collect(),
        refused_without_known_ground: unread,
    }))
}

/// Shows the messages behind one figure.
// spec: sta-6, sta-7
#[utoipa::path(get, operation_id = "statistics_records", path = "/api/v1/statistics/{measure}/records", tag = "statistics", security(("token" = [])),
    params(
        ("measure" = String, Path, description = "what is counted; `handovers-refused:own-national` are the refusals that name a ground"),
        ("since" = String, Query, description = "from when on, in RFC 3339"),
        ("until" = String, Query, description = "up to when, without that instant"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "the figure and one page of what it counts", body = TracedFigure),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn trace(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<TracedFigure>, Problem> {
    let query = query.among(&["since", "until", "cursor"])?;
    let question = question(segments.topic()?, times(&query)?);
    let from = query.number("cursor", 0..=usize::MAX)?.unwrap_or(0);
    let read = move |node: &dyn Ask| node.figures(&[question]);
    let answered = api.read(Code::NoSuchProcedure, read).await?;
    let derived = answered.figures.into_iter().next().unwrap_or(Derived::nothing(question));
    let page = |records: &[Record]| -> Vec<CountedMessage> {
        records.iter().skip(from).take(PAGE_RECORDS).map(CountedMessage::from).collect()
    };
    let reached = from.saturating_add(PAGE_RECORDS);
    let longest = derived.records.len().max(derived.unread.len());
    Ok(Json(TracedFigure {
        figure: DerivedFigure::from(&derived),
        items: page(&derived.records),
        not_read_items: page(&derived.unread),
        next: (reached < longest).then(|| reached.to_string()),
    }))
}

/// Prepares the body of a situation report: its derived figures with the digests of their questions, and nothing declared.
// spec: sta-11
#[utoipa::path(get, operation_id = "statistics_prepare", path = "/api/v1/statistics/draft", tag = "statistics", security(("token" = [])),
    params(
        ("since" = String, Query, description = "from when on, in RFC 3339"),
        ("until" = String, Query, description = "up to when, without that instant"),
    ),
    responses(
        (status = 200, description = "the body, to be completed and sent by whoever reports", body = ReportDraft),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn prepare(State(api): State<Api>, query: Parameters) -> Result<Json<ReportDraft>, Problem> {
    let query = query.among(&["since", "until"])?;
    let period = instants(&query)?;
    let questions = all_of((period.0.at(), period.1.at()));
    let own = api.node.view().agency.clone();
    let party = api.node.party_of(&own).ok_or_else(|| {
        Problem::new(
            Code::UnknownRecipient,
            "nothing was prepared",
            "the charter does not have this agency",
        )
    })?;
    let read = move |node: &dyn Ask| node.figures(&questions);
    let answered = api.read(Code::NoSuchProcedure, read).await?;
    let body = draft::body(&party, (&period.0, &period.1), &answered.figures);
    let unread = answered.figures.iter().filter(|figure| is_whole(figure));
    Ok(Json(ReportDraft {
        body: serde_json::to_value(&body).unwrap_or_default(),
        not_read: unread.map(|figure| figure.unread.len()).sum(),
    }))
}

const fn is_whole(figure: &Derived) -> bool {
    matches!(figure.question.topic, Topic::Whole(_))
}

/// Every question about a time.
fn all_of(period: (Timestamp, Timestamp)) -> Vec<Question> {
    let measures = Measure::ALL.iter().map(|measure| Topic::Whole(*measure));
    measures.chain(Topic::grounds()).map(|topic| question(topic, period)).collect()
}

const fn question(topic: Topic, (from, until): (Timestamp, Timestamp)) -> Question {
    Question { topic, from, until }
}

/// The period that is asked about, as it was written.
fn instants(query: &Parameters) -> Result<(Instant, Instant), Problem> {
    let instant = |name: &str| {
        let instant = Instant::parse(query.demanded(name)?);
        instant.map_err(|error| request::bad_parameter(format!("`{name}`: {error}")))
    };
    let (from, until) = (instant("since")?, instant("until")?);
    if from.at() < until.at() {
        Ok((from, until))
    } else {
        Err(request::bad_parameter("`since` is before `until`"))
    }
}

/// The period that is asked about.
fn times(query: &Parameters) -> Result<(Timestamp, Timestamp), Problem> {
    instants(query).map(|(from, until)| (from.at(), until.at()))
}
