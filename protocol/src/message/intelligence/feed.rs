//! Lists of indicators that an originator keeps and others follow: as a whole, by what changed, and what was missed.
//!
//! A whole list, and a change too long for a message, travels beside it as an attachment.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::message::approval::Approval;
use crate::message::attachment::NamedFile;
use crate::message::attachment::SealedFile;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::field::tagged;
use crate::message::intelligence::feed_entry::FeedClass;
use crate::message::intelligence::feed_entry::FeedEntry;
use crate::message::intelligence::feed_entry::IndicatorType;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::pointer::Pointer;
use crate::message::text::RecordRef;

record! {
    /// How many entries of one kind a feed has.
    IndicatorCount {
        /// Which kind.
        indicator: IndicatorType,
        /// How many.
        count: u64,
    }
}

record! {
    /// A feed as a whole; the first one opens it. Source: DOMAIN 2.2, spec msgk-56.
    FeedSnapshot {
        /// The feed.
        feed_id: RecordRef,
        /// Which kind of feed it is.
        class: FeedClass,
        /// The number of its last change.
        seq: u64,
        /// The root of the hashes of its entries at that number.
        root_hash: Digest,
        /// How many entries it has, each kind once and of the feed's class.
        count_by_type: OneOrMore<IndicatorCount>,
        /// The attachment that holds them.
        entries: SealedFile,
    }
    rules(at, faults) {
        // spec: msgk-56
        let counts_at = at.key("count_by_type");
        let counts = || count_by_type.iter().flat_map(|counts| counts.iter());
        list::refuse_repeated(counts().map(|count| count.indicator), &counts_at, faults);
        for (index, count) in counts().enumerate() {
            class_agrees(class, Some(count.indicator), &counts_at.item(index).key("indicator"), faults);
        }
    }
}

tagged! {
    /// One change of a feed.
    FeedOp {
        /// A new entry.
        Add(Box<FeedEntry>) = "add",
        /// An entry as it is from now on.
        Update(Box<FeedEntry>) = "update",
        /// An entry that was wrong, by its id.
        Withdraw(RecordRef) = "withdraw",
        /// An entry whose time is over, by its id.
        Expire(RecordRef) = "expire",
    }
}

impl FeedOp {
    /// The entry that changes.
    pub const fn id(&self) -> &RecordRef {
        match self {
            Self::Add(entry) | Self::Update(entry) => &entry.id,
            Self::Withdraw(id) | Self::Expire(id) => id,
        }
    }
}

tagged! {
    /// Where the changes are.
    FeedOps {
        /// Here.
        Inline(OneOrMore<FeedOp>) = "inline",
        /// In an attachment.
        Attached(SealedFile) = "attached",
    }
}

record! {
    /// What changed in a feed between two numbers. Source: DOMAIN 2.2, spec msgk-56.
    FeedDelta {
        /// The feed.
        feed_id: RecordRef,
        /// Which kind of feed it is.
        class: FeedClass,
        /// The number that it starts from.
        from_seq: u64,
        /// The number that it leads to.
        to_seq: u64,
        /// The root of the hashes of the entries at the number that it starts from.
        prev_hash: Digest,
        /// The root of the hashes of the entries at the number that it leads to.
        root_hash: Digest,
        /// What changed; each entry once.
        ops: FeedOps,
    }
    rules(at, faults) {
        // spec: msgk-56
        numbers_ascend(from_seq, to_seq, &at.key("to_seq"), faults);
        if let Some(FeedOps::Inline(ops)) = &ops {
            let ops_at = at.key("ops");
            let ops_at = ops_at.key("inline");
            list::refuse_repeated(ops.iter().map(FeedOp::id), &ops_at, faults);
            for (index, op) in ops.iter().enumerate() {
                op_agrees(class, op, &ops_at.item(index), faults);
            }
        }
    }
}

choice! {
    /// What a node asks for that missed changes.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    FeedWanted {
        /// The changes.
        Deltas = "deltas",
        /// The whole.
        Snapshot = "snapshot",
    }
}

record! {
    /// Asks for what was missed. Source: DOMAIN 2.2, spec msgk-56.
    FeedGapRequest {
        /// The feed.
        feed_id: RecordRef,
        /// What is asked for.
        wanted: FeedWanted,
        /// The last number that the author has; required with deltas, and only there.
        from_seq: Option<u64>,
        /// The number that it has to reach; required with deltas, and only there.
        to_seq: Option<u64>,
    }
    rules(at, faults) {
        // spec: msgk-56
        let (from_at, to_at) = (at.key("from_seq"), at.key("to_seq"));
        match wanted {
            Some(FeedWanted::Deltas) => {
                let reason = "whoever asks for deltas says from where to where";
                field::demand(from_seq.as_ref(), &from_at, faults, reason);
                field::demand(to_seq.as_ref(), &to_at, faults, reason);
            }
            Some(FeedWanted::Snapshot) => {
                let reason = "a snapshot is the whole";
                field::exclude(from_seq.as_ref(), &from_at, faults, reason);
                field::exclude(to_seq.as_ref(), &to_at, faults, reason);
            }
            None => {}
        }
        numbers_ascend(from_seq.flatten(), to_seq.flatten(), &to_at, faults);
    }
}

fn numbers_ascend(from: Option<u64>, to: Option<u64>, at: &Pointer<'_>, faults: &mut Faults) {
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        faults.add(at, FaultCode::Conflicting, "changes lead from a number to a greater one");
    }
}

fn op_agrees(class: Option<FeedClass>, op: &FeedOp, at: &Pointer<'_>, faults: &mut Faults) {
    let (key, entry) = match op {
        FeedOp::Add(entry) => ("add", entry),
        FeedOp::Update(entry) => ("update", entry),
        FeedOp::Withdraw(_) | FeedOp::Expire(_) => return,
    };
    let indicator = IndicatorType::of(&entry.identifier);
    class_agrees(class, indicator, &at.key(key).key("identifier"), faults);
}

/// Infrastructure and accounts stand in different feeds.
fn class_agrees(
    class: Option<FeedClass>,
    indicator: Option<IndicatorType>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if let (Some(class), Some(indicator)) = (class, indicator)
        && indicator.class() != class
    {
        let reason = "infrastructure and accounts stand in different feeds";
        faults.add(at, FaultCode::Conflicting, reason);
    }
}

impl BodyRules for FeedSnapshot {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;

    fn files(&self) -> Vec<NamedFile<'_>> {
        Vec::from([NamedFile { at: &["entries"], file: &self.entries }])
    }
}

impl BodyRules for FeedDelta {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;

    fn files(&self) -> Vec<NamedFile<'_>> {
        match &self.ops {
            FeedOps::Inline(_) => Vec::new(),
            FeedOps::Attached(file) => Vec::from([NamedFile { at: &["ops", "attached"], file }]),
        }
    }
}

impl BodyRules for FeedGapRequest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
