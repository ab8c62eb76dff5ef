//! Standing orders: an officer follows a feed once, and the node asks for what is missing in that officer's name; or an officer
//! has the own Party take part in what a feed recommends to block.
//!
//! No node speaks without an officer (decision 40); here the officer speaks beforehand, and every request says so. When to ask
//! is [`order`](super::order)'s to say. Orders lie in a sealed file beside the store, so that they survive a restart; a file
//! that cannot be read is told and leaves no orders, because an order is given again in one command, and nothing is blocked for
//! want of one.
//!
//! Absent on purpose: votes. Where the charter demands approvals a request waits for people, and the order says so.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::crypto::expand;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::legal_basis::LegalBasisRef;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::message::text::ZoneName;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use tokio::time;

use crate::clock;
use crate::host::feeds::order::Given;
use crate::host::feeds::order::Order;
use crate::host::feeds::request;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;
use crate::host::sealed_files::FileTrouble;
use crate::host::sealed_files::SealedFiles;

/// The label under which the key of the file comes from the node's storage key.
const LABEL: &str = "standing orders";

/// The file.
const NAME: &str = "feeds";

/// Feeds that are followed at once. Beyond it: an order is refused.
const ORDERS_MAX: usize = 128;

/// How often the feeds that are followed are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// How long a request that was refused here waits before it is tried again.
const REFUSED_WAIT: Span = Span::from_millis(60 * 60 * 1_000);

/// The orders of a node.
pub(crate) struct Orders {
    files: SealedFiles,
    all: Mutex<All>,
}

/// Every order about a feed, by its procedure.
#[derive(Clone, Debug, Default)]
pub(crate) struct All {
    followed: BTreeMap<ProcedureId, Standing>,
    taken_part_in: BTreeMap<ProcedureId, OptIn>,
}

/// That the own Party blocks what a feed recommends to block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptIn {
    /// Who decided that.
    pub officer: StaffNumber,
    /// When.
    pub since: Timestamp,
}

/// An order, and why its last request was not taken here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The order.
    pub order: Order,
    /// When a request was refused here, and why; absent once one was taken.
    pub refused: Option<(Timestamp, String)>,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    orders: Vec<WrittenOrder>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    opt_ins: Vec<WrittenOptIn>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOptIn {
    procedure: ProcedureId,
    officer: String,
    since: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOrder {
    procedure: ProcedureId,
    officer: String,
    zone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    legal_basis: Option<LegalBasisRef>,
    since: Timestamp,
}

impl Encoded for Written {
    const BYTES_MAX: usize = 128 * 1024;
}

/// Why an order is not taken or not ended.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// There is no such feed, or it cannot be asked for now.
    #[error(transparent)]
    Feed(#[from] ReadError),
    /// The feed is this node's own: nobody else has more of it.
    #[error("the feed is this agency's own: there is nobody to ask, and nothing to opt in to")]
    Ours,
    /// The feed has ended.
    #[error("the feed has ended")]
    Closed,
    /// There are as many as there may be.
    #[error("there are orders about {ORDERS_MAX} feeds, the most that a node takes")]
    Full,
    /// Nobody follows it.
    #[error("nobody follows this feed")]
    NotFollowed,
    /// The own Party does not take part.
    #[error("the own Party has not opted in to this feed")]
    NotIn,
    /// The file.
    #[error("the file of standing orders cannot be written")]
    File(#[from] FileTrouble),
}

impl Orders {
    /// Opens the file of a node. What cannot be read is no order.
    pub(crate) fn open(folder: PathBuf, storage: &[u8; 32]) -> Self {
        let files = SealedFiles::new(folder, expand::expand(storage, LABEL, 0));
        let read = files.read(NAME).and_then(|bytes| orders(bytes.as_deref()));
        let all = read.unwrap_or_else(|error| {
            tracing::error!(%error, "the standing orders cannot be read: no feed is followed, and nothing is blocked, until an officer says so again");
            All::default()
        });
        Self { files, all: Mutex::new(all) }
    }

    fn locked(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The order to follow one feed.
    pub(crate) fn one(&self, procedure: &ProcedureId) -> Option<Standing> {
        self.locked().followed.get(procedure).cloned()
    }

    /// The order to take part in what one feed recommends to block.
    pub(crate) fn opt_in(&self, procedure: &ProcedureId) -> Option<OptIn> {
        self.locked().taken_part_in.get(procedure).cloned()
    }

    fn all(&self) -> Vec<Standing> {
        self.locked().followed.values().cloned().collect()
    }

    /// Changes the orders, durably or not at all.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut All) -> Result<T, OrderError>,
    ) -> Result<T, OrderError> {
        let mut all = self.locked();
        let mut next = all.clone();
        let done = change(&mut next)?;
        self.files.write(NAME, &written(&next)?)?;
        *all = next;
        Ok(done)
    }

    /// Remembers how a request went, until the node ends.
    fn went(&self, procedure: &ProcedureId, refused: Option<(Timestamp, String)>) {
        if let Some(standing) = self.locked().followed.get_mut(procedure) {
            standing.refused = refused;
        }
    }
}

fn orders(bytes: Option<&Vec<u8>>) -> Result<All, FileTrouble> {
    let Some(bytes) = bytes else { return Ok(All::default()) };
    let written: Written = codec::decode(bytes).map_err(|_| FileTrouble::NotOurs)?;
    let order = |written: WrittenOrder| {
        let WrittenOrder { procedure, officer, zone, legal_basis, since } = written;
        let officer = StaffNumber::parse(&officer).ok()?;
        let zone = ZoneName::parse(&zone).ok()?;
        let order = Order { procedure, officer, zone, legal_basis, since };
        Some((procedure, Standing { order, refused: None }))
    };
    let opt_in = |WrittenOptIn { procedure, officer, since }: WrittenOptIn| {
        let officer = StaffNumber::parse(&officer).ok()?;
        Some((procedure, OptIn { officer, since }))
    };
    let followed: Option<_> = written.orders.into_iter().map(order).collect();
    let taken_part_in: Option<_> = written.opt_ins.into_iter().map(opt_in).collect();
    let all = followed.zip(taken_part_in);
    let all = all.map(|(followed, taken_part_in)| All { followed, taken_part_in });
    all.ok_or(FileTrouble::NotOurs)
}

fn written(all: &All) -> Result<Vec<u8>, FileTrouble> {
    let orders = all.followed.values().map(|Standing { order, .. }| WrittenOrder {
        procedure: order.procedure,
        officer: order.officer.as_str().to_owned(),
        zone: order.zone.as_str().to_owned(),
        legal_basis: order.legal_basis.clone(),
        since: order.since,
    });
    let opt_ins = all.taken_part_in.iter().map(|(procedure, OptIn { officer, since })| {
        let officer = officer.as_str().to_owned();
        WrittenOptIn { procedure: *procedure, officer, since: *since }
    });
    let written = Written { orders: orders.collect(), opt_ins: opt_ins.collect() };
    codec::encode(&written).map_err(|_| FileTrouble::TooLong)
}

/// Puts an order in the place of one that is there.
fn give<T>(
    orders: &mut BTreeMap<ProcedureId, T>,
    procedure: ProcedureId,
    order: T,
) -> Result<(), OrderError> {
    if orders.len() >= ORDERS_MAX && !orders.contains_key(&procedure) {
        return Err(OrderError::Full);
    }
    orders.insert(procedure, order);
    Ok(())
}

impl Handle {
    /// Takes an officer's order to follow a feed, in the place of one that is there.
    ///
    /// # Errors
    /// When the feed is not another agency's, or has ended, or the order cannot be written.
    // spec: fed-23
    pub fn follow(
        &self,
        procedure: ProcedureId,
        Given { officer, zone, legal_basis }: Given,
    ) -> Result<(), OrderError> {
        let feed = self.feed(&procedure)?;
        if feed.originator == self.shared().me {
            return Err(OrderError::Ours);
        }
        if feed.closed {
            return Err(OrderError::Closed);
        }
        let order = Order { procedure, officer, zone, legal_basis, since: clock::now() };
        let standing = Standing { order, refused: None };
        self.shared().feeds.orders.change(|all| give(&mut all.followed, procedure, standing))
    }

    /// Ends the order about a feed; any officer may.
    ///
    /// # Errors
    /// When there is none, or the file cannot be written.
    // spec: fed-23
    pub fn unfollow(&self, procedure: &ProcedureId) -> Result<(), OrderError> {
        let removed =
            |all: &mut All| all.followed.remove(procedure).map(drop).ok_or(OrderError::NotFollowed);
        self.shared().feeds.orders.change(removed)
    }

    /// Has the own Party take part in what a feed of another agency recommends to block.
    ///
    /// # Errors
    /// When the feed is not another agency's, or has ended, or the order cannot be written.
    // spec: fed-24
    pub fn opt_in(&self, procedure: ProcedureId, officer: StaffNumber) -> Result<(), OrderError> {
        let feed = self.feed(&procedure)?;
        if feed.originator == self.shared().me {
            return Err(OrderError::Ours);
        }
        if feed.closed {
            return Err(OrderError::Closed);
        }
        let order = OptIn { officer, since: clock::now() };
        self.shared().feeds.orders.change(|all| give(&mut all.taken_part_in, procedure, order))
    }

    /// Ends that; any officer may.
    ///
    /// # Errors
    /// When the own Party does not take part, or the file cannot be written.
    // spec: fed-24
    pub fn opt_out(&self, procedure: &ProcedureId) -> Result<(), OrderError> {
        let removed =
            |all: &mut All| all.taken_part_in.remove(procedure).map(drop).ok_or(OrderError::NotIn);
        self.shared().feeds.orders.change(removed)
    }

    /// Since when the own Party takes part in what a feed recommends to block, and by whose order.
    pub fn opted_in(&self, procedure: &ProcedureId) -> Option<OptIn> {
        self.shared().feeds.orders.opt_in(procedure)
    }

    /// The order about a feed.
    pub fn order(&self, procedure: &ProcedureId) -> Option<Standing> {
        self.shared().feeds.orders.one(procedure)
    }
}

/// Looks at the feeds that are followed, now and then, and asks for what is due.
// spec: fed-23
pub(crate) async fn keep(handle: Handle) {
    loop {
        time::sleep(LOOK_EVERY).await;
        for standing in handle.shared().feeds.orders.all() {
            ask(&handle, standing).await;
        }
    }
}

async fn ask(handle: &Handle, Standing { order, refused }: Standing) {
    let now = clock::now();
    if refused.is_some_and(|(at, _)| now < at.after(REFUSED_WAIT)) {
        return;
    }
    let procedure = order.procedure;
    let (here, by) = (handle.clone(), order.clone());
    let looked = handle.crew().disk.run(move || request::due(here.shared(), &by, now)).await;
    let letter = match looked {
        Ok(Ok(Some(letter))) => letter,
        Ok(Ok(None)) | Err(_) => return,
        Ok(Err(error)) => {
            tracing::debug!(%error, "a feed that is followed could not be looked at");
            return;
        }
    };
    let orders = &handle.shared().feeds.orders;
    // Whoever ended the order meanwhile, or took it over, is not spoken for.
    if orders.one(&procedure).is_none_or(|standing| standing.order != order) {
        return;
    }
    let said = match letter {
        Ok(submission) => handle.submit(submission, None).await.map_err(|error| error.to_string()),
        Err(fault) => Err(fault),
    };
    match said {
        Ok(_) => {
            tracing::info!("what was missed of a feed was asked for by standing order");
            orders.went(&procedure, None);
        }
        Err(why) => {
            tracing::warn!(why, "a standing order could not ask for what was missed of a feed");
            orders.went(&procedure, Some((now, why)));
        }
    }
}

#[cfg(test)]
mod tests;
