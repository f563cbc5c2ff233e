"""Transposed group convolutions: the way back to a finer grid."""

import keras
from keras import ops

from tfconvkit import padding as pads
from tfconvkit.layers import arguments
from tfconvkit.layers.group.convolution import GroupConv


class GroupConvTranspose(GroupConv):
    """Holds the transposed group convolution for every rank; use the class of a rank."""

    # TensorFlow has no dilated transposed convolution on a CPU.
    _leave_dilation = False

    def bank(self, grid=None):
        """Computes the kernels of all orientations; they do not depend on the grid.

        Returns:
            Tensor `(*support, filters * output size, input channels)`, the kernel of an ordinary transposed
            convolution with `padding` as in this layer.
        """
        # "same" gives `size * strides` outputs: a size whose remainder is that of the strides themselves.
        return ops.swapaxes(super().bank(self.strides), -1, -2)

    def _check_grid(self, grid):
        if 0 in grid:
            raise ValueError(
                f"{arguments.describe(self)}: the grid {tuple(grid)} is empty, expected sizes of at least 1. "
                "Check the layers before."
            )

    def _output_grid(self, grid):
        extents = self._layout.window.support((0,) * self.rank)
        return tuple(
            pads.transposed_size(size, extent, s, self.padding)
            for size, extent, s in zip(grid, extents, self.strides, strict=True)
        )

    def _prepare_tables(self, grid, fields):
        super()._prepare_tables(self.strides, fields)

    def _convolve(self, inputs, bank):
        return ops.conv_transpose(
            inputs,
            bank,
            strides=self.strides,
            padding=self.padding,
            # Keras would add `strides - kernel_size` empty rows behind a kernel smaller than the strides.
            output_padding=None if self.padding == "same" else 0,
            data_format=self.data_format,
        )


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupConvTranspose2D(GroupConvTranspose):
    """Upsamples fields of a finite group by a learned kernel, so that the output turns with the input.

    `y[strides q - before + u, o, s] += bank[u, c, t, o, s] x[q, c, t]`, summed over positions `q`, cells `u` and
    input components, with the bank of `GroupConv2D`: the adjoint of a group convolution. Exactly equivariant for every
    kernel size, stride, dilation and grid, `"same"` and `"valid"`; the identity orientation equals
    `keras.layers.Conv2DTranspose`.

    Args:
        filters, kernel_size, group, input_field, output_field, **kwargs: As in `GroupConv2D`.
        strides: Integer or two; equal on axes that the group swaps.
        padding: `"same"` gives `size * strides`, `"valid"` gives `(size - 1) * strides + kernel_size` (the dilated
            size). Keras gives `strides - kernel_size` more, empty ones, where the kernel is smaller than the strides.

    Input shape:
        `(batch, height, width, channels * order)`, the orientation fastest; `channels` alone for trivial fields.

    Output shape:
        `(batch, new_height, new_width, filters * order)`, the orientation fastest; `filters` for trivial fields.

    Stored numbers:
        kernel `(*kernel_size, channels * order, filters)` as in `GroupConv2D` (not the order of
        `keras.layers.Conv2DTranspose`); bias `(filters,)`.

    Raises:
        ValueError: as in `GroupConv2D`.

    Reference:
        Cohen and Welling, Group Equivariant Convolutional Networks, 2016 (https://arxiv.org/abs/1602.07576).

    Example:
        >>> layer = layers.GroupConvTranspose2D(2, 3, group="C4", strides=2, padding="same")
        >>> layer(np.ones((1, 8, 8, 12), "float32")).shape
        TensorShape([1, 16, 16, 8])
    """

    rank = 2
