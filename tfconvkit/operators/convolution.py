"""Convolution with the grid it works on, as an operator."""

import numpy as np
from keras import ops

from tfconvkit import backend
from tfconvkit import padding as arithmetic
from tfconvkit.operators import borders, collapsing
from tfconvkit.operators.base import LinearOperator
from tfconvkit.operators.maps import tensor_of
from tfconvkit.operators.solvers import Extension
from tfconvkit.ops import kernels, spectral
from tfconvkit.ops.arguments import flag, is_positive_integer, numeric
from tfconvkit.ops.kernels.taps import per_axis, size_of

PADDINGS = ("same", "valid", "full")


class Convolution(LinearOperator):
    """Is a convolution (a correlation, as in Keras) of feature maps on a grid, without bias.

    `y[i, o] = sum over u, c of kernel[u, c, o] x[s i + d u - p, c]` per axis, what lies outside as `pad_mode` says. The
    pads p in front: "valid" 0, "full" all taps but one, "same" TensorFlow's, with "wrap" `(k - 1) // 2` of the dilated
    kernel whatever the stride (the circular convolution). Differentiable in x and in the kernel.

    Args:
        kernel: Tensor, array or Keras variable `(*kernel_size, channels / groups, filters)`, one to three axes. A
            variable is read at each use, so gradients reach it. Half precision is computed in float32.
        grid: Sizes of the feature map, an integer per axis.
        padding: `"same"`, `"valid"`, or `"full"`, which is every window that sees a pixel.
        pad_mode: What "same" pads with: `"zeros"`, `"wrap"` or `"reflect"` (without repeating the edge).
        strides, dilation_rate: Integer, or one per axis; they may be combined.
        groups: Number of channel groups, as in `keras.layers.Conv2D`.
        depthwise: Whether the kernel is that of a depthwise convolution, `(*kernel_size, channels, depth_multiplier)`.

    Input shape:
        `(batch, *grid, channels)`

    Output shape:
        `(batch, *windows, filters)`

    Raises:
        ValueError: for a kernel that is larger than the grid or not finite, and arguments that do not fit together.

    Reference:
        Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016
        (https://arxiv.org/abs/1603.07285).

    Example:
        >>> A = Convolution(np.ones((3, 3, 2, 5)), grid=(8, 9), strides=2)
        >>> A.matvec(np.ones((1, 8, 9, 2))).shape, A.rmatvec(np.ones((1, 4, 5, 5))).shape
        (TensorShape([1, 4, 5, 5]), TensorShape([1, 8, 9, 2]))
    """

    def __init__(
        self,
        kernel,
        grid,
        padding="same",
        pad_mode="zeros",
        strides=1,
        dilation_rate=1,
        groups=1,
        depthwise=False,
    ):
        self.kernel, self.padding, self.pad_mode = kernel, padding, pad_mode
        shape = _shape_of(kernel)
        rank = len(shape) - 2
        self.grid = _integers("grid", grid, rank)
        self.strides = _integers("strides", strides, rank)
        self.dilation_rate = _integers("dilation_rate", dilation_rate, rank)
        self.depthwise = depthwise = flag("Convolution", "depthwise", depthwise)
        groups = _integers("groups", groups, 1)[0]
        self.groups = shape[-2] if depthwise and groups == 1 else groups
        self._extents = tuple(map(arithmetic.dilated_size, shape[:-2], self.dilation_rate))
        self._check(shape)
        self.pads = self._pads()
        spans = zip(self.grid, self.pads, self._extents, self.strides, strict=True)
        windows = [arithmetic.output_size(n + sum(pads), k, s, "valid") for n, pads, k, s in spans]
        channels, filters = (shape[-2], shape[-2] * shape[-1]) if depthwise else (shape[-2] * self.groups, shape[-1])
        super().__init__((*self.grid, channels), (*windows, filters), ops.dtype(self.tensors[0]))
        _check_finite(self.tensors[0])

    @property
    def tensors(self):
        return [tensor_of(self.kernel)]

    @property
    def frequency_grid(self):
        if self.pad_mode != "wrap":
            return None
        coarse = tuple(n // s for n, s in zip(self.grid, self.strides, strict=True))
        return coarse, self.strides, (1,) * len(self.grid)

    def apply(self, tensors, x):
        # TensorFlow's "same" of volumes reads other cells where a stride is larger than the kernel.
        is_own = len(self.grid) < 3 or max(self.strides) == 1
        if self.padding == "valid" or self.padding == "same" and self.pad_mode == "zeros" and is_own:
            return self._convolved(tensors[0], x, self.padding)
        return self._convolved(tensors[0], borders.pad(x, self.pads, self.pad_mode), "valid")

    def apply_adjoint(self, tensors, y):
        if max(self.strides) > 1 or self.groups > 1:
            return super().apply_adjoint(tensors, y)
        kernel = ops.swapaxes(kernels.flip(tensors[0]), -2, -1)
        # What zeros are padded is not computed; what else is padded is, and then added to where it was read from.
        cut = self.pads if self.pad_mode == "zeros" else [(0, 0)] * len(self.grid)
        around = [(k - 1 - before, k - 1 - behind) for k, (before, behind) in zip(self._extents, cut, strict=True)]
        is_odd = all(k % 2 for k in self._extents)
        options = {"dilation_rate": self.dilation_rate, "data_format": "channels_last"}
        if self.padding == "same" and self.pad_mode == "zeros" and is_odd:
            return backend.conv(y, kernel, padding="same", **options)
        x = backend.conv(ops.pad(y, [(0, 0), *around, (0, 0)]), kernel, padding="valid", **options)
        return x if self.pad_mode == "zeros" else borders.fold(x, self.pads, self.pad_mode)

    def symbol(self, tensors):
        return self._symbol(tensors, self.grid) if self.is_circular else super().symbol(tensors)

    def extension(self):
        """Returns the circular convolution on the grid ("same"), or on all that is padded, with what it crops.

        It is this operator wherever no window is cut off by the padding; under "same" the borders differ. None where
        the pads are mirrored, or the strides do not divide the size under "same".
        """
        is_full = self.padding == "full"
        grid = [n + (sum(pads) if is_full else 0) for n, pads in zip(self.grid, self.pads, strict=True)]
        has_rest = any(n % s for n, s in zip(grid, self.strides, strict=True))
        if self.pad_mode == "reflect" or self.padding == "same" and has_rest:
            return None
        grid = tuple(-(-n // s) * s for n, s in zip(grid, self.strides, strict=True))
        coarse = tuple(n // s for n, s in zip(grid, self.strides, strict=True))
        return Extension(lambda tensors: self._symbol(tensors, grid), self.grid, grid, self.range_shape[:-1], coarse)

    def after(self, inner):
        """Makes the one convolution that equals this one on the output of another.

        Exact for "valid" after anything, "full" after "full", "wrap" after "wrap", and anything after one tap; zeros
        padded between two larger kernels are no padding of the input.

        Args:
            inner: The `Convolution` that is applied first.

        Raises:
            ValueError: where no single convolution is equal, with the reason.

        Example:
            >>> one = Convolution(np.ones((3, 3, 1, 1)), grid=(8, 8), padding="valid")
            >>> (Convolution(np.ones((3, 3, 1, 1)), grid=(6, 6), padding="valid") @ one).collapse()
            Convolution((8, 8, 1) -> (4, 4, 1), float64, kernel (5, 5), padding="valid")
        """
        if not isinstance(inner, Convolution) or inner.range_shape != self.domain_shape:
            raise ValueError(f"Only products of Convolution collapse. Received {self!r} after {inner!r}.")
        return collapsing.collapsed(self, inner)

    def _pads(self):
        if self.padding == "valid":
            return [(0, 0)] * len(self.grid)
        if self.padding == "full":
            return [(k - 1, k - 1) for k in self._extents]
        if self.pad_mode == "wrap":
            return [((k - 1) // 2, k // 2) for k in self._extents]
        return [arithmetic.same_pads(n, k, s) for n, k, s in zip(self.grid, self._extents, self.strides, strict=True)]

    def _convolved(self, kernel, x, padding):
        is_plain = max(self.strides) == 1 or max(self.dilation_rate) == 1
        options = {"strides": self.strides, "padding": padding, "data_format": "channels_last"}
        # TensorFlow takes equal strides alone for depthwise convolutions, and has none for volumes.
        if self.depthwise and is_plain and len(set(self.strides)) == 1 and len(self.grid) < 3:
            return backend.depthwise_conv(x, kernel, dilation_rate=self.dilation_rate, **options)
        kernel = self._ungrouped(kernel)
        # A dilation beside strides, which TensorFlow lacks, is written out.
        kernel, rate = (kernel, self.dilation_rate) if is_plain else (kernels.dilate(kernel, self.dilation_rate), 1)
        return backend.conv(x, kernel, dilation_rate=rate, **options)

    def _ungrouped(self, kernel):
        return kernels.ungroup(kernels.depthwise(kernel) if self.depthwise else kernel, self.groups)

    def _symbol(self, tensors, grid):
        origin = [before for before, _ in self.pads]
        return spectral.symbol(self._ungrouped(tensors[0]), grid, self.strides, self.dilation_rate, origin)

    def _check(self, shape):
        is_named = isinstance(self.padding, str) and isinstance(self.pad_mode, str)
        if not is_named or self.padding not in PADDINGS or self.pad_mode not in borders.MODES:
            raise ValueError(f'Convolution: padding must be "same", "valid" or "full", and pad_mode "zeros", "wrap" or '
                             f'"reflect". Received padding={self.padding!r}, pad_mode={self.pad_mode!r}.')
        if self.padding != "same" and self.pad_mode != "zeros":
            raise ValueError(f'Convolution: pad_mode="{self.pad_mode}" expects padding="same". Received padding='
                             f'"{self.padding}". "valid" pads nothing, "full" pads zeros.')
        if self.depthwise and self.groups != shape[-2]:
            raise ValueError(f"Convolution: a depthwise kernel has one group per channel. Received depthwise=True and "
                             f"groups={self.groups}. Leave groups out.")
        if not self.depthwise and shape[-1] % self.groups:
            raise ValueError(f"Convolution: groups must divide the filters. Received groups={self.groups} and a kernel "
                             f"{shape}, (*kernel_size, channels / groups, filters).")
        if any(k > n for k, n in zip(self._extents, self.grid, strict=True)):
            raise ValueError(f"Convolution: the kernel, {self._extents} with its dilation, must not be larger than the "
                             f"grid. Received grid={self.grid}. Crop the kernel, or use a larger grid.")
        if self.is_circular and any(n % s for n, s in zip(self.grid, self.strides, strict=True)):
            raise ValueError(f'Convolution: pad_mode="wrap" expects strides that divide the grid. Received strides='
                             f'{self.strides}, grid={self.grid}. Use a multiple for the grid, or pad_mode="zeros".')

    def __repr__(self):
        mode = f', pad_mode="{self.pad_mode}"' if self.pad_mode != "zeros" else ""
        size = size_of(self.tensors[0])
        return f'{super().__repr__()[:-1]}, kernel {size}, padding="{self.padding}"{mode})'


def _shape_of(kernel):
    if "complex" in str(getattr(kernel, "dtype", "")):
        raise TypeError("Convolution: kernel must hold real numbers. Received complex ones. Convolve with the real and "
                        "the imaginary part apart.")
    shape = tuple(int(n) for n in np.shape(numeric("Convolution", "kernel", kernel)))
    if not 3 <= len(shape) <= 5 or 0 in shape:
        raise ValueError(f"Convolution: kernel must be (*kernel_size, channels, filters) for one, two or three grid "
                         f"axes. Received shape {shape}.")
    return shape


def _integers(name, value, rank):
    values = per_axis(value, rank)
    if len(values) != rank or not all(map(is_positive_integer, values)):
        raise ValueError(f"Convolution: {name} must be a positive integer or {rank} of them. "
                         f"Received {name}={value!r}.")
    return tuple(map(int, values))


def _check_finite(kernel):
    try:
        values = ops.convert_to_numpy(kernel)
    except Exception:  # each backend has its own error for a tensor in a graph, whose numbers are not known yet
        return
    if not np.isfinite(values).all():
        raise ValueError(f"Convolution: kernel must be finite. Received {np.isnan(values).sum()} NaN and "
                         f"{np.isinf(values).sum()} infinite of {values.size} numbers. Check where it was trained.")
