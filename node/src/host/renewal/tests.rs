//! In which order, and in what portions, messages are owed again.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;

use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::engine::input::Renew;
use concord_protocol::engine::input::Rest;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::Renewal;
use concord_protocol::engine::record::Settlement;
use concord_protocol::engine::record::SuccessionRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::hash;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::succession;
use concord_protocol::log::succession::Lost;
use concord_protocol::log::succession::Restored;
use concord_protocol::log::succession::Statement;
use concord_protocol::log::succession::code::Cause;
use concord_protocol::moment::Timestamp;
use serde_bytes::ByteBuf;

use crate::host::renewal::Renewals;
use crate::store::Store;
use crate::store::StoreSettings;
use crate::store::files::FilesSettings;

#[test]
fn what_may_be_lost_waits_for_room_and_holds_up_no_other_link() {
    // shows: suc-18
    let (absent, other) = (agency("mm.mpf"), agency("th.rtp"));
    let world = World::new(&[(&absent, 3), (&other, 2)]);
    let mut renewals = Renewals::default();
    [&absent, &other].into_iter().for_each(|peer| renewals.add(succession(peer)));
    let mut room = BTreeMap::from([(absent.clone(), 0), (other.clone(), 512)]);
    let mut next = |room: &BTreeMap<AgencyId, usize>| {
        renewals.page(&world.store.reader(), |peer| room[peer]).unwrap().map(|page| seen(&page))
    };

    // The first one in the row has no room: the second one does not wait for it.
    assert_eq!(next(&room), Some((other.clone(), vec![1, 2], false)));
    assert_eq!(next(&room), Some((other.clone(), vec![], true)));
    assert_eq!(next(&room), None);

    // A receipt made some, then some more; it goes on where it was.
    room.insert(absent.clone(), 2);
    assert_eq!(next(&room), Some((absent.clone(), vec![1, 2], false)));
    room.insert(absent.clone(), 0);
    assert_eq!(next(&room), None);
    room.insert(absent.clone(), 2);
    assert_eq!(next(&room), Some((absent.clone(), vec![3], false)));
    assert_eq!(next(&room), Some((absent, vec![], true)));
    assert_eq!(next(&room), None);
}

/// Whose page it is, its numbers, and whether it is the last one.
fn seen(page: &Renew) -> (AgencyId, Vec<u64>, bool) {
    let numbers = page.records.iter().map(|record| record.number.get()).collect();
    (page.succession.agency.clone(), numbers, matches!(page.rest, Rest::None))
}

/// A store that remembers what was sent to each peer.
struct World {
    dir: PathBuf,
    store: Store,
}

impl World {
    fn new(sent: &[(&AgencyId, u64)]) -> Self {
        let dir = env::temp_dir().join(format!("concord-renewal-{}", process::id()));
        fs::create_dir_all(&dir).unwrap();
        let settings = StoreSettings {
            cache_bytes: 1024 * 1024,
            reserve_bytes: 0,
            low_bytes: 0,
            segment_bytes: 1024 * 1024,
            files: FilesSettings::USUAL,
        };
        let (mut store, _) = Store::open(&dir, settings, ContentKey::from_bytes([7; 32])).unwrap();
        let numbers = sent.iter().flat_map(|(peer, last)| (1..=*last).map(|one| (*peer, one)));
        let records: Vec<Record> = numbers.map(|(peer, one)| owed(peer, one)).collect();
        store.commit_carried(&records, Vec::new()).unwrap();
        Self { dir, store }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.dir));
    }
}

fn owed(peer: &AgencyId, number: u64) -> Record {
    Record::Outbound(OutboundRecord {
        peer: peer.clone(),
        epoch: Epoch::new(1),
        number: LinkNumber::new(number),
        message: digest::sha256(&number.to_be_bytes()),
        bytes: 100,
        expires: None,
        leaf: LeafIndex::new(number),
        settlement: Settlement::Open,
        receipt: None,
        form: Form::Whole,
    })
}

/// A succession after which epoch 2 begins.
fn succession(peer: &AgencyId) -> SuccessionRecord {
    let stated = Statement {
        charter: CharterName::parse("heron").unwrap(),
        agency: peer.clone(),
        serial: Serial::new(1),
        from_log: LogNumber::new(1),
        to_log: LogNumber::new(2),
        last: Vec::new(),
        restored: Restored { size: TreeSize::new(0), root: hash::EMPTY_ROOT },
        lost: Lost { first: LeafIndex::new(0), count: 9 },
        cause: Cause::Rollback,
        officer: StaffNumber::parse("LA-4711").unwrap(),
        at: Timestamp::from_millis(0),
    };
    let statement = succession::sign_statement(&stated, &SigningKey::from_seed(&[1; 32])).unwrap();
    SuccessionRecord {
        agency: peer.clone(),
        log: LogNumber::new(2),
        epoch: Epoch::new(2),
        statement: ByteBuf::from(statement),
        approvals: Vec::new(),
        held: None,
        renewal: Renewal::Begun,
    }
}

fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).unwrap()
}
