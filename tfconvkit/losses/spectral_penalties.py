"""Penalties on kernels through the spectrum of their circular convolution: orthogonality, Lipschitz bound."""

import math

import keras
from keras import ops

from tfconvkit.ops import arguments, kernels, spectral
from tfconvkit.ops.arguments import is_positive_integer, number
from tfconvkit.ops.spectral import frequencies


class SpectralPenalty(keras.regularizers.Regularizer):
    """Is the base class of penalties that are a mean over the frequencies of a grid.

    A subclass writes `total(symbol)`, the sum over the frequencies of the whole spectrum.

    Args:
        grid, factor, strides, dilation_rate, groups, depthwise: As in `OrthogonalityPenalty`.
    """

    def __init__(self, grid, factor, strides, dilation_rate, groups, depthwise):
        if not hasattr(grid, "__len__") or not all(map(is_positive_integer, grid)):
            raise ValueError(f"{type(self).__name__}: grid must list positive integers, one per axis of the kernel. "
                             f"Received grid={grid!r}.")
        self.grid = tuple(map(int, grid))
        self.dilation_rate = tuple(dilation_rate) if isinstance(dilation_rate, list | tuple) else dilation_rate
        self.groups = arguments.integer(type(self).__name__, "groups", groups, least=1)
        self.depthwise = arguments.flag(type(self).__name__, "depthwise", depthwise)
        self.factor = number(type(self).__name__, "factor", factor)
        self.strides = tuple(strides) if isinstance(strides, list | tuple) else strides
        if not self.factor >= 0:
            raise ValueError(f"{type(self).__name__}: factor must not be negative. Received factor={factor!r}.")

    def __call__(self, kernel):
        kernel = kernels.ungroup(kernel, self.groups)
        if self.depthwise:
            kernel = kernels.ungroup(kernels.depthwise(kernel), kernel.shape[-2])
        symbol = spectral.symbol(kernel, self.grid, self.strides, self.dilation_rate)
        return self.factor / math.prod(symbol.grid) * self.total(symbol)

    def total(self, symbol):
        """Computes the sum over the frequencies."""
        raise NotImplementedError(f"{type(self).__name__} must write total(symbol).")

    def get_config(self):
        names = ("grid", "factor", "strides", "dilation_rate", "groups", "depthwise")
        return {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable(package="tfconvkit")
class OrthogonalityPenalty(SpectralPenalty):
    """Penalises a kernel whose circular convolution is not orthogonal: lengths and angles would then change.

    `factor * mean over the frequencies of |G - I|^2`, the sum of squares of all entries, with the smaller of the Gram
    matrices `G = F^H F` and `F F^H`. It is 0 where the circular convolution keeps all lengths, or, with fewer filters
    than numbers that it reads, where its adjoint does. Without strides it does not depend on the grid from `2 k - 1`
    cells per axis on, so a small one serves.

    Args:
        grid: Sizes of the images, integers, at least as large as the kernel.
        factor: Weight of the penalty.
        strides: Those of the convolution, which divide the grid; integer or one per axis.
        dilation_rate: That of the convolution, integer or one per axis.
        groups: Number of channel groups.
        depthwise: Whether the kernel is that of a depthwise convolution.

    Input shape:
        A kernel `(*kernel_size, channels, filters)` of one to three axes.

    Raises:
        ValueError: for a negative factor, a grid that is smaller than the kernel or no multiple of the strides.

    Reference:
        Wang et al., Orthogonal Convolutional Neural Networks, 2020 (https://arxiv.org/abs/1911.12207).

    Example:
        >>> layer = keras.layers.Conv2D(4, 3, kernel_regularizer=losses.OrthogonalityPenalty((6, 6), factor=0.1))
        >>> layer(np.ones((1, 8, 8, 4), "float32")).shape, len(layer.losses)
        (TensorShape([1, 6, 6, 4]), 1)
        >>> float(losses.OrthogonalityPenalty((6, 6))(2 * np.eye(3)[None, None]))
        0.27
    """

    def __init__(self, grid, factor=0.01, strides=1, dilation_rate=1, groups=1, depthwise=False):
        super().__init__(grid, factor, strides, dilation_rate, groups, depthwise)

    def total(self, symbol):
        rows, columns = symbol.matrices.shape[-2:]
        narrow = symbol if rows <= columns else spectral.adjoint(symbol)
        gram = spectral.compose(narrow, spectral.adjoint(narrow)).matrices
        identity = ops.eye(min(rows, columns), dtype=symbol.dtype)
        squares = ops.square(ops.real(gram) - identity) + ops.square(ops.imag(gram))
        weights = ops.convert_to_tensor(frequencies.multiplicities(symbol.grid), dtype=symbol.dtype)
        return ops.sum(weights * ops.sum(squares, axis=(-2, -1)))


@keras.saving.register_keras_serializable(package="tfconvkit")
class LipschitzPenalty(SpectralPenalty):
    """Penalises the singular values of a kernel's circular convolution that are above a limit.

    `factor * mean over the frequencies of sum_i relu(s_i - limit)^2`, 0 where the operator norm is at most the limit:
    then no input grows by more. Each call decomposes every frequency, so a small grid is cheaper.

    Args:
        limit: The largest singular value that costs nothing.
        grid, factor, strides, dilation_rate, groups, depthwise: As in `OrthogonalityPenalty`.

    Input shape:
        A kernel `(*kernel_size, channels, filters)` of one to three axes.

    Raises:
        ValueError: for a negative factor or limit, a grid that is smaller than the kernel or no multiple of the
            strides.

    Reference:
        Sedghi et al., The Singular Values of Convolutional Layers, 2019 (https://arxiv.org/abs/1805.10408).

    Example:
        >>> penalty = losses.LipschitzPenalty((8, 8), limit=1.0, factor=0.5)
        >>> [float(penalty(scale * np.eye(3)[None, None])) for scale in (1, 3)]
        [0.0, 6.0]
    """

    def __init__(self, grid, limit=1.0, factor=0.01, strides=1, dilation_rate=1, groups=1, depthwise=False):
        super().__init__(grid, factor, strides, dilation_rate, groups, depthwise)
        self.limit = number(type(self).__name__, "limit", limit)
        if not self.limit >= 0:
            raise ValueError(f"LipschitzPenalty: limit must not be negative. Received limit={limit!r}.")

    def total(self, symbol):
        return ops.sum(ops.square(ops.relu(spectral.singular_values(symbol) - self.limit)))

    def get_config(self):
        return {**super().get_config(), "limit": self.limit}
