//! A credential that follows another: asked for by a command, signed by a root, adopted by a command.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use concord_node::api::client::Client;
use concord_node::api::shape::leaf::LeafDocument;
use concord_node::clock;
use concord_protocol::codec;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::CredentialRequest;
use concord_protocol::identity::credential::Validity;
use concord_protocol::identity::revocation;
use concord_protocol::identity::revocation::LastGood;
use concord_protocol::identity::revocation::Reason;
use concord_protocol::identity::revocation::Revocation;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::log::checkpoint;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;

use crate::evidence;
use crate::federation::Agency;
use crate::shell;

/// Has a command ask for the next credential (`node credential`, `node rotate`), and a root sign it for so many days.
///
/// # Panics
/// When the command refuses.
pub fn grant(
    node: &Path,
    command: &[&str],
    root: &RootKey,
    (not_before, days): (Timestamp, u32),
) -> PathBuf {
    let request = node.join(format!("{}.request", not_before.millis()));
    let signed = request.with_extension("signed");
    concord(&[command, &["--dir", shown(node), "--out", shown(&request)]].concat());
    let asked: CredentialRequest = codec::decode(&fs::read(&request).unwrap()).unwrap();
    let validity = Validity { not_before, not_after: not_before.after(Span::from_days(days)) };
    fs::write(&signed, credential::sign(&asked.grant(validity), root).unwrap()).unwrap();
    signed
}

/// Adopts a credential, by the command.
///
/// # Panics
/// When the command refuses.
pub fn adopt(node: &Path, signed: &Path) {
    concord(&["node", "credential", "--dir", shown(node), "--adopt", shown(signed)]);
}

/// The serials of the `started` leaves of a running node: which credential it went by, one start after the other.
pub fn starts(client: &Client) -> Vec<u64> {
    let serial = |leaf| {
        let LeafDocument::Started { credential, .. } = leaf else { return None };
        Some(credential)
    };
    evidence::leaves(client).into_iter().filter_map(serial).collect()
}

/// What an agency's root says after a theft: every credential up to this one ends, and of the first log all counts that
/// a head covers.
///
/// # Panics
/// When the head is none of that agency.
pub fn revocation(agency: &Agency, charter: &CharterName, through: u64, head: &str) -> Vec<u8> {
    let text = head.split("\n\n").next().unwrap();
    let found = checkpoint::parse_foreign(text).unwrap();
    assert!(found.origin.contains(agency.id.as_str()), "{}", found.origin);
    let said = Revocation {
        charter: charter.clone(),
        agency: agency.id.clone(),
        through: Serial::new(through),
        logs: vec![LastGood { log: LogNumber::new(1), size: found.size, root: found.root }],
        at: clock::now(),
        reason: Reason::Compromised,
    };
    revocation::sign(&said, &agency.root).unwrap()
}

fn concord(arguments: &[&str]) {
    let output = shell::concord(Path::new("."), arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}
