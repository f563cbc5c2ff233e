"""What all couplings share: the mask, the conditioner, the two ways of applying them."""

import keras
from keras import ops

from tfconvkit import backend
from tfconvkit.checks import are_alike
from tfconvkit.layers.arguments import describe, flag, named
from tfconvkit.layers.flow.invertible import Invertible, channels_of, made_from, specs
from tfconvkit.layers.flow.masks import Mask
from tfconvkit.ops import precision


class Coupling(Invertible):
    """Base class of couplings: a network reads what a mask keeps and says how the rest changes.

    With the mask `b` (1 stays): `y = b x + (1 - b) f(x; network(b x))`. Masks `"channel"` and `"channel_parity"` cut
    the channels instead: the network sees the kept channels alone and answers for the changed ones.

    The network is any Keras layer or model: Sequential, functional, or a subclass that builds itself when called. It
    gets, on the channel axis, the kept numbers, then the mask if `append_mask`, then the `condition`, and returns
    `count * channels` channels for the `channels` that may change, all of them under a spatial mask. A network belongs
    to one coupling: a network shared by two does not load again.

    A subclass writes `parameters` (the `count`) and `_transform(x, parameters, changed, inverse)`, which returns the
    result and the log-derivative of each number; `changed` is `1 - b`, or None where channels are cut.

    Args:
        conditioner: Keras layer or model.
        mask: `"checkerboard"`, `"row"`, `"column"`, `"channel"`, `"channel_parity"`, or an array of zeros and ones of
            shape `(channels,)`, of the grid, or `(*grid, channels)`; see `Mask`.
        complement: Whether to swap what stays and what changes.
        append_mask: Whether the network sees the mask as one more channel (the channels of a mask array that differs
            between channels).
    """

    takes_structures = False
    least_axes = 2

    def __init__(self, conditioner, mask="checkerboard", complement=False, append_mask=False, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(conditioner, keras.layers.Layer):
            raise TypeError(
                f"{describe(self)}: conditioner must be a Keras layer or model. Received conditioner={conditioner!r}. "
                f"Wrap a function into keras.layers.Lambda or a layer class."
            )
        self.conditioner = conditioner
        complement = flag(self, "complement", complement)
        self._mask = named(self, Mask, mask, complement)
        self.mask, self.complement = self._mask.config, self._mask.complement
        self.append_mask = flag(self, "append_mask", append_mask)
        if self.append_mask and self._mask.splits_channels:
            raise ValueError(
                f'{describe(self)}: append_mask=True has no meaning for mask="{self.mask}", which cuts the channels. '
                f"Use append_mask=False, or a mask array."
            )

    def build(self, x_shape, condition_shape=None):
        channels_of(self, x_shape)
        named(self, self._mask.check, x_shape)
        kept, changed = self._channel_counts(x_shape)
        grid = tuple(x_shape[1:-1])
        self._has_condition = condition_shape is not None
        self._build_parameters(changed)
        if condition_shape is not None:
            kept += self._condition_channels(tuple(condition_shape), grid)
        shape = (x_shape[0], *grid, kept)
        parameters = self._conditioner_spec(shape)
        expected = (x_shape[0], *grid, self.parameters * changed)
        if tuple(parameters.shape)[1:] != expected[1:]:
            raise ValueError(
                f"{describe(self)}: the conditioner must turn shape {shape} into {expected}, {self.parameters} numbers "
                f"for each of {changed} channels. It returned shape {tuple(parameters.shape)}. Give its last layer "
                f'{expected[-1]} channels, and pad with "same".'
            )

    def _build_parameters(self, changed):
        pass

    def _channel_counts(self, x_shape):
        """How many channels the conditioner reads and how many it answers for."""
        channels = x_shape[-1]
        if self._mask.splits_channels:
            changed = len(range(channels)[self._mask.changed_channels(channels)])
            return channels - changed, changed
        shown = self._mask.channels(len(x_shape) - 2) if self.append_mask else 0
        return channels + shown, channels

    def _condition_channels(self, shape, grid):
        if len(shape) != len(grid) + 2 or not are_alike(shape[1:-1], grid):
            raise ValueError(
                f"{describe(self)}: a condition must have the grid of the input, {grid}. Received a condition of shape "
                f"{shape}. Resize it, or repeat a vector over the grid."
            )
        return shape[-1]

    def _conditioner_spec(self, shape):
        # A symbolic call builds every kind of network, and in such a way that it loads again.
        try:
            return self.conditioner(specs(shape, self.compute_dtype))
        except ValueError as error:
            raise ValueError(f"{describe(self)}: the conditioner does not take shape {shape}: {error}") from error

    def _forward(self, x, condition=None, training=None):
        return self._apply(x, condition, inverse=False)

    def _inverse(self, y, condition=None, training=None):
        return self._apply(y, condition, inverse=True)

    def _apply(self, x, condition, inverse):
        if not self._mask.splits_channels:
            changed = 1 - (mask := self._mask.values(x))
            shown = [self._spread(mask, x)] if self.append_mask else []
            return self._change(x, self._condition([x * mask, *shown], condition), changed, inverse)
        channels = x.shape[-1]
        kept = x[..., self._mask.kept_channels(channels)]
        rest = x[..., self._mask.changed_channels(channels)]
        rest, log_det = self._change(rest, self._condition([kept], condition), None, inverse)
        return self._mask.merge(kept, ops.cast(rest, kept.dtype)), log_det

    def _spread(self, mask, x):
        return ops.broadcast_to(mask, (*ops.shape(x)[:-1], mask.shape[-1]))

    def _condition(self, inputs, condition):
        if self._has_condition != (condition is not None):
            built, received = ("with", "none") if self._has_condition else ("without", "one")
            raise ValueError(
                f"{describe(self)}: the conditioner was built {built} a condition. Received {received}. Pass "
                f"condition= in all calls or in none."
            )
        inputs = inputs if condition is None else [*inputs, condition]
        x = ops.concatenate(inputs, axis=-1) if len(inputs) > 1 else inputs[0]
        return backend.even_if_empty(self.conditioner, x)

    def _change(self, x, parameters, changed, inverse):
        # In at least float32, so that log_det belongs to what was really done.
        x, parameters = precision.at_least_float32(x), precision.at_least_float32(parameters)
        changed = changed if changed is None else ops.cast(changed, x.dtype)
        y, log_slope = self._transform(x, parameters, changed, inverse)
        if log_slope is None:
            return y, None
        return y, ops.sum(ops.cast(log_slope, self.log_det_dtype), axis=tuple(range(1, len(x.shape))))

    def get_config(self):
        return {
            **super().get_config(),
            "conditioner": keras.saving.serialize_keras_object(self.conditioner),
            "mask": self.mask,
            "complement": self.complement,
            "append_mask": self.append_mask,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return made_from(cls, config, ("conditioner",), custom_objects)
