//! A person who travelled with a batch arrives in the person's own handover.

use std::fs;

use concord_node::api::client::Client;
use concord_node::api::shape::message::Message;
use concord_node::report::code::Code;
use harness::federation::Federation;
use harness::letter;
use harness::shell;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::follows;
use super::granted;
use super::listing;
use super::procedure_of;
use super::say;

#[test]
fn a_handover_goes_on_from_the_certificate_of_the_batch_by_which_its_person_came() {
    // shows: ho-76, ho-77, ho-78, bat-63
    let world = Federation::of("guards-arrivals", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let (handover, decision) = granted(&asks, &asked);
    let listed = listing(&[(decision.as_str(), "CN-P-000101")]);
    let batch = procedure_of(&say(&asked, listed.clone()).unwrap());
    let mut trip = Trip { nodes: [&asks, &asked], batch: &batch, said: 1 };
    trip.leave(&listed["body"]["entry_root"]);
    let (certificate, signed) = trip.certify(&listed["body"]["entry_root"]);
    let early = say(&asks, arrival(&handover, &certificate.id, 1)).unwrap_err();
    assert_eq!(early.code, Code::Safeguard, "one side has signed it: {early:?}");
    trip.countersign(&certificate, &signed);
    for (named, entry) in [(&certificate.id, 2), (&decision, 1)] {
        let refused = say(&asks, arrival(&handover, named, entry)).unwrap_err();
        assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    }

    // One command says it of everybody, and says nothing twice.
    let file = world.path().join("arrival.json");
    fs::write(&file, arrival(&handover, &certificate.id, 1).to_string()).unwrap();
    let file = file.display().to_string();
    let dir = world.folder(0).display().to_string();
    let order = [
        "manifest",
        "arrive",
        &certificate.id,
        "--message",
        &file,
        "--officer",
        "CN-1",
        "--json",
        "--dir",
        &dir,
    ];
    let said: Vec<Value> = (0..2)
        .map(|_| {
            let output = shell::concord(world.path(), &order);
            assert!(output.status.success(), "{output:?}");
            serde_json::from_slice(&output.stdout).unwrap()
        })
        .collect();
    assert_eq!(said[0], said[1]);
    assert_eq!(said[0]["arrived"][0]["procedure"], json!(handover));
    let view = arrives(&asked, &handover, 4);
    assert_eq!(view.summary.stage.as_deref(), Some("handed-over"));
    assert_eq!((view.alerts, asks.procedure(&handover).unwrap().alerts), (vec![], vec![]));

    let again = listing(&[(decision.as_str(), "CN-P-000101")]);
    let second = procedure_of(&say(&asked, again.clone()).unwrap());
    let mut seal = follows("manifest-seal", &second, &[0]);
    seal["body"] = json!({"version": 1, "entry_root": again["body"]["entry_root"], "count": 1});
    let refused = say(&asked, seal).unwrap_err();
    assert!(refused.why.contains("handed-over"), "nobody travels twice on it: {refused:?}");

    // A recount takes the place of the certificate that was named, and both nodes show it.
    let (recount, signed) = trip.certify(&listed["body"]["entry_root"]);
    trip.countersign(&recount, &signed);
    for node in [&asks, &asked] {
        let alerts = node.procedure(&handover).unwrap().alerts;
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        assert_eq!(alerts[0].rule, "ho-77");
    }
}

/// A batch of the second agency for the first on its way.
pub(super) struct Trip<'t> {
    /// Who receives, who gives.
    pub(super) nodes: [&'t Client; 2],
    pub(super) batch: &'t str,
    /// Messages of the batch so far.
    pub(super) said: usize,
}

impl Trip<'_> {
    /// Says something, and waits until the other side has it.
    fn say(&mut self, by: usize, kind: &str, body: Value) -> Message {
        let mut letter = follows(kind, self.batch, &[1 - by]);
        letter["body"] = body;
        arrives(self.nodes[by], self.batch, self.said);
        let said = say(self.nodes[by], letter).unwrap();
        self.said += 1;
        arrives(self.nodes[1 - by], self.batch, self.said);
        said
    }

    pub(super) fn leave(&mut self, root: &Value) {
        let seal = json!({"version": 1, "entry_root": root, "count": 1});
        self.say(0, "manifest-seal", seal.clone());
        self.say(1, "manifest-seal", seal);
        let guarantee = json!({
            "version": 1, "entries": [1], "confirms_nationality": true, "accepts_if_turned_back": true,
            "valid_until": "2100-03-31T23:59:59+08:00",
        });
        self.say(0, "reception-guarantee", guarantee);
        let mut schedule = follows("custody-transfer-schedule", self.batch, &[0])["body"].clone();
        let mut leg = schedule["legs"][0].clone();
        leg["releasing"] = json!(AGENCIES[1]);
        leg["receiving"] = json!(AGENCIES[0]);
        schedule["version"] = json!(1);
        schedule["legs"] = json!([leg]);
        schedule["hold_points"][0]["go_from"] = json!([AGENCIES[0], AGENCIES[1]]);
        schedule["contacts_24h"] = json!(
            AGENCIES[..2]
                .iter()
                .map(|agency| json!({"agency": agency, "desk": "Desk", "phone": "+999000310001"}))
                .collect::<Vec<Value>>()
        );
        let schedule = self.say(1, "custody-transfer-schedule", schedule);
        let agreed =
            json!({"version": 1, "schedule_digest": schedule.digest, "answer": "accepted"});
        self.say(0, "schedule-answer", agreed);
        let heads = self.nodes[0].procedure(self.batch).unwrap().heads;
        for side in [0, 1] {
            self.say(side, "state-confirm", json!({"act": "release-custody", "heads": heads}));
        }
        let mut release = follows("leg-release", self.batch, &[0])["body"].clone();
        release["leg"] = json!(1);
        self.say(1, "leg-release", release);
    }

    /// The certificate, and what both officers sign of it.
    pub(super) fn certify(&mut self, root: &Value) -> (Message, String) {
        let mut body = follows("handover-certificate", self.batch, &[0])["body"].clone();
        body["leg"] = json!(1);
        body["manifest_root"] = root.clone();
        body["results"] = json!([body["results"][0]]);
        body["count_transferred"] = json!(1);
        let signed = letter::certified(self.batch, &body);
        (self.say(1, "handover-certificate", body), signed)
    }

    pub(super) fn countersign(&mut self, certificate: &Message, signed: &str) {
        let body = json!({
            "of": certificate.digest, "certificate_digest": signed, "made_offline": false,
        });
        self.say(0, "certificate-countersignature", body);
    }
}

/// The receiving side says that the person came as this entry under this certificate.
pub(super) fn arrival(handover: &str, certificate: &str, entry: u64) -> Value {
    let mut letter = follows("custody-event", handover, &[1]);
    // The person's case is another one than that of the batch.
    letter["purpose"]["case_ref"] = json!("CN-2026-0101");
    letter["body"] = json!({
        "person_ref": "CN-P-000101", "kind": "transferred", "holder": "CN",
        "at": "2026-03-16T15:30:00+08:00", "place": {"name": "Gate 1", "country": "CN"},
        "by_batch": {"certificate": certificate, "entry": entry},
    });
    letter
}
