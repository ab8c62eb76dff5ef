//! Whether a document may be held: what it says of the versions before it, who signed it, and what it is good for.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::identity::charter::Charter;
use crate::identity::charter::Proposal;
use crate::identity::charter::VerifiedCharter;
use crate::identity::charter::papers::PaperError;
use crate::identity::charter::papers::Papers;
use crate::identity::charter::papers::Place;
use crate::identity::charter::tally;
use crate::identity::charter::vow::Verdict;
use crate::identity::charter::vow::Vow;
use crate::ids::CharterVersion;

impl Papers {
    /// What holds of a document whoever needs it: its name, its place behind others, and every signature.
    pub(super) fn judge_form(&self, proposal: &Proposal) -> Result<(), PaperError> {
        let charter = &proposal.charter;
        let expected = self.newest().name();
        if charter.name != *expected {
            let found = charter.name.clone();
            return Err(PaperError::OtherName { expected: expected.clone(), found });
        }
        if charter.version <= CharterVersion::new(1) {
            let adopted = self.founding().digest();
            return Err(PaperError::Rival { version: charter.version, adopted });
        }
        let named = self.judge_names(charter)?;
        judge_numbers(charter, &named)?;
        judge_logs(charter, &named)?;
        // spec: chr-5
        Ok(tally::check(proposal, &named)?)
    }

    /// What makes a document worth holding for its own sake.
    pub(super) fn judge_use(&self, proposal: &Proposal) -> Result<(), PaperError> {
        let charter = &proposal.charter;
        self.judge_age(charter)?;
        let base = charter.previous.and_then(|digest| self.find(&digest));
        if let Some(base) = base.filter(|base| !self.was_adopted(base)) {
            return Err(PaperError::NotAdopted { digest: base.digest });
        }
        // Members of the version that it builds on, which was adopted, who are members still: anybody can write a rival
        // with members of his own, and whoever left has no say in what follows.
        // spec: chr-9
        let standing = self.newest().charter();
        let members = base.iter().flat_map(|base| base.charter.members.iter());
        let members = members.filter(|member| standing.has(&member.agency, &member.root));
        let mut signers = members.filter(|member| tally::bears(proposal, &member.root)).peekable();
        let Some(first) = signers.peek() else { return Err(PaperError::Unsigned) };
        let agency = first.agency.clone();
        let vow = Vow::of(proposal);
        let held = self.path().map(VerifiedCharter::proposal).chain(self.others.values());
        let against: Vec<&Proposal> =
            held.filter(|held| Vow::of(held).beside(&vow) != Verdict::Fit).collect();
        let mut fresh =
            signers.filter(|member| !against.iter().any(|held| tally::bears(held, &member.root)));
        match fresh.next() {
            Some(_) => Ok(()),
            None => Err(PaperError::Doubled { agency }),
        }
    }

    /// The documents that it names; all of them are here.
    fn judge_names(&self, charter: &Charter) -> Result<Vec<&Proposal>, PaperError> {
        let find = |digest| self.find(&digest).ok_or(digest);
        charter.names().map(find).collect::<Result<_, _>>().map_err(|digest| {
            let (standing, found) = (self.newest().version(), charter.version);
            match self.judge_age(charter) {
                Err(aged) => aged,
                Ok(()) if charter.since() > standing => PaperError::Skips { standing, found },
                Ok(()) => PaperError::Unknown { digest },
            }
        })
    }

    /// A version only comes into force above the one that is.
    // spec: chr-2
    fn judge_age(&self, charter: &Charter) -> Result<(), PaperError> {
        let (standing, found) = (self.newest().version(), charter.version);
        match self.version(found).map(VerifiedCharter::digest) {
            Some(adopted) => Err(PaperError::Rival { version: found, adopted }),
            None if found <= standing => Err(PaperError::Stale { standing, found }),
            None => Ok(()),
        }
    }
}

/// A version counts one more than the highest that it names; rivals lead back to the version that it builds on.
// spec: chr-6
fn judge_numbers(charter: &Charter, named: &[&Proposal]) -> Result<(), PaperError> {
    let wrong = PaperError::Numbers { found: charter.version };
    let Some((base, rivals)) = named.split_first() else { return Err(wrong) };
    let highest = named.iter().map(|named| named.charter.version).max();
    let above = rivals.iter().all(|rival| rival.charter.version > base.charter.version);
    let closed = rivals.iter().all(|rival| {
        let mut names = rival.charter.names();
        names.all(|digest| named.iter().any(|named| named.digest == digest))
    });
    let counts = base.charter.version == charter.since()
        && highest.map(CharterVersion::next) == Some(charter.version);
    if above && closed && counts { Ok(()) } else { Err(wrong) }
}

/// The first log of a member stays, and no log that was accepted is refused later.
// spec: id-18
fn judge_logs(charter: &Charter, named: &[&Proposal]) -> Result<(), PaperError> {
    let before = named.iter().flat_map(|named| named.charter.members.iter());
    for member in before {
        let Some(after) = charter.member(&member.agency) else { continue };
        if after.logs.first != member.logs.first || after.logs.last < member.logs.last {
            return Err(PaperError::Logs { agency: member.agency.clone() });
        }
    }
    Ok(())
}

/// One document with the signatures of both copies.
pub(super) fn united(held: &Proposal, came: &Proposal) -> Proposal {
    let mut both = held.clone();
    both.signed.unite(&came.signed);
    both
}

/// Puts a document beside the others, or unites it with its copy.
pub(super) fn unite(read: &mut BTreeMap<Place, Proposal>, proposal: Proposal) {
    let place = (proposal.charter.version, proposal.digest);
    match read.get_mut(&place) {
        Some(copy) => copy.signed.unite(&proposal.signed),
        None => drop(read.insert(place, proposal)),
    }
}
