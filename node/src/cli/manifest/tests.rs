//! Sheets as people have them, with every trap that real files set.

use std::fs;

use proptest::prelude::any;
use proptest::prop_assert_eq;
use proptest::proptest;
use rust_xlsxwriter::ExcelDateTime;
use rust_xlsxwriter::Format;
use rust_xlsxwriter::Formula;
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use serde_json::json;

use crate::cli::manifest::fill;
use crate::cli::manifest::neutral;
use crate::cli::manifest::plan::Plan;
use crate::cli::manifest::read;
use crate::cli::manifest::read::SheetError;
use crate::cli::manifest::rows;
use crate::cli::manifest::rows::Found;
use crate::cli::manifest::sheet::At;
use crate::cli::manifest::sheet::Cell;
use crate::cli::manifest::table;

/// A mapping as a custody officer would write it.
const MAP: &str = r#"
[columns]
"No." = "n"
"Ref" = "person_ref"
"Name" = "names_in_release_order.1.full_original"
"Born" = "birth"
"Passport" = "document.number"
"Fit" = "fitness"
"Medical" = "medical_flag"
"Sex" = "sex"

[constants]
"names_in_release_order.1.script" = "Latn"
"names_in_release_order.1.lang" = "vi"
"document.kind" = "passport"
"document.issuer" = "VN"
"nationality_status.country" = "VN"
"nationality_status.status" = "documented"
category = "suspect"
risk = "low"
minor = "no"
travels_with_officer = "no"

[values.fitness]
"OK" = "fit"

[dates]
order = "dmy"
"#;

const HEAD: &str = "No.,Ref,Name,Born,Passport,Fit,Medical,Sex\n";
const GOOD: &str = "1,MM-P-1,Nguyễn Văn A,04/05/1990,B0012345,OK,no,male\n";

fn plan(more: &str) -> Plan {
    toml::from_str(&format!("{more}\n{MAP}")).unwrap()
}

fn found(text: &str) -> Found {
    found_with(text, &plan(""))
}

fn found_with(text: &str, plan: &Plan) -> Found {
    let sheet = read::read(text.as_bytes(), None, b',').unwrap();
    rows::read(&sheet, plan)
}

/// The cell and the reason of the only fault.
fn only(found: &Found) -> (&str, &str) {
    assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
    (&found.faults[0].cell, &found.faults[0].reason)
}

fn with(row: &str) -> Found {
    found(&format!("{HEAD}{row}\n"))
}

#[test]
fn a_row_becomes_the_entry_that_it_says() {
    // shows: man-1
    let found = found(&format!("{HEAD}{GOOD}"));
    assert_eq!(found.faults, []);
    let entry = &found.entries[0];
    assert_eq!((&entry["n"], &entry["fitness"]), (&json!(1), &json!("fit")));
    assert_eq!(entry["names_in_release_order"][0]["parts"][0]["role"], "undivided");
    assert_eq!(entry["birth"]["earliest"], "1990-05-04");
    assert_eq!(found.sexes, [Some("male".to_owned())]);
}

#[test]
fn every_fault_is_named_by_its_cell() {
    // shows: man-2
    let text = format!("{HEAD}{GOOD}x,MM-P-2,Tran,31/02/1990,B1,dead,perhaps,male\n");
    let found = found(&text);
    let cells: Vec<&str> = found.faults.iter().map(|fault| fault.cell.as_str()).collect();
    assert_eq!(cells, ["A3", "D3", "G3"]);
    let found = with("1,MM-P-1,A,04/05/1990,B1,dead,no,male");
    assert_eq!(only(&found).0, "F2");
    let found = with("1,,A,04/05/1990,B1,fit,no,male");
    assert_eq!(only(&found).0, "B2", "a missing value is in its empty cell");
    let name = |column| At { row: 16, column }.to_string();
    assert_eq!(
        [name(1), name(25), name(26), name(701), name(702)],
        ["B17", "Z17", "AA17", "ZZ17", "AAA17"]
    );
}

#[test]
fn a_cell_is_named_by_its_line_after_empty_lines_and_lines_within_cells() {
    // shows: man-2
    for end in ["\n", "\r\n"] {
        let rows = [
            HEAD.trim_end(),
            "",
            GOOD.trim_end(),
            "",
            "2,MM-P-2,\"two",
            "lines\",04/05/1990,B1,fit,no,male",
            "x,MM-P-3,A,04/05/1990,B1,fit,no,male",
        ];
        let found = found(&rows.join(end));
        let mut cells: Vec<&str> = found.faults.iter().map(|fault| fault.cell.as_str()).collect();
        cells.dedup();
        assert_eq!(cells, ["C5", "A7"], "a name is one line; {:?}", found.faults);
    }
}

#[test]
fn a_reference_that_a_spreadsheet_made_a_number_of_is_refused() {
    // shows: man-3
    for rewritten in ["1.0", "1E+10", "1.23457E+11", "4.5e-3", "๑.๐"] {
        let found = with(&format!("1,MM-P-1,A,04/05/1990,{rewritten},fit,no,male"));
        assert!(only(&found).1.contains("digits of it may be gone"), "{rewritten}");
    }
    for whole in ["B0012345", "0012345", "12E5", "1-2", "E10"] {
        let found = with(&format!("1,MM-P-1,A,04/05/1990,{whole},fit,no,male"));
        assert_eq!(found.faults, [], "{whole}");
        assert_eq!(found.entries[0]["document"]["number"], whole);
    }
    assert_eq!(with("1.0,MM-P-1,A,04/05/1990,B1,fit,no,male").entries[0]["n"], 1);
}

#[test]
fn local_digits_are_read_and_stored_as_ascii() {
    // shows: man-3
    let found = with("၁,MM-P-1,A,๐๔/០៥/໑໙໙໐,B໐໑,fit,no,male");
    assert_eq!(found.faults, []);
    let entry = &found.entries[0];
    assert_eq!((&entry["n"], &entry["document"]["number"]), (&json!(1), &json!("B01")));
    assert_eq!(entry["birth"]["latest"], "1990-05-04");
    assert_eq!(entry["birth"]["as_stated"], "๐๔/០៥/໑໙໙໐", "what was written stays");
}

#[test]
fn years_of_the_buddhist_era_are_found_and_converted_where_the_mapping_says_so() {
    // shows: man-6
    let born = |text: &str, calendar: &str| {
        let plan: Plan = toml::from_str(&format!("{MAP}\ncalendar = \"{calendar}\"")).unwrap();
        let found = found_with(&format!("{HEAD}1,MM-P-1,A,{text},B1,fit,no,male\n"), &plan);
        match found.faults.first() {
            Some(fault) => Err(fault.reason.clone()),
            None => Ok(found.entries[0]["birth"].clone()),
        }
    };
    assert!(born("04/05/2533", "gregorian").unwrap_err().contains("Buddhist era"));
    assert!(born("04/05/1990", "buddhist-th").unwrap_err().contains("no year of the Buddhist era"));
    for (text, first, last) in [
        ("04/05/2533", "1990-05-04", "1990-05-04"),
        ("2533", "1990-01-01", "1990-12-31"),
        ("02/2533", "1990-02-01", "1990-02-28"),
        ("15/02/2482", "1940-02-15", "1940-02-15"),
        ("15/04/2482", "1939-04-15", "1939-04-15"),
        ("2482", "1939-04-01", "1940-03-31"),
        ("2483", "1940-04-01", "1940-12-31"),
        ("29/02/2535", "1992-02-29", "1992-02-29"),
    ] {
        let birth = born(text, "buddhist-th").unwrap();
        assert_eq!((&birth["earliest"], &birth["latest"]), (&json!(first), &json!(last)), "{text}");
        assert_eq!(
            (&birth["calendar"], &birth["as_stated"]),
            (&json!("buddhist-th"), &json!(text))
        );
    }
    for never in ["15/02/2483", "29/02/2534", "01/13/2533"] {
        assert!(born(never, "buddhist-th").is_err(), "{never}");
    }
    assert_eq!(born("12 ก.พ. 2541", "buddhist-th").unwrap()["earliest"], "1998-02-12");
    assert_eq!(born("1998年正月十六", "chinese-lunar").unwrap()["latest"], "1998-02-13");
    for unclear in ["4/5/90", "in May 1990", "1990-00-04"] {
        assert!(born(unclear, "gregorian").is_err(), "{unclear}");
    }
}

#[test]
fn burmese_in_zawgyi_is_converted_told_and_kept_as_it_came() {
    // shows: man-6, nam-4
    let found = with("1,MM-P-1,ေမာင္ေမာင္,04/05/1990,B1,fit,no,male");
    assert_eq!(found.faults, []);
    let name = &found.entries[0]["names_in_release_order"][0];
    assert_eq!(name["full_original"], "မောင်မောင်");
    assert_eq!(name["parts"][0]["text"], "မောင်မောင်");
    let bytes: String = "ေမာင္ေမာင္".bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(name["original_writing"]["utf8"], bytes);
    assert!(
        found.notes.iter().any(|note| note.starts_with("C2: Burmese in Zawgyi")),
        "{:?}",
        found.notes
    );
}

#[test]
fn letters_and_marks_that_are_apart_are_composed_and_told() {
    // shows: nam-2
    let found = with("1,MM-P-1,Nguye\u{302}\u{303}n A,04/05/1990,B1,fit,no,male");
    assert_eq!(found.faults, []);
    assert_eq!(found.entries[0]["names_in_release_order"][0]["full_original"], "Nguyễn A");
    assert!(found.notes.iter().any(|note| note.starts_with("C2: ")), "{:?}", found.notes);
}

#[test]
fn rows_that_may_be_one_person_are_shown_with_the_reasons_and_both_stay() {
    // shows: nam-27
    let text = format!(
        "{HEAD}{GOOD}2,MM-P-2,NGUYEN VAN A,04/05/1990,B9,OK,no,male\n\n3,MM-P-3,Tran Thi B,01/02/1980,B3,OK,no,male\n"
    );
    let found = found(&text);
    assert_eq!((found.faults.len(), found.entries.len()), (0, 3));
    assert_eq!(found.rows, [2, 3, 5]);
    let preview = super::preview_of(&found);
    assert!(
        preview.text.contains(
            "alike: rows 2 and 3 may be one person (likely): the same letters, marks left out"
        ),
        "{}",
        preview.text
    );
    assert_eq!(preview.json["alike"].as_array().unwrap().len(), 1);
    assert_eq!(preview.json["alike"][0]["rows"], json!([2, 3]));
    assert_eq!(preview.json["entries"].as_array().unwrap().len(), 3, "nothing is joined");
}

#[test]
fn a_file_in_another_encoding_is_refused_and_marks_are_taken_away() {
    // shows: man-6
    let text = format!("{HEAD}{GOOD}");
    let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        [mark.to_vec(), text.encode_utf16().flat_map(bytes).collect()].concat()
    };
    let files = [
        [b"\xef\xbb\xbf".to_vec(), text.clone().into_bytes()].concat(),
        utf16([0xff, 0xfe], u16::to_le_bytes),
        utf16([0xfe, 0xff], u16::to_be_bytes),
    ];
    for file in files {
        let found = rows::read(&read::read(&file, None, b',').unwrap(), &plan(""));
        assert_eq!((found.faults.len(), found.entries.len()), (0, 1));
    }
    let thai = b"No.,Name\n1,\xb9\xd2\xc2\n";
    assert_eq!(read::read(thai, None, b',').unwrap_err(), SheetError::Encoding { at: 11 });
    let unmarked: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(matches!(read::read(&unmarked, None, b','), Err(SheetError::Encoding { .. })));
    assert!(matches!(
        read::read(b"PK\x03\x04nothing", None, b','),
        Err(SheetError::Workbook { .. })
    ));
}

#[test]
fn nothing_of_a_sheet_acts_on_the_terminal_of_whoever_looks_at_it() {
    // shows: man-2
    let text = format!(
        "{HEAD}1,\"MM\u{1b}[2J\",\"A\u{202e}B\nn: fake\",04/05/1990,B1,\"\u{9b}2J\nI9: fake\",no,male\n"
    );
    let found = found(&text);
    let mut with_note = found.clone();
    with_note.notes.push("\u{1b}[2J\nnote".to_owned());
    let shown = super::preview_of(&with_note).text;
    assert!(!found.faults.is_empty());
    for acts in ['\u{1b}', '\u{9b}', '\u{202e}'] {
        assert!(!shown.contains(acts), "{shown}");
    }
    assert!(
        shown.contains("[U+001B][2J") && shown.contains("A[U+202E]B[U+000A]n: fake"),
        "{shown}"
    );
    assert!(!shown.lines().any(|line| line.starts_with("I9")), "{shown}");
}

#[test]
fn headers_that_are_missing_twice_or_unknown_are_named() {
    // shows: man-2
    let without = found("No.,Ref\n1,MM-P-1\n");
    assert!(without.faults.iter().any(|fault| fault.reason.contains("\"Name\"")));
    let twice = found(&format!("{},n\n", HEAD.trim_end()));
    assert_eq!(only(&twice).0, "I1");
    let nothing = found("a;b;c\n1;2;3\n");
    assert!(nothing.faults.iter().any(|fault| fault.cell == "sheet"));
    let wrong: Plan = toml::from_str("[columns]\nA = \"secret\"").unwrap();
    assert!(only(&found_with("A,n\n", &wrong)).1.contains("does not have"));
}

#[test]
fn empty_rows_are_left_out_and_more_people_than_a_manifest_has_are_refused() {
    // shows: man-2
    let row = |n: usize| format!("{n},MM-P-{n},A,04/05/1990,B{n},fit,no,male\n");
    let sparse = format!("{HEAD}{}, ,,,,,,\n\n{}", row(1), row(2));
    let found_some = found(&sparse);
    assert_eq!((found_some.entries.len(), found_some.faults.len()), (2, 0));
    let full: String = (1..=500).map(row).collect();
    assert_eq!(found(&format!("{HEAD}{full}")).faults, []);
    let more = found(&format!("{HEAD}{full}{}", row(501)));
    assert_eq!(only(&more).0, "row 502");
}

#[test]
fn a_workbook_with_its_traps_is_read_as_people_see_it() {
    // shows: man-1, man-3, man-6
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("people").unwrap();
    for (column, header) in (0..).zip(HEAD.trim_end().split(',')) {
        sheet.write_string(0, column, header).unwrap();
    }
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let day = ExcelDateTime::from_ymd(1990, 5, 4).unwrap();
    let base = |sheet: &mut rust_xlsxwriter::Worksheet, row: u32| {
        sheet.write_number(row, 0, f64::from(row)).unwrap();
        sheet.write_string(row, 1, format!("MM-P-{row}")).unwrap();
        sheet.write_string(row, 2, "Nguyễn").unwrap();
        sheet.write_datetime_with_format(row, 3, &day, &date).unwrap();
        sheet.write_string(row, 4, "B0012345").unwrap();
        sheet.write_string(row, 5, "OK").unwrap();
        sheet.write_boolean(row, 6, false).unwrap();
        sheet.write_string(row, 7, "female").unwrap();
    };
    (1..=6).for_each(|row| base(sheet, row));
    sheet.write_number(2, 4, 12_345_678.0).unwrap();
    sheet.write_number(3, 4, 1.5e17).unwrap();
    sheet.write_formula(4, 4, Formula::new("=CONCAT(\"B\",1)").set_result("B1")).unwrap();
    sheet.merge_range(6, 2, 6, 4, "merged", &Format::new()).unwrap();
    let bytes = book.save_to_buffer().unwrap();

    let mut read_sheet = read::read(&bytes, Some("people"), b',').unwrap();
    // The crate that writes the workbook stores a result with every formula; other programs do not.
    read_sheet.rows[5][4] = Cell::Uncomputed;
    let found = rows::read(&read_sheet, &plan(""));
    let faults: Vec<(&str, bool)> = found
        .faults
        .iter()
        .map(|fault| (fault.cell.as_str(), fault.reason.contains("merged")))
        .collect();
    assert_eq!(faults, [("E4", false), ("E6", false), ("C7", true), ("D7", true), ("E7", true)]);
    assert!(found.faults[0].reason.contains("all its digits"));
    assert!(found.faults[1].reason.contains("not in the file"));
    assert_eq!(found.entries[0]["birth"]["earliest"], "1990-05-04");
    assert_eq!(found.entries[1]["document"]["number"], "12345678");
    assert_eq!(found.entries[3]["document"]["number"], "B1");
    assert!(found.notes.iter().any(|note| note.starts_with("E5")), "{:?}", found.notes);
    assert!(matches!(read::read(&bytes, Some("others"), b','), Err(SheetError::NoSheet { .. })));
}

#[test]
fn a_workbook_of_two_far_corners_is_refused_before_it_has_a_size() {
    // shows: man-2
    for (row, column) in [(1_048_575, 16_383), (10_000, 0), (0, 256)] {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "n").unwrap();
        sheet.write_string(row, column, "x").unwrap();
        let bytes = book.save_to_buffer().unwrap();
        assert_eq!(read::read(&bytes, None, b',').unwrap_err(), SheetError::TooLarge);
    }
}

#[test]
fn a_workbook_that_unpacks_to_much_more_or_repeats_a_long_text_is_refused() {
    // shows: man-2
    let long = "x".repeat(30_000);
    let workbook = |cells: u32, own: bool| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for n in 0..cells {
            let text = if own { format!("{n}{long}") } else { long.clone() };
            sheet.write_string(n, 0, text).unwrap();
        }
        book.save_to_buffer().unwrap()
    };
    for large in [workbook(2_400, true), workbook(1_200, false)] {
        assert!(large.len() < 4 * 1024 * 1024, "it is small as a file");
        assert_eq!(read::read(&large, None, b',').unwrap_err(), SheetError::TooLarge);
    }
    assert!(read::read(&workbook(100, false), None, b',').is_ok());
}

#[test]
fn the_message_that_is_made_is_one_that_a_node_takes() {
    // shows: man-1
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/examples/batch-manifest.json");
    let mut message: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    message["body"]["stage"] = json!("proposal");
    let rows: String =
        (1..=3).map(|n| format!("{n},MM-P-{n},A,04/05/1990,B{n},fit,no,\n")).collect();
    let mut found = found(&format!("{HEAD}{rows}"));
    found.sexes[0] = Some("female".to_owned());
    fill(&mut message, &found, &"5a".repeat(32)).unwrap();
    assert_eq!(
        message["body"]["counts"]["by_sex"],
        json!({"female": 1, "male": 0, "other": 0, "unknown": 2})
    );
    super::checked(message.to_string().as_bytes()).unwrap();
    message["body"]["entries"][0]["risk"] = json!("high");
    assert!(
        super::checked(message.to_string().as_bytes()).is_err(),
        "the root is of these entries"
    );
}

fn again(entries: &[Value]) -> Found {
    let bytes = table::csv(entries).unwrap();
    rows::read(&read::read(&bytes, None, b',').unwrap(), &Plan::default())
}

#[test]
fn the_example_comes_back_as_it_was_exported() {
    // shows: man-5
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/examples/batch-manifest.json");
    let message: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let entries = message["body"]["entries"].as_array().unwrap();
    let found = again(entries);
    assert_eq!(found.faults, []);
    assert_eq!(&found.entries, entries);
}

#[test]
fn no_exported_text_acts_as_a_formula() {
    // shows: man-5
    for text in ["=1+1", "+66", "-1", "@SUM(A1)", "'=1", "\u{ff1d}1", "''@x"] {
        let cell = neutral::neutralised(text);
        assert!(cell.starts_with('\''), "{cell}");
        assert_eq!(neutral::restored(&cell), text);
    }
    for (text, cell) in [
        ("a;=1+1;b", "a;'=1+1;b"),
        ("a\t@x", "a\t'@x"),
        ("a|-1|+1", "a|'-1|'+1"),
        ("a\n=1", "a\n'=1"),
        ("a;'=1", "a;''=1"),
        ("a;\"\"=1", "a;'\"\"=1"),
        ("=a;=b", "'=a;'=b"),
        ("\t=1", "'\t'=1"),
    ] {
        assert_eq!(neutral::neutralised(text), cell, "whatever it takes for the end of a cell");
        assert_eq!(neutral::restored(cell), text);
    }
    for text in ["A", "'t Hooft", "1=1", "a; b", "a\n\nb", "a|'b", ""] {
        assert_eq!(neutral::neutralised(text), text);
        assert_eq!(neutral::restored(text), text);
    }
}

proptest! {
    #[test]
    fn what_is_exported_is_imported_as_it_was(
        names in proptest::collection::vec("[=+@'A-Za-z,;|\"ກ-ຮက-အ一-丐-]{1,12}", 1..6),
        flags in any::<[bool; 2]>(),
    ) {
        // shows: man-5
        let entry = |(n, name): (usize, &String)| json!({
            "n": n,
            "person_ref": format!("MM-P-{n}"),
            "names_in_release_order": [{
                "full_original": name, "script": "Zyyy", "lang": "und", "kind": "alias",
                "parts": [{"text": name, "role": "family"}, {"text": "x", "role": "given"}],
            }],
            "nationality_status": {"country": "VN", "status": "documented"},
            "category": "suspect", "fitness": "fit", "risk": "low", "minor": "no",
            "separation_codes": ["A", "B"],
            "medical_flag": flags[0], "travels_with_officer": flags[1],
        });
        let entries: Vec<Value> = (1..).zip(&names).map(entry).collect();
        let found = again(&entries);
        prop_assert_eq!(&found.entries, &entries, "{:?}", found.faults);
    }
}
