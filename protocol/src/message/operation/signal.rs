//! Go, hold, abort, stand down: short words that move everybody at once.

use crate::codec::value::Map;
use crate::codec::value::Value;
use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::Field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::grammar::Grammar;
use crate::message::grammar::Rule;
use crate::message::grammar::Shape;
use crate::message::pointer::Pointer;
use crate::message::text::LocalizedText;

choice! {
    /// Which signal. Source: DOMAIN 2.4.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    Signal {
        /// Begin.
        Go = "go",
        /// Wait.
        Hold = "hold",
        /// Give it up.
        Abort = "abort",
        /// It is over.
        StandDown = "stand-down",
    }
}

/// For whom a signal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignalScope {
    /// For everybody.
    All,
    /// For one Party's territory.
    Territory(Party),
}

const ALL: &str = "all";
const TERRITORY: &str = "territory";

impl Field for SignalScope {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        match value {
            Value::Text(text) if text == ALL => Some(Self::All),
            Value::Text(_) => field::bad_choice(at, faults, &[ALL, "{territory: Party}"]),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::List(_) | Value::Map(_) => {
                let (key, party) = field::only_key(value, &[TERRITORY], at, faults)?;
                match key {
                    TERRITORY => {
                        Party::read(party, &at.key(TERRITORY), faults).map(Self::Territory)
                    }
                    _ => field::bad_choice(at, faults, &[TERRITORY]),
                }
            }
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::All => Value::Text(ALL.into()),
            Self::Territory(party) => {
                let mut map = Map::new();
                field::put(&mut map, TERRITORY, party);
                Value::Map(map)
            }
        }
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        grammar.rule("SignalScope", |grammar| {
            Rule::Tagged([(ALL, None), (TERRITORY, Some(Party::grammar(grammar)))].into())
        })
    }
}

record! {
    /// A signal. Source: DOMAIN 2.4 and 3.5, spec msgk-94.
    OperationSignal {
        /// Which.
        signal: Signal,
        /// For whom; go is said for one territory, by its commander.
        scope: SignalScope,
        /// Why; required for hold and abort.
        reason: Option<LocalizedText>,
        /// Whether the commander knows that hostages are there, where a rescue flagged the site; only with go.
        hostages_confirmed: Option<bool>,
    }
    rules(at, faults) {
        // spec: msgk-94
        if signal == Some(Signal::Go) && scope == Some(SignalScope::All) {
            let rule = "go is said for one territory, by its own commander: {territory: Party}";
            faults.add(&at.key("scope"), FaultCode::Conflicting, rule);
        }
        if matches!(signal, Some(Signal::Hold | Signal::Abort)) {
            field::demand(reason.as_ref(), &at.key("reason"), faults, "hold and abort say why");
        }
        if signal.is_some_and(|signal| signal != Signal::Go) {
            let rule = "only go says whether hostages were confirmed";
            field::exclude(hostages_confirmed.as_ref(), &at.key("hostages_confirmed"), faults, rule);
        }
    }
}

impl BodyRules for OperationSignal {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;

    // spec: apr-7
    fn saves_lives(&self) -> bool {
        matches!(self.signal, Signal::Hold | Signal::Abort)
    }
}
