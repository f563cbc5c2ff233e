"""Exact moves of pixels into channels and back, with named orders of the sub-pixels."""

import itertools
import math

import numpy as np
from keras import ops

from tfconvkit.ops import arguments

ORDERS = ("channel_major", "pixel_major", "diagonal")


def squeeze(x, block_size=2, order="channel_major"):
    """Moves each block of pixels into the channels of one pixel.

    With block sizes `n`, sub-pixel `(dy, dx)` of channel `c` becomes channel

    - `"channel_major"`: `c * n_y * n_x + dy * n_x + dx`, the sub-pixel fastest (RealNVP, Glow, pixel_unshuffle);
    - `"pixel_major"`: `(dy * n_x + dx) * channels + c`, the channel fastest (TensorFlow space_to_depth);
    - `"diagonal"`: `p * channels + c` with `p = ((dx - dy) mod n) * n + dy`, diagonal by diagonal: the first `k` of `n`
      parts of the channels hold `k` pixels of every row and column of a block. For `n = 2` they are the main diagonal
      `(0, 0), (1, 1)`, then `(0, 1), (1, 0)`: the "ordered" squeeze of the official RealNVP.

    Args:
        x: Tensor `(batch, *grid, channels)` with one or more grid axes, sizes multiples of the block's.
        block_size: Integer, or one per grid axis; equal ones for `"diagonal"`.
        order: `"channel_major"`, `"pixel_major"` or `"diagonal"`.

    Returns:
        Tensor `(batch, *(grid / block_size), channels * prod(block_size))`.

    Example:
        >>> squeeze(ops.reshape(ops.arange(4), (1, 2, 2, 1)), order="diagonal")[0, 0, 0]
        <tf.Tensor: shape=(4,), dtype=int32, numpy=array([0, 3, 1, 2], dtype=int32)>
    """
    x, block = _checked("squeeze", x, block_size, order)
    batch, *grid, channels = ops.shape(x)
    if any(isinstance(size, int) and size % n for size, n in zip(grid, block, strict=True)):
        raise ValueError(f"squeeze expects a grid that block_size divides. Received a grid of {tuple(grid)} and "
                         f"block_size={block_size}. Crop or pad it.")
    coarse = [size // n for size, n in zip(grid, block, strict=True)]
    # (batch, h, n_y, w, n_x, channels)
    x = ops.reshape(x, (batch, *_interleaved(coarse, block), channels))
    axes = _coarse_axes(block), _fine_axes(block), [2 * len(block) + 1]
    x = ops.transpose(x, (0, *_joined(axes, order)))
    x = ops.reshape(x, (batch, *coarse, math.prod(block) * channels))
    return permute_channels(x, _diagonal_channels(block, channels)) if order == "diagonal" else x


def unsqueeze(x, block_size=2, order="channel_major"):
    """Moves channels back into blocks of pixels: the inverse of `squeeze`.

    Args:
        x: Tensor `(batch, *grid, channels * prod(block_size))`.
        block_size: Integer, or one per grid axis.
        order: `"channel_major"`, `"pixel_major"` or `"diagonal"`, as in `squeeze`.

    Returns:
        Tensor `(batch, *(grid * block_size), channels)`.

    Example:
        >>> unsqueeze(ops.ones((1, 2, 2, 12))).shape
        TensorShape([1, 4, 4, 3])
    """
    x, block = _checked("unsqueeze", x, block_size, order)
    batch, *coarse, channels = ops.shape(x)
    if isinstance(channels, int) and channels % math.prod(block):
        raise ValueError(f"unsqueeze expects a multiple of {math.prod(block)} channels, the pixels of a block. "
                         f"Received {channels} channels and block_size={block_size}. Use the block of the squeeze.")
    channels = channels // math.prod(block)
    if order == "diagonal":
        x = permute_channels(x, np.argsort(_diagonal_channels(block, channels)))
    split = (channels, *block) if order == "channel_major" else (*block, channels)
    x = ops.reshape(x, (batch, *coarse, *split))
    axes = _coarse_axes(block), _fine_axes(block), [2 * len(block) + 1]
    x = ops.transpose(x, np.argsort((0, *_joined(axes, order))).tolist())
    return ops.reshape(x, (batch, *(size * n for size, n in zip(coarse, block, strict=True)), channels))


def permute_channels(x, sources):
    """Reorders channels: `y[..., i] = x[..., sources[i]]`.

    Args:
        x: Tensor, channels last.
        sources: Permutation of the channels.

    Example:
        >>> permute_channels(ops.convert_to_tensor([[1.0, 2.0, 3.0]]), [2, 0, 1])
        <tf.Tensor: shape=(1, 3), dtype=float32, numpy=array([[3., 1., 2.]], dtype=float32)>
    """
    x = arguments.tensor("permute_channels", "x", x, least=1)
    sources = np.array(arguments.integers("permute_channels", "sources", sources, least=0))
    if len(sources) != x.shape[-1] or not np.array_equal(np.sort(sources), np.arange(len(sources))):
        raise ValueError(f"permute_channels expects sources as a permutation of the {x.shape[-1]} channels. Received "
                         f"{sources.tolist()}.")
    runs = np.split(sources, np.flatnonzero(np.diff(sources) != 1) + 1)
    # The gradient of a gather is a slow scatter; that of a few slices is not.
    if len(runs) <= 8:
        return ops.concatenate([x[..., int(run[0]) : int(run[-1]) + 1] for run in runs], axis=-1)
    return ops.take(x, sources, axis=-1)


def diagonal_order(block):
    """Returns the row-major sub-pixel indices of a block, diagonal by diagonal.

    In any rank, cells are sorted by the wrapped distances of the other indices from the first, then by the first.

    Args:
        block: Equal sizes per axis.

    Example:
        >>> diagonal_order((2, 2))
        array([0, 3, 1, 2])
    """
    block = arguments.integers("diagonal_order", "block", block, least=1)
    if len(set(block)) > 1:
        raise ValueError(f'order="diagonal" expects equal block sizes on all axes. Received {block}.')
    cells = list(itertools.product(*map(range, block)))
    keys = [([(index - cell[0]) % block[0] for index in cell[1:]], cell[0]) for cell in cells]
    return np.array(sorted(range(len(cells)), key=keys.__getitem__))


def block_sizes(block_size, rank):
    """Returns one block size per grid axis from an integer or a sequence of `rank` of them."""
    rank = arguments.integer("block_sizes", "rank", rank, least=1)
    block = (block_size,) * rank if arguments.is_integer(block_size) else arguments.listed(block_size)
    if len(block) != rank or not all(map(arguments.is_positive_integer, block)):
        raise ValueError(
            f"block_size must be a positive integer or {rank} of them, one per grid axis. "
            f"Received block_size={block_size!r}."
        )
    return tuple(map(int, block))


def _checked(owner, x, block_size, order):
    x = arguments.tensor(owner, "x", x, least=3)
    arguments.one_of(owner, "order", order, ORDERS)
    return x, block_sizes(block_size, len(x.shape) - 2)


def _diagonal_channels(block, channels):
    return (diagonal_order(block)[:, None] * channels + np.arange(channels)).reshape(-1)


def _interleaved(coarse, block):
    return [size for pair in zip(coarse, block, strict=True) for size in pair]


def _coarse_axes(block):
    return range(1, 2 * len(block), 2)


def _fine_axes(block):
    return range(2, 2 * len(block) + 1, 2)


def _joined(axes, order):
    coarse, fine, channel = axes
    return (*coarse, *channel, *fine) if order == "channel_major" else (*coarse, *fine, *channel)
