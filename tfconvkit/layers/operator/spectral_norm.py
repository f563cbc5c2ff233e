"""Convolutions with a bounded operator norm."""

import math

import keras
from keras import ops

from tfconvkit import backend
from tfconvkit import padding as arithmetic
from tfconvkit.layers import arguments
from tfconvkit.layers.inputs import CheckedInput
from tfconvkit.layers.operator import circular
from tfconvkit.ops import kernels, precision, spectral

PAD_MODES = ("zeros", "wrap")


@keras.saving.register_keras_serializable(package="tfconvkit")
class SpectralNormConv2D(CheckedInput, keras.layers.Conv2D):
    """Convolves with a kernel that is divided by the operator norm of its convolution: `|y - y'| <= limit |x - x'|`.

    `y = conv(x, kernel * limit / sigma) + bias` before the activation; with `shrink_only` the kernel is divided only
    where `sigma > limit`. `sigma` is the largest singular value over the frequencies of a circular convolution on the
    image's own grid:

    - `pad_mode="wrap"`: exactly the operator norm `max |conv(x)| / |x|`;
    - `pad_mode="zeros"` with "same": on the grid with half a kernel of zeros behind it, of which the convolution reads
      and keeps a part: an upper bound, that comes close to the norm on large grids; with "valid" on the grid itself.

    So the kernel depends a little on the size of the image. With `grid` it does not: the frequencies are those of that
    grid, and `sigma` is multiplied by `prod over the axes of 1 / cos(pi m / (2 N))`, where the axis has `N` cells and
    the kernel `m + 1` taps, both divided by the stride: 1.04 for 3x3 on 16x16. As much can a trigonometric polynomial
    exceed its samples, so this is an upper bound of the norm on every grid and under every padding.

    Each call decomposes one matrix `(channels, filters)` for every second pixel, so `grid` is also the faster way.
    `keras.layers.SpectralNormalization` is cheap: it divides by an estimate, by power steps, of the norm of the kernel
    reshaped to a matrix. On large images the operator norm lies between that and `sqrt(height * width)` of the kernel
    times that.

    Args:
        filters, kernel_size: As in `keras.layers.Conv2D`.
        padding: `"same"` or `"valid"`.
        pad_mode: `"zeros"`, or `"wrap"` for a circular convolution, with the default padding "same".
        limit: The operator norm that the convolution gets.
        shrink_only: Whether a kernel with a smaller norm stays as it is. Else all are scaled to the limit.
        grid: Two integers, multiples of the strides, or None for the grid of the input.
        **kwargs: Further arguments of `keras.layers.Conv2D`, strides, dilation and groups among them; channels last
            only.

    Input shape:
        `(batch, height, width, channels)`; with "wrap" at least as large as the kernel and multiples of the strides.

    Output shape:
        `(batch, new_height, new_width, filters)`.

    Raises:
        ValueError: for unknown names, a limit that is not positive, "wrap" with "valid", channels first, a grid that is
            smaller than the kernel.

    Reference:
        Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018
        (https://arxiv.org/abs/1802.05957); Sedghi et al., The Singular Values of Convolutional Layers, 2019
        (https://arxiv.org/abs/1805.10408); Ehlich and Zeller, Schwankung von Polynomen zwischen Gitterpunkten, 1964.

    Example:
        >>> layer = layers.SpectralNormConv2D(16, 3, pad_mode="wrap")
        >>> layer(np.ones((1, 8, 8, 3), "float32")).shape
        TensorShape([1, 8, 8, 16])
        >>> kernel = layer.effective_kernel((8, 8))
        >>> round(float(spectral.norm(spectral.symbol(kernel, grid=(8, 8)))), 5)
        1.0
    """

    def __init__(
        self,
        filters,
        kernel_size,
        padding="same",
        pad_mode="zeros",
        limit=1.0,
        shrink_only=False,
        grid=None,
        **kwargs,
    ):
        super().__init__(**arguments.convolution_arguments(self, filters, kernel_size, padding, kwargs))
        self.pad_mode = arguments.one_of(self, "pad_mode", pad_mode, PAD_MODES)
        self.limit = arguments.real(self, "limit", limit)
        self.shrink_only = arguments.flag(self, "shrink_only", shrink_only)
        self.grid = None if grid is None else arguments.positive_integers(self, "grid", grid, 2)
        self._check()

    def _check(self):
        if not self.limit > 0:
            raise ValueError(f"{arguments.describe(self)}: limit must be positive. Received limit={self.limit}.")
        if self.pad_mode == "wrap" and self.padding != "same" or self.data_format != "channels_last":
            raise ValueError(
                f'{arguments.describe(self)}: expected padding="same" with pad_mode="wrap", and channels last. '
                f'Received padding="{self.padding}", pad_mode="{self.pad_mode}", data_format="{self.data_format}".'
            )
        if self.grid is not None:
            circular.check_grid(self, self.grid, self.kernel_size, self.strides)

    @property
    def _extents(self):
        return tuple(map(arithmetic.dilated_size, self.kernel_size, self.dilation_rate))

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def compute_output_shape(self, input_shape):
        arguments.check_window(self, input_shape)
        if self.pad_mode == "wrap":
            circular.check_grid(self, input_shape[1:-1], self._extents, self.strides)
        return super().compute_output_shape(input_shape)

    def convolution_op(self, inputs, kernel):
        self.compute_output_shape(inputs.shape)
        raw = precision.at_least_float32(ops.convert_to_tensor(kernel))
        kernel = ops.cast(self._normalised(raw, ops.shape(inputs)[1:-1]), self.compute_dtype)
        if self.pad_mode == "zeros":
            return backend.conv(inputs, kernel, self.strides, self.padding, self.data_format, self.dilation_rate)
        return circular.convolve(inputs, kernel, self.strides, self.dilation_rate)

    def effective_kernel(self, grid=None):
        """Computes the kernel that convolves images on a grid, at least in float32.

        Args:
            grid: Sizes of the images; not needed where the layer has its own `grid`.
        """
        return self._normalised(precision.at_least_float32(ops.convert_to_tensor(self.kernel)), grid)

    def _normalised(self, kernel, grid):
        sigma = self._norm(kernels.ungroup(kernel, self.groups), grid)
        # Of a kernel of zeros nothing has to be divided.
        least = self.limit if self.shrink_only else 1e-12
        return kernel * (self.limit / backend.maximum(sigma, least))

    def _norm(self, kernel, grid):
        """The operator norm, or its bound. Where the taps start moves the image only, and changes no norm."""
        if self.grid is not None:
            norm = spectral.norm(spectral.symbol(kernel, self.grid, self.strides, origin=0))
            return norm / math.prod(map(_least_sample, self.grid, self.kernel_size, self.strides))
        if self.pad_mode == "zeros":
            grid = tuple(map(self._with_zeros, grid, self._extents, self.strides))
        return spectral.norm(spectral.symbol(kernel, grid, self.strides, self.dilation_rate, origin=0))

    def _with_zeros(self, size, extent, stride):
        """The size of the circular grid of which this convolution reads and keeps a part, a multiple of the stride."""
        if self.padding == "same":
            # A kernel larger than the image never turns round the grid.
            larger = ops.maximum if ops.is_tensor(size) else max
            size = larger(size + extent // 2, extent)
        return -(-size // stride) * stride

    def get_config(self):
        return {
            **super().get_config(),
            "pad_mode": self.pad_mode,
            "limit": self.limit,
            "shrink_only": self.shrink_only,
            "grid": self.grid,
        }


def _least_sample(size, taps, stride):
    """How large a trigonometric polynomial of maximum 1 is at least at one of its samples (Ehlich and Zeller)."""
    return math.cos(math.pi * ((taps - 1) // stride) / (2 * (size // stride)))
