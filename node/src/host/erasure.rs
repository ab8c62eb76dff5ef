//! The writer's part of erasing: what the engine must recall, and what is due today.

use std::time::Duration;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Action;
use concord_protocol::engine::effects::Answer;
use concord_protocol::engine::effects::Effects;
use concord_protocol::engine::input::Erase;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::Ticket;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::DueRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::ids::BasisCode;
use concord_protocol::log::leaf::EraseCause;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Timestamp;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::time;

use crate::entropy;
use crate::host::mailbox;
use crate::host::mailbox::Job;
use crate::host::mailbox::More;
use crate::host::mailbox::Warrant;
use crate::host::writer::Stopped;
use crate::host::writer::Writer;
use crate::store::read::ReadError;
use crate::store::read::Reader;

/// How often what is due is looked for.
const RETIRE_EVERY: Duration = Duration::from_secs(10);

/// Bodies that one look erases at most; if there may be more, the next look follows at once.
const RETIRE_AT_ONCE: usize = 256;

/// What an erasure by date rests on: the day that the signed header names.
const DATE_BASIS: &str = "handling/erase-by";

/// How far the search through the days that are not done has come, in this process.
#[derive(Debug, Default)]
pub(crate) struct Due {
    after: Option<DueRecord>,
}

impl Writer {
    /// Erases one body on demand.
    pub(crate) fn erase(
        &mut self,
        (message, warrant): (Digest, Warrant),
        ticket: Ticket,
        effects: &mut Effects,
    ) -> Result<(), Stopped> {
        let reader = self.shared().reader.clone();
        match reader.message(&message)? {
            Some(record) => {
                let erase = recall(&reader, record, warrant, Some(ticket))?;
                self.step(Input::Erase(Box::new(erase)), effects)
            }
            // The caller found it a moment ago.
            None => Err(ReadError::Row.into()),
        }
    }

    /// Erases what is due: at most so many bodies, and says whether there may be more.
    // spec: era-4
    pub(crate) fn retire(
        &mut self,
        reply: oneshot::Sender<More>,
        effects: &mut Effects,
    ) -> Result<(), Stopped> {
        let more = self.retire_some(entropy::moment()?.now, effects)?;
        mailbox::answer(reply, more);
        Ok(())
    }

    fn retire_some(&mut self, now: Timestamp, effects: &mut Effects) -> Result<More, Stopped> {
        let through = CivilDate::of(now).map(CivilDate::before);
        let engine = self.engine();
        let done = engine.retired_through();
        let Some(through) = through.filter(|through| done.is_none_or(|done| done < *through))
        else {
            return Ok(More::No);
        };
        if !engine.started() || engine.mode().standing().is_some() {
            return Ok(More::No);
        }
        let reader = self.shared().reader.clone();
        let from = done.map(CivilDate::next);
        let page = reader.due((from, through), self.due().after.as_ref(), RETIRE_AT_ONCE)?;
        for due in &page {
            let Some(record) = reader.message(&due.message)? else { continue };
            if matches!(record.body, BodyForm::Held | BodyForm::Lost) {
                let erase = recall(&reader, record, self.date_warrant(), None)?;
                self.step(Input::Erase(Box::new(erase)), effects)?;
            }
        }
        if page.len() < RETIRE_AT_ONCE {
            self.due().after = None;
            self.step(Input::Retired { through }, effects)?;
            return Ok(More::No);
        }
        self.due().after = page.last().copied();
        Ok(More::Perhaps)
    }

    fn date_warrant(&self) -> Warrant {
        // A constant of this file.
        #[expect(clippy::expect_used, reason = "the text above is a basis code")]
        let basis = BasisCode::parse(DATE_BASIS).expect("a basis code");
        let officer = self.shared().erasure_officer.clone();
        Warrant { cause: EraseCause::Retention, basis, officer }
    }

    /// Remembers that the keys are copied; the engine says when.
    pub(crate) fn key_backup(
        &mut self,
        reply: oneshot::Sender<Answer>,
        effects: &mut Effects,
    ) -> Result<(), Stopped> {
        let until = entropy::moment()?.now.after(self.shared().key_backup_life);
        let ticket = self.ticket(reply);
        self.step(Input::KeyBackup { ticket, until }, effects)
    }
}

/// The messages whose bodies these actions end.
pub(crate) fn ended(actions: &[Action]) -> Vec<Digest> {
    let ends = |action: &Action| {
        if let Action::Destroy { message } = action { Some(*message) } else { None }
    };
    actions.iter().filter_map(ends).collect()
}

/// What the engine must know of a message to erase its body.
fn recall(
    reader: &Reader,
    record: MessageRecord,
    warrant: Warrant,
    ticket: Option<Ticket>,
) -> Result<Erase, Stopped> {
    let earlier = reader.erasure(&record.digest)?;
    let now = entropy::moment()?.now;
    // spec: bak-5, era-9
    let copied = reader.key_backups(now)?.into_iter().filter(|copy| {
        // By place, and by time for messages that a later log carries on.
        record.leaf.get() < copy.size.get() || record.at <= copy.at
    });
    let keys_until = copied.map(|copy| copy.until).max();
    let Warrant { cause, basis, officer } = warrant;
    Ok(Erase { ticket, record, earlier, cause, basis, officer, keys_until })
}

/// Looks for what is due, as long as the node runs.
pub(crate) async fn retire_regularly(mailbox: mpsc::Sender<Job>) {
    loop {
        let (reply, more) = oneshot::channel();
        if mailbox.send(Job::Retire { reply }).await.is_err() {
            return;
        }
        if !matches!(more.await, Ok(More::Perhaps)) {
            time::sleep(RETIRE_EVERY).await;
        }
    }
}
