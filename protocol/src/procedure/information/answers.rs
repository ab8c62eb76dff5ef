//! How far the questions of a request are answered.

use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::message::intelligence::information_reply::ReplyStatus;
use crate::procedure::information::fact::Reply;
use crate::procedure::information::fact::Request;
use crate::procedure::information::stage::Move;

/// The questions of a request, each with the best answer so far.
///
/// Replies add up in any order: an answer that was given is not taken back by another reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    questions: Vec<(Digest, ReplyStatus)>,
    coercive: bool,
    formal_route: bool,
    redirected: bool,
}

impl Answers {
    /// Nothing is answered yet.
    pub(super) fn none(request: &Request) -> Self {
        let open = request.questions.iter().map(|question| (*question, ReplyStatus::Pending));
        Self {
            questions: open.collect(),
            coercive: request.coercive,
            formal_route: false,
            redirected: false,
        }
    }

    /// How a question is answered, by its number in the request, from 1; `None` beyond the last one.
    pub fn status(&self, number: usize) -> Option<ReplyStatus> {
        let index = number.checked_sub(1)?;
        self.questions.get(index).map(|(_, status)| *status)
    }

    /// How many questions are answered in that way.
    pub fn count(&self, wanted: ReplyStatus) -> usize {
        self.questions.iter().filter(|(_, status)| *status == wanted).count()
    }

    /// How many questions there are.
    pub const fn len(&self) -> usize {
        self.questions.len()
    }

    /// Whether there is none; a request has at least one.
    pub const fn is_empty(&self) -> bool {
        self.questions.is_empty()
    }

    /// Whether a reply answers no other questions than these.
    pub(super) fn knows(&self, reply: &Reply) -> bool {
        let known = |wanted: &Digest| self.questions.iter().any(|(question, _)| question == wanted);
        reply.answers.iter().all(|(question, _)| known(question))
    }

    /// Adds what a reply answers.
    // spec: rfi-18
    pub(super) fn take(&mut self, reply: &Reply) {
        for (question, said) in &reply.answers {
            let asked = self.questions.iter_mut().find(|(asked, _)| asked == question);
            if let Some((_, best)) = asked {
                *best = (*best).min(*said);
            }
        }
        self.formal_route |= reply.names_route && (reply.court_refused || self.coercive);
        self.redirected |= reply.redirects;
    }

    /// What these answers make of the request.
    // spec: rfi-19
    pub(super) fn ending(&self) -> Move {
        let refused = self.count(ReplyStatus::Refused);
        let given = self.count(ReplyStatus::Full).saturating_add(self.count(ReplyStatus::Partial));
        if self.count(ReplyStatus::Pending) > 0 {
            Move::AnswerSome
        } else if refused > 0 && self.formal_route {
            Move::Convert
        } else if given == 0 && self.redirected {
            Move::Redirect
        } else if refused == self.questions.len() {
            Move::Refuse
        } else {
            Move::AnswerLast
        }
    }
}
