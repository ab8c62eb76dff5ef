//! A charter that changes under six real nodes, while they exchange messages: a seventh agency joins, one is removed,
//! a root is replaced, the numbers change, and a node that was down during all of it catches up from one peer.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::message::Status;
use concord_node::clock;
use concord_node::entropy;
use concord_node::settings::Settings;
use concord_node::settings::charters;
use concord_node::settings::folder::NodeFolder;
use concord_protocol::codec;
use concord_protocol::identity::charter;
use concord_protocol::identity::charter::Charter;
use concord_protocol::identity::charter::chain;
use concord_protocol::identity::charter::papers::Papers;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::CredentialRequest;
use concord_protocol::identity::credential::Validity;
use concord_protocol::identity::quorum;
use concord_protocol::identity::root::RootKey;
use concord_protocol::moment::Span;
use harness::daemon::Daemon;
use harness::federation::Agency;
use harness::federation::Federation;
use harness::letter;
use harness::shell;
use harness::wait;

const SIX: [&str; 6] = ["cn.mps", "kh.cnp", "la.mps", "mm.mpf", "th.rtp", "vn.mps"];
const SEVENTH: &str = "sg.spf";

/// Who is removed, whose root is replaced, and who sleeps through it.
const REMOVED: usize = 4;
const REPLACED: usize = 1;
const AWAY: usize = 5;

/// How long anything may take on a machine that does much else.
const WITHIN: Duration = Duration::from_secs(120);

/// The nodes that run, and what was sent on them.
struct Story {
    world: Federation,
    names: Vec<&'static str>,
    nodes: Vec<Option<Daemon>>,
    sent: Vec<(usize, String)>,
}

#[test]
fn six_nodes_change_their_charter_while_they_exchange() {
    // shows: chr-2, chr-3, chr-4, chr-11, chr-12, chr-13, chr-14, chr-15, chr-16, chr-17
    let mut story = Story::begin();
    story.say_all("before anything");

    // A seventh agency: proposed at one node, seen at all, signed at several.
    let newcomer = story.world.newcomer(SEVENTH);
    let member = newcomer.member();
    let second = story.next(0, |charter| charter.members.push(member));
    story.propose(0, &second, &[0]);
    story.all_see_a_proposal();
    story.say_all("while the seventh waits");
    story.hand(3, &second, &[2, 3], Some(&newcomer.root));
    story.hand(1, &second, &[1], None);
    story.all_stand_at(2);
    let papers = story.papers(0);
    let documents: Vec<Vec<u8>> = papers.documents().unwrap().into_values().collect();
    let joined = newcomer.join(&documents, story.world.genesis);
    story.join(joined);
    story.say(6, 0, "the seventh speaks");
    story.say(0, 6, "and is answered");
    story.settle();

    // One node is down during all that follows.
    story.nodes[AWAY].take().unwrap().stop();
    story.say(0, AWAY, "waits for the sleeper");

    // One agency is removed while a message for it is on its way, and is told so when it comes back.
    story.nodes[REMOVED].take().unwrap().stop();
    story.say(0, REMOVED, "in flight when its addressee leaves");
    let third = story.next(0, |charter| {
        charter.members.retain(|member| member.agency.as_str() != SIX[REMOVED]);
    });
    story.propose(0, &third, &[0, 1, 2, 3]);
    story.all_stand_at(3);
    story.nodes[REMOVED] = Some(Daemon::start(story.world.folder(REMOVED)));
    story.removed_node_has_stopped();

    // A root is replaced without the old one, and the numbers change.
    let root = RootKey::from_seed(&entropy::draw().unwrap());
    let public = root.public();
    let fourth = story.next(0, |charter| {
        let replaced = |member: &&mut charter::Member| member.agency.as_str() == SIX[REPLACED];
        charter.members.iter_mut().find(replaced).unwrap().root = public;
    });
    story.hand(0, &fourth, &[0, 2, 3, 6], Some(&root));
    story.all_stand_at(4);
    story.take_new_credential(REPLACED, &root);
    let fifth = story.next(0, |charter| {
        charter.amendment_threshold += 1;
        charter.witness_quorum += 1;
    });
    story.propose(2, &fifth, &[0, 2, 3, 6]);
    story.all_stand_at(5);
    story.say_all("after everything");

    // The sleeper meets one peer only.
    let awake: Vec<usize> = story.running();
    for which in awake.iter().copied().filter(|which| *which != 3) {
        story.nodes[which].take().unwrap().stop();
    }
    story.nodes[AWAY] = Some(Daemon::start(story.world.folder(AWAY)));
    story.stands_at(AWAY, 5);
    for which in awake.into_iter().filter(|which| *which != 3) {
        story.nodes[which] = Some(story.ready(which));
    }
    story.say(AWAY, REPLACED, "the sleeper speaks");
    story.settle();
    story.every_log_verifies();
}

impl Story {
    fn begin() -> Self {
        let world = Federation::of("charter", &SIX);
        for agency in &world.agencies {
            agency.set("greeting_wait_ms", 300);
        }
        let nodes = world.all_ready().into_iter().map(Some).collect();
        Self { world, names: SIX.to_vec(), nodes, sent: Vec::new() }
    }

    fn agency(&self, which: usize) -> &Agency {
        &self.world.agencies[which]
    }

    fn ready(&self, which: usize) -> Daemon {
        Daemon::ready(self.agency(which).folder.path())
    }

    fn client(&self, which: usize) -> Client {
        self.nodes[which].as_ref().unwrap().client()
    }

    fn said(&self, which: usize) -> String {
        self.nodes[which].as_ref().map(Daemon::said).unwrap_or_default()
    }

    fn running(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|which| self.nodes[*which].is_some()).collect()
    }

    /// What lies in a node's folder, which is what it starts from.
    fn papers(&self, which: usize) -> Papers {
        let folder = &self.agency(which).folder;
        charters::load(folder, &Settings::load(folder).unwrap()).unwrap()
    }

    fn next(&self, which: usize, change: impl FnOnce(&mut Charter)) -> Charter {
        let papers = self.papers(which);
        let newest = papers.newest();
        let mut charter = Charter {
            version: newest.version().next(),
            previous: Some(newest.digest()),
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
    fn propose(&self, at: usize, charter: &Charter, signers: &[usize]) {
        self.hand(at, charter, signers, None);
    }

    fn hand(&self, at: usize, charter: &Charter, signers: &[usize], beside: Option<&RootKey>) {
        let mut papers = self.papers(at);
        let proposal = charter::read(&charter::propose(charter.clone()).unwrap()).unwrap();
        let digest = proposal.digest();
        if papers.find(&digest).is_none() {
            papers.draft(proposal).unwrap();
        }
        for which in signers {
            papers.sign(&digest, &self.agency(*which).root).unwrap();
        }
        beside.into_iter().for_each(|root| drop(papers.sign(&digest, root).unwrap()));
        let bytes = papers.find(&digest).unwrap().to_bytes().unwrap();
        let file = chain::write(&[bytes]).unwrap();
        let handed = wait::for_up_to(WITHIN, || self.client(at).take_charters(&file).ok());
        assert!(handed.is_some(), "{:?}\n{}", self.client(at).take_charters(&file), self.said(at));
    }

    fn all_see_a_proposal(&self) {
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

    fn all_stand_at(&mut self, version: u64) {
        for which in self.running() {
            if version >= 3 && which == REMOVED {
                continue;
            }
            self.stands_at(which, version);
            self.nodes[which].as_mut().unwrap().wait_ready();
        }
    }

    fn stands_at(&self, which: usize, version: u64) {
        let folder = self.agency(which).folder.path();
        let stands = || {
            let charter = Client::in_directory(folder).ok()?.charter().ok()?;
            (charter.version == version).then_some(())
        };
        let stands = wait::for_up_to(WITHIN, stands);
        assert!(stands.is_some(), "{which} does not reach version {version}\n{}", self.said(which));
    }

    /// The seventh runs, and knows one peer: that one introduces the others.
    fn join(&mut self, joined: Agency) {
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

    fn removed_node_has_stopped(&mut self) {
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

    /// A credential that the new root signs for the node's own request.
    fn take_new_credential(&mut self, which: usize, root: &RootKey) {
        self.nodes[which].take().unwrap().stop();
        let folder = self.agency(which).folder.path().to_owned();
        let (request, signed) = (folder.join("again.request"), folder.join("again.credential"));
        concord(&["node", "credential", "--dir", path(&folder), "--out", path(&request)]);
        let asked: CredentialRequest = codec::decode(&fs::read(&request).unwrap()).unwrap();
        let now = clock::now();
        let validity = Validity {
            not_before: now.before(Span::from_millis(60_000)),
            not_after: now.after(Span::from_days(30)),
        };
        fs::write(&signed, credential::sign(&asked.grant(validity), root).unwrap()).unwrap();
        concord(&["node", "credential", "--dir", path(&folder), "--adopt", path(&signed)]);
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

    fn say(&mut self, from: usize, to: usize, mark: &str) {
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
    fn say_all(&mut self, mark: &str) {
        let running = self.running();
        for (place, from) in running.iter().enumerate() {
            let to = running[(place + 1) % running.len()];
            self.say(*from, to, mark);
        }
    }

    /// Every message that was sent has its receipt.
    fn settle(&mut self) {
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

    /// Every log, that of the removed agency too, verifies under the genesis digest alone.
    fn every_log_verifies(&mut self) {
        let genesis = self.world.genesis.to_string();
        let mut bundles: Vec<PathBuf> = Vec::new();
        for which in 0..self.names.len() {
            let bundle = self.world.path().join(format!("{which}.concord"));
            let folder = self.agency(which).folder.path();
            concord(&["log", "export", "--dir", path(folder), "--out", path(&bundle)]);
            concord(&["audit", "verify", path(&bundle), "--genesis", &genesis]);
            bundles.push(bundle);
        }
        for pair in [[0, 1], [0, 6], [3, AWAY], [0, REMOVED]] {
            let [one, other] = pair.map(|which: usize| path(&bundles[which]));
            concord(&["audit", "reconcile", one, other, "--genesis", &genesis]);
        }
    }
}

fn serial_1() -> concord_protocol::ids::Serial {
    concord_protocol::ids::Serial::new(1)
}

/// Runs `concord`, which has to succeed.
fn concord(arguments: &[&str]) {
    let output = shell::concord(Path::new("."), arguments);
    let (said, told) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {told}{said}");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
