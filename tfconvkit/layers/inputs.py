"""What every layer asks of its inputs, before Keras builds it and the backend computes."""

import keras
import numpy as np
from keras import tree

from tfconvkit.layers.arguments import describe

FLOATS = ("float",)
NUMBERS = ("float", "int")
ANY = ("float", "int", "bool", "complex")
_WORDS = {"float": "floating-point", "int": "integer"}


class CheckedInput(keras.layers.Layer):
    """Base class of all layers: says in one place what is wrong with an input, in place of the backend's messages.

    A subclass may set

    - `input_kinds`: kinds of numbers that it computes with. Integers are refused by default: Keras leaves them as they
      are, and a convolution of integers is an error of the backend, or is rounded;
    - `takes_structures`: whether an input may be a list, tuple or dictionary of tensors;
    - `least_axes`: 1 where a batch axis is enough, else a channel axis is expected too.
    """

    input_kinds = FLOATS
    takes_structures = False
    least_axes = 2

    def __call__(self, *args, **kwargs):
        if args:
            self.check_inputs(args[0])
        return super().__call__(*args, **kwargs)

    def check_inputs(self, inputs):
        """Raises unless the inputs are tensors or arrays of a kind and with axes that every layer needs.

        Args:
            inputs: What the layer is called with.
        """
        for each in tree.flatten(inputs) or [inputs] if self.takes_structures else [inputs]:
            check(self, each)


def check(layer, x):
    """Raises unless `x` is a tensor or an array with a batch and a channel axis, and numbers that the layer takes."""
    if x is None or not (hasattr(x, "shape") and hasattr(x, "dtype")):
        x = _as_array(layer, x)
    dtype = keras.backend.standardize_dtype(x.dtype)
    if not any(kind in dtype for kind in layer.input_kinds):
        kinds = " or ".join(_WORDS[kind] for kind in layer.input_kinds)
        raise TypeError(
            f'{describe(layer)} expects {kinds} inputs. Received dtype {dtype}. Cast with keras.ops.cast(x, "float32"),'
            f" and divide images of 0 to 255 by 255."
        )
    _check_axes(layer, x.shape)


def _as_array(layer, x):
    """A table of pandas is an array to NumPy; lists of numbers are many inputs to Keras."""
    if hasattr(x, "__array__"):
        return np.asarray(x)
    kind = f"a {type(x).__name__} of {len(x)}" if isinstance(x, (list, tuple, dict)) else repr(x)
    raise TypeError(
        f"{describe(layer)} expects {'tensors or arrays' if layer.takes_structures else 'one tensor or array'}. "
        f"Received {kind}. Wrap numbers into numpy.asarray(x), and pass several inputs only to layers that take them."
    )


def _check_axes(layer, shape):
    if getattr(shape, "rank", 0) is None:
        return
    if len(shape) < layer.least_axes:
        channels = " and a channel axis" if layer.least_axes > 1 else ""
        raise ValueError(
            f"{describe(layer)} expects a batch axis in front{channels}. Received input shape {tuple(shape)}. "
            f"Reshape the input, or add an axis: x[None]."
        )
    if len(shape) > 1 and shape[1 if getattr(layer, "data_format", None) == "channels_first" else -1] == 0:
        raise ValueError(
            f"{describe(layer)} expects one channel or more. Received input shape {tuple(shape)}, which has none. "
            f"Check what was sliced before."
        )
