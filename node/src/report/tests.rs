//! Reports and the registry of their codes.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::registry::CloseCode;
use concord_protocol::registry::FileCode;
use concord_protocol::registry::RefusalCode;

use crate::report;
use crate::report::Exit;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

#[test]
fn a_report_is_printed_as_a_code_and_three_sentences() {
    let report = Report::new(
        Code::NodeUnreachable,
        "the message was not sent",
        "nothing answers at 127.0.0.1:1",
    );

    let printed = report.to_string();

    assert_eq!(
        printed,
        "error[node-unreachable]: the message was not sent\n  why: nothing answers at 127.0.0.1:1\n  try: start the \
         node with `concord run --dir NODE_DIR`, or check the address"
    );
}

#[test]
fn a_report_lists_every_field_at_fault() {
    let field = |pointer: &str| FieldReport {
        pointer: pointer.to_owned(),
        code: "missing".to_owned(),
        reason: "is demanded".to_owned(),
    };
    let report =
        Report::new(Code::BadSubmission, "the message was not taken", "2 fields are wrong")
            .with_fields(vec![field(""), field("/body/facts")]);

    let printed = report.to_string();

    assert!(printed.contains(
        "\n    (document) [missing] is demanded\n    /body/facts [missing] is demanded\n"
    ));
}

#[test]
fn the_chain_of_causes_is_told_once_in_one_line() {
    #[derive(Debug, thiserror::Error)]
    #[error("read the key file a.key")]
    struct ReadKey(#[source] io::Error);

    let told = report::chain(&ReadKey(io::Error::other("no such file")));

    assert_eq!(told, "read the key file a.key: no such file");
}

#[test]
fn every_code_has_a_meaning_a_remedy_and_a_text_of_its_own() {
    // shows: reg-4
    let mut texts = BTreeSet::new();
    for code in Code::ALL {
        assert!(texts.insert(code.text()), "{code} stands twice");
        assert!(
            code.text().chars().all(|c| c.is_ascii_lowercase() || c == '-'),
            "{code} is not kebab-case"
        );
        assert!(code.meaning().ends_with('.'), "{code} does not say what it means");
        assert!(code.remedy().len() > 10, "{code} has no remedy");
        assert!((400..600).contains(&code.status()), "{code} has no status of an error");
        assert_eq!(Code::parse(code.text()), Some(*code));
    }
}

#[test]
fn the_numbers_of_the_endings_do_not_change() {
    // shows: reg-5
    let numbers: Vec<u8> = Exit::ALL.iter().map(|exit| exit.number()).collect();

    assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
}

#[test]
fn the_registry_in_the_specification_shows_the_codes_of_the_software() {
    // shows: reg-4
    let written = fs::read_to_string(specification()).unwrap();

    let renewed = replaced(&replaced(&written, "endings", &endings()), "report codes", &reports());

    if std::env::var_os("CONCORD_BLESS").is_some() {
        fs::write(specification(), &renewed).unwrap();
        return;
    }
    assert!(
        written == renewed,
        "spec/07-registry.md differs from the code; CONCORD_BLESS=1 renews it"
    );
}

#[test]
fn the_registry_in_the_specification_lists_the_codes_of_the_wire_in_their_order() {
    // shows: reg-2
    // shows: reg-3
    let written = fs::read_to_string(specification()).unwrap();

    let refusals: Vec<&str> = RefusalCode::ALL.iter().map(|code| code.text()).collect();
    let closes: Vec<&str> = CloseCode::ALL.iter().map(|code| code.text()).collect();

    assert_eq!(first_column(&written, "refusal codes"), refusals);
    assert_eq!(first_column(&written, "close codes"), closes);
    // shows: fil-31
    let files: Vec<&str> = FileCode::ALL.iter().map(|code| code.text()).collect();
    let chapter = fs::read_to_string(specification().with_file_name("27-files.md")).unwrap();
    assert_eq!(first_column(&chapter, "file codes"), files);
}

#[test]
fn a_code_of_the_wire_is_registered_once() {
    // shows: reg-1
    let refusals: BTreeSet<&str> = RefusalCode::ALL.iter().map(|code| code.text()).collect();
    let closes: BTreeSet<&str> = CloseCode::ALL.iter().map(|code| code.text()).collect();

    assert_eq!((refusals.len(), closes.len()), (RefusalCode::ALL.len(), CloseCode::ALL.len()));
}

fn specification() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/07-registry.md")
}

fn endings() -> String {
    let mut table = "| exit code | meaning |\n|---|---|\n".to_owned();
    for exit in Exit::ALL {
        writeln!(table, "| {} | {} |", exit.number(), exit.text()).unwrap();
    }
    table
}

fn reports() -> String {
    let mut table =
        "| code | status | exit | blame | meaning | remedy |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for code in Code::ALL {
        let (status, exit, blame) = (code.status(), code.exit().number(), code.blame().text());
        let status = if code.exit() == Exit::Refused && *code != Code::RefusedByNode {
            status.to_string()
        } else {
            "–".to_owned()
        };
        writeln!(
            table,
            "| `{code}` | {status} | {exit} | {blame} | {} | {} |",
            code.meaning(),
            code.remedy()
        )
        .unwrap();
    }
    table
}

/// The text with the table between the markers of `name` renewed.
fn replaced(text: &str, name: &str, table: &str) -> String {
    let (before, inside, after) = marked(text, name);
    assert!(!inside.is_empty(), "the table of {name} is missing");
    format!("{before}{table}{after}")
}

fn marked<'a>(text: &'a str, name: &str) -> (&'a str, &'a str, &'a str) {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let start = text.find(&open).unwrap() + open.len();
    let end = text.find(&close).unwrap();
    (&text[..start], &text[start..end], &text[end..])
}

fn first_column<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let (_, table, _) = marked(text, name);
    table
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split('`').next())
        .collect()
}
