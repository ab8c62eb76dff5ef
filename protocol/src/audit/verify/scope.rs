//! Whether a disclosed leaf is in the scope, as far as what is disclosed tells. Source: spec audit-26.

use crate::audit::bundle::Scope;
use crate::audit::finding::Flaw;
use crate::audit::verify::walk::Place;
use crate::audit::verify::walk::Walk;
use crate::envelope::header::Header;

impl Walk<'_> {
    pub(super) fn message_in_scope(&self, header: &Header) -> Result<(), Flaw> {
        // spec: audit-26
        let within = match self.scope {
            None | Some(Scope::Range { .. }) => true,
            Some(Scope::Procedure { procedure }) => header.procedure == *procedure,
            Some(Scope::Peer { peer }) => header.to.iter().any(|to| to.agency == *peer),
        };
        if within { Ok(()) } else { Err(Flaw::OutOfScope) }
    }

    pub(super) fn arrival_in_scope(&self, place: &Place<'_>, header: &Header) -> Result<(), Flaw> {
        let within = match self.scope {
            None | Some(Scope::Range { .. }) => true,
            Some(Scope::Procedure { procedure }) => header.procedure == *procedure,
            Some(Scope::Peer { peer }) => place.peer == peer,
        };
        if within { Ok(()) } else { Err(Flaw::OutOfScope) }
    }

    pub(super) fn refusal_in_scope(&self, place: &Place<'_>) -> Result<(), Flaw> {
        match self.scope {
            None | Some(Scope::Range { .. }) => Ok(()),
            Some(Scope::Peer { peer }) if place.peer == peer => Ok(()),
            Some(Scope::Procedure { .. } | Scope::Peer { .. }) => Err(Flaw::OutOfScope),
        }
    }
}
