"""The convolutions of `tf.contrib.layers`, and `fully_connected`."""

import inspect

import tensorflow as tf

from tfconvkit.compat.tf1.contrib.framework.arg_scope import add_arg_scope
from tfconvkit.compat.tf1.contrib.framework.variables import model_variable
from tfconvkit.compat.tf1.contrib.layers.collecting import collect_output, collections_for
from tfconvkit.compat.tf1.contrib.layers.weighted import Options, apply_weighted, takes_options
from tfconvkit.compat.tf1.layers import (
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    Dense,
    SeparableConv2D,
)
from tfconvkit.compat.tf1.layers.arguments import channels_of
from tfconvkit.compat.tf1.layers.kernels import ZEROS

v1 = tf.compat.v1
_FORMATS = {None: "channels_last", "NWC": "channels_last", "NHWC": "channels_last", "NDHWC": "channels_last",
            "NCW": "channels_first", "NCHW": "channels_first", "NCDHW": "channels_first"}


def keras_format(data_format, layer):
    """Returns "channels_last" or "channels_first" for contrib's data formats.

    Args:
        data_format: "NHWC", "NCHW", their kin for other ranks, or None.
        layer: Name for the message.

    Raises:
        ValueError: for anything else.
    """
    if data_format not in _FORMATS:
        raise ValueError(
            f"{layer}: expected data_format to be one of {list(_FORMATS)}. Received data_format={data_format!r}. "
            f"Channels stand second or last."
        )
    return _FORMATS[data_format]


@add_arg_scope
@takes_options
def convolution(inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format=None, rate=1, **options):
    """Convolves, normalises and activates; the variables are `weights` and `biases` in the scope `Conv`.

    Args:
        inputs: `(batch, *grid, channels)` with 1 to 3 axes of the grid.
        num_outputs: Channels of the output.
        kernel_size, stride, rate: Integer, or one per axis.
        padding: "SAME" or "VALID".
        data_format: "NHWC", "NCHW" or their kin for other ranks; None for the channels last.
        **options: The fields of `Options`.

    Returns:
        Tensor `(batch, *new_grid, num_outputs)`.

    Raises:
        ValueError: for inputs of another rank.

    Example:
        >>> with tf.Graph().as_default():
        ...     y = convolution2d(tf.ones((1, 8, 8, 3)), 4, 3, scope="conv1")
        ...     y.shape, [variable.op.name for variable in v1.global_variables()]
        (TensorShape([1, 8, 8, 4]), ['conv1/weights', 'conv1/biases'])
    """
    inputs = tf.convert_to_tensor(inputs)
    rank = inputs.shape.rank
    if rank not in (3, 4, 5):
        raise ValueError(
            f"convolution: expected an input of rank 3, 4 or 5. Received shape {inputs.shape}. Reshape it to (batch, "
            f"*grid, channels)."
        )
    settings = {"filters": num_outputs, "kernel_size": kernel_size, "strides": stride, "padding": padding,
                "dilation_rate": rate, "data_format": keras_format(data_format, "convolution")}
    return apply_weighted((Conv1D, Conv2D, Conv3D)[rank - 3], inputs, "Conv", settings, Options(**options))


def _convolution_of(dims):
    """Returns the convolution that takes inputs of one rank only."""

    def of_rank(inputs, *args, **kwargs):
        inputs = tf.convert_to_tensor(inputs)
        if inputs.shape.rank != dims + 2:
            raise ValueError(
                f"convolution{dims}d: expected an input of rank {dims + 2}. Received shape {inputs.shape}. Use "
                f"convolution for inputs of any rank."
            )
        return plain(inputs, *args, **kwargs)

    # Without the defaults of an arg_scope over `convolution`, which are not those of this function.
    plain = convolution.__wrapped__
    of_rank.__name__ = of_rank.__qualname__ = f"convolution{dims}d"
    of_rank.__doc__ = f"Convolves inputs of rank {dims + 2}; see `convolution`."
    of_rank.__signature__ = inspect.signature(plain)
    return add_arg_scope(of_rank)


convolution1d, convolution2d, convolution3d = (_convolution_of(dims) for dims in (1, 2, 3))


@add_arg_scope
@takes_options
def convolution2d_transpose(inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format="NHWC",
                            **options):
    """Applies the transpose of a convolution, normalises and activates, in the scope `Conv2d_transpose`.

    Args:
        inputs, num_outputs, kernel_size, stride, padding, data_format, **options: As in `convolution`.

    Returns:
        Tensor `(batch, *new_grid, num_outputs)`.

    Example:
        >>> with tf.Graph().as_default():
        ...     convolution2d_transpose(tf.ones((1, 8, 8, 3)), 4, 3, stride=2).shape
        TensorShape([1, 16, 16, 4])
    """
    return _transpose(Conv2DTranspose, "Conv2d_transpose", inputs, num_outputs, kernel_size, stride, padding,
                      data_format, options)


@add_arg_scope
@takes_options
def convolution3d_transpose(inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format="NDHWC",
                            **options):
    """Applies the transpose of a convolution in 3D; see `convolution2d_transpose`."""
    return _transpose(Conv3DTranspose, "Conv3d_transpose", inputs, num_outputs, kernel_size, stride, padding,
                      data_format, options)


def _transpose(layer, scope, inputs, num_outputs, kernel_size, stride, padding, data_format, options):
    settings = {"filters": num_outputs, "kernel_size": kernel_size, "strides": stride, "padding": padding,
                "data_format": keras_format(data_format, scope)}
    return apply_weighted(layer, inputs, scope, settings, Options(**options))


@add_arg_scope
@takes_options
def separable_convolution2d(inputs, num_outputs, kernel_size, depth_multiplier=1, stride=1, padding="SAME",
                            data_format="NHWC", rate=1, pointwise_initializer=None, **options):
    """Convolves every channel by itself and mixes the channels, in the scope `SeparableConv2d`.

    Args:
        inputs, kernel_size, stride, padding, data_format, rate, **options: As in `convolution`.
        num_outputs: Channels of the output, or None to leave the channels unmixed.
        depth_multiplier: Planes made from each channel.
        pointwise_initializer: Initialiser of `pointwise_weights`; that of `depthwise_weights` if None.

    Returns:
        Tensor `(batch, *new_grid, num_outputs)`.

    Example:
        >>> with tf.Graph().as_default():
        ...     separable_convolution2d(tf.ones((1, 8, 8, 3)), 4, 3).shape
        TensorShape([1, 8, 8, 4])
    """
    options = Options(**options)
    settings = {"filters": num_outputs, "kernel_size": kernel_size, "depth_multiplier": depth_multiplier,
                "strides": stride, "padding": padding, "data_format": keras_format(data_format, "SeparableConv2d"),
                "dilation_rate": rate, "pointwise_initializer": pointwise_initializer or options.weights_initializer,
                "pointwise_regularizer": options.weights_regularizer}
    return apply_weighted(SeparableConv2D, inputs, "SeparableConv2d", settings, options, weights="depthwise")


@add_arg_scope
@takes_options
def fully_connected(inputs, num_outputs, **options):
    """Multiplies the last axis by `weights`, normalises and activates, in the scope `fully_connected`.

    Args:
        inputs: `(..., size)`.
        num_outputs: Size of the output's last axis.
        **options: The fields of `Options`.

    Returns:
        Tensor `(..., num_outputs)`.

    Example:
        >>> with tf.Graph().as_default():
        ...     fully_connected(tf.ones((2, 3)), 4, activation_fn=None).shape
        TensorShape([2, 4])
    """
    return apply_weighted(Dense, inputs, "fully_connected", {"units": num_outputs}, Options(**options))


@add_arg_scope
@takes_options
def convolution2d_in_plane(inputs, kernel_size, stride=1, padding="SAME", **options):
    """Convolves every channel with the same kernel, in the scope `ConvInPlane`.

    Args:
        inputs, kernel_size, stride, padding, **options: As in `convolution`.

    Returns:
        Tensor `(batch, *new_grid, channels)`.

    Example:
        >>> with tf.Graph().as_default():
        ...     convolution2d_in_plane(tf.ones((1, 8, 8, 3)), 3).shape
        TensorShape([1, 8, 8, 3])
    """
    return apply_weighted(_InPlane, inputs, "ConvInPlane", {
        "filters": None, "kernel_size": kernel_size, "strides": stride, "padding": padding}, Options(**options))


class _InPlane(Conv2D):
    """Holds one kernel `(*kernel_size, 1, 1)` for all channels, and a bias for each."""

    def build(self, input_shape):
        self._make_kernel((*self.kernel_size, 1, 1))
        self._make_bias(channels_of(input_shape, -1, "convolution2d_in_plane", 4))

    def call(self, inputs):
        strides = (1, *self.strides, 1)
        kernel = tf.tile(self.kernel, (1, 1, inputs.shape.as_list()[-1], 1))
        return self._finished(tf.nn.depthwise_conv2d(inputs, kernel, strides, self.padding.upper()))


@add_arg_scope
def bias_add(inputs, activation_fn=None, initializer=ZEROS, regularizer=None, reuse=None,
             variables_collections=None, outputs_collections=None, trainable=True, data_format="NHWC", scope=None):
    """Adds `biases` to the channels, in the scope `BiasAdd`; it can stand as a normaliser.

    Args:
        inputs: Tensor of rank 2 or more.
        activation_fn, reuse, variables_collections, outputs_collections, trainable, scope: As in `Options`.
        initializer, regularizer: Of the biases.
        data_format: "NHWC" or "NCHW".

    Example:
        >>> with tf.Graph().as_default():
        ...     bias_add(tf.ones((2, 3))).shape
        TensorShape([2, 3])
    """
    is_first = keras_format(data_format, "bias_add") == "channels_first"
    with v1.variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as used:
        inputs = tf.convert_to_tensor(inputs)
        channels = channels_of(inputs.shape, 1 if is_first else -1, "bias_add")
        biases = model_variable("biases", (channels,), inputs.dtype.base_dtype, initializer, regularizer, trainable,
                                collections_for(variables_collections, "biases"))
        y = tf.nn.bias_add(inputs, biases, data_format=data_format)
        return collect_output(outputs_collections, used.name, y if activation_fn is None else activation_fn(y))
