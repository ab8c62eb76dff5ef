//! Who hears of a hit, and who sees what of it.

use crate::message::intelligence::deconfliction::Match;
use crate::procedure::exchange::holding;
use crate::procedure::exchange::holding::HitPolicy;
use crate::procedure::exchange::holding::Sight;
use crate::procedure::exchange::holding::Viewer;

use HitPolicy::Full;
use HitPolicy::HitNoHit;
use HitPolicy::SilentToOwner;

#[test]
fn a_hidden_compartment_answers_that_nobody_works_on_it() {
    // shows: dcf-12
    for (holdings, answer) in [
        (&[][..], Match::NoHit),
        (&[SilentToOwner], Match::NoHit),
        (&[SilentToOwner, SilentToOwner], Match::NoHit),
        (&[HitNoHit], Match::Hit),
        (&[Full], Match::Hit),
        (&[SilentToOwner, Full], Match::Hit),
    ] {
        assert_eq!(holding::answer(holdings.iter().copied()), answer, "{holdings:?}");
    }
}

#[test]
fn colleagues_see_what_the_owner_lets_them_see() {
    // shows: dcf-12
    for (policy, sight) in
        [(Full, Sight::Whole), (HitNoHit, Sight::Whose), (SilentToOwner, Sight::Nothing)]
    {
        assert_eq!(policy.sight(Viewer::Other), sight, "{policy:?}");
        assert_eq!(policy.sight(Viewer::Owner), Sight::Whole, "{policy:?}");
    }
}
