//! The request that a standing order sends: how the feed stands here, and the message in the words of its officer.
//!
//! It goes to whoever takes part in the feed, under the handling and the purpose of the newest list: those with which a feed
//! began may be past the day on which they end. It rests on the law that the officer stated with the order, and where none
//! was stated on that of the newest list.

use concord_protocol::codec::value::Map;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::header;
use concord_protocol::envelope::header::Header;
use concord_protocol::ids::AgencyId;
use concord_protocol::message::field::Field;
use concord_protocol::message::handling::Handling;
use concord_protocol::message::handling::HandlingCode;
use concord_protocol::message::intelligence::feed::FeedGapRequest;
use concord_protocol::message::intelligence::feed::FeedWanted;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::purpose::Purpose;
use concord_protocol::message::recipient::Recipient;
use concord_protocol::message::recipient::Role;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::text::RecordRef;
use concord_protocol::message::urgency::Urgency;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::exchange::fact::ExchangeFact;
use concord_protocol::procedure::exchange::fact::FeedFact;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::registry::FeedCode;

use crate::host::feeds::FILE_AWAITED;
use crate::host::feeds::Known;
use crate::host::feeds::NO_PLACE;
use crate::host::feeds::Waits;
use crate::host::feeds::order;
use crate::host::feeds::order::Behind;
use crate::host::feeds::order::Hindrance;
use crate::host::feeds::order::Order;
use crate::host::feeds::order::Request;
use crate::host::feeds::order::Wanted;
use crate::host::feeds::work;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// What every such request says it is: its readers see that nobody sat at a desk.
const SUBJECT: &str = "Feed of indicators: what was missed, asked by standing order";

/// A request, or what keeps it from being one.
pub(super) type Letter = Result<Submission, String>;

/// What is to be sent about a feed now; `None` where nothing is due.
// spec: fed-23
pub(super) fn due(
    shared: &Shared,
    order: &Order,
    now: Timestamp,
) -> Result<Option<Letter>, ReadError> {
    let Some(known) = shared.feeds.one(&order.procedure) else { return Ok(None) };
    // How far the entries are is the thread's to say; what was asked, the messages as they are now.
    let Some((book, stands)) = work::stand(shared, order.procedure)? else { return Ok(None) };
    let (Some(feed_id), Some(waits)) = (&known.feed_id, &known.waits) else { return Ok(None) };
    if stands.closed || known.head != stands.head {
        return Ok(None);
    }
    let behind = Behind {
        here: known.table.as_ref().map(|table| table.at.seq),
        head: stands.head.seq,
        hindrance: hindrance(&book, waits),
        last: last(&book, &shared.me, &stands),
    };
    let Some(wanted) = order::due(&behind, now) else { return Ok(None) };
    let Some(newest) = newest_list(&book, &stands.originator) else { return Ok(None) };
    let Some(record) = shared.reader.message(&newest)? else { return Ok(None) };
    let Ok(header) = header::read(&record.message) else { return Ok(None) };
    let to = recipients(&book, &shared.me, &stands.originator);
    let body = body(feed_id.clone(), wanted);
    let letter = Submission::read(&letter(order, &header, (&to, &body)));
    Ok(Some(letter.map_err(|faults| faults.first().map(ToString::to_string).unwrap_or_default())))
}

/// The newest snapshot or change of whoever keeps the feed: its header says how the feed is handled now.
fn newest_list(book: &Book, originator: &AgencyId) -> Option<Digest> {
    let is_list = |act: &&Act| matches!(act.kind, Kind::FeedSnapshot | Kind::FeedDelta);
    let lists = book.transcript().acts().filter(|act| act.author == *originator).filter(is_list);
    lists.max_by_key(|act| act.created).map(|act| act.digest)
}

/// Whether what is missing comes by itself, is lost, or waits for this machine.
fn hindrance(book: &Book, waits: &Waits) -> Hindrance {
    if waits.code == FeedCode::Unreadable.text() || waits.code == NO_PLACE {
        return Hindrance::OurOwn;
    }
    match book.transcript().acts().find(|act| act.digest == waits.message) {
        Some(act) if waits.code == FILE_AWAITED => Hindrance::OnItsWay { told: act.created },
        Some(_) | None => Hindrance::Lost,
    }
}

/// The last request of this node about the feed, by an officer at a desk or by order.
fn last(book: &Book, me: &AgencyId, stands: &Known) -> Option<Request> {
    let requests = book.transcript().acts().filter(|act| act.author == *me).filter_map(|act| {
        let Fact::Exchange(ExchangeFact::Feed(FeedFact::Missed { to_seq, .. })) = &act.fact else {
            return None;
        };
        Some((act.created, *to_seq))
    });
    let (at, to_seq) = requests.max()?;
    Some(Request { at, to_seq, is_open: stands.asked.contains_key(me) })
}

fn recipients(book: &Book, me: &AgencyId, originator: &AgencyId) -> Vec<Recipient> {
    let participants = book.machine().map(|machine| machine.common().participants());
    let others = participants.into_iter().flatten().map(|(agency, _)| agency);
    let others = others.filter(|agency| *agency != me);
    let role = |agency: &AgencyId| {
        if agency == originator { Role::Action } else { Role::Information }
    };
    others.map(|agency| Recipient { agency: agency.clone(), role: role(agency) }).collect()
}

fn body(feed_id: RecordRef, wanted: Wanted) -> FeedGapRequest {
    match wanted {
        Wanted::Changes { from, to } => FeedGapRequest {
            feed_id,
            wanted: FeedWanted::Deltas,
            from_seq: Some(from),
            to_seq: Some(to),
        },
        Wanted::Whole => {
            FeedGapRequest { feed_id, wanted: FeedWanted::Snapshot, from_seq: None, to_seq: None }
        }
    }
}

/// The submission that an officer at a desk would write.
fn letter(order: &Order, header: &Header, (to, body): (&Vec<Recipient>, &FeedGapRequest)) -> Value {
    let text = |text: &str| Value::Text(text.into());
    let purpose = Purpose { kind: header.purpose, case_ref: None };
    let stated = order.legal_basis.clone().map(|stated| vec![stated]);
    let legal_basis = stated.unwrap_or_else(|| header.legal_basis.clone());
    let fields = [
        ("kind", Kind::FeedGapRequest.write()),
        ("to", to.write()),
        ("procedure", text(&order.procedure.to_string())),
        ("urgency", Urgency::U4.write()),
        ("handling", handling(header).write()),
        ("legal_basis", legal_basis.write()),
        ("purpose", purpose.write()),
        ("subject_line", text(SUBJECT)),
        ("language", text("en")),
        ("zone", order.zone.write()),
        ("drafted_by", order.officer.write()),
        ("exercise", Value::Bool(header.exercise)),
        ("body", body.write()),
    ];
    let mut map = Map::new();
    for (key, value) in fields {
        drop(map.put(key, value));
    }
    Value::Map(map)
}

/// How the feed is handled, but for words: a request has none of those that H3 stands for.
fn handling(header: &Header) -> Handling {
    let codes = &header.handling;
    Handling {
        classification: codes.classification,
        codes: codes.codes.iter().filter(|code| **code != HandlingCode::H3).copied().collect(),
        h3_text: None,
        evidential_use: codes.evidential_use,
        onward: codes.onward.clone(),
        compartment: None,
        review_on: codes.review_on,
        erase_by: codes.erase_by,
    }
}
