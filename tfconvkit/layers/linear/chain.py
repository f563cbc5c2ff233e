"""Chains of convolutions that are one."""

from tfconvkit.layers import arguments
from tfconvkit.layers.linear import placement
from tfconvkit.layers.linear.collapsible import Collapsible, exact
from tfconvkit.layers.weights import ConvolutionWeights
from tfconvkit.ops.kernels import Stage, compose


class ConvolutionChain(ConvolutionWeights, Collapsible):
    """Convolutions one after the other, nothing between them; not used by itself.

    Args:
        kernel_sizes: List of the inner kernel sizes, integers or pairs.
        inner_filters: Filters of all inner convolutions but the last, an integer or a list.
        use_bias: Whether every inner convolution has a bias.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint: As in `keras.layers.Conv2D`, for every inner convolution.
        **kwargs: As in `Collapsible`; the strides are those of the last inner convolution.
    """

    def __init__(self, kernel_sizes, inner_filters, **kwargs):
        super().__init__(**kwargs)
        self.kernel_sizes = self._sizes(kernel_sizes)
        self.inner_filters = self._inner_filters(inner_filters)

    @property
    def composed_size(self):
        return tuple(1 + sum(k - 1 for k in sizes) for sizes in zip(*self.kernel_sizes, strict=True))

    def _sizes(self, kernel_sizes):
        if not isinstance(kernel_sizes, tuple | list) or not kernel_sizes:
            raise ValueError(
                f"{arguments.describe(self)}: kernel_sizes must list the sizes of the inner kernels, such as (3, 1). "
                f"Received kernel_sizes={kernel_sizes!r}."
            )
        return tuple(arguments.positive_integers(self, "each of kernel_sizes", k, 2) for k in kernel_sizes)

    def _inner_filters(self, inner_filters):
        inner = len(self.kernel_sizes) - 1
        # A chain of one kernel has no inner filters, whatever their number would be.
        return arguments.positive_integers(self, "inner_filters", inner_filters, inner)

    def _add_chain(self, channels, filters):
        """Adds the weights `kernels` and `biases` (a list of None without biases)."""
        widths = (channels, *self.inner_filters, filters)
        self.kernels, self.biases = [], []
        for place, size in enumerate(self.kernel_sizes):
            shape = (*size, *widths[place : place + 2])
            # One Keras initialiser draws the same numbers for the same shape.
            initializer = getattr(self.kernel_initializer, "clone", lambda: self.kernel_initializer)()
            self.kernels.append(self.add_kernel(shape, f"kernel_{place}", initializer=initializer, autocast=False))
            self.biases.append(self.add_bias(shape[-1], f"bias_{place}", autocast=False))

    def _stages(self):
        weights = list(zip(self.kernels, self.biases, strict=True))
        stages = [Stage(exact(kernel), None if bias is None else exact(bias)) for kernel, bias in weights]
        return [*stages[:-1], stages[-1]._replace(strides=self.strides)]

    def _stage(self):
        return compose(self._stages())

    def _expanded(self, x, training):
        for stage in self._stages():
            x = placement.convolve(x, stage)
        return x

    def get_config(self):
        return {
            **super().get_config(),
            "kernel_sizes": self.kernel_sizes,
            "inner_filters": self.inner_filters,
        }
