//! The engine, from what the disk remembers.

use std::collections::BTreeSet;

use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::Engine;
use concord_protocol::engine::Persona;
use concord_protocol::engine::record::CosignedRecord;
use concord_protocol::engine::record::EvidenceRecord;
use concord_protocol::engine::record::Gathered;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::ProposalRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::engine::recover;
use concord_protocol::engine::recover::Remembered;
use concord_protocol::envelope::header;
use concord_protocol::identity::directory::Directory;
use concord_protocol::identity::revocation::VerifiedRevocation;
use concord_protocol::ids::AgencyId;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::tree::Tree;
use concord_protocol::moment::Timestamp;
use serde_bytes::ByteBuf;

use crate::host::start;
use crate::host::start::StartError;
use crate::host::witness;
use crate::store::edge;
use crate::store::head::HeadFinding;
use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::witness::WitnessFile;

/// Rows read at once while looking for what is owed.
const OWED_PAGE: usize = 1024;

/// Leaves read at once while looking for the time of the first one without a quorum: mostly the first says it.
const LEAVES_PAGE: usize = 16;

/// Files of evidence read at once while the engine is recovered: each is as long as the charter.
const EVIDENCE_PAGE: usize = 16;

/// Makes the engine as it was when the disk last heard of it.
///
/// # Errors
/// When the store cannot be read, or what it says breaks an invariant.
pub fn recover(
    persona: Persona,
    directory: &Directory,
    found: &Found<'_>,
) -> Result<Engine, StartError> {
    let (reader, me) = (found.reader, persona.agency.clone());
    let head = reader.head()?;
    let tree = match &head {
        Some(head) => edge::tree(reader.rows(), head)?,
        None => Tree::new(),
    };
    let links = reader.links()?;
    let mut owed = Vec::new();
    for link in &links {
        let mut from = link.out_lowest;
        while from < link.out_next {
            let page: Vec<OutboundRecord> =
                reader.outbound_from(&link.peer, link.out_epoch, (from, OWED_PAGE))?;
            let Some(last) = page.last() else { break };
            from = last.number.next();
            owed.extend(page);
        }
    }
    let held = witness::newest_held(reader.peer_heads()?, found.witness, directory);
    let (mut cosigned, mut peers_cosigned) = (reader.cosigned()?, reader.peers_cosigned()?);
    // Under a charter that changed, or after a revocation, what was a quorum may be none.
    // spec: wit-6
    cosigned.retain(|known| {
        known.gathered != Gathered::Quorate || witness::is_quorate(directory, &me, &known.note)
    });
    peers_cosigned.retain(|quorate| witness::in_force(directory, &quorate.peer, &quorate.note));
    let retired = reader.retired()?;
    let mode = mode(reader.mode()?, found.head);
    let peers: Vec<AgencyId> = directory.members().map(|member| member.agency.clone()).collect();
    let proposals: Result<Vec<Option<ProposalRecord>>, ReadError> =
        peers.iter().map(|peer| reader.proposal(peer)).collect();
    let evidence = charges(reader)?;
    let remembered = Remembered {
        tree,
        head: head.clone(),
        links,
        owed,
        held,
        unwitnessed: unwitnessed(reader, head.as_ref(), &cosigned)?,
        cosigned,
        peers_cosigned,
        evidence,
        mode,
        retired,
        unlogged: unlogged(directory, reader)?,
        logs: start::logs(directory),
        proposals: proposals?.into_iter().flatten().collect(),
        queried: reader.queried()?,
    };
    Ok(Engine::recover(persona, peers, remembered)?)
}

/// What the disk says, besides charter and keys.
#[derive(Debug)]
pub struct Found<'a> {
    /// The rows.
    pub reader: &'a Reader,
    /// Whether the head file vouches for them.
    pub head: HeadFinding,
    /// What was cosigned.
    pub witness: &'a WitnessFile,
}

/// A head file that does not vouch for the data puts them in doubt; what a peer has proven stands above it.
// spec: rst-1
fn mode(remembered: Option<ModeRecord>, finding: HeadFinding) -> ModeRecord {
    match remembered.unwrap_or(ModeRecord::Open) {
        ModeRecord::Quarantined(shown) => ModeRecord::Quarantined(shown),
        mode if finding.may_sign() => mode,
        ModeRecord::Open
        | ModeRecord::Probing
        | ModeRecord::Healed { .. }
        | ModeRecord::Overridden { .. } => {
            tracing::warn!("the head file does not vouch for the data: the peers are asked first");
            ModeRecord::Probing
        }
    }
}

/// When the oldest leaf was written that no quorum has cosigned, by the first one from there on that says a time.
// spec: wit-16
fn unwitnessed(
    reader: &Reader,
    head: Option<&HeadRecord>,
    cosigned: &[CosignedRecord],
) -> Result<Option<Timestamp>, StartError> {
    let mut from = recover::first_unwitnessed(head, cosigned);
    while let Some(place) = from {
        let page = reader.leaves(place, LEAVES_PAGE)?;
        if let Some(at) = page.iter().find_map(|record| said_at(&record.leaf)) {
            return Ok(Some(at));
        }
        from = page.last().map(|last| last.index.next());
    }
    Ok(None)
}

/// The time that a leaf of this node says, in itself or in the header of its message.
fn said_at(leaf: &[u8]) -> Option<Timestamp> {
    let leaf: Leaf = codec::decode(leaf).ok()?;
    if let Leaf::Message { header } = &leaf {
        return Some(header::read(header).ok()?.created);
    }
    leaf.at()
}

/// Revocations that are known, in the folder or in the store, and that no leaf names.
fn unlogged(directory: &Directory, reader: &Reader) -> Result<Vec<RevocationRecord>, StartError> {
    let logged: BTreeSet<Digest> = reader
        .revocations()?
        .into_iter()
        .filter(|known| known.leaf.is_some())
        .map(|known| known.digest)
        .collect();
    let fresh = directory.revocations().filter(|known| !logged.contains(&known.digest()));
    let record = |known: &VerifiedRevocation| RevocationRecord {
        agency: known.agency().clone(),
        digest: known.digest(),
        leaf: None,
        revocation: ByteBuf::from(known.bytes().to_vec()),
    };
    Ok(fresh.map(record).collect())
}

/// The evidence that is held; the engine keeps no file of it.
fn charges(reader: &Reader) -> Result<Vec<EvidenceRecord>, StartError> {
    let mut all: Vec<EvidenceRecord> = Vec::new();
    loop {
        let page = reader.evidence_after(all.last().map(|last| &last.digest), EVIDENCE_PAGE)?;
        let Some(_) = page.first() else { return Ok(all) };
        all.extend(
            page.into_iter().map(|record| EvidenceRecord { evidence: ByteBuf::new(), ..record }),
        );
    }
}
