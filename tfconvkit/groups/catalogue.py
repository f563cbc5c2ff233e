"""The groups that are known by name."""

import functools

import numpy as np

from tfconvkit.groups.point_group import PointGroup

ALIASES = {"p1": "C1", "p2": "C2", "p4": "C4", "pm": "D1", "pmm": "D2", "p4m": "D4"}


def get(group, rank=None):
    """Returns the `PointGroup` for a name, a `PointGroup` or what `serialize` returned.

    Known in 2-D, in the legacy element order `index = m * n + r` (`n` rotations; rotate `r` times, then reverse the
    rows if `m = 1`): C1, C2, C4 (rotations), D1 (mirror of the rows), D2 and D4 (rotations and mirrors), with the
    wallpaper names p1, p2, p4, pm, pmm, p4m as aliases.

    Args:
        group: Name, `PointGroup` or configuration.
        rank: Number of grid axes the group has to act on; None takes the lowest rank that knows the name.

    Raises:
        ValueError: if the name is unknown or the group has another rank.
        TypeError: if `group` is none of the three kinds.
    """
    if isinstance(group, dict):
        group = PointGroup(**group)
    if isinstance(group, str):
        return _by_name(group, rank)
    if not isinstance(group, PointGroup):
        raise TypeError(f"Expected the name of a group or a PointGroup. Received {group!r} of type {type(group)}.")
    if rank is not None and group.rank != rank:
        raise ValueError(
            f"Group {group.name!r} acts on {group.rank} grid axes, but {rank} are needed here. "
            f"Use one of {', '.join(names(rank))}."
        )
    return group


def serialize(group):
    """Returns what `get` rebuilds the group from: its name where it is a known one, else name and matrices."""
    if _known().get((group.name, group.rank)) == group:
        return group.name
    return {"name": group.name, "matrices": group.matrices.tolist()}


def names(rank):
    """Returns the names of the groups that `get` knows for this rank."""
    return sorted({name for name, known_rank in _known() if known_rank == rank})


def _by_name(name, rank):
    canonical = ALIASES.get(name, name)
    ranks = sorted({r for _, r in _known()}) if rank is None else [rank]
    for candidate in ranks:
        if (canonical, candidate) in _known():
            return _known()[canonical, candidate]
    raise ValueError(
        f"Unknown group {name!r} for {'any rank' if rank is None else f'rank {rank}'}. "
        f"Known: {'; '.join(f'rank {r}: ' + ', '.join(names(r)) for r in ranks if names(r)) or 'none'} "
        f"(aliases {', '.join(f'{a} = {n}' for a, n in ALIASES.items())}), or pass a PointGroup."
    )


@functools.cache
def _known():
    """The named groups, by (name, rank)."""
    turn, mirror = np.array([[0, -1], [1, 0]]), np.diag([-1, 1])
    known = {}
    for n in (1, 2, 4):
        step = np.linalg.matrix_power(turn, 4 // n)
        rotations = [np.linalg.matrix_power(step, r) for r in range(n)]
        mirrored = [mirror @ rotation for rotation in rotations]
        for group in (PointGroup(f"C{n}", rotations), PointGroup(f"D{n}", rotations + mirrored)):
            known[group.name, group.rank] = group
    return known
