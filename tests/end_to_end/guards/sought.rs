//! Nobody is arrested at the word of one agency whom a rescue protects.

use concord_node::api::client::Client;
use concord_node::api::shape::message::Message;
use concord_node::clock;
use concord_node::report::Report;
use concord_node::report::code::Code;
use concord_protocol::moment::Span;
use harness::federation::Federation;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::begins;
use super::follows;
use super::missing;
use super::newest_own;
use super::procedure_of;
use super::say;

/// An alert: its rule, the message and the procedure that it names.
type Said = (String, Option<String>, Option<String>);

/// Whom the stories are about.
const PERSON: &str = "CN-P-000101";

fn later(days: u32) -> Value {
    json!(clock::now().after(Span::from_days(days)).to_string())
}

/// A notice to the third agency.
fn notice() -> Value {
    let mut notice = begins("notice", &[2]);
    notice["body"]["expires"] = later(30);
    notice
}

/// A notice that looks for the same person, and not for an arrest.
fn locates() -> Value {
    let mut notice = notice();
    let body = notice["body"].as_object_mut().unwrap();
    body.insert("kind".to_owned(), json!("locate-or-identify"));
    body.insert("status_of_person".to_owned(), json!("witness"));
    body.insert("action_requested".to_owned(), json!(["locate"]));
    notice
}

/// A notice of the first agency, at the third.
struct Published<'c> {
    asks: &'c Client,
    sees: &'c Client,
    notice: Message,
    procedure: String,
    messages: usize,
}

impl<'c> Published<'c> {
    fn at([asks, sees]: [&'c Client; 2], notice: Value) -> Self {
        let notice = say(asks, notice).unwrap();
        let procedure = procedure_of(&notice);
        arrives(sees, &procedure, 1);
        Self { asks, sees, notice, procedure, messages: 1 }
    }

    /// The third agency asks how it stands, and the first one answers.
    fn confirmed(&mut self, standing: &str) -> Result<Message, Report> {
        let mut query = follows("validity-query", &self.procedure, &[0]);
        query["body"] = json!({"notice": self.notice.id});
        let query = say(self.sees, query).unwrap();
        self.messages += 1;
        arrives(self.asks, &self.procedure, self.messages);
        let mut answer = follows("validity-confirmation", &self.procedure, &[2]);
        answer["body"] = json!({
            "of": query.id, "notice": self.notice.id, "standing": standing, "as_of": later(0),
        });
        if standing == "in-force" {
            answer["body"]["valid_until"] = later(1);
        }
        let said = say(self.asks, answer)?;
        self.messages += 1;
        arrives(self.sees, &self.procedure, self.messages);
        Ok(said)
    }

    fn withdrawn(&mut self) {
        say(self.asks, follows("withdrawal", &self.procedure, &[2])).unwrap();
        self.messages += 1;
        arrives(self.sees, &self.procedure, self.messages);
    }

    /// What either agency sees against it: the rules, the messages, and the procedures that say so.
    fn against(&self) -> [Vec<Said>; 2] {
        [self.asks, self.sees].map(|node| {
            let alerts = node.procedure(&self.procedure).unwrap().alerts.into_iter();
            alerts.map(|alert| (alert.rule, alert.message, alert.procedure)).collect()
        })
    }
}

/// Somebody reports the person to the second agency, and tells the first one.
fn rescue(reports: &Client, asks: &Client) -> String {
    let mut rescue = missing();
    rescue["to"] = json!([
        {"agency": AGENCIES[1], "role": "action"}, {"agency": AGENCIES[0], "role": "information"},
    ]);
    rescue["body"]["person"]["person_ref"] = json!(PERSON);
    let rescue = procedure_of(&say(reports, rescue).unwrap());
    arrives(asks, &rescue, 1);
    rescue
}

#[test]
fn nobody_is_arrested_at_the_word_of_one_agency_whom_a_rescue_protects() {
    // shows: res-66
    let world = Federation::of("guards-sought", &AGENCIES);
    let nodes = world.all_ready();
    let [asks, reports] = [0, 2].map(|place: usize| nodes[place].client());
    let mut wanted = Published::at([&asks, &reports], notice());
    let mut located = Published::at([&asks, &reports], locates());
    wanted.confirmed("in-force").unwrap();
    let rescue = rescue(&reports, &asks);

    let arrest = |reference: &str| {
        let mut arrest = begins("provisional-arrest-request", &[1]);
        let person = &mut arrest["body"]["person"];
        person["person_ref"] = json!(reference);
        for field in ["documents", "biometrics"] {
            person.as_object_mut().unwrap().remove(field);
        }
        arrest
    };
    let before = newest_own(&asks);
    let refused = say(&asks, arrest(PERSON)).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.why.contains("res-66") && refused.why.contains(&rescue), "{refused:?}");
    assert!(refused.remedy.contains("handover-request"), "{refused:?}");
    assert_eq!(newest_own(&asks), before, "nothing of it is said");
    say(&asks, arrest("CN-P-000888")).unwrap();
    say(&asks, begins("handover-request", &[1])).unwrap();

    let refused = wanted.confirmed("in-force").unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.why.contains("res-66") && refused.why.contains(&rescue), "{refused:?}");
    assert!(refused.remedy.contains("withdrawal"), "{refused:?}");
    wanted.withdrawn();
    wanted.confirmed("withdrawn").unwrap();
    located.confirmed("in-force").unwrap();
}

#[test]
fn a_wanted_notice_about_somebody_in_a_rescue_is_shown_until_it_is_withdrawn() {
    // shows: res-67
    let world = Federation::of("guards-sought-shown", &AGENCIES);
    let nodes = world.all_ready();
    let [asks, reports] = [0, 2].map(|place: usize| nodes[place].client());
    let mut wanted = Published::at([&asks, &reports], notice());
    let located = Published::at([&asks, &reports], locates());
    assert_eq!(wanted.against(), [vec![], vec![]]);

    let rescue = rescue(&reports, &asks);
    let shown = vec![("res-67".to_owned(), Some(wanted.notice.id.clone()), Some(rescue.clone()))];
    assert_eq!(wanted.against(), [shown.clone(), shown]);
    let alerts = asks.procedure(&wanted.procedure).unwrap().alerts;
    assert!(alerts[0].why.contains("reported") && !alerts[0].why.contains(PERSON), "{alerts:?}");
    assert!(alerts[0].remedy.contains("withdrawal"), "{alerts:?}");
    assert_eq!(located.against(), [vec![], vec![]]);

    wanted.withdrawn();
    assert_eq!(wanted.against(), [vec![], vec![]]);
}
