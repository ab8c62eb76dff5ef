//! What is kept survives a restart and says nothing on the disk; keys change; members and officers get no more than their
//! day; nobody who names another's key, or too many of their own, learns or costs more for it.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;

use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::oprf::DigestKey;
use concord_protocol::crypto::oprf::DigestPublic;
use concord_protocol::crypto::oprf::Element;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::limits::BLINDED_MAX;
use concord_protocol::limits::DIGEST_KEY_DAYS;
use concord_protocol::limits::DIGESTS_A_DAY_MAX;
use concord_protocol::limits::DIGESTS_OF_OFFICER_A_DAY_MAX;
use concord_protocol::limits::KEYED_A_DAY_MAX;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::intelligence::deconfliction::DeconflictionReply;
use concord_protocol::message::intelligence::deconfliction::Match;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::text::RecordRef;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::exchange::holding::HitPolicy;
use concord_protocol::wire::keying;
use concord_protocol::wire::keying::Blinded;
use concord_protocol::wire::keying::KeyingRefusal;
use concord_protocol::wire::keying::Question;

use crate::host::deconfliction::Deconfliction;
use crate::host::deconfliction::Holdup;
use crate::host::deconfliction::file;
use crate::host::deconfliction::file::FileTrouble;
use crate::host::deconfliction::look;
use crate::host::deconfliction::look::Pending;
use crate::host::deconfliction::look::Proposal;
use crate::host::deconfliction::register::DigestsError;
use crate::host::deconfliction::register::HOLDINGS_MAX;
use crate::host::deconfliction::register::HoldingError;
use crate::host::deconfliction::register::NewHolding;
use crate::host::deconfliction::register::Register;
use crate::host::deconfliction::register::holding::Holding;
use crate::host::deconfliction::register::query::ALERTS_MAX;
use crate::host::deconfliction::register::query::ALERTS_OF_ONE_MAX;
use crate::host::deconfliction::register::query::Alert;
use crate::host::deconfliction::register::query::Received;
use crate::host::deconfliction::reply;

const PHONE: &str = "+999209990000001";
const STORAGE: [u8; 32] = [5; 32];
const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// A folder of its own, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("concord-deconfliction-{}-{name}", process::id()));
        drop(fs::remove_dir_all(&path));
        Self(path)
    }

    fn open(&self) -> Deconfliction {
        Deconfliction::open(self.0.clone(), &STORAGE, federation()).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn federation() -> Digest {
    digest::sha256(b"a founding charter")
}

fn agency(id: &str) -> AgencyId {
    AgencyId::parse(id).unwrap()
}

fn peer() -> AgencyId {
    agency("vn.mps")
}

fn officer(number: &str) -> StaffNumber {
    StaffNumber::parse(number).unwrap()
}

fn holding(phone: &str, owner: &str, policy: HitPolicy) -> NewHolding {
    let value: Value = serde_json::from_value(serde_json::json!({ "phone": phone })).unwrap();
    let identifier = Identifier::read(&value, &Pointer::Root, &mut Faults::new()).unwrap();
    let case_ref = RecordRef::parse("LA-2026-0001").unwrap();
    NewHolding { identifier, owner: officer(owner), case_ref, policy }
}

fn hold(desk: &Deconfliction, new: NewHolding) -> u64 {
    let held: Result<_, HoldingError> = desk.change(|register| register.hold(new, NOW));
    held.unwrap().number()
}

fn own_key(desk: &Deconfliction, now: Timestamp) -> DigestKey {
    desk.key_for(&officer("LA-1"), 1, now).unwrap()
}

/// Notes a query that came.
fn note(desk: &Deconfliction, query: Received) {
    let noted: Result<(), FileTrouble> = desk.change(|register| {
        register.note(query);
        Ok(())
    });
    noted.unwrap();
}

fn asked(key: DigestPublic, count: usize) -> Blinded {
    Blinded { key, elements: (0..count).map(|_| Element::from_bytes([7; 32])).collect() }
}

fn received(key: DigestPublic) -> Received {
    Received {
        message: digest::sha256(b"a query"),
        id: MessageId::new(NOW, [1; 10]),
        procedure: ProcedureId::new(NOW, [2; 10]),
        from: peer(),
        key,
        at: NOW,
        compared: 0,
    }
}

#[test]
fn what_is_held_is_there_after_a_restart_and_the_files_say_nothing_of_it() {
    // shows: dcf-1, dcf-16
    let scratch = Scratch::new("restart");
    let desk = scratch.open();
    let number = hold(&desk, holding(PHONE, "LA-1", HitPolicy::Full));
    let keyed = digest::sha256(b"a keyed digest");
    let key = DigestPublic::from_bytes([9; 32]);
    note(&desk, received(key));
    desk.learn(&peer(), key, [(number, keyed)]).unwrap();
    let own = own_key(&desk, NOW).public();

    let again = scratch.open();

    assert_eq!(again.register().holding(number), desk.register().holding(number));
    let known = again.with_keyed(&peer(), |known| known.under(&key).cloned()).unwrap().unwrap();
    assert_eq!(known.get(&number), Some(&keyed));
    assert_eq!(own_key(&again, NOW).public(), own);
    for file in fs::read_dir(&scratch.0).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let says = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
        assert!(!says(PHONE.as_bytes()) && !says(keyed.as_bytes()) && !says(b"LA-2026-0001"));
    }
    let other = Deconfliction::open(scratch.0.clone(), &[6; 32], federation()).map(drop);
    assert!(matches!(other, Err(FileTrouble::NotOurs)), "another node's storage key");
}

#[test]
fn a_holding_is_shown_to_and_removed_by_its_owner_and_entered_once() {
    // shows: dcf-11
    let mut register = Register::default();
    let first = register.hold(holding(PHONE, "LA-1", HitPolicy::Full), NOW).unwrap();
    let other = register.hold(holding(PHONE, "LA-2", HitPolicy::Full), NOW).unwrap();
    let again = register.hold(holding(PHONE, "LA-1", HitPolicy::SilentToOwner), NOW).unwrap();

    assert_eq!((again.number(), again.policy()), (first.number(), HitPolicy::SilentToOwner));
    assert_ne!(other.number(), first.number());
    assert!(matches!(
        register.let_go(first.number(), &officer("LA-2")),
        Err(HoldingError::NotFound)
    ));
    register.let_go(first.number(), &officer("LA-1")).unwrap();
    assert_eq!(register.holdings().count(), 1);
    let next = register.hold(holding(PHONE, "LA-1", HitPolicy::Full), NOW).unwrap();
    assert!(next.number() > other.number(), "no number is used twice");
}

#[test]
fn the_register_refuses_one_more_than_it_takes_and_its_file_has_room_for_all() {
    // shows: dcf-11
    let mut register = Register::default();
    for number in 0..HOLDINGS_MAX {
        let phone = format!("+9992099{number:08}");
        // Owners differ, so that looking for the same one is quick.
        let owner = format!("LA-{number}");
        drop(register.hold(holding(&phone, &owner, HitPolicy::Full), NOW).unwrap());
    }

    let more = register.hold(holding("+99930000000", "LA-1", HitPolicy::Full), NOW);

    assert!(matches!(more, Err(HoldingError::Full)));
    let written = register.written().unwrap();
    assert_eq!(Register::read(Some(&written)).unwrap(), register);
}

#[test]
fn a_key_serves_for_90_days_answers_for_as_long_again_and_is_forgotten() {
    // shows: dcf-6
    let served = Span::from_days(DIGEST_KEY_DAYS);
    let mut register = Register::default();
    let first = register.key_for_queries(NOW, &[1; 32]).unwrap().public();
    register.note_asked(&first, &[peer()]);
    let before = Timestamp::from_millis(NOW.after(served).millis() - 1);
    assert_eq!(register.key_for_queries(before, &[2; 32]).unwrap().public(), first);

    let later = NOW.after(served);
    let second = register.key_for_queries(later, &[3; 32]).unwrap().public();

    assert_ne!(second, first);
    assert!(register.judge(&peer(), &asked(first, 1), later).is_ok(), "it still answers");
    let third = register.key_for_queries(later.after(served), &[4; 32]).unwrap().public();
    assert_ne!(third, second);
    let forgotten = register.judge(&peer(), &asked(first, 1), later).map(drop);
    assert_eq!(forgotten, Err(KeyingRefusal::UnknownKey), "and is forgotten");
}

#[test]
fn a_key_is_forgotten_although_nobody_asks_anything_anew() {
    // shows: dcf-6
    let scratch = Scratch::new("forgotten");
    let desk = scratch.open();
    let key = own_key(&desk, NOW).public();
    desk.asked(&key, &[peer()]).unwrap();
    let last = NOW.after(Span::from_days(2 * DIGEST_KEY_DAYS - 1));
    let over = NOW.after(Span::from_days(2 * DIGEST_KEY_DAYS + 1));
    assert!(desk.grant(&peer(), &asked(key, 1), last).is_ok());

    let refused = desk.grant(&peer(), &asked(key, 1), over).map(drop);
    desk.forget_old(over).unwrap();

    assert_eq!(refused, Err(KeyingRefusal::UnknownKey));
    let again = scratch.open().grant(&peer(), &asked(key, 1), last).map(drop);
    assert_eq!(again, Err(KeyingRefusal::UnknownKey), "the file has it no more");
}

#[test]
fn a_member_gets_digests_only_under_a_key_under_which_it_was_asked() {
    // shows: dcf-8
    let scratch = Scratch::new("asked");
    let desk = scratch.open();
    let key = own_key(&desk, NOW).public();
    let stranger = agency("th.rtp");

    assert_eq!(desk.grant(&peer(), &asked(key, 1), NOW).map(drop), Err(KeyingRefusal::UnknownKey));
    desk.asked(&key, &[peer()]).unwrap();

    assert!(desk.grant(&peer(), &asked(key, 1), NOW).is_ok());
    assert_eq!(
        desk.grant(&stranger, &asked(key, 1), NOW).map(drop),
        Err(KeyingRefusal::UnknownKey)
    );
    let other = DigestPublic::from_bytes([3; 32]);
    assert_eq!(
        desk.grant(&peer(), &asked(other, 1), NOW).map(drop),
        Err(KeyingRefusal::UnknownKey)
    );
}

#[test]
fn what_a_member_used_of_its_day_is_known_after_a_restart() {
    // shows: dcf-10
    let scratch = Scratch::new("day");
    let desk = scratch.open();
    let key = own_key(&desk, NOW).public();
    desk.asked(&key, &[peer()]).unwrap();
    let full = usize::try_from(KEYED_A_DAY_MAX).unwrap() / BLINDED_MAX;
    for _ in 0..full {
        drop(desk.grant(&peer(), &asked(key, BLINDED_MAX), NOW).unwrap());
    }

    let again = scratch.open();

    assert_eq!(again.grant(&peer(), &asked(key, 1), NOW).map(drop), Err(KeyingRefusal::Spent));
    assert!(again.grant(&peer(), &asked(key, 1), NOW.after(Span::from_days(1))).is_ok());
}

#[test]
fn where_what_was_used_cannot_be_written_nothing_is_given() {
    // shows: dcf-10
    let scratch = Scratch::new("unwritable");
    let desk = scratch.open();
    let key = own_key(&desk, NOW).public();
    desk.asked(&key, &[peer()]).unwrap();
    fs::remove_dir_all(&scratch.0).unwrap();
    fs::write(&scratch.0, b"no folder").unwrap();

    let refused = desk.grant(&peer(), &asked(key, 1), NOW).map(drop);

    fs::remove_file(&scratch.0).unwrap();
    assert_eq!(refused, Err(KeyingRefusal::Unable));
}

#[test]
fn only_holdings_whose_digests_are_not_known_are_asked_for() {
    // shows: dcf-13
    let scratch = Scratch::new("lacking");
    let desk = scratch.open();
    let key = DigestPublic::from_bytes([9; 32]);
    let first = hold(&desk, holding(PHONE, "LA-1", HitPolicy::Full));
    assert_eq!(look::lacking(&desk, &peer(), BLINDED_MAX).unwrap(), None, "nobody asked");
    note(&desk, received(key));

    let lacking = look::lacking(&desk, &peer(), BLINDED_MAX).unwrap().unwrap();
    let text = format!("vn.mps\0phone\0{PHONE}").into_bytes();
    let text = [federation().as_bytes().as_slice(), &text].concat();
    assert_eq!(lacking, (key, vec![(first, text)]), "as whoever asks would write it");
    desk.learn(&peer(), key, [(first, Digest::from_bytes([1; 32]))]).unwrap();
    assert_eq!(look::lacking(&desk, &peer(), BLINDED_MAX).unwrap(), None);

    let second = hold(&desk, holding("+999209990000002", "LA-1", HitPolicy::Full));
    let lacking = look::lacking(&desk, &peer(), BLINDED_MAX).unwrap().unwrap();
    assert_eq!(lacking.1.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [second]);
    let other = agency("th.rtp");
    assert_eq!(look::lacking(&desk, &other, BLINDED_MAX).unwrap(), None, "who did not ask");
}

#[test]
fn an_owner_is_told_once_of_each_query() {
    // shows: dcf-13, dcf-21
    let mut register = Register::default();
    let held = register.hold(holding(PHONE, "LA-1", HitPolicy::SilentToOwner), NOW).unwrap();
    let query = received(DigestPublic::from_bytes([9; 32]));
    let later = NOW.after(Span::from_days(1));

    register.alert(Alert::new(&query, &held, NOW));
    register.alert(Alert::new(&query, &held, later));

    let told = register.alerts(&officer("LA-1"));
    assert_eq!((told.len(), told[0].at(), told[0].from()), (1, NOW, &peer()));
    assert_eq!((told[0].times(), told[0].last()), (1, NOW));
    assert_eq!(register.alerts(&officer("LA-2")), []);
    let written = register.written().unwrap();
    assert_eq!(Register::read(Some(&written)).unwrap().alerts(&officer("LA-1")), told);

    let again = Received { id: MessageId::new(later, [3; 10]), ..query };
    register.alert(Alert::new(&again, &held, later));
    let told = register.alerts(&officer("LA-1"));
    assert_eq!((told.len(), told[0].times()), (1, 2), "the same member, the same holding");
    assert_eq!((told[0].at(), told[0].last(), told[0].query()), (NOW, later, again.id));
}

/// So many holdings of one owner, in as many cases.
fn holdings(register: &mut Register, owner: &str, count: usize) -> Vec<Holding> {
    let held = (0..count).map(|number| {
        let case_ref = RecordRef::parse(&format!("LA-2026-{number}")).unwrap();
        let new = NewHolding { case_ref, ..holding(PHONE, owner, HitPolicy::Full) };
        register.hold(new, NOW).unwrap()
    });
    held.collect()
}

/// Tells the owner of a holding that a member asked about it.
fn tell(register: &mut Register, held: &Holding, from: &AgencyId) {
    let query = Received { from: from.clone(), ..received(DigestPublic::from_bytes([9; 32])) };
    register.alert(Alert::new(&query, held, NOW));
}

#[test]
fn nobody_flushes_what_another_owner_was_told() {
    // shows: dcf-21
    let mut register = Register::default();
    let one = holdings(&mut register, "LA-1", 1);
    let many = holdings(&mut register, "LA-2", ALERTS_OF_ONE_MAX + 10);
    tell(&mut register, &one[0], &agency("th.rtp"));
    for held in &many {
        tell(&mut register, held, &peer());
    }

    assert_eq!(register.alerts(&officer("LA-1")).len(), 1);
    let told = register.alerts(&officer("LA-2"));
    assert_eq!((told.len(), told[0].holding()), (ALERTS_OF_ONE_MAX, many[10].number()));

    let (askers, each) = (8, 64);
    for owner in 0..ALERTS_MAX / (askers * each) {
        let held = holdings(&mut register, &format!("LA-1{owner}"), each);
        for asker in 0..askers {
            held.iter().for_each(|held| tell(&mut register, held, &agency(&format!("m{asker}.x"))));
        }
    }
    assert_eq!(register.alerts(&officer("LA-1")).len(), 1, "whoever has the most loses");
    assert!(register.alerts(&officer("LA-2")).len() <= askers * each);
    let written = register.written().unwrap();
    assert_eq!(Register::read(Some(&written)).unwrap(), register);
}

#[test]
fn a_member_that_passes_on_the_key_and_the_digests_of_another_meets_no_hit() {
    // shows: dcf-17
    let [asks, relays] = ["la.mps", "vn.mps"].map(agency);
    let (home, abroad) = (Scratch::new("asks"), Scratch::new("works"));
    let (author, works) = (home.open(), abroad.open());
    let held = holding(PHONE, "TH-1", HitPolicy::Full);
    let key = own_key(&author, NOW);
    let asked_about = key.digest(&author.text(&asks, &held.identifier)).unwrap();
    author.asked(&key.public(), &[relays.clone(), agency("th.rtp")]).unwrap();
    let number = hold(&works, held);
    // What `th.rtp` proposes to answer to a query with that key and digest, by its author.
    let proposed = |from: &AgencyId, speaker: &AgencyId| {
        let query = Received {
            message: digest::sha256(from.as_str().as_bytes()),
            from: from.clone(),
            ..received(key.public())
        };
        note(&works, query.clone());
        let (named, lacking) = look::lacking(&works, from, BLINDED_MAX).unwrap().unwrap();
        let texts = lacking.into_iter().map(|(_, text)| text).collect();
        let (question, blinded) = Question::new(named, texts, &[3; 32]).unwrap();
        let granted = author.grant(speaker, &blinded, NOW).unwrap();
        let answer = keying::answer(&blinded, &granted, &[4; 32]).unwrap();
        works
            .learn(from, named, [number].into_iter().zip(question.digests(&answer).unwrap()))
            .unwrap();
        assert!(look::missing(&works, from, &named).unwrap().is_empty(), "all is compared");
        let digests = [asked_about].into();
        let found = look::matches(&works, &query, &digests).unwrap();
        look::answered(digests, found)[0].answer
    };

    assert_eq!(proposed(&asks, &agency("th.rtp")), Match::Hit, "for whoever asks");
    assert_eq!(proposed(&relays, &relays), Match::NoHit, "for whoever copies the query");
}

fn proposal(answers: &[(Digest, Match)], pending: Option<Pending>) -> Proposal {
    let digests = answers.iter().map(|(digest, _)| *digest).collect();
    let mut found = look::answered(digests, [].into());
    for one in &mut found {
        let said = answers.iter().find(|(digest, _)| *digest == one.digest);
        one.answer = said.unwrap().1;
    }
    let query = received(DigestPublic::from_bytes([9; 32]));
    Proposal {
        query: query.id,
        procedure: query.procedure,
        from: query.from,
        pending,
        answers: found,
    }
}

fn said(answers: &[(Digest, Match)]) -> DeconflictionReply {
    let answers: Vec<_> = answers
        .iter()
        .map(|(digest, said)| {
            serde_json::json!({ "keyed_digest": digest.to_string(), "answer": said.text() })
        })
        .collect();
    let of = received(DigestPublic::from_bytes([9; 32])).id.to_string();
    let value: Value =
        serde_json::from_value(serde_json::json!({ "of": of, "answers": answers })).unwrap();
    DeconflictionReply::read(&value, &Pointer::Root, &mut Faults::new()).unwrap()
}

#[test]
fn a_reply_names_exactly_what_was_asked_about_or_is_not_signed() {
    // shows: dcf-15, dcf-18
    let [one, two, random] = [1, 2, 3].map(|byte| Digest::from_bytes([byte; 32]));
    let answers = [(one, Match::Hit), (two, Match::NoHit)];
    let ready = proposal(&answers, None);
    let rule = |said: &[(Digest, Match)]| {
        reply::judge(Some(&ready), &self::said(said)).err().map(|refusal| refusal.rule)
    };

    assert_eq!(rule(&answers), None);
    assert_eq!(rule(&[answers[1], answers[0]]), None, "in any order");
    assert_eq!(rule(&[(random, Match::NoHit), answers[1]]), Some("dcf-18"), "a hit is exchanged");
    assert_eq!(rule(&answers[1..]), Some("dcf-18"), "a hit is left out");
    assert_eq!(rule(&[answers[0], answers[1], (random, Match::NoHit)]), Some("dcf-18"));
    assert_eq!(rule(&[(one, Match::NoHit), answers[1]]), Some("dcf-15"));
    let gone = reply::judge(None, &said(&answers)).unwrap_err();
    assert_eq!(gone.rule, "dcf-18", "a query that cannot be compared is not answered");
    let pending = proposal(&answers, Some(Pending { missing: 1, holdup: None }));
    assert_eq!(reply::judge(Some(&pending), &said(&answers)).unwrap_err().rule, "dcf-15");
}

#[test]
fn a_member_that_denies_a_key_holds_up_nobody_else_who_names_it() {
    // shows: dcf-22
    let scratch = Scratch::new("holdup");
    let desk = scratch.open();
    let (key, other) = (DigestPublic::from_bytes([9; 32]), agency("th.rtp"));
    hold(&desk, holding(PHONE, "LA-1", HitPolicy::Full));
    note(&desk, received(key));
    let query = Received { message: digest::sha256(b"b"), from: other.clone(), ..received(key) };
    note(&desk, query);

    desk.note_holdup((&peer(), &key), Some(Holdup::KeyGone));

    assert_eq!(look::lacking(&desk, &peer(), BLINDED_MAX).unwrap(), None);
    assert!(look::lacking(&desk, &other, BLINDED_MAX).unwrap().is_some());
    assert_eq!(desk.holdup(&other, &key), None);
}

#[test]
fn a_member_with_three_keys_is_asked_once_under_each_and_never_again() {
    // shows: dcf-19
    let scratch = Scratch::new("three-keys");
    let desk = scratch.open();
    let held: Vec<u64> = (0..3)
        .map(|n| hold(&desk, holding(&format!("+99920999000000{n}"), "LA-1", HitPolicy::Full)))
        .collect();
    let mut frames = 0;
    for round in 0..3_u8 {
        let message = digest::sha256(&[round]);
        note(&desk, Received { message, ..received(DigestPublic::from_bytes([round; 32])) });
        while let Some((key, lacking)) = look::lacking(&desk, &peer(), BLINDED_MAX).unwrap() {
            frames += 1;
            assert!(frames <= 3, "the register is blinded again");
            assert_eq!((key, lacking.len()), (DigestPublic::from_bytes([round; 32]), held.len()));
            let made = lacking.iter().map(|(number, _)| (*number, Digest::from_bytes([round; 32])));
            desk.learn(&peer(), key, made).unwrap();
        }
    }

    assert_eq!(frames, 3);
    let keys = desk.register().keys_of(&peer());
    assert_eq!(keys, [1, 2].map(|byte| DigestPublic::from_bytes([byte; 32])), "the newest two");
    let known = |byte| {
        let key = DigestPublic::from_bytes([byte; 32]);
        desk.with_keyed(&peer(), |known| known.under(&key).map(|known| known.len())).unwrap()
    };
    assert_eq!([known(0), known(1), known(2)], [None, Some(3), Some(3)]);
}

#[test]
fn a_node_asks_one_member_for_no_more_digests_in_a_day_than_one_makes() {
    // shows: dcf-19
    let scratch = Scratch::new("pace");
    let desk = scratch.open();
    let frames = usize::try_from(KEYED_A_DAY_MAX).unwrap() / BLINDED_MAX;
    for _ in 0..frames {
        desk.may_have(&peer(), BLINDED_MAX, NOW).unwrap();
        desk.note_had(&peer(), BLINDED_MAX, NOW);
    }

    let until = desk.may_have(&peer(), 1, NOW).unwrap_err();

    assert!(NOW < until && until < NOW.after(Span::from_days(1)));
    assert_eq!(desk.may_have(&agency("th.rtp"), BLINDED_MAX, NOW), Ok(()));
    assert_eq!(desk.may_have(&peer(), BLINDED_MAX, until), Ok(()), "on the next day");
}

#[test]
fn for_a_question_that_is_refused_nothing_is_written() {
    // shows: dcf-8, dcf-10
    let scratch = Scratch::new("refused");
    let desk = scratch.open();
    let key = own_key(&desk, NOW).public();
    let file = scratch.0.join(file::REGISTER);
    let before = fs::read(&file).unwrap();

    assert!(desk.grant(&peer(), &asked(key, 1), NOW).is_err());
    assert_eq!(fs::read(&file).unwrap(), before, "each writing would have another salt");

    desk.asked(&key, &[peer()]).unwrap();
    let before = fs::read(&file).unwrap();
    assert!(desk.grant(&peer(), &asked(key, 1), NOW).is_ok());
    assert_ne!(fs::read(&file).unwrap(), before);
}

#[test]
fn an_officer_gets_as_many_digests_as_queries_of_a_day_carry() {
    // shows: dcf-20
    let scratch = Scratch::new("officer");
    let desk = scratch.open();
    let (first, second) = (officer("LA-1"), officer("LA-2"));
    let whole = usize::try_from(DIGESTS_OF_OFFICER_A_DAY_MAX).unwrap();
    let spent = |made: Result<DigestKey, DigestsError>| match made {
        Err(DigestsError::Spent { left, .. }) => Some(left),
        Err(DigestsError::File(error)) => panic!("{error}"),
        Ok(_) => None,
    };
    assert_eq!(spent(desk.key_for(&first, whole - 1, NOW)), None);

    assert_eq!(spent(desk.key_for(&first, 2, NOW)), Some(1), "refused whole");
    assert_eq!(spent(desk.key_for(&first, 1, NOW)), None);
    assert_eq!(spent(desk.key_for(&first, 1, NOW)), Some(0), "the 2,001st");

    let again = scratch.open();
    assert_eq!(spent(again.key_for(&first, 1, NOW)), Some(0), "a restart forgives nothing");
    assert_eq!(
        spent(again.key_for(&second, whole, NOW)),
        None,
        "a colleague has a day of their own"
    );
    assert_eq!(spent(again.key_for(&first, 1, NOW.after(Span::from_days(1)))), None);
}

#[test]
fn all_officers_together_get_as_many_digests_as_queries_to_all_members_carry() {
    // shows: dcf-20
    let mut register = Register::default();
    let officers = DIGESTS_A_DAY_MAX / DIGESTS_OF_OFFICER_A_DAY_MAX;
    for number in 0..officers {
        let named = officer(&format!("LA-{number}"));
        register.make(&named, DIGESTS_OF_OFFICER_A_DAY_MAX, NOW).unwrap();
    }

    assert!(register.make(&officer("LA-99"), 1, NOW).is_err(), "whoever they say they are");
    register.make(&officer("LA-99"), 1, NOW.after(Span::from_days(1))).unwrap();
    let written = register.written().unwrap();
    assert_eq!(Register::read(Some(&written)).unwrap(), register);
}

#[test]
fn a_member_that_asks_often_pushes_out_its_own_queries_and_no_other() {
    // shows: dcf-13
    let mut register = Register::default();
    let key = DigestPublic::from_bytes([9; 32]);
    let other = Received { from: agency("th.rtp"), ..received(key) };
    register.note(other.clone());
    for number in 0..300_u64 {
        let message = digest::sha256(&number.to_be_bytes());
        register.note(Received { message, ..received(key) });
        register.note(Received { message, ..received(key) });
    }

    assert_eq!(register.queries.len(), 257);
    assert_eq!(register.queries[0], other);
    let written = register.written().unwrap();
    assert_eq!(Register::read(Some(&written)).unwrap(), register);
}
