//! Whatever comes in whatever order: who has seen the same documents stands at the same version.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prelude::prop;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;

use crate::crypto::digest::Digest;
use crate::identity::charter;
use crate::identity::charter::Charter;
use crate::identity::charter::Proposal;
use crate::identity::charter::papers::Papers;
use crate::identity::charter::papers::tests::SIX;
use crate::identity::charter::papers::tests::digest;
use crate::identity::charter::papers::tests::next;
use crate::identity::charter::papers::tests::renamed;
use crate::identity::charter::papers::tests::resolving;
use crate::identity::charter::papers::tests::six;
use crate::identity::charter::tally::electorate;
use crate::identity::charter::vow::Verdict;
use crate::identity::charter::vow::Vow;
use crate::identity::fixtures;
use crate::identity::root::RootKey;

/// Members that sign whatever they are shown.
const DISHONEST: [&str; 1] = ["cn.mps"];

/// A history: what was proposed, with every signature that was made.
struct History {
    /// Somebody who sees everything at once.
    seen: Papers,
    documents: Vec<Vec<u8>>,
    vows: Vec<(&'static str, Vow)>,
    rivals: Vec<Charter>,
    roots: Vec<(&'static str, RootKey)>,
}

impl History {
    fn new() -> Self {
        let roots = SIX.iter().chain(&["sg.spf"]).map(|name| (*name, fixtures::root(name)));
        Self {
            seen: six(),
            documents: Vec::new(),
            vows: Vec::new(),
            rivals: Vec::new(),
            roots: roots.collect(),
        }
    }

    /// Something is proposed, and each member signs it if it wants to and may.
    fn propose(&mut self, charter: Charter, willing: &[bool]) {
        let Ok(bytes) = charter::propose(charter) else { return };
        let mut proposal = charter::read(&bytes).unwrap();
        let vow = Vow::of(&proposal);
        let named: Vec<Proposal> = self.seen.named(&proposal).into_iter().cloned().collect();
        let named: Vec<&Proposal> = named.iter().collect();
        let voters: Vec<_> =
            electorate(&proposal, &named).iter().map(|member| member.root.clone()).collect();
        for ((name, root), wants) in self.roots.iter().zip(willing) {
            let broken = self
                .vows
                .iter()
                .any(|(who, before)| who == name && before.beside(&vow) != Verdict::Fit);
            let signs = DISHONEST.contains(name) || (*wants && !broken);
            if signs && voters.contains(&root.public()) {
                proposal.signed.sign(&root.hybrid()).unwrap();
                self.vows.push((name, vow.clone()));
            }
        }
        self.rivals.push(proposal.charter().clone());
        let bytes = proposal.to_bytes().unwrap();
        self.seen.take(&[&bytes]);
        self.documents.push(bytes);
    }

    /// What is proposed next: a version that follows, or one that ends what is stuck.
    fn go_on(&mut self, kind: u8, willing: &[bool]) {
        let (papers, text) = (&self.seen, format!("step {}", self.documents.len()));
        let open: Vec<Charter> = papers.open().map(|open| open.charter().clone()).collect();
        let charter = match kind {
            0 if !open.is_empty() && open.len() <= 8 => {
                resolving(papers, &open.iter().collect::<Vec<_>>(), renamed(&text))
            }
            1 => next(papers, |charter| {
                renamed(&text)(charter);
                if charter.members.len() == 6 {
                    charter.members.push(fixtures::member("sg.spf"));
                }
                charter.members.sort_by(|a, b| a.agency.cmp(&b.agency));
                charter.amendment_threshold = 5;
                charter.witness_quorum = 4;
            }),
            2 => next(papers, |charter| {
                renamed(&text)(charter);
                charter.dishonest_max = 1;
                charter.members.truncate(5);
                charter.amendment_threshold = 4;
                charter.witness_quorum = 3;
            }),
            _ => next(papers, renamed(&text)),
        };
        self.propose(charter, willing);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn nodes_that_saw_the_same_stand_at_the_same_version(
        steps in prop::collection::vec((0_u8..6, prop::collection::vec(any::<bool>(), 7)), 1..7),
        shuffles in prop::collection::vec(any::<prop::sample::Index>(), 16),
    ) {
        // shows: chr-8
        let mut history = History::new();
        for (kind, willing) in &steps {
            history.go_on(*kind, willing);
        }
        for start in shuffles.chunks(8) {
            let mut node = six();
            for at in start {
                node.take(&[at.get(&history.documents)]);
            }
            node.take(&history.documents);
            prop_assert_eq!(node.newest().digest(), history.seen.newest().digest());
        }
    }

    #[test]
    fn rivals_that_are_both_adopted_prove_more_dishonest_members_than_are_borne(
        first in prop::collection::vec(any::<bool>(), 6),
        second in prop::collection::vec(any::<bool>(), 6),
    ) {
        // shows: chr-7
        let (mut here, mut there) = (six(), six());
        let (one, other) = (next(&here, renamed("one")), next(&here, renamed("other")));
        let named = |who: &[bool]| -> Vec<&str> {
            SIX.iter().zip(who).filter(|(_, signs)| **signs).map(|(name, _)| *name).collect()
        };
        let ones = fixtures::signed_at_once(one.clone(), &named(&first));
        let others = fixtures::signed_at_once(other.clone(), &named(&second));
        here.take(&[&ones]);
        there.take(&[&others]);
        let doubles = here.take(&[&others]).doubles;
        let accused: BTreeSet<&str> =
            doubles.iter().map(|double| double.agency.as_str()).collect();
        let both = first.iter().zip(&second).filter(|(a, b)| **a && **b).count();
        prop_assert_eq!(accused.len(), both);
        let adopted: [Digest; 2] = [here.newest().digest(), there.newest().digest()];
        if adopted == [digest(&one), digest(&other)] {
            prop_assert!(accused.len() > usize::from(here.newest().charter().dishonest_max));
        }
    }
}
