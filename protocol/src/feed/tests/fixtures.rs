//! Entries and files that the tests of lists begin with; synthetic by the rules of DOMAIN 6.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::feed::apply;
use crate::feed::list::Form;
use crate::feed::list::List;
use crate::feed::listed::Listed;
use crate::feed::write::Writer;
use crate::log::tree::Tree;
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
use crate::message::intelligence::feed_entry::FeedClass;
use crate::message::intelligence::feed_entry::IndicatorRole;
use crate::message::intelligence::feed_entry::Recommended;
use crate::message::intelligence::feed_entry::Tlp;
use crate::message::intelligence::report::Confidence;
use crate::message::intelligence::report::PermittedAction;
use crate::message::text::Line;
use crate::message::text::ListCode;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::values::Country;
use crate::message::values::Currency;
use crate::moment::Timestamp;

pub(super) fn id(text: &str) -> RecordRef {
    RecordRef::parse(text).unwrap()
}

pub(super) fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

/// Three domains, then an address. Source: DOMAIN 6.
pub(super) fn identifier(number: u32) -> Identifier {
    if number % 4 == 3 {
        let [_, _, high, low] = number.to_be_bytes();
        Identifier::Ip(Ip::parse(&format!("198.18.{high}.{low}")).unwrap())
    } else {
        Identifier::Domain(domain(&format!("d{number:06}.fraud.example")))
    }
}

pub(super) fn entry(number: u32) -> Listed {
    let seconds = 1_770_000_000 + u64::from(number);
    let time = |seconds: u64| Timestamp::from_millis(seconds * 1000);
    Listed {
        identifier: identifier(number),
        id: id(&format!("cn-{number:06}")),
        role: IndicatorRole::PhishingSite,
        first_seen: time(seconds),
        last_seen: time(seconds + 86_400),
        valid_until: time(seconds + 180 * 86_400),
        confidence: Confidence::High,
        evaluation: Evaluation {
            scheme: EvaluationScheme::Admiralty6x6,
            source_code: ListCode::parse("B").unwrap(),
            info_code: ListCode::parse("2").unwrap(),
            rationale: None,
        },
        evidence_ref: None,
        victim_countries: Vec::from([Country::parse("CN").unwrap()]),
        tlp: Tlp::Amber,
        pap: BTreeSet::from([PermittedAction::Block, PermittedAction::Warn]),
        recommended: Recommended::Block,
    }
}

/// One entry of each kind of identifier, with every field that may be absent.
pub(super) fn every_kind() -> Vec<Listed> {
    let line = |text: &str| Line::parse(text).unwrap();
    let account = BankAccount {
        institution: line("Demo Bank"),
        account: id("ZZ00-DEMO-000123"),
        currency: Some(Currency::parse("LAK").unwrap()),
        status: Some(AccountStatus::Frozen),
    };
    let bare = BankAccount { currency: None, status: None, ..account.clone() };
    let handle = MessagingHandle { platform: line("Demo"), id: line("somebody") };
    let wallet = CryptoAddress { chain: id("demo"), address: id("demo1000") };
    let kinds = [
        (Identifier::Phone(Phone::parse("+9990001234567").unwrap()), IndicatorRole::Caller),
        (Identifier::Domain(domain("d1.fraud.example")), IndicatorRole::C2),
        (Identifier::Url(Url::parse("https://d1.fraud.example/").unwrap()), IndicatorRole::C2),
        (Identifier::Ip(Ip::parse("2001:db8::1").unwrap()), IndicatorRole::C2),
        (Identifier::Email(Email::parse("a@fraud.example").unwrap()), IndicatorRole::Recruitment),
        (Identifier::MessagingHandle(handle), IndicatorRole::SmsSender),
        (Identifier::BankAccount(account), IndicatorRole::MuleAccount),
        (Identifier::BankAccount(bare), IndicatorRole::MuleAccount),
        (
            Identifier::PaymentCard(TruncatedPan::parse("999900******1234").unwrap()),
            IndicatorRole::MuleAccount,
        ),
        (Identifier::CryptoAddress(wallet), IndicatorRole::Wallet),
    ];
    let with = |(identifier, role)| {
        let mut listed = Listed { identifier, role, ..entry(1) };
        listed.evaluation.rationale = Some(LocalizedText::new("en", "seen twice").unwrap());
        listed.evidence_ref = Some(id("CN-2026-EV-1"));
        listed
    };
    kinds.map(with).into()
}

pub(super) fn sorted(entries: &[Listed]) -> Vec<Listed> {
    let mut sorted = entries.to_owned();
    sorted.sort_by_key(|listed| listed.bytes().unwrap());
    sorted
}

pub(super) fn list_of(entries: &[Listed]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut list = Writer::new(Form::Entries, FeedClass::Infrastructure, &mut file);
    for listed in sorted(entries) {
        list.entry(&listed).unwrap();
    }
    list.finish().unwrap();
    file
}

pub(super) fn table_of(entries: &[Listed], seq: u64) -> Vec<u8> {
    let mut table = Vec::new();
    let list = List::open(list_of(entries), Form::Entries).unwrap();
    apply::from_list(&list, seq, &mut table).unwrap();
    table
}

pub(super) fn root_of(entries: &[Listed]) -> Digest {
    let mut tree = Tree::new();
    for listed in sorted(entries) {
        tree.append(&listed.bytes().unwrap());
    }
    tree.root()
}
