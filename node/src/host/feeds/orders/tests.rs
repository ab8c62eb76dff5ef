//! Orders outlive a restart and say nothing on the disk; a file that is damaged is no order, and there are not too many.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;

use concord_protocol::ids::ProcedureId;
use concord_protocol::message::legal_basis::LegalBasisKind;
use concord_protocol::message::legal_basis::LegalBasisRef;
use concord_protocol::message::text::HeaderText;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::message::text::ZoneName;
use concord_protocol::moment::Timestamp;

use super::OptIn;
use super::Order;
use super::Orders;
use super::Standing;

const STORAGE: [u8; 32] = [5; 32];
const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn order() -> Order {
    Order {
        procedure: ProcedureId::new(NOW, [1; 10]),
        officer: StaffNumber::parse("LA-7").unwrap(),
        zone: ZoneName::parse("Asia/Vientiane").unwrap(),
        legal_basis: Some(LegalBasisRef {
            kind: LegalBasisKind::DomesticLaw,
            instrument: HeaderText::parse("Law on Cybercrime").unwrap(),
            article: None,
        }),
        since: NOW,
    }
}

#[test]
fn an_order_outlives_a_restart_and_a_damaged_file_is_no_order() {
    // shows: fed-23, fed-24
    let folder: PathBuf = env::temp_dir().join(format!("concord-orders-{}", process::id()));
    drop(fs::remove_dir_all(&folder));
    let open = || Orders::open(folder.clone(), &STORAGE);
    let order = order();
    let standing = Standing { order: order.clone(), refused: None };
    let given = open().change(|all| Ok(all.followed.insert(order.procedure, standing.clone())));
    assert_eq!(given.unwrap(), None);
    let chosen = OptIn { officer: order.officer.clone(), since: NOW };
    let given = open().change(|all| Ok(all.taken_part_in.insert(order.procedure, chosen.clone())));
    assert_eq!(given.unwrap(), None);

    assert_eq!(open().one(&order.procedure), Some(standing));
    assert_eq!(open().opt_in(&order.procedure), Some(chosen));
    let file = folder.join(super::NAME);
    let bytes = fs::read(&file).unwrap();
    assert!(!bytes.windows(4).any(|window| window == b"LA-7"), "it names nobody on the disk");
    let other = Orders::open(folder.clone(), &[6; 32]);
    assert_eq!(other.one(&order.procedure), None, "another node's storage key");

    let damaged: Vec<u8> = bytes.iter().map(|byte| byte ^ 1).collect();
    fs::write(&file, damaged).unwrap();
    assert_eq!((open().one(&order.procedure), open().opt_in(&order.procedure)), (None, None));
    fs::remove_dir_all(&folder).unwrap();
}
