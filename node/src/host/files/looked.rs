//! How far the messages were looked through for files, with a place of its own for each author that names too many; pure.
//!
//! Everybody's messages are gone through once, in the order of their leaves. What an author names beyond its bound is
//! passed over, and its place is kept: nobody else waits for it. Once there is room the node goes on there.

use std::collections::BTreeMap;

use concord_protocol::ids::AgencyId;
use tokio::time::Instant;

use crate::host::files::wants::Added;
use crate::host::files::wants::Want;
use crate::host::files::wants::Wants;
use crate::store::read::files::Attached;
use crate::telemetry::shown;

/// How far the messages were looked through.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// The last place, for everybody.
    upto: Option<Attached>,
    /// For each author of whom something was passed over or forgotten: the place behind which to go on, once there is
    /// room. Absent is the beginning.
    behind: BTreeMap<AgencyId, Option<Attached>>,
}

/// Whose files a look is for.
#[derive(Clone, Debug)]
pub(super) enum Whose {
    /// Those of all, from where the last look ended.
    Everybody,
    /// Those of one author that were passed over.
    Of(AgencyId),
}

/// Whether there is more to look at now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    /// There may be.
    Yes,
    /// There is not, or no room for it.
    No,
}

/// That a message names a file.
#[derive(Debug)]
pub(super) struct Named<'m> {
    /// Where it says so.
    pub(super) at: Attached,
    /// Who says so.
    pub(super) author: &'m AgencyId,
    /// The file, if this node lacks it.
    pub(super) lacked: Option<Want>,
}

impl Looked {
    /// Authors of whom something was passed over and for whom there is room now.
    pub(super) fn to_go_on(&self, wants: &Wants) -> Vec<AgencyId> {
        self.behind.keys().filter(|author| wants.has_room(author)).cloned().collect()
    }

    /// The place behind which a look goes on.
    pub(super) fn place(&self, whose: &Whose) -> Option<Attached> {
        match whose {
            Whose::Everybody => self.upto,
            Whose::Of(author) => self.behind.get(author).copied().flatten(),
        }
    }

    /// Goes past a place.
    pub(super) fn pass(&mut self, at: Attached, whose: &Whose) {
        match whose {
            Whose::Everybody => self.upto = Some(at),
            Whose::Of(author) => {
                self.behind.insert(author.clone(), Some(at));
            }
        }
    }

    /// A look came to the end of what there is.
    pub(super) fn end(&mut self, whose: &Whose) {
        match whose {
            Whose::Everybody => {}
            Whose::Of(author) => {
                self.behind.remove(author);
            }
        }
    }

    /// Wants what is lacked, if there is room for its author.
    pub(super) fn take(
        &mut self,
        wants: &Wants,
        Named { at, author, lacked }: Named<'_>,
        whose: &Whose,
        now: Instant,
    ) -> More {
        match whose {
            Whose::Everybody => {
                if let Some(want) = lacked {
                    self.want_new(wants, want, author, now);
                }
            }
            Whose::Of(wanted) => {
                let lacked = lacked.filter(|_| author == wanted);
                let added = lacked.map(|want| wants.add(want, author, now));
                if added == Some(Added::NoRoom) {
                    return More::No;
                }
            }
        }
        self.pass(at, whose);
        More::Yes
    }

    /// A new one takes the place of one that failed; what cannot be remembered is passed over.
    // spec: fil-35
    fn want_new(&mut self, wants: &Wants, want: Want, author: &AgencyId, now: Instant) {
        match wants.add(want.clone(), author, now) {
            Added::Wanted => {}
            Added::TooLong => tracing::debug!(
                peer = shown(author),
                file = shown(&want.file),
                "a file is longer than this node takes, and is not asked for"
            ),
            Added::NoRoom => {
                if !self.behind.contains_key(author) {
                    tracing::warn!(
                        peer = shown(author),
                        "so many files of one member are wanted that not all are asked for; others' are not held up"
                    );
                }
                if wants.make_room(author).is_some() {
                    self.behind.insert(author.clone(), None);
                    wants.add(want, author, now);
                } else {
                    self.behind.entry(author.clone()).or_insert(self.upto);
                }
            }
        }
    }
}
