"""Chains of invertible layers."""

import keras

from tfconvkit.layers.arguments import flag
from tfconvkit.layers.flow import reversible as reversing
from tfconvkit.layers.flow.invertible import Invertible, listed, made_from, specs
from tfconvkit.layers.inputs import ANY


@keras.saving.register_keras_serializable(package="tfconvkit")
class Chain(Invertible):
    """Applies invertible layers one after the other, and their inverses in the opposite order.

    `y = f_n(... f_1(x))` and `log_det = sum_i log|det f_i'|`, each at its own input. All layers get the `condition`.

    Args:
        layers: List of `Invertible` layers with different names. Weights are named `chain/layer/weight`. The dtype
            policy of the first is taken over unless `dtype` is given.
        reversible: Whether back-propagation computes activations again from outputs, so that memory does not grow with
            the number of layers, for 1.3 to 1.6 times the time: see `tfconvkit.layers.flow.reversible.run`.

    Input shape:
        The input shape of the first layer.

    Output shape:
        The output shape of the last layer.

    Raises:
        TypeError: if an entry is no `Invertible`.
        ValueError: for an empty list, or two layers of one name (one layer twice among them).

    Example:
        >>> chain = layers.Chain([layers.Squeeze(2), layers.PermuteChannels(range(11, -1, -1))])
        >>> y, log_det = chain(np.ones((1, 4, 4, 3), "float32"), return_log_det=True)
        >>> y.shape, chain(y, inverse=True).shape
        (TensorShape([1, 2, 2, 12]), TensorShape([1, 4, 4, 3]))
    """

    # Its layers know what they take.
    input_kinds = ANY

    def __init__(self, layers, reversible=False, **kwargs):
        layers = listed(type(self).__name__, layers)
        if not layers:
            raise ValueError(f"{type(self).__name__} needs at least one layer. Received layers=[].")
        names = [layer.name for layer in layers]
        if len(set(names)) < len(names):
            raise ValueError(
                f"{type(self).__name__}: layers must have different names, so that weights can be told apart. "
                f"Received {names}. Give each its own name=, and use no layer twice."
            )
        super().__init__(**{"dtype": layers[0].dtype_policy, **kwargs})
        self.layers = layers
        self.reversible = flag(self, "reversible", reversible)
        if self.reversible and self.compute_dtype in ("float16", "bfloat16"):
            raise ValueError(
                f"{type(self).__name__}: reversible=True needs float32 or float64, because activations found by half "
                f"precision inverses are off by about 1e-3. Received dtype policy {self.dtype_policy.name!r}. "
                'Use dtype="float32" for the layers of the chain, or reversible=False.'
            )

    def build(self, x_shape, condition_shape=None):
        x, condition = specs(x_shape, self.compute_dtype), condition_shape
        condition = condition and specs(condition, self.compute_dtype)
        for layer in self.layers:
            x = layer(x, condition=condition)

    def _forward(self, x, condition=None, training=None):
        return self._run(x, self.layers, condition=condition, training=training)

    def _inverse(self, y, condition=None, training=None):
        return self._run(y, self.layers[::-1], condition=condition, training=training, inverse=True)

    def _run(self, x, layers, **arguments):
        if self.reversible:
            return reversing.run(layers, x, **arguments)
        total = 0.0
        for layer in layers:
            x, log_det = layer(x, return_log_det=True, **arguments)
            total = total + log_det
        return x, total

    def compute_output_shape(self, input_shape):
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def compute_input_shape(self, output_shape):
        for layer in self.layers[::-1]:
            output_shape = layer.compute_input_shape(output_shape)
        return output_shape

    def get_config(self):
        layers = [keras.saving.serialize_keras_object(x) for x in self.layers]
        return {**super().get_config(), "layers": layers, "reversible": self.reversible}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return made_from(cls, config, ("layers",), custom_objects)
