"""A bundle of format 2, part by part (11.1), and the order in which it is verified (audit-1, audit-27)."""

import io
from types import SimpleNamespace

from . import cbor
from . import heads
from . import identity
from . import keys
from . import note
from . import shapes
from . import tiles
from . import trunk
from . import ustar
from . import walk
from .faults import Fault
from .faults import coded
from .scope import Scope

FORMAT = 2
MANIFEST_MAX, ITEM_MAX = 16_777_216, 4_194_304
UNLISTED_LISTS = ("headers", "dispatches", "receipts")


class Problems(list):
    """Every problem in the order in which it was found."""

    def found(self, fault, part=None, leaf=None):
        self.append(fault.at(part, leaf))


def verify(data, pin=None):
    """Everything that 11.2 demands. Raises the Fault that ends the verification; other problems are in the report."""
    problems = Problems()
    parts = Parts(io.BytesIO(data), problems)
    parts.read_listed()
    charter = the_charter(parts, pin)
    directory = the_credentials(parts, charter)
    head = the_checkpoint(parts, directory)
    checkpoints = heads.Heads(parts, directory, head, problems)
    parts.read_rest()
    hashes = trunk.compared(parts.tiles, head, problems)
    roots = trunk.Roots(hashes)
    checkpoints.judge_cosigned(roots)
    log = walk.Walk(parts, directory, hashes, checkpoints, problems).run()
    checkpoints.judge_peers(log, parts.checkpoint)
    return SimpleNamespace(
        agency=parts.manifest.agency, charter=charter, anchored=pin is not None, head=head, directory=directory,
        roots=roots, log=log, checkpoints=checkpoints, problems=problems, scope=parts.scope,
    )


class Parts:
    """Reads the parts in the order that they must have (audit-2 to audit-7, audit-25)."""

    def __init__(self, file, problems):
        self.reader, self.problems = ustar.Reader(file), problems
        self.charters, self.credentials, self.evidence, self.tiles, self.entries = [], [], [], [], []
        self.lists = {}

    def must_come(self, path):
        found = self.reader.next()
        if found is None:
            raise Fault("archive-ended", f"the archive ends where {path} belongs", path)
        if found[0] != path:
            raise Fault("part-path", f"{found[0]} stands where {path} belongs", path)
        return found[1]

    def read_listed(self):
        """The manifest, and the parts that it lists but `leaves`."""
        content = self.must_come("manifest.cbor")
        self.manifest, self.listed = read_manifest(content)
        self.digest = keys.sha256(content)
        self.scope = Scope(self.manifest)
        self.take("checkpoint")
        self.take("cosignatures")
        self.run("charter/")
        self.run("credentials/")
        self.take("peer-checkpoints")
        self.take("peer-cosigned")
        self.run("evidence/")

    def take(self, path):
        """The next listed part, which has to be this one (audit-4)."""
        if not self.listed or self.listed[0].path != path:
            raise Fault("part-path", f"another part where {path} belongs", next_path(self.listed))
        self.sort(path, self.part(self.listed.pop(0)))

    def run(self, folder):
        """The listed parts that follow under one folder."""
        while self.listed and self.listed[0].path.startswith(folder):
            entry = self.listed.pop(0)
            self.sort(entry.path, self.part(entry))

    def listed_leaves(self):
        """What is left of the listed parts: `leaves` in a scoped bundle and `bodies` where some are shown, or nothing."""
        left, late = list(self.listed), {}
        for path in self.late_parts():
            if not left or left[0].path != path:
                raise Fault("part-path", f"another part where {path} belongs", next_path(left))
            late[path] = left.pop(0)
        if left:
            raise Fault("surplus-part", "a part that does not belong here", left[0].path)
        return late

    def late_parts(self):
        """The listed parts that stand among those that grow with the log (audit-4, audit-49)."""
        return [] if self.scope.whole else ["leaves"] + (["bodies"] if self.scope.bodies is not None else [])

    def part(self, entry):
        """A listed part, compared with its entry."""
        content = self.must_come(entry.path)
        if len(content) != entry.length:
            raise Fault("part-length", f"{len(content)} bytes, not {entry.length}", entry.path)
        if keys.sha256(content) != entry.digest:
            raise Fault("part-digest", "another content than the manifest states", entry.path)
        return content

    def sort(self, path, content):
        folder = path.split("/")[0]
        if path == "checkpoint":
            self.checkpoint = content
        elif folder == "charter":
            self.charters.append((path, content))
        elif folder == "credentials":
            self.credentials.append((path, content))
        elif folder == "evidence":
            self.one_evidence(path, content)
        else:
            self.lists[path] = List(path, content)

    def one_evidence(self, path, content):
        """Each under its own digest, ascending (audit-4)."""
        if path != f"evidence/{keys.sha256(content).hex()}":
            raise Fault("part-path", "evidence under another digest than its own", path)
        if self.evidence and self.evidence[-1][0] >= path:
            raise Fault("order", "evidence out of order, or twice", path)
        self.evidence.append((path, content))

    def read_rest(self):
        """Tiles, leaves, the lists that leaves name, the digest, and the end."""
        late = self.listed_leaves()
        size = self.manifest.size
        for level, number, width in tiles.of_tree(size):
            path = tiles.hash_path(level, number, width)
            content = self.must_come(path)
            if len(content) != width * tiles.HASH:
                raise Fault("part-length", f"{len(content)} bytes, not {width * tiles.HASH}", path)
            self.tiles.append((path, level, number, tiles.hashes(content)))
        if self.scope.whole:
            for number, width in tiles.rows(size):
                path = tiles.entries_path(number, width)
                self.entries.append((path, number, width, self.must_come(path)))
        else:
            self.lists["leaves"] = List("leaves", self.part(late["leaves"]))
        for path in UNLISTED_LISTS:
            self.lists[path] = List(path, self.must_come(path))
        if "bodies" in late:
            self.lists["bodies"] = List("bodies", self.part(late["bodies"]))
        if self.must_come("digest") != self.digest:
            raise Fault("bundle-digest", "not the digest of the manifest", "digest")
        after = self.reader.next()
        if after is not None:
            raise Fault("surplus-part", "a part after the last one", after[0])


class List:
    """A list of byte strings, read one after the other; what cannot be read ends it."""

    def __init__(self, path, content):
        self.path, self.content, self.place, self.broken = path, content, 0, False

    def next(self):
        """The next item; None at the end. Raises `bad-item` once, and then nothing is there any more."""
        if self.broken or self.place == len(self.content):
            return None
        try:
            with coded("bad-item", self.path):
                found, self.place = cbor.item_of_sequence(self.content, self.place, ITEM_MAX)
        except Fault:
            self.broken = True
            raise
        return found

    def all(self, problems):
        """Every item that can be read."""
        found = []
        try:
            while (item := self.next()) is not None:
                found.append(item)
        except Fault as fault:
            problems.found(fault)
        return found


def next_path(listed):
    return listed[0].path if listed else "manifest.cbor"


def read_manifest(content):
    """The manifest and the entries of the listed parts, item by item (audit-41)."""
    path = "manifest.cbor"
    if len(content) > MANIFEST_MAX:
        raise Fault("part-length", "a manifest that is too long", path)
    items = List(path, content)
    first = items.next()
    if first is None:
        raise Fault("manifest-count", "no manifest", path)
    with coded("manifest", path):
        tree = cbor.decode(first, 1_024)
        if type(tree) is dict and type(tree.get(0)) is int and tree[0] != FORMAT:
            raise Fault("unknown-format", f"format {tree[0]}", path)
        manifest = shapes.manifest(tree)
    Scope(manifest).check()
    entries = []
    while (item := items.next()) is not None:
        with coded("manifest", path):
            entries.append(shapes.part_entry(cbor.decode(item, 512)))
    if len(entries) != manifest.parts:
        raise Fault("manifest-count", f"{len(entries)} parts, not {manifest.parts}", path)
    return manifest, entries


def the_charter(parts, pin):
    """audit-8."""
    if not parts.charters:
        raise Fault("charter", "no charter is inside", "manifest.cbor")
    path = parts.charters[-1][0]
    with coded("charter", path):
        documents = [(identity.document(data), data) for _, data in parts.charters]
        placed = sorted(documents, key=lambda pair: (pair[0].of.version, pair[0].digest))
        found = identity.chain([data for _, data in placed], pin)
    if found.of.name != parts.manifest.charter:
        raise Fault("other-charter", "the manifest names another charter", path)
    on_path = {version.digest for version in found.path}
    rivals = [document for document, _ in placed if document.digest not in on_path]
    wanted = [f"charter/{version.of.version}.cbor" for version in found.path]
    wanted += [f"charter/{rival.of.version}-{rival.digest.hex()}.cbor" for rival in rivals]
    if [name for name, _ in parts.charters] != wanted:
        raise Fault("order", "a charter under another version", path)
    if parts.manifest.agency not in found.members:
        raise Fault("not-a-member", "the manifest names an agency that the charter does not", "manifest.cbor")
    parts.scope.check_peer(found)
    return found


def the_credentials(parts, charter):
    """audit-9."""
    directory, before = identity.Directory(charter), None
    for path, data in parts.credentials:
        with coded("credential", path):
            found = identity.credential(data, charter)
        place = (found.agency.encode(), found.serial)
        if path != f"credentials/{found.agency}-{found.serial}.cbor" or (before is not None and place <= before):
            raise Fault("order", "a credential in another place than its own", path)
        with coded("credential-conflict", path):
            directory.admit(found)
        before = place
    return directory


def the_checkpoint(parts, directory):
    """audit-10."""
    manifest = parts.manifest
    owner, log_keys = directory.log_keys(manifest.origin)
    if owner != manifest.agency:
        raise Fault("no-log-key", "no credential of the agency names the key of this log", "checkpoint")
    with coded("checkpoint", "checkpoint"):
        found = note.checkpoint(parts.checkpoint, manifest.origin, log_keys)
    if found.size != manifest.size:
        raise Fault("checkpoint-size", f"size {found.size}, not {manifest.size}", "checkpoint")
    return found
