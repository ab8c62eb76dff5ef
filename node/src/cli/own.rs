//! The credential that a node goes by, from its folder: whether it is in force, and what takes over.
//!
//! `check-config` and `doctor` ask the same, and say what a running node says at `/readyz`.

use concord_protocol::moment::Timestamp;

use crate::host::turnover;
use crate::host::view::NextCredential;
use crate::host::view::Standing;
use crate::settings::enrolment;
use crate::settings::enrolment::Enrolment;

/// That a credential is not in force, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallen {
    /// Which credential, and why it does not count.
    pub seen: String,
    /// What to do now.
    pub remedy: String,
}

/// Whether the node's own credential is not in force: nothing is taken or exchanged under it.
// spec: id-33
pub fn fallen(enrolment: &Enrolment, now: Timestamp) -> Option<Fallen> {
    let (directory, own) = (&enrolment.directory, enrolment.own.credential());
    let (agency, serial) = (&own.agency, own.serial);
    let asked = enrolment::next_serial(directory, agency);
    let (seen, ask) = match turnover::standing(directory, (agency, serial), now) {
        Standing::InForce | Standing::Superseded => return None,
        Standing::Revoked => (format!("number {serial} is revoked"), "node rotate"),
        Standing::OtherRoot => (
            format!("number {serial} was signed by a root that the charter replaced"),
            "node credential",
        ),
        Standing::NotValid if now < own.not_before => {
            return Some(Fallen {
                seen: format!("number {serial}, counts from {}", own.not_before),
                remedy: "check this machine's clock; else adopt a credential that counts now"
                    .to_owned(),
            });
        }
        Standing::NotValid => {
            (format!("number {serial}, ended on {}", own.not_after), "node credential")
        }
    };
    let remedy = format!(
        "ask for number {asked} with `concord {ask} --dir NODE_DIR --out REQUEST`, have the root sign it, and adopt it"
    );
    Some(Fallen { seen, remedy })
}

/// The credential that takes over next without a gap, where one is adopted.
// spec: id-32
pub fn next(enrolment: &Enrolment, now: Timestamp) -> Option<NextCredential> {
    let own = enrolment.own.credential();
    let next = turnover::next(&enrolment.directory, (&own.agency, own.serial), now);
    next.filter(|next| next.from <= own.not_after)
}
