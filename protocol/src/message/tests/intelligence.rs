//! Tables of the specification about notices and feeds, row by row.

use alloc::format;
use alloc::vec::Vec;

use serde_json::json;

use super::brief;
use super::example;
use super::put;
use super::submit;
use super::text_of;
use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::message::intelligence::feed_entry::IndicatorRole;
use crate::message::intelligence::feed_entry::IndicatorType;
use crate::message::intelligence::notice::NoticeKind;
use crate::message::intelligence::notice::StatusOfPerson;
use crate::message::kind::Kind;

/// The row of the table of notices that begins with a kind: its subjects and statuses.
fn row(chapter: &str, kind: NoticeKind) -> (&str, &str) {
    let (_, table) = chapter.split_once("| kind | subject | status of the person |").unwrap();
    let mut lines = table.lines().skip(2);
    let line = lines.find(|line| {
        line.split('|').nth(1).is_some_and(|kinds| kinds.contains(&format!("`{kind}`")))
    });
    let mut cells = line.unwrap().split('|').skip(2);
    (cells.next().unwrap(), cells.next().unwrap())
}

#[test]
fn a_notice_has_the_subject_and_the_status_of_its_kind() {
    // shows: msgk-50
    let chapter = text_of("10-message.md");
    let wanted = example(Kind::Notice);
    let subjects = [
        ("person", wanted["body"]["subject"]["person"].clone()),
        (
            "asset",
            json!({"kind": "cash", "identifier": {"described": "Cash"}, "status": "identified"}),
        ),
        ("described", json!({"lang": "en", "text": "As seen."})),
    ];
    for kind in NoticeKind::ALL {
        let (subjects_of, statuses_of) = row(&chapter, *kind);
        for (key, subject) in &subjects {
            for status in StatusOfPerson::ALL {
                let mut json = wanted.clone();
                put(&mut json, "/body/kind", json!(kind.text()));
                put(&mut json, "/body/subject", json!({*key: subject}));
                put(&mut json, "/body/status_of_person", json!(status.text()));
                put(&mut json, "/body/action_requested", json!(["identify"]));

                let faults = submit(&json).err().unwrap_or_default();

                let mut bad = Vec::new();
                if !subjects_of.contains(&format!("`{key}`")) {
                    bad.push(("/body/subject".into(), "conflicting"));
                }
                if !statuses_of.contains(&format!("`{status}`")) {
                    bad.push(("/body/status_of_person".into(), "conflicting"));
                }
                assert_eq!(brief(&faults), bad, "{kind} about {key}, {status}");
            }
        }
    }
}

#[test]
fn a_wanted_notice_needs_a_prosecutor_and_another_one_does_not() {
    // shows: msgk-31
    let mut json = example(Kind::Notice);
    let wanted = submit(&json).unwrap();
    put(&mut json, "/body/kind", json!("warning"));
    put(&mut json, "/body/status_of_person", json!("convicted"));
    put(&mut json, "/body/action_requested", json!(["watch"]));
    let warning = submit(&json).unwrap();
    let handling = wanted.handling_codes();
    let said = Said { urgency: wanted.urgency(), handling: &handling };

    assert_eq!(wanted.body().approval(&said), Approval::A3);
    assert_eq!(warning.body().approval(&said), Approval::A2);
}

#[test]
fn an_indicator_is_used_in_the_roles_of_its_kind() {
    // shows: msgk-55, msgk-56, fil-4, fil-5
    let of = |role: IndicatorRole| {
        let kinds = IndicatorType::ALL.iter().filter(move |kind| role.is_of(**kind));
        kinds.map(|kind| kind.text()).collect::<Vec<_>>()
    };
    let accounts = IndicatorType::ALL.iter().filter(|kind| kind.class() == FeedClass::Accounts);

    assert_eq!(of(IndicatorRole::Caller), ["phone", "messaging-handle"]);
    assert_eq!(of(IndicatorRole::SmsSender), ["phone", "messaging-handle"]);
    assert_eq!(of(IndicatorRole::PhishingSite), ["domain", "url", "ip"]);
    assert_eq!(of(IndicatorRole::C2), ["domain", "url", "ip"]);
    assert_eq!(of(IndicatorRole::MuleAccount), ["bank-account", "payment-card"]);
    assert_eq!(of(IndicatorRole::Wallet), ["crypto-address"]);
    assert_eq!(
        of(IndicatorRole::Recruitment),
        ["phone", "domain", "url", "ip", "email", "messaging-handle"]
    );
    assert_eq!(
        accounts.map(|kind| kind.text()).collect::<Vec<_>>(),
        ["bank-account", "payment-card", "crypto-address"]
    );
}
