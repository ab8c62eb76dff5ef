"""The Merkle tree of RFC 9162, section 2.1: roots, and the two kinds of paths (log-1, log-2, log-7 to log-9)."""

import hashlib

from .faults import must

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Edge:
    """The right edge of a tree that grows: the roots of its perfect subtrees, the largest first."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, hash_of_leaf):
        node, size = hash_of_leaf, self.size
        while size & 1:
            node = node_hash(self.peaks.pop(), node)
            size >>= 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_from_inclusion(hash_of_leaf, index, size, path):
    """RFC 9162, section 2.1.3.2: the root that the path leads to."""
    must(index < size, "an index that is not below the size")
    node, first, last = hash_of_leaf, index, size - 1
    for sibling in path:
        must(last > 0, "a path with a hash too many")
        if first & 1 or first == last:
            node = node_hash(sibling, node)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        first, last = first >> 1, last >> 1
    must(last == 0, "a path with a hash too few")
    return node


def consistent(old_size, old_root, new_size, new_root, path):
    """RFC 9162, section 2.1.4.2; growth from nothing is refused, because nothing shows it."""
    must(0 < old_size <= new_size, "sizes that no path leads between")
    if old_size == new_size:
        must(not path and old_root == new_root, "another root at the same size, or a path that is too long")
        return
    path = list(path)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    must(path, "an empty path")
    first, last = old_size - 1, new_size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        must(last > 0, "a path with a hash too many")
        if first & 1 or first == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        first, last = first >> 1, last >> 1
    must(last == 0, "a path with a hash too few")
    must(old == old_root and new == new_root, "a path that leads elsewhere")
