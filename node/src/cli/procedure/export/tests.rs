//! What is read beside the file: complete, in order, and harmless whatever was written.

use serde_json::json;

use crate::cli::words::barred;
use crate::cli::words::escaped;
use crate::cli::words::lines;
use crate::cli::words::visible;

use concord_protocol::audit::bundle::BodyUse;

use crate::cli::procedure::export::case::Body;
use crate::cli::procedure::export::case::Case;
use crate::cli::procedure::export::case::Head;
use crate::cli::procedure::export::case::Said;
use crate::cli::procedure::export::page;
use crate::cli::procedure::export::paper;

const HOSTILE: &str = "<script>alert(1)</script>\"'&\u{1b}[2J\u{202e}gnp.exe\r\n2. fake of cn.mps";

fn case(to_use: BodyUse, body: Body) -> Case {
    let text = str::to_owned;
    let head = Head {
        procedure: text("0190-p"),
        kind: text("handover"),
        stage: text("granted"),
        participants: vec![text("la.mps (action)")],
        to_use,
        shown: 1,
        withheld: 0,
        agency: text("la.mps"),
        origin: text("concord/mekong/la.mps/log1"),
        size: 9,
        root: text("aa"),
        made_at: text("2026-11-30T06:00:00Z"),
        bundle: text("bb"),
        charter: text("mekong version 1"),
        charter_digest: text("cc"),
        witnessed: 9,
    };
    let said = Said {
        id: text("0190-m"),
        digest: text("dd"),
        kind: text("handover-request"),
        from: text("cn.mps"),
        created: text("2026-11-30T05:00:00Z"),
        leaf: Some(3),
        became: text("took effect by rule ho-1"),
        receipts: vec![text("la.mps took it (L2)")],
        header: lines(&json!({"kind": "handover-request"})),
        body,
    };
    Case { head, messages: vec![said] }
}

fn shown(text: &str) -> Body {
    let body = json!({"body": {"facts": {"lang": "km", "text": text}, "person": {"lang": "lo", "full_original": "ສົມ"}}});
    Body::Shown { lines: lines(&body), salt: "5a17".to_owned(), commitment: "c0".to_owned() }
}

#[test]
fn what_somebody_wrote_is_never_markup_nor_a_line_of_ours() {
    // shows: audit-53
    let case = case(BodyUse::Court, shown(HOSTILE));
    let page = page::page(&case);
    assert!(!page.contains("<script") && !page.contains('\u{1b}') && !page.contains('\u{202e}'));
    assert!(page.contains(
        "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;[U+001B][2J[U+202E]gnp.exe[U+000D]"
    ));
    let paper = paper::paper(&case);
    assert!(!paper.contains('\u{1b}') && !paper.contains('\r'));
    assert!(!paper.lines().any(|line| line.starts_with("2.")), "{paper}");
    assert!(paper.contains("   |     2. fake of cn.mps"), "{paper}");
}

#[test]
fn a_page_runs_nothing_and_fetches_nothing() {
    // shows: audit-53
    let page = page::page(&case(BodyUse::Court, shown("x")));
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    for word in ["src=", "href=", "url(", "@import", "<script", "onload", "style="] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn languages_are_kept_and_every_field_has_its_label() {
    // shows: audit-53
    let case = case(BodyUse::Court, shown("សួស្តី"));
    let page = page::page(&case);
    assert!(page.contains("<bdi lang=\"km\">សួស្តី</bdi>"), "{page}");
    assert!(page.contains("<bdi lang=\"lo\">ສົມ</bdi>"), "{page}");
    let paper = paper::paper(&case);
    for word in [
        "facts [km]: សួស្តី",
        "full_original [lo]: ສົມ",
        "5a17",
        "c0",
        "took effect by rule ho-1",
        "(L2)",
    ] {
        assert!(paper.contains(word), "{word} in {paper}");
        let in_page = word.replace(" [km]: សួស្តី", "").replace(" [lo]: ສົມ", "");
        assert!(page.contains(&in_page), "{in_page}");
    }
}

#[test]
fn it_says_what_it_may_be_used_for_and_what_is_not_shown() {
    // shows: audit-51
    let work = case(BodyUse::Work, Body::Erased(7));
    let court = case(BodyUse::Court, Body::Sealed);
    for text in [page::page(&work), paper::paper(&work)] {
        assert!(
            text.contains("INTELLIGENCE, NOT EVIDENCE")
                && text.contains("was erased; leaf 7 says so")
        );
    }
    for text in [page::page(&court), paper::paper(&court)] {
        assert!(text.contains("FOR USE IN COURT") && text.contains("stays sealed"));
        assert!(!text.contains("INTELLIGENCE"));
    }
}

#[test]
fn no_line_of_a_text_is_so_long_that_a_terminal_breaks_it_before_its_bar() {
    // shows: audit-53
    let blanks = format!("{}2. fake of cn.mps", " ".repeat(200));
    for long in ["x".repeat(500), "word ".repeat(100), "\u{4eba}".repeat(300), blanks] {
        let paper = paper::paper(&case(BodyUse::Court, shown(&long)));
        let (_, said) = paper.split_once("   said\n").unwrap();
        let barred: Vec<&str> = said.lines().take_while(|line| line.contains('|')).collect();
        assert!(barred.len() > 5, "{paper}");
        for line in &barred {
            let wide = line.chars().filter(|one| !one.is_ascii()).count();
            assert!(line.starts_with("   | ") && line.chars().count() + wide < 80, "{line}");
        }
        let whole: String = barred.iter().map(|line| &line[5..]).collect();
        let joined = |text: &str| text.replace(' ', "");
        assert!(joined(&whole).contains(&joined(&long)), "nothing is lost");
    }
    // A label is what somebody wrote as well.
    let body = lines(&json!({"a\n2. fake": "x"}));
    assert!(barred(&body).lines().all(|line| line.starts_with("   | ")));
}

#[test]
fn joiners_of_local_scripts_stay_and_what_nobody_sees_is_shown() {
    // shows: audit-53
    assert_eq!(visible("a\u{200b}b\u{200d}c\tz\n"), "a\u{200b}b\u{200d}c\tz\n");
    for hidden in [
        '\u{ad}', '\u{34f}', '\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{180e}', '\u{2800}',
    ] {
        assert_eq!(visible(&hidden.to_string()), format!("[U+{:04X}]", u32::from(hidden)));
    }
    for hidden in ['\u{0}', '\u{7f}', '\u{9b}', '\u{2028}', '\u{2066}', '\u{feff}', '\u{e0041}'] {
        assert_eq!(visible(&hidden.to_string()), format!("[U+{:04X}]", u32::from(hidden)));
    }
    assert_eq!(escaped("a<b"), "a&lt;b");
}
