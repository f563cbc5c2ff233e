"""Bridge from invertible layers to the bijectors of TensorFlow Probability (extra `tfp`)."""

import weakref

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from tfconvkit.layers import Invertible

__all__ = ["as_bijector"]


def as_bijector(layer, event_shape, inverse=False, name=None):
    """Wraps an invertible Keras layer as a bijector, whose variables TensorFlow Probability finds.

    `bijector.forward(x) = layer(x)`, `bijector.inverse(y) = layer(y, inverse=True)`, and the log-determinants of both
    per sample. Leading axes are batch axes, any number of them. `trainable_variables` of the bijector, and of a
    `TransformedDistribution` around it, are those of the layer; a bijector of one's own around Keras 3 layers has none
    and trains nothing.

    A density model `p(x) = p_z(f(x)) |f'(x)|` with a layer `f` from data to latent numbers is a
    `TransformedDistribution` of the inverse: `as_bijector(f, event_shape, inverse=True)` has `f` as its `inverse`. In a
    `tf.function`, its `log_prob` runs the layer once; in eager mode twice, because weights may have changed in between.

    The layer runs in inference mode; statistics do not move. Where they have to (`FlowBatchNormalization`, `ActNorm`),
    call the layer itself in training, or use `models.Flow`.

    Args:
        layer: `layers.Invertible`, a chain for example; built here if it is not. The bijector casts to its compute
            dtype and takes tensors of the dtype in which log-determinants are.
        event_shape: Shape of one sample of the layer's forward input, as `(height, width, channels)`; sizes may be
            None only for a layer that is built.
        inverse: Whether to turn the bijector round: its forward is the layer's inverse.
        name: Name of the bijector.

    Returns:
        A `tfp.bijectors.Bijector`.

    Raises:
        TypeError: if `layer` is no `Invertible`.
        ValueError: for a layer of several inputs or outputs.

    Example:
        >>> bijector = as_bijector(layers.Squeeze(2), event_shape=(4, 4, 3))
        >>> bijector.forward(np.ones((5, 2, 4, 4, 3), "float32")).shape
        TensorShape([5, 2, 2, 2, 12])
        >>> bijector.forward_event_shape((4, 4, 3))
        TensorShape([2, 2, 12])
    """
    if not isinstance(layer, Invertible):
        raise TypeError(
            f"as_bijector takes layers that follow layers.Invertible. Received {layer!r}. "
            "Put the layer into a coupling, or derive from Invertible."
        )
    shape = (None, *event_shape)
    output_shape = layer.compute_output_shape(shape)
    if any(isinstance(size, (tuple, list)) for size in output_shape):
        raise ValueError(
            f"as_bijector takes layers of one input and one output. Received {layer!r}, which turns shape {shape} into "
            f"{output_shape}. Use layers.Chain with one tensor at both ends, or models.Flow for factored parts."
        )
    if not layer.built:
        layer(keras.KerasTensor(shape, dtype=layer.compute_dtype))
    bijector = LayerBijector(lambda: layer, len(shape) - 1, len(output_shape) - 1, name or layer.name)
    return tfp.bijectors.Invert(bijector) if inverse else bijector


class LayerBijector(tfp.bijectors.Bijector):
    """An invertible layer as a bijector; made by `as_bijector`.

    Args:
        get_layer: Function that returns the built layer. TensorFlow walks through the attributes and parameters of a
            bijector; Keras layers refer to themselves there, and the walk would not end.
        input_rank, output_rank: Number of axes of a sample before and after.
        name: Name of the bijector.
    """

    def __init__(self, get_layer, input_rank, output_rank, name):
        parameters = dict(get_layer=get_layer, input_rank=input_rank, output_rank=output_rank, name=name)
        self._get_layer, self._ranks = get_layer, (input_rank, output_rank)
        # tf.Module finds TensorFlow's variables, not Keras'.
        self._layer_variables = [variable.value for variable in get_layer().variables]
        self._latest = None
        super().__init__(
            forward_min_event_ndims=input_rank,
            inverse_min_event_ndims=output_rank,
            dtype=tf.as_dtype(get_layer().log_det_dtype),
            parameters=parameters,
            name=name,
        )

    @property
    def _cache(self):
        # TFP 0.25 hands out log-determinants of older weights to a tensor that it has met before.
        return _Straight(self)

    def _forward(self, x):
        return self._run(x, inverse=False)[0]

    def _inverse(self, y):
        return self._run(y, inverse=True)[0]

    def _forward_log_det_jacobian(self, x):
        return self._log_det(x, inverse=False)

    def _inverse_log_det_jacobian(self, y):
        return self._log_det(y, inverse=True)

    def _run(self, x, inverse):
        y, log_det = self._call_layer(x, inverse)
        # In a graph weights do not change between a value and its log-determinant; `log_prob` asks for both.
        self._latest = None if tf.executing_eagerly() else (weakref.ref(x), weakref.ref(y), inverse, log_det)
        return y, log_det

    def _log_det(self, x, inverse):
        """The log-determinant at `x`: the negative one at `f(x)` where that was the latest pass."""
        latest, self._latest = self._latest, None
        if latest is not None:
            source, result, was_inverse, log_det = latest
            if source() is x and was_inverse == inverse:
                return log_det
            if result() is x and was_inverse != inverse:
                return -log_det
        return self._run(x, inverse)[1]

    def _call_layer(self, x, inverse):
        rank = self._ranks[inverse]
        batch, event = tf.shape(x)[: x.shape.rank - rank], tf.shape(x)[x.shape.rank - rank :]
        static = x.shape[x.shape.rank - rank :]
        samples = tf.ensure_shape(tf.reshape(x, tf.concat([[-1], event], axis=0)), [None, *static])
        y, log_det = self._get_layer()(samples, inverse=inverse, return_log_det=True, training=False)
        y = tf.cast(tf.reshape(y, tf.concat([batch, tf.shape(y)[1:]], axis=0)), self.dtype)
        y = tf.ensure_shape(y, [*x.shape[: x.shape.rank - rank], *self._event_shape(static, inverse)])
        return y, tf.reshape(log_det, batch)

    def _event_shape(self, shape, inverse):
        layer = self._get_layer()
        function = layer.compute_input_shape if inverse else layer.compute_output_shape
        return function((None, *shape))[1:]

    def _forward_event_shape(self, input_shape):
        return tf.TensorShape(self._event_shape(input_shape, inverse=False))

    def _inverse_event_shape(self, output_shape):
        return tf.TensorShape(self._event_shape(output_shape, inverse=True))

    def _forward_event_shape_tensor(self, input_shape):
        return self._event_shape_tensor(input_shape, inverse=False)

    def _inverse_event_shape_tensor(self, output_shape):
        return self._event_shape_tensor(output_shape, inverse=True)

    def _event_shape_tensor(self, shape, inverse):
        # Shapes of samples are known where distributions ask for them.
        return tf.constant(self._event_shape(tf.get_static_value(shape).tolist(), inverse), dtype=tf.int32)


class _Straight:
    """Stands where bijectors have their cache, and remembers nothing."""

    def __init__(self, bijector):
        self.forward, self.inverse = bijector._forward, bijector._inverse

    def forward_attributes(self, x):
        return {}

    inverse_attributes = forward_attributes
