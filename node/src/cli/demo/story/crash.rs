//! One node dies without a word, with messages on the wire to it and from it, and comes back.
//!
//! That its last dispatch is then offered twice is brought about, not hoped for:
//!
//! 1. the recipient is paused (SIGSTOP); the node offers a message, and the datagram waits in the recipient's socket;
//! 2. the node is paused, and the recipient resumed: it logs the message, and its receipt waits in the node's socket;
//! 3. the others offer messages to the paused node;
//! 4. the node is killed (SIGKILL): it has offered a number, and never held a receipt for it;
//! 5. the node is started again: it still owes that number, offers it again, and gets the same receipt.
//!
//! Whether step 2 found the datagram is seen in the recipient's API; if it did not, steps 1 and 2 are repeated.

use std::thread;
use std::time::Duration;

use crate::api::shape::leaf::LeafDocument;
use crate::api::shape::message::Status;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::letter::Addressee;
use crate::cli::demo::letter::Role;
use crate::cli::demo::letter::intelligence;
use crate::cli::demo::story::BANK;
use crate::cli::demo::story::Filed;
use crate::cli::demo::story::LEAD;
use crate::cli::demo::story::Story;
use crate::cli::demo::trouble;
use crate::report::Report;

/// Times that steps 1 and 2 are tried.
const TRIES: usize = 5;

/// What a frame needs from the commit that names it to the wire, with room for a busy machine.
const ONTO_THE_WIRE: Duration = Duration::from_millis(80);

/// How long a message that is in the recipient's socket may take into its log.
const ARRIVES_WITHIN: Duration = Duration::from_secs(2);

/// How long a node may take to offer on a link that is up.
const OFFERS_WITHIN: Duration = Duration::from_secs(10);

/// Requests to the node while it is paused, and while it is away.
const REQUESTS_EACH: usize = 2;

/// What is known of the dispatch that is offered twice.
#[derive(Clone, Debug)]
pub(crate) struct Crash {
    /// The message.
    twice: Sent,
    /// Its recipient.
    receiver: usize,
    /// Its number on the link.
    number: u64,
    /// Requests to the node that died.
    pub(super) filed: Vec<Filed>,
}

impl Story<'_> {
    /// Kills a node in the middle of its work and starts it again; `next` is the number of the next request.
    pub(super) fn crash(&mut self, next: usize) -> Result<Crash, Report> {
        let victim = self.part(LEAD);
        let name = self.agency(victim)?.id;
        self.progress.doing(format!("{name} is about to lose its node"));
        let receiver = self.others(victim, BANK).next();
        let receiver = receiver.ok_or_else(|| trouble::broken("there is nobody to send to"))?;
        let (twice, number) = self.offer_without_receipt(victim, receiver)?;

        let mut filed = self.file_to(victim, next)?;
        for request in &filed {
            self.offered(&request.sent)?;
        }
        self.stations.kill(victim)?;
        self.progress.doing(format!("{name} is down; the others go on"));
        filed.extend(self.file_to(victim, next + filed.len())?);

        self.progress.doing(format!("{name} comes back"));
        self.stations.start(victim)?;
        match self.status(&twice)? {
            Some((_, after)) if after == number => {}
            Some(_) | None => {
                return Err(trouble::broken(format!(
                    "{name} forgot under which number it had offered {}",
                    twice.id
                )));
            }
        }
        self.progress.done(format!(
            "{name} killed with messages on the wire and started again; {} requests waited for it",
            filed.len()
        ));
        Ok(Crash { twice, receiver, number, filed })
    }

    /// Steps 1 and 2; the victim is paused afterwards.
    fn offer_without_receipt(
        &mut self,
        victim: usize,
        receiver: usize,
    ) -> Result<(Sent, u64), Report> {
        for attempt in 1..=TRIES {
            self.stations.await_links(victim)?;
            self.stations.pause(receiver)?;
            let to = Addressee { agency: self.agency(receiver)?.id, role: Role::Action };
            let sent =
                self.submit(victim, &intelligence::warning(self.agency(victim)?, &to, attempt))?;
            let number = self.offered(&sent)?;
            thread::sleep(ONTO_THE_WIRE);
            self.stations.pause(victim)?;
            self.stations.resume(receiver)?;
            if self.arrival(receiver, &sent, ARRIVES_WITHIN).is_ok() {
                return Ok((sent, number));
            }
            self.stations.resume(victim)?;
        }
        Err(trouble::broken(format!("no offer was caught on the wire in {TRIES} tries")))
    }

    /// Requests of the others to the victim.
    fn file_to(&mut self, victim: usize, next: usize) -> Result<Vec<Filed>, Report> {
        let others: Vec<usize> = self.others(victim, victim).collect();
        let numbered = others.iter().copied().cycle().skip(next).zip(next..).take(REQUESTS_EACH);
        numbered.map(|(other, number)| self.file(number, other, victim)).collect()
    }

    /// Waits until a message is offered. Gives back its number on the link.
    fn offered(&self, sent: &Sent) -> Result<u64, Report> {
        let awaited = format!("message {} is offered to {}", sent.id, sent.to.join(", "));
        self.stations.until(sent.from, OFFERS_WITHIN, &awaited, |client| {
            let deliveries = sent.deliveries(client).ok()?;
            let delivery = deliveries.first()?;
            (delivery.status == Status::Offered).then_some(delivery.number)
        })
    }

    /// The dispatch that was offered twice took effect once: one leaf in the recipient's log, under its one number.
    pub(super) fn received_once(&self, crash: &Crash) -> Result<(), Report> {
        let client = self.stations.client(crash.receiver)?;
        let mut numbers = Vec::new();
        let mut from = Some(0);
        while let Some(start) = from {
            let page = client.entries(start, None)?;
            numbers.extend(page.items.into_iter().filter_map(|entry| match entry.leaf {
                Some(LeafDocument::Received { message, number, .. })
                    if message == crash.twice.digest =>
                {
                    Some(number)
                }
                Some(_) | None => None,
            }));
            from = page.next;
        }
        let settled = self.status(&crash.twice)?.map(|(status, _)| status);
        if numbers == [crash.number] && settled == Some(Status::Receipted) {
            self.progress.done(format!(
                "the dispatch with {} was offered twice and took effect once",
                crash.twice.id
            ));
            return Ok(());
        }
        let times = numbers.len();
        Err(trouble::broken(format!(
            "message {} was offered twice and stands {times} times in a log",
            crash.twice.id
        )))
    }
}
