//! Versions that follow each other, versions that rival, and versions that end a conflict.

mod order;

use alloc::vec;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::identity::charter;
use crate::identity::charter::Charter;
use crate::identity::charter::CharterError;
use crate::identity::charter::Resolves;
use crate::identity::charter::chain;
use crate::identity::charter::chain::Chain;
use crate::identity::charter::chain::ChainError;
use crate::identity::charter::papers::PaperError;
use crate::identity::charter::papers::Papers;
use crate::identity::charter::papers::Taken;
use crate::identity::charter::rules::RuleError;
use crate::identity::charter::tally::Lacks;
use crate::identity::fixtures;
use crate::identity::fixtures::AGENCIES;
use crate::identity::root::RootKey;
use crate::ids::CharterVersion;
use crate::ids::LogNumber;

const ALL: [&str; 3] = AGENCIES;

pub(super) fn founded() -> Papers {
    Papers::found(fixtures::verified_charter())
}

/// The next version after the one in force, changed somehow.
pub(super) fn next(papers: &Papers, change: impl FnOnce(&mut Charter)) -> Charter {
    let newest = papers.newest();
    let mut charter = Charter {
        version: newest.version().next(),
        previous: Some(newest.digest()),
        resolves: None,
        clauses: Vec::new(),
        ..newest.charter().clone()
    };
    change(&mut charter);
    charter
}

/// A version that passes rivals by.
pub(super) fn resolving(
    papers: &Papers,
    rivals: &[&Charter],
    change: impl FnOnce(&mut Charter),
) -> Charter {
    let mut names: Vec<Digest> = rivals.iter().map(|rival| digest(rival)).collect();
    names.sort();
    let highest = rivals.iter().map(|rival| rival.version).max().unwrap();
    let since = papers.newest().version();
    next(papers, |charter| {
        charter.version = highest.next();
        charter.resolves = Some(Resolves { since, rivals: names });
        change(charter);
    })
}

pub(super) fn digest(charter: &Charter) -> Digest {
    charter::read(&charter::propose(charter.clone()).unwrap()).unwrap().digest()
}

pub(super) fn renamed(text: &str) -> impl Fn(&mut Charter) + use<'_> {
    move |charter| charter.members[0].names = vec![fixtures::name("en", text)]
}

fn added(agency: &'static str) -> impl Fn(&mut Charter) {
    move |charter| {
        charter.members.push(fixtures::member(agency));
        charter.amendment_threshold = 3;
    }
}

/// A root that came after the one that was lost.
fn second_root(agency: &str) -> RootKey {
    fixtures::root(&alloc::format!("{agency}.again"))
}

fn stuck(papers: &Papers) -> (Charter, Charter) {
    (next(papers, renamed("one way")), next(papers, renamed("another way")))
}

fn only_refusal(taken: &Taken) -> &PaperError {
    assert!(taken.learned.is_empty() && taken.adopted.is_empty(), "{taken:?}");
    &taken.refused[0].why
}

#[test]
fn a_version_comes_into_force_with_the_threshold_of_the_one_before() {
    // shows: chr-3, chr-8
    let mut papers = founded();
    let second = next(&papers, renamed("renamed"));

    let first = papers.take(&[fixtures::signed(second.clone(), &["la.mps"])]);
    assert_eq!((first.learned.len(), first.adopted.len()), (1, 0));
    let then = papers.take(&[fixtures::signed(second.clone(), &["th.rtp"])]);

    assert_eq!(then.adopted, [(CharterVersion::new(2), digest(&second))]);
    assert_eq!(papers.newest().charter(), &second);
}

#[test]
fn who_is_added_must_consent() {
    // shows: chr-4
    let mut papers = founded();
    let second = next(&papers, added("vn.cand"));

    let without = papers.take(&[fixtures::signed(second.clone(), &ALL)]);
    assert_eq!(without.adopted, []);
    let lacks = papers.tally(papers.open().next().unwrap()).lacks();
    assert_eq!(lacks, Some(Lacks::Consent { agency: fixtures::agency("vn.cand") }));
    let with = papers.take(&[fixtures::signed(second, &["vn.cand"])]);

    assert_eq!(with.adopted.len(), 1);
}

#[test]
fn a_lost_root_is_replaced_without_it_and_not_without_the_new_one() {
    // shows: chr-3, chr-4
    let mut papers = founded();
    let second = next(&papers, |charter| {
        charter.members[0].root = second_root("la.mps").public();
    });
    let bytes = fixtures::signed(second, &["mm.mpf", "th.rtp"]);
    assert_eq!(papers.take(&[bytes]).adopted, []);
    let place = papers.open().next().unwrap().digest();

    let signed = papers.sign(&place, &second_root("la.mps")).unwrap();

    assert_eq!(signed.adopted.len(), 1);
}

#[test]
fn a_minority_of_roots_changes_nothing() {
    // shows: chr-3
    let mut papers = founded();
    let coup = next(&papers, |charter| {
        charter.members.truncate(2);
        charter.witness_quorum = 1;
    });

    let taken = papers.take(&[fixtures::signed(coup, &["la.mps"])]);

    assert_eq!(taken.adopted, []);
    assert_eq!(papers.newest(), papers.founding());
}

#[test]
fn what_is_removed_no_longer_counts_and_its_past_stays_in_the_chain() {
    // shows: chr-3, chr-10
    let mut papers = founded();
    let second = next(&papers, |charter| {
        charter.members.remove(1);
        charter.witness_quorum = 1;
    });
    papers.take(&[fixtures::signed(second, &["la.mps", "th.rtp"])]);
    let third = next(&papers, renamed("without mm"));
    let refused = papers.take(&[stranger_beside(third, "la.mps", "mm.mpf")]);

    assert!(matches!(only_refusal(&refused), PaperError::Charter(CharterError::Stranger { .. })));
    let chain = Chain::of(&papers).unwrap();
    assert!(chain.newest().member(&fixtures::agency("mm.mpf")).is_none());
    assert!(chain.member_ever(&fixtures::agency("mm.mpf")).is_some());
}

/// Signed by a member, and by somebody who is none.
fn stranger_beside(charter: Charter, member: &str, stranger: &str) -> Vec<u8> {
    fixtures::signed_at_once(charter, &[member, stranger])
}

#[test]
fn versions_are_neither_skipped_nor_taken_back() {
    // shows: chr-2, chr-8
    let mut ahead = founded();
    let second = fixtures::signed(next(&ahead, renamed("two")), &ALL);
    ahead.take(core::slice::from_ref(&second));
    let third = fixtures::signed(next(&ahead, renamed("three")), &ALL);
    let mut papers = founded();

    let skipped = papers.take(core::slice::from_ref(&third));
    let (standing, found) = (CharterVersion::new(1), CharterVersion::new(3));
    assert_eq!(only_refusal(&skipped), &PaperError::Skips { standing, found });
    assert_eq!(papers.take(&[third, second.clone()]).adopted.len(), 2);

    assert_eq!(papers.take(&[second]), Taken::default());
    let back = next(&founded(), renamed("back"));
    let refused = papers.take(&[fixtures::signed(back, &ALL)]);
    assert!(matches!(only_refusal(&refused), PaperError::Rival { .. }));
    assert_eq!(papers.newest().version(), found);
}

#[test]
fn another_founding_version_is_a_rival() {
    // shows: chr-2
    let mut papers = founded();
    let mut other = fixtures::charter();
    renamed("other")(&mut other);

    let refused = papers.take(&[fixtures::signed(other, &ALL)]);

    assert!(matches!(only_refusal(&refused), PaperError::Rival { .. }));
}

#[test]
fn each_kind_of_bad_document_has_its_own_code_and_changes_nothing() {
    // shows: chr-5, chr-6, chr-9
    let papers = founded();
    let good = next(&papers, renamed("good"));
    let signed = fixtures::signed(good.clone(), &["la.mps"]);
    let ed25519_starts = find(&signed, &[0x58, 64]) + 2;
    let mut forged = signed;
    forged[ed25519_starts] ^= 1;
    let other_name = next(&papers, |charter| {
        charter.name = crate::ids::CharterName::parse("danube").unwrap();
    });
    let logs = next(&papers, |charter| charter.members[0].logs.first = LogNumber::new(2));
    let logs = Charter { members: logs.members.into_iter().map(longer).collect(), ..logs };
    let shared = next(&papers, |charter| {
        charter.members[0].root.ml_dsa = second_root("la.mps").public().ml_dsa;
    });
    let unknown = next(&papers, |charter| charter.previous = Some(Digest::from_bytes([9; 32])));
    let numbers = resolving(&papers, &[&good], |charter| charter.version = CharterVersion::new(5));
    let cases: [(Vec<u8>, &str); 9] = [
        (vec![0x60], "not-a-charter"),
        (forged, "forged"),
        (fixtures::signed(other_name, &["la.mps"]), "other-charter"),
        (fixtures::signed(logs, &["la.mps"]), "logs"),
        (fixtures::signed(shared, &["th.rtp"]), "bad-rule"),
        (fixtures::signed(unknown, &["la.mps"]), "unknown-version"),
        (charter::propose(good.clone()).unwrap(), "unsigned"),
        (half(good.clone(), "la.mps"), "half-signed"),
        (stranger_beside(good.clone(), "la.mps", "xx.yyy"), "stranger"),
    ];

    for (bytes, code) in cases {
        let mut untouched = papers.clone();
        let taken = untouched.take(&[bytes]);
        assert_eq!(only_refusal(&taken).code(), code);
        assert_eq!(untouched, papers);
    }
    let mut untouched = papers.clone();
    let both = [fixtures::signed(good, &["la.mps"]), fixtures::signed(numbers, &["th.rtp"])];
    assert_eq!(untouched.take(&both).refused[0].why.code(), "numbers");
}

fn longer(mut member: charter::Member) -> charter::Member {
    member.logs.last = LogNumber::new(3);
    member
}

fn half(charter: Charter, agency: &str) -> Vec<u8> {
    let mut proposal = charter::read(&fixtures::signed(charter, &[agency])).unwrap();
    let [classical, _] = fixtures::root(agency).public().key_ids();
    proposal.signed = proposal.signed.of_signer([classical, classical]);
    proposal.to_bytes().unwrap()
}

#[test]
fn who_signs_two_rivals_has_made_evidence_against_itself() {
    // shows: chr-7, chr-9
    let mut papers = founded();
    let (one, other) = stuck(&papers);
    papers.take(&[fixtures::signed(one.clone(), &["la.mps"])]);

    let taken = papers.take(&[fixtures::signed(other.clone(), &["la.mps"])]);

    assert_eq!(only_refusal(&taken).code(), "doubled");
    let [double] = taken.doubles.as_slice() else { panic!("one double expected: {taken:?}") };
    assert_eq!(double.agency, fixtures::agency("la.mps"));
    let both = [double.first.digest(), double.second.digest()];
    assert!(both.contains(&digest(&one)) && both.contains(&digest(&other)));
}

#[test]
fn what_nobody_entitled_signed_is_not_held_whoever_names_it() {
    // shows: chr-9
    let mut papers = founded();
    let invented = |charter: &mut Charter| {
        charter.members.retain(|member| member.agency.as_str() == "la.mps");
        charter.members.extend([fixtures::member("xx.one"), fixtures::member("xx.two")]);
    };
    let rival = next(&papers, invented);
    let names_it = resolving(&papers, &[&rival], renamed("junk"));
    let held = papers.clone();

    let junk = [charter::propose(rival).unwrap(), fixtures::signed_at_once(names_it, &["xx.one"])];
    let taken = papers.take(&junk);

    assert!(taken.learned.is_empty(), "{taken:?}");
    let codes: Vec<&str> = taken.refused.iter().map(|refused| refused.why.code()).collect();
    assert_eq!(codes, ["unsigned", "unsigned"]);
    assert_eq!(papers, held);
}

#[test]
fn a_further_version_ends_a_conflict_that_is_stuck() {
    // shows: chr-6, chr-8
    let mut papers = six();
    let (one, other) = stuck(&papers);
    let ones = fixtures::signed_at_once(one.clone(), &SIX[..3]);
    let others = fixtures::signed_at_once(other.clone(), &SIX[3..]);
    assert_eq!(papers.take(&[&ones, &others]).adopted, []);
    let third = resolving(&papers, &[&one, &other], renamed("both"));
    let signed = fixtures::signed_at_once(third.clone(), &SIX[1..5]);

    let taken = papers.take(&[&signed]);

    assert_eq!(taken.adopted, [(CharterVersion::new(3), digest(&third))]);
    let chain = Chain::of(&papers).unwrap();
    let documents: Vec<Vec<u8>> = chain.documents().map(|(_, bytes)| bytes.to_vec()).collect();
    assert_eq!(documents.len(), 4);
    assert_eq!(chain::verify(&documents, Some(papers.founding().digest())).unwrap(), chain);
}

#[test]
fn a_node_that_adopted_a_rival_moves_on_with_all_others() {
    // shows: chr-8
    let (mut at_base, mut at_rival) = (six(), six());
    let (one, other) = stuck(&at_base);
    // One of the first four signs both: it is dishonest, and three honest ones stand against three.
    let ones = fixtures::signed_at_once(one.clone(), &SIX[..4]);
    let others = fixtures::signed_at_once(other.clone(), &SIX[3..]);
    let third = resolving(&at_base, &[&one, &other], renamed("both"));
    let thirds = fixtures::signed_at_once(third, &SIX);
    assert_eq!(at_rival.take(&[&ones]).adopted.len(), 1);

    assert_eq!(at_rival.take(&[&others, &thirds]).adopted.len(), 1);
    at_base.take(&[&others]);
    at_base.take(&[&ones, &thirds, &others]);

    assert_eq!(at_base.newest().digest(), at_rival.newest().digest());
}

#[test]
fn a_resolution_needs_the_members_of_every_rival_too() {
    // shows: chr-3, chr-6
    let mut papers = six();
    let (one, other) = stuck(&papers);
    let wider = Charter { amendment_threshold: 6, ..other };
    let third = resolving(&papers, &[&one, &wider], renamed("both"));
    let documents = [
        fixtures::signed_at_once(one, &SIX[..3]),
        fixtures::signed_at_once(wider, &SIX[3..]),
        fixtures::signed_at_once(third.clone(), &SIX[..5]),
    ];

    assert_eq!(papers.take(&documents).adopted, []);
    assert_eq!(papers.take(&[fixtures::signed_at_once(third, &SIX[5..])]).adopted.len(), 1);
}

#[test]
fn a_resolution_that_passes_by_what_its_signer_signed_is_a_double() {
    // shows: chr-7
    let mut papers = six();
    let (one, other) = stuck(&papers);
    let hidden = next(&papers, renamed("a third way"));
    papers.take(&[
        fixtures::signed_at_once(one.clone(), &SIX[..3]),
        fixtures::signed_at_once(other.clone(), &SIX[3..5]),
        fixtures::signed_at_once(hidden, &SIX[5..]),
    ]);
    let third = resolving(&papers, &[&one, &other], renamed("both"));

    let taken = papers.take(&[fixtures::signed_at_once(third, &SIX[4..])]);

    let accused: Vec<&str> = taken.doubles.iter().map(|double| double.agency.as_str()).collect();
    assert_eq!(accused, [SIX[5]]);
}

#[test]
fn nothing_builds_on_what_nobody_adopted() {
    // shows: chr-2
    let mut papers = founded();
    let second = next(&papers, renamed("two"));
    papers.take(&[fixtures::signed(second.clone(), &["la.mps"])]);
    let mut ahead = founded();
    ahead.take(&[fixtures::signed(second, &ALL)]);
    let third = next(&ahead, renamed("three"));

    let taken = papers.take(&[fixtures::signed(third, &["th.rtp"])]);

    assert_eq!(only_refusal(&taken).code(), "not-adopted");
}

#[test]
fn a_chain_has_every_version_and_nothing_else() {
    // shows: chr-10
    let mut papers = founded();
    let second = fixtures::signed(next(&papers, renamed("two")), &ALL);
    papers.take(core::slice::from_ref(&second));
    let third = fixtures::signed(next(&papers, renamed("three")), &ALL);
    let few = fixtures::signed(next(&papers, renamed("three")), &["la.mps"]);
    let rival = fixtures::signed(next(&papers, renamed("rival")), &["mm.mpf"]);
    let first = fixtures::verified_charter().bytes().to_vec();
    let code = |documents: &[&Vec<u8>]| chain::verify(documents, None).unwrap_err().code();

    assert!(chain::verify(&[&first, &second, &third], None).is_ok());
    assert_eq!(code(&[]), "count");
    assert_eq!(code(&[&second]), "not-founding");
    assert_eq!(code(&[&first, &third]), "skips");
    assert_eq!(code(&[&first, &third, &second]), "order");
    assert_eq!(code(&[&first, &second, &second]), "order");
    assert_eq!(code(&[&first, &second, &few]), "too-few");
    let mut two = [&third, &rival];
    two.sort_by_key(|bytes| charter::read(bytes).unwrap().digest());
    assert!(["surplus", "rival", "too-few"].contains(&code(&[&first, &second, two[0], two[1]])));
    let pin = Some(Digest::from_bytes([3; 32]));
    let other = chain::verify(&[&first], pin).unwrap_err();
    assert!(matches!(other, ChainError::Founding(CharterError::Pin { .. })));
}

#[test]
fn a_file_holds_a_chain_or_its_first_version_alone() {
    // shows: chr-10
    let first = fixtures::verified_charter().bytes().to_vec();
    let mut papers = founded();
    papers.take(&[fixtures::signed(next(&papers, renamed("two")), &ALL)]);
    let chain = Chain::of(&papers).unwrap();
    let documents: Vec<Vec<u8>> = chain.documents().map(|(_, bytes)| bytes.to_vec()).collect();

    assert_eq!(chain::read(&first).unwrap(), [first]);
    assert_eq!(chain::read(&chain::write(&documents).unwrap()).unwrap(), documents);
    assert!(matches!(chain::read(&[0x80, 0x80]), Err(ChainError::Form(_))));
}

#[test]
fn what_a_version_says_of_rivals_is_checked_before_anything_else() {
    // shows: id-14, chr-6
    let papers = founded();
    let (one, other) = stuck(&papers);
    let good = resolving(&papers, &[&one, &other], renamed("both"));
    let with = |change: &dyn Fn(&mut Resolves)| {
        let mut broken = good.clone();
        broken.resolves.iter_mut().for_each(change);
        charter::propose(broken)
    };

    assert!(charter::propose(good.clone()).is_ok());
    for broken in [
        with(&|resolves| resolves.rivals.clear()),
        with(&|resolves| resolves.rivals.reverse()),
        with(&|resolves| resolves.since = CharterVersion::new(2)),
        with(&|resolves| resolves.since = CharterVersion::new(0)),
        with(&|resolves| resolves.rivals = vec![papers.newest().digest()]),
        with(&|resolves| {
            resolves.rivals = (0..9).map(|byte| Digest::from_bytes([byte; 32])).collect();
        }),
    ] {
        assert_eq!(broken, Err(CharterError::Rule(RuleError::Resolves)));
    }
}

pub(super) const SIX: [&str; 6] = ["cn.mps", "kh.cnp", "la.mps", "mm.mpf", "th.rtp", "vn.mps"];

/// Six agencies that bear one dishonest: four must sign.
pub(super) fn six() -> Papers {
    let charter = Charter {
        members: SIX.iter().map(|agency| fixtures::member(agency)).collect(),
        amendment_threshold: 4,
        dishonest_max: 1,
        witness_quorum: 4,
        ..fixtures::charter()
    };
    Papers::found(charter::verify(&fixtures::signed_at_once(charter, &SIX), None).unwrap())
}

/// Where a signature of this length begins, behind the payload.
fn find(bytes: &[u8], head: &[u8]) -> usize {
    bytes.windows(head.len()).rposition(|window| window == head).unwrap()
}
