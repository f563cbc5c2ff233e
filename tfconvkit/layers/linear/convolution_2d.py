"""The collapsible convolution of images."""

import keras
from keras import ops

from tfconvkit.layers import arguments
from tfconvkit.layers.linear import placement
from tfconvkit.layers.linear.chain import ConvolutionChain
from tfconvkit.ops import kernels


@keras.saving.register_keras_serializable(package="tfconvkit")
class CollapsibleConv2D(ConvolutionChain):
    """Convolves images by a wide chain of convolutions that is trained, and run, as the one convolution it equals.

    `y = activation(x * kernel + bias)` with the composition of the inner kernels,
    `kernel[p] = sum over u + v = p of kernel1[u] kernel2[v]`, plus one at its centre from each channel to itself with
    `residual`. Both forms compute the same, borders included (see `Collapsible`).

    Args:
        filters: Number of output channels.
        kernel_size: Integer or two: the size of the composed kernel, that of the Conv2D which this layer becomes.
        inner_filters: Filters of all inner convolutions but the last, an integer or a list.
        kernel_sizes: List of the inner kernel sizes, integers or pairs, which compose to `kernel_size`; by default
            `(kernel_size, 1)`, SESR's block. `(1, kernel_size, 1)` is its other form.
        residual: Whether to add the input pixel at the centre of the kernel, where the input has `filters` channels.
        strides: Integer or two, those of the last inner convolution.
        padding: `"valid"` or `"same"`: TensorFlow's for one kernel of size `kernel_size`.
        use_bias: Whether every inner convolution has a bias.
        data_format, activation, train_mode: As in `Collapsible`.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint: As in `keras.layers.Conv2D`, for every inner convolution.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, new_height, new_width, filters)`, as of `keras.layers.Conv2D`.

    Stored numbers:
        `kernels`, a list of `(*size, channels, filters)`, and `biases`, a list of `(filters,)` or None.

    Raises:
        ValueError: for unknown names, sizes that do not compose to `kernel_size`, a residual around an even kernel,
            which has no centre, an input of another rank, a grid that is too small.

    Reference:
        Bhardwaj et al., Collapsible Linear Blocks for Super-Efficient Super Resolution, 2021
        (https://arxiv.org/abs/2103.09404).

    Example:
        >>> layer = layers.CollapsibleConv2D(16, 3, inner_filters=256, padding="same", residual=True)
        >>> layer(np.ones((1, 32, 32, 16), "float32")).shape, layer.count_params()
        (TensorShape([1, 32, 32, 16]), 41232)
        >>> layer.collapse().count_params()
        2320
    """

    def __init__(self, filters, kernel_size, inner_filters=256, kernel_sizes=None, residual=False, **kwargs):
        super().__init__((kernel_size, 1) if kernel_sizes is None else kernel_sizes, inner_filters, **kwargs)
        self.filters = arguments.positive_integer(self, "filters", filters)
        self.kernel_size = arguments.positive_integers(self, "kernel_size", kernel_size, 2)
        self.residual = arguments.flag(self, "residual", residual)
        self._check_sizes()

    def _check_sizes(self):
        if self.composed_size != self.kernel_size:
            raise ValueError(
                f"{arguments.describe(self)}: kernel_sizes={self.kernel_sizes} compose to a kernel of size "
                f"{self.composed_size} (1 + the sum of size - 1). Received kernel_size={self.kernel_size}. "
                f"Change one of the two."
            )
        if self.residual and not all(k % 2 for k in self.kernel_size):
            raise ValueError(
                f"{arguments.describe(self)}: residual=True adds the input at the centre of the kernel. "
                f"Received kernel_size={self.kernel_size}, which has none. Use odd sizes or residual=False."
            )

    def _output_channels(self, channels):
        return self.filters

    def _add_weights(self, channels):
        self._adds_input = self.residual and channels == self.filters
        self._add_chain(channels, self.filters)

    def _stage(self):
        stage = super()._stage()
        if not self._adds_input:
            return stage
        identity = kernels.delta((1, 1), self.filters, dtype=ops.dtype(stage.kernel))
        return kernels.add([stage, kernels.Stage(identity, strides=self.strides)])

    def _expanded(self, x, training):
        y = super()._expanded(x, training)
        if not self._adds_input:
            return y
        centres = placement.centred(x, self.kernel_size, (1, 1))
        return ops.add(y, placement.strided(centres, self.strides))

    def get_config(self):
        config = super().get_config()
        return {**config, "filters": self.filters, "kernel_size": self.kernel_size, "residual": self.residual}
