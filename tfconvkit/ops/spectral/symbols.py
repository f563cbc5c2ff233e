"""Circular convolutions as one matrix per frequency, their products and their adjoints."""

import math
from typing import NamedTuple

from keras import ops

from tfconvkit import padding
from tfconvkit.ops import arguments
from tfconvkit.ops.kernels.taps import checked, size_of
from tfconvkit.ops.precision import at_least_float32
from tfconvkit.ops.spectral import frequencies, transforms


class Symbol(NamedTuple):
    """A linear map of images that commutes with circular shifts, as a matrix for each frequency of the coarse grid.

    It maps images on the grid `domain_shape` to images on the grid `range_shape`. Where a grid is finer than the coarse
    one, by strides, its cells count as channels: a row of the matrices stands for a component of the stride on the
    first axis, one on the second, and a channel, the channel fastest. Of real maps, half the frequencies are kept.

    Args:
        matrices: Complex tensor `(frequencies, rows, columns)`, the last axis of the grid fastest: rows of numbers of
            the domain times `matrices[f]` are rows of numbers of the range.
        grid: Sizes of the coarse grid, integers; those of a `symbol` on a grid that is known at run time only are
            scalar tensors.
        strides: How much finer the grid of the domain is, an integer per axis.
        range_strides: How much finer the grid of the range is.

    Example:
        >>> symbol(ops.ones((3, 3, 2, 5)), grid=(8, 10), strides=2).domain_shape
        (8, 10, 2)
    """

    matrices: object
    grid: tuple
    strides: tuple
    range_strides: tuple

    @property
    def domain_shape(self):
        """Shape `(*grid, channels)` of the images that are read."""
        return _image_shape(self.grid, self.strides, int(self.matrices.shape[-2]))

    @property
    def range_shape(self):
        """Shape `(*grid, channels)` of the images that are given."""
        return _image_shape(self.grid, self.range_strides, int(self.matrices.shape[-1]))

    @property
    def dtype(self):
        """Precision of the images, `"float32"` or `"float64"`."""
        return transforms.precision_of(self.matrices)


def symbol(kernel, grid, strides=1, dilation_rate=1, origin=None):
    """Computes the symbol of a circular convolution.

    `y[i, o] = sum over u, c of kernel[u, c, o] x[strides * i + dilation_rate * u - origin, c]`, a correlation, indices
    modulo the grid. Differentiable in the kernel.

    Args:
        kernel: `(*kernel_size, channels, filters)` for one to three axes; half precision is computed in float32.
        grid: Sizes of the images that are read. Inside a graph they may be scalar tensors, as `ops.shape` gives them;
            those are not checked, and `apply`, `solve`, `pinv`, `adjoint`, `norm`, `condition` and `log_abs_det` work
            with them.
        strides: Integer or one per axis; each divides the size.
        dilation_rate: Integer or one per axis.
        origin: The tap, in cells, that reads the pixel of the output's own position; integer or one per axis. Default:
            `(k - 1) // 2` of the dilated size, as under padding "same" without strides.

    Returns:
        A `Symbol`.

    Raises:
        ValueError: for a kernel and a grid of different ranks, a kernel larger than the grid, or strides that do not
            divide the grid.

    Reference:
        Sedghi et al., The Singular Values of Convolutional Layers, 2019 (https://arxiv.org/abs/1805.10408).

    Example:
        >>> symbol(ops.ones((3, 3, 2, 5)), grid=(8, 10)).matrices.shape
        TensorShape([48, 2, 5])
    """
    kernel = at_least_float32(checked("symbol", kernel))
    rank = len(kernel.shape) - 2
    grid = tuple(arguments.size("symbol", "grid", n) for n in arguments.listed(grid))
    if len(grid) != rank:
        raise ValueError(
            f"Expected a kernel (*kernel_size, channels, filters) and one to three sizes of a grid, as many as the "
            f"kernel has. Received a kernel of shape {tuple(kernel.shape)} and grid={grid}. Give the sizes of the "
            f"images without batch and channels."
        )
    strides = arguments.integers("symbol", "strides", strides, rank, least=1)
    dilation_rate = arguments.integers("symbol", "dilation_rate", dilation_rate, rank, least=1)
    extents = tuple(map(padding.dilated_size, size_of(kernel), dilation_rate))
    _check_sizes(grid, strides, extents)
    origin = [(k - 1) // 2 for k in extents] if origin is None else origin
    origin = arguments.integers("symbol", "origin", origin, rank)
    coarse = tuple(n // s for n, s in zip(grid, strides, strict=True))
    taps = [[d * u - p for u in range(k)] for d, p, k in zip(dilation_rate, origin, size_of(kernel), strict=True)]
    return Symbol(transforms.from_kernel(kernel, taps, coarse, strides), coarse, strides, (1,) * rank)


def apply(symbol, x):
    """Applies a symbol to images. Differentiable in both.

    Args:
        symbol: A `Symbol`, that of a convolution or what is made of it.
        x: `(batch, *domain_shape)`; computed in the precision of the symbol.

    Returns:
        Tensor `(batch, *range_shape)` in the precision of the symbol.

    Raises:
        ValueError: for images of another shape.

    Example:
        >>> apply(symbol(ops.ones((3, 3, 2, 5)), grid=(8, 10)), ops.ones((4, 8, 10, 2))).shape
        TensorShape([4, 8, 10, 5])
    """
    check_symbols(symbol)
    x = images(x, symbol.domain_shape, symbol.dtype)
    y = frequencies.from_image(x, symbol.grid, symbol.strides) @ symbol.matrices
    return frequencies.to_image(y, symbol.grid, symbol.range_strides)


def adjoint(symbol):
    """Returns the symbol of the adjoint map: `<apply(symbol, x), y> = <x, apply(adjoint(symbol), y)>`.

    Example:
        >>> adjoint(symbol(ops.ones((3, 3, 2, 5)), grid=(8, 10), strides=2)).range_shape
        (8, 10, 2)
    """
    check_symbols(symbol)
    matrices = conjugate_transpose(symbol.matrices)
    return Symbol(matrices, symbol.grid, symbol.range_strides, symbol.strides)


def compose(first, second):
    """Returns the symbol of two maps, one after the other: `apply(second, apply(first, x))`.

    Args:
        first, second: Symbols; the second reads what the first gives, with the same coarse grid.

    Returns:
        A `Symbol`.

    Raises:
        ValueError: for symbols that do not fit.

    Example:
        >>> one = symbol(ops.ones((3, 3, 2, 5)), grid=(8, 10), strides=2)
        >>> compose(one, adjoint(one)).range_shape
        (8, 10, 2)
    """
    check_symbols(first, second)
    if (first.grid, first.range_shape) != (second.grid, second.domain_shape):
        raise ValueError(
            f"The second symbol must read what the first gives, on the same coarse grid. Received the range "
            f"{first.range_shape} on the coarse grid {first.grid}, then the domain {second.domain_shape} on "
            f"{second.grid}. Apply them one after the other, or compose the kernels."
        )
    return Symbol(first.matrices @ second.matrices, first.grid, first.strides, second.range_strides)


def kernel_of(symbol, size=None, origin=0):
    """Computes the kernel of a symbol, or some of its taps. Undoes `symbol`.

    Args:
        symbol: A `Symbol` whose range is on the coarse grid; differentiable in its matrices.
        size: Number of taps, integer or one per axis. Default: the grid of the domain, all there are.
        origin: The tap that reads the pixel of the output's own position, as in `symbol`.

    Returns:
        Tensor `(*size, channels, filters)`.

    Raises:
        ValueError: for a range that is finer than the coarse grid.

    Example:
        >>> kernel_of(symbol(ops.ones((3, 3, 2, 5)), grid=(8, 10)), size=3, origin=1)[0, 0, 0]
        <tf.Tensor: shape=(5,), dtype=float32, numpy=array([1., 1., 1., 1., 1.], dtype=float32)>
    """
    check_symbols(symbol)
    if math.prod(symbol.range_strides) != 1:
        raise ValueError(
            f"Expected the symbol of a convolution, with its range on the coarse grid. Received "
            f"range_strides={symbol.range_strides}, a transposed convolution: take the kernel of adjoint(symbol)."
        )
    *grid, _ = symbol.domain_shape
    rank = len(grid)
    size = arguments.integers("kernel_of", "size", grid if size is None else size, rank, least=1)
    origin = arguments.integers("kernel_of", "origin", origin, rank)
    taps = [[u - p for u in range(k)] for k, p in zip(size, origin, strict=True)]
    return transforms.to_kernel(symbol.matrices, taps, symbol.grid, symbol.strides)


def images(x, shape, dtype):
    """Returns images as a tensor of that dtype, once their shape is `(batch, *shape)`."""
    x = arguments.tensor("A symbol", "images", x)
    pairs = zip(x.shape[1:], shape, strict=False)
    if len(x.shape) != len(shape) + 1 or any(not ops.is_tensor(n) and n != size for size, n in pairs):
        raise ValueError(
            f"Expected images of shape (batch, {', '.join(map(str, shape))}). Received {tuple(x.shape)}. Reshape them, "
            f"or make the symbol for their grid."
        )
    return ops.cast(x, dtype)


def check_symbols(*symbols):
    """Raises unless all of these are symbols, each with a matrix per frequency of its grid.

    Args:
        symbols: What should be `Symbol`.
    """
    for each in symbols:
        arguments.instance("A function of symbols", "symbol", each, Symbol, "Make it: symbol(kernel, grid).")
        shape = tuple(getattr(each.matrices, "shape", ()))
        rank = len(arguments.listed(each.grid))
        are_steps = all(len(s) == rank and all(map(arguments.is_positive_integer, s))
                        for s in map(arguments.listed, each[2:]))
        if len(shape) != 3 or not are_steps or not rank or "complex" not in arguments.dtype_name(each.matrices):
            raise TypeError(f"A Symbol must have complex matrices (frequencies, rows, columns), and strides and "
                            f"range_strides for each size of its grid. Received shape {shape}, {each[1:]}.")
        is_known = all(map(arguments.is_positive_integer, each.grid))
        rows, columns = (n % math.prod(s) if n else 1 for n, s in zip(shape[1:], each[2:], strict=True))
        if rows or columns or is_known and shape[0] not in (None, math.prod(frequencies.counts(each.grid))):
            raise ValueError(f"A Symbol must have a matrix per frequency that is kept, and its rows and columns hold "
                             f"whole pixels. Received matrices {shape} for {each[1:]}. Make it: symbol(kernel, grid).")


def conjugate_transpose(matrices):
    """Returns the adjoint of each matrix."""
    return ops.conj(ops.swapaxes(matrices, -2, -1))


def _image_shape(grid, strides, rows):
    return (*(n * s for n, s in zip(grid, strides, strict=True)), rows // math.prod(strides))


def _check_sizes(grid, strides, extents):
    for size, stride, extent in zip(grid, strides, extents, strict=True):
        if stride < 1 or not ops.is_tensor(size) and (size % stride or extent > size):
            raise ValueError(
                f"Expected a grid at least as large as the kernel and divisible by the strides. Received grid={grid}, "
                f"strides={strides} and a kernel of the dilated size {extents}. Crop or wrap the kernel, or pad the "
                f"images."
            )
