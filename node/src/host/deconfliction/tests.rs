//! What is kept survives a restart and says nothing on the disk; keys change; a member gets no more than its day.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;

use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::oprf::DigestPublic;
use concord_protocol::crypto::oprf::Element;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::limits::BLINDED_MAX;
use concord_protocol::limits::DIGEST_KEY_DAYS;
use concord_protocol::limits::KEYED_A_DAY_MAX;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::text::RecordRef;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::exchange::holding::HitPolicy;
use concord_protocol::wire::keying::Blinded;
use concord_protocol::wire::keying::KeyingRefusal;

use crate::host::deconfliction::Deconfliction;
use crate::host::deconfliction::look;
use crate::host::deconfliction::register::HOLDINGS_MAX;
use crate::host::deconfliction::register::HoldingError;
use crate::host::deconfliction::register::NewHolding;
use crate::host::deconfliction::register::Register;
use crate::host::deconfliction::register::query::Alert;
use crate::host::deconfliction::register::query::Received;
use crate::host::sealed_files::FileTrouble;

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
        Deconfliction::open(self.0.clone(), &STORAGE)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn peer() -> AgencyId {
    AgencyId::parse("vn.mps").unwrap()
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
    desk.keep_keyed(&peer(), |known| known.take(key, [(number, keyed)], |_| true)).unwrap();
    let own = desk.own_key(NOW).unwrap().public();

    let again = scratch.open();

    assert_eq!(again.register().unwrap().holding(number), desk.register().unwrap().holding(number));
    let known = again.with_keyed(&peer(), |known| known.under(&key).cloned()).unwrap().unwrap();
    assert_eq!(known.get(&number), Some(&keyed));
    assert_eq!(again.own_key(NOW).unwrap().public(), own);
    for file in fs::read_dir(&scratch.0).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let says = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
        assert!(!says(PHONE.as_bytes()) && !says(keyed.as_bytes()) && !says(b"LA-2026-0001"));
    }
}

#[test]
fn a_register_that_cannot_be_read_ends_deconfliction_and_nothing_else() {
    // shows: dcf-17
    let scratch = Scratch::new("damaged");
    let key = scratch.open().own_key(NOW).unwrap().public();
    let file = scratch.0.join("register");
    let whole = fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(&file, &damaged).unwrap();
    let others = Deconfliction::open(scratch.0.clone(), &[6; 32]);
    for desk in [scratch.open(), others] {
        assert!(!desk.is_usable());
        assert!(matches!(desk.register(), Err(FileTrouble::NotOurs)));
        assert!(matches!(desk.own_key(NOW), Err(FileTrouble::NotOurs)));
        let asked = Blinded { key, elements: Vec::new() };
        assert_eq!(desk.grant(&peer(), &asked, NOW).err(), Some(KeyingRefusal::Unable));
    }
    assert_eq!(fs::read(&file).unwrap(), damaged, "what can still be restored is not written over");
    fs::write(&file, whole).unwrap();
    assert_eq!(scratch.open().own_key(NOW).unwrap().public(), key);
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
    assert!(register.key_asked_of(&first, &peer()).is_some(), "its queries are still answered");
    let third = register.key_for_queries(later.after(served), &[4; 32]).unwrap().public();
    assert!(third != second && register.key_asked_of(&first, &peer()).is_none(), "forgotten");
}

#[test]
fn a_member_gets_digests_only_under_a_key_under_which_it_was_asked() {
    // shows: dcf-8
    let scratch = Scratch::new("asked");
    let desk = scratch.open();
    let key = desk.own_key(NOW).unwrap().public();
    let stranger = AgencyId::parse("th.rtp").unwrap();

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
    let key = desk.own_key(NOW).unwrap().public();
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
    let key = desk.own_key(NOW).unwrap().public();
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
    let noted: Result<(), FileTrouble> = desk.change(|register| {
        register.queries.push(received(key));
        Ok(())
    });
    noted.unwrap();

    let lacking = look::lacking(&desk, &peer(), BLINDED_MAX).unwrap().unwrap();
    assert_eq!(lacking, (key, vec![(first, format!("phone\0{PHONE}").into_bytes())]));
    let made = Digest::from_bytes([1; 32]);
    desk.keep_keyed(&peer(), |known| known.take(key, [(first, made)], |_| true)).unwrap();
    assert_eq!(look::lacking(&desk, &peer(), BLINDED_MAX).unwrap(), None);

    let second = hold(&desk, holding("+999209990000002", "LA-1", HitPolicy::Full));
    let lacking = look::lacking(&desk, &peer(), BLINDED_MAX).unwrap().unwrap();
    assert_eq!(lacking.1.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [second]);
    let other = AgencyId::parse("th.rtp").unwrap();
    assert_eq!(look::lacking(&desk, &other, BLINDED_MAX).unwrap(), None, "who did not ask");
}

#[test]
fn an_owner_is_told_once_of_each_query() {
    // shows: dcf-13
    let mut register = Register::default();
    let held = register.hold(holding(PHONE, "LA-1", HitPolicy::SilentToOwner), NOW).unwrap();
    let query = received(DigestPublic::from_bytes([9; 32]));

    register.alert(Alert::new(&query, &held, NOW));
    register.alert(Alert::new(&query, &held, NOW.after(Span::from_days(1))));

    let told = register.alerts(&officer("LA-1"));
    assert_eq!((told.len(), told[0].at(), told[0].from()), (1, NOW, &peer()));
    assert_eq!(register.alerts(&officer("LA-2")), []);
    let written = register.written().unwrap();
    assert_eq!(Register::read(Some(&written)).unwrap().alerts(&officer("LA-1")), told);
}

#[test]
fn a_member_that_asks_often_pushes_out_its_own_queries_and_no_other() {
    // shows: dcf-13
    let mut register = Register::default();
    let key = DigestPublic::from_bytes([9; 32]);
    let other = Received { from: AgencyId::parse("th.rtp").unwrap(), ..received(key) };
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
