"""A convolution with zeros around images of a size that is known at run time only."""

import math

from keras import ops

from tfconvkit import backend, operators


class RunTimeMap(operators.LinearOperator):
    """Is a linear operator whose grids may be scalar tensors, with what solvers need and no checks.

    Args:
        domain_shape, range_shape: `(*grid, channels)`.
        sizes: Two numbers that stand for the numbers of entries of both, where it matters which is larger.
        dtype: `"float32"` or `"float64"`.
    """

    def __init__(self, domain_shape, range_shape, sizes, dtype):
        self.domain_shape, self.range_shape, self.dtype = domain_shape, range_shape, dtype
        self.sizes = sizes

    @property
    def domain_size(self):
        return self.sizes[0]

    @property
    def range_size(self):
        return self.sizes[1]

    def __repr__(self):
        return f"{self.name}({self.dtype})"


class RunTimeConvolution(RunTimeMap):
    """Is `operators.Convolution` inside a graph of unknown sizes.

    There is no circular convolution beside it that could precondition a solver.

    Args:
        kernel: Tensor `(*kernel_size, channels, filters)`.
        domain_shape, range_shape: As in `RunTimeMap`.
        padding: `"same"`, `"valid"`, or `"full"`.
        strides, dilation_rate: Integer per axis, not both larger than 1.
        extents: Dilated size of the kernel per axis.
    """

    def __init__(self, kernel, domain_shape, range_shape, padding, strides, dilation_rate, extents):
        # On large images the borders do not count, on small ones they decide between equal numbers of channels.
        borders = {"valid": -0.5, "same": 0, "full": 0.5}[padding]
        sizes = (math.prod(strides) * domain_shape[-1], range_shape[-1] + borders)
        super().__init__(domain_shape, range_shape, sizes, ops.dtype(kernel))
        self.kernel, self.padding = kernel, padding
        self.pads = [(k - 1, k - 1) for k in extents]
        self.options = {"strides": strides, "dilation_rate": dilation_rate, "data_format": "channels_last"}

    @property
    def tensors(self):
        return [self.kernel]

    @property
    def H(self):
        return RunTimeAdjoint(self)

    def apply(self, tensors, x):
        padding = "same" if self.padding == "same" else "valid"
        x = ops.pad(x, [(0, 0), *self.pads, (0, 0)]) if self.padding == "full" else x
        return backend.conv(x, tensors[0], padding=padding, **self.options)


class RunTimeAdjoint(RunTimeMap):
    """Is the adjoint of a `RunTimeConvolution`."""

    def __init__(self, operator):
        super().__init__(operator.range_shape, operator.domain_shape, operator.sizes[::-1], operator.dtype)
        self.operator = operator
        self.apply, self.apply_adjoint = operator.apply_adjoint, operator.apply

    @property
    def tensors(self):
        return self.operator.tensors

    @property
    def H(self):
        return self.operator
