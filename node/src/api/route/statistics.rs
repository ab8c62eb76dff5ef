//! Statistics: what the procedures give, and the messages behind each figure.

use axum::Json;
use axum::extract::State;
use concord_protocol::message::time::Instant;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::statistics::derived::Derived;
use concord_protocol::procedure::statistics::derived::Measure;
use concord_protocol::procedure::statistics::derived::Question;
use concord_protocol::procedure::statistics::derived::Record;
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
use crate::api::shape::statistics::Statistics;
use crate::api::shape::statistics::TracedFigure;
use crate::host::handle::ReadError;
use crate::report::code::Code;

/// Messages of one page.
const PAGE_RECORDS: usize = 1_000;

/// Procedures that are read at a time: each is folded, and let go.
const READ_AT_ONCE: usize = 50;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(trace))
}

/// Computes every figure that procedures give for a period.
// spec: sta-6
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
    let period = period(&query)?;
    let questions = Measure::ALL.iter().map(|measure| question(*measure, period)).collect();
    let asked = api.read(Code::NoSuchProcedure, move |node| Asked::of(node, questions)).await?;
    let derived = asked.figures();
    let derived = derived.iter().map(DerivedFigure::from).collect();
    Ok(Json(Statistics { procedures: asked.procedures, derived }))
}

/// Shows the messages behind one figure.
// spec: sta-6
#[utoipa::path(get, operation_id = "statistics_records", path = "/api/v1/statistics/{measure}/records", tag = "statistics", security(("token" = [])),
    params(
        ("measure" = String, Path, description = "what is counted"),
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
    let period = period(&query)?;
    let from = query.number("cursor", 0..=usize::MAX)?.unwrap_or(0);
    let questions = Vec::from([question(segments.measure()?, period)]);
    let asked = api.read(Code::NoSuchProcedure, move |node| Asked::of(node, questions)).await?;
    let found = asked.figures().pop();
    let derived =
        found.ok_or_else(|| request::bad_parameter("`measure` is none of those listed"))?;
    let page = derived.records.iter().skip(from).take(PAGE_RECORDS);
    let reached = from.saturating_add(PAGE_RECORDS);
    Ok(Json(TracedFigure {
        figure: DerivedFigure::from(&derived),
        items: page.map(CountedMessage::from).collect(),
        next: (reached < derived.records.len()).then(|| reached.to_string()),
    }))
}

const fn question(measure: Measure, (from, until): (Timestamp, Timestamp)) -> Question {
    Question { measure, from, until }
}

/// The period that is asked about.
fn period(query: &Parameters) -> Result<(Timestamp, Timestamp), Problem> {
    let time = |name: &str| {
        let instant = Instant::parse(query.demanded(name)?);
        let instant = instant.map_err(|error| request::bad_parameter(format!("`{name}`: {error}")));
        instant.map(|instant| instant.at())
    };
    let (from, until) = (time("since")?, time("until")?);
    if from < until {
        Ok((from, until))
    } else {
        Err(request::bad_parameter("`since` is before `until`"))
    }
}

/// Questions that were put to every procedure of the node.
struct Asked {
    procedures: usize,
    answers: Vec<(Question, Vec<Record>)>,
}

impl Asked {
    fn of(node: &dyn Ask, questions: Vec<Question>) -> Result<Self, ReadError> {
        let answers = questions.into_iter().map(|question| (question, Vec::new())).collect();
        let mut asked = Self { procedures: 0, answers };
        let mut after = None;
        loop {
            let found = node.procedures(after, READ_AT_ONCE)?;
            for view in &found {
                asked.procedures = asked.procedures.saturating_add(1);
                after = Some(view.id);
                for (question, records) in &mut asked.answers {
                    records.extend(question.records_in(view.id, &view.book));
                }
            }
            if found.len() < READ_AT_ONCE {
                return Ok(asked);
            }
        }
    }

    fn figures(&self) -> Vec<Derived> {
        let answers = self.answers.iter();
        answers.map(|(question, records)| Derived::of(*question, records.clone())).collect()
    }
}
