//! What a person looks at again: held messages whose day for it has come or comes soon, and those past their last day.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Span;
use concord_protocol::procedure::profile::Profile;

use crate::clock;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;

/// How long before its day a review is shown. Units: days.
const AHEAD_DAYS: u32 = 30;

/// Messages that are looked through for one page: what was erased since stays in the index.
const LOOKED_THROUGH_MAX: usize = 2_000;

/// Messages that are counted at most: beyond it the count stands still, and the list goes on.
const COUNTED_MAX: usize = 10_000;

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
    /// When the need to keep it is looked at again.
    pub review_on: CivilDate,
    /// When it is erased at the latest.
    pub erase_by: CivilDate,
    /// How it stands to these.
    pub state: ReviewState,
    /// Until when at the longest the next review may be put off, by the charter in force. Units: months.
    pub term_months: u16,
}

/// A place in the list: the day and leaf of the last message that was looked at.
pub type ReviewPlace = (CivilDate, LeafIndex);

/// One page of what is looked at again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviews {
    /// By day and leaf.
    pub items: Vec<ReviewView>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<ReviewPlace>,
}

/// How many messages wait for a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReviewCounts {
    /// Whose day has come.
    pub due: u64,
    /// Which are past their last day and here.
    pub past_erasure: u64,
}

impl Handle {
    /// At most `limit` held messages that are looked at again by now or within 30 days, after a place.
    ///
    /// # Errors
    /// When the store cannot be read.
    // spec: era-10
    pub fn reviews(&self, after: Option<ReviewPlace>, limit: usize) -> Result<Reviews, ReadError> {
        let (today, through) = self.days()?;
        let profile = &self.around.shared.profile;
        let read = |after| self.reader().reviews(through, after, LOOKED_THROUGH_MAX);
        let records = read(after).map_err(|_| ReadError::Stopping)?;
        let full = records.len() >= LOOKED_THROUGH_MAX;
        let (mut page, mut place) = (Reviews::default(), after);
        for record in &records {
            if page.items.len() >= limit {
                page.next = place;
                return Ok(page);
            }
            let Some(view) = seen(record, today, profile) else { continue };
            place = Some((view.review_on, view.leaf));
            page.items.extend(Some(view).filter(|_| record.body == BodyForm::Held));
        }
        page.next = place.filter(|_| full);
        Ok(page)
    }

    /// How many messages wait for a person, of the first 10,000 that are looked at again.
    ///
    /// # Errors
    /// When the store cannot be read.
    // spec: era-10
    pub fn review_counts(&self) -> Result<ReviewCounts, ReadError> {
        let (today, _) = self.days()?;
        let profile = &self.around.shared.profile;
        let records = self.reader().reviews(today, None, COUNTED_MAX);
        let records = records.map_err(|_| ReadError::Stopping)?;
        let held = records.iter().filter(|record| record.body == BodyForm::Held);
        let mut counts = ReviewCounts::default();
        for view in held.filter_map(|record| seen(record, today, profile)) {
            match view.state {
                ReviewState::Soon => {}
                ReviewState::Due => counts.due += 1,
                ReviewState::PastErasure => counts.past_erasure += 1,
            }
        }
        Ok(counts)
    }

    /// The present day and the last one that is looked ahead to, in UTC.
    fn days(&self) -> Result<(CivilDate, CivilDate), ReadError> {
        let now = clock::now();
        let ahead = now.after(Span::from_days(AHEAD_DAYS));
        CivilDate::of(now).zip(CivilDate::of(ahead)).ok_or(ReadError::Stopping)
    }
}

// spec: prf-11
fn seen(record: &MessageRecord, today: CivilDate, profile: &Profile) -> Option<ReviewView> {
    let header = header::read(&record.message).ok()?;
    let (review_on, erase_by) = (header.handling.review_on, header.handling.erase_by);
    let state = if erase_by < today {
        ReviewState::PastErasure
    } else if review_on <= today {
        ReviewState::Due
    } else {
        ReviewState::Soon
    };
    Some(ReviewView {
        id: record.id,
        digest: record.digest,
        procedure: header.procedure,
        leaf: record.leaf,
        review_on,
        erase_by,
        state,
        term_months: profile.months(header.kind),
    })
}
