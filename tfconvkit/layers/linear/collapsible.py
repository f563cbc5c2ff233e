"""The protocol of collapsible layers."""

import keras
from keras import ops

from tfconvkit.layers import arguments
from tfconvkit.layers.inputs import CheckedInput
from tfconvkit.layers.linear import placement
from tfconvkit.ops import precision
from tfconvkit.ops.kernels import Stage, delta

TRAIN_MODES = ("collapsed", "expanded")


@keras.saving.register_keras_serializable(package="tfconvkit")
class Collapsible(CheckedInput):
    """Base class of layers that hold several kernels and compute one convolution, `activation(conv(x, kernel) + bias)`.

    `kernel` and `bias` are composed from the weights in every call, in at least float32, so that training acts on the
    weights through them; inference always runs the one convolution. What the layer means is that convolution: padding
    "same" is TensorFlow's for the composed kernel. The expanded form computes the same function: it pads its input
    once, by as much as the composed kernel needs, and runs its inner convolutions with padding "valid". (Networks that
    pad in front of each inner convolution, as SESR does, differ in a border, where zeros stand for inner biases.)

    The base class itself is the 1x1 convolution that changes nothing. A subclass writes

    - `composed_size` and `_output_channels(channels)`, integers known before the weights;
    - `_add_weights(channels)` and `_stage()`, the `ops.kernels.Stage` composed of them;
    - `_expanded(x, training)`, the same convolution of an input, channels last, with the pads already there.

    `layer(x, return_kernel=True)` gives `(y, kernel)` with the kernel of that one convolution, composed once for both:
    for losses about the kernel.

    Args:
        strides: Integer or two.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`.
        activation: Activation of the output; None for none.
        train_mode: `"collapsed"` trains through the one convolution, `"expanded"` through the inner ones. Outputs and
            gradients are equal up to rounding; the first is faster wherever the image is larger than the kernels.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, new_height, new_width, filters)`.

    Raises:
        ValueError: for unknown names, an input of another rank or without known channels, a grid that is too small.

    Example:
        >>> layer = layers.CollapsibleConv2D(16, 3, padding="same")
        >>> x = np.ones((1, 8, 8, 4), "float32")
        >>> layer(x).shape, layer.effective_kernel().shape, layer.collapse()(x).shape
        (TensorShape([1, 8, 8, 16]), TensorShape([3, 3, 4, 16]), TensorShape([1, 8, 8, 16]))
    """

    def __init__(
        self, strides=1, padding="valid", data_format=None, activation=None, train_mode="collapsed", **kwargs
    ):
        super().__init__(**kwargs)
        self.strides = arguments.positive_integers(self, "strides", strides, 2)
        self.padding = arguments.one_of(self, "padding", padding, arguments.PADDINGS)
        self.data_format = arguments.data_format_of(self, data_format)
        self.activation = arguments.activation_of(self, "activation", activation)
        self.train_mode = arguments.one_of(self, "train_mode", train_mode, TRAIN_MODES)
        self._channel_axis = -1 if self.data_format == "channels_last" else 1

    @property
    def composed_size(self):
        """Size of the composed kernel, two integers."""
        return (1, 1)

    def effective_kernel(self):
        """Computes the composed kernel `(*composed_size, channels, filters)`."""
        return self._built_stage().kernel

    def effective_bias(self):
        """Computes the composed bias `(filters,)`; None where the layer adds none."""
        return self._built_stage().bias

    def collapse(self):
        """Makes the `keras.layers.Conv2D` that computes this layer, with the weights set, as they are now."""
        return self._convolution(self.effective_kernel(), self.effective_bias())

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        channels = input_shape[self._channel_axis]
        if channels is None:
            raise ValueError(
                f"{arguments.describe(self)} needs a known number of channels. "
                f"Received input shape {tuple(input_shape)}."
            )
        self.input_spec = keras.layers.InputSpec(ndim=4, axes={self._channel_axis: channels})
        self._add_weights(channels)

    def call(self, inputs, training=None, return_kernel=False):
        # Channels last inside: TensorFlow's convolutions on CPU know no other order on some processors.
        is_last, is_expanded = self.data_format == "channels_last", self._is_expanded(training)
        x = inputs if is_last else ops.transpose(inputs, (0, 2, 3, 1))
        stage = self._stage() if return_kernel or not is_expanded else None
        y = self._expanded(self._padded(x), training) if is_expanded else self._convolved(x, stage)
        y = self.activation(y if is_last else ops.transpose(y, (0, 3, 1, 2)))
        return (y, stage.kernel) if return_kernel else y

    def compute_output_spec(self, inputs, training=None, return_kernel=False):
        y = keras.KerasTensor(self.compute_output_shape(inputs.shape), dtype=self.compute_dtype)
        if not return_kernel:
            return y
        channels = self._composed_channels(inputs.shape[self._channel_axis])
        return y, keras.KerasTensor((*self.composed_size, *channels), dtype=self._composed_dtype)

    def compute_output_shape(self, input_shape):
        arguments.check_rank(self, input_shape, 2)
        grid = arguments.grid_of(input_shape, self.data_format)
        sizes = placement.output_grid(grid, self.composed_size, self.strides, self.padding)
        if any(size is not None and size <= 0 for size in (*sizes, *grid)):
            raise ValueError(
                f"{arguments.describe(self)}: the grid {grid} of input shape {tuple(input_shape)} is too small for "
                f'padding="{self.padding}" with a composed kernel of size {self.composed_size}. Received output sizes '
                f'{sizes}, expected at least 1. Use a larger input or smaller kernels; data_format="{self.data_format}"'
                f" takes {_AXES[self.data_format]}: move the axes if the input has another order."
            )
        channels = self._output_channels(input_shape[self._channel_axis])
        return arguments.join_shape(input_shape[0], sizes, channels, self.data_format)

    def get_config(self):
        return {
            **super().get_config(),
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "activation": keras.activations.serialize(self.activation),
            "train_mode": self.train_mode,
        }

    def _add_weights(self, channels):
        self._channels = channels

    def _stage(self):
        return Stage(delta((1, 1), self._channels, dtype=self._composed_dtype), strides=self.strides)

    def _expanded(self, x, training):
        return placement.convolve(x, self._stage())

    def _is_expanded(self, training):
        return training and self.train_mode == "expanded"

    def _output_channels(self, channels):
        return channels

    def _composed_channels(self, channels):
        return channels, self._output_channels(channels)

    @property
    def _composed_dtype(self):
        return "float64" if self.variable_dtype == "float64" else "float32"

    def _convolved(self, x, stage):
        return placement.convolve(x, stage, padding=self.padding)

    def _padded(self, x):
        if self.padding == "valid":
            return x
        return placement.padded(x, self.composed_size, self.strides)

    def _built_stage(self):
        if not self.built:
            raise ValueError(
                f"{arguments.describe(self)} has no weights to compose yet. Call it on an input, or build(input_shape)."
            )
        return self._stage()

    def _convolution(self, kernel, bias):
        convolution = keras.layers.Conv2D(
            kernel.shape[-1],
            self.composed_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            activation=self.activation,
            use_bias=bias is not None,
            name=self.name,
            dtype=self.dtype_policy,
        )
        convolution.build(arguments.join_shape(None, (None, None), kernel.shape[-2], self.data_format))
        convolution.set_weights([ops.convert_to_numpy(weight) for weight in (kernel, bias) if weight is not None])
        return convolution


_AXES = {"channels_last": "(batch, height, width, channels)", "channels_first": "(batch, channels, height, width)"}


def exact(variable):
    """Returns a weight as a tensor to compose with, in at least float32."""
    return precision.at_least_float32(ops.convert_to_tensor(variable))
