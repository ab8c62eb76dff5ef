"""Keys and policies as text, and proof files (4.7, 4.8): what a stranger checks without a charter."""

import re
from types import SimpleNamespace

from . import keys
from . import note
from . import tree
from .faults import must

POLICY_MAX, PROOF_MAX, NOTE_MAX, KIND_MAX, PATH_MAX = 131_072, 262_144, 131_072, 256, 64
FIRST_LINE = "c2sp.org/tlog-proof@v1"


def vkey(text):
    """log-23: name, key and type of `<name>+<key id>+<base64>`."""
    parts = text.split("+", 2)
    must(len(parts) == 3 and note.holds_as_name(parts[0]), "no key as text")
    raw = note.strict_base64(parts[2])
    must(len(raw) == 33 and raw[0] in (note.ED25519, note.COSIGNATURE), "a key of a type that cannot be verified with")
    kind, key = raw[0], keys.ed25519_public(raw[1:])
    must(parts[1] == note.key_id(parts[0], kind, key).hex(), "another key id")
    return SimpleNamespace(name=parts[0], kind=kind, key=key)


def text_of(data, length_max):
    must(len(data) <= length_max, "a text that is too long")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        must(False, "a text that is not UTF-8")


class Policy:
    """log-24, log-25."""

    def __init__(self, data):
        text = text_of(data, POLICY_MAX)
        must(not text or text.endswith("\n"), "a last line without an end")
        must(not any((ord(c) < 0x20 and c not in "\n\t") or ord(c) == 0x7F for c in text), "a control character")
        self.logs, self.witnesses, self.groups, self.members, self.quorum = [], {}, {}, set(), None
        for line in text[:-1].split("\n"):
            words = [word for word in re.split("[ \t]+", line) if word]
            if words and not words[0].startswith("#"):
                must(words[0] in ("log", "witness", "group", "quorum"), "a line of another kind")
                {"log": self.log, "witness": self.witness, "group": self.group, "quorum": self.choose}[words[0]](words[1:])
        must(self.quorum is not None, "no quorum")

    def log(self, words):
        must(1 <= len(words) <= 2, "a log with other words")
        key = vkey(words[0])
        must(key.kind == note.ED25519 and key.key not in [log.key for log in self.logs], "another kind of key, or twice")
        self.logs.append(key)
        must(len(self.logs) <= KIND_MAX, "too many logs")

    def witness(self, words):
        must(2 <= len(words) <= 3, "a witness with other words")
        key = vkey(words[1])
        known = [witness.key for witness in self.witnesses.values()]
        must(key.kind == note.COSIGNATURE and key.key not in known, "another kind of key, or twice")
        self.witnesses[self.fresh(words[0])] = key
        must(len(self.witnesses) <= KIND_MAX, "too many witnesses")

    def fresh(self, name):
        must(name != "none" and name not in self.witnesses and name not in self.groups, "a name that is taken")
        return name

    def group(self, words):
        must(len(words) >= 3, "a group of nobody")
        name, count, members = self.fresh(words[0]), words[1], words[2:]
        for member in members:
            must(member in self.witnesses or member in self.groups, "a member of no earlier line")
            must(member not in self.members, "a member of two groups")
            self.members.add(member)
        known = {"any": 1, "all": len(members)}
        needed = known[count] if count in known else note.strict_decimal(count)
        must(1 <= needed <= len(members), "a number that the group cannot reach")
        self.groups[name] = (needed, members)
        must(len(self.groups) <= KIND_MAX, "too many groups")

    def choose(self, words):
        must(len(words) == 1 and self.quorum is None, "another quorum, or two")
        must(words[0] == "none" or words[0] in self.witnesses or words[0] in self.groups, "a quorum of no earlier line")
        self.quorum = words[0]

    def reached(self, name, cosigned):
        if name == "none":
            return True
        if name in self.witnesses:
            return self.witnesses[name].key in cosigned
        needed, members = self.groups[name]
        return sum(self.reached(member, cosigned) for member in members) >= needed

    def judge(self, data):
        """log-26: size and root of a checkpoint that the policy takes."""
        parsed = note.parse(data, NOTE_MAX)
        lines = parsed.text.decode().split("\n")
        must(len(lines) >= 4 and all(lines[:-1]), "a checkpoint of too few lines, or with an empty one")
        size, root = note.size_and_root(lines[1], lines[2])
        known = [log for log in self.logs if log.name == lines[0]]
        must(note.signed_by(parsed, lines[0], [log.key for log in known]), "no log of the policy signed it")
        for log in self.logs:
            note.signed_by(parsed, log.name, [log.key])
        pairs = [(witness.name, witness.key) for witness in self.witnesses.values()]
        cosigned = note.cosignatures(parsed, pairs)
        must(self.reached(self.quorum, set(cosigned)), "the witnesses that cosigned it are no quorum")
        return SimpleNamespace(origin=lines[0], size=size, root=root, cosigned=cosigned)


def proof(data):
    """log-27, log-28."""
    text = text_of(data, PROOF_MAX)
    must(not any((ord(c) < 0x20 and c != "\n") or ord(c) == 0x7F for c in text), "a control character")
    head, blank, rest = text.partition("\n\n")
    must(blank, "no empty line before the note")
    lines = head.split("\n")
    must(lines.pop(0) == FIRST_LINE, "another first line")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = note.strict_base64(lines.pop(0)[6:])
        must(extra, "an empty extra line")
    must(lines and lines[0].startswith("index "), "no line with the index")
    index = note.strict_decimal(lines.pop(0)[6:])
    path = [note.strict_base64(line) for line in lines]
    must(len(path) <= PATH_MAX and all(len(found) == 32 for found in path), "no path of hashes")
    return SimpleNamespace(extra=extra, index=index, path=path, note=rest.encode())


def verify(data, leaf, policy):
    """log-29. Without a leaf, the extra line is taken for it, and must be there."""
    found = proof(data)
    head = policy.judge(found.note)
    leaf = found.extra if leaf is None else leaf
    must(leaf is not None, "a proof of no leaf")
    root = tree.root_from_inclusion(tree.leaf_hash(leaf), found.index, head.size, found.path)
    must(root == head.root, "the path leads to another root")
    return head
