//! The desks of the six agencies: one says something, the others have it before they answer.
//!
//! Uses `stations`, `letter`, `ledger`. Absent on purpose: any message's content.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::api::shape::procedure::ProcedureDetail;
use crate::cli::demo::agencies::Agency;
use crate::cli::demo::heron::looked::Looked;
use crate::cli::demo::heron::numbers::Numbers;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::letter::Addressee;
use crate::cli::demo::letter::Frame;
use crate::cli::demo::letter::Role;
use crate::cli::demo::letter::Thread;
use crate::cli::demo::progress::Progress;
use crate::cli::demo::stations::Stations;
use crate::cli::demo::trouble;
use crate::report::Report;
use crate::report::code::Code;

/// Places of the six in the order of agencies.
pub(crate) const CN: usize = 0;
/// Cambodia.
pub(crate) const KH: usize = 1;
/// The Lao PDR.
pub(crate) const LA: usize = 2;
/// Myanmar.
pub(crate) const MM: usize = 3;
/// Thailand.
pub(crate) const TH: usize = 4;
/// Viet Nam.
pub(crate) const VN: usize = 5;
/// Everybody.
pub(crate) const SIX: [usize; 6] = [CN, KH, LA, MM, TH, VN];

/// How long what was said may take to reach a desk that is there, behind thousands of others.
pub(crate) const ARRIVES_WITHIN: Duration = Duration::from_secs(120);

/// What the story is told with.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    /// The nodes.
    pub(crate) stations: &'a Stations,
    /// What people see.
    pub(crate) progress: &'a Progress,
    /// How many people it is about.
    pub(crate) numbers: &'static Numbers,
    /// Where officers put what they sign when there is no network.
    pub(crate) table: PathBuf,
    /// The rescues at which officers have looked.
    pub(crate) looked: Looked,
}

/// One procedure of the story, as its desks see it.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    parties: Vec<usize>,
    case_ref: String,
    purpose: &'static str,
    procedure: Option<String>,
    said: Vec<Sent>,
    /// How much of what was said each desk has waited for.
    seen: BTreeMap<usize, usize>,
}

/// One message of a scene.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    kind: &'static str,
    body: Value,
    urgency: &'static str,
    codes: &'static [&'static str],
    after: Vec<String>,
    extra: Vec<(&'static str, Value)>,
}

impl Line {
    /// A message of a kind.
    pub(crate) fn new(kind: &'static str, body: Value) -> Self {
        let codes: &[&str] = &["H1", "H2"];
        Self { kind, body, urgency: "U2", codes, after: Vec::new(), extra: Vec::new() }
    }

    /// How urgent it is.
    pub(crate) fn urgency(self, urgency: &'static str) -> Self {
        Self { urgency, ..self }
    }

    /// How it may be used.
    pub(crate) fn codes(self, codes: &'static [&'static str]) -> Self {
        Self { codes, ..self }
    }

    /// What its author had seen, where that is less than its node holds.
    pub(crate) fn after(self, digests: &[&str]) -> Self {
        Self { after: digests.iter().map(|digest| (*digest).to_owned()).collect(), ..self }
    }

    /// A further field of the submission.
    pub(crate) fn with(mut self, field: &'static str, value: Value) -> Self {
        self.extra.push((field, value));
        self
    }
}

impl Scene {
    /// A procedure that nobody has begun.
    pub(crate) fn new(
        parties: &[usize],
        purpose: &'static str,
        case_ref: impl Into<String>,
    ) -> Self {
        Self {
            parties: parties.to_vec(),
            case_ref: case_ref.into(),
            purpose,
            procedure: None,
            said: Vec::new(),
            seen: BTreeMap::new(),
        }
    }

    /// A procedure that was begun by a message sent elsewhere.
    pub(crate) fn begun(self, sent: &Sent) -> Self {
        Self { procedure: Some(sent.procedure.clone()), said: vec![sent.clone()], ..self }
    }

    /// One more message of it.
    pub(crate) fn heard(&mut self, sent: Sent) {
        self.procedure = Some(sent.procedure.clone());
        self.said.push(sent);
    }

    /// Its id.
    pub(crate) fn id(&self) -> Result<&str, Report> {
        self.procedure
            .as_deref()
            .ok_or_else(|| trouble::broken("a procedure of the story was not begun"))
    }
}

impl Desk<'_> {
    /// What is known of an agency.
    pub(crate) fn agency(&self, at: usize) -> Result<&'static Agency, Report> {
        self.stations.agency(at)
    }

    /// A desk says something, once it has all that the others said to it.
    pub(crate) fn say(&self, scene: &mut Scene, at: usize, line: Line) -> Result<Sent, Report> {
        let sent = self.offer(scene, at, &line)?.map_err(|report| told(&line, &report))?;
        scene.heard(sent.clone());
        Ok(sent)
    }

    /// A desk tries to say what is forbidden, and its own node says no.
    pub(crate) fn refused(
        &self,
        scene: &mut Scene,
        at: usize,
        line: Line,
        wanted: Code,
    ) -> Result<(), Report> {
        match self.offer(scene, at, &line)? {
            Err(report) if report.code == wanted => Ok(()),
            Err(report) => Err(told(&line, &report)),
            Ok(_) => Err(trouble::broken(format!(
                "{} was taken, which had to be refused as {}",
                line.kind,
                wanted.text()
            ))),
        }
    }

    fn offer(
        &self,
        scene: &mut Scene,
        at: usize,
        line: &Line,
    ) -> Result<Result<Sent, Report>, Report> {
        self.catch_up(scene, at)?;
        let letter = self.letter(scene, at, line)?;
        let answer = self.looked.submit((at, self.stations.client(at)?), &letter);
        Ok(answer.map(|message| Sent::new(at, &message)))
    }

    /// What a desk would submit.
    pub(crate) fn letter(&self, scene: &Scene, at: usize, line: &Line) -> Result<Value, Report> {
        let others = scene.parties.iter().filter(|place| **place != at);
        let addressee = |place: &usize| -> Result<Addressee<'static>, Report> {
            Ok(Addressee { agency: self.agency(*place)?.id, role: Role::Action })
        };
        let to: Vec<Addressee<'static>> = others.map(addressee).collect::<Result<_, _>>()?;
        let thread = scene.procedure.clone().map(|procedure| Thread {
            procedure,
            parents: line.after.clone(),
            of: String::new(),
        });
        let frame = Frame {
            kind: line.kind,
            author: self.agency(at)?,
            to: &to,
            thread: thread.as_ref(),
            urgency: line.urgency,
            codes: line.codes,
            purpose: scene.purpose,
            case_ref: &scene.case_ref,
            subject_line: format!("Exercise: {}", line.kind),
        };
        let mut letter = frame.around(&line.body);
        if let Some(fields) = letter.as_object_mut() {
            fields
                .extend(line.extra.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        }
        Ok(letter)
    }

    /// Waits until a desk has everything that was said to it.
    pub(crate) fn catch_up(&self, scene: &mut Scene, at: usize) -> Result<(), Report> {
        let own = self.agency(at)?.id;
        let seen = scene.seen.get(&at).copied().unwrap_or_default();
        for sent in scene.said.iter().skip(seen) {
            if sent.from != at && sent.to.iter().any(|agency| agency == own) {
                self.arrival(at, sent)?;
            }
        }
        scene.seen.insert(at, scene.said.len());
        Ok(())
    }

    /// Waits until a message has reached a desk.
    pub(crate) fn arrival(&self, at: usize, sent: &Sent) -> Result<(), Report> {
        let awaited = format!("message {} reaches {}", sent.id, self.agency(at)?.id);
        self.stations.until(at, ARRIVES_WITHIN, &awaited, |client| {
            match client.message(&sent.id) {
                Ok(_) => Some(Ok(())),
                Err(report) if report.code == Code::NoSuchMessage => None,
                Err(report) => Some(Err(report)),
            }
        })?
    }

    /// Where a procedure stands at a desk that has everything.
    pub(crate) fn look(&self, scene: &mut Scene, at: usize) -> Result<ProcedureDetail, Report> {
        self.catch_up(scene, at)?;
        self.stations.client(at)?.procedure(scene.id()?)
    }

    /// Demands that every desk which takes part sees a procedure at this stage.
    pub(crate) fn stands(&self, scene: &mut Scene, stage: &str) -> Result<(), Report> {
        for at in scene.parties.clone() {
            let found = self.look(scene, at)?.summary.stage.unwrap_or_default();
            if found != stage {
                let agency = self.agency(at)?.id;
                let why = format!("{} is {found} at {agency}, not {stage}", scene.case_ref);
                return Err(trouble::broken(why));
            }
        }
        Ok(())
    }

    /// Each of these desks confirms the same last messages before an act that cannot be undone.
    pub(crate) fn confirm(
        &self,
        scene: &mut Scene,
        sides: &[usize],
        act: &str,
    ) -> Result<(), Report> {
        let Some(first) = sides.first() else { return Ok(()) };
        let heads = self.look(scene, *first)?.heads;
        for side in sides {
            let body = json!({"act": act, "heads": heads});
            self.say(scene, *side, Line::new("state-confirm", body))?;
        }
        Ok(())
    }

    /// A human takes what was said.
    pub(crate) fn acknowledge(
        &self,
        scene: &mut Scene,
        at: usize,
        of: &Sent,
    ) -> Result<Sent, Report> {
        let body = json!({"of": of.id, "assigned_unit": self.agency(at)?.desk});
        self.say(scene, at, Line::new("acknowledgement", body))
    }
}

/// What a node said to a message of the story that it did not take.
fn told(line: &Line, report: &Report) -> Report {
    let fields: Vec<String> =
        report.fields.iter().map(|field| format!("{}: {}", field.pointer, field.reason)).collect();
    trouble::broken(format!(
        "{} was refused as {}: {} {}",
        line.kind,
        report.code.text(),
        report.why,
        fields.join("; ")
    ))
}
