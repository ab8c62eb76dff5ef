//! What a store is given: messages by number, each with leaf, body and delivery, so that all of it can be demanded back.

use concord_node::store::Batch;
use concord_node::store::bodies::BodyIn;
use concord_node::store::read::ReadError;
use concord_node::store::read::Reader;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::LeafRecord;
use concord_protocol::engine::record::LinkRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::Settlement;
use concord_protocol::engine::record::TileRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Form;
use concord_protocol::log::tile;
use concord_protocol::log::tree::Tree;
use concord_protocol::moment::Timestamp;
use serde_bytes::ByteBuf;

use crate::chance::Chance;

/// Most messages of one commit.
const BATCH_MAX: usize = 8;

/// Longest header, in bytes; long enough that the embedded store fills segments and takes old ones again.
const HEADER_BYTES_MAX: usize = 3000;

const BODY_BYTES_MAX: usize = 6000;

/// A message is settled by the commit of the one that comes so many after it.
const SETTLED_AFTER: u64 = 8;

const EPOCH: Epoch = Epoch::new(1);

/// The messages up to one of them, and the tree over their leaves.
#[derive(Clone, Debug)]
pub struct History {
    seed: u64,
    tree: Tree,
    messages: u64,
}

/// What a store holds of a history.
#[derive(Debug, PartialEq, Eq)]
pub enum Held {
    /// All of it.
    Whole,
    /// All but some bodies, of which the store says that they are lost.
    WithoutBodies(usize),
}

/// What is wrong with what a store holds.
#[derive(Debug)]
pub enum Wrong {
    /// The store says that it cannot read.
    Unreadable(ReadError),
    /// The store gives something else than was committed, and says nothing.
    Silent(String),
}

impl From<ReadError> for Wrong {
    fn from(error: ReadError) -> Self {
        Self::Unreadable(error)
    }
}

/// One message.
struct Known {
    number: u64,
    digest: Digest,
    id: MessageId,
    header: Vec<u8>,
    sealed: Vec<u8>,
    own_key: [u8; 32],
}

impl History {
    /// The first messages of a history.
    pub fn of(seed: u64, messages: u64) -> Self {
        let mut history = Self { seed, tree: Tree::new(), messages: 0 };
        for number in 0..messages {
            history.tree.append(&history.known(number).header);
            history.messages += 1;
        }
        history
    }

    /// How many messages it has.
    pub const fn messages(&self) -> u64 {
        self.messages
    }

    /// How many messages it has after the next batch.
    pub fn after_next(&self) -> u64 {
        let mut chance = Chance::from_seed(self.seed ^ self.messages.wrapping_mul(31));
        self.messages + 1 + u64::try_from(chance.below(BATCH_MAX)).unwrap()
    }

    /// The next messages, as one commit.
    pub fn batch(&mut self) -> Batch {
        let mut batch = Batch::default();
        for number in self.messages..self.after_next() {
            self.message(number, &mut batch);
        }
        self.messages = self.after_next();
        let (size, root) = (self.tree.size(), self.tree.root());
        let note = ByteBuf::from(format!("note {size}").into_bytes());
        batch.records.push(Record::Head(HeadRecord { size, root, note }));
        batch
    }

    fn message(&mut self, number: u64, batch: &mut Batch) {
        let known = self.known(number);
        let header = ByteBuf::from(known.header.clone());
        let (index, filled) = self.tree.append(&known.header);
        batch.records.push(Record::Leaf(LeafRecord { index, leaf: header.clone() }));
        batch.records.extend(filled.into_iter().map(|full| {
            let hashes = ByteBuf::from(tile::hash_bytes(&full.hashes));
            Record::Tile(TileRecord { level: full.id.level, index: full.id.index, hashes })
        }));
        batch.records.push(Record::Message(MessageRecord {
            digest: known.digest,
            id: known.id,
            from: agency("la.mps"),
            at: Timestamp::from_millis(number),
            leaf: index,
            message: header,
            body: BodyForm::Held,
        }));
        batch.records.push(known.owed(Settlement::Open));
        if let Some(settled) = number.checked_sub(SETTLED_AFTER) {
            batch.records.push(self.known(settled).owed(accepted(settled)));
        }
        batch.records.push(Record::Link(LinkRecord {
            peer: agency("th.rtp"),
            out_epoch: EPOCH,
            out_next: LinkNumber::new(number + 2),
            in_epoch: EPOCH,
            in_cursor: LinkNumber::new(0),
            out_lowest: LinkNumber::new(1),
        }));
        let own_key = Some(ContentKey::from_bytes(known.own_key));
        batch.bodies.push(BodyIn { message: known.digest, sealed: known.sealed, own_key });
    }

    /// Demands everything back, and nothing more.
    ///
    /// # Errors
    /// What is missing, or other than it was.
    pub fn held_by(&self, reader: &Reader) -> Result<Held, Wrong> {
        same("the tree", reader.tree()?.root(), self.tree.root())?;
        let mut without = 0;
        for number in 0..self.messages {
            let known = self.known(number);
            let leaf = reader.leaf(LeafIndex::new(number))?;
            same(&format!("leaf {number}"), leaf.as_ref(), Some(&known.header))?;
            let found = reader.message_by_id(&known.id, &agency("la.mps"))?;
            same(&format!("id {number}"), found, Some(known.digest))?;
            let found = reader.message(&known.digest)?.map(|found| found.message.into_vec());
            same(&format!("message {number}"), found.as_ref(), Some(&known.header))?;
            let owed = reader.outbound(&agency("th.rtp"), EPOCH, LinkNumber::new(number + 1))?;
            let settlement = if number + SETTLED_AFTER < self.messages {
                accepted(number)
            } else {
                Settlement::Open
            };
            same(
                &format!("number {}", number + 1),
                owed.map(Record::Outbound),
                Some(known.owed(settlement)),
            )?;
            match reader.body(&known.digest) {
                Ok(Some(body)) => {
                    same(&format!("body {number}"), &body.sealed, &known.sealed)?;
                    let own = body.own_key.map(|own| *own.expose());
                    same(&format!("key {number}"), own, Some(known.own_key))?;
                }
                Ok(None) => return Err(Wrong::Silent(format!("body {number} is not there"))),
                Err(error) if error.is_lost_body() => without += 1,
                Err(error) => return Err(error.into()),
            }
        }
        let links =
            reader.links()?.into_iter().map(|link| link.out_next.get()).collect::<Vec<u64>>();
        let next = (self.messages > 0).then_some(self.messages + 1);
        same("the link", links, next.into_iter().collect())?;
        let more = reader.message(&self.known(self.messages).digest)?;
        same("the message after the last one", more, None)?;
        Ok(if without == 0 { Held::Whole } else { Held::WithoutBodies(without) })
    }

    fn known(&self, number: u64) -> Known {
        let mut chance = Chance::from_seed(self.seed.wrapping_add(number.wrapping_mul(0x9e37)));
        let mut long = |text: &str, max: usize| {
            let mut bytes = format!("{text} {number} ").into_bytes();
            let len = bytes.len() + chance.below(max);
            bytes.resize_with(len, || u8::try_from(chance.draw() & 0xff).unwrap());
            bytes
        };
        let (header, sealed) = (long("header", HEADER_BYTES_MAX), long("sealed", BODY_BYTES_MAX));
        let mut random = [0; 10];
        random[..8].copy_from_slice(&number.to_be_bytes());
        Known {
            number,
            digest: digest::sha256(&header),
            id: MessageId::new(Timestamp::from_millis(number), random),
            header,
            sealed,
            own_key: *digest::sha256(&number.to_be_bytes()).as_bytes(),
        }
    }
}

impl Known {
    fn owed(&self, settlement: Settlement) -> Record {
        let leaf = LeafIndex::new(self.number);
        Record::Outbound(OutboundRecord {
            peer: agency("th.rtp"),
            epoch: EPOCH,
            number: LinkNumber::new(self.number + 1),
            message: self.digest,
            bytes: 100,
            expires: None,
            leaf,
            settlement,
            receipt: None,
            form: Form::Whole,
        })
    }
}

/// As the peer said that it has the message.
fn accepted(number: u64) -> Settlement {
    Settlement::Accepted(LeafIndex::new(number), TreeSize::new(number + 1))
}

fn same<T: PartialEq>(what: &str, found: T, known: T) -> Result<(), Wrong> {
    if found == known {
        Ok(())
    } else {
        Err(Wrong::Silent(format!("{what} is missing, or other than it was")))
    }
}

fn agency(text: &str) -> AgencyId {
    AgencyId::parse(text).unwrap()
}
