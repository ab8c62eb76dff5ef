//! Figures: what procedures give, what reports say, and what can be added.

use serde_json::json;

use crate::api::client::Client;
use crate::api::client::escaped;
use crate::api::client::query;
use crate::api::shape::statistics::CheckedReport;
use crate::api::shape::statistics::ReportDraft;
use crate::api::shape::statistics::ReportList;
use crate::api::shape::statistics::Statistics;
use crate::api::shape::statistics::SumDocument;
use crate::api::shape::statistics::TracedFigure;
use crate::report::Report;

/// From when on, and up to when, in RFC 3339.
type Period<'p> = (&'p str, &'p str);

/// Who reads, and for which purpose.
type ReadBy<'r> = (&'r str, &'r str);

impl Client {
    /// Every derived figure for a period.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn statistics(&self, (since, until): Period<'_>) -> Result<Statistics, Report> {
        self.get(&query("/api/v1/statistics", &[("since", Some(since)), ("until", Some(until))]))
    }

    /// One figure, and one page of the messages behind it.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn counted(
        &self,
        measure: &str,
        (since, until): Period<'_>,
        cursor: Option<&str>,
    ) -> Result<TracedFigure, Report> {
        let path = format!("/api/v1/statistics/{}/records", escaped(measure));
        let asked = [("since", Some(since)), ("until", Some(until)), ("cursor", cursor)];
        self.get(&query(&path, &asked))
    }

    /// The body of a situation report with its derived figures.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn report_draft(&self, (since, until): Period<'_>) -> Result<ReportDraft, Report> {
        let asked = [("since", Some(since)), ("until", Some(until))];
        self.get(&query("/api/v1/statistics/draft", &asked))
    }

    /// The situation reports that were made in a period, opened.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn situation_reports(
        &self,
        (since, until): Period<'_>,
        (officer, purpose): ReadBy<'_>,
    ) -> Result<ReportList, Report> {
        let asked = [
            ("since", Some(since)),
            ("until", Some(until)),
            ("officer", Some(officer)),
            ("purpose", Some(purpose)),
        ];
        self.get(&query("/api/v1/statistics/reports", &asked))
    }

    /// One situation report, opened, its figures held against the node's procedures.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn checked_report(
        &self,
        id: &str,
        (officer, purpose): ReadBy<'_>,
    ) -> Result<CheckedReport, Report> {
        let path = format!("/api/v1/statistics/reports/{}", escaped(id));
        self.get(&query(&path, &[("officer", Some(officer)), ("purpose", Some(purpose))]))
    }

    /// The total of figures of reports, or why there is none.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn sum(
        &self,
        figures: &[(String, String)],
        (officer, purpose): ReadBy<'_>,
    ) -> Result<SumDocument, Report> {
        let asked = [("officer", Some(officer)), ("purpose", Some(purpose))];
        let named =
            figures.iter().map(|(report, figure)| json!({"report": report, "figure": figure}));
        let document = json!({"figures": named.collect::<Vec<_>>()});
        self.post_json(&query("/api/v1/statistics/sum", &asked), &document)
    }
}
