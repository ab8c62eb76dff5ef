//! What a person looks at again: held messages whose day for it has come or comes soon, and those past their last day; and what
//! an officer keeps on after such a look, with a reason.

pub(crate) mod count;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::text::HeaderText;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Span;

use crate::clock;
use crate::host::handle::Handle;
use crate::host::handle::MessageName;
use crate::host::handle::ReadError;
use crate::host::kept::Kept;
use crate::host::sealed_files::FileTrouble;
use crate::host::shared::Shared;

/// How long before its day a review is shown. Units: days.
const AHEAD_DAYS: u32 = 30;

/// Messages that are looked through for one page: what was erased since stays in the index.
const LOOKED_THROUGH_MAX: usize = 2_000;

/// How a held message stands to its dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewState {
    /// Its day comes within 30 days.
    Soon,
    /// Its day has come.
    Due,
    /// It is past the day on which it is erased at the latest, and is here.
    PastErasure,
}

impl ReviewState {
    /// As it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Soon => "soon",
            Self::Due => "due",
            Self::PastErasure => "past-erasure",
        }
    }
}

/// A held message that is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewView {
    /// Its id.
    pub id: MessageId,
    /// Its digest.
    pub digest: Digest,
    /// Its procedure.
    pub procedure: ProcedureId,
    /// Its leaf in the node's own log.
    pub leaf: LeafIndex,
    /// When the need to keep it is looked at again: the day that its header names, or the one that an officer named since.
    pub review_on: CivilDate,
    /// When it is erased at the latest.
    pub erase_by: CivilDate,
    /// How it stands to these.
    pub state: ReviewState,
    /// Until when at the longest the next review may be put off, by the charter in force. Units: months.
    pub term_months: u16,
}

/// A place in the list: the day in the header, and the leaf, of the last message that was looked at.
pub type ReviewPlace = (CivilDate, LeafIndex);

/// One page of what is looked at again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviews {
    /// By day and leaf.
    pub items: Vec<ReviewView>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<ReviewPlace>,
}

/// How many held messages wait for a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReviewCounts {
    /// Whose day has come.
    pub due: u64,
    /// Which are past their last day and here.
    pub past_erasure: u64,
}

/// An officer's word that a message is still needed, as it is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// Who says so.
    pub officer: StaffNumber,
    /// Why.
    pub reason: HeaderText,
    /// When somebody looks at it again.
    pub next_review: CivilDate,
}

/// Why a message is not kept beyond its review.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// There is no such message or body, or no reading can be logged.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is past the day on which it is erased.
    #[error("its last day was {0}, and nobody keeps it on")]
    Over(CivilDate),
    /// Nobody has to look at it now.
    #[error("its review is on {0}, and is said no sooner than {AHEAD_DAYS} days before")]
    NotYet(CivilDate),
    /// The next review would not be between tomorrow and the last day that is allowed.
    #[error("the next review is after today and no later than {0}")]
    NextReview(CivilDate),
    /// The file of the reason cannot be written.
    #[error("the file of the reason cannot be written")]
    File(#[from] FileTrouble),
}

impl Handle {
    /// At most `limit` held messages that are looked at again by now or within 30 days, after a place.
    ///
    /// # Errors
    /// When the store cannot be read.
    // spec: era-10
    pub fn reviews(&self, after: Option<ReviewPlace>, limit: usize) -> Result<Reviews, ReadError> {
        let (today, through) = self.days()?;
        let shared = &self.around.shared;
        let read = |after| self.reader().reviews(through, after, LOOKED_THROUGH_MAX);
        let records = read(after).map_err(|_| ReadError::Stopping)?;
        let full = records.len() >= LOOKED_THROUGH_MAX;
        let (mut page, mut place) = (Reviews::default(), after);
        for record in &records {
            if page.items.len() >= limit {
                page.next = place;
                return Ok(page);
            }
            let Some((stands, view)) = seen(shared, record, today) else { continue };
            place = Some(stands);
            let waits = record.body == BodyForm::Held && view.review_on <= through;
            page.items.extend(Some(view).filter(|_| waits));
        }
        page.next = place.filter(|_| full);
        Ok(page)
    }

    /// How many messages wait for a person: counted to the end, and anew after some minutes.
    ///
    /// # Errors
    /// When the store cannot be read.
    // spec: era-10
    pub fn review_counts(&self) -> Result<ReviewCounts, ReadError> {
        let (today, _) = self.days()?;
        let shared = &self.around.shared;
        let page = |after| -> Result<Vec<count::Row>, ReadError> {
            let read = self.reader().reviews(today, after, LOOKED_THROUGH_MAX);
            let records = read.map_err(|_| ReadError::Stopping)?;
            let row = |record: &MessageRecord| {
                let (place, view) = seen(shared, record, today)?;
                Some((place, (record.body == BodyForm::Held).then_some(view.state)))
            };
            Ok(records.iter().filter_map(row).collect())
        };
        shared.counted.now(|| count::all(page))
    }

    /// Keeps a message until another review, for an officer's reason: who says so is logged as its reader before.
    ///
    /// # Errors
    /// When nobody has to look at it now, the day is out of bounds, or something cannot be read, logged or written.
    // spec: era-12
    pub async fn keep(&self, name: MessageName, needed: Needed) -> Result<Kept, KeepError> {
        self.may_read()?;
        let record = self.record(name)?;
        drop(self.body(&record)?);
        let (today, through) = self.days()?;
        let shared = &self.around.shared;
        let (_, view) = seen(shared, &record, today).ok_or(ReadError::Unopenable)?;
        judge(&view, (today, through), needed.next_review)?;
        let purpose = header::read(&record.message).map_err(|_| ReadError::Unopenable)?.purpose;
        let purpose = PurposeCode::parse(purpose.text()).map_err(|_| ReadError::Unopenable)?;
        let Needed { officer, reason, next_review } = needed;
        let leaf = self.log_reading(record.digest, officer.clone(), purpose).await?;
        let kept = Kept { officer, reason, next_review, at: clock::now(), leaf };
        let (here, word, digest) = (shared.clone(), kept.clone(), record.digest);
        let written = shared.crew.disk.run(move || here.kept.keep(&digest, &word));
        written.await.map_err(|_| ReadError::Stopping)??;
        // What was erased meanwhile is not kept.
        let record = self.record(MessageName::Digest(digest))?;
        if record.body != BodyForm::Held {
            shared.kept.forget(&[digest]);
            return Err(self.without_body(&record).into());
        }
        Ok(kept)
    }

    /// Why a message is kept beyond its review; absent where nobody said so, or it cannot be read.
    // spec: era-13
    pub(super) fn kept(&self, record: &MessageRecord) -> Option<Kept> {
        let kept = &self.around.shared.kept;
        kept.until(&record.digest)?;
        kept.one(&record.digest).ok().flatten()
    }

    /// The present day and the last one that is looked ahead to, in UTC.
    fn days(&self) -> Result<(CivilDate, CivilDate), ReadError> {
        let now = clock::now();
        let ahead = now.after(Span::from_days(AHEAD_DAYS));
        CivilDate::of(now).zip(CivilDate::of(ahead)).ok_or(ReadError::Stopping)
    }
}

/// A message as it stands in the list, and where.
// spec: era-12, prf-11
fn seen(
    shared: &Shared,
    record: &MessageRecord,
    today: CivilDate,
) -> Option<(ReviewPlace, ReviewView)> {
    let header = header::read(&record.message).ok()?;
    let (named, erase_by) = (header.handling.review_on, header.handling.erase_by);
    let review_on = shared.kept.until(&record.digest).unwrap_or(named);
    let state = if erase_by < today {
        ReviewState::PastErasure
    } else if review_on <= today {
        ReviewState::Due
    } else {
        ReviewState::Soon
    };
    let view = ReviewView {
        id: record.id,
        digest: record.digest,
        procedure: header.procedure,
        leaf: record.leaf,
        review_on,
        erase_by,
        state,
        term_months: shared.profile.months(header.kind),
    };
    Some(((named, record.leaf), view))
}

/// Judges whether a message is kept until a day.
// spec: era-12
fn judge(
    view: &ReviewView,
    (today, through): (CivilDate, CivilDate),
    next: CivilDate,
) -> Result<(), KeepError> {
    if view.state == ReviewState::PastErasure {
        return Err(KeepError::Over(view.erase_by));
    }
    if view.review_on > through {
        return Err(KeepError::NotYet(view.review_on));
    }
    let term = today.plus_months(view.term_months).unwrap_or(view.erase_by);
    let latest = term.min(view.erase_by);
    if next <= today || next > latest {
        return Err(KeepError::NextReview(latest));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
