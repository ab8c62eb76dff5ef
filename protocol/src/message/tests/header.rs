//! What the parts of a header say, in both forms.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_json::json;

use super::read;
use super::tree;
use crate::codec;
use crate::codec::Encoded;
use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::handling::Handling;
use crate::message::handling::HandlingCodes;
use crate::message::handling::Onward;
use crate::message::kind::Kind;
use crate::message::legal_basis::LegalBasisKind;
use crate::message::legal_basis::LegalBasisRef;
use crate::message::purpose::PurposeKind;
use crate::message::recipient::Recipient;
use crate::message::recipient::Role;
use crate::message::text::HeaderText;
use crate::message::urgency::Urgency;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    kind: Kind,
    to: Vec<Recipient>,
    urgency: Urgency,
    handling: HandlingCodes,
    purpose: PurposeKind,
    legal_basis: Vec<LegalBasisRef>,
}

impl Encoded for Parts {
    const BYTES_MAX: usize = 32 * 1024;
}

fn parts(onward: Onward) -> Parts {
    let handling: Handling = read(&tree(&json!({
        "classification": "restricted", "codes": ["H2", "H1"], "evidential_use": "with-consent",
        "onward": "none", "review_on": "2027-01-01", "erase_by": "2031-01-01",
    })))
    .unwrap();
    Parts {
        kind: Kind::HandoverRequest,
        to: Vec::from([Recipient {
            agency: AgencyId::parse("la.mps").unwrap(),
            role: Role::Information,
        }]),
        urgency: Urgency::U2,
        handling: HandlingCodes { onward, ..handling.codes() },
        purpose: PurposeKind::Border,
        legal_basis: Vec::from([LegalBasisRef {
            kind: LegalBasisKind::Treaty,
            instrument: HeaderText::parse("Treaty on Extradition").unwrap(),
            article: None,
        }]),
    }
}

#[test]
fn the_parts_of_a_header_come_back_from_their_encoding() {
    let onwards = [
        Onward::None,
        Onward::OwnCompetentAuthorities,
        Onward::AllParties,
        Onward::Named(BTreeSet::from([Party::parse("TH").unwrap(), Party::parse("LA").unwrap()])),
    ];
    for onward in onwards {
        let parts = parts(onward);

        let bytes = codec::encode(&parts).unwrap();

        assert_eq!(codec::decode::<Parts>(&bytes).unwrap(), parts);
    }
}

#[test]
fn a_kind_is_its_text_on_the_wire() {
    // shows: msgk-6
    let bytes = codec::encode(&parts(Onward::None)).unwrap();

    assert_eq!(bytes[..3], [0xa6, 0x00, 0x70]);
    assert!(bytes[3..].starts_with(b"handover-request"));
    for kind in Kind::all() {
        assert_eq!(Kind::parse(kind.text()), Some(*kind));
    }
    assert_eq!(Kind::parse("Handover-Request"), None);
}
