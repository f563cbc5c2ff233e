"""The gated convolution of images."""

import keras
from keras import ops

from tfconvkit import backend
from tfconvkit.layers import arguments
from tfconvkit.layers.gated import placement
from tfconvkit.layers.weights import ConvolutionWeights

GATES = ("always", "never", "legacy")


@keras.saving.register_keras_serializable(package="tfconvkit")
class GatedConv2D(ConvolutionWeights):
    """Convolves images and lets a second convolution decide, position by position, how much of each feature passes.

    `y = activation(a) * gate_activation(g)` with `a, g` the first and the second half of the channels of one
    convolution with `2 * filters` kernels (correlation, as in every Keras layer). Inside a hole there is nothing to
    see, and the gate learns to say so.

    Args:
        filters: Number of output channels; gated, the convolution has twice as many. (The original code counts the
            convolution's: its 48 are `filters=24`.)
        kernel_size: Integer or two.
        strides: Integer or two; may be combined with dilation.
        padding: `"same"` (TensorFlow's: zeros, the odd one behind), `"valid"`, or with the image mirrored at its
            border by `floor(dilation_rate * (kernel_size - 1) / 2)` pixels on each side: `"symmetric"` repeats the
            border pixel, `"reflect"` does not.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: Integer or two.
        activation: Activation of the features `a`; None for none.
        gate_activation: Activation of the gate `g`.
        gate: `"always"`; `"never"` for `activation(convolution)` with `filters` kernels, as in DeepFill v1;
            `"legacy"` for the rule of the original v2 code: three filters (the image planes at the end of a network)
            or no activation give the bare convolution, ungated and without activation.
        use_bias: Whether the convolution has a bias.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint: As in `keras.layers.Conv2D`, for both halves together.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, new_height, new_width, filters)`; "same" gives `ceil(size / strides)`.

    Stored numbers:
        kernel `(*kernel_size, channels, 2 * filters)`, features first, then gates; bias `(2 * filters,)`.

    Raises:
        ValueError: for unknown names, sizes that are not positive, an input of another rank, a grid that is too small
            for the window or for its mirror image.

    Reference:
        Yu et al., Free-Form Image Inpainting with Gated Convolution, 2019 (https://arxiv.org/abs/1806.03589).

    Example:
        >>> layer = layers.GatedConv2D(24, 5, strides=2)
        >>> layer(np.ones((1, 32, 32, 5), "float32")).shape
        TensorShape([1, 16, 16, 24])
        >>> tuple(layer.kernel.shape)
        (5, 5, 5, 48)
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="same",
        data_format=None,
        dilation_rate=1,
        activation="elu",
        gate_activation="sigmoid",
        gate="always",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = arguments.positive_integer(self, "filters", filters)
        self.kernel_size = arguments.positive_integers(self, "kernel_size", kernel_size, 2)
        self.strides = arguments.positive_integers(self, "strides", strides, 2)
        self.padding = arguments.one_of(self, "padding", padding, placement.PADDINGS)
        self.data_format = arguments.data_format_of(self, data_format)
        self.dilation_rate = arguments.positive_integers(self, "dilation_rate", dilation_rate, 2)
        self.activation = arguments.activation_of(self, "activation", activation)
        self.gate_activation = arguments.activation_of(self, "gate_activation", gate_activation)
        self.gate = arguments.one_of(self, "gate", gate, GATES)
        self._channel_axis = -1 if self.data_format == "channels_last" else 1

    @property
    def is_gated(self):
        """Whether half of the convolution's channels are gates."""
        return self.gate == "always" or self.gate == "legacy" and not self._is_bare

    @property
    def _is_bare(self):
        # The legacy rule. `keras.activations.get(None)` is the linear activation.
        return self.gate == "legacy" and (self.filters == 3 or self.activation is keras.activations.linear)

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        channels = input_shape[self._channel_axis]
        if channels is None:
            raise ValueError(
                f"{arguments.describe(self)} needs a known number of channels. "
                f"Received input shape {tuple(input_shape)}."
            )
        outputs = self.filters * (2 if self.is_gated else 1)
        self.kernel = self.add_kernel((*self.kernel_size, channels, outputs))
        self.bias = self.add_bias(outputs)
        self.input_spec = keras.layers.InputSpec(ndim=4, axes={self._channel_axis: channels})

    def call(self, inputs):
        x = placement.convolve(
            inputs,
            ops.convert_to_tensor(self.kernel),
            strides=self.strides,
            padding=self.padding,
            dilation_rate=self.dilation_rate,
            data_format=self.data_format,
        )
        if self.use_bias:
            x = backend.add_bias(x, ops.convert_to_tensor(self.bias), self.data_format)
        if not self.is_gated:
            return x if self._is_bare else self.activation(x)
        features, gates = ops.split(x, 2, axis=self._channel_axis)
        return ops.multiply(self.activation(features), self.gate_activation(gates))

    def compute_output_shape(self, input_shape):
        arguments.check_rank(self, input_shape, 2)
        grid = arguments.grid_of(input_shape, self.data_format)
        self._check_mirror(grid)
        sizes = placement.output_grid(grid, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        if any(size is not None and size <= 0 for size in (*sizes, *grid)):
            raise ValueError(
                f'{arguments.describe(self)}: the grid {tuple(grid)} is too small for padding="{self.padding}" with '
                f"kernel_size={self.kernel_size} and dilation_rate={self.dilation_rate}. Received output sizes "
                f'{sizes}, expected at least 1. Use a larger input, a smaller kernel or padding="same".'
            )
        return arguments.join_shape(input_shape[0], sizes, self.filters, self.data_format)

    def _check_mirror(self, grid):
        if self.padding not in ("symmetric", "reflect"):
            return
        pads = placement.mirrored_pads(self.kernel_size, self.dilation_rate)
        needed = [pad + (self.padding == "reflect") for pad in pads]
        if any(size is not None and size < least for size, least in zip(grid, needed, strict=True)):
            raise ValueError(
                f'{arguments.describe(self)}: padding="{self.padding}" mirrors {pads} pixels, which needs a grid of at '
                f'least {tuple(needed)}. Received {tuple(grid)}. Use a larger input or padding="same".'
            )

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "activation": keras.activations.serialize(self.activation),
            "gate_activation": keras.activations.serialize(self.gate_activation),
            "gate": self.gate,
        }
