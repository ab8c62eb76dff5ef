//! By what two messages are known to be about one person, and never by a name.
//!
//! Names match on many people and differ for one; they are for a person to compare. What stands here matches by itself.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::message::batch::entry::ManifestEntry;
use crate::message::body::Body;
use crate::message::content::SealedPart;
use crate::message::intelligence::notice::NoticeSubject;
use crate::message::person::IdentityDocument;
use crate::message::person::PersonRecord;
use crate::message::text::RecordRef;

/// One mark of a person; two messages with an equal one are about the same. Personal data: `Debug` shows nothing of it.
///
/// Shape: a reference as it was written; issuer and number of a document; the digest of a biometric sample; the reference
/// of a screening. Source: spec res-40.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trace(String);

impl Trace {
    /// What is compared.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn reference(reference: &RecordRef) -> Self {
        Self(format!("reference {}", reference.as_str()))
    }

    /// A document by its issuer and its letters and digits: papers are copied with and without spaces.
    fn document(document: &IdentityDocument) -> Self {
        let number = document.number.as_str().chars().filter(|each| each.is_alphanumeric());
        let number: String = number.flat_map(char::to_uppercase).collect();
        Self(format!("document {} {number}", document.issuer.as_str()))
    }

    fn screening(reference: &RecordRef) -> Self {
        Self(format!("screening {}", reference.as_str()))
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trace")
    }
}

/// The marks of the one person that a message is about; none where it is about nobody, about many, or about somebody who
/// is only described.
// spec: res-40
pub fn of(body: &Body, words: &SealedPart) -> BTreeSet<Trace> {
    let mut traces = BTreeSet::new();
    if let Body::HandoverRequest(body) = body {
        add_person(&body.person, &mut traces);
    } else if let Body::ProvisionalArrestRequest(body) = body {
        add_person(&body.person, &mut traces);
    } else if let Body::HandoverDecision(body) = body {
        traces.extend(body.victim_screening_ref.as_ref().map(Trace::screening));
    } else if let Body::Notice(body) = body {
        if let NoticeSubject::Person(person) = &body.subject {
            add_person(person, &mut traces);
        }
    } else if let Body::CustodyEvent(body) = body {
        traces.insert(Trace::reference(&body.person_ref));
    } else if let Body::RescueRequest(body) = body {
        body.person.iter().for_each(|person| add_person(person, &mut traces));
    } else if let Body::VictimScreeningReport(body) = body {
        add_person(&body.person, &mut traces);
        // The screening is the record of its procedure: a decision and an entry name it by that.
        traces.extend(words.procedure_ref.as_ref().map(Trace::screening));
    }
    traces
}

/// The marks of one person on a manifest.
// spec: res-40
pub fn of_entry(entry: &ManifestEntry) -> BTreeSet<Trace> {
    let reference = Trace::reference(&entry.person_ref);
    let document = entry.document.as_ref().map(Trace::document);
    let screening = entry.screening_ref.as_ref().map(Trace::screening);
    [Some(reference), document, screening].into_iter().flatten().collect()
}

fn add_person(person: &PersonRecord, traces: &mut BTreeSet<Trace>) {
    traces.insert(Trace::reference(&person.person_ref));
    traces.extend(person.documents.iter().map(Trace::document));
    let samples = person.biometrics.iter();
    traces.extend(samples.map(|sample| Trace(format!("sample {}", sample.hash.as_str()))));
}
