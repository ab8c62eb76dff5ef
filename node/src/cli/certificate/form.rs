//! The certificate on paper: what is certified, the digest to read out, and room for two signatures in ink.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::message::handover::certificate::HandoverOutcome;
use concord_protocol::message::handover::offline::CertificateSide;
use serde_json::Value;

use crate::cli::certificate::file::Certificate;

/// The digest in groups of four, eight a line, so that two people can read it to each other.
// spec: cer-3
pub(super) fn grouped(digest: &Digest) -> String {
    let text = digest.to_string();
    let groups: Vec<&str> =
        (0..text.len()).step_by(4).filter_map(|at| text.get(at..at.saturating_add(4))).collect();
    let lines: Vec<String> = groups.chunks(8).map(|line| line.join(" ")).collect();
    lines.join("\n")
}

/// A text of the message, as it will be sent.
fn said<'c>(certificate: &'c Certificate, pointer: &str) -> &'c str {
    certificate.message.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// What is certified, in a few lines.
pub(super) fn summary(certificate: &Certificate) -> String {
    let body = &certificate.body;
    let mut out = String::new();
    put(&mut out, format_args!("procedure    {}", certificate.procedure));
    let last = if body.last_leg { ", the last one" } else { "" };
    put(&mut out, format_args!("leg          {}{last}", body.leg.get()));
    put(
        &mut out,
        format_args!(
            "place        {}, {}",
            body.place.name.as_str(),
            said(certificate, "/body/place/country")
        ),
    );
    put(&mut out, format_args!("at           {}", said(certificate, "/body/at")));
    if let Some(root) = &body.manifest_root {
        put(&mut out, format_args!("manifest     {root}"));
    }
    put(
        &mut out,
        format_args!(
            "handed over  {} of {}",
            body.count_transferred,
            body.results.as_slice().len()
        ),
    );
    for side in [CertificateSide::Releasing, CertificateSide::Receiving] {
        let text = side.text();
        match certificate.of_side(side) {
            None => put(&mut out, format_args!("{text:<13}NOT SIGNED")),
            Some(signed) => {
                let how =
                    signed.key_text().map_or("in ink".to_owned(), |key| format!("by key {key}"));
                put(&mut out, format_args!("{text:<13}{} signed {how}", signed.officer));
            }
        }
    }
    out.push_str("\ndigest, to be compared group by group\n");
    for line in grouped(&certificate.digest).lines() {
        put(&mut out, format_args!("    {line}"));
    }
    out
}

/// The whole form.
pub(super) fn form(certificate: &Certificate) -> String {
    let mut out = String::from("CERTIFICATE OF HANDOVER\n\n");
    out.push_str(&summary(certificate));
    out.push_str("\nentry  what became of the person\n");
    for result in certificate.body.results.iter() {
        let checked = if result.outcome == HandoverOutcome::Transferred {
            ", identity confirmed"
        } else {
            ""
        };
        let injured = if result.injuries_noted == Some(true) { ", injuries noted" } else { "" };
        put(&mut out, format_args!("{:>5}  {}{checked}{injured}", result.n.get(), result.outcome));
    }
    out.push_str(
        "\nWe compared the digest above group by group, and found the people as it says.\n\
        We know of no later message that stands against this handover.\n",
    );
    for side in ["Releasing officer", "Receiving officer"] {
        put(&mut out, format_args!("\n{side}"));
        out.push_str(
            "  staff number ____________________   date and time ____________________\n\n",
        );
        out.push_str("  signature    ________________________________________________________\n");
    }
    out
}

fn put(out: &mut String, line: core::fmt::Arguments<'_>) {
    out.push_str(&line.to_string());
    out.push('\n');
}
