//! Two versions of the charter that one root of the accused signed and must not have.
//!
//! Uses `judge`, `sentence`. Absent on purpose: whether either came into force.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::audit::evidence::CharterRivals;
use crate::audit::evidence::EvidenceFlaw;
use crate::audit::evidence::Which;
use crate::audit::evidence::judge::Judged;
use crate::audit::evidence::judge::Keys;
use crate::audit::evidence::sentence;
use crate::identity::charter;
use crate::identity::charter::Proposal;
use crate::identity::charter::vow::Verdict;
use crate::identity::charter::vow::Vow;
use crate::identity::root::RootPublic;

/// Judges both versions: their order, their one signer, and that no root may sign both.
pub(super) fn judge(keys: &mut Keys<'_>, rivals: &CharterRivals) -> Result<Judged, EvidenceFlaw> {
    let first = version_of(keys, &rivals.first, Which::First)?;
    let second = version_of(keys, &rivals.second, Which::Second)?;
    let place = |of: &Proposal| (of.charter().version, of.digest());
    // spec: chr-18
    if place(&first) >= place(&second) {
        return Err(EvidenceFlaw::Order);
    }
    let root = root_of(keys, (&first, &second))
        .ok_or(EvidenceFlaw::Statement { which: Which::First })?
        .clone();
    for (which, version) in [(Which::First, &first), (Which::Second, &second)] {
        if !version.holds(&root) {
            return Err(EvidenceFlaw::Signature { which });
        }
    }
    let verdict = Vow::of(&first).beside(&Vow::of(&second));
    if verdict == Verdict::Fit {
        return Err(EvidenceFlaw::Fits);
    }
    let now = keys.directory().charter().member(keys.accused());
    if now.is_none_or(|member| member.root != root) {
        keys.rests_on_old_root();
    }
    let sentence = sentence::charter_rivals(keys.accused(), (&first, &second), verdict);
    let named = BTreeSet::from([keys.accused().clone()]);
    Ok(Judged { sentence, named, notes: Vec::new(), log: None })
}

/// The root of the accused, in whichever version, of which alone both bear signatures.
fn root_of<'k>(
    keys: &'k Keys<'_>,
    (first, second): (&Proposal, &Proposal),
) -> Option<&'k RootPublic> {
    let versions = keys.directory().chain().versions();
    let roots = versions.filter_map(|version| version.member(keys.accused()));
    let mut roots = roots.map(|member| &member.root);
    roots.find(|root| first.is_of_root(root) && second.is_of_root(root))
}

fn version_of(keys: &Keys<'_>, bytes: &[u8], which: Which) -> Result<Proposal, EvidenceFlaw> {
    let proposal = charter::read(bytes).map_err(|_| EvidenceFlaw::Statement { which })?;
    if proposal.charter().name != *keys.directory().charter().name() {
        return Err(EvidenceFlaw::Statement { which });
    }
    Ok(proposal)
}
