//! The snapshot that readers share, as engine and directory say it after a commit.

use std::sync::Arc;

use concord_protocol::engine::Connected;
use concord_protocol::engine::Engine;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::identity::credential::VerifiedCredential;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::hash;
use concord_protocol::moment::Timestamp;

use crate::clock;
use crate::host::view::CredentialView;
use crate::host::view::EvidenceView;
use crate::host::view::HeadView;
use crate::host::view::HealingView;
use crate::host::view::HeardView;
use crate::host::view::Mode;
use crate::host::view::PeerView;
use crate::host::view::Phase;
use crate::host::view::QuorateView;
use crate::host::view::Standing;
use crate::host::view::Unwitnessed;
use crate::host::view::View;

/// Everything that changes with a commit; the rest is filled in when somebody looks.
pub(super) fn view(engine: &Engine, directory: &Directory) -> View {
    let persona = engine.persona();
    let charter = directory.charter();
    View {
        agency: persona.agency.clone(),
        charter: persona.charter.clone(),
        charter_version: charter.charter().version,
        charter_digest: charter.digest(),
        phase: if engine.started() { Phase::Started } else { Phase::Waiting },
        mode: mode(engine),
        healing: HealingView::Waiting,
        head: head(engine),
        peers: engine.peers().map(|agency| peer(engine, directory, agency)).collect(),
        evidence: evidence(engine),
        watch: Arc::default(),
        credential: CredentialView {
            serial: persona.serial,
            not_after: Timestamp::from_millis(0),
            standing: Standing::InForce,
            next: None,
            soon: false,
        },
    }
}

fn evidence(engine: &Engine) -> Arc<[EvidenceView]> {
    let held = engine.charges();
    let held =
        held.map(|(digest, charge)| EvidenceView { digest: *digest, charge: charge.clone() });
    let mut held: Vec<EvidenceView> = held.collect();
    held.sort_by_key(|held| held.charge.leaf);
    held.into()
}

fn mode(engine: &Engine) -> Mode {
    match engine.mode() {
        ModeRecord::Quarantined(shown) => Mode::Quarantined {
            peer: shown.peer.clone(),
            size: shown.size,
            heard: engine.heard().len(),
            needed: engine.answers_needed(),
        },
        ModeRecord::Probing => {
            Mode::Probing { heard: engine.heard().len(), needed: engine.answers_needed() }
        }
        ModeRecord::Open | ModeRecord::Healed { .. } | ModeRecord::Overridden { .. } => Mode::Open,
    }
}

fn head(engine: &Engine) -> HeadView {
    let origin = engine.persona().origin.clone();
    let (size, root, note) = match engine.head() {
        Some(head) => (head.size, head.root, head.note.to_vec()),
        None => (TreeSize::new(0), hash::EMPTY_ROOT, Vec::new()),
    };
    let quorate = engine.quorate().map(|quorate| QuorateView {
        size: quorate.size,
        note: quorate.note.to_vec(),
        cosignatures: quorate.cosigners.len(),
        at: quorate.cosigners.iter().map(|cosigner| cosigner.at).max(),
    });
    let quorum = engine.persona().witness_quorum;
    let unwitnessed_since = engine.unwitnessed_since();
    let unwitnessed = Unwitnessed::No;
    HeadView { origin, size, root, note, quorate, quorum, unwitnessed_since, unwitnessed }
}

fn peer(engine: &Engine, directory: &Directory, agency: &AgencyId) -> PeerView {
    let now = clock::now();
    let credential = directory.goes_by(agency, now).map(VerifiedCredential::credential);
    let links = engine.links(agency);
    PeerView {
        agency: agency.clone(),
        serial: credential.map(|credential| credential.serial),
        not_after: credential.map(|credential| credential.not_after),
        ends_soon: false,
        charter: None,
        credential: None,
        addresses: directory.addresses(agency, now).to_vec(),
        connected: engine.connected(agency) != Connected::Down,
        standing: engine.standing_of(agency),
        heard: engine.heard().get(agency).map(|heard| HeardView {
            shown: heard.shown.map(|(size, _)| size),
            mirrored: heard.mirrored,
        }),
        mirrored: None,
        trouble: None,
        waiting: links.map_or(0, |(out, _)| out.waiting()),
        epoch: links.map_or(Epoch::new(1), |(out, _)| out.epoch()),
        next: links.map_or(LinkNumber::new(1), |(out, _)| out.next()),
        offered: links.and_then(|(out, _)| out.offered()),
        cursor: links.map_or(LinkNumber::new(0), |(_, inbound)| inbound.cursor()),
        held: engine.held(agency).map(|held| held.size),
        held_root: engine.held(agency).map(|held| held.root),
        log: engine.log_of(agency).unwrap_or(LogNumber::new(1)),
        quorate: engine.peer_quorate(agency).map(|quorate| quorate.size),
        cosigned: engine.cosigned_by(agency),
        declined: engine.declined_by(agency),
        condemned: engine.is_condemned(agency),
    }
}
