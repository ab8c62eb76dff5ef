//! Who of many rescues comes near to somebody by names: all of them, some at a time.
//!
//! Whoever hides a person begins rescues until theirs is one too many. So none is left out for its place: bodies are opened and
//! dropped again for as many people at a time as are compared together.

#[cfg(test)]
mod tests;

use std::mem;

use concord_protocol::names::Subject;
use concord_protocol::names::alike;
use concord_protocol::names::alike::SUBJECTS_MAX;
use concord_protocol::names::draft::People;
use concord_protocol::names::reason::Grade;

/// The rescues that come near, the nearest first.
#[derive(Debug)]
pub(super) struct Near<'r, R> {
    pub(super) found: Vec<(&'r R, Grade)>,
    /// Whether somebody was not compared: on the list of a message, or in a rescue with more people than fit.
    pub(super) is_cut: bool,
}

/// Compares some people with those of every rescue, whose reports are opened one rescue after the other.
// spec: res-44
pub(super) fn all<'r, R, E>(
    whom: &[People],
    rescues: &'r [R],
    mut open: impl FnMut(&'r R) -> Result<Vec<People>, E>,
) -> Result<Near<'r, R>, E> {
    let subjects: Vec<Subject<'_>> = whom.iter().flat_map(People::subjects).collect();
    let is_cut = whom.iter().any(|people| people.unread > 0);
    let mut near = Near { found: Vec::new(), is_cut };
    let room = SUBJECTS_MAX.saturating_sub(subjects.len());
    let (mut some, mut taken) = (Vec::new(), 0_usize);
    for rescue in rescues {
        let reports = open(rescue)?;
        let count: usize = reports.iter().map(|people| people.subjects().len()).sum();
        if taken.saturating_add(count) > room {
            near.take(&subjects, &mem::take(&mut some));
            taken = 0;
        }
        taken = taken.saturating_add(count);
        some.extend(reports.into_iter().map(|people| (rescue, people)));
    }
    near.take(&subjects, &some);
    near.found.sort_by_key(|(_, grade)| *grade);
    Ok(near)
}

impl<'r, R> Near<'r, R> {
    /// Compares people with those of some rescues.
    fn take(&mut self, subjects: &[Subject<'_>], some: &[(&'r R, People)]) {
        let (rescued, of): (Vec<Subject<'_>>, Vec<&'r R>) = some
            .iter()
            .flat_map(|(rescue, people)| {
                people.subjects().into_iter().map(move |one| (one, *rescue))
            })
            .unzip();
        let alike = alike::between(subjects, &rescued);
        let unread = some.iter().any(|(_, people)| people.unread > 0);
        self.is_cut = self.is_cut || unread || alike.is_cut || alike.more > 0;
        let first = self.found.len();
        for pair in &alike.pairs {
            let Some(rescue) = of.get(pair.other) else { continue };
            let known =
                self.found.iter().skip(first).any(|(known, _)| std::ptr::eq(*known, *rescue));
            // The nearest of each comes first.
            if !known {
                self.found.push((*rescue, pair.comparison.grade));
            }
        }
    }
}
