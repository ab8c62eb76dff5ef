//! Bodies in the bundle of a procedure: each is the one that was sent, or is found out.

use alloc::vec;
use alloc::vec::Vec;

use crate::audit::bundle::BodyUse;
use crate::audit::bundle::Scope;
use crate::audit::export;
use crate::audit::export::Contents;
use crate::audit::export::ExportError;
use crate::audit::finding::Flaw;
use crate::audit::progress::Unwatched;
use crate::audit::tests::forge;
use crate::audit::tests::forge::Agency;
use crate::audit::tests::forge::LA;
use crate::audit::tests::forge::MM;
use crate::audit::tests::forge::Pack;
use crate::audit::tests::lies::Lies;
use crate::audit::verify;
use crate::audit::verify::report::Grade;
use crate::audit::verify::report::Report;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::envelope;
use crate::message::handling::EvidentialUse;

const SALT: [u8; 32] = [3; 32];
const BODY: &[u8] = b"what was said";

fn scope() -> Option<Scope> {
    Some(Scope::Procedure { procedure: forge::procedure(0) })
}

/// The bundle of the procedure with the bodies that the agency opens.
fn shown(agency: &Agency, to_use: BodyUse) -> Vec<u8> {
    let contents = Contents { scope: scope(), bodies: Some(to_use), ..agency.contents() };
    let mut bundle = Vec::new();
    export::write(agency, &contents, &mut bundle, &Unwatched).unwrap();
    bundle
}

fn judged(bundle: &[u8]) -> Result<Report, Flaw> {
    verify::verify(bundle, Some(forge::genesis())).map_err(|finding| finding.flaw)
}

/// A message whose header commits to a body, sent by one and taken by the other, and both know what it says.
fn told(used: EvidentialUse) -> (Agency, Agency, Digest) {
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    let mut header = la.header(&[MM]);
    header.commitment = envelope::commitment(&SALT, BODY);
    header.handling.evidential_use = used;
    let message = la.sign(&header);
    let digest = la.send_message(&message, MM);
    forge::exchange(&mut la, &mut mm, &[]);
    la.bodies.insert(digest, [&SALT[..], BODY].concat());
    mm.bodies.clone_from(&la.bodies);
    (la, mm, digest)
}

/// Bodies that are not what was sent, that are not there, and that must not be.
pub(super) fn about_bodies() -> Lies {
    let mut lies = Lies::default();
    let (la, _, _) = told(EvidentialUse::Allowed);
    let mut pack = Pack::read(&shown(&la, BodyUse::Court));
    pack.put_items("bodies", &[[&SALT[..], b"what was not said"].concat()]);
    lies.found("body-differs", pack.finding());
    pack.put_items("bodies", &[]);
    lies.found("body-missing", pack.finding());
    let (la, _, _) = told(EvidentialUse::Never);
    lies.found("body-use", Pack::read(&shown(&la, BodyUse::Court)).finding());
    lies
}

#[test]
fn a_body_is_shown_with_its_salt_by_whoever_sent_it_and_by_whoever_took_it() {
    // shows: audit-49, audit-50
    let (mut la, mm, message) = told(EvidentialUse::WithConsent);
    let other = la.send(&[MM]);
    for (agency, withheld) in [(&la, 1), (&mm, 0)] {
        let report = judged(&shown(agency, BodyUse::Court)).unwrap();
        assert_eq!(report.bodies, Some(BodyUse::Court));
        assert_eq!((report.counts.bodies, report.counts.withheld), (1, withheld));
        let transcript = report.transcript.unwrap();
        let plain = transcript.entry(&message).unwrap().body.clone().unwrap();
        assert_eq!((plain.salt(), plain.content()), (&SALT, BODY));
        assert!(transcript.entry(&other).is_none_or(|entry| entry.body.is_none()));
    }
}

#[test]
fn the_messages_of_a_bundle_are_told_with_their_receipts() {
    // shows: audit-36
    let (la, _, message) = told(EvidentialUse::Allowed);
    let transcript = judged(&shown(&la, BodyUse::Court)).unwrap().transcript.unwrap();
    let receipts = &transcript.entry(&message).unwrap().receipts;
    assert_eq!((receipts.len(), receipts[0].grade), (1, Grade::Consistent));
    assert_eq!(receipts[0].by.as_str(), MM);
}

#[test]
fn another_body_or_another_salt_is_found_out() {
    // shows: audit-50
    let (la, _, _) = told(EvidentialUse::Allowed);
    let good = Pack::read(&shown(&la, BodyUse::Court));
    let others = [
        [&SALT[..], b"what was not said"].concat(),
        [&[4; 32][..], BODY].concat(),
        SALT[..31].to_vec(),
        SALT.to_vec(),
    ];
    for other in others {
        let mut pack = good.clone();
        pack.put_items("bodies", &[other]);
        assert_eq!(judged(&pack.bytes()).unwrap_err(), Flaw::BodyDiffers);
    }
    let mut pack = good.clone();
    pack.put_items("bodies", &[]);
    assert_eq!(judged(&pack.bytes()).unwrap_err(), Flaw::BodyMissing);
    let mut pack = good.clone();
    pack.put_items("bodies", &[[&SALT[..], BODY].concat(), vec![]]);
    assert_eq!(judged(&pack.bytes()).unwrap_err(), Flaw::SurplusItem { item: 1 });
}

#[test]
fn nobody_takes_a_body_away_without_giving_the_bundle_another_name() {
    // shows: audit-49
    let (la, _, _) = told(EvidentialUse::Allowed);
    let good = shown(&la, BodyUse::Court);
    let mut pack = Pack::read(&good);
    let entries = pack.entries();
    pack.put_items("bodies", &[vec![]]);
    let manifest = crate::audit::bundle::Manifest {
        parts: u64::try_from(entries.len()).unwrap(),
        ..pack.manifest.clone()
    };
    let taken = pack.bytes_with(&manifest, &entries);
    assert!(matches!(judged(&taken).unwrap_err(), Flaw::PartLength { .. }));
    let sealed = judged(&pack.bytes()).unwrap();
    assert_eq!((sealed.counts.bodies, sealed.counts.withheld), (0, 1));
    assert_ne!(sealed.digest, judged(&good).unwrap().digest);
}

#[test]
fn what_may_never_be_evidence_is_not_shown_for_use_in_court() {
    // shows: audit-51
    let (la, mm, _) = told(EvidentialUse::Never);
    for mut agency in [la, mm] {
        assert_eq!(judged(&shown(&agency, BodyUse::Court)).unwrap_err(), Flaw::BodyUse);
        assert_eq!(judged(&shown(&agency, BodyUse::Work)).unwrap().counts.bodies, 1);
        agency.bodies.clear();
        assert_eq!(judged(&shown(&agency, BodyUse::Court)).unwrap().counts.withheld, 1);
    }
}

#[test]
fn an_erased_body_leaves_no_hole() {
    // shows: audit-50
    let (mut la, _, message) = told(EvidentialUse::Allowed);
    let bytes = la.leaves[1].clone();
    let crate::log::leaf::Leaf::Message { header } = crate::codec::decode(&bytes).unwrap() else {
        panic!("the second leaf is the message");
    };
    let sealed = envelope::header::read(&header).unwrap().sealed.digest;
    la.push(&forge::erased(message, 1, sealed));
    la.bodies.clear();
    let report = judged(&shown(&la, BodyUse::Court)).unwrap();
    let transcript = report.transcript.unwrap();
    let entry = transcript.entry(&message).unwrap();
    assert_eq!(entry.erased.map(|leaf| leaf.get()), Some(4));
    assert!(entry.body.is_none());
}

#[test]
fn only_the_bundle_of_a_procedure_has_bodies() {
    // shows: audit-49
    let (la, _, _) = told(EvidentialUse::Allowed);
    let contents = Contents { bodies: Some(BodyUse::Work), ..la.contents() };
    let written = export::write(&la, &contents, &mut vec![], &Unwatched);
    assert_eq!(written, Err(ExportError::Scope));
    let mut pack = Pack::read(&la.bundle());
    pack.manifest.bodies = Some(BodyUse::Work);
    assert_eq!(judged(&pack.bytes()).unwrap_err(), Flaw::Scope);
}

#[test]
fn a_bundle_without_bodies_is_as_it_was() {
    // shows: audit-49
    let (la, _, _) = told(EvidentialUse::Allowed);
    let plain = la.scoped(scope());
    let report = judged(&plain).unwrap();
    assert_eq!((report.bodies, report.counts.bodies, report.counts.withheld), (None, 0, 0));
    assert_ne!(digest::sha256(&plain), digest::sha256(&shown(&la, BodyUse::Work)));
    let mut pack = Pack::read(&plain);
    pack.parts.push(("bodies".into(), vec![]));
    assert_eq!(judged(&pack.bytes()).unwrap_err(), Flaw::Surplus);
}
