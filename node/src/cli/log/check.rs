//! Checks of a node's log by the command that asked for it, without trust in the node's answers.
//!
//! The signature on the head is not checked here, because the key comes with the charter: `concord audit verify` does
//! both on an exported bundle.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::hash;
use concord_protocol::log::proof;
use concord_protocol::log::tree::Tree;
use serde_json::json;

use crate::api::bounds::PAGE_ITEMS_MAX;
use crate::api::client::Client;
use crate::api::shape;
use crate::api::shape::log::Inclusion;
use crate::cli::answer::Answer;
use crate::cli::table;
use crate::report::Report;
use crate::report::code::Code;

const WHAT: &str = "the log does not verify";

/// Reads every leaf below the head and checks that size and root of the head are theirs.
///
/// # Errors
/// When the node cannot be reached or refuses, and when leaves and head disagree.
pub fn whole(client: &Client) -> Result<Answer, Report> {
    let head = client.head()?;
    let (size, root) = stated(&head.checkpoint)?;
    if (head.size, head.root.as_str()) != (size.get(), root.to_string().as_str()) {
        return Err(failed("the head and its signed note say different things"));
    }
    let mut tree = Tree::new();
    while tree.size() < size {
        let from = tree.size().get();
        let page = client.entries(from, Some(PAGE_ITEMS_MAX))?;
        if page.items.is_empty() {
            return Err(failed(format!(
                "the head covers {size} leaves, and leaf {from} is missing"
            )));
        }
        for entry in page.items.iter().take_while(|entry| entry.index < size.get()) {
            if entry.index != tree.size().get() {
                return Err(failed(format!(
                    "leaf {} came where leaf {} belongs",
                    entry.index,
                    tree.size()
                )));
            }
            let leaf =
                shape::unhex(&entry.bytes).ok_or_else(|| failed("a leaf is not hexadecimal"))?;
            tree.append(&leaf);
        }
    }
    if tree.root() != root {
        return Err(failed(format!(
            "the root over {size} leaves is {}, the head says {root}",
            tree.root()
        )));
    }
    let text = table::facts([
        ("log", head.origin.clone()),
        ("size", size.to_string()),
        ("root", root.to_string()),
    ]);
    let json = json!({"origin": head.origin, "size": size.get(), "root": root.to_string(), "verified": true});
    Ok(Answer::new(text, json).say("every leaf is covered by the head; `concord log export` and `concord audit verify` check its signature too"))
}

/// Checks that the path of an inclusion proof leads from the leaf to the root of its checkpoint.
///
/// # Errors
/// When it does not.
pub fn inclusion(proof: &Inclusion) -> Result<(), Report> {
    let (size, root) = stated(&proof.checkpoint)?;
    let leaf = shape::unhex(&proof.leaf).ok_or_else(|| failed("the leaf is not hexadecimal"))?;
    let path: Result<Vec<Digest>, _> = proof.path.iter().map(|hash| Digest::parse(hash)).collect();
    let path = path.map_err(|error| failed(error.to_string()))?;
    proof::verify_inclusion(
        &hash::leaf_hash(&leaf),
        LeafIndex::new(proof.index),
        size,
        &path,
        &root,
    )
    .map_err(|error| failed(error.to_string()))
}

/// Size and root that a checkpoint states. Shape: a C2SP note whose text has three lines.
fn stated(note: &str) -> Result<(TreeSize, Digest), Report> {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    let mut lines = note.lines().skip(1);
    let size = lines.next().and_then(|line| line.parse().ok()).map(TreeSize::new);
    let root = lines
        .next()
        .and_then(|line| STANDARD.decode(line).ok())
        .and_then(|root| <[u8; 32]>::try_from(root).ok());
    size.zip(root.map(Digest::from_bytes))
        .ok_or_else(|| failed("the checkpoint is not a signed note of a log"))
}

fn failed(why: impl Into<String>) -> Report {
    Report::new(Code::VerificationFailed, WHAT, why.into())
}
