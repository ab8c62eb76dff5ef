//! Charter and credentials: whether they hold, for how long, and whether the running node has the same.

use std::collections::BTreeMap;

use concord_protocol::identity::charter::clause::Clause;
use concord_protocol::identity::credential::VerifiedCredential;
use concord_protocol::moment::Timestamp;

use crate::api::shape::node::UnreadyReason;
use crate::cli::charter;
use crate::cli::doctor::Patient;
use crate::cli::doctor::finding::Finding;
use crate::cli::node;
use crate::cli::own;
use crate::clock;
use crate::keystore::passphrase::Source;
use crate::keystore::token::TokenError;
use crate::report;
use crate::report::code::Code;
use crate::settings::enrolment;
use crate::settings::enrolment::Enrolment;
use crate::settings::enrolment::EnrolmentError;

/// How many days before its end a credential is a warning. Source: spec cus-12.
pub const WARNED_DAYS: u64 = 30;

const DAY_MS: u64 = 86_400_000;

/// Everything that leads from the pin to the node's keys.
pub fn enrolment(patient: &Patient<'_>) -> Vec<Finding> {
    let enrolment = match enrolment::load(patient.folder, patient.settings, clock::now()) {
        Ok(enrolment) => enrolment,
        Err(error) => return vec![unenrolled(&error)],
    };
    let mut findings = vec![charter(patient, &enrolment)];
    findings.extend(clauses(&enrolment.directory.charter().charter().clauses));
    findings.push(own(patient, &enrolment));
    findings.extend(keys(patient, &enrolment));
    findings.extend(peers(patient, &enrolment));
    findings
}

fn unenrolled(error: &EnrolmentError) -> Finding {
    let finding = Finding::problem("charter", report::chain(error));
    match error {
        EnrolmentError::NoCharter => finding
            .because("a node without a charter knows nobody")
            .remedy("run `concord charter adopt --dir NODE_DIR --genesis DIGEST CHARTER`"),
        EnrolmentError::NoCredential => finding
            .because("a node without a credential of its root is nobody to its peers")
            .remedy("run `concord node credential --dir NODE_DIR --out REQUEST`, and have the root sign it"),
        EnrolmentError::File(_)
        | EnrolmentError::Form(_)
        | EnrolmentError::OtherPin { .. }
        | EnrolmentError::Charter(_)
        | EnrolmentError::Chain(_)
        | EnrolmentError::Paper(_)
        | EnrolmentError::NotAMember { .. }
        | EnrolmentError::Credential { .. }
        | EnrolmentError::Admit { .. }
        | EnrolmentError::Revocation { .. }
        | EnrolmentError::Revoked { .. }
        | EnrolmentError::Misplaced { .. } => finding
            .because("the node does not start with documents that do not verify up to the pin")
            .remedy("obtain the document again from whoever made it; change nothing else in the directory"),
    }
}

fn charter(patient: &Patient<'_>, enrolment: &Enrolment) -> Finding {
    let charter = enrolment.directory.charter();
    let held = format!("{} version {}, verified from the pin", charter.name(), charter.version());
    let Some(client) = patient.client else { return Finding::ok("charter", held) };
    match client.charter() {
        Ok(runs) if runs.digest == charter.digest().to_string() => Finding::ok("charter", held),
        Ok(runs) => Finding::warning(
            "charter",
            format!("{held}; the running node goes by version {}", runs.version),
        )
        .because("what peers go by is what the running node says to them")
        .remedy("start the node again if the version on the disk is the newer one"),
        Err(report) => Finding::warning("charter", held).because(report.why).remedy(report.remedy),
    }
}

/// Clauses of the charter in force by which this program cannot go.
// spec: prf-4
fn clauses(all: &[Clause]) -> Option<Finding> {
    let why = charter::clauses::unreadable(all)?;
    let finding = Finding::warning("profile", format!("the charter in force settles {why}"));
    Some(
        finding
            .because("this program does not know what it means and goes by the default, while other nodes may go by it")
            .remedy("install a version of the program that knows it; `concord charter list` shows every clause"),
    )
}

fn own(patient: &Patient<'_>, enrolment: &Enrolment) -> Finding {
    // spec: id-33
    if let Some(fallen) = own::fallen(enrolment, patient.now) {
        return Finding::problem("credential", fallen.seen)
            .because("peers refuse what is signed under it, and the connection")
            .remedy(fallen.remedy);
    }
    let serial = enrolment.own.serial();
    let named = format!("number {serial}, {}", lasts(&enrolment.own, patient.now));
    // spec: id-32
    if let Some(next) = own::next(enrolment, patient.now) {
        let (serial, from) = (next.serial, next.from);
        return Finding::ok(
            "credential",
            format!("{named}; number {serial} takes over, and counts from {from}"),
        );
    }
    match days(&enrolment.own, patient.now) {
        Life::Days(days) if days >= WARNED_DAYS => Finding::ok("credential", named),
        Life::Days(_) | Life::NotYet | Life::Over => Finding::warning("credential", named)
            .because("the root is offline, and signing takes its time")
            .remedy("run `concord node credential --dir NODE_DIR --out REQUEST`, have the root sign it, and adopt it"),
    }
}

/// Whether the token answers and has the keys, where they are in one.
pub fn token(patient: &Patient<'_>) -> Option<Finding> {
    let token = patient.vault.token()?;
    if let Some(said) = pin_refused(patient) {
        return Some(
            Finding::problem("token", said.reason)
                .because("the running node says so; another try here might be the one that locks the token")
                .remedy(said.remedy),
        );
    }
    let about = token.about();
    let looked: Result<Vec<String>, TokenError> = [&about.signing, &about.log]
        .into_iter()
        .map(|first| {
            let keys = token.generations(first)?;
            Ok(keys.last().map_or_else(|| first.clone(), |newest| newest.label().to_owned()))
        })
        .collect();
    Some(match looked {
        Ok(newest) => Finding::ok("token", format!("{} has {}", about.token, newest.join(" and "))),
        Err(error @ TokenError::PinRefused { .. }) => Finding::problem("token", report::chain(&error))
            .because("the node does not start without its token, and a token may lock itself after a few wrong PINs")
            .remedy(Code::PinRefused.remedy()),
        Err(error) => Finding::problem("token", report::chain(&error))
            .because("the node signs nothing while its token is away, and does not start without it")
            .remedy("see that the token is there, unlocked and reachable; the node signs again by itself"),
    })
}

/// What the running node says where its token refused the PIN: nobody tries it again.
// spec: cus-16
fn pin_refused(patient: &Patient<'_>) -> Option<UnreadyReason> {
    let said = patient.client?.readiness().ok()?.reasons;
    said.into_iter().find(|reason| reason.code == Code::PinRefused.text())
}

/// Whether the keys are those of the credential, where they can be opened without asking anybody.
fn keys(patient: &Patient<'_>, enrolment: &Enrolment) -> Option<Finding> {
    if patient.vault.token().is_some() && pin_refused(patient).is_some() {
        return None;
    }
    let source = patient.passphrase.source(patient.folder, patient.settings);
    let what = "the keys were not opened";
    let opened = match source {
        Source::File(_) | Source::Credential(_) | Source::Nowhere => {
            node::open_generations_with(patient.folder, patient.settings, patient.vault, what)
        }
        // Nobody is asked by a doctor: at a terminal only keys in clear are looked at.
        Source::Terminal => node::open_clear_generations(patient.folder, patient.settings, what),
    };
    match opened.map(|keys| keys.named_by(enrolment.own.credential()).map(drop)) {
        Ok(Ok(())) => Some(Finding::ok("keys", "they are the ones that the credential names")),
        Ok(Err(mismatch)) => Some(
            Finding::problem("keys", mismatch.to_string())
                .because("the node does not start with keys that its credential does not name")
                .remedy("adopt the credential that this node asked for: `concord node credential`"),
        ),
        // What keeps them closed is said by the check of the passphrase.
        Err(_) => None,
    }
}

fn peers(patient: &Patient<'_>, enrolment: &Enrolment) -> Vec<Finding> {
    let directory = &enrolment.directory;
    let others = directory.members().filter(|member| member.agency != patient.settings.agency);
    // What the node learned while it ran stands in its store, and the node says so.
    let told = patient.client.and_then(|client| client.peers().ok());
    let told = told.map(|peers| peers.items).unwrap_or_default();
    let told = told.into_iter().filter(|peer| peer.serial.is_some());
    // Whether the credential of each ends soon, with all that the node has learned.
    let learned: BTreeMap<String, bool> =
        told.map(|peer| (peer.agency, peer.credential_ends_soon)).collect();
    let (mut findings, mut well) = (Vec::new(), 0_usize);
    for member in others {
        let Some(held) = directory.newest(&member.agency) else {
            if learned.contains_key(member.agency.as_str()) {
                continue;
            }
            findings.push(
                Finding::warning(
                    "peer",
                    format!("no credential of {} is in the folder", member.agency),
                )
                .because("nothing can be sent to it before its node has introduced itself")
                .remedy("obtain its credential and run `concord peer add FILE --dir NODE_DIR`"),
            );
            continue;
        };
        let named =
            format!("{}: number {}, {}", member.agency, held.serial(), lasts(held, patient.now));
        match days(held, patient.now) {
            _ if learned.get(member.agency.as_str()) == Some(&false) => well = well.saturating_add(1),
            Life::Days(days) if days >= WARNED_DAYS => well = well.saturating_add(1),
            Life::Days(_) | Life::NotYet | Life::Over => findings.push(
                Finding::warning("peer", named)
                    .because("what it signs is refused once its credential has ended; a newer one comes with its greeting")
                    .remedy("tell its operator"),
            ),
        }
    }
    if well > 0 {
        findings.insert(
            0,
            Finding::ok(
                "peer",
                format!("{well} credentials of others count for {WARNED_DAYS} days or more"),
            ),
        );
    }
    findings
}

/// How a credential stands at an instant.
enum Life {
    NotYet,
    Days(u64),
    Over,
}

fn days(credential: &VerifiedCredential, now: Timestamp) -> Life {
    let credential = credential.credential();
    if now < credential.not_before {
        return Life::NotYet;
    }
    match credential.not_after.millis().checked_sub(now.millis()) {
        Some(left) => Life::Days(left / DAY_MS),
        None => Life::Over,
    }
}

fn lasts(credential: &VerifiedCredential, now: Timestamp) -> String {
    let said = credential.credential();
    match days(credential, now) {
        Life::NotYet => format!("counts from {}", said.not_before),
        Life::Days(days) => format!("counts {days} more days, until {}", said.not_after),
        Life::Over => format!("ended on {}", said.not_after),
    }
}
