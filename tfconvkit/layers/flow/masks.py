"""Masks of couplings: which numbers stay and tell the rest how to change."""

import numpy as np
from keras import ops

SPATIAL = ("checkerboard", "row", "column")
CHANNEL = ("channel", "channel_parity")


class Mask:
    """A mask of zeros and ones over a sample: 1 stays, 0 changes.

    With grid indices `i, j, ...` and channel `c`:

    - `"checkerboard"`: `(i + j + ...) mod 2`, the top left pixel changes;
    - `"row"`, `"column"`: `i mod 2`, `j mod 2`, the first row or column changes;
    - `"channel"`: 1 for the first `channels // 2`; `"channel_parity"`: `c mod 2`. They split the channels;
    - an array of zeros and ones: of shape `(channels,)`, of the grid's shape, or `(*grid, channels)`, sizes of 1
      standing for any.

    After a channel-major 2 x 2 squeeze `"channel_parity"` is what `"column"` is before it.

    Args:
        mask: Name or array.
        complement: Whether zeros and ones are swapped.

    Raises:
        ValueError: for an unknown name, an array with other numbers than 0 and 1, a shape that does not fit.

    Example:
        >>> Mask("checkerboard").values(ops.ones((1, 2, 3, 1)))[0, :, :, 0]
        <tf.Tensor: shape=(2, 3), dtype=float32, numpy=
        array([[0., 1., 0.],
               [1., 0., 1.]], dtype=float32)>
    """

    def __init__(self, mask, complement=False):
        self.complement = bool(complement)
        self.name = mask.lower() if isinstance(mask, str) else None
        if self.name is None:
            self.array = _numbers(mask)
            if self.array.ndim == 0 or not np.isin(self.array, (0, 1)).all():
                raise ValueError(f"a mask array must hold zeros and ones only. Received mask={mask!r}.")
        elif self.name not in SPATIAL + CHANNEL:
            names = ", ".join(f'"{name}"' for name in SPATIAL + CHANNEL)
            raise ValueError(f"mask must be one of {names}, or an array of zeros and ones. Received mask={mask!r}.")

    @property
    def splits_channels(self):
        """Whether whole channels stay, by name: the coupling then cuts instead of multiplying."""
        return self.name in CHANNEL

    @property
    def config(self):
        """The name, or the array as nested lists."""
        return self.name or self.array.astype(int).tolist()

    def check(self, shape):
        """Raises unless the mask fits the shape of a batch and leaves something to keep and something to change."""
        rank = len(shape) - 2
        if self.name in SPATIAL and rank < (2 if self.name == "column" else 1):
            raise ValueError(f'mask="{self.name}" needs a grid axis more than shape {tuple(shape)} has.')
        if self.splits_channels and shape[-1] < 2:
            raise ValueError(
                f'mask="{self.name}" needs at least 2 channels to split. Received shape {tuple(shape)}. '
                f'Squeeze first, or use mask="checkerboard".'
            )
        if self.name is None:
            self._check_array(tuple(shape), rank)

    def _check_array(self, shape, rank):
        sizes = self._aligned(rank).shape if self.array.ndim in (1, rank, rank + 1) else ()
        fits = sizes and all(n in (1, size) or size is None for n, size in zip(sizes, shape[1:], strict=True))
        if not fits or self.array.min() == self.array.max():
            raise ValueError(
                f"a mask array must have the shape (channels,), of the grid, or (*grid, channels), sizes of 1 standing "
                f"for any, and hold both zeros and ones. Received a mask of shape {self.array.shape} with values "
                f"{np.unique(self.array).astype(int).tolist()} for an input of shape {shape}."
            )

    def _aligned(self, rank):
        if self.array.ndim == 1:
            return self.array.reshape((1,) * rank + (-1,))
        return self.array[..., None] if self.array.ndim == rank else self.array

    def channels(self, rank):
        """Returns how many channels the values of a mask have on `rank` grid axes, 1 where all are alike."""
        return 1 if self.name else self._aligned(rank).shape[-1]

    def values(self, x):
        """Returns the mask as a tensor of the dtype of `x`, its sizes those of `x` or 1."""
        _, *grid, channels = ops.shape(x)
        if self.name is None:
            mask = ops.convert_to_tensor(self._aligned(len(grid))[None])
        elif self.splits_channels:
            mask = np.zeros((1,) * (len(grid) + 1) + (channels,))
            mask[..., self.kept_channels(channels, complement=False)] = 1
        else:
            mask = self._spatial(grid)
        mask = ops.cast(mask, x.dtype)
        return 1 - mask if self.complement else mask

    def _spatial(self, grid):
        axes = {"checkerboard": range(len(grid)), "row": [0], "column": [1]}[self.name]
        # Known sizes make a constant.
        library = np if all(isinstance(size, int) for size in grid) else ops
        total = 0
        for axis in axes:
            shape = [1] * (len(grid) + 2)
            shape[axis + 1] = -1
            total = total + library.reshape(library.arange(grid[axis], dtype="int32"), shape)
        return library.mod(total, 2)

    def kept_channels(self, channels, complement=None):
        """Returns the slice of the channels that stay, for a mask that splits channels."""
        complement = self.complement if complement is None else complement
        if self.name == "channel":
            half = channels // 2
            return slice(half, channels) if complement else slice(0, half)
        return slice(0 if complement else 1, channels, 2)

    def changed_channels(self, channels):
        """Returns the slice of the channels that change, for a mask that splits channels."""
        return self.kept_channels(channels, complement=not self.complement)

    def merge(self, kept, changed):
        """Puts the two parts of the channels back together."""
        parts = (changed, kept) if self.complement else (kept, changed)
        if self.name == "channel":
            return ops.concatenate(parts, axis=-1)
        odd, even = parts
        return _interleave(even, odd)


def _interleave(even, odd):
    """Returns the channels even[0], odd[0], even[1], ...; there may be one even channel more."""
    pairs = odd.shape[-1]
    shape = ops.shape(even)[:-1]
    paired = ops.stack([even[..., :pairs], odd], axis=-1)
    paired = ops.reshape(paired, (*shape, 2 * pairs))
    return ops.concatenate([paired, even[..., pairs:]], axis=-1) if even.shape[-1] > pairs else paired


def _numbers(mask):
    """The array, without axes for what is none."""
    try:
        return np.asarray(mask, "float64")
    except (TypeError, ValueError):
        return np.zeros(())
