//! The readable rendering as plain text: what somebody else wrote stands behind a bar, so that it is never taken for ours.

use crate::cli::procedure::export::case::Body;
use crate::cli::procedure::export::case::Case;
use crate::cli::procedure::export::case::Head;
use crate::cli::procedure::export::case::Said;
use crate::cli::words::barred;
use crate::cli::words::in_one_line;

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
        put(&mut out, format_args!("{label:<18}{}", in_one_line(&value)));
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
            in_one_line(&said.kind),
            in_one_line(&said.from),
            said.created
        ),
    );
    put(out, format_args!("   id       {}", in_one_line(&said.id)));
    put(out, format_args!("   digest   {}", in_one_line(&said.digest)));
    if let Some(leaf) = said.leaf {
        put(out, format_args!("   leaf     {leaf}"));
    }
    put(out, format_args!("   became   {}", in_one_line(&said.became)));
    for receipt in &said.receipts {
        put(out, format_args!("   receipt  {}", in_one_line(receipt)));
    }
    out.push_str("   signed\n");
    out.push_str(&barred(&said.header));
    match &said.body {
        Body::Shown { lines, salt, commitment } => {
            out.push_str("   said\n");
            out.push_str(&barred(lines));
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

fn put(out: &mut String, line: core::fmt::Arguments<'_>) {
    out.push_str(&line.to_string());
    out.push('\n');
}
