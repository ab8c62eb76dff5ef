//! Bundles taken from running nodes, verified offline and held together.

use concord_node::api::client::Client;
use concord_protocol::audit::reconcile;
use concord_protocol::audit::reconcile::Reconciliation;
use concord_protocol::audit::verify;
use concord_protocol::audit::verify::report::Report;
use concord_protocol::crypto::digest::Digest;

/// The bundle of a running node.
///
/// # Panics
/// When the node does not give it.
pub fn bundle(client: &Client) -> Vec<u8> {
    let mut bytes = Vec::new();
    client.export(&mut bytes).unwrap_or_else(|report| panic!("{report:?}"));
    bytes
}

/// Verifies a bundle under the charter.
///
/// # Panics
/// When it does not verify.
pub fn verified(bundle: &[u8], genesis: Digest) -> Report {
    verify::verify(bundle, Some(genesis))
        .unwrap_or_else(|finding| panic!("a bundle does not verify: {finding:?}"))
}

/// Holds the logs of two running nodes together, as they are now.
///
/// # Errors
/// What does not verify, or contradicts each other.
pub fn agreement(a: &Client, b: &Client, genesis: Digest) -> Result<Reconciliation, String> {
    let (a, b) = (verified(&bundle(a), genesis), verified(&bundle(b), genesis));
    let held = reconcile::reconcile(&a, &b).map_err(|error| format!("{error:?}"))?;
    if held.problems.is_empty() { Ok(held) } else { Err(format!("{:?}", held.problems)) }
}

/// Holds the logs of two running nodes together.
///
/// # Panics
/// When one does not verify, they contradict each other, or something is still pending.
pub fn agree(a: &Client, b: &Client, genesis: Digest) -> Reconciliation {
    let (a, b) = (verified(&bundle(a), genesis), verified(&bundle(b), genesis));
    let held = reconcile::reconcile(&a, &b).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(held.problems.is_empty(), "the logs contradict each other: {:?}", held.problems);
    held
}
