//! Holds a reply of this agency against the register, before it is signed.
//!
//! Uses `look`. The query is found by the name that the reply gives it, and answered whole: a hit that is left out, or a
//! query that nobody can compare any more, would hide a hit as well as a false `no-hit`.
//! Absent on purpose: replies of others. Whoever holds query and reply is shown what does not fit ([`elsewhere`]).
//!
//! [`elsewhere`]: crate::host::elsewhere

use std::collections::BTreeMap;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::intelligence::deconfliction::DeconflictionReply;
use concord_protocol::message::intelligence::deconfliction::Match;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::deconfliction::look;
use crate::host::deconfliction::look::LookError;
use crate::host::deconfliction::look::Proposal;
use crate::host::shared::Shared;

/// Refuses a reply that says anything else than the register does, or that cannot be held against it.
///
/// # Errors
/// Why it is refused, or that the node cannot look.
// spec: dcf-15, dcf-18
pub(crate) fn check(
    shared: &Shared,
    procedure: ProcedureId,
    reply: &DeconflictionReply,
) -> Result<Result<(), Refusal>, LookError> {
    let mut judged = judge(None, reply);
    // Two authors may have given one id: the reply has to fit one of the queries.
    for query in look::queries(shared, procedure)?.into_iter().filter(|one| one.id == reply.of) {
        judged = judge(look::proposed(shared, query)?.as_ref(), reply);
        if judged.is_ok() {
            break;
        }
    }
    Ok(judged)
}

/// Judges a reply by what is proposed; `None` where the query that it names cannot be compared.
///
/// # Errors
/// Why it is refused.
// spec: dcf-15, dcf-18
pub(super) fn judge(
    proposal: Option<&Proposal>,
    reply: &DeconflictionReply,
) -> Result<(), Refusal> {
    let Some(proposal) = proposal else {
        return Err(Refusal::out_of_turn(
            "dcf-18",
            "the query that it names is not among those that this node compares: its body is gone, it is too old, or its author has asked too much since",
            "see what the procedure waits for with `concord deconfliction answer`, or have its author ask again",
        ));
    };
    if let Some(pending) = proposal.pending {
        return Err(Refusal::out_of_turn(
            "dcf-15",
            format!("{} holdings are not compared with the query yet", pending.missing),
            "wait until `concord deconfliction answer` shows the answers",
        ));
    }
    let proposed: BTreeMap<Digest, Match> =
        proposal.answers.iter().map(|one| (one.digest, one.answer)).collect();
    let said: BTreeMap<Digest, Match> =
        reply.answers.iter().map(|one| (one.keyed_digest, one.answer)).collect();
    if !proposed.keys().eq(said.keys()) {
        return Err(Refusal::safeguard(
            "dcf-18",
            "it does not name the digests of the query, each of them and no other",
            "answer what the node proposes: `concord deconfliction answer` shows it",
        ));
    }
    let other = said.iter().find(|(digest, answer)| proposed.get(digest) != Some(answer));
    let Some((digest, answer)) = other else { return Ok(()) };
    Err(Refusal::safeguard(
        "dcf-15",
        format!("the register does not say {answer} about {}", digest.short()),
        "answer what the node proposes; who must not be known of has the policy silent-to-owner first",
    ))
}
