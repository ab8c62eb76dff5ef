//! The metrics of a node from memory: what they say, in which form, and what they never say.

use core::future;
use core::pin::pin;
use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use axum::body;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use tokio::runtime::Builder;
use tower_service::Service;

use crate::api::tests::fake::Fake;
use crate::api::tests::fake::RECEIVED;
use crate::api::tests::fake::SENT;
use crate::host::handle::files::FileCounts;
use crate::host::handle::reviews::ReviewCounts;
use crate::host::tally::Tally;
use crate::host::view::Grade;
use crate::host::view::Mode;
use crate::metrics::Seen;
use crate::metrics::router;
use crate::metrics::text;
use crate::workers::Workers;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

#[test]
fn they_are_openmetrics_text_at_one_path() {
    // shows: api-21
    let (status, kind, text) = get("/metrics");

    assert_eq!(status, StatusCode::OK);
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
    assert!(text.ends_with("# EOF\n"));
    assert_eq!(get("/").0, StatusCode::NOT_FOUND);
    assert_eq!(get("/readyz").0, StatusCode::NOT_FOUND);
}

#[test]
fn every_metric_is_listed_for_operators() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/README.md");
    let list = fs::read_to_string(list).unwrap();
    let section = list.split("## Metrics").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let first = rows.map(|row| format!("`{}", row.split('|').next().unwrap()));
    let listed: BTreeSet<String> = first
        .flat_map(|cell| cell.split('`').map(str::to_owned).collect::<Vec<_>>())
        .filter(|word| !word.trim().is_empty())
        .collect();

    let said = said(&everything());
    let types = said.lines().filter_map(|line| line.strip_prefix("# TYPE concord_"));
    let written: BTreeSet<String> =
        types.map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(written, listed);
}

#[test]
fn labels_are_agencies_and_codes() {
    // shows: api-21
    let said = said(&everything());

    for secret in [SENT, RECEIVED, "LA-4711", "198.18.0.2", "no credential of", "Exercise"] {
        assert!(!said.contains(secret), "{secret} stands in\n{said}");
    }
    let lines = said.lines().filter(|line| !line.starts_with('#'));
    let names = lines.filter_map(|line| line.split_once('{')?.1.split_once('}'));
    let names = names
        .flat_map(|(labels, _)| labels.split(','))
        .map(|label| label.split_once('=').unwrap().0);
    let names: BTreeSet<&str> = names.collect();
    let known =
        ["accused", "by", "code", "grade", "kind", "le", "mode", "part", "peer", "standing"];
    assert_eq!(names, known.into_iter().chain(["version"]).collect());
}

#[test]
fn a_credential_that_ends_soon_stands_out() {
    // shows: id-52
    let mut seen = everything();
    let mut view = (*seen.view).clone();
    view.credential.not_after = NOW.after(Span::from_days(12));
    view.credential.soon = true;
    view.peers[0].not_after = Some(NOW.after(Span::from_days(3)));
    view.peers[0].ends_soon = true;
    seen.view = Arc::new(view);

    let said = said(&seen);
    for line in [
        "concord_credential_days_left 12",
        "concord_credential_ends_soon 1",
        "concord_credential_standing{standing=\"in-force\"} 1",
        "concord_peer_credential_days_left{peer=\"mm.mpf\"} 3",
        "concord_peer_credential_ends_soon{peer=\"mm.mpf\"} 1",
    ] {
        assert!(said.lines().any(|found| found == line), "{line} is lacking in\n{said}");
    }
    assert!(!said.contains("ends_soon{peer=\"th.rtp\"}"), "no credential of it is held");
}

#[test]
fn the_mode_is_one_of_all() {
    let mut seen = everything();
    seen.view = Arc::new(Fake::in_mode(Mode::Full).view);

    let said = said(&seen);

    assert!(said.contains("concord_mode{mode=\"full\"} 1"));
    assert!(said.contains("concord_mode{mode=\"open\"} 0"));
    assert!(said.contains("concord_ready 0"));
}

#[test]
fn a_member_whose_files_are_at_their_bound_stands_out() {
    // shows: fil-35
    let said = said(&everything());

    assert!(said.contains("concord_peer_wanted_files{peer=\"mm.mpf\"} 1024"), "{said}");
    assert!(said.contains("concord_peer_file_bytes{peer=\"mm.mpf\"} 7000"), "{said}");
}

#[test]
fn a_size_that_nobody_can_have_spoils_nothing() {
    let mut seen = everything();
    let mut view = (*seen.view).clone();
    view.peers[0].held = Some(TreeSize::new(u64::MAX));
    seen.view = Arc::new(view);

    assert!(said(&seen).contains("concord_peer_log_leaves{peer=\"mm.mpf\"} 9223372036854775807"));
}

/// A node with something under every name.
fn everything() -> Seen {
    let peer = AgencyId::parse("mm.mpf").unwrap();
    let mut tally = Tally::default();
    tally.commits.count = 2;
    tally.receipts.insert((peer.clone(), Grade::L2), 1);
    let code = concord_protocol::registry::RefusalCode::Duplicate;
    tally.refusals.insert((peer.clone(), crate::host::tally::RefusedBy::Node, code), 1);
    Seen {
        now: NOW,
        view: Arc::new(Fake::alarmed().view),
        tally,
        store: vec![("journal", 7)],
        free: Some(9),
        reviews: Some(ReviewCounts { due: 3, past_erasure: 1 }),
        files: FileCounts {
            wanted: vec![(peer.clone(), 1_024)],
            bytes: vec![(peer.clone(), 7_000)],
        },
        backup: Some(NOW),
    }
}

fn said(seen: &Seen) -> String {
    text::text(seen.clone()).unwrap()
}

fn get(path: &str) -> (StatusCode, String, String) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut router = router(everything, Workers::start("disk", NonZeroUsize::MIN).unwrap());
        let mut service = pin!(&mut router);
        future::poll_fn(|context| Service::<Request>::poll_ready(&mut *service, context))
            .await
            .unwrap();
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let answer = service.call(request).await.unwrap();
        let kind = answer.headers().get("content-type");
        let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
        let status = answer.status();
        let bytes = body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, kind, String::from_utf8(bytes.to_vec()).unwrap())
    })
}
