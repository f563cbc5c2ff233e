"""The pseudo-inverse of a convolution as a layer."""

import keras
from keras import ops

from tfconvkit import operators
from tfconvkit import padding as arithmetic
from tfconvkit.layers import arguments
from tfconvkit.layers.operator import circular
from tfconvkit.layers.operator.initializers import OrthogonalTaps
from tfconvkit.layers.operator.run_time import RunTimeConvolution
from tfconvkit.layers.operator.sizes import is_given, size_of
from tfconvkit.layers.operator.tied import geometry_of
from tfconvkit.layers.weights import ConvolutionWeights
from tfconvkit.operators import solvers
from tfconvkit.operators.solvers.base import ratio, size
from tfconvkit.ops import kernels, spectral

PADDINGS = ("same", "valid", "full")
PAD_MODES = ("zeros", "wrap")


@keras.saving.register_keras_serializable(package="tfconvkit")
class ConvPseudoInverse2D(ConvolutionWeights):
    """Undoes a convolution `A` as far as it can be undone: `x = A^+ (y - bias)`, the smallest least-squares solution.

    With `damping`, `x` has the least `|A x + bias - y|^2 + damping |x|^2`. The convolution is the layer's own, trained
    through its inverse, or `tied_to` a `keras.layers.Conv2D`, whose weights it shares.

    - `pad_mode="wrap"`: a circular convolution, solved frequency by frequency. Exact; LU factors where it gives as many
      numbers as it takes, which then has to be regular.
    - `pad_mode="zeros"`: conjugate gradients, preconditioned by the circular inverse where the sizes are known before
      the run, up to `max_steps`. A random kernel is ill-conditioned on any grid: there `x` cannot be found, and no step
      says so but the residual. Ask for it with `return_residual=True`, or use damping.

    Gradients reach `y`, kernel and bias, by one more solve. Half precision is computed in float32.

    Args:
        filters: Channels of `x`, which are those that the convolution reads.
        kernel_size: Integer or two.
        strides, dilation_rate: Integer or two, of the convolution; not both larger than 1.
        padding: `"same"`, `"valid"`, or `"full"`, every window that sees a pixel of `x`.
        pad_mode: What "same" stands on: `"zeros"` or `"wrap"`.
        tied_to: A built `keras.layers.Conv2D` without activation, from which all of the above but `pad_mode` is read,
            and whose bias is subtracted. In a `.keras` file both stay one layer if they are layers of the same model,
            the convolution in front; Keras refuses to load the file where it comes later or is inside another model.
            `clone_model` makes two of them.
        output_size: Grid of `x`, integer or two; by default `windows * strides` for "same", else the smallest.
        rcond: With "wrap": singular values of at most `rcond` times the largest count as 0.
        damping: Number, not negative; not beside `rcond`.
        tol, max_steps: With "zeros": when to stop, as in `operators.ConjugateGradient`.
        use_bias: Whether the own convolution has a bias.
        kernel_initializer: By default one with an orthogonal circular convolution.
        **kwargs: Further arguments of kernel and bias as in `keras.layers.Conv2D`.

    Call arguments:
        return_residual: Whether to return `(x, residual)` with the relative residual `|A x - y| / |y|` of each sample,
            `y` without the bias, computed anew from `x`.

    Input shape:
        `(batch, height, width, channels)`, what the convolution gives.

    Output shape:
        `(batch, *output_size, filters)`; residual `(batch,)` in at least float32.

    Stored numbers:
        kernel `(*kernel_size, filters, channels)`, that of the convolution; bias `(channels,)`.

    Raises:
        TypeError: if `tied_to` is no `keras.layers.Conv2D`.
        ValueError: for unknown names, arguments that do not fit together, a convolution that has an activation or is
            not built, channels or sizes that it cannot give.

    Reference:
        Penrose, A generalized inverse for matrices, 1955 (https://doi.org/10.1017/S0305004100030401).

    Example:
        >>> conv = keras.layers.Conv2D(6, 3, padding="same", kernel_initializer="orthogonal")
        >>> x = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
        >>> y = conv(x)
        >>> back, residual = layers.ConvPseudoInverse2D(tied_to=conv)(y, return_residual=True)
        >>> back.shape, bool(np.abs(back - x).max() < 1e-3), bool(residual[0] < 1e-5)
        (TensorShape([2, 8, 8, 3]), True, True)
    """

    def __init__(
        self,
        filters=None,
        kernel_size=None,
        strides=None,
        padding=None,
        pad_mode="zeros",
        dilation_rate=None,
        tied_to=None,
        output_size=None,
        rcond=None,
        damping=0.0,
        tol=None,
        max_steps=200,
        use_bias=False,
        kernel_initializer=None,
        **kwargs,
    ):
        super().__init__(use_bias=use_bias, kernel_initializer=kernel_initializer, **kwargs)
        own = {"filters": filters, "kernel_size": kernel_size, "strides": strides, "padding": padding,
               "dilation_rate": dilation_rate}
        self.tied_to = tied_to
        self._geometry(**(own if tied_to is None else self._read(own)))
        self.pad_mode = arguments.one_of(self, "pad_mode", pad_mode, PAD_MODES)
        self.output_size = None if output_size is None else self._pair("output_size", output_size)
        self.damping = arguments.real(self, "damping", damping)
        self.rcond = None if rcond is None else arguments.real(self, "rcond", rcond)
        self.tol = None if tol is None else arguments.real(self, "tol", tol)
        self.max_steps = arguments.positive_integer(self, "max_steps", max_steps)
        if kernel_initializer is None:
            self.kernel_initializer = OrthogonalTaps(self.strides)
        self._check()

    def _pair(self, name, value):
        return arguments.positive_integers(self, name, value, 2)

    def _geometry(self, filters, kernel_size, strides, padding, dilation_rate):
        self.filters = arguments.positive_integer(self, "filters", filters)
        self.kernel_size = self._pair("kernel_size", kernel_size)
        self.strides = self._pair("strides", 1 if strides is None else strides)
        self.padding = arguments.one_of(self, "padding", "same" if padding is None else padding, PADDINGS)
        self.dilation_rate = self._pair("dilation_rate", 1 if dilation_rate is None else dilation_rate)

    def _read(self, own):
        """Reads what the tied convolution is."""
        given = [name for name, value in own.items() if value is not None] + ["use_bias"] * self.use_bias
        if given:
            raise ValueError(
                f"{arguments.describe(self)}: {', '.join(own)} and use_bias are read from tied_to. Received "
                f"{', '.join(given)} beside it. Leave them out."
            )
        return geometry_of(self, self.tied_to, own)

    def _check(self):
        name = arguments.describe(self)
        if self.pad_mode == "wrap" and self.padding != "same" or max(self.strides) > 1 < max(self.dilation_rate):
            raise ValueError(
                f'{name}: pad_mode="wrap" expects padding="same", and strides > 1 expect dilation_rate=1. Received '
                f'pad_mode="{self.pad_mode}", padding="{self.padding}", strides={self.strides}, '
                f"dilation_rate={self.dilation_rate}."
            )
        is_cut = self.rcond is not None
        if self.damping < 0 or is_cut and (self.damping or self.pad_mode == "zeros" or not 0 <= self.rcond <= 1):
            raise ValueError(
                f'{name}: expected damping >= 0, or with pad_mode="wrap" alone rcond from 0 to 1. Received damping='
                f'{self.damping}, rcond={self.rcond}, pad_mode="{self.pad_mode}". Damp what cannot be recovered.'
            )

    @property
    def _extents(self):
        return tuple(map(arithmetic.dilated_size, self.kernel_size, self.dilation_rate))

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        channels = input_shape[-1]
        if self.tied_to is None:
            self._kernel = self.add_kernel((*self.kernel_size, self.filters, channels), autocast=False)
            self._bias = self.add_bias(channels, autocast=False)
        self.input_spec = keras.layers.InputSpec(ndim=4, axes={-1: channels})

    @property
    def kernel(self):
        """The kernel of the convolution, own or tied."""
        return self._kernel if self.tied_to is None else self.tied_to.kernel

    @property
    def bias(self):
        """The bias of the convolution, or None."""
        return self._bias if self.tied_to is None else self.tied_to.bias

    def call(self, inputs, return_residual=False):
        self.compute_output_shape(inputs.shape)
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        y = ops.cast(inputs, dtype)
        y = y if self.bias is None else y - ops.cast(self.bias, dtype)
        kernel = kernels.ungroup(ops.cast(self.kernel, dtype), 1 if self.tied_to is None else self.tied_to.groups)
        x, residual = (self._circular if self.pad_mode == "wrap" else self._iterated)(kernel, y)
        x = ops.cast(x, self.compute_dtype)
        return (x, residual) if return_residual else x

    def _circular(self, kernel, y):
        symbol = spectral.symbol(kernel, self._grid(ops.shape(y)[1:-1]), self.strides, self.dilation_rate)
        x = spectral.solve(symbol, y, rcond=self.rcond, damping=self.damping)
        rest = circular.convolve(x, kernel, self.strides, self.dilation_rate) - y
        return x, ops.stop_gradient(ratio(size(rest), size(y)))

    def _iterated(self, kernel, y):
        solver = operators.ConjugateGradient(self.damping, tol=self.tol, max_steps=self.max_steps)
        operator = self._operator(kernel, ops.shape(y)[1:-1])
        solution = solvers.solve(operator, solver, operator.tensors, solver.factor(operator), y)
        return solution.value, solution.residual

    def _operator(self, kernel, windows):
        grid = self._grid(windows)
        options = {"padding": self.padding, "strides": self.strides, "dilation_rate": self.dilation_rate}
        if any(map(ops.is_tensor, grid)):
            shapes = (*grid, self.filters), (*windows, kernel.shape[-1])
            return RunTimeConvolution(kernel, *shapes, extents=self._extents, **options)
        return arguments.named(self, operators.Convolution, kernel, grid, **options)

    def _grid(self, windows):
        """The grid of `x`, from that of `y`."""
        if self.output_size is not None:
            return self.output_size
        sizes = zip(windows, self._extents, self.strides, strict=True)
        return tuple(size_of(n, k, s, self.padding) for n, k, s in sizes)

    def compute_output_shape(self, input_shape):
        if len(input_shape) != 4 or input_shape[-1] is None:
            raise ValueError(
                f"{arguments.describe(self)} expects an input (batch, height, width, channels) with known channels. "
                f"Received shape {tuple(input_shape)}."
            )
        windows = tuple(input_shape[1:-1])
        grid = self._grid(windows)
        self._check_sizes(windows, grid, input_shape[-1])
        return (input_shape[0], *grid, self.filters)

    def _check_sizes(self, windows, grid, channels):
        filters = channels if self.tied_to is None else self.tied_to.filters
        axes = zip(windows, grid, self._extents, self.strides, strict=True)
        does_fit = all(is_given(*axis, self.padding, is_circular=self.pad_mode == "wrap") for axis in axes)
        if channels != filters or not does_fit:
            raise ValueError(
                f"{arguments.describe(self)}: the convolution with kernel size {self.kernel_size}, dilated "
                f'{self._extents}, strides {self.strides}, padding="{self.padding}" and {filters} filters gives no '
                f"output of grid {windows} and {channels} channels from a grid of {tuple(grid)}. Set output_size, or "
                f"give what the convolution gave."
            )

    def compute_output_spec(self, inputs, return_residual=False):
        x = keras.KerasTensor(self.compute_output_shape(inputs.shape), dtype=self.compute_dtype)
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        return (x, keras.KerasTensor(x.shape[:1], dtype=dtype)) if return_residual else x

    def get_config(self):
        names = ("pad_mode", "output_size", "rcond", "damping", "tol", "max_steps")
        if self.tied_to is None:
            names += ("filters", "kernel_size", "strides", "padding", "dilation_rate")
        tied = {} if self.tied_to is None else {"tied_to": keras.saving.serialize_keras_object(self.tied_to)}
        return {**super().get_config(), **tied, **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_config(cls, config):
        tied = config.get("tied_to")
        return cls(**{**config, "tied_to": tied and keras.saving.deserialize_keras_object(tied)})
