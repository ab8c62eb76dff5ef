//! From a job to an input.

use concord_protocol::engine::effects::Effects;
use concord_protocol::engine::input::Approve;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::Lifted;
use concord_protocol::engine::input::Offered;
use concord_protocol::engine::input::Read;
use concord_protocol::engine::input::Receipted;
use concord_protocol::engine::input::Shown;
use concord_protocol::engine::input::Submit;
use concord_protocol::engine::input::Witnessing;
use concord_protocol::wire::succession::Heard;

use crate::host::mailbox::Job;
use crate::host::mailbox::Outgoing;
use crate::host::recall;
use crate::host::writer::Stopped;
use crate::host::writer::Writer;

impl Writer {
    /// From a job to an input: adds what the engine must recall.
    #[expect(clippy::too_many_lines, reason = "a table: one input for each job")]
    pub(super) fn take(&mut self, job: Job, effects: &mut Effects) -> Result<(), Stopped> {
        let input = match job {
            Job::Start(start) => Input::Start(start),
            Job::Submit { signed, key, reply } => {
                let key = key.map(|key| self.recall_key(key)).transpose()?;
                let procedure = signed.header().procedure;
                let history = recall::history(&self.engine, &self.shared.reader, &procedure)?;
                let ticket = self.ticket(reply);
                Input::Submit(Box::new(Submit { ticket, signed: *signed, key, history }))
            }
            Job::Read { message, officer, purpose, reply } => {
                Input::Read(Read { ticket: self.ticket(reply), message, officer, purpose })
            }
            Job::Greet { peer, reply } => {
                self.greeted.push((peer, reply));
                return Ok(());
            }
            Job::Met { met, outgoing, reply } => self.meet(*met, outgoing, reply)?,
            Job::Lost { peer } => {
                self.links.remove(&peer);
                Input::Lost { peer }
            }
            Job::Offered { peer, mut offer, room: _room } => {
                if let Err(code) = offer.recheck(&self.shared.directory()) {
                    self.tell(&peer, Outgoing::Close(code));
                    return Ok(());
                }
                let recalled = recall::offer(&self.engine, &self.shared.reader, &peer, &offer)?;
                Input::Offered(Box::new(Offered { peer, offer: *offer, recalled }))
            }
            Job::Receipted { peer, receipt, room: _room } => {
                // It was checked before it waited here, and a revocation may have come in between.
                if let Err(code) = receipt.recheck(&self.shared.directory(), &peer) {
                    self.tell(&peer, Outgoing::Close(code));
                    return Ok(());
                }
                Input::Receipted(Box::new(Receipted { peer, receipt: *receipt }))
            }
            Job::TurnOver => {
                self.turn_over();
                return Ok(());
            }
            Job::Admit { record, by, reply } => {
                self.done.extend(reply);
                // spec: id-21, id-22
                if !self.shared.may_admit(&record, by) {
                    return Ok(());
                }
                Input::Admit(record)
            }
            Job::Revoke { record, reply } => {
                self.done.extend(reply);
                if !self.shared.may_revoke(&record) {
                    return Ok(());
                }
                // spec: id-41
                Input::Revoke(record)
            }
            Job::Notice { record, reply } => {
                self.done.extend(reply);
                // spec: id-51
                if !self.shared.may_notice(&record) {
                    return Ok(());
                }
                Input::Notice(record)
            }
            Job::Staff { record, by, reply } => {
                self.done.extend(reply);
                // spec: stf-4
                if !self.shared.may_staff(&record, by) {
                    return Ok(());
                }
                Input::Staff(record)
            }
            Job::Charters { from, frames, adopted } => {
                self.tell_charters(&from, &frames);
                if adopted {
                    self.adopt_charter();
                }
                return Ok(());
            }
            Job::Ended { said } => match *said {
                Heard::Proposed(statement) => Input::Proposed(Box::new(statement)),
                Heard::Succeeded(succession) => Input::Succeeded(Box::new(succession)),
            },
            Job::Approved { approval } => Input::Approved(approval),
            Job::Approve { statement, approval, reply } => {
                let (statement, approval) = (*statement, *approval);
                Input::Approve(Box::new(Approve {
                    ticket: self.ticket(reply),
                    statement,
                    approval,
                }))
            }
            Job::Erase { message, warrant, reply } => {
                let ticket = self.ticket(reply);
                return self.erase((message, warrant), ticket, effects);
            }
            Job::Exported { bundle, size, reply } => {
                Input::Exported { ticket: self.ticket(reply), bundle, size }
            }
            Job::Retire { reply } => return self.retire(reply, effects),
            Job::KeyBackup { reply } => return self.key_backup(reply, effects),
            Job::BodiesGone { messages } => return self.bodies_gone(&messages, effects),
            // Each is a group of its own.
            Job::GiveBack { .. } | Job::Healed { .. } => return Ok(()),
            Job::Witness { occasion, reply } => {
                self.done.extend(reply);
                Input::Witness(occasion)
            }
            Job::Witnessing { peer, verified, room: _room } => {
                Input::Witnessing(Box::new(Witnessing { peer, verified: *verified }))
            }
            Job::Cosigned(cosignature) => Input::Cosigned(cosignature),
            Job::Declined { peer, code } => Input::Declined { peer, code },
            Job::Shown { peer, shown } => {
                let shown = shown.map(|shown| *shown);
                let root_then = recall::root_at(&self.engine, &self.shared.reader, shown.as_ref())?;
                Input::Shown(Box::new(Shown { peer, shown, root_then }))
            }
            Job::Lifted { peer, lift, room: _room } => {
                Input::Lifted(Box::new(Lifted { peer, lift: *lift }))
            }
            Job::Misfit { peer, misfit } => Input::Misfit { peer, misfit: *misfit },
            Job::Accused(charged) => self.charged(charged)?,
            Job::Gossip => {
                self.gossip();
                return Ok(());
            }
            Job::Ping { peer, number } => {
                self.tell(&peer, Outgoing::Ping(number));
                return Ok(());
            }
            Job::Flush => {
                self.store.flush()?;
                return Ok(());
            }
            Job::Stop => return Ok(()),
        };
        self.step(input, effects)
    }
}
