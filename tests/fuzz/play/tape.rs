//! Bytes as choices: each byte is one, and after the last one everything is zero.

/// What is left of a program.
#[derive(Debug)]
pub(super) struct Tape<'a> {
    rest: &'a [u8],
}

impl<'a> Tape<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next byte; `None` at the end.
    pub(super) fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// The next byte, or zero.
    pub(super) fn byte(&mut self) -> u8 {
        self.next().unwrap_or_default()
    }

    /// A number below `bound`; 0 when nothing is below it.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()).checked_rem(bound).unwrap_or_default()
    }

    /// One of some; `None` when there are none.
    pub(super) fn among<'b, T>(&mut self, all: &'b [T]) -> Option<&'b T> {
        let at = self.below(all.len());
        all.get(at)
    }

    /// A small step away from a number, up or down.
    pub(super) fn near(&mut self, number: u64) -> u64 {
        const STEPS: [i64; 8] = [1, -1, 2, -2, 5, 255, i64::MAX, i64::MIN];
        number.saturating_add_signed(STEPS[self.below(STEPS.len())])
    }
}
