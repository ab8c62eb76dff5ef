//! The figures of situation reports: opened for a purpose by an officer, checked, and added where they say that they can be.

use axum::Json;
use axum::extract::Request;
use axum::extract::State;
use concord_protocol::codec::value::Value;
use concord_protocol::envelope::header;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::body::Body;
use concord_protocol::message::content::Content;
use concord_protocol::message::coordination::situation::Derivation;
use concord_protocol::message::coordination::situation::Obstacle;
use concord_protocol::message::coordination::situation::SituationReport;
use concord_protocol::message::coordination::situation::StatItem;
use concord_protocol::message::field::Field;
use concord_protocol::message::kind::Kind;
use concord_protocol::procedure::statistics::derived;
use concord_protocol::procedure::statistics::derived::Derived;
use concord_protocol::procedure::statistics::derived::Question;
use concord_protocol::procedure::statistics::measure::Topic;
use concord_protocol::procedure::statistics::sum;
use concord_protocol::procedure::statistics::sum::NamedFigure;
use concord_protocol::procedure::statistics::sum::NamedFigures;
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
use crate::api::route::statistics::times;
use crate::api::shape::statistics::CheckedFigure;
use crate::api::shape::statistics::CheckedReport;
use crate::api::shape::statistics::ReportList;
use crate::api::shape::statistics::ReportedObstacle;
use crate::api::shape::statistics::SumDocument;
use crate::api::shape::statistics::UnreadReport;
use crate::host::handle::Aim;
use crate::host::handle::MessageName;
use crate::host::handle::ReadError;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

/// Reports that are opened for one list; of more the number is told.
const REPORTS_MAX: usize = 50;

const NOT_ADDED: &str = "nothing was added";

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(add))
}

/// Opens the situation reports that were made in a time, and shows their figures: declared ones apart from derived ones,
/// and of these whether the procedures here give the same. Each opening is logged before.
// spec: sta-9
#[utoipa::path(get, operation_id = "statistics_reports", path = "/api/v1/statistics/reports", tag = "statistics", security(("token" = [])),
    params(
        ("since" = String, Query, description = "made from when on, in RFC 3339"),
        ("until" = String, Query, description = "made up to when, without that instant"),
        ("officer" = String, Query, description = "staff number of the officer who reads"),
        ("purpose" = String, Query, description = "the kind of purpose for which they are read"),
    ),
    responses(
        (status = 200, description = "the reports, newest first", body = ReportList),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn list(State(api): State<Api>, query: Parameters) -> Result<Json<ReportList>, Problem> {
    let query = query.among(&["since", "until", "officer", "purpose"])?;
    let (made, reader) = (times(&query)?, request::reader(&query)?);
    let read = move |node: &dyn Ask| node.situation_reports(made);
    let held = api.read(Code::NoSuchMessage, read).await?;
    let mut reports = ReportList {
        items: Vec::new(),
        not_read: Vec::new(),
        more: held.len().saturating_sub(REPORTS_MAX),
    };
    for (_, report) in held.into_iter().take(REPORTS_MAX) {
        match opened(&api, MessageName::Digest(report.digest), &reader).await {
            Ok(opened) => reports.items.push(checked(&api, opened).await?),
            Err(Unopened::Stopped(problem)) => return Err(problem),
            Err(Unopened::Closed(error)) => reports.not_read.push(UnreadReport {
                message: report.message.to_string(),
                from: report.author.to_string(),
                made: report.made.to_string(),
                why: error.to_string(),
            }),
        }
    }
    Ok(Json(reports))
}

/// Opens one situation report and holds its figures against the procedures here. The opening is logged before.
// spec: sta-9
#[utoipa::path(get, operation_id = "statistics_check", path = "/api/v1/statistics/reports/{id}", tag = "statistics", security(("token" = [])),
    params(
        ("id" = String, Path, description = "the report's message, by id or digest"),
        ("officer" = String, Query, description = "staff number of the officer who reads"),
        ("purpose" = String, Query, description = "the kind of purpose for which it is read"),
    ),
    responses(
        (status = 200, description = "its figures", body = CheckedReport),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn show(
    State(api): State<Api>,
    segments: Segments,
    query: Parameters,
) -> Result<Json<CheckedReport>, Problem> {
    let query = query.among(&["officer", "purpose"])?;
    let (name, reader) = (segments.message()?, request::reader(&query)?);
    let opened = opened(&api, name, &reader).await.map_err(|error| error.told(&api))?;
    Ok(Json(checked(&api, opened).await?))
}

/// Adds figures of situation reports that are named, or says why there is no total. Each opening is logged before.
// spec: sta-4, sta-10
#[utoipa::path(post, operation_id = "statistics_add", path = "/api/v1/statistics/sum", tag = "statistics", security(("token" = [])),
    params(
        ("officer" = String, Query, description = "staff number of the officer who reads"),
        ("purpose" = String, Query, description = "the kind of purpose for which they are read"),
    ),
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "`figures`, at most 32, each `{\"report\": message, \"figure\": its reference}`"),
    responses(
        (status = 200, description = "the total, or why there is none; the figures beside it either way", body = SumDocument),
        (status = "default", description = "refused", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
async fn add(
    State(api): State<Api>,
    query: Parameters,
    request: Request,
) -> Result<Json<SumDocument>, Problem> {
    let query = query.among(&["officer", "purpose"])?;
    let reader = request::reader(&query)?;
    let named = named(request).await?;
    let mut opened_before: Vec<(MessageName, Opened)> = Vec::new();
    let mut items = Vec::new();
    for NamedFigure { report, figure } in named.figures.iter() {
        let name = MessageName::parse(report.as_str())
            .map_err(|error| request::bad_parameter(format!("`report`: {error}")))?;
        // A report is opened, and its reading logged, once.
        if !opened_before.iter().any(|(other, _)| *other == name) {
            let opened = opened(&api, name, &reader).await.map_err(|error| error.told(&api))?;
            opened_before.push((name, opened));
        }
        let held = opened_before.iter().find(|(other, _)| *other == name);
        let mut figures = held.into_iter().flat_map(|(_, opened)| opened.report.items.iter());
        let item = figures.find(|item| item.stat_ref == *figure);
        let item = item.cloned().ok_or_else(|| {
            let why = format!("report {report} has no figure {figure}");
            Problem::new(Code::BadParameter, NOT_ADDED, why)
        })?;
        items.push(item);
    }
    Ok(Json(SumDocument::of(&items, &sum::add(&items))))
}

/// The figures that a request names.
async fn named(request: Request) -> Result<NamedFigures, Problem> {
    let text = request::body(request, &["application/json"], SUBMISSION_BYTES_MAX).await?;
    let wrong = |faults: Vec<FieldReport>| -> Problem {
        let why = format!("{} fields are wrong", faults.len());
        Report::new(Code::BadSubmission, NOT_ADDED, why).with_fields(faults).into()
    };
    let value: Value = json::read(&text).map_err(|error| match error {
        JsonError::Syntax { line, column, reason } => {
            let why = format!("line {line}, column {column}: {reason}");
            Problem::new(Code::BadJson, NOT_ADDED, why)
        }
        JsonError::Faults(faults) => wrong(faults),
    })?;
    NamedFigures::of(&value).map_err(|faults| wrong(refusal::fields(&faults)))
}

/// A report that was opened, and the leaf that says so.
struct Opened {
    message: String,
    from: String,
    made: String,
    log_index: u64,
    report: Box<SituationReport>,
}

/// Why a report was not opened.
enum Unopened {
    /// It cannot be; others may be.
    Closed(ReadError),
    /// It is none, or the node opens nothing now.
    Stopped(Problem),
}

impl Unopened {
    fn told(self, api: &Api) -> Problem {
        match self {
            Self::Closed(error) => {
                refusal::of_reading(&error, Code::NoSuchMessage, &api.node.view())
            }
            Self::Stopped(problem) => problem,
        }
    }
}

/// Opens a report, after its reading became durable in the log.
async fn opened(
    api: &Api,
    name: MessageName,
    (officer, purpose): &(StaffNumber, PurposeCode),
) -> Result<Opened, Unopened> {
    let view = api.read(Code::NoSuchMessage, move |node| node.message(name)).await;
    let view = view.map_err(Unopened::Stopped)?;
    let header = header::read(&view.record.message).ok();
    let header = header.filter(|header| header.kind == Kind::SituationReport).ok_or_else(|| {
        let why = "the message is no situation report";
        Unopened::Stopped(Problem::new(Code::BadParameter, "it was not read", why))
    })?;
    let aim = Aim { purpose: purpose.clone(), case: None, suspended: false };
    let read = api.node.read_body(name, officer.clone(), aim).await;
    let read = read.map_err(|error| match error {
        ReadError::NotFound
        | ReadError::Ambiguous(_)
        | ReadError::NoBody
        | ReadError::Erased(_)
        | ReadError::Unopenable
        | ReadError::OtherPurpose(_)
        | ReadError::OtherCase(_)
        | ReadError::Suspended
        | ReadError::NotForCourt(_) => Unopened::Closed(error),
        ReadError::InDoubt(_) | ReadError::Busy | ReadError::Stopping => {
            Unopened::Stopped(refusal::of_reading(&error, Code::NoSuchMessage, &api.node.view()))
        }
    })?;
    let content = Content::read(header.kind, &read.content).ok();
    let Some(Content { body: Body::SituationReport(report), .. }) = content else {
        return Err(Unopened::Closed(ReadError::Unopenable));
    };
    Ok(Opened {
        message: read.id.to_string(),
        from: header.from.agency.to_string(),
        made: header.created.to_string(),
        log_index: read.leaf.get(),
        report,
    })
}

/// Holds every figure of a report against what the procedures here give.
// spec: sta-3, sta-9
async fn checked(api: &Api, opened: Opened) -> Result<CheckedReport, Problem> {
    let Opened { report, .. } = &opened;
    let asked = report.items.iter().filter_map(|item| derived::question_of(item).ok());
    let grounds = report.obstacles.as_slice().iter().filter_map(|obstacle| about(report, obstacle));
    let questions: Vec<Question> = asked.chain(grounds).collect();
    let read = move |node: &dyn Ask| node.figures(&questions);
    let found = api.read(Code::NoSuchProcedure, read).await?.figures;
    let of = |question: Question| found.iter().find(|derived| derived.question == question);

    let is_derived = |item: &&StatItem| matches!(item.derivation, Derivation::Derived(_));
    let (derived, declared): (Vec<&StatItem>, Vec<&StatItem>) =
        report.items.iter().partition(is_derived);
    let obstacles = report.obstacles.as_slice().iter().map(|obstacle| ReportedObstacle {
        ground: obstacle.ground.text().to_owned(),
        count: obstacle.count,
        refusals_here: about(report, obstacle).and_then(of).map(|derived| derived.value),
        not_read_here: about(report, obstacle).and_then(of).map_or(0, |found| found.unread.len()),
    });
    Ok(CheckedReport {
        derived: derived.into_iter().map(|item| judged(item, of)).collect(),
        declared: declared.into_iter().map(figure).collect(),
        obstacles: obstacles.collect(),
        since: report.period.from.as_str().to_owned(),
        until: report.period.to.as_str().to_owned(),
        message: opened.message.clone(),
        from: opened.from.clone(),
        made: opened.made.clone(),
        log_index: opened.log_index,
    })
}

/// What is asked of the procedures about an obstacle; nothing where its ground is none of handovers.
fn about(report: &SituationReport, obstacle: &Obstacle) -> Option<Question> {
    obstacle.ground.default_class()?;
    let topic = Topic::RefusedFor(obstacle.ground);
    Some(Question { topic, from: report.period.from.at(), until: report.period.to.at() })
}

fn judged<'d>(item: &StatItem, of: impl Fn(Question) -> Option<&'d Derived>) -> CheckedFigure {
    let question = derived::question_of(item);
    let found = question.as_ref().ok().and_then(|question| of(*question));
    let verdict = question.and_then(|_| found.map_or(Ok(()), |found| derived::check(item, found)));
    CheckedFigure {
        figure: figure(item),
        agrees: verdict.is_ok(),
        why: verdict.err().map(|untrue| untrue.to_string()),
        value_here: found.map(|found| found.value),
        records_here: found.map(|found| found.records.len()),
        not_read_here: found.map_or(0, |found| found.unread.len()),
    }
}

fn figure(item: &StatItem) -> serde_json::Value {
    serde_json::to_value(item.write()).unwrap_or_default()
}
