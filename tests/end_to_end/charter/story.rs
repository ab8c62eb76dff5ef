//! The world of the charter's tests: real nodes, versions that are drafted and signed, messages that flow.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::message::Status;
use concord_node::clock;
use concord_node::settings::Settings;
use concord_node::settings::charters;
use concord_node::settings::folder::NodeFolder;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::Charter;
use concord_protocol::identity::charter::chain;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::identity::quorum;
use concord_protocol::identity::root::RootKey;
use concord_protocol::moment::Span;
use harness::daemon::Daemon;
use harness::federation::Agency;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::letter;
use harness::renewal;
use harness::second::Opinion;
use harness::second::Second;
use harness::shell;
use harness::traffic;
use harness::wait;

pub(super) const SIX: [&str; 6] = ["cn.mps", "kh.cnp", "la.mps", "mm.mpf", "th.rtp", "vn.mps"];
pub(super) const SEVENTH: &str = "sg.spf";

/// Who changes all keys, whose are stolen, who is removed, whose root is replaced, and who sleeps through most of it.
pub(super) const ROTATED: usize = 2;
pub(super) const ROBBED: usize = 3;
pub(super) const REMOVED: usize = 4;
pub(super) const REPLACED: usize = 1;
pub(super) const AWAY: usize = 5;

/// How long anything may take on a machine that does much else.
pub(super) const WITHIN: Duration = Duration::from_secs(120);

/// The nodes that run, and what was sent on them.
pub(super) struct Story {
    pub(super) world: Federation,
    pub(super) names: Vec<&'static str>,
    pub(super) nodes: Vec<Option<Daemon>>,
    pub(super) sent: Vec<(usize, String)>,
}

impl Story {
    pub(super) fn begin(test: &str, names: &[&'static str]) -> Self {
        let world = Federation::of(test, names);
        for agency in &world.agencies {
            agency.set("greeting_wait_ms", 300);
        }
        let nodes = world.all_ready().into_iter().map(Some).collect();
        Self { world, names: names.to_vec(), nodes, sent: Vec::new() }
    }

    pub(super) fn agency(&self, which: usize) -> &Agency {
        &self.world.agencies[which]
    }

    pub(super) fn ready(&self, which: usize) -> Daemon {
        Daemon::ready(self.agency(which).folder.path())
    }

    pub(super) fn client(&self, which: usize) -> Client {
        self.nodes[which].as_ref().unwrap().client()
    }

    pub(super) fn said(&self, which: usize) -> String {
        self.nodes[which].as_ref().map(Daemon::said).unwrap_or_default()
    }

    pub(super) fn running(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|which| self.nodes[*which].is_some()).collect()
    }

    /// What lies in a node's folder, which is what it starts from.
    pub(super) fn papers(&self, which: usize) -> Papers {
        let folder = &self.agency(which).folder;
        charters::load(folder, &Settings::load(folder).unwrap()).unwrap()
    }

    pub(super) fn next(&self, which: usize, change: impl FnOnce(&mut Charter)) -> Charter {
        let papers = self.papers(which);
        let newest = papers.newest();
        let mut charter = Charter {
            version: newest.version().next(),
            previous: Some(newest.digest()),
            resolves: None,
            ..newest.charter().clone()
        };
        change(&mut charter);
        if charter.members.len() != newest.charter().members.len() {
            let members = u16::try_from(charter.members.len()).unwrap();
            let numbers = quorum::useful(members)[0].quorum;
            charter.witness_quorum = numbers.witness_quorum;
            charter.amendment_threshold = numbers.amendment_threshold;
        }
        charter.members.sort_by(|a, b| a.agency.cmp(&b.agency));
        charter
    }

    /// A version with the signatures of some, handed to one node.
    pub(super) fn propose(&self, at: usize, charter: &Charter, signers: &[usize]) {
        self.hand(at, charter, signers, None);
    }

    pub(super) fn hand(
        &self,
        at: usize,
        charter: &Charter,
        signers: &[usize],
        beside: Option<&RootKey>,
    ) {
        self.give(at, &self.signed(at, charter, signers, beside));
    }

    /// A version with the signatures of some, as a file, by whoever knows what a node knows now.
    pub(super) fn signed(
        &self,
        at: usize,
        charter: &Charter,
        signers: &[usize],
        beside: Option<&RootKey>,
    ) -> Vec<u8> {
        let mut papers = self.papers(at);
        let proposal = charter::read(&charter::propose(charter.clone()).unwrap()).unwrap();
        let digest = proposal.digest();
        if papers.find(&digest).is_none() {
            papers.draft(proposal).unwrap();
        }
        for root in signers.iter().map(|which| &self.agency(*which).root).chain(beside) {
            let taken = papers.sign(&digest, root).unwrap();
            assert!(taken.refused.is_empty(), "{:?}", taken.refused);
        }
        chain::write(&[papers.find(&digest).unwrap().to_bytes().unwrap()]).unwrap()
    }

    /// Hands a file to a node.
    pub(super) fn give(&self, at: usize, file: &[u8]) {
        let handed = wait::for_up_to(WITHIN, || self.client(at).take_charters(file).ok());
        assert!(handed.is_some(), "{:?}\n{}", self.client(at).take_charters(file), self.said(at));
    }

    pub(super) fn all_see_a_proposal(&self) {
        for which in self.running() {
            let seen = || {
                let shown = self.client(which).charter_versions().ok()?;
                (shown.proposals.len() == 1).then_some(shown)
            };
            let seen = wait::for_up_to(WITHIN, seen);
            let seen = seen.unwrap_or_else(|| panic!("{which} sees nothing\n{}", self.said(which)));
            let [change, numbers] = seen.proposals[0].changes.as_slice() else {
                panic!("{seen:?}")
            };
            assert_eq!(numbers.text, "witness_quorum is 4, until now 3");
            assert_eq!(
                (change.kind.as_str(), change.agency.as_deref()),
                ("member-added", Some(SEVENTH))
            );
            assert_eq!(seen.proposals[0].electorates[0].signed, [SIX[0]]);
            assert_eq!(seen.version, 1);
        }
    }

    pub(super) fn all_stand_at(&mut self, version: u64) {
        for which in self.running() {
            if version >= 3 && which == REMOVED {
                continue;
            }
            self.stands_at(which, version);
            self.lacks_a_credential_at_most(which);
        }
    }

    /// Waits until a node is ready, or lacks for it only the credential of the root that it was given.
    fn lacks_a_credential_at_most(&self, which: usize) {
        let folder = self.agency(which).folder.path();
        let stands = || {
            let found = Client::in_directory(folder).ok()?.readiness().ok()?;
            found.reasons.iter().all(|reason| reason.code == "credential-ends").then_some(())
        };
        assert!(wait::for_up_to(WITHIN, stands).is_some(), "{}", self.said(which));
    }

    pub(super) fn stands_at(&self, which: usize, version: u64) {
        let folder = self.agency(which).folder.path();
        let stands = || {
            let charter = Client::in_directory(folder).ok()?.charter().ok()?;
            (charter.version == version).then_some(())
        };
        let stands = wait::for_up_to(WITHIN, stands);
        assert!(stands.is_some(), "{which} does not reach version {version}\n{}", self.said(which));
    }

    /// The seventh runs, and knows one peer: that one introduces the others.
    pub(super) fn join(&mut self, joined: Agency) {
        joined.set("greeting_wait_ms", 300);
        let known = &self.agency(0).credential;
        let id = &self.agency(0).id;
        let path = NodeFolder::credential(&joined.folder.peers(), id, serial_1());
        fs::write(path, known).unwrap();
        self.world.agencies.push(joined);
        self.names.push(SEVENTH);
        self.nodes.push(None);
        self.nodes[6] = Some(self.ready(6));
        for which in 0..6 {
            let knows = || {
                let peers = self.client(which).peers().ok()?;
                let met = |peer: &concord_node::api::shape::peer::Peer| {
                    peer.agency == SEVENTH && peer.connected
                };
                peers.items.iter().any(met).then_some(())
            };
            let knows = wait::for_up_to(WITHIN, knows);
            assert!(
                knows.is_some(),
                "{which} does not meet the seventh\n{}\n{}",
                self.said(which),
                self.said(6)
            );
        }
    }

    pub(super) fn removed_node_has_stopped(&mut self) {
        let mut node = self.nodes[REMOVED].take().unwrap();
        let ended = node.ended();
        assert!(!ended.success());
        assert!(node.said_all().contains("membership-ended"), "{}", node.said());
        let owed = self.sent.iter().rfind(|(from, _)| *from == 0).unwrap().1.clone();
        let message = self.client(0).message(&owed).unwrap();
        assert_eq!(message.deliveries[0].status, Status::Undeliverable, "{message:?}");
        self.sent.retain(|(_, id)| *id != owed);
        let letter = letter::report(&[SIX[REMOVED]], "to nobody").to_string();
        let refused = self.client(0).submit(letter.as_bytes(), None).unwrap_err();
        assert_eq!(refused.code.text(), "unknown-recipient");
    }

    /// New keys in every role, signed by the root, adopted, and in use, with messages both ways all the time.
    pub(super) fn rotate_while_messages_flow(&mut self, which: usize) {
        let (node, other) = (self.nodes[which].as_ref().unwrap(), self.nodes[0].as_ref().unwrap());
        let stop = AtomicBool::new(false);
        let (out, back) = thread::scope(|scope| {
            let out = scope.spawn(|| traffic::flow(node, self.names[0], "out", &stop));
            let back = scope.spawn(|| traffic::flow(other, self.names[which], "back", &stop));
            let from = clock::now().after(Span::from_millis(3_000));
            let root = &self.agency(which).root;
            let next = renewal::grant(node.folder(), &["node", "rotate"], root, (from, 30));
            renewal::adopt(node.folder(), &next);
            self.goes_by(which, 2);
            stop.store(true, Ordering::Relaxed);
            (out.join().unwrap(), back.join().unwrap())
        });
        assert!(out.len() > 3 && back.len() > 3, "{} {}", out.len(), back.len());
        let (out, back) =
            (out.into_iter().map(|id| (which, id)), back.into_iter().map(|id| (0, id)));
        self.sent.extend(out.chain(back));
        self.settle();
    }

    /// The root ends what was stolen, up to what its log is now; the thief gets nowhere, and the agency goes on.
    pub(super) fn survive_a_theft(&mut self, which: usize) {
        let head = self.client(which).head().unwrap().checkpoint;
        let agency = self.agency(which);
        let said = renewal::revocation(agency, self.world.charter.name(), 1, &head);
        let file = self.world.path().join("theft.revocation");
        fs::write(&file, said).unwrap();
        concord(&["peer", "revoke", path(&file), "--dir", path(self.world.folder(0))]);
        let revoked = || {
            let found = self.client(which).readiness().ok()?;
            format!("{:?}", found.reasons).contains("is revoked").then_some(())
        };
        assert!(wait::for_up_to(WITHIN, revoked).is_some(), "{}", self.said(which));
        let thief = Forger::new(&self.world, which, 0);
        assert!(thief.is_turned_away(), "{}", self.said(0));

        let folder = self.world.folder(which);
        let next = renewal::grant(folder, &["node", "rotate"], &agency.root, (clock::now(), 30));
        renewal::adopt(folder, &next);
        self.goes_by(which, 2);
        assert!(thief.is_turned_away(), "{}", self.said(0));
        self.nodes[which].as_mut().unwrap().wait_ready();
        self.say(which, 0, "under new keys");
    }

    /// Waits until a node has started with a credential.
    fn goes_by(&self, which: usize, serial: u64) {
        let folder = self.agency(which).folder.path();
        let started = || {
            let serials = renewal::starts(&Client::in_directory(folder).ok()?);
            serials.contains(&serial).then_some(())
        };
        assert!(wait::for_up_to(WITHIN, started).is_some(), "{}", self.said(which));
    }

    /// A credential that the new root signs for the node's own request.
    pub(super) fn take_new_credential(&mut self, which: usize, root: &RootKey) {
        self.nodes[which].take().unwrap().stop();
        let folder = self.agency(which).folder.path();
        let from = clock::now().before(Span::from_millis(60_000));
        let signed = renewal::grant(folder, &["node", "credential"], root, (from, 30));
        renewal::adopt(folder, &signed);
        self.nodes[which] = Some(self.ready(which));
        let met = || {
            let peers = self.client(0).peers().ok()?;
            let peer = peers.items.iter().find(|peer| peer.agency == SIX[which])?;
            peer.connected.then_some(())
        };
        let met = wait::for_up_to(WITHIN, met);
        assert!(
            met.is_some(),
            "the new root's node is not met\n{}\n{}",
            self.said(which),
            self.said(0)
        );
    }

    pub(super) fn say(&mut self, from: usize, to: usize, mark: &str) {
        let letter = letter::report(&[self.names[to]], mark).to_string();
        // A node that starts again just now answers in a moment.
        let sent =
            wait::for_up_to(WITHIN, || self.client(from).submit(letter.as_bytes(), None).ok());
        let sent = sent.unwrap_or_else(|| {
            panic!("{:?}\n{}", self.client(from).submit(letter.as_bytes(), None), self.said(from))
        });
        self.sent.push((from, sent.message.id));
    }

    /// Everybody says something to the next one.
    pub(super) fn say_all(&mut self, mark: &str) {
        let running = self.running();
        for (place, from) in running.iter().enumerate() {
            let to = running[(place + 1) % running.len()];
            self.say(*from, to, mark);
        }
    }

    /// Every message that was sent has its receipt.
    pub(super) fn settle(&mut self) {
        for (from, id) in std::mem::take(&mut self.sent) {
            let receipted = || {
                let found = self.client(from).message(&id).ok()?;
                found.deliveries.iter().all(|one| one.status == Status::Receipted).then_some(())
            };
            let done = wait::for_up_to(WITHIN, receipted);
            assert!(
                done.is_some(),
                "{id} of {from} is not settled: {:?}\n{}",
                self.client(from).message(&id).map(|found| found.deliveries),
                self.said(from)
            );
        }
    }

    /// Every log, that of the removed agency too, verifies under the genesis digest alone, in both verifiers.
    pub(super) fn every_log_verifies(&mut self) {
        // Nobody takes an honest member for a liar because what was a quorum once is none under another version.
        for which in self.running() {
            assert!(!self.said(which).contains("was not taken"), "{}", self.said(which));
        }
        let genesis = self.world.genesis.to_string();
        let mut bundles: Vec<PathBuf> = Vec::new();
        for which in 0..self.names.len() {
            let bundle = self.world.path().join(format!("{which}.concord"));
            let folder = self.agency(which).folder.path();
            concord(&["log", "export", "--dir", path(folder), "--out", path(&bundle)]);
            concord(&["audit", "verify", path(&bundle), "--genesis", &genesis]);
            bundles.push(bundle);
        }
        if let Some(mut second) = Second::start("every_log_verifies") {
            for bundle in &bundles {
                let opinion = second.bundle(bundle, &genesis);
                assert!(matches!(opinion, Opinion::Holds(_)), "{}: {opinion:?}", bundle.display());
            }
        }
        let pairs = [[0, 1], [0, 2], [0, 6], [3, AWAY], [0, REMOVED]];
        let all = self.names.len();
        for pair in pairs.into_iter().filter(|pair| pair.iter().all(|which| *which < all)) {
            let [one, other] = pair.map(|which: usize| path(&bundles[which]));
            concord(&["audit", "reconcile", one, other, "--genesis", &genesis]);
        }
    }
}

fn serial_1() -> concord_protocol::ids::Serial {
    concord_protocol::ids::Serial::new(1)
}

/// Runs `concord`, which has to succeed.
pub(super) fn concord(arguments: &[&str]) {
    let output = shell::concord(Path::new("."), arguments);
    let (said, told) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {told}{said}");
}

pub(super) fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
