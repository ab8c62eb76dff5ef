//! What is said in a request for information, by whoever is in it, as far as it has come to the speaker.

use std::fs;
use std::sync::OnceLock;

use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::recipient::Role;
use concord_protocol::message::submission::Submission;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::machine::Machine;
use serde_json::json;

use crate::life::Errand;
use crate::world::World;
use crate::world::clients::Saying;

/// Procedures among which a client chooses.
const PROCEDURES_MAX: usize = 64;

/// How often a client looks for something to answer.
const LOOKS_MAX: u64 = 4;

/// What can be said; not all of it has its place everywhere, and then the node says so.
const WORDS: [Word; 6] =
    [Word::Begins, Word::Takes, Word::Replies, Word::Asks, Word::Clarifies, Word::Withdraws];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Begins,
    Takes,
    Replies,
    Asks,
    Clarifies,
    Withdraws,
}

impl Word {
    const fn kind(self) -> &'static str {
        match self {
            Self::Begins => "request-for-information",
            Self::Takes => "acknowledgement",
            Self::Replies => "information-reply",
            Self::Asks => "additional-information-request",
            Self::Clarifies => "additional-information-reply",
            Self::Withdraws => "withdrawal",
        }
    }

    /// The example of the specification, as one submission.
    fn example(self) -> &'static serde_json::Value {
        static EXAMPLES: OnceLock<Vec<serde_json::Value>> = OnceLock::new();
        let all = EXAMPLES.get_or_init(|| WORDS.iter().map(|word| read(word.kind())).collect());
        &all[WORDS.iter().position(|word| *word == self).unwrap()]
    }

    /// What is submitted about a procedure that begins with this message.
    fn about(self, opening: Option<&Act>) -> Submission {
        let mut letter = self.example().clone();
        if let (Self::Takes, Some(opening)) = (self, opening) {
            letter["body"]["of"] = json!(opening.id.to_string());
        }
        let tree: Value = serde_json::from_value(letter).unwrap();
        Submission::read(&tree).unwrap()
    }
}

/// An example without what names other messages.
fn read(kind: &str) -> serde_json::Value {
    let file = harness::top().join(format!("spec/examples/{kind}.json"));
    let mut letter: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let fields = letter.as_object_mut().unwrap();
    for field in ["procedure", "parents", "supersedes", "originator", "consent", "attachments"] {
        fields.remove(field);
    }
    letter
}

/// Who first asks is asked to act; the others are told.
fn first_acts(rank: usize) -> Role {
    if rank == 0 { Role::Action } else { Role::Information }
}

impl World {
    /// A request for information, of the first of these places.
    pub(super) fn request(&mut self, seat: usize, to: &[usize], name: [u8; 10]) -> Option<Signed> {
        let procedure = ProcedureId::new(self.clock(seat), self.name());
        let to = self.recipients(to, first_acts);
        let submission = Word::Begins.about(None);
        self.signed(seat, to, Saying { submission: &submission, procedure, name, after: None })
    }

    /// Something to say in a request that the node holds, after all of it that the node holds; `None` where there is none,
    /// and then the client looks again.
    pub(super) fn word(&mut self, errand: Errand, name: [u8; 10]) -> Option<Signed> {
        let seat = self.errands[errand].author;
        let (procedure, book) = self.some_request(seat);
        let Some((book, opening)) = book.as_ref().and_then(|book| Some((book, first(book)?)))
        else {
            self.errands[errand].given_up = self.errands[errand].tries >= LOOKS_MAX;
            return None;
        };
        let me = self.seats[seat].place();
        let mut to: Vec<usize> = opening
            .asked
            .iter()
            .chain([&opening.author])
            .chain(&opening.told)
            .map(|agency| self.cast.place(agency))
            .collect();
        to.retain(|place| *place != me);
        self.errands[errand].to.clone_from(&to);
        let word = WORDS[1 + self.chance.below(WORDS.len() - 1)];
        let submission = word.about(Some(opening));
        let version = book.machine().map_or(0, |machine| machine.common().version());
        let after = Some((book.transcript().heads(), version));
        let to = self.recipients(&to, first_acts);
        let saying = Saying { submission: &submission, procedure: procedure?, name, after };
        let signed = self.signed(seat, to, saying)?;
        self.truth.had_seen(signed.digest(), seen(book));
        Some(signed)
    }

    /// One of the requests for information that a node holds.
    fn some_request(&mut self, seat: usize) -> (Option<ProcedureId>, Option<Book>) {
        let Some(life) = &self.seats[seat].life else { return (None, None) };
        let held = life.reader.procedures(None, PROCEDURES_MAX).unwrap();
        let books = held.into_iter().map(|id| (id, Book::of(life.reader.acts(&id).unwrap())));
        let is_request = |book: &Book| matches!(book.machine(), Some(Machine::Information(_)));
        let mut books: Vec<_> = books.filter(|(_, book)| is_request(book)).collect();
        if books.is_empty() {
            return (None, None);
        }
        let (procedure, book) = books.swap_remove(self.chance.below(books.len()));
        (Some(procedure), Some(book))
    }
}

/// The message that began a procedure.
fn first(book: &Book) -> Option<&Act> {
    book.transcript().act(0)
}

/// Everything that is in its place for whoever holds this book.
fn seen(book: &Book) -> Vec<Digest> {
    let acts = (0..book.transcript().len()).filter_map(|place| book.transcript().act(place));
    acts.map(|act| act.digest).collect()
}
