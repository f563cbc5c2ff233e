"""Convolutions with normalised kernels."""

import keras
from keras import ops

from tfconvkit import backend
from tfconvkit.layers import arguments
from tfconvkit.layers.inputs import CheckedInput
from tfconvkit.ops import precision


@keras.saving.register_keras_serializable(package="tfconvkit")
class WeightNormConv2D(CheckedInput, keras.layers.Conv2D):
    """Convolves with kernels of norm 1 per filter, times a learned magnitude.

    `y = conv(x, magnitude * kernel / ||kernel||) + bias`, the norm of each filter over height, width and channels. A
    kernel's size and its direction so train apart; before a normalisation the magnitude can be left out.

    Args:
        filters, kernel_size: As in `keras.layers.Conv2D`.
        padding: `"same"` or `"valid"`.
        use_magnitude: Whether each filter has a learned magnitude, else it is 1.
        magnitude_initializer, magnitude_regularizer: For the magnitudes.
        **kwargs: Further arguments of `keras.layers.Conv2D`.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, new_height, new_width, filters)`.

    Reference:
        Salimans and Kingma, Weight Normalization, 2016 (https://arxiv.org/abs/1602.07868).

    Example:
        >>> layers.WeightNormConv2D(16, 3)(np.ones((1, 8, 8, 3), "float32")).shape
        TensorShape([1, 8, 8, 16])
    """

    def __init__(
        self,
        filters,
        kernel_size,
        padding="same",
        use_magnitude=True,
        magnitude_initializer="ones",
        magnitude_regularizer=None,
        **kwargs,
    ):
        super().__init__(**arguments.convolution_arguments(self, filters, kernel_size, padding, kwargs))
        self.use_magnitude = arguments.flag(self, "use_magnitude", use_magnitude)
        self.magnitude_initializer = keras.initializers.get(magnitude_initializer)
        self.magnitude_regularizer = keras.regularizers.get(magnitude_regularizer)

    def build(self, input_shape):
        arguments.check_window(self, input_shape)
        super().build(input_shape)
        if self.use_magnitude:
            self.magnitude = self.add_weight(
                shape=(self.filters,),
                initializer=self.magnitude_initializer,
                regularizer=self.magnitude_regularizer,
                name="magnitude",
            )

    def call(self, inputs):
        outputs = self.convolution_op(inputs, self.kernel)
        if self.use_bias:
            outputs = backend.add_bias(outputs, ops.convert_to_tensor(self.bias), self.data_format)
        return outputs if self.activation is None else self.activation(outputs)

    def convolution_op(self, inputs, kernel):
        arguments.check_window(self, inputs.shape)
        raw = precision.at_least_float32(ops.convert_to_tensor(kernel))
        norm = ops.sqrt(ops.sum(ops.square(raw), axis=(0, 1, 2)))
        factor = self.magnitude / norm if self.use_magnitude else 1 / norm
        kernel = ops.cast(raw * factor, self.compute_dtype)
        return backend.conv(inputs, kernel, self.strides, self.padding, self.data_format, self.dilation_rate)

    # Keras' convolutions store kernel and bias by themselves and would forget the magnitude.
    def save_own_variables(self, store):
        keras.layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store):
        keras.layers.Layer.load_own_variables(self, store)

    def get_config(self):
        return {
            **super().get_config(),
            "use_magnitude": self.use_magnitude,
            "magnitude_initializer": keras.initializers.serialize(self.magnitude_initializer),
            "magnitude_regularizer": keras.regularizers.serialize(self.magnitude_regularizer),
        }
