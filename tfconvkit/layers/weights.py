"""The weights of a convolution, with the arguments that Keras' convolutions have for them."""

import keras

from tfconvkit.layers.arguments import flag
from tfconvkit.layers.inputs import CheckedInput

_ARGUMENTS = {
    "kernel_initializer": keras.initializers,
    "bias_initializer": keras.initializers,
    "kernel_regularizer": keras.regularizers,
    "bias_regularizer": keras.regularizers,
    "kernel_constraint": keras.constraints,
    "bias_constraint": keras.constraints,
}
_DEFAULTS = {"kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"}


class ConvolutionWeights(CheckedInput):
    """Base class of layers with kernels and biases; it adds no weight by itself.

    Args:
        use_bias: Whether `add_bias` adds one.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint: As in `keras.layers.Conv2D`; of every kernel and every bias.
    """

    def __init__(self, *, use_bias=True, **kwargs):
        given = {name: kwargs.pop(name, None) for name in _ARGUMENTS}
        super().__init__(**kwargs)
        self.use_bias = flag(self, "use_bias", use_bias)
        for name, kind in _ARGUMENTS.items():
            value = _DEFAULTS.get(name) if given[name] is None else given[name]
            setattr(self, name, kind.get(value))

    def add_kernel(self, shape, name="kernel", **kwargs):
        """Adds a kernel; `kwargs` as of `add_weight`."""
        return self._add("kernel", shape, name, **kwargs)

    def add_bias(self, size, name="bias", **kwargs):
        """Adds a bias `(size,)`, or returns None where none is wanted; `kwargs` as of `add_weight`."""
        return self._add("bias", (size,), name, **kwargs) if self.use_bias else None

    def _add(self, kind, shape, name, **kwargs):
        names = ("initializer", "regularizer", "constraint")
        settings = {each: getattr(self, f"{kind}_{each}") for each in names}
        return self.add_weight(name=name, shape=shape, **{**settings, **kwargs})

    def get_config(self):
        settings = {name: kind.serialize(getattr(self, name)) for name, kind in _ARGUMENTS.items()}
        activity = keras.regularizers.serialize(self.activity_regularizer)
        return {**super().get_config(), "use_bias": self.use_bias, "activity_regularizer": activity, **settings}
