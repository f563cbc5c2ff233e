"""Fused scores of some lines of queries at a time, for images whose scores do not fit into memory together."""

from typing import NamedTuple

from keras import ops

from tfconvkit.ops.attention.fusion import fused, fused_along_columns, fused_along_rows, lines_after, lines_before
from tfconvkit.ops.attention.similarity import framed, lines_below, patch_scores, reach


class Lines(NamedTuple):
    """Scores of lines of queries against all keys, computed from images that all chunks share.

    Args:
        queries: The small foreground, from `framed_queries`.
        keys: The small background, from `similarity.framed`.
        factors: Factors of the keys, `(batch, height_b, width_b)`.
        lines: Number of lines of queries.
        patch_size, fuse_size: As in `layers.ContextualAttention`.
    """

    queries: object
    keys: object
    factors: object
    lines: object
    patch_size: int
    fuse_size: int

    @property
    def line(self):
        """Cells of a line of queries."""
        return ops.shape(self.queries)[2] - self.patch_size // 2

    def scores(self, first, count):
        """Computes the scores of lines, `(batch, cells, keys)`; lines outside the image have zeros."""
        frame = self.patch_size // 2 + lines_below(self.patch_size)
        batch, _, width, channels = ops.shape(self.queries)
        start = first + 2 * reach(self.fuse_size)[0]
        # JAX asks for starts of one dtype, and counts Python's integers as int64 where it has float64.
        starts = (0, start, 0, 0) if isinstance(start, int) else [ops.cast(n, "int32") for n in (0, start, 0, 0)]
        strip = ops.slice(self.queries, starts, (batch, count + frame, width, channels))
        numbers = first + ops.arange(count, dtype="int32")
        is_inside = ops.logical_and(numbers >= 0, numbers < self.lines)
        inside = ops.reshape(ops.cast(is_inside, self.factors.dtype), (-1, 1, 1, 1))
        scores = patch_scores(strip, self.keys, self.patch_size) * (self.factors[:, None, None] * inside)
        batch, _, line, lines_b, line_b = ops.shape(scores)
        return ops.reshape(scores, (batch, count * line, lines_b * line_b))

    def fused_along_rows(self, first, count):
        """Computes the scores of lines after the first half of the fusion, `(batch, cells, keys)`."""
        before, after = reach(self.fuse_size)
        scores = self.scores(first - before, count + before + after)
        return fused_along_rows(scores, before, after, start=before * self.line, count=count * self.line)

    def wrapped(self):
        """Computes the lines that the fusion sees above the first and below the last line of the image."""
        before, after = reach(self.fuse_size)
        last, first = self.fused_along_rows(self.lines - before, before), self.fused_along_rows(0, after)
        return lines_before(last, self.line, before, axis=1), lines_after(first, self.line, after, axis=1)

    def fused(self, first, count, above, below):
        """Computes the fused scores of lines, `(batch, cells, keys)`.

        Args:
            first, count: The lines; the first may be a tensor.
            above, below: From `wrapped`.
        """
        before, after = reach(self.fuse_size)
        scores = self.fused_along_rows(first - before, count + before + after)
        start, stop = before * self.line, (before + count) * self.line
        # Column-major order goes on at the other end of the image, not in the frame around it.
        above = _replaced(scores[:, :start], above, first, before)
        below = _replaced(scores[:, stop:], below, first + count - self.lines, after)
        line_b = ops.shape(self.factors)[2]
        return fused_along_columns(scores[:, start:stop], above, below, before, after, self.line, line_b)


def _replaced(scores, wrapped, shift, count):
    """Puts line `shift + i` of `wrapped` for line `i` of the scores, where there is one among its `count` lines."""
    if count == 0:
        return scores
    batch, cells, keys = ops.shape(scores)
    numbers = ops.arange(count, dtype="int32") + shift
    is_there = ops.reshape(ops.logical_and(numbers >= 0, numbers < count), (1, -1, 1))
    rows = [ops.reshape(x, (batch, count, cells // count * keys)) for x in (scores, wrapped)]
    replaced = ops.where(is_there, ops.take(rows[1], ops.clip(numbers, 0, count - 1), axis=1), rows[0])
    return ops.reshape(replaced, (batch, cells, keys))


def framed_queries(queries, patch_size, fuse_size):
    """Pads the small foreground for `Lines`, `(batch, height + frame, width + patch_size // 2, channels)`."""
    before, after = reach(fuse_size)
    return framed(queries, patch_size, above=2 * before, below=2 * after + lines_below(patch_size))


def all_scores(queries, keys, factors, patch_size, fuse_size):
    """Computes the fused scores of all queries at once, `(batch, queries, keys)`.

    Args:
        queries, keys: The small images.
        factors: Factors of the keys, `(batch, height_b, width_b)`.
        patch_size, fuse_size: As in `layers.ContextualAttention`.
    """
    queries = framed(queries, patch_size, below=lines_below(patch_size))
    scores = patch_scores(queries, framed(keys, patch_size), patch_size) * factors[:, None, None]
    batch, lines, line, lines_b, line_b = ops.shape(scores)
    return fused(ops.reshape(scores, (batch, lines * line, lines_b * line_b)), fuse_size, line, line_b)
