"""Finite groups of signed permutation matrices as integer tables."""

import math
from typing import NamedTuple

import numpy as np

from tfconvkit import checks


class Subgroup(NamedTuple):
    """A subgroup `H` of a group `G`, as indices into `G`.

    Attributes:
        group: `H` as a group of its own.
        elements: `(order of H,)`, `elements[h]` is the index in `G` of element `h`.
        cosets: `(order of G / order of H, order of H)`, the right cosets: `cosets[j, h]` is the index of `h g_j`,
            `g_j` the smallest index of its coset.
    """

    group: "PointGroup"
    elements: np.ndarray
    cosets: np.ndarray


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
        if not isinstance(name, str):
            raise TypeError(f"A group needs a string for its name. Received name={name!r}.")
        matrices = as_array(f"Group {name!r}", matrices, "matrices of one size")
        _check_matrices(name, matrices)
        self.name = str(name)
        self.matrices = matrices.astype(int)
        self.order, self.rank = matrices.shape[:2]
        self.cayley = _cayley(self.name, self.matrices)
        self.inverse = np.argmin(self.cayley, axis=1)
        self.source_axes = np.abs(self.matrices).argmax(axis=2)
        self.reversed_axes = self.matrices.sum(axis=2) < 0
        # The named groups are shared: nobody may write into their tables.
        for table in (self.matrices, self.cayley, self.inverse, self.source_axes, self.reversed_axes):
            table.setflags(write=False)
        moved = self.reversed_axes | (self.source_axes != np.arange(self.rank))
        self.moved_axes = tuple(bool(m) for m in moved.any(axis=0))
        self.axis_orbits = tuple(tuple(sorted({int(a) for a in self.source_axes[:, i]})) for i in range(self.rank))

    def transform(self, element, x, first_axis=0):
        """Computes `T_g x`: moves the `rank` grid axes of the array `x`, the first of them at `first_axis`."""
        x = as_array("transform", x)
        self.check_element(element)
        if not checks.is_integer(first_axis) or not 0 <= first_axis <= x.ndim - self.rank:
            raise ValueError(f"transform expects an array with {self.rank} grid axes from first_axis on. Received "
                             f"shape {x.shape}, first_axis={first_axis!r}.")
        axes = list(range(x.ndim))
        grid = slice(first_axis, first_axis + self.rank)
        axes[grid] = [first_axis + int(a) for a in self.source_axes[element]]
        flipped = [first_axis + i for i in range(self.rank) if self.reversed_axes[element, i]]
        return np.flip(np.transpose(x, axes), flipped)

    def check_element(self, element):
        """Raises unless a value is the index of an element."""
        if not checks.is_integer(element) or not 0 <= element < self.order:
            raise ValueError(f"Group {self.name!r} has the elements 0 to {self.order - 1}. Received "
                             f"element={element!r}.")

    def index(self, matrix):
        """Returns the index of the element with this matrix, or None where the group does not contain it."""
        matrix = as_array("index", matrix)
        if matrix.shape != (self.rank,) * 2:
            raise ValueError(f"index expects a matrix of shape {(self.rank,) * 2}. Received shape {matrix.shape}.")
        found = np.flatnonzero((self.matrices == matrix).all(axis=(1, 2)))
        return int(found[0]) if found.size else None

    def subgroup(self, other):
        """Finds the elements and the cosets of a subgroup.

        Args:
            other: A `PointGroup` whose matrices are all in this group. Names that several subgroups could bear are
                spelled out in `groups.get` (D1 reverses the rows, D1_columns the columns, ...).

        Raises:
            ValueError: if `other` is no subgroup.
        """
        check_group("subgroup", other)
        elements = [self.index(matrix) for matrix in other.matrices] if other.rank == self.rank else [None]
        if None in elements:
            missing = other.matrices[elements.index(None)].tolist()
            raise ValueError(
                f"Group {other.name!r} is no subgroup of {self.name!r}, which lacks its element {missing}. "
                "Use a group whose matrices are all contained."
            )
        cosets = np.sort(self.cayley[elements], axis=0)
        representatives = np.unique(cosets[0])
        return Subgroup(other, np.array(elements), self.cayley[elements][:, representatives].T)

    def __eq__(self, other):
        return isinstance(other, PointGroup) and np.array_equal(self.matrices, other.matrices)

    def __hash__(self):
        return hash(self.matrices.tobytes())

    def __repr__(self):
        return f"PointGroup({self.name!r}, order={self.order}, rank={self.rank})"


def as_array(owner, x, expected="an array, with lists of one length"):
    """Returns an array, of anything but nested lists of different lengths."""
    try:
        return np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{owner} needs {expected}. Received {x!r}.") from error


def check_group(owner, group):
    """Raises unless a value is a `PointGroup`."""
    if not isinstance(group, PointGroup):
        raise TypeError(f"{owner} expects a PointGroup. Received {group!r} of type {type(group).__name__}. Use "
                        f"groups.get(name).")


def _check_matrices(name, matrices):
    is_real = matrices.dtype.kind in "iuf" and matrices.size > 0
    is_square = is_real and matrices.ndim == 3 and matrices.shape[1] == matrices.shape[2]
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
            f"The {len(matrices)} matrices of group {name!r} are not distinct and closed under products. Add the "
            f"missing products or drop the repeated elements. Received {matrices.tolist()}."
        )
    return cayley
