//! Whether a root over those who remain on a manifest is the one over them: computed from the manifest that this node holds.
//!
//! A manifest says its own root, and every reader computes it again. After a removal the root stands in a message without
//! the entries; whoever seals it without computing it seals the word of its author.

use std::collections::BTreeSet;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::message::batch::entry::ManifestEntry;
use concord_protocol::message::batch::root;
use concord_protocol::message::body::Body;
use concord_protocol::message::submission::Submission;
use concord_protocol::procedure::batch::Batch;
use concord_protocol::procedure::batch::fact::BatchFact;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Refuses to state another root than the one over those who remain.
// spec: bat-69
pub(super) fn judge(
    shared: &Shared,
    machine: &Machine,
    submission: &Submission,
) -> Result<(), Objection> {
    let Machine::Batch(folded) = machine else { return Ok(()) };
    let batch = &folded.state;
    if let Body::ManifestRemoval(removal) = submission.body() {
        let taken: BTreeSet<u64> = removal.n.iter().map(|n| n.get()).collect();
        let remain = batch.in_force().difference(&taken).copied().collect();
        // A removal protects somebody: it does not wait for a manifest that is not here any more.
        return match over(shared, batch, &remain)? {
            Some(root) if root != removal.new_root => Err(another(&root).into()),
            Some(_) | None => Ok(()),
        };
    }
    let Body::ManifestSeal(seal) = submission.body() else { return Ok(()) };
    // The root of a whole version was computed when it came.
    if batch.removed().is_empty() {
        return Ok(());
    }
    match over(shared, batch, &batch.in_force())? {
        Some(root) if root == seal.entry_root => Ok(()),
        Some(root) => Err(another(&root).into()),
        None => Err(Refusal::safeguard(
            "bat-69",
            "the manifest is not here any more, so that nobody here can compute the root",
            "let the batch be cancelled, and put those who travel on a manifest of their own",
        )
        .into()),
    }
}

/// The root that stands, where it is not the one over those who remain.
// spec: bat-70
pub(super) fn alerts(
    shared: &Shared,
    book: &Book,
    machine: &Machine,
) -> Result<Vec<Alert>, ReadError> {
    let Machine::Batch(folded) = machine else { return Ok(Vec::new()) };
    let batch = &folded.state;
    let Some(said) = batch.root().filter(|_| batch.waits_to_go() && !batch.removed().is_empty())
    else {
        return Ok(Vec::new());
    };
    let Some(root) = over(shared, batch, &batch.in_force())?.filter(|root| *root != said) else {
        return Ok(Vec::new());
    };
    let transcript = book.transcript();
    let acts = transcript.acts();
    let message = acts.rev().find(|act| states(&act.fact, &said)).map(|act| act.id);
    Ok(vec![Alert { refusal: another(&root), message, procedure: None }])
}

fn another(root: &Digest) -> Refusal {
    Refusal::safeguard(
        "bat-69",
        format!("the root over the entries that remain is {root}, and another one is stated"),
        "compute the root again over the entries in force, in their order, with the salts of the manifest",
    )
}

fn states(fact: &Fact, root: &Digest) -> bool {
    if let Fact::Batch(BatchFact::TakenOff(removal)) = fact {
        return removal.root == *root;
    }
    matches!(fact, Fact::Batch(BatchFact::Sealed { root: sealed, .. }) if sealed == root)
}

/// The root over some entries of the manifest that stands; none over nobody, and none where its body is not here.
fn over(
    shared: &Shared,
    batch: &Batch,
    remain: &BTreeSet<u64>,
) -> Result<Option<Digest>, ReadError> {
    let Some(opened) = people::listing(shared, batch)? else { return Ok(None) };
    let Body::BatchManifest(manifest) = opened.body() else { return Ok(None) };
    let entries = manifest.entries.iter().filter(|entry| remain.contains(&entry.n.get()));
    let entries: Vec<&ManifestEntry> = entries.collect();
    Ok(root::over(&entries, &manifest.salt_seed))
}
