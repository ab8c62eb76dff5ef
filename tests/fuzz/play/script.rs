//! Programs that people wrote: each tells a story that a specification tells, and changed bytes go on from there.

/// Every program.
pub fn all() -> Vec<Vec<u8>> {
    [
        exchange(),
        office(),
        witnesses(),
        quarantine(),
        succession(),
        fork(),
        conflict(),
        late_fork(),
        reuse(),
        papers(),
        mailbox(),
    ]
    .into_iter()
    .map(|lines| lines.concat())
    .collect()
}

type Program = Vec<Vec<u8>>;

/// A message of the first to the second, with this ordinal; the content makes it another one.
fn submit(from: u8, to: u8, ordinal: u8, content: u8) -> Vec<u8> {
    vec![0, from, 0, ordinal, 1, content, to, 1]
}

fn connect(a: u8, b: u8) -> Vec<u8> {
    vec![4, a, (b + 2 - a) % 3]
}

/// The first bends its greeting.
fn connect_bent(a: u8, b: u8, how: &[u8]) -> Vec<u8> {
    [&[6, a, (b + 2 - a) % 3][..], how].concat()
}

fn carry(count: u8) -> Vec<u8> {
    vec![8, 0, 0, count]
}

fn copy(at: u8) -> Vec<u8> {
    vec![23, at, 0, 0]
}

/// Back to the copy of this number; 0 keeps the mode, 2 probes, 3 is an officer's word.
fn roll_back(at: u8, copy: u8, mode: u8) -> Vec<u8> {
    vec![23, at, 0, 1, copy, mode]
}

fn witness(at: u8, asked: u8) -> Vec<u8> {
    vec![20, at, 0, asked]
}

fn everybody_connects() -> Program {
    vec![connect(0, 1), connect(1, 2), connect(0, 2)]
}

/// Messages both ways, one lost receipt, a start in between.
fn exchange() -> Program {
    let mut lines = everybody_connects();
    lines.extend([submit(0, 0, 1, 1), submit(0, 0, 2, 2), submit(1, 0, 3, 3), carry(12)]);
    lines.extend([vec![0, 2, 0, 4, 0, 7, 0, 0, 1, 1], carry(8), vec![22, 1, 0, 0]]);
    lines.extend([submit(0, 0, 5, 5), connect(0, 1), carry(12)]);
    lines
}

/// Reading, erasing once and again, a body that is lost, an export, a day that is over, a copy of the keys.
fn office() -> Program {
    let mut lines = vec![submit(0, 0, 1, 1), submit(0, 0, 2, 2)];
    let done: [&[u8]; 8] =
        [&[0, 0], &[1, 0, 0, 0], &[1, 0, 1, 0], &[3, 1], &[3, 0], &[4, 9], &[5, 9], &[6]];
    lines.extend(done.map(|what| [&[21, 0, 0][..], what].concat()));
    lines.extend([connect(0, 1), carry(8)]);
    lines
}

/// A round of cosignatures, a quorum, and the lift of what was receipted.
fn witnesses() -> Program {
    let mut lines = everybody_connects();
    lines.extend([submit(0, 0, 1, 1), carry(12), witness(1, 1), carry(16), carry(8)]);
    lines.extend([vec![24, 1, 0, 27, 1], submit(0, 0, 2, 2), carry(8), witness(1, 0), carry(20)]);
    // The last answer under way is bent into a refusal.
    lines.extend([witness(1, 1), carry(0), vec![16, 0, 0, 255, 1, 2, 0], carry(8)]);
    lines
}

/// Older data in the place of newer ones: a peer shows what it holds.
fn quarantine() -> Program {
    let mut lines = everybody_connects();
    lines.extend([submit(0, 0, 1, 1), carry(12), copy(1), submit(0, 0, 2, 2), carry(12)]);
    lines.extend([roll_back(1, 0, 0), connect(0, 1), connect(2, 1)]);
    lines
}

/// The same, a statement that the log ends, two approvals, and the next log.
fn succession() -> Program {
    let mut lines = quarantine();
    lines.extend([submit(0, 0, 7, 7), vec![26, 1, 0, 1], carry(4)]);
    lines.extend([vec![26, 2, 0, 0, 0], vec![26, 1, 0, 0, 0], carry(12)]);
    lines.extend([connect(0, 1), submit(0, 0, 8, 8), carry(12)]);
    lines
}

/// A node that was rolled back and signs on: who holds the other history proves it, and everybody hears.
fn fork() -> Program {
    let mut lines = everybody_connects();
    lines.extend([carry(20), copy(1), submit(0, 0, 1, 1), carry(20), roll_back(1, 0, 0)]);
    lines.extend([connect_bent(0, 1, &[2]), carry(12), connect(2, 1), carry(12)]);
    lines
}

/// A node that was rolled back and that nobody has told asks to be cosigned: it is shown what is held.
fn conflict() -> Program {
    let mut lines = everybody_connects();
    lines.extend([carry(20), copy(1), submit(0, 0, 1, 1), submit(0, 0, 2, 2), carry(20)]);
    lines.extend([submit(0, 0, 3, 3), carry(20), roll_back(1, 0, 0), connect_bent(0, 1, &[2])]);
    lines.extend([witness(1, 1), carry(12)]);
    lines
}

/// The same, but the other history is shown later, by a request that was under way.
fn late_fork() -> Program {
    let mut lines = everybody_connects();
    lines.extend([carry(20), copy(1), submit(2, 1, 1, 1), submit(2, 1, 2, 2), carry(20)]);
    lines.extend([witness(1, 1), roll_back(1, 0, 0), connect(0, 1), submit(0, 0, 3, 3)]);
    lines.extend((0..12).map(|_| vec![11, 0, 0, 2]));
    lines.extend([carry(20), submit(0, 0, 4, 4), carry(12)]);
    lines
}

/// A number and an id that are used again.
fn reuse() -> Program {
    let mut lines = everybody_connects();
    lines.extend([copy(0), submit(0, 0, 1, 1), carry(12), roll_back(0, 0, 3)]);
    lines.extend([connect_bent(1, 0, &[2]), submit(0, 0, 1, 2), carry(12)]);
    lines.extend([submit(2, 0, 5, 5), carry(12), submit(2, 0, 5, 6), carry(16)]);
    lines
}

/// An address, a credential, and the end of one.
fn papers() -> Program {
    let mut lines = everybody_connects();
    lines.extend([vec![25, 0, 0, 0, 1], carry(8), vec![25, 1, 0, 4], carry(8)]);
    lines.extend([vec![25, 2, 0, 7], carry(8), submit(2, 0, 1, 1), carry(8)]);
    lines
}

/// A group of several inputs, frames that come twice, to somebody else, bent, or late.
fn mailbox() -> Program {
    let mut lines = everybody_connects();
    lines.extend([vec![27, 0, 0, 3], submit(0, 0, 1, 1), submit(0, 0, 2, 2), submit(0, 0, 3, 3)]);
    lines.extend([submit(0, 0, 4, 4), vec![14, 0, 0, 0], vec![14, 0, 0, 0], vec![15, 2, 0, 0]]);
    lines.extend([vec![16, 0, 0, 0, 1, 5], vec![16, 0, 0, 0, 1, 0, 0], vec![18, 0, 0, 0]]);
    lines.extend([
        connect(0, 1),
        vec![19, 1, 0, 0],
        carry(12),
        vec![7, 0, 0],
        vec![24, 0, 0, 20, 0],
    ]);
    lines
}
