//! An entry as thirteen values in a row. Source: spec fed-1, `spec/cddl/feed.cddl`.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::codec;
use crate::codec::Encoded;
use crate::feed::fault::ListFault;
use crate::feed::listed::Listed;
use crate::feed::number::Numbered as _;
use crate::limits::LISTED_BYTES_MAX;
use crate::message::evaluation;
use crate::message::evaluation::Evaluation;
use crate::message::evaluation::EvaluationScheme;
use crate::message::identifier::AccountStatus;
use crate::message::identifier::BankAccount;
use crate::message::identifier::CryptoAddress;
use crate::message::identifier::Domain;
use crate::message::identifier::Email;
use crate::message::identifier::Identifier;
use crate::message::identifier::Ip;
use crate::message::identifier::MessagingHandle;
use crate::message::identifier::Phone;
use crate::message::identifier::TruncatedPan;
use crate::message::identifier::Url;
use crate::message::intelligence::feed_entry::IndicatorRole;
use crate::message::intelligence::feed_entry::Recommended;
use crate::message::intelligence::feed_entry::Tlp;
use crate::message::intelligence::report::Confidence;
use crate::message::intelligence::report::PermittedAction;
use crate::message::text::Line;
use crate::message::text::ListCode;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::text::TextError;
use crate::message::values::Country;
use crate::message::values::Currency;
use crate::moment::Timestamp;
use crate::registry::FeedCode;

/// How many values an entry has, as the head of their array.
const HEAD: u8 = 0x8d;

/// An identifier of a feed. What is absent is an empty text or a zero: every array has one length.
#[derive(Serialize, Deserialize)]
enum Named {
    Phone(String),
    Domain(String),
    Url(String),
    Ip(String),
    Email(String),
    Handle(String, String),
    BankAccount(String, String, String, u8),
    Card(String),
    Crypto(String, String),
}

/// Scheme, code of the source, code of the information, and why: no text, or a language and one.
#[derive(Serialize, Deserialize)]
struct Rated(u8, String, String, Vec<String>);

/// The thirteen values. Choices are their places in the order of registration.
#[derive(Serialize, Deserialize)]
struct Row(Named, String, u8, u64, u64, u64, u8, Rated, String, Vec<String>, u8, Vec<u8>, u8);

impl Encoded for Row {
    const BYTES_MAX: usize = LISTED_BYTES_MAX;
}

fn bad(rule: &'static str) -> ListFault {
    ListFault::whole(FeedCode::BadEntry, rule)
}

fn texts(_: TextError) -> ListFault {
    bad("a text has the form of its type")
}

// spec: fed-1
pub(super) fn write(listed: &Listed) -> Result<Vec<u8>, ListFault> {
    let row = row(listed)?;
    let bytes = codec::encode(&row).map_err(|_| bad("an entry has an encoding"))?;
    if bytes.len() <= LISTED_BYTES_MAX {
        return Ok(bytes);
    }
    let rule = "an entry of a list has at most 8,192 bytes";
    Err(ListFault::of(FeedCode::TooLarge, listed.id.as_str(), rule))
}

fn row(listed: &Listed) -> Result<Row, ListFault> {
    let evaluation = &listed.evaluation;
    let why = evaluation.rationale.iter();
    let why = why.flat_map(|why| [why.lang.as_str().to_owned(), why.text.as_str().to_owned()]);
    let rated = Rated(
        evaluation.scheme.number(),
        evaluation.source_code.as_str().to_owned(),
        evaluation.info_code.as_str().to_owned(),
        why.collect(),
    );
    Ok(Row(
        named(&listed.identifier)?,
        listed.id.as_str().to_owned(),
        listed.role.number(),
        listed.first_seen.seconds(),
        listed.last_seen.seconds(),
        listed.valid_until.seconds(),
        listed.confidence.number(),
        rated,
        listed.evidence_ref.as_ref().map_or_else(String::new, |at| at.as_str().to_owned()),
        listed.victim_countries.iter().map(|country| country.as_str().to_owned()).collect(),
        listed.tlp.number(),
        listed.pap.iter().map(|action| action.number()).collect(),
        listed.recommended.number(),
    ))
}

fn named(identifier: &Identifier) -> Result<Named, ListFault> {
    Ok(match identifier {
        Identifier::Phone(phone) => Named::Phone(phone.as_str().to_owned()),
        Identifier::Domain(domain) => Named::Domain(domain.as_str().to_owned()),
        Identifier::Url(url) => Named::Url(url.as_str().to_owned()),
        Identifier::Ip(ip) => Named::Ip(ip.as_str().to_owned()),
        Identifier::Email(email) => Named::Email(email.as_str().to_owned()),
        Identifier::MessagingHandle(handle) => {
            Named::Handle(handle.platform.as_str().to_owned(), handle.id.as_str().to_owned())
        }
        Identifier::BankAccount(account) => Named::BankAccount(
            account.institution.as_str().to_owned(),
            account.account.as_str().to_owned(),
            account.currency.as_ref().map_or_else(String::new, |of| of.as_str().to_owned()),
            account.status.map_or(0, |status| status.number().saturating_add(1)),
        ),
        Identifier::PaymentCard(card) => Named::Card(card.as_str().to_owned()),
        Identifier::CryptoAddress(crypto) => {
            Named::Crypto(crypto.chain.as_str().to_owned(), crypto.address.as_str().to_owned())
        }
        Identifier::Imei(_)
        | Identifier::Imsi(_)
        | Identifier::Iccid(_)
        | Identifier::Vehicle(_) => {
            let rule = "the identifier is one of those of feeds";
            return Err(ListFault::whole(FeedCode::WrongClass, rule));
        }
    })
}

pub(super) fn prefix(identifier: &Identifier) -> Result<Vec<u8>, ListFault> {
    let named = match named(identifier)? {
        Named::BankAccount(bank, account, _, _) => {
            Named::BankAccount(bank, account, String::new(), 0)
        }
        other @ (Named::Phone(_)
        | Named::Domain(_)
        | Named::Url(_)
        | Named::Ip(_)
        | Named::Email(_)
        | Named::Handle(..)
        | Named::Card(_)
        | Named::Crypto(..)) => other,
    };
    let encoded = codec::encode_parts(&named).map_err(|_| bad("an identifier has an encoding"))?;
    let mut prefix = Vec::from([HEAD]);
    prefix.extend_from_slice(&encoded);
    // Currency and status of an account end its encoding, an empty text and a zero.
    if matches!(named, Named::BankAccount(..)) {
        prefix.truncate(prefix.len().saturating_sub(2));
    }
    Ok(prefix)
}

pub(super) fn read(bytes: &[u8]) -> Result<Listed, ListFault> {
    let row: Row =
        codec::decode(bytes).map_err(|_| bad("the bytes are the one form of an entry"))?;
    let Row(
        named,
        id,
        role,
        first,
        last,
        until,
        confidence,
        rated,
        evidence,
        countries,
        tlp,
        pap,
        recommended,
    ) = row;
    let id = RecordRef::parse(&id).map_err(texts)?;
    let identifier = identifier(named)?;
    let rest = || {
        Ok(Listed {
            identifier,
            id: id.clone(),
            role: IndicatorRole::numbered(role)?,
            first_seen: time(first)?,
            last_seen: time(last)?,
            valid_until: time(until)?,
            confidence: Confidence::numbered(confidence)?,
            evaluation: evaluation(&rated)?,
            evidence_ref: optional(&evidence, RecordRef::parse)?,
            victim_countries: countries
                .iter()
                .map(|country| Country::parse(country).map_err(texts))
                .collect::<Result<_, _>>()?,
            tlp: Tlp::numbered(tlp)?,
            pap: permitted(&pap)?,
            recommended: Recommended::numbered(recommended)?,
        })
    };
    rest().map_err(|fault: ListFault| ListFault { entry: Some(id.as_str().to_owned()), ..fault })
}

fn time(seconds: u64) -> Result<Timestamp, ListFault> {
    let millis = seconds.checked_mul(1000);
    millis.map(Timestamp::from_millis).ok_or_else(|| bad("a time is one that an instant can hold"))
}

fn optional<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, TextError>,
) -> Result<Option<T>, ListFault> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some).map_err(texts) }
}

fn permitted(numbers: &[u8]) -> Result<BTreeSet<PermittedAction>, ListFault> {
    if !numbers.is_sorted_by(|one, next| one < next) {
        return Err(bad("permitted actions stand in order, each once"));
    }
    numbers.iter().map(|number| PermittedAction::numbered(*number)).collect()
}

fn evaluation(Rated(scheme, source, info, why): &Rated) -> Result<Evaluation, ListFault> {
    let rationale = match why.as_slice() {
        [] => None,
        [lang, text] => Some(LocalizedText::new(lang, text).map_err(texts)?),
        _ => return Err(bad("a reason is a language and a text")),
    };
    let evaluation = Evaluation {
        scheme: EvaluationScheme::numbered(*scheme)?,
        source_code: ListCode::parse(source).map_err(texts)?,
        info_code: ListCode::parse(info).map_err(texts)?,
        rationale,
    };
    if evaluation::has_codes_of_its_scheme(&evaluation) {
        return Ok(evaluation);
    }
    Err(bad("the codes of an evaluation are those of its scheme"))
}

fn identifier(named: Named) -> Result<Identifier, ListFault> {
    Ok(match named {
        Named::Phone(phone) => Identifier::Phone(Phone::parse(&phone).map_err(texts)?),
        Named::Domain(domain) => Identifier::Domain(Domain::parse(&domain).map_err(texts)?),
        Named::Url(url) => Identifier::Url(Url::parse(&url).map_err(texts)?),
        Named::Ip(ip) => Identifier::Ip(Ip::parse(&ip).map_err(texts)?),
        Named::Email(email) => Identifier::Email(Email::parse(&email).map_err(texts)?),
        Named::Handle(platform, id) => Identifier::MessagingHandle(MessagingHandle {
            platform: Line::parse(&platform).map_err(texts)?,
            id: Line::parse(&id).map_err(texts)?,
        }),
        Named::BankAccount(bank, account, currency, status) => {
            Identifier::BankAccount(BankAccount {
                institution: Line::parse(&bank).map_err(texts)?,
                account: RecordRef::parse(&account).map_err(texts)?,
                currency: optional(&currency, Currency::parse)?,
                status: status.checked_sub(1).map(AccountStatus::numbered).transpose()?,
            })
        }
        Named::Card(card) => Identifier::PaymentCard(TruncatedPan::parse(&card).map_err(texts)?),
        Named::Crypto(chain, address) => Identifier::CryptoAddress(CryptoAddress {
            chain: RecordRef::parse(&chain).map_err(texts)?,
            address: RecordRef::parse(&address).map_err(texts)?,
        }),
    })
}

pub(super) fn key(entry: &[u8]) -> Result<(&[u8], &str), ListFault> {
    let cut = || bad("the bytes are the one form of an entry");
    let after_head = entry.strip_prefix(&[HEAD]).ok_or_else(cut)?;
    let after_named = skip(after_head).ok_or_else(cut)?;
    let after_id = skip(after_named).ok_or_else(cut)?;
    let taken = |rest: &[u8]| entry.len().saturating_sub(rest.len());
    let key = entry.get(..taken(after_id)).ok_or_else(cut)?;
    let id = entry.get(taken(after_named)..taken(after_id)).ok_or_else(cut)?;
    // The head of a text of at most 128 bytes is one byte, or two.
    let id = id.get(if id.first() == Some(&0x78) { 2.. } else { 1.. }).ok_or_else(cut)?;
    Ok((key, core::str::from_utf8(id).map_err(|_| cut())?))
}

/// What follows the first value: a number, a text, or an array of those.
fn skip(bytes: &[u8]) -> Option<&[u8]> {
    let (first, rest) = bytes.split_first()?;
    let (len, rest) = match first & 0x1f {
        short @ 0..=23 => (usize::from(short), rest),
        24 => {
            let (len, rest) = rest.split_first()?;
            (usize::from(*len), rest)
        }
        25 => {
            let (len, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*len)), rest)
        }
        _ => return None,
    };
    match first >> 5 {
        0 => Some(rest),
        3 => rest.get(len..),
        // Within an array there are numbers and texts only.
        4 => (0..len).try_fold(rest, |rest, _| {
            if rest.first().is_some_and(|first| first >> 5 == 4) { None } else { skip(rest) }
        }),
        _ => None,
    }
}
