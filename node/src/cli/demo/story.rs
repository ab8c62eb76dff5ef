//! The story: what officers of the agencies do, through their nodes' APIs and in no other way.
//!
//! Uses `letter`, `stations`, `ledger`. Acts in order: intelligence, a request for information, handover requests, the
//! loss of a node in the middle of it ([`crash`]), the answers, and the wait until every delivery is over.
//! Absent on purpose: any look into a node's folder; what the story knows, the API told it.

pub(crate) mod crash;

use std::time::Duration;

use serde_json::Value;

use crate::api::client::Sent as Answered;
use crate::api::shape::message::Status;
use crate::cli::demo::agencies::Agency;
use crate::cli::demo::ledger;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::ledger::Tally;
use crate::cli::demo::letter;
use crate::cli::demo::letter::Addressee;
use crate::cli::demo::letter::Role;
use crate::cli::demo::letter::Thread;
use crate::cli::demo::letter::handover;
use crate::cli::demo::letter::handover::Case;
use crate::cli::demo::letter::handover::Ending;
use crate::cli::demo::letter::information;
use crate::cli::demo::letter::intelligence;
use crate::cli::demo::progress::Progress;
use crate::cli::demo::stations::Stations;
use crate::cli::demo::trouble;
use crate::cli::demo::wait;
use crate::clock::Stopwatch;
use crate::report::Report;
use crate::report::code::Code;

/// Handover requests in the whole story.
const REQUESTS: usize = 20;

/// How long a message may take to reach a recipient that is there.
const ARRIVES_WITHIN: Duration = Duration::from_secs(20);

/// How long the last deliveries may take.
const SETTLES_WITHIN: Duration = Duration::from_secs(45);

/// Places of the story's main parts in the order of agencies, of six.
const AUTHOR: usize = 0;
const LEAD: usize = 2;
const BANK: usize = 4;

/// What the story showed, besides its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// How the deliveries ended.
    pub(crate) tally: Tally,
    /// How the handover requests ended.
    pub(crate) endings: Endings,
}

/// How many requests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Endings {
    /// Granted, also under conditions.
    pub(crate) granted: usize,
    /// Put off.
    pub(crate) deferred: usize,
    /// Refused with grounds.
    pub(crate) refused: usize,
}

/// The story under way.
#[derive(Debug)]
pub(crate) struct Story<'a> {
    stations: &'a mut Stations,
    progress: &'a Progress,
    sent: Vec<Sent>,
}

/// A handover request and the stations of its two sides.
#[derive(Clone, Debug)]
struct Filed {
    case: Case,
    sent: Sent,
    requested: usize,
}

/// Plays the whole story. Every node must run, and every link be up.
pub(crate) fn play(stations: &mut Stations, progress: &Progress) -> Result<Shown, Report> {
    let mut story = Story { stations, progress, sent: Vec::new() };
    story.intelligence()?;
    story.information()?;
    let mut filed = story.file_requests(0..REQUESTS / 2)?;
    let crash = story.crash(REQUESTS / 2)?;
    let went_on = REQUESTS / 2 + crash.filed.len();
    filed.extend(crash.filed.iter().cloned());
    filed.extend(story.file_requests(went_on..REQUESTS)?);
    let endings = story.answer(&filed)?;
    let tally = story.settle()?;
    story.received_once(&crash)?;
    Ok(Shown { tally, endings })
}

impl Story<'_> {
    /// A report to three agencies, submitted twice by an impatient program: one message comes of it.
    fn intelligence(&mut self) -> Result<(), Report> {
        self.progress.doing("intelligence for three agencies");
        let author = self.part(AUTHOR);
        let readers: Vec<usize> = self.others(author, LEAD).take(3).collect();
        let mut to = Vec::new();
        for (place, reader) in readers.iter().enumerate() {
            let role = if place == 0 { Role::Action } else { Role::Information };
            to.push(Addressee { agency: self.agency(*reader)?.id, role });
        }
        let report = intelligence::report(self.agency(author)?, &to);
        let key = "ex-heron-intelligence-317";
        let first = self.post(author, &report, Some(key))?;
        let again = self.post(author, &report, Some(key))?;
        if first.message.id != again.message.id || !again.replayed {
            return Err(trouble::broken(
                "a submission repeated under its idempotency key made a second message",
            ));
        }
        let sent = Sent::new(author, &first.message);
        self.sent.push(sent.clone());
        for reader in readers.iter().copied() {
            let told: Vec<usize> =
                readers.iter().copied().filter(|other| *other != reader).collect();
            self.acknowledge(reader, &sent, &told)?;
        }
        self.progress.done(format!(
            "intelligence from {}, read and acknowledged by {} of its peers; submitted twice, sent once",
            self.agency(author)?.id,
            readers.len()
        ));
        Ok(())
    }

    /// Three questions; one answer whole, one in part, one refused.
    fn information(&mut self) -> Result<(), Report> {
        self.progress.doing("a request for information");
        let asks = self.part(LEAD);
        let Some(answers) = self.others(asks, BANK).next() else { return Ok(()) };
        let (asking, answering) = (self.agency(asks)?, self.agency(answers)?);
        let request = self.submit(asks, &information::request(asking, answering))?;
        let thread = self.acknowledge(answers, &request, &[])?;
        let reply = self.submit(answers, &information::reply(answering, asking, &thread))?;
        self.take(asks, &reply)?;
        self.progress.done(format!(
            "{} asked {}: one answer whole, one in part, one refused",
            asking.id, answering.id
        ));
        Ok(())
    }

    /// Requests for one person each, from everyone to everyone.
    fn file_requests(&mut self, numbers: core::ops::Range<usize>) -> Result<Vec<Filed>, Report> {
        self.progress.doing("handover requests");
        let mut filed = Vec::new();
        for number in numbers {
            let count = self.stations.count();
            let requesting = number % count;
            // Each round asks somebody else, so that in time every pair has a request.
            let step = number / count % count.saturating_sub(1).max(1);
            let requested = (requesting + step + 1) % count;
            filed.push(self.file(number, requesting, requested)?);
        }
        Ok(filed)
    }

    fn file(
        &mut self,
        number: usize,
        requesting: usize,
        requested: usize,
    ) -> Result<Filed, Report> {
        let turn = number / self.stations.count();
        let case = handover::case(number, self.agency(requesting)?, self.agency(requested)?, turn);
        let sent = self.submit(requesting, &handover::request(&case))?;
        Ok(Filed { case, sent, requested })
    }

    /// Every request is read, acknowledged and decided; some decisions need more first.
    fn answer(&mut self, filed: &[Filed]) -> Result<Endings, Report> {
        let mut endings = Endings::default();
        let mut threads = Vec::new();
        self.progress.doing("acknowledgements");
        for filed in filed {
            threads.push(self.acknowledge(filed.requested, &filed.sent, &[])?);
        }
        self.progress.doing("additional information and decisions");
        for (filed, mut thread) in filed.iter().zip(threads) {
            if filed.case.number % 5 == 2 {
                thread = self.complete(filed, &thread)?;
            }
            let ending = handover::ending(&filed.case);
            if ending.is_refusal() {
                thread = self.consult(filed, &thread)?;
            }
            if ending.is_grant() && !filed.case.is_held() {
                let held = self.submit(filed.requested, &handover::held(&filed.case, &thread))?;
                thread = self.take(filed.sent.from, &held)?;
            }
            let decision =
                self.submit(filed.requested, &handover::decision(&filed.case, &thread))?;
            self.take(filed.sent.from, &decision)?;
            match ending {
                Ending::Granted | Ending::Conditional => endings.granted += 1,
                Ending::Deferred => endings.deferred += 1,
                Ending::NoEvidence | Ending::OwnNational | Ending::Risk | Ending::Victim => {
                    endings.refused += 1
                }
            }
        }
        self.progress.done(format!(
            "{} handover requests: {} granted, {} deferred, {} refused with grounds",
            filed.len(),
            endings.granted,
            endings.deferred,
            endings.refused
        ));
        Ok(endings)
    }

    /// Something is missing, and comes.
    fn complete(&mut self, filed: &Filed, thread: &Thread) -> Result<Thread, Report> {
        let missing = self.submit(filed.requested, &handover::missing(&filed.case, thread))?;
        let thread = self.take(filed.sent.from, &missing)?;
        let supplied = self.submit(filed.sent.from, &handover::supplied(&filed.case, &thread))?;
        self.take(filed.requested, &supplied)
    }

    /// Nobody is refused unheard.
    fn consult(&mut self, filed: &Filed, thread: &Thread) -> Result<Thread, Report> {
        let intent = self.submit(filed.requested, &handover::intent(&filed.case, thread))?;
        let thread = self.take(filed.sent.from, &intent)?;
        let views = self.submit(filed.sent.from, &handover::views(&filed.case, &thread))?;
        self.take(filed.requested, &views)
    }

    /// Waits until every delivery of the story has a receipt or a refusal, and each of these is witnessed by a quorum;
    /// all of them together no longer than the bound.
    ///
    /// What is still open then is counted as open: the audit goes on and shows what there is.
    fn settle(&mut self) -> Result<Tally, Report> {
        self.progress.doing("the last receipts and their cosignatures");
        let watch = Stopwatch::start();
        let mut tally = Tally::default();
        for sent in &self.sent {
            let client = self.stations.client(sent.from)?;
            let left = SETTLES_WITHIN.saturating_sub(watch.elapsed());
            let settled = wait::for_up_to(left, || {
                let deliveries = sent.deliveries(client).ok()?;
                deliveries.iter().all(ledger::is_witnessed).then_some(deliveries)
            });
            match settled {
                Ok(deliveries) => tally.count(&deliveries),
                Err(_) => tally.count(&sent.deliveries(client)?),
            }
        }
        self.progress.done(format!(
            "{} messages, {} deliveries: {} receipts, {} of them at L2 (witnessed by a quorum), {} refusals",
            tally.messages, tally.deliveries, tally.receipts, tally.receipts_l2, tally.refusals
        ));
        Ok(tally)
    }

    /// An officer reads a message and says so to its author, and to whoever else takes part.
    fn acknowledge(&mut self, at: usize, sent: &Sent, told: &[usize]) -> Result<Thread, Report> {
        let thread = self.take(at, sent)?;
        let author = self.agency(sent.from)?.id;
        let told: Result<Vec<&str>, Report> =
            told.iter().map(|other| self.agency(*other).map(|agency| agency.id)).collect();
        let letter = letter::acknowledgement(self.agency(at)?, author, &told?, &thread);
        let acknowledged = self.submit(at, &letter)?;
        Ok(Thread { parents: vec![sent.digest.clone(), acknowledged.digest], ..thread })
    }

    /// An officer waits for a message and opens it for the purpose for which it was sent.
    fn take(&self, at: usize, sent: &Sent) -> Result<Thread, Report> {
        self.arrival(at, sent, ARRIVES_WITHIN)?;
        let client = self.stations.client(at)?;
        let header = client.message(&sent.id)?.header;
        let purpose = header.map(|header| header.purpose).unwrap_or_default();
        let opened = client.open(&sent.id, self.agency(at)?.officer, &purpose)?;
        match opened.content.get("body") {
            Some(Value::Object(_)) => Ok(sent.thread()),
            Some(_) | None => {
                Err(trouble::broken(format!("message {} was opened and holds no body", sent.id)))
            }
        }
    }

    /// Waits until a message has reached a station.
    fn arrival(&self, at: usize, sent: &Sent, within: Duration) -> Result<(), Report> {
        let awaited = format!("message {} reaches {}", sent.id, self.agency(at)?.id);
        self.stations.until(at, within, &awaited, |client| match client.message(&sent.id) {
            Ok(_) => Some(Ok(())),
            Err(report) if report.code == Code::NoSuchMessage => None,
            Err(report) => Some(Err(report)),
        })?
    }

    fn submit(&mut self, at: usize, letter: &Value) -> Result<Sent, Report> {
        let sent = Sent::new(at, &self.post(at, letter, None)?.message);
        self.sent.push(sent.clone());
        Ok(sent)
    }

    fn post(&self, at: usize, letter: &Value, key: Option<&str>) -> Result<Answered, Report> {
        self.stations.client(at)?.submit(letter.to_string().as_bytes(), key)
    }

    /// How the first delivery of a message stands.
    fn status(&self, sent: &Sent) -> Result<Option<(Status, u64)>, Report> {
        let deliveries = sent.deliveries(self.stations.client(sent.from)?)?;
        Ok(deliveries.first().map(|delivery| (delivery.status, delivery.number)))
    }

    fn agency(&self, at: usize) -> Result<&'static Agency, Report> {
        self.stations.agency(at)
    }

    /// A part of the story, in a federation that may be smaller than six.
    const fn part(&self, part: usize) -> usize {
        match part.checked_rem(self.stations.count()) {
            Some(part) => part,
            None => 0,
        }
    }

    /// Every other station, beginning with a part.
    fn others(&self, at: usize, first: usize) -> impl Iterator<Item = usize> + use<> {
        let count = self.stations.count();
        let first = self.part(first);
        (0..count).map(move |step| (first + step) % count).filter(move |other| *other != at)
    }
}
