"""Squeeze layer: pixels into channels."""

import math

import keras

from tfconvkit.layers.arguments import describe, one_of, positive_integer, positive_integers
from tfconvkit.layers.flow.invertible import IndexMove, channels_of
from tfconvkit.ops import squeeze


@keras.saving.register_keras_serializable(package="tfconvkit")
class Squeeze(IndexMove):
    """Moves each block of pixels into the channels of one pixel; its inverse moves them back.

    Sub-pixel `(dy, dx)` of channel `c` becomes, with block sizes `n`, channel

    - `"channel_major"`: `c * n_y * n_x + dy * n_x + dx`, the sub-pixel fastest (official RealNVP, UvA tutorial, Glow);
    - `"pixel_major"`: `(dy * n_x + dx) * channels + c`, the channel fastest (`tf.nn.space_to_depth`);
    - `"diagonal"`: `p * channels + c`, `p = ((dx - dy) mod n) * n + dy`: a split after it keeps whole diagonals of the
      block (the "ordered" squeeze that factors out in the official RealNVP).

    It moves numbers only: exact in every dtype, log-determinant 0.

    Args:
        block_size: Integer, or one per grid axis; equal ones for `"diagonal"`.
        order: `"channel_major"`, `"pixel_major"` or `"diagonal"`.

    Input shape:
        `(batch, *grid, channels)`, one or more grid axes.

    Output shape:
        `(batch, *(grid / block_size), channels * prod(block_size))`.

    Raises:
        ValueError: for an unknown order, a block size that is not positive or does not fit the grid axes, a grid (in
            the inverse: channels) that is no multiple of the block, an unknown number of channels.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> layers.Squeeze(2)(np.ones((1, 28, 28, 1), "float32")).shape
        TensorShape([1, 14, 14, 4])
    """

    takes_structures = False
    least_axes = 2

    def __init__(self, block_size=2, order="channel_major", **kwargs):
        super().__init__(**kwargs)
        if isinstance(block_size, (list, tuple)):
            self.block_size = positive_integers(self, "block_size", block_size, len(block_size))
        else:
            self.block_size = positive_integer(self, "block_size", block_size)
        self.order = one_of(self, "order", order, squeeze.ORDERS)
        if self.order == "diagonal" and isinstance(self.block_size, tuple) and len(set(self.block_size)) > 1:
            raise ValueError(
                f'{describe(self)}: order="diagonal" needs equal block sizes. Received block_size={block_size!r}. '
                f'Use one integer, or order="channel_major" or "pixel_major".'
            )

    def _move(self, x):
        self.compute_output_shape(x.shape)
        return squeeze.squeeze(x, self.block_size, self.order)

    def _move_back(self, y):
        self.compute_input_shape(y.shape)
        return squeeze.unsqueeze(y, self.block_size, self.order)

    def compute_output_shape(self, input_shape):
        batch, *grid, _ = input_shape
        block, channels = self._block(input_shape), channels_of(self, input_shape)
        for size, n in zip(grid, block, strict=True):
            if size is not None and size % n:
                raise ValueError(
                    f"{describe(self)}: every grid size must be a multiple of its block size. Received grid "
                    f"{tuple(grid)} with block {block}. Pad or crop the image, or choose another block_size."
                )
        coarse = (None if size is None else size // n for size, n in zip(grid, block, strict=True))
        return (batch, *coarse, channels * math.prod(block))

    def compute_input_shape(self, output_shape):
        batch, *grid, _ = output_shape
        block, channels = self._block(output_shape), channels_of(self, output_shape)
        if channels % math.prod(block):
            raise ValueError(
                f"{describe(self)}: the inverse needs channels that are a multiple of {math.prod(block)}, the pixels "
                f"of a block. Received {channels} channels in shape {tuple(output_shape)}. Check what was squeezed."
            )
        fine = (None if size is None else size * n for size, n in zip(grid, block, strict=True))
        return (batch, *fine, channels // math.prod(block))

    def _block(self, shape):
        if len(shape) < 3:
            raise ValueError(
                f"{describe(self)} needs a batch, at least one grid axis and channels. Received shape {tuple(shape)}."
            )
        rank = len(shape) - 2
        return positive_integers(self, "block_size", self.block_size, rank)

    def build(self, x_shape):
        self.compute_output_shape(x_shape)

    def get_config(self):
        return {**super().get_config(), "block_size": self.block_size, "order": self.order}
