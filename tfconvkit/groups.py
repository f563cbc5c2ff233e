"""Finite groups of signed permutation matrices, their field types and their action on feature maps.

Everything here is integers and NumPy: layers read tables from these objects when they are built.
"""

import functools
import math

import numpy as np

ALIASES = {"p1": "C1", "p2": "C2", "p4": "C4", "pm": "D1", "pmm": "D2", "p4m": "D4"}
FIELDS = ("trivial", "regular")


class PointGroup:
    """Holds a finite group of signed permutation matrices acting on a lattice of `rank` axes.

    Element `g` moves the point `p` (measured from the centre of the grid) to `M_g p`, so it moves an image by
    `(T_g x)[M_g p] = x[p]`. The matrices act on (row, column): the quarter turn `[[0, -1], [1, 0]]` turns an image
    counter-clockwise as `np.rot90` does, and the mirror `diag(-1, 1)` reverses the rows.

    Args:
        name: Name of the group, used in messages and configurations.
        matrices: `(order, rank, rank)` integers, signed permutation matrices closed under products, identity first.

    Attributes:
        cayley: `(order, order)`, `cayley[a, b]` is the index of the product `g_a g_b`.
        inverse: `(order,)`, `inverse[a]` is the index of the inverse of `g_a`.
        source_axes: `(order, rank)`, axis `i` of `T_g x` is axis `source_axes[g, i]` of `x` ...
        reversed_axes: `(order, rank)`, ... reversed where `reversed_axes[g, i]`.
        moved_axes: `rank` booleans, whether some element reverses the axis or swaps it with another.
        axis_orbits: for each axis the tuple of axes that the group swaps it with (itself included).

    Raises:
        ValueError: if the matrices are not signed permutations, not closed, or do not start with the identity.

    Example:
        >>> groups.get("D4").order
        8
    """

    def __init__(self, name, matrices):
        matrices = np.asarray(matrices)
        _check_matrices(name, matrices)
        self.name = str(name)
        self.matrices = matrices.astype(int)
        self.order, self.rank = matrices.shape[:2]
        self.cayley = _cayley(self.name, self.matrices)
        self.inverse = np.argmin(self.cayley, axis=1)
        self.source_axes = np.abs(self.matrices).argmax(axis=2)
        self.reversed_axes = self.matrices.sum(axis=2) < 0
        moved = self.reversed_axes | (self.source_axes != np.arange(self.rank))
        self.moved_axes = tuple(bool(m) for m in moved.any(axis=0))
        self.axis_orbits = tuple(tuple(sorted({int(a) for a in self.source_axes[:, i]})) for i in range(self.rank))

    def transform(self, element, x, first_axis=0):
        """Computes `T_g x`: moves the `rank` grid axes of the array `x`, the first of them at `first_axis`."""
        axes = list(range(x.ndim))
        grid = slice(first_axis, first_axis + self.rank)
        axes[grid] = [first_axis + int(a) for a in self.source_axes[element]]
        flipped = [first_axis + i for i in range(self.rank) if self.reversed_axes[element, i]]
        return np.flip(np.transpose(x, axes), flipped)

    def index(self, matrix):
        """Returns the index of the element with this matrix, or None where the group does not contain it."""
        found = np.flatnonzero((self.matrices == np.asarray(matrix)).all(axis=(1, 2)))
        return int(found[0]) if found.size else None

    def get_config(self):
        """Returns what rebuilds the group: its name where `get` knows it, else name and matrices."""
        if _known().get((self.name, self.rank)) == self:
            return self.name
        return {"name": self.name, "matrices": self.matrices.tolist()}

    def __eq__(self, other):
        return isinstance(other, PointGroup) and np.array_equal(self.matrices, other.matrices)

    def __hash__(self):
        return hash(self.matrices.tobytes())

    def __repr__(self):
        return f"PointGroup({self.name!r}, order={self.order}, rank={self.rank})"


class Field:
    """Says how a group permutes the components of one field: as the cosets G/H of a subgroup H.

    `"trivial"` is G/G (one component: an image plane), `"regular"` is G/{e} (`order` components, one per element).

    Attributes:
        name: `"trivial"` or `"regular"`.
        size: Number of components.
        action: `(order, size)`, component `t` is carried to component `action[g, t]` by element `g`.

    Raises:
        ValueError: if the name is unknown.
    """

    def __init__(self, name, group):
        if name not in FIELDS:
            raise ValueError(f"Unknown field type {name!r}. Known: {', '.join(map(repr, FIELDS))}.")
        self.name = name
        self.action = group.cayley if name == "regular" else np.zeros((group.order, 1), int)
        self.size = self.action.shape[1]


def act(group, element, x, field="trivial", data_format="channels_last"):
    """Computes the exact action of a group element on a feature map.

    `(L_g f)[p, c, s] = f[M_g^-1 p, c, g^-1 s]`: the grid is moved and the components of each field are permuted.

    Args:
        group: Name of a group or a `PointGroup`.
        element: Index of the element.
        x: Array `(batch, *grid, fields * size)`, the component fastest (for `channels_first` the channels stand
            second). An array without grid axes, `(batch, fields * size)`, has only its components permuted.
        field: `"trivial"` or `"regular"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        The moved array. Its grid axes are swapped where the element swaps them.

    Raises:
        ValueError: if the rank of `x` or its number of channels does not fit the group and the field.

    Example:
        >>> groups.act("C4", 1, np.arange(4).reshape(1, 2, 2, 1))[0, :, :, 0]
        array([[1, 3],
               [0, 2]])
    """
    x = np.asarray(x)
    group = get(group, rank=x.ndim - 2 if isinstance(group, str) and x.ndim > 2 else None)
    field = Field(field, group)
    if x.ndim not in (2, group.rank + 2):
        raise ValueError(
            f"The action of group {group.name!r} expects an array of 2 or {group.rank + 2} axes "
            f"(batch, {group.rank} grid axes, channels). Received shape {x.shape}."
        )
    channel_axis = 1 if data_format == "channels_first" or x.ndim == 2 else x.ndim - 1
    if x.shape[channel_axis] % field.size:
        raise ValueError(
            f"A {field.name} field of group {group.name!r} has {field.size} components: the channels must be a "
            f"multiple of it. Received {x.shape[channel_axis]} channels in shape {x.shape}."
        )
    if x.ndim > 2:
        x = group.transform(element, x, first_axis=2 if channel_axis == 1 else 1)
    components = np.arange(x.shape[channel_axis]).reshape(-1, field.size)
    sources = components[:, field.action[group.inverse[element]]].reshape(-1)
    return np.take(x, sources, axis=channel_axis)


def get(group, rank=None):
    """Returns the `PointGroup` for a name, a `PointGroup` or what `PointGroup.get_config` returned.

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


def _check_matrices(name, matrices):
    is_square = matrices.ndim == 3 and matrices.shape[1] == matrices.shape[2] and matrices.size > 0
    is_signed_permutation = is_square and (
        np.isin(matrices, (-1, 0, 1)).all()
        and (np.abs(matrices).sum(axis=1) == 1).all()
        and (np.abs(matrices).sum(axis=2) == 1).all()
    )
    if not is_signed_permutation:
        raise ValueError(
            f"Group {name!r} needs an array (order, rank, rank) of signed permutation matrices "
            f"(one entry 1 or -1 in each row and column). Received shape {matrices.shape}: {matrices.tolist()}."
        )
    if not np.array_equal(matrices[0], np.eye(matrices.shape[1])):
        raise ValueError(f"Group {name!r} needs the identity as its first element. Received {matrices[0].tolist()}.")


def _cayley(name, matrices):
    """Finds every product in the list of matrices, by a code number per matrix."""
    codes = 3 ** np.arange(math.prod(matrices.shape[1:]))
    code = ((matrices + 1).reshape(len(matrices), -1) * codes).sum(axis=1)
    products = np.einsum("aij,bjk->abik", matrices, matrices)
    product_code = ((products + 1).reshape(*products.shape[:2], -1) * codes).sum(axis=2)
    order = np.argsort(code)
    position = np.minimum(np.searchsorted(code[order], product_code), len(code) - 1)
    cayley = order[position]
    if len(set(code.tolist())) < len(code) or (code[cayley] != product_code).any():
        raise ValueError(
            f"The {len(matrices)} matrices of group {name!r} are not distinct and closed under products. "
            "Add the missing products or drop the repeated elements."
        )
    return cayley
