//! The readable rendering as one page: no script, nothing from elsewhere, every text escaped, fit to be printed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use concord_protocol::crypto::digest;

use crate::cli::procedure::export::case::Body;
use crate::cli::procedure::export::case::Case;
use crate::cli::procedure::export::case::Head;
use crate::cli::procedure::export::case::Said;
use crate::cli::procedure::export::paper;
use crate::cli::words::Line;
use crate::cli::words::escaped;

/// Deeper than this, a form is not indented any further.
const DEPTH_MAX: usize = 7;

const STYLE: &str = "body{font:1rem/1.5 serif;max-width:48rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem}h2{font-size:1.15rem;border-top:1px solid;padding-top:.75rem}h3{font-size:1rem}\
.mark{border:3px solid;padding:.5rem 1rem;font-weight:bold}\
table{border-collapse:collapse;width:100%}th{text-align:left;vertical-align:top;font-weight:normal;width:34%}\
td{vertical-align:top;overflow-wrap:anywhere;white-space:pre-wrap}th,td{padding:.1rem .5rem .1rem 0}\
code{font-family:monospace;overflow-wrap:anywhere}\
.d1{padding-left:1rem}.d2{padding-left:2rem}.d3{padding-left:3rem}.d4{padding-left:4rem}\
.d5{padding-left:5rem}.d6{padding-left:6rem}.d7{padding-left:7rem}\
@media print{body{max-width:none;margin:0}tr,h2,h3{break-inside:avoid}}";

/// The whole page.
// spec: audit-53
pub(super) fn page(case: &Case) -> String {
    let style = STANDARD.encode(digest::sha256(STYLE.as_bytes()).as_bytes());
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'\">\n\
        <meta name=\"referrer\" content=\"no-referrer\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <title>{} {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n",
        escaped(&case.head.kind),
        escaped(&case.head.procedure)
    );
    head(&mut out, &case.head);
    for (said, number) in case.messages.iter().zip(1_u64..) {
        message(&mut out, said, number);
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn head(out: &mut String, head: &Head) {
    put(out, format_args!("<h1>{} {}</h1>", escaped(&head.kind), escaped(&head.procedure)));
    put(out, format_args!("<p class=\"mark\">{}</p>\n<p>{}</p>", head.warning(), head.meaning()));
    out.push_str("<table>\n");
    row(out, "stage", &head.stage);
    row(out, "participants", &head.participants.join(", "));
    row(out, "from the log", &format!("{} of {}", head.origin, head.agency));
    row(out, "made at", &format!("{}, by the clock of that node", head.made_at));
    row(out, "bodies", &format!("{} shown, {} sealed or erased", head.shown, head.withheld));
    row(out, "witnessed", &format!("the first {} of {} leaves", head.witnessed, head.size));
    out.push_str("</table>\n<h2>How to verify it</h2>\n<ol>\n");
    for line in paper::how() {
        put(out, format_args!("<li>{}</li>", escaped(line)));
    }
    out.push_str("</ol>\n<table>\n");
    code(out, "digest of the file", &head.bundle);
    code(out, "root of the log", &head.root);
    code(out, &format!("charter in force, {}", head.charter), &head.charter_digest);
    out.push_str("</table>\n");
}

fn message(out: &mut String, said: &Said, number: u64) {
    let (kind, from) = (escaped(&said.kind), escaped(&said.from));
    put(out, format_args!("<section>\n<h2>{number}. {kind} of {from}</h2>\n<table>"));
    row(out, "created", &said.created);
    code(out, "id", &said.id);
    code(out, "digest", &said.digest);
    if let Some(leaf) = said.leaf {
        row(out, "leaf", &leaf.to_string());
    }
    row(out, "became", &said.became);
    said.receipts.iter().for_each(|receipt| row(out, "receipt", receipt));
    out.push_str("</table>\n");
    form(out, "Signed", &said.header);
    match &said.body {
        Body::Shown { lines, salt, commitment } => {
            form(out, "Said", lines);
            out.push_str("<table>\n");
            code(out, "salt", salt);
            code(out, "commitment", commitment);
            out.push_str("</table>\n");
        }
        Body::Sealed => out.push_str("<p>The body stays sealed.</p>\n"),
        Body::Erased(leaf) => {
            put(out, format_args!("<p>The body was erased; leaf {leaf} says so.</p>"));
        }
        Body::Elsewhere => out.push_str("<p>The file does not show this message.</p>\n"),
    }
    out.push_str("</section>\n");
}

fn form(out: &mut String, title: &str, lines: &[Line]) {
    if lines.is_empty() {
        return;
    }
    put(out, format_args!("<h3>{title}</h3>\n<table>"));
    for line in lines {
        let depth = line.depth.min(DEPTH_MAX);
        let label = escaped(&line.label);
        let lang = line.lang.as_ref().map(|lang| format!(" lang=\"{}\"", escaped(lang)));
        let text = line
            .text
            .as_ref()
            .map(|text| format!("<bdi{}>{}</bdi>", lang.unwrap_or_default(), escaped(text)));
        let text = text.unwrap_or_default();
        put(
            out,
            format_args!(
                "<tr><th scope=\"row\" class=\"d{depth}\">{label}</th><td>{text}</td></tr>"
            ),
        );
    }
    out.push_str("</table>\n");
}

fn row(out: &mut String, label: &str, text: &str) {
    let (label, text) = (escaped(label), escaped(text));
    put(out, format_args!("<tr><th scope=\"row\">{label}</th><td>{text}</td></tr>"));
}

fn code(out: &mut String, label: &str, text: &str) {
    let (label, text) = (escaped(label), escaped(text));
    put(out, format_args!("<tr><th scope=\"row\">{label}</th><td><code>{text}</code></td></tr>"));
}

fn put(out: &mut String, line: core::fmt::Arguments<'_>) {
    out.push_str(&line.to_string());
    out.push('\n');
}
