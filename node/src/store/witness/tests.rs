//! The file that a rolled-back witness still has.

use std::path::Path;
use std::sync::Arc;

use concord_protocol::crypto::digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::moment::Timestamp;
use serde_bytes::ByteBuf;

use crate::store::disk::Disk;
use crate::store::tests::fake::FakeDisk;
use crate::store::witness::VouchError;
use crate::store::witness::Vouched;
use crate::store::witness::WitnessFile;
use crate::store::witness::WitnessFinding;

const DIR: &str = "/node";

#[test]
fn what_was_vouched_for_is_there_after_a_crash() {
    // shows: wit-10, wit-12
    let disk = disk();
    let (mut file, finding) = open(&disk);
    assert_eq!(finding, WitnessFinding::Missing);
    file.vouch(vec![vouched("th.rtp", 7), vouched("mm.mpf", 3)]).unwrap();
    file.vouch(vec![vouched("th.rtp", 9)]).unwrap();

    let (again, finding) = open(&disk.crash(|| 0));

    assert_eq!(finding, WitnessFinding::Held);
    assert_eq!(again.last("concord/heron/th.rtp/log1"), Some(&vouched("th.rtp", 9)));
    assert_eq!(again.logs().count(), 2);
}

#[test]
fn a_crash_in_the_middle_leaves_the_old_file_or_the_new_one() {
    // shows: wit-10
    for calls in 0..6 {
        for chance in 0..4_u64 {
            let disk = disk();
            open(&disk).0.vouch(vec![vouched("th.rtp", 7)]).unwrap();
            let (mut file, _) = open(&disk);
            disk.fail_after(calls);
            let written = file.vouch(vec![vouched("th.rtp", 9)]);

            let (again, finding) = open(&disk.crash(|| chance));
            assert_eq!(finding, WitnessFinding::Held);
            let size = again.last("concord/heron/th.rtp/log1").unwrap().size.get();
            assert!(size == 9 || (size == 7 && written.is_err()), "after {calls} calls: {size}");
        }
    }
}

#[test]
fn after_a_failed_write_nothing_more_is_vouched_for() {
    // shows: wit-10
    let disk = disk();
    let (mut file, _) = open(&disk);
    disk.fail_after(0);
    assert!(matches!(file.vouch(vec![vouched("th.rtp", 7)]), Err(VouchError::Unwritable(_))));

    disk.fail_after(u64::MAX);
    assert!(matches!(file.vouch(vec![vouched("th.rtp", 7)]), Err(VouchError::Failed)));
}

#[test]
fn damage_is_no_empty_file_and_is_set_aside() {
    // shows: wit-12
    let path = Path::new(DIR).join("state/witness");
    let whole = {
        let disk = disk();
        open(&disk).0.vouch(vec![vouched("th.rtp", 7)]).unwrap();
        disk.bytes(&path)
    };
    for at in 0..whole.len() {
        let disk = disk();
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        disk.put(&path, bytes.clone());
        assert_eq!(open(&disk).1, WitnessFinding::Damaged, "byte {at}");
        assert_eq!(disk.bytes(&path.with_extension("refused")), bytes);
    }
    for cut in [0, 1, 15, 16, whole.len() - 1] {
        let disk = disk();
        disk.put(&path, whole[..cut].to_vec());
        assert_eq!(open(&disk).1, WitnessFinding::Damaged, "cut at {cut}");
    }
}

#[test]
fn the_file_of_another_agency_is_not_ours() {
    // shows: wit-12
    let disk = disk();
    open(&disk).0.vouch(vec![vouched("th.rtp", 7)]).unwrap();
    let other = AgencyId::parse("kh.npc").unwrap();

    let (file, finding) = WitnessFile::open_on(Arc::new(disk), Path::new(DIR), &other).unwrap();

    assert_eq!((file.logs().count(), finding), (0, WitnessFinding::Foreign));
}

fn disk() -> FakeDisk {
    let disk = FakeDisk::default();
    disk.make_folder(&Path::new(DIR).join("state")).unwrap();
    disk
}

fn open(disk: &FakeDisk) -> (WitnessFile, WitnessFinding) {
    let agency = AgencyId::parse("la.mps").unwrap();
    WitnessFile::open_on(Arc::new(disk.clone()), Path::new(DIR), &agency).unwrap()
}

fn vouched(agency: &str, size: u64) -> Vouched {
    Vouched {
        agency: AgencyId::parse(agency).unwrap(),
        origin: format!("concord/heron/{agency}/log1"),
        size: TreeSize::new(size),
        root: digest::sha256(&size.to_be_bytes()),
        at: Timestamp::from_millis(size * 1000),
        note: ByteBuf::from(b"a note".to_vec()),
    }
}
