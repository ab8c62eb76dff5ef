"""The tiles of a bundle, compared from the leaves up to the root that was signed (audit-11)."""

from . import tiles
from . import tree
from .faults import Fault


def compared(parts, head, problems):
    """The hashes of level 0. Every tile is hashed into the one above it, the edge into the root."""
    levels = {}
    for path, level, number, hashes in parts:
        below = levels.get(level - 1)
        if below is not None:
            first = number * tiles.WIDTH
            for place, found in enumerate(hashes):
                start = (first + place) * tiles.WIDTH
                if found != subtree(below[start:start + tiles.WIDTH]):
                    problems.found(Fault("tile-differs", "a tile does not hold the hash of the one below", path))
                    break
        levels.setdefault(level, []).extend(hashes)
    if edge_root(levels, head.size) != head.root:
        problems.found(Fault("root-differs", "the tiles have another root than the checkpoint", "checkpoint"))
    return levels.get(0, [])


def subtree(hashes):
    """The root of a full tile."""
    while len(hashes) > 1:
        hashes = [tree.node_hash(*hashes[i:i + 2]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def edge_root(levels, size):
    """The root from the hashes that stand alone at the right of each level."""
    if size == 0:
        return tree.EMPTY_ROOT
    peaks = []
    for level in sorted(levels, reverse=True):
        rest = levels[level][len(levels[level]) // tiles.WIDTH * tiles.WIDTH:]
        while rest:
            width = 1 << (len(rest).bit_length() - 1)
            peaks.append(subtree(rest[:width]))
            rest = rest[width:]
    root = peaks.pop()
    while peaks:
        root = tree.node_hash(peaks.pop(), root)
    return root


class Roots:
    """The root that the tree had at each size."""

    def __init__(self, hashes):
        self.roots, edge = [tree.EMPTY_ROOT], tree.Edge()
        for found in hashes:
            edge.append(found)
            self.roots.append(edge.root())

    def at(self, size):
        return self.roots[size] if size < len(self.roots) else None
