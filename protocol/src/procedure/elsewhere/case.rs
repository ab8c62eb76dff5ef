//! In which of an agency's cases what others sent is used.
//!
//! A case has a name at each agency, and no agency knows another's. An agency links its own, once, by the first message of
//! its own in a procedure that names one: what others said there for a case of theirs is then held for that one.

use alloc::format;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::purpose::PurposeKind;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::book::Book;
use crate::procedure::control::passing::Purposed;
use crate::procedure::refusal::Refusal;

/// A use of a message of another agency in a case.
#[derive(Clone, Copy, Debug)]
pub struct CaseUse<'u> {
    /// Who uses it.
    pub by: &'u AgencyId,
    /// The message.
    pub item: &'u MessageId,
    /// For which kind of purpose.
    pub purpose: PurposeKind,
    /// In which of its own cases.
    pub case: &'u Digest,
    /// When.
    pub at: Timestamp,
}

/// The first message of an agency in a procedure that names a case: what others said there is held for that case.
// spec: orc-17
pub fn link<'b>(book: &'b Book, agency: &AgencyId) -> Option<&'b Act> {
    let transcript = book.transcript();
    let placed = transcript.acts();
    let own = placed.chain(book.asides().values()).chain(book.waiting().values());
    let naming = own.filter(|act| act.author == *agency && act.case.is_some());
    naming.min_by_key(|act| (act.created, act.id))
}

impl CaseUse<'_> {
    /// Holds it against the case for which the procedure of the message is held. A message that names no case of its author
    /// is of none, and may be used in any.
    ///
    /// # Errors
    /// When it is another one, and the originator has not agreed.
    // spec: orc-17
    pub fn judge(&self, book: &Book) -> Result<(), Refusal> {
        let Some(link) = link(book, self.by).filter(|link| link.case.as_ref() != Some(self.case))
        else {
            return Ok(());
        };
        let transcript = book.transcript();
        let all = transcript.acts();
        let mut all = all.chain(book.asides().values());
        let bound = |act: &&Act| act.id == *self.item && act.author != *self.by;
        let Some(item) = all.find(bound).filter(|item| item.case.is_some()) else { return Ok(()) };
        let wanted = Purposed { purpose: self.purpose, case: Some(self.case) };
        let control = book.machine().map(|machine| machine.common().control());
        if control.is_some_and(|control| control.may_use(self.by, self.item, wanted, self.at)) {
            return Ok(());
        }
        let from = item.author.as_str();
        Err(Refusal::safeguard(
            "orc-17",
            format!(
                "{} of {from} is held here for the case that {} names, and not for this one",
                self.item, link.id
            ),
            format!(
                "use it in that case, or ask {from} with an `onward-transfer-request` in the procedure of that message that names your own agency among the recipients, and this purpose and case"
            ),
        ))
    }
}
