//! The charters of the peers, by their greetings: whether all go by the version that this node goes by.

use std::cmp::Ordering;

use crate::api::shape::peer::Peer;
use crate::api::shape::peer::PeerCharter;
use crate::cli::doctor::Patient;
use crate::cli::doctor::finding::Finding;

/// A peer, and the charter that it showed.
type Stand<'a> = (&'a str, &'a PeerCharter);

/// What the peers of a running node showed; of a stopped one, and of a peer that was not met, nothing is claimed.
// spec: chr-20
pub fn peers(patient: &Patient<'_>) -> Vec<Finding> {
    let Some(client) = patient.client else { return Vec::new() };
    // What keeps the node from answering is said by the check of its links.
    let (Ok(own), Ok(peers)) = (client.charter(), client.peers()) else { return Vec::new() };
    held_against(own.version, &peers.items)
}

fn held_against(own: u64, peers: &[Peer]) -> Vec<Finding> {
    let shown =
        peers.iter().filter_map(|peer| Some((peer.agency.as_str(), peer.charter.as_ref()?)));
    let (differing, same): (Vec<Stand<'_>>, Vec<Stand<'_>>) =
        shown.partition(|(_, charter)| charter.differs);
    let mut findings = Vec::new();
    if !same.is_empty() {
        let same: Vec<&str> = same.into_iter().map(|(agency, _)| agency).collect();
        let found = format!("version {own} was shown by {}, too", same.join(" "));
        findings.push(Finding::ok("charters", found));
    }
    findings.extend(differing.into_iter().map(|stand| differs(own, stand)));
    findings
}

/// A peer that goes by another version; who is behind needs the documents, and two of one number exclude each other.
fn differs(own: u64, (agency, charter): Stand<'_>) -> Finding {
    let PeerCharter { version, digest, shown_at, .. } = charter;
    let found = format!(
        "{agency} showed version {version}, digest {digest}, at {shown_at}; this node goes by version {own}"
    );
    let behind = "two nodes exchange nothing while their charters differ; who is behind gets what it lacks when they connect";
    match version.cmp(&own) {
        Ordering::Greater => Finding::warning("charters", found).because(behind).remedy(format!(
            "see that the link with {agency} comes up; else obtain the file of its `concord charter export`, and run `concord charter submit FILE --dir NODE_DIR`"
        )),
        Ordering::Less => Finding::warning("charters", found).because(behind).remedy(format!(
            "see that the link with {agency} comes up; else run `concord charter export --dir NODE_DIR --out FILE`, and hand the file to its operator for `concord charter submit`"
        )),
        Ordering::Equal => Finding::problem("charters", found)
            .because("two versions of one number exclude each other: no exchange brings them together, and members signed both")
            .remedy(format!(
                "compare the digests aloud with {agency} and the other members, and see `concord evidence list`; the members who go by the wrong one adopt the other anew"
            )),
    }
}

#[cfg(test)]
mod tests;
