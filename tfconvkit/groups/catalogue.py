"""The groups that are known by name."""

import functools

import numpy as np

from tfconvkit import checks
from tfconvkit.groups.point_group import PointGroup, check_group

ALIASES = {"p1": "C1", "p2": "C2", "p4": "C4", "pm": "D1", "pmm": "D2", "p4m": "D4"}


def get(group, rank=None):
    """Returns the `PointGroup` for a name, a `PointGroup` or what `serialize` returned.

    1-D: C1, D1 (reversal).

    2-D, in the legacy element order `index = n * m + r` (`n` rotations; rotate `r` times, then mirror if `m = 1`):
    C1, C2, C4 (rotations), D1 (mirror reversing the rows), D2 and D4 (rotations and mirrors), with the wallpaper names
    p1, p2, p4, pm, pmm, p4m as aliases. The other mirrors are named in full: D1_columns (reverses the columns),
    D1_diagonal (transposes), D1_antidiagonal, and D2_diagonal (both diagonals).

    3-D, axes (depth, height, width): C1; C4 turns about the depth axis, in the plane of height and width; D4 is the
    group of 8 *rotations* of a square prism, `index = 4m + r`: turn `r` times, then for `m = 1` a half turn that
    reverses depth and height; C4v instead reverses the height alone (the 2-D D4 on every slice); O has the 24
    rotations of the cube, Oh its 48 rotations and reflections (`index = 24m + o`, `m = 1` the point reflection).

    Args:
        group: Name, `PointGroup` or configuration.
        rank: Number of grid axes the group has to act on; None takes 2 where it knows the name, else 1, else 3.

    Raises:
        ValueError: if the name is unknown or the group has another rank.
        TypeError: if `group` is none of the three kinds.
    """
    if rank is not None:
        _check_rank(rank)
    if isinstance(group, dict):
        if set(group) != {"name", "matrices"}:
            raise ValueError(f"The configuration of a group has the keys name and matrices. Received {group!r}.")
        group = PointGroup(**group)
    if isinstance(group, str):
        return _by_name(group, rank)
    if not isinstance(group, PointGroup):
        raise TypeError(
            f"Expected the name of a group or a PointGroup. Received {group!r} of type {type(group)}. "
            f"Use one of {', '.join(names(rank or 2))}."
        )
    if rank is not None and group.rank != rank:
        raise ValueError(
            f"Group {group.name!r} acts on {group.rank} grid axes, but {rank} are needed here. "
            f"Use one of {', '.join(names(rank))}."
        )
    return group


def serialize(group):
    """Returns what `get` rebuilds the group from: its name where it is a known one, else name and matrices."""
    check_group("serialize", group)
    if _known().get((group.name, group.rank)) == group:
        return group.name
    return {"name": group.name, "matrices": group.matrices.tolist()}


def names(rank):
    """Returns the names of the groups that `get` knows for this rank."""
    _check_rank(rank)
    return sorted({name for name, known_rank in _known() if known_rank == rank})


def _check_rank(rank):
    if not checks.is_integer(rank):
        raise ValueError(f"rank must be an integer, the number of grid axes, or None. Received rank={rank!r}.")


def _by_name(name, rank):
    canonical = ALIASES.get(name, name)
    ranks = [2, 1, 3] if rank is None else [rank]
    for candidate in ranks:
        if (canonical, candidate) in _known():
            return _known()[canonical, candidate]
    raise ValueError(
        f"Unknown group {name!r} for {'any rank' if rank is None else f'rank {rank}'}. "
        f"Known: {'; '.join(f'rank {r}: ' + ', '.join(names(r)) for r in ranks if names(r)) or 'none'} "
        f"(aliases {', '.join(f'{a} = {n}' for a, n in ALIASES.items())}), or pass a PointGroup."
    )


def of_rank(group, rank):
    """Returns the group of the same name that acts on `rank` grid axes, the group itself where there is none."""
    check_group("of_rank", group)
    _check_rank(rank)
    is_named = _known().get((group.name, group.rank)) == group
    return _known().get((group.name, rank), group) if is_named else group


@functools.cache
def _known():
    """The named groups, by (name, rank)."""
    known = [*_line_groups(), *_plane_groups(), *_space_groups()]
    return {(group.name, group.rank): group for group in known}


def _line_groups():
    return PointGroup("C1", [[[1]]]), PointGroup("D1", [[[1]], [[-1]]])


def _plane_groups():
    turn = np.array([[0, -1], [1, 0]])
    for n in (1, 2, 4):
        rotations = _powers(np.linalg.matrix_power(turn, 4 // n), n)
        yield PointGroup(f"C{n}", rotations)
        yield PointGroup(f"D{n}", _products([np.eye(2, dtype=int), np.diag([-1, 1])], rotations))
    mirrors = {"columns": np.diag([1, -1]), "diagonal": np.array([[0, 1], [1, 0]])}
    mirrors["antidiagonal"] = -mirrors["diagonal"]
    for name, mirror in mirrors.items():
        yield PointGroup(f"D1_{name}", [np.eye(2, dtype=int), mirror])
    yield PointGroup("D2_diagonal", _products(_powers(mirrors["diagonal"], 2), _powers(-np.eye(2, dtype=int), 2)))


def _space_groups():
    unit = np.eye(3, dtype=int)
    turn, tip, swing = (_quarter_turn(plane) for plane in ((1, 2), (0, 1), (0, 2)))
    turns = _powers(turn, 4)
    rotations = _products([*_powers(tip, 4), swing, np.linalg.matrix_power(swing, 3)], turns)
    yield PointGroup("C1", [unit])
    yield PointGroup("C4", turns)
    yield PointGroup("D4", _products([unit, np.diag([-1, -1, 1])], turns))
    yield PointGroup("C4v", _products([unit, np.diag([1, -1, 1])], turns))
    yield PointGroup("O", rotations)
    yield PointGroup("Oh", _products([unit, -unit], rotations))


def _quarter_turn(plane):
    """The matrix of `np.rot90` in a plane of two axes."""
    matrix = np.eye(3, dtype=int)
    matrix[np.ix_(plane, plane)] = [[0, -1], [1, 0]]
    return matrix


def _powers(matrix, count):
    return [np.linalg.matrix_power(matrix, exponent) for exponent in range(count)]


def _products(outer, inner):
    """All products `b a`, the inner factor `a` fastest."""
    return [b @ a for b in outer for a in inner]
