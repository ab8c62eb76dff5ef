//! Day −35: a feed at its real size, two changes, one dispute, and a year of effects.
//!
//! Every entry is invented: domains below `fraud.example`, addresses of the range for benchmarks (RFC 2544).

use std::fs;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::calendar;
use crate::cli::demo::heron::desk::CN;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::Line;
use crate::cli::demo::heron::desk::SIX;
use crate::cli::demo::heron::desk::Scene;
use crate::cli::demo::heron::desk::TH;
use crate::cli::demo::heron::desk::VN;
use crate::cli::demo::heron::numbers::Indicators;
use crate::cli::demo::letter::english;
use crate::cli::demo::trouble;
use crate::cli::table;
use crate::report::Report;
use crate::report::code::Code;

/// By which the feed is known.
pub(crate) const FEED_ID: &str = "CN-FEED-INFRA-1";

/// How long a node may take to make its table of the whole feed.
const TABLE_WITHIN: Duration = Duration::from_secs(120);

/// Of the second change its part, in hundredths; the rest is in the first.
const SECOND: u64 = 40;

/// Which entries are meant: sites and addresses from these numbers on.
#[derive(Clone, Copy, Debug)]
struct Entries {
    sites: (u64, u64),
    addresses: (u64, u64),
}

/// Plays the day.
pub(super) fn play(desk: &Desk<'_>) -> Result<(), Report> {
    desk.progress.doing("day -35: a feed of indicators");
    let numbers = &desk.numbers.indicators;
    let mut scene = Scene::new(&SIX, "prevention", FEED_ID);
    open(desk, &mut scene, numbers)?;
    stands_at(desk, &scene, CN, 1)?;
    let gap = json!({
        "feed_id": FEED_ID, "class": "infrastructure", "from_seq": 5, "to_seq": 6,
        "prev_hash": "5".repeat(64), "root_hash": "6".repeat(64),
        "ops": {"inline": [{"withdraw": site_id(1)}]},
    });
    desk.refused(&mut scene, CN, quiet("feed-delta", gap), Code::OutOfTurn)?;
    for (seq, part) in (2..).zip(parts(numbers)) {
        change(desk, &mut scene, part)?;
        stands_at(desk, &scene, CN, seq)?;
    }
    dispute(desk, &mut scene)?;
    // Whoever blocks by another agency's list has decided to.
    stands_at(desk, &scene, TH, 3)?;
    desk.stations.client(TH)?.opt_in(scene.id()?, desk.agency(TH)?.officer)?;
    effects(desk, &mut scene)?;
    desk.stands(&mut scene, "open")?;
    for at in SIX {
        stands_at(desk, &scene, at, 3)?;
    }
    let (sites, addresses) = numbers.at_the_end();
    desk.progress.done(format!(
        "day -35  CN opens a feed; two changes lead to {sites} sites and {addresses} addresses, which all six hold; VN disputes a shared one; TH decides to block what it lists; twelve reports of effects"
    ));
    Ok(())
}

/// A message about the feed.
fn quiet(kind: &'static str, body: Value) -> Line {
    Line::new(kind, body).codes(&["H0"]).urgency("U4")
}

/// The whole list opens the feed.
fn open(desk: &Desk<'_>, scene: &mut Scene, numbers: &Indicators) -> Result<(), Report> {
    let all = Entries { sites: (1, numbers.sites), addresses: (1, numbers.addresses) };
    let lines = lines(desk, |out| all.entries(|entry| line(out, &entry)))?;
    let made = desk.stations.client(CN)?.prepare_list(&lines, ("infrastructure", None, None))?;
    let made = table::json(&made);
    let fields = ["class", "seq", "root_hash", "count_by_type", "entries"];
    say(desk, scene, quiet("feed-snapshot", body(&made, &fields)), &made)
}

/// What was found since is added, and what was wrong is withdrawn.
fn change(desk: &Desk<'_>, scene: &mut Scene, part: (Entries, Entries)) -> Result<(), Report> {
    let (added, withdrawn) = part;
    let lines = lines(desk, |out| {
        added.entries(|entry| line(out, &json!({ "add": entry })))?;
        withdrawn.ids(|id| line(out, &json!({ "withdraw": id })))
    })?;
    let made = desk.stations.client(CN)?.prepare_change(scene.id()?, &lines, ("ops", None))?;
    let made = table::json(&made);
    let fields = ["class", "from_seq", "to_seq", "prev_hash", "root_hash", "ops"];
    say(desk, scene, quiet("feed-delta", body(&made, &fields)), &made)
}

fn say(desk: &Desk<'_>, scene: &mut Scene, line: Line, made: &Value) -> Result<(), Report> {
    let beside = made.get("attachment").cloned().into_iter().collect();
    desk.say(scene, CN, line.with("attachments", Value::Array(beside))).map(drop)
}

/// What the node found out about a list, as the body of its message.
fn body(made: &Value, fields: &[&str]) -> Value {
    let mut body = json!({ "feed_id": FEED_ID });
    for field in fields {
        if let (Some(map), Some(value)) = (body.as_object_mut(), made.get(*field)) {
            drop(map.insert((*field).to_owned(), value.clone()));
        }
    }
    body
}

/// Waits until a node has the entries of the feed up to a number.
fn stands_at(desk: &Desk<'_>, scene: &Scene, at: usize, seq: u64) -> Result<(), Report> {
    let awaited = format!("{} has the feed up to {seq}", desk.agency(at)?.id);
    let procedure = scene.id()?;
    desk.stations.until(at, TABLE_WITHIN, &awaited, |client| {
        let feed = client.feed(procedure).ok()?;
        (feed.entries_seq == Some(seq)).then_some(())
    })
}

/// A hospital answers from the same address.
fn dispute(desk: &Desk<'_>, scene: &mut Scene) -> Result<(), Report> {
    let disputed = json!({
        "feed_id": FEED_ID, "entry": address_id(1), "grounds": ["shared"],
        "evidence": english("A hospital answers from the same address."),
    });
    let disputed = desk.say(scene, VN, quiet("indicator-dispute", disputed).urgency("U3"))?;
    let decision = json!({
        "of": disputed.id, "outcome": "changed", "recommended": "monitor",
        "reason": english("The address is shared; the site is listed by its name."),
    });
    desk.say(scene, CN, quiet("dispute-decision", decision).urgency("U3")).map(drop)
}

/// What blocking did, month by month.
fn effects(desk: &Desk<'_>, scene: &mut Scene) -> Result<(), Report> {
    for month in 0..12_u32 {
        let messages = if month == 11 { 220_000_000 } else { 200_000_000 };
        let from = Span::from_days((12 - month) * 30);
        let to = Span::from_days((11 - month) * 30);
        let body = json!({
            "period": {"from": calendar::instant_before(from), "to": calendar::instant_before(to)},
            "feed_id": FEED_ID,
            "attempts_blocked_by_type": [
                {"attempt": "call", "count": 175_000_000},
                {"attempt": "message", "count": messages},
            ],
        });
        desk.say(scene, TH, quiet("block-effect-report", body))?;
    }
    Ok(())
}

/// What the two changes add and withdraw. What is withdrawn stands at the end of the first list.
fn parts(numbers: &Indicators) -> [(Entries, Entries); 2] {
    let split = |(from, count): (u64, u64)| {
        let second = count * SECOND / 100;
        [(from, count - second), (from + count - second, second)]
    };
    let added = [
        split((numbers.sites + 1, numbers.sites_added)),
        split((numbers.addresses + 1, numbers.addresses_added)),
    ];
    let gone = [
        split((numbers.sites - numbers.sites_withdrawn + 1, numbers.sites_withdrawn)),
        split((numbers.addresses - numbers.addresses_withdrawn + 1, numbers.addresses_withdrawn)),
    ];
    let [[a, b], [c, d]] = added;
    let [[e, f], [g, h]] = gone;
    [
        (Entries { sites: a, addresses: c }, Entries { sites: e, addresses: g }),
        (Entries { sites: b, addresses: d }, Entries { sites: f, addresses: h }),
    ]
}

impl Entries {
    fn entries(self, mut each: impl FnMut(Value) -> io::Result<()>) -> io::Result<()> {
        for number in span(self.sites) {
            each(entry(
                &site_id(number),
                &json!({"domain": format!("d{number:06}.fraud.example")}),
            ))?;
        }
        for number in span(self.addresses) {
            let [high, low] = [number / 256 % 256, number % 256];
            let address = format!("198.{}.{high}.{low}", 18 + number / 65_536);
            each(entry(&address_id(number), &json!({ "ip": address })))?;
        }
        Ok(())
    }

    fn ids(self, mut each: impl FnMut(String) -> io::Result<()>) -> io::Result<()> {
        span(self.sites)
            .map(site_id)
            .chain(span(self.addresses).map(address_id))
            .try_for_each(&mut each)
    }
}

fn span((from, count): (u64, u64)) -> std::ops::Range<u64> {
    from..from.saturating_add(count)
}

fn site_id(number: u64) -> String {
    format!("CN-IND-{number:07}")
}

fn address_id(number: u64) -> String {
    format!("CN-IND-9{number:06}")
}

fn entry(id: &str, identifier: &Value) -> Value {
    json!({
        "id": id,
        "identifier": identifier,
        "role": "phishing-site",
        "first_seen": calendar::instant_before(Span::from_days(20)),
        "last_seen": calendar::instant_before(Span::from_days(1)),
        "valid_until": calendar::instant_after(Span::from_days(29)),
        "confidence": "high",
        "evaluation": {"scheme": "4x4", "source_code": "A", "info_code": "2"},
        "tlp": "amber",
        "pap": ["query-quietly", "warn", "block"],
        "recommended": "block",
    })
}

fn line(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    writeln!(out, "{value}")
}

/// A file of lines, in the author's folder for as long as it is open.
fn lines(
    desk: &Desk<'_>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<File, Report> {
    let path = desk.stations.place(CN)?.folder.path().join("feed-lines");
    written(&path, write).map_err(|error| {
        trouble::broken(format!("the lines of the feed were not written: {error}"))
    })
}

fn written(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<File> {
    let mut out = BufWriter::new(File::create(path)?);
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?;
    let lines = File::open(path)?;
    fs::remove_file(path)?;
    Ok(lines)
}
