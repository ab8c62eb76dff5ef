//! Officers look at the rescues that may be about somebody before they grant, list, seal or look for anybody.
//!
//! A few names serve for thousands of people of the story, some of them in rescues. A node names the rescues; the officers of
//! that desk look at each, find another person, and from then on know it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use concord_protocol::ids::ProcedureId;
use serde_json::Value;
use serde_json::json;

use crate::api::client::Client;
use crate::api::shape::message::SubmittedMessage;
use crate::report::Report;

/// The field of a submission that says at which rescues somebody has looked.
const CHECKED: &str = "rescues_checked";

/// The kinds that grant, list, seal or look for somebody.
const NAMES_SOMEBODY: [&str; 4] =
    ["handover-decision", "batch-manifest", "manifest-seal", "notice"];

/// The rescues at which the officers of each desk have looked.
#[derive(Debug, Default)]
pub(crate) struct Looked(Mutex<BTreeMap<usize, BTreeSet<ProcedureId>>>);

impl Looked {
    /// Submits a letter of a desk; where its node names rescues, somebody looks at them first.
    pub(crate) fn submit(
        &self,
        (at, client): (usize, &Client),
        letter: &Value,
    ) -> Result<SubmittedMessage, Report> {
        let kind = letter.get("kind").and_then(Value::as_str).unwrap_or_default();
        let names_somebody = NAMES_SOMEBODY.contains(&kind);
        loop {
            let known = self.by(at);
            let mut letter = letter.clone();
            if let (true, Some(fields)) = (names_somebody, letter.as_object_mut()) {
                fields.insert(CHECKED.to_owned(), json!(known));
            }
            match client.submit(letter.to_string().as_bytes(), None) {
                Err(report) if !named(&report).is_subset(&known) => self.look(at, &report),
                answer => return answer.map(|sent| sent.message),
            }
        }
    }

    fn by(&self, at: usize) -> BTreeSet<ProcedureId> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&at).cloned().unwrap_or_default()
    }

    fn look(&self, at: usize, report: &Report) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(at).or_default().extend(named(report));
    }
}

/// The rescues that a node wants somebody to look at.
fn named(report: &Report) -> BTreeSet<ProcedureId> {
    let asks = report.remedy.contains(CHECKED);
    let words = report.why.split([' ', ',']).filter(|_| asks);
    words.filter_map(|word| ProcedureId::parse(word).ok()).collect()
}
