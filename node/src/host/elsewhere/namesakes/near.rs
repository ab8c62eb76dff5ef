//! Who of many rescues comes near to somebody by names: all of them, some at a time.
//!
//! Whoever hides a person begins rescues until theirs is one too many. So none is left out for its place: bodies are opened and
//! dropped again for as many people at a time as are compared together.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
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
    /// Others with which not everybody was compared: more people than fit, or more that are alike than are told.
    pub(super) left_out: Vec<&'r R>,
}

/// What was found so far. Shape: rescues by their places.
#[derive(Default)]
struct Found {
    near: BTreeMap<usize, Grade>,
    left_out: BTreeSet<usize>,
}

/// Compares some people with those of every rescue, whose reports are opened one rescue after the other.
// spec: res-44
pub(super) fn all<'r, R, E>(
    whom: &[People],
    rescues: &'r [R],
    mut open: impl FnMut(&'r R) -> Result<Vec<People>, E>,
) -> Result<Near<'r, R>, E> {
    let subjects: Vec<Subject<'_>> = whom.iter().flat_map(People::subjects).collect();
    let mut found = Found::default();
    if whom.iter().any(|people| people.unread > 0) {
        found.left_out.extend(0..rescues.len());
    }
    let room = SUBJECTS_MAX.saturating_sub(subjects.len());
    let (mut some, mut taken) = (Vec::new(), 0_usize);
    for (place, rescue) in rescues.iter().enumerate() {
        let reports = open(rescue)?;
        let count: usize = reports.iter().map(|people| people.subjects().len()).sum();
        if taken.saturating_add(count) > room {
            found.take(&subjects, &mem::take(&mut some));
            taken = 0;
        }
        taken = taken.saturating_add(count);
        some.extend(reports.into_iter().map(|people| (place, people)));
    }
    found.take(&subjects, &some);
    Ok(found.of(rescues))
}

impl Found {
    /// Compares people with those of some rescues.
    fn take(&mut self, subjects: &[Subject<'_>], some: &[(usize, People)]) {
        let (rescued, of): (Vec<Subject<'_>>, Vec<usize>) = some
            .iter()
            .flat_map(|(place, people)| people.subjects().into_iter().map(move |one| (one, *place)))
            .unzip();
        let alike = alike::between(subjects, &rescued);
        // Whoever crowds the list of those who are alike hides nobody: the rest of the crowd is looked at too.
        let is_cut = alike.is_cut || alike.more > 0;
        let unread = some.iter().filter(|(_, people)| is_cut || people.unread > 0);
        self.left_out.extend(unread.map(|(place, _)| *place));
        for pair in &alike.pairs {
            let Some(place) = of.get(pair.other) else { continue };
            // The nearest of each comes first.
            self.near.entry(*place).or_insert(pair.comparison.grade);
        }
    }

    fn of<R>(self, rescues: &[R]) -> Near<'_, R> {
        let others = self.left_out.iter().filter(|place| !self.near.contains_key(place));
        let left_out = others.filter_map(|place| rescues.get(*place)).collect();
        let at = |(place, grade)| rescues.get(place).map(|rescue| (rescue, grade));
        let mut found: Vec<(&R, Grade)> = self.near.into_iter().filter_map(at).collect();
        found.sort_by_key(|(_, grade)| *grade);
        Near { found, left_out }
    }
}
