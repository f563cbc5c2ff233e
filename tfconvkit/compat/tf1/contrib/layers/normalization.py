"""The normalisations of `tf.contrib.layers`: batch, layer, instance and group."""

import tensorflow as tf

from tfconvkit.compat.tf1.contrib.framework.arg_scope import add_arg_scope
from tfconvkit.compat.tf1.contrib.layers.collecting import affine_variable, collect_output, collect_variable
from tfconvkit.compat.tf1.contrib.layers.convolutions import keras_format
from tfconvkit.compat.tf1.layers import BatchNormalization
from tfconvkit.compat.tf1.layers.arguments import channels_of
from tfconvkit.compat.tf1.variables import Making

v1 = tf.compat.v1
UPDATE_OPS = v1.GraphKeys.UPDATE_OPS
_VARIABLES = ("gamma", "beta", "moving_mean", "moving_variance")


@add_arg_scope
def batch_norm(inputs, decay=0.999, center=True, scale=False, epsilon=0.001, activation_fn=None,
               param_initializers=None, param_regularizers=None, updates_collections=UPDATE_OPS, is_training=True,
               reuse=None, variables_collections=None, outputs_collections=None, trainable=True, batch_weights=None,
               fused=None, data_format="NHWC", zero_debias_moving_mean=False, scope=None, renorm=False,
               renorm_clipping=None, renorm_decay=0.99, adjustment=None):
    """Normalises by the statistics of the batch, or by moving averages, in the scope `BatchNorm`.

    Where it can be fused, for inputs of rank 2 and 4, the moving variance has Bessel's correction; see
    `tf.layers.BatchNormalization`.

    Args:
        inputs: Tensor of rank 2 or more.
        decay: Share of the moving averages that stays.
        center, scale: Whether there are `beta` and `gamma`.
        epsilon: Added to the variance.
        activation_fn: Function of the outputs, or None.
        param_initializers: Dictionary of initialisers by the names `beta`, `gamma`, `moving_mean`, `moving_variance`.
        param_regularizers: Dictionary of regularisers by the names `beta` and `gamma`.
        updates_collections: Collections of the updates, or None to update before the output is computed.
        is_training: Boolean, or tensor of one.
        reuse, variables_collections, outputs_collections, trainable, scope: As in `Options`.
        fused: False never to take the fused operation.
        data_format: "NHWC" or "NCHW".
        batch_weights, zero_debias_moving_mean, renorm, renorm_clipping, renorm_decay, adjustment: Only their
            defaults.

    Raises:
        NotImplementedError: for batch weights, debiased averages, batch renormalisation and adjustments.

    Example:
        >>> with tf.Graph().as_default():
        ...     y = batch_norm(tf.ones((2, 4, 4, 3)))
        ...     [variable.op.name for variable in v1.global_variables()]
        ['BatchNorm/beta', 'BatchNorm/moving_mean', 'BatchNorm/moving_variance']
    """
    if batch_weights is not None or zero_debias_moving_mean:
        raise NotImplementedError(
            f"batch_norm: expected neither batch_weights nor zero_debias_moving_mean. Received batch_weights="
            f"{batch_weights}, zero_debias_moving_mean={zero_debias_moving_mean}. Leave them out, or write the "
            f"statistics with tf.nn.weighted_moments."
        )
    is_first = keras_format(data_format, "batch_norm") == "channels_first"
    with v1.variable_scope(scope, "BatchNorm", [inputs], reuse=reuse) as used:
        inputs = tf.convert_to_tensor(inputs)
        updates = () if updates_collections is None else tuple(tf.nest.flatten(updates_collections))
        layer = BatchNormalization(
            axis=1 if is_first else -1, momentum=decay, epsilon=epsilon, center=center, scale=scale, fused=fused,
            trainable=trainable, renorm=renorm, adjustment=adjustment,
            **_settings(param_initializers, "initializer"), **_settings(param_regularizers, "regularizer"),
            _scope=used, _reuse=reuse,
            _making=Making(collections=(v1.GraphKeys.MODEL_VARIABLES,), is_lost=True, updates=updates),
        )
        y = _normalized(layer, inputs, is_training, fused)
        for name in _VARIABLES:
            if getattr(layer, name) is not None:
                collect_variable(getattr(layer, name), variables_collections, name)
        if updates_collections is None and layer.updates:
            with tf.control_dependencies(layer.updates):
                y = tf.identity(y)
        return collect_output(outputs_collections, used.name, y if activation_fn is None else activation_fn(y))


def _settings(dictionary, kind):
    return {f"{name}_{kind}": value for name, value in (dictionary or {}).items()}


def _normalized(layer, x, is_training, fused):
    """Applies the layer; contrib fuses rank 2 as well, as images of one pixel."""
    if x.shape.rank != 2 or fused is False:
        return layer(x, training=is_training)
    channels_of(x.shape, -1, "batch_norm")
    layer.axis = -1
    return tf.squeeze(layer(x[:, None, None], training=is_training), (1, 2))


@add_arg_scope
def layer_norm(inputs, center=True, scale=True, activation_fn=None, reuse=None, variables_collections=None,
               outputs_collections=None, trainable=True, begin_norm_axis=1, begin_params_axis=-1, scope=None):
    """Normalises every sample by its own mean and variance, in the scope `LayerNorm`; epsilon is 1e-12.

    Args:
        inputs: Tensor of known rank.
        center, scale: Whether there are `beta` and `gamma`.
        activation_fn: Function of the outputs, or None.
        reuse, variables_collections, outputs_collections, trainable, scope: As in `Options`.
        begin_norm_axis: First axis of the statistics.
        begin_params_axis: First axis of `beta` and `gamma`.

    Raises:
        ValueError: for an unknown rank or size, and for axes out of range.

    Reference:
        Ba et al., Layer Normalization, 2016 (https://arxiv.org/abs/1607.06450).

    Example:
        >>> with tf.Graph().as_default():
        ...     layer_norm(tf.ones((2, 4, 4, 3))).shape
        TensorShape([2, 4, 4, 3])
    """
    with v1.variable_scope(scope, "LayerNorm", [inputs], reuse=reuse) as used:
        x = tf.convert_to_tensor(inputs)
        channels_of(x.shape, begin_params_axis, "layer_norm")
        if not -x.shape.rank <= begin_norm_axis < x.shape.rank:
            raise ValueError(
                f"layer_norm: expected begin_norm_axis below the rank {x.shape.rank}. Received {begin_norm_axis}. "
                f"1 takes all axes but the batch."
            )
        axes = tuple(range(begin_norm_axis % x.shape.rank, x.shape.rank))
        shape = x.shape[begin_params_axis:]
        beta, gamma = _affine(shape, x, center, scale, {}, trainable, variables_collections)
        mean, variance = tf.nn.moments(x, axes, keepdims=True)
        epsilon = 1e-3 if x.dtype == tf.float16 else 1e-12
        y = tf.nn.batch_normalization(x, mean, variance, beta, gamma, epsilon)
        return collect_output(outputs_collections, used.name, y if activation_fn is None else activation_fn(y))


def _affine(shape, x, center, scale, param_initializers, trainable, variables_collections):
    """Makes `beta` and `gamma`; each is None if it is not wanted."""
    made = []
    for name, is_wanted, default in (("beta", center, v1.zeros_initializer()), ("gamma", scale, v1.ones_initializer())):
        initializer = (param_initializers or {}).get(name, default)
        made.append(affine_variable(name, shape, x.dtype.base_dtype, initializer, trainable, variables_collections)
                    if is_wanted else None)
    return made


@add_arg_scope
def instance_norm(inputs, center=True, scale=True, epsilon=1e-6, activation_fn=None, param_initializers=None,
                  reuse=None, variables_collections=None, outputs_collections=None, trainable=True,
                  data_format="NHWC", scope=None):
    """Normalises every channel of every sample over the grid, in the scope `InstanceNorm`.

    Args:
        inputs: `(batch, *grid, channels)`.
        center, scale, activation_fn, param_initializers: As in `batch_norm`.
        epsilon: Added to the variance.
        reuse, variables_collections, outputs_collections, trainable, scope: As in `Options`.
        data_format: "NHWC" or "NCHW".

    Reference:
        Ulyanov et al., Instance Normalization, 2016 (https://arxiv.org/abs/1607.08022).

    Example:
        >>> with tf.Graph().as_default():
        ...     instance_norm(tf.ones((2, 4, 4, 3))).shape
        TensorShape([2, 4, 4, 3])
    """
    is_first = keras_format(data_format, "instance_norm") == "channels_first"
    with v1.variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse) as used:
        x = tf.convert_to_tensor(inputs)
        channels = channels_of(x.shape, 1 if is_first else -1, "instance_norm")
        axes = tuple(range(2, x.shape.rank)) if is_first else tuple(range(1, x.shape.rank - 1))
        parts = _affine((channels,), x, center, scale, param_initializers, trainable, variables_collections)
        if is_first:
            parts = [None if each is None else tf.reshape(each, (channels, *(1,) * len(axes))) for each in parts]
        mean, variance = tf.nn.moments(x, axes, keepdims=True)
        y = tf.nn.batch_normalization(x, mean, variance, *parts, epsilon)
        return collect_output(outputs_collections, used.name, y if activation_fn is None else activation_fn(y))


@add_arg_scope
def group_norm(inputs, groups=32, channels_axis=-1, reduction_axes=(-3, -2), center=True, scale=True, epsilon=1e-6,
               activation_fn=None, param_initializers=None, reuse=None, variables_collections=None,
               outputs_collections=None, trainable=True, scope=None, mean_close_to_zero=False):
    """Normalises groups of neighbouring channels of every sample, in the scope `GroupNorm`.

    Args:
        inputs: Tensor.
        groups: Number of groups; it divides the channels.
        channels_axis: Axis of the channels.
        reduction_axes: Axes of the statistics beside the channels.
        center, scale, epsilon, activation_fn, param_initializers: As in `instance_norm`.
        reuse, variables_collections, outputs_collections, trainable, scope: As in `Options`.
        mean_close_to_zero: Ignored: the two passes of `tf.nn.moments` are right for any mean.

    Raises:
        ValueError: if the groups do not divide the channels.

    Reference:
        Wu and He, Group Normalization, 2018 (https://arxiv.org/abs/1803.08494).

    Example:
        >>> with tf.Graph().as_default():
        ...     group_norm(tf.ones((2, 4, 4, 6)), groups=3).shape
        TensorShape([2, 4, 4, 6])
    """
    x = tf.convert_to_tensor(inputs)
    channels = channels_of(x.shape, channels_axis, "group_norm")
    axis, rank = channels_axis % x.shape.rank, x.shape.rank
    if groups < 1 or channels % groups:
        raise ValueError(
            f"group_norm: expected groups to divide the {channels} channels. Received groups={groups}. The default "
            f"is 32."
        )
    with v1.variable_scope(scope, "GroupNorm", [inputs], reuse=reuse) as used:
        shape = tf.shape(x)
        split = tf.concat([shape[:axis], [groups, channels // groups], shape[axis + 1:]], 0)
        places = {each % rank for each in reduction_axes}
        axes = [axis + 1, *(each + 1 if each > axis else each for each in sorted(places))]
        parts = _affine((channels,), x, center, scale, param_initializers, trainable, variables_collections)
        parts = [None if each is None else tf.reshape(each, (groups, -1, *(1,) * (rank - 1 - axis))) for each in parts]
        grouped = tf.reshape(x, split)
        mean, variance = tf.nn.moments(grouped, axes, keepdims=True)
        y = tf.reshape(tf.nn.batch_normalization(grouped, mean, variance, *parts, epsilon), shape)
        y.set_shape(x.shape)
        return collect_output(outputs_collections, used.name, y if activation_fn is None else activation_fn(y))
