//! Writing a policy: logs, witnesses, groups, quorum; one blank between words, a number for every threshold.

use alloc::format;
use alloc::vec::Vec;

use crate::log::policy::Member;
use crate::log::policy::Policy;
use crate::log::policy::Quorum;

/// A policy as text.
pub(super) fn policy(policy: &Policy) -> Vec<u8> {
    let mut text = Vec::new();
    for log in &policy.logs {
        line(&mut text, &[b"log", log.vkey().as_bytes()]);
    }
    for witness in &policy.witnesses {
        line(&mut text, &[b"witness", &witness.name, witness.key.vkey().as_bytes()]);
    }
    for group in &policy.groups {
        let needed = format!("{}", group.needed);
        let mut words = Vec::from([b"group".as_slice(), &group.name, needed.as_bytes()]);
        words.extend(group.members.iter().map(|member| name(policy, *member)));
        line(&mut text, &words);
    }
    let quorum = match policy.quorum {
        Quorum::None => b"none",
        Quorum::Of(member) => name(policy, member),
    };
    line(&mut text, &[b"quorum", quorum]);
    text
}

fn name(policy: &Policy, member: Member) -> &[u8] {
    let name = match member {
        Member::Witness(place) => policy.witnesses.get(place).map(|witness| &witness.name),
        Member::Group(place) => policy.groups.get(place).map(|group| &group.name),
    };
    name.map(Vec::as_slice).unwrap_or_default()
}

fn line(text: &mut Vec<u8>, words: &[&[u8]]) {
    text.extend(words.join(&b' '));
    text.push(b'\n');
}
