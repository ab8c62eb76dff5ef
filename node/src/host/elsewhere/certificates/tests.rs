//! When nobody is judged by a staff list, and that is shown.

use concord_protocol::identity::staff::StaffList;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::moment::Timestamp;

use crate::host::elsewhere::certificates;

#[test]
fn a_date_outside_the_staff_list_of_the_day_on_which_it_was_sent_is_shown() {
    // shows: cer-8
    let at = Timestamp::from_millis;
    let list = StaffList {
        charter: CharterName::parse("heron").unwrap(),
        agency: AgencyId::parse("la.mps").unwrap(),
        number: 3,
        from: at(10),
        until: at(20),
        offices: Vec::new(),
    };
    for (stated, sent, is_shown) in
        [(9, 15, true), (21, 15, true), (15, 15, false), (9, 9, false), (15, 21, false)]
    {
        let shown = certificates::unjudged(&list, at(stated), at(sent));
        assert_eq!(shown.is_some(), is_shown, "stated {stated}, sent {sent}");
    }
}
