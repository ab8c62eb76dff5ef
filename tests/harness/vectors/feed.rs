//! Lists of indicators: one entry, one change, and whole files, good and with one fault each.

use concord_protocol::feed::list::Form;
use concord_protocol::feed::listed::Listed;
use concord_protocol::feed::op::Op;
use concord_protocol::feed::write::Writer;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field as _;
use concord_protocol::message::intelligence::feed_entry::FeedClass;
use concord_protocol::message::intelligence::feed_entry::FeedEntry;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::text::RecordRef;

use super::Named;
use super::Sheet;

/// The cases of feeds.
pub(super) fn cases() -> Vec<Named> {
    [rows(), changes(), lists()].concat()
}

fn rows() -> Vec<Named> {
    let mut sheet = Sheet::new("feed", "feed-row");
    let row = entry(1).bytes().unwrap();
    sheet.good("domain", "an entry about a domain", &["fed-1"], &row);
    sheet.good("ip", "an entry about an address", &["fed-1"], &entry(3).bytes().unwrap());
    let mut blind = entry(1);
    blind.pap.clear();
    sheet.bad(
        "not-permitted",
        "what is recommended is not permitted",
        &["fed-2", "msgk-55"],
        "bad-entry",
        &blind.bytes().unwrap(),
    );
    let mut early = entry(1);
    early.valid_until = early.first_seen;
    let dies = "the entry dies before it was last seen";
    sheet.bad("dies-early", dies, &["fed-2", "msgk-55"], "bad-entry", &early.bytes().unwrap());
    let mut mapped = entry(1);
    mapped.identifier = identifier("domain", "198.18.0.1");
    let address = "an address where a domain should stand";
    sheet.bad("address-as-domain", address, &["fed-5"], "bad-entry", &mapped.bytes().unwrap());
    let late = beyond_every_instant(&row, entry(1).valid_until.seconds());
    let dies = "the entry dies at a time that no instant can hold";
    sheet.bad("dies-beyond-time", dies, &["fed-1"], "bad-entry", &late);
    sheet.bad("cut", "the last value is missing", &["fed-1"], "bad-entry", &row[..row.len() - 1]);
    sheet.cases
}

/// An entry with 2^63 where it has these seconds.
fn beyond_every_instant(row: &[u8], seconds: u64) -> Vec<u8> {
    let was = [&[0x1a][..], &u32::try_from(seconds).unwrap().to_be_bytes()].concat();
    let place = row.windows(was.len()).rposition(|part| part == was).unwrap();
    let beyond = [&[0x1b][..], &(1_u64 << 63).to_be_bytes()].concat();
    [&row[..place], &beyond, &row[place + was.len()..]].concat()
}

fn changes() -> Vec<Named> {
    let mut sheet = Sheet::new("feed", "feed-change");
    let id = RecordRef::parse("CN-IND-0000001").unwrap();
    sheet.good("add", "an entry that is new", &["fed-8"], &Op::Add(entry(1)).bytes().unwrap());
    let gone = Op::Withdraw(id).bytes().unwrap();
    sheet.good("withdraw", "an entry that goes", &["fed-8"], &gone);
    let mut other = gone.clone();
    *other.last_mut().unwrap() = 4;
    sheet.bad("unknown", "a change that is none", &["fed-8"], "bad-entry", &other);
    *other.last_mut().unwrap() = 0;
    sheet.bad("add-by-id", "an id where an entry is added", &["fed-8"], "bad-entry", &other);
    sheet.cases
}

fn lists() -> Vec<Named> {
    let mut sheet = Sheet::new("feed", "feed-list");
    let file = list(&[entry(0), entry(1), entry(2), entry(3)]);
    sheet.good("four", "four entries in one block", &["fed-3", "fed-4"], &file);
    sheet.good("empty", "a list without entries", &["fed-3", "fed-4"], &list(&[]));
    // The trailer: seven values, its length, the mark. Form and class are its second and third value.
    let trailer = file.windows(5).rposition(|bytes| bytes == [0x87, 1, 0, 0, 4]).unwrap();
    let changed = |place: usize, byte: u8| {
        let mut changed = file.clone();
        changed[place] ^= byte;
        changed
    };
    let root = changed(trailer + 10, 1);
    sheet.bad("wrong-root", "another root than the entries have", &["fed-4"], "wrong-root", &root);
    let class = changed(trailer + 3, 1);
    sheet.bad("wrong-class", "domains in a list of accounts", &["fed-6"], "wrong-class", &class);
    let counts = trailer + 5 + 34;
    assert_eq!(file[counts..counts + 4], [0x82, 0x82, 1, 3], "three domains are counted");
    let count = changed(counts + 3, 1);
    sheet.bad(
        "wrong-count",
        "two domains are counted, three are there",
        &["fed-4"],
        "wrong-count",
        &count,
    );
    let form = "a file of changes where entries are wanted";
    sheet.bad("wrong-form", form, &["fed-3"], "bad-form", &changed(trailer + 2, 1));
    let mark = file.len() - 1;
    sheet.bad(
        "wrong-mark",
        "the mark at the end is another",
        &["fed-3"],
        "bad-form",
        &changed(mark, 1),
    );
    sheet.bad(
        "block-damaged",
        "a block does not inflate",
        &["fed-3"],
        "bad-form",
        &changed(0, 0x06),
    );
    sheet.cases
}

fn list(entries: &[Listed]) -> Vec<u8> {
    let mut sorted: Vec<&Listed> = entries.iter().collect();
    sorted.sort_by_key(|listed| listed.bytes().unwrap());
    let mut file = Vec::new();
    let mut list = Writer::new(Form::Entries, FeedClass::Infrastructure, &mut file);
    for listed in sorted {
        list.entry(listed).unwrap();
    }
    list.finish().unwrap();
    file
}

/// Three domains, then an address. Source: DOMAIN 6.
fn entry(number: u32) -> Listed {
    let text = format!(
        r#"{{"id":"CN-IND-{number:07}","identifier":{{"domain":"d{number:06}.fraud.example"}},
        "role":"phishing-site","first_seen":"2026-01-10T00:00:00+08:00","last_seen":"2026-01-24T08:00:00+08:00",
        "valid_until":"2026-07-23T08:00:00+08:00","confidence":"high","tlp":"amber","victim_countries":["CN"],
        "evaluation":{{"scheme":"6x6","source_code":"B","info_code":"2"}},
        "pap":["block","warn"],"recommended":"block"}}"#
    );
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let value = serde_json::from_value(json).unwrap();
    let mut faults = Faults::new();
    let entry = FeedEntry::read(&value, &Pointer::Root, &mut faults);
    let mut listed = Listed::of(&faults.judge(entry).unwrap()).unwrap();
    if number % 4 == 3 {
        listed.identifier = identifier("ip", &format!("198.18.0.{number}"));
    }
    listed
}

fn identifier(kind: &str, text: &str) -> concord_protocol::message::identifier::Identifier {
    let value = serde_json::from_value(serde_json::json!({ kind: text })).unwrap();
    let mut faults = Faults::new();
    let read = concord_protocol::message::identifier::Identifier::read(
        &value,
        &Pointer::Root,
        &mut faults,
    );
    faults.judge(read).unwrap()
}
