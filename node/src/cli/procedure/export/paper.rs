//! The readable rendering as plain text: what somebody else wrote stands behind a bar, so that it is never taken for ours.

use crate::cli::procedure::export::case::Body;
use crate::cli::procedure::export::case::Case;
use crate::cli::procedure::export::case::Head;
use crate::cli::procedure::export::case::Said;
use crate::cli::words::Line;
use crate::cli::words::visible;

/// The whole text.
pub(super) fn paper(case: &Case) -> String {
    let mut out = head(&case.head);
    for (said, number) in case.messages.iter().zip(1_u64..) {
        message(&mut out, said, number);
    }
    out
}

fn head(head: &Head) -> String {
    let facts = [
        ("procedure", head.procedure.clone()),
        ("kind", head.kind.clone()),
        ("stage", head.stage.clone()),
        ("participants", head.participants.join(", ")),
        ("from the log", format!("{} of {}", head.origin, head.agency)),
        ("made at", format!("{}, by the clock of that node", head.made_at)),
        ("bodies", format!("{} shown, {} sealed or erased", head.shown, head.withheld)),
        ("witnessed", format!("the first {} of {} leaves", head.witnessed, head.size)),
    ];
    let digests = [
        ("this file", &head.bundle),
        ("root of the log", &head.root),
        ("charter in force", &head.charter_digest),
    ];
    let mut out = format!("{}\n{}\n\n", head.warning(), head.meaning());
    for (label, value) in facts {
        put(&mut out, format_args!("{label:<18}{}", visible(&value)));
    }
    out.push_str("\nHow to verify it\n");
    for line in how() {
        put(&mut out, format_args!("  {line}"));
    }
    for (label, digest) in digests {
        put(&mut out, format_args!("  {label:<18}{digest}"));
    }
    out
}

/// How a reader finds out that this is true, for both renderings.
pub(super) const fn how() -> [&'static str; 5] {
    [
        "This text proves nothing by itself. The file beside it, of the same name without the last ending, does:",
        "concord audit verify FILE --genesis DIGEST",
        "where DIGEST is the digest of the founding charter, which the court has from a member and not from here. It must say `every byte accounted for, anchored`, and with `--json` the digest of the file that stands below.",
        "Each body stands in that file with its salt; SHA-256, as chapter 3 of the specification says it, ties both to the header that its author signed.",
        "What became of a message is what the node of this agency computed from the messages by the rules of chapter 22; it is not proven by the file, and whoever has all bodies can compute it again.",
    ]
}

fn message(out: &mut String, said: &Said, number: u64) {
    out.push('\n');
    put(
        out,
        format_args!(
            "{number}. {} of {}, {}",
            visible(&said.kind),
            visible(&said.from),
            said.created
        ),
    );
    put(out, format_args!("   id       {}", visible(&said.id)));
    put(out, format_args!("   digest   {}", visible(&said.digest)));
    if let Some(leaf) = said.leaf {
        put(out, format_args!("   leaf     {leaf}"));
    }
    put(out, format_args!("   became   {}", visible(&said.became)));
    for receipt in &said.receipts {
        put(out, format_args!("   receipt  {}", visible(receipt)));
    }
    out.push_str("   signed\n");
    form(out, &said.header);
    match &said.body {
        Body::Shown { lines, salt, commitment } => {
            out.push_str("   said\n");
            form(out, lines);
            put(out, format_args!("   salt        {salt}"));
            put(out, format_args!("   commitment  {commitment}"));
        }
        Body::Sealed => out.push_str("   The body stays sealed.\n"),
        Body::Erased(leaf) => {
            put(out, format_args!("   The body was erased; leaf {leaf} says so."))
        }
        Body::Elsewhere => out.push_str("   The file does not show this message.\n"),
    }
}

fn form(out: &mut String, lines: &[Line]) {
    for line in lines {
        let indent = "  ".repeat(line.depth);
        let lang = line.lang.as_ref().map(|lang| format!(" [{}]", visible(lang)));
        let label = format!("{indent}{}{}", visible(&line.label), lang.unwrap_or_default());
        let Some(text) = &line.text else {
            put(out, format_args!("   | {label}:"));
            continue;
        };
        let shown = visible(text);
        let mut rows = shown.split('\n');
        put(out, format_args!("   | {label}: {}", rows.next().unwrap_or_default()));
        for row in rows {
            put(out, format_args!("   | {indent}  {row}"));
        }
    }
}

fn put(out: &mut String, line: core::fmt::Arguments<'_>) {
    out.push_str(&line.to_string());
    out.push('\n');
}
