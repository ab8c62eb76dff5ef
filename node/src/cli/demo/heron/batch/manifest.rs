//! The papers of a batch: the manifest with its root, seals, schedule, certificates and accounts.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::message::batch::entry::ManifestEntry;
use concord_protocol::message::batch::root;
use concord_protocol::message::batch::root::SaltSeed;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::api::json as read;
use crate::cli::demo::calendar;
use crate::cli::demo::heron::batch::Rider;
use crate::cli::demo::heron::batch::Travel;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::letter::english;
use crate::cli::demo::trouble;
use crate::cli::fail;
use crate::entropy;
use crate::report::Report;

/// The papers of one batch.
pub(super) struct Manifest {
    body: Value,
    entries: Vec<ManifestEntry>,
    seed: SaltSeed,
    /// How many stood on the version that was sealed.
    listed: usize,
    /// How many of them are in force.
    in_force: usize,
}

impl Manifest {
    /// Draws a manifest up.
    pub(super) fn new(desk: &Desk<'_>, travel: &Travel) -> Result<Self, Report> {
        let rows: Vec<Value> = travel
            .riders
            .iter()
            .enumerate()
            .map(|(place, rider)| entry(place.saturating_add(1), rider))
            .collect();
        let entries = rows.iter().map(parsed).collect::<Result<Vec<_>, _>>()?;
        let drawn: [u8; 32] = entropy::draw()
            .map_err(|error| fail::entropy("the manifest was not drawn up", &error))?;
        let seed = SaltSeed::parse(&Digest::from_bytes(drawn).to_string())
            .map_err(|_| trouble::broken("32 bytes are no seed"))?;
        let side = |at: &usize| -> Result<Value, Report> {
            let agency = desk.agency(*at)?;
            Ok(json!({"party": agency.party, "agency": agency.id}))
        };
        let sides: Vec<Value> = travel.way.iter().map(side).collect::<Result<_, _>>()?;
        let between = sides.get(1..sides.len().saturating_sub(1)).unwrap_or_default();
        let listed = entries.len();
        let mut manifest = Self { body: Value::Null, entries, seed, listed, in_force: listed };
        manifest.body = json!({
            "batch_id": travel.name,
            "version": 1,
            "stage": "for-sealing",
            "channel": travel.channel,
            "from": sides.first(),
            "to": sides.last(),
            "transit": between,
            "entries": rows,
            "salt_seed": manifest.seed.as_str(),
            "entry_root": manifest.root()?,
            "counts": {
                "total": listed,
                "by_sex": {"female": 0, "male": 0, "other": 0, "unknown": listed},
                "minors": 0,
                "high_risk": 0,
            },
        });
        Ok(manifest)
    }

    /// What is put up for sealing.
    pub(super) fn body(&self) -> Value {
        self.body.clone()
    }

    /// The same under a later number, as somebody would send it who wants to add people.
    pub(super) fn another_version(&self) -> Value {
        let mut body = self.body.clone();
        if let Some(fields) = body.as_object_mut() {
            fields.insert("version".to_owned(), json!(2));
        }
        body
    }

    fn root(&self) -> Result<String, Report> {
        let in_order: Vec<&ManifestEntry> = self.entries.iter().take(self.in_force).collect();
        let root = root::over(&in_order, &self.seed);
        root.map(|root| root.to_string())
            .ok_or_else(|| trouble::broken("a manifest without entries"))
    }

    /// What every side seals.
    pub(super) fn seal(&self) -> Result<Value, Report> {
        Ok(json!({"version": 1, "entry_root": self.root()?, "count": self.in_force}))
    }

    /// Takes the last one off, who is ill.
    pub(super) fn take_off_last(&mut self) -> Result<Value, Report> {
        let ill = self.in_force;
        self.in_force = self.in_force.saturating_sub(1);
        Ok(json!({
            "version": 1,
            "n": [ill],
            "reason": "removed-medical",
            "note": english("Fever at the bridge; the person is in hospital."),
            "new_root": self.root()?,
            "remaining": self.in_force,
        }))
    }

    /// When and where the people are handed on.
    pub(super) fn schedule(&self, desk: &Desk<'_>, travel: &Travel) -> Result<Value, Report> {
        let mut legs = Vec::new();
        for (place, hands) in travel.way.windows(2).enumerate() {
            let [releasing, receiving] = hands else { continue };
            let (releasing, receiving) = (desk.agency(*releasing)?, desk.agency(*receiving)?);
            let hours = u64::try_from(place).unwrap_or_default().saturating_mul(12);
            legs.push(json!({
                "n": place.saturating_add(1),
                "releasing": releasing.id,
                "receiving": receiving.id,
                "point": {"name": "Friendship bridge, exercise", "country": receiving.party},
                "window": {
                    "from": calendar::instant_after(calendar::hours(hours.saturating_add(1))),
                    "to": calendar::instant_after(calendar::hours(hours.saturating_add(9))),
                },
                "zone": releasing.zone,
                "transport": english("Twelve buses."),
                "capacity": 500,
                "escorts": {"per_high_risk": 2, "names_by_staff_no": [releasing.officer], "armed": false},
                "medical": english("One ambulance and a doctor."),
                "interpreter": ["zh-Hans"],
            }));
        }
        let contact = |at: &usize| -> Result<Value, Report> {
            let agency = desk.agency(*at)?;
            Ok(json!({"agency": agency.id, "desk": agency.desk, "phone": "+999000310001"}))
        };
        let contacts: Vec<Value> = travel.way.iter().map(contact).collect::<Result<_, _>>()?;
        let agencies: Vec<&str> = travel
            .way
            .iter()
            .map(|at| desk.agency(*at).map(|agency| agency.id))
            .collect::<Result<_, _>>()?;
        Ok(json!({
            "version": 1,
            "legs": legs,
            "restraint_rules": english("Handcuffs for persons of high risk only, and never for children."),
            "hold_points": [{
                "leg": 1,
                "at": calendar::instant_after(calendar::hours(1)),
                "what": english("Opening the bridge."),
                "go_from": agencies,
            }],
            "contacts_24h": contacts,
            "cancel_cutoff": calendar::instant_after(Span::from_millis(1_800_000)),
        }))
    }

    /// What became of each at the line.
    pub(super) fn certificate(
        &self,
        (leg, last): (usize, bool),
        place: &Value,
    ) -> Result<Value, Report> {
        let result = |n: usize| {
            json!({
                "n": n,
                "outcome": "transferred",
                "identity_check": {"method": "fingerprint", "result": "confirmed"},
                "injuries_noted": false,
                "property_bag_seal_ok": true,
            })
        };
        Ok(json!({
            "leg": leg,
            "last_leg": last,
            "manifest_root": self.root()?,
            "results": (1..=self.in_force).map(result).collect::<Vec<Value>>(),
            "count_transferred": self.in_force,
            "place": place,
            "at": calendar::instant_before(Span::from_millis(0)),
        }))
    }

    /// Where everybody is, by whoever missed so many on the last leg.
    pub(super) fn account(&self, certificates: &[Sent], missed: usize) -> Value {
        let legs: Vec<Value> = certificates
            .iter()
            .enumerate()
            .map(|(place, certificate)| {
                let first = place == 0;
                let missed = if place.saturating_add(1) == certificates.len() { missed } else { 0 };
                let removed = if first { self.listed.saturating_sub(self.in_force) } else { 0 };
                json!({
                    "leg": place.saturating_add(1),
                    "certificate": certificate.digest,
                    "sealed": if first { self.listed } else { self.in_force },
                    "transferred": self.in_force.saturating_sub(missed),
                    "removed": {"medical": removed, "victim": 0, "legal": 0, "other": 0},
                    "no_show": missed,
                    "escaped": 0,
                })
            })
            .collect();
        json!({"version": 1, "legs": legs})
    }
}

fn entry(n: usize, rider: &Rider) -> Value {
    let person = &rider.person;
    json!({
        "n": n,
        "person_ref": person.reference,
        "names_in_release_order": person.names(),
        "birth": person.birth(),
        "document": person.document(),
        "nationality_status": person.nationality(),
        "category": "suspect",
        "decision_message": rider.decision,
        "screening_ref": format!("VS-{}", person.reference),
        "fitness": "fit",
        "risk": "low",
        "medical_flag": false,
        "property_bag_no": format!("BAG-{}", person.reference),
        "minor": "no",
        "travels_with_officer": false,
    })
}

/// The entry as the protocol reads it.
fn parsed(row: &Value) -> Result<ManifestEntry, Report> {
    let value = read::read(row.to_string().as_bytes())
        .map_err(|_| trouble::broken("an entry of a manifest is no JSON"))?;
    ManifestEntry::read(&value, &Pointer::Root, &mut Faults::new())
        .ok_or_else(|| trouble::broken("an entry of a manifest has not its form"))
}
