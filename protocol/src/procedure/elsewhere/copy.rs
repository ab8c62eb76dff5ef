//! Whether what is passed on may be: by the decision of its originator, as its own procedure stands.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;

use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::handling::EvidentialUse;
use crate::message::handling::HandlingCodes;
use crate::message::purpose::PurposeKind;
use crate::moment::Timestamp;
use crate::procedure::control::Control;
use crate::procedure::control::OnwardUse;
use crate::procedure::control::transfer::TransferCase;
use crate::procedure::refusal::Refusal;

/// A message by which somebody passes on what is another agency's.
#[derive(Clone, Debug)]
pub struct Copy<'c> {
    /// Who passes it on.
    pub by: &'c AgencyId,
    /// Whose it is.
    pub originator: &'c AgencyId,
    /// The decision that it names.
    pub consent: &'c MessageId,
    /// To whom it goes.
    pub to: BTreeSet<&'c AgencyId>,
    /// What it may be used for.
    pub purpose: PurposeKind,
    /// How it is marked.
    pub handling: &'c HandlingCodes,
    /// When it is made.
    pub at: Timestamp,
}

impl Copy<'_> {
    /// Holds it against the decision that it names, in the procedure of what is passed on.
    ///
    /// # Errors
    /// What the decision does not cover.
    // spec: orc-13
    pub fn judge(&self, control: &Control) -> Result<(), Refusal> {
        let Some(case) = control.transfer_by(self.consent) else {
            return Err(self.refused(format!("{} is no decision that stands", self.consent)));
        };
        self.judge_grant(case)?;
        self.judge_items(case, control)?;
        self.judge_recipients(case)?;
        self.judge_use(case)
    }

    /// Holds its marking against that of a message whose content it passes on: a recipient may tighten it and not relax it.
    ///
    /// # Errors
    /// What it relaxes.
    // spec: orc-13
    pub fn judge_marking(&self, original: &HandlingCodes) -> Result<(), Refusal> {
        match self.handling.relaxes(original) {
            None => Ok(()),
            Some(part) => Err(Refusal::safeguard(
                "orc-13",
                format!("its marking relaxes what {} set: {part}", self.originator.as_str()),
                "mark it as the message that is passed on, or more strictly",
            )),
        }
    }

    fn judge_grant(&self, case: &TransferCase) -> Result<(), Refusal> {
        if *case.by() != *self.by {
            return Err(self.refused(format!(
                "{} decided on what {} asked, not {}",
                self.consent,
                case.by().as_str(),
                self.by.as_str()
            )));
        }
        if case.is_granted(self.at) {
            return Ok(());
        }
        Err(self.refused(format!("{} grants nothing, or no longer", self.consent)))
    }

    fn judge_items(&self, case: &TransferCase, control: &Control) -> Result<(), Refusal> {
        for item in &case.asked().items {
            if control.originator(item) != Some(self.originator) {
                let name = self.originator.as_str();
                return Err(self.refused(format!("{item} is not of {name}")));
            }
            if control.recalls_of(item).next().is_some() {
                return Err(self.refused(format!("{item} was recalled")));
            }
        }
        Ok(())
    }

    fn judge_recipients(&self, case: &TransferCase) -> Result<(), Refusal> {
        let named: BTreeSet<&AgencyId> =
            case.asked().recipients.iter().filter_map(|to| to.agency.as_ref()).collect();
        // Whoever owns it has it.
        let uncovered = self.to.iter().find(|to| **to != self.originator && !named.contains(**to));
        match uncovered {
            None => Ok(()),
            Some(to) => Err(self.refused(format!("{} is not for {}", self.consent, to.as_str()))),
        }
    }

    fn judge_use(&self, case: &TransferCase) -> Result<(), Refusal> {
        let asked = case.asked();
        if asked.purpose != self.purpose {
            return Err(self.refused(format!(
                "{} is for {}, the message for {}",
                self.consent, asked.purpose, self.purpose
            )));
        }
        if asked.to_use == OnwardUse::Evidence
            || self.handling.evidential_use == EvidentialUse::Never
        {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "orc-13",
            format!("{} lets nobody use it as evidence", self.consent),
            "mark it `never` under `evidential_use`, or ask for evidence",
        ))
    }

    fn refused(&self, why: String) -> Refusal {
        let originator = self.originator.as_str();
        Refusal::safeguard(
            "orc-13",
            why,
            format!(
                "ask {originator} with an `onward-transfer-request` in the procedure of its message that names these recipients and this purpose, and name its decision in `consent`"
            ),
        )
    }
}
