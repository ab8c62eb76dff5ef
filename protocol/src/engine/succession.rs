//! The end of a log and the beginning of the next: what a peer remembers of it, and how a log begins.
//!
//! Every statement arrives here verified. Counting approvals to a quorum needs the charter and is done where both are
//! together (`log::succession::join`); what arrives as a succession has its quorum.
//!
//! On every link with the agency that succeeds, both directions begin a new epoch. What the peer had not settled, and
//! what it had settled by leaves that may be lost, is owed again under new numbers; what the agency still has, it
//! refuses as `duplicate`, so nothing is taken twice.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::Peer;
use crate::engine::Permission;
use crate::engine::Phase;
use crate::engine::effects::Action;
use crate::engine::effects::Answer;
use crate::engine::effects::Effects;
use crate::engine::input::Approve;
use crate::engine::input::Carry;
use crate::engine::input::MetPeer;
use crate::engine::input::OpenLog;
use crate::engine::input::Renew;
use crate::engine::input::Rest;
use crate::engine::outbound::Parcel;
use crate::engine::record::ApprovalRecord;
use crate::engine::record::BodyForm;
use crate::engine::record::EvidenceRecord;
use crate::engine::record::MessageRecord;
use crate::engine::record::OutboundRecord;
use crate::engine::record::PeerHeadRecord;
use crate::engine::record::ProposalRecord;
use crate::engine::record::Record;
use crate::engine::record::Renewal;
use crate::engine::record::Settlement;
use crate::engine::record::SuccessionRecord;
use crate::envelope::header;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::TreeSize;
use crate::link::inbound::Inbound;
use crate::link::outbound::Outbound;
use crate::log::hash;
use crate::log::leaf::Doubt;
use crate::log::leaf::Leaf;
use crate::log::succession;
use crate::log::succession::VerifiedApproval;
use crate::log::succession::VerifiedStatement;
use crate::log::succession::VerifiedSuccession;
use crate::moment::Moment;

impl Peer {
    /// Both directions begin anew, with nothing owed and nothing taken.
    // spec: suc-9
    fn begin_epoch(&mut self) {
        self.out = Outbound::restore(self.out.epoch().next(), LinkNumber::new(1), BTreeMap::new());
        self.inbound = Inbound::restore(self.inbound.epoch().next(), LinkNumber::new(0));
        self.due.clear();
    }
}

impl Engine {
    /// In quarantine, what each peer holds of our log is what a succession would have to name.
    pub(super) fn remember_shown(&self, peer: &AgencyId, met: &MetPeer, effects: &mut Effects) {
        if self.mode.standing() != Some(Doubt::Quarantine) {
            return;
        }
        let (size, root, note) = match met.met.shown() {
            None => (TreeSize::new(0), hash::EMPTY_ROOT, Vec::new()),
            Some(shown) => {
                (shown.checkpoint().size, shown.checkpoint().root, shown.note().to_vec())
            }
        };
        let note = ByteBuf::from(note);
        effects.remember(Record::Shown(PeerHeadRecord { peer: peer.clone(), size, root, note }));
    }

    /// A peer states that its log ends: remembered until its operator withdraws it by another, or a quorum approved.
    // spec: wire-67, wire-85
    pub(super) fn proposed(&mut self, statement: &VerifiedStatement, effects: &mut Effects) {
        let said = statement.statement();
        let Some(peer) = self.peers.get_mut(&said.agency) else { return };
        if said.from_log != peer.log || peer.proposed == Some(statement.digest()) {
            return;
        }
        peer.proposed = Some(statement.digest());
        effects.remember(Record::Proposal(ProposalRecord {
            agency: said.agency.clone(),
            statement: ByteBuf::from(statement.bytes().to_vec()),
        }));
        effects.act(Action::Proposed { peer: said.agency.clone() });
    }

    /// An officer approves: the node itself may know better, and hands out nothing then.
    // spec: suc-6
    pub(super) fn approve(
        &mut self,
        approve: &Approve,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let Approve { ticket, statement, approval } = approve;
        let agency = statement.statement().agency.clone();
        if let Some(refusal) = self.withheld()? {
            effects.act(Action::Answer(*ticket, refusal));
            return Ok(());
        }
        let Some(peer) = self.peers.get(&agency) else {
            effects.act(Action::Answer(*ticket, Answer::NoLink(agency)));
            return Ok(());
        };
        let held = peer.held.as_ref().map(|held| (held.size, held.root));
        if let Some(objection) = succession::objection(statement, peer.log, held) {
            effects.act(Action::Answer(*ticket, Answer::SuccessionObjected(objection)));
            return Ok(());
        }
        effects.remember(Record::Approval(approval_record(&agency, approval)));
        effects.act(Action::Approve { peer: agency, approval: approval.bytes().to_vec() });
        effects.act(Action::Answer(*ticket, Answer::SuccessionApproved));
        Ok(())
    }

    /// A peer approves our own statement.
    pub(super) fn approved(&mut self, approval: &VerifiedApproval, effects: &mut Effects) {
        let agency = self.persona.agency.clone();
        if self.peers.contains_key(approval.agency()) {
            effects.remember(Record::Approval(approval_record(&agency, approval)));
            effects.act(Action::Approved { peer: approval.agency().clone() });
        }
    }

    /// A quorum approved that a peer's log was succeeded: from here on this node goes by the next one, from size 0.
    // spec: suc-8
    pub(super) fn succeeded(&mut self, succession: &VerifiedSuccession, effects: &mut Effects) {
        let said = succession.statement().statement();
        let Some(peer) = self.peers.get_mut(&said.agency) else { return };
        if said.from_log != peer.log {
            return;
        }
        peer.log = said.to_log;
        peer.begin_epoch();
        peer.witness.begin_log();
        let record = SuccessionRecord {
            agency: said.agency.clone(),
            log: said.to_log,
            epoch: peer.out.epoch(),
            statement: ByteBuf::from(succession.statement().bytes().to_vec()),
            approvals: succession.approval_bytes(),
            held: peer.held.take(),
            renewal: Renewal::Begun,
        };
        self.lost(&said.agency);
        self.remember_link(&said.agency, effects);
        effects.remember(Record::Succession(record.clone()));
        effects.act(Action::Succeeded(record));
    }

    /// Owes again what a peer's succession may have lost, one page at a time.
    // spec: suc-10, suc-18
    pub(super) fn renew(&mut self, renew: Renew, effects: &mut Effects) -> Result<(), Fault> {
        if self.withheld()?.is_some() {
            return Ok(());
        }
        let Renew { succession, lost_from, records, rest } = renew;
        for record in records.into_iter().filter(|record| may_be_lost(record, lost_from)) {
            if self.peers.get(&record.peer).is_some_and(|peer| peer.out.room() == 0) {
                return Err(Fault::Invariant("link-inv-3"));
            }
            self.owe_again(record, effects)?;
        }
        if rest == Rest::None {
            let renewal = Renewal::Done;
            effects.remember(Record::Succession(SuccessionRecord { renewal, ..succession }));
        }
        Ok(())
    }

    /// The first leaves of a log that succeeds another, and a new epoch on every link.
    // spec: suc-7, suc-9
    pub(super) fn open_log(
        &mut self,
        moment: &Moment,
        open: &OpenLog,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        if self.tree.size().get() != 0 || self.phase == Phase::Started {
            return Err(Fault::Invariant("eng-inv-5"));
        }
        let statement = ByteBuf::from(open.succession.statement().bytes().to_vec());
        let approvals = open.succession.approval_bytes();
        let first = Leaf::Succession { statement: statement.clone(), approvals: approvals.clone() };
        self.append(&first, effects)?;
        let started = Leaf::Started {
            at: moment.now,
            charter_version: open.charter_version,
            credential: self.persona.serial,
            // Nothing was signed in this log before, and a quorum knows that it begins.
            probed: true,
        };
        self.append(&started, effects)?;
        self.phase = Phase::Started;
        effects.remember(Record::Succession(SuccessionRecord {
            agency: self.persona.agency.clone(),
            log: self.persona.log_number,
            epoch: Epoch::new(0),
            statement,
            approvals,
            held: None,
            renewal: Renewal::Done,
        }));
        let agencies: Vec<AgencyId> = self.peers.keys().cloned().collect();
        for agency in agencies {
            if let Some(peer) = self.peers.get_mut(&agency) {
                peer.begin_epoch();
            }
            self.remember_link(&agency, effects);
        }
        Ok(())
    }

    /// Messages of the log before: an own one that is still owed stands here again, the others by their place there.
    // spec: suc-11
    pub(super) fn carry(
        &mut self,
        moment: &Moment,
        carried: Vec<Carry>,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        for Carry { record, place: (log, index), open } in carried {
            let leaf = if open.is_empty() {
                Leaf::Carried { message: record.digest, log, index }
            } else {
                Leaf::Message { header: record.message.clone() }
            };
            let leaf = self.append(&leaf, effects)?;
            for owed in open {
                self.owe_again(owed, effects)?;
            }
            if record.body == BodyForm::Held {
                let header = header::read(&record.message).map_err(|_| Fault::Unencodable)?;
                let due = (header.handling.erase_by, leaf, record.digest);
                self.note_due(moment, due, effects);
            }
            effects.remember(Record::Message(MessageRecord { leaf, ..record }));
        }
        Ok(())
    }

    /// Evidence that the log before names is named again: an auditor of this log finds it.
    // spec: suc-11
    pub(super) fn carry_evidence(
        &mut self,
        held: Vec<EvidenceRecord>,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        for record in held {
            let EvidenceRecord { digest: evidence, kind, ref accused, at, .. } = record;
            let leaf = Leaf::Evidence { evidence, kind, accused: accused.clone(), at };
            let leaf = self.append(&leaf, effects)?;
            effects.remember(Record::Evidence(EvidenceRecord { leaf, ..record }));
        }
        Ok(())
    }

    /// Gives a message the next number of the epoch in force, and says so under its old one.
    fn owe_again(&mut self, record: OutboundRecord, effects: &mut Effects) -> Result<(), Fault> {
        let Some((epoch, number)) =
            self.peers.get(&record.peer).map(|peer| (peer.out.epoch(), peer.out.next()))
        else {
            return Ok(());
        };
        let parcel = Parcel {
            message: record.message,
            bytes: record.bytes,
            expires: record.expires,
            form: record.form,
        };
        let settlement = Settlement::Renewed(epoch, number);
        self.owe(&record.peer.clone(), parcel, effects)?;
        effects.remember(Record::Outbound(OutboundRecord { settlement, ..record }));
        Ok(())
    }

    /// The answer to whoever asks for something that appends, while nothing may be appended.
    fn withheld(&self) -> Result<Option<Answer>, Fault> {
        Ok(match self.may_append()? {
            Permission::Withheld(doubt) => Some(Answer::InDoubt(doubt)),
            Permission::Granted => None,
        })
    }
}

/// Whether a peer may have lost what stands under a number: not settled, or settled by a leaf from `lost_from` on.
fn may_be_lost(record: &OutboundRecord, lost_from: LeafIndex) -> bool {
    match record.settlement {
        Settlement::Open => true,
        Settlement::Accepted(leaf, _) => leaf >= lost_from,
        Settlement::Refused(..) | Settlement::Renewed(..) => false,
    }
}

fn approval_record(agency: &AgencyId, approval: &VerifiedApproval) -> ApprovalRecord {
    ApprovalRecord {
        agency: agency.clone(),
        approver: approval.agency().clone(),
        statement: approval.approval().statement,
        approval: ByteBuf::from(approval.bytes().to_vec()),
    }
}
