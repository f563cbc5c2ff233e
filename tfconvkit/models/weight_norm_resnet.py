"""The residual network of RealNVP, a conditioner of couplings."""

from typing import NamedTuple

import keras
from keras import ops

from tfconvkit import layers
from tfconvkit.layers.inputs import CheckedInput
from tfconvkit.ops import arguments

# The root mean square of a uniform start with deviation sqrt(2 / fan_in), as in the official code.
_FIRST_MAGNITUDE = 6**-0.5


@keras.saving.register_keras_serializable(package="tfconvkit")
class WeightNormResNet(CheckedInput, keras.Model):
    """The residual network of RealNVP's couplings: weight-normed convolutions, batch norm, skips to the output.

    `n = input_scale * bn_in(x)`, `h = h_in(relu([n, -n, side]))`, `o = skip_in(h)`; for each block `h = block_k(h)`,
    `o = o + skip_k(h)`; the result is `out(relu(bn_pre_out(o)))`. A block adds `out(relu(bn_0(h_0(relu(bn_in(h))))))`.
    The convolutions are 3 x 3, those named skip and the last 1 x 1. Convolutions before a normalisation have neither
    bias nor magnitude. With `blocks=0` it is `out(relu(bn_0(h_0(.))))`, both 3 x 3.

    The layers and blocks have the names above, those of the official code.

    Args:
        filters: Channels of the hidden maps.
        out_channels: Channels of the result: for an `AffineCoupling` twice those that may change.
        blocks: Number of residual blocks.
        bottleneck: Whether the 3 x 3 convolution of a block stands between two of 1 x 1.
        use_skips: Whether every block adds to the output, else only the last counts.
        use_batch_norm: Whether to normalise.
        use_weight_norm: Whether kernels are normalised, else plain convolutions.
        signed_input: Whether the input is normalised and doubled to `[n, -n]`, else it goes straight to `h_in`.
        input_scale: Factor on the normalised input; 2 makes up for a checkerboard's zeros. Without batch normalisation
            it is not used.
        side_channels: Number of last input channels (the mask, a condition) that are neither normalised nor doubled.
        magnitudes: `"outputs"` (convolutions before a normalisation have none), or `"all"`.
        gamma: Whether normalisations have a scale beside their offset.
        momentum, epsilon: Of the normalisations.

    Input shape:
        `(batch, height, width, channels + side_channels)`.

    Output shape:
        `(batch, height, width, out_channels)`.

    Raises:
        ValueError: for unknown magnitudes, a negative number of blocks, no channels beside `side_channels`.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> WeightNormResNet(16, out_channels=6, blocks=2)(np.ones((1, 8, 8, 3), "float32")).shape
        TensorShape([1, 8, 8, 6])
    """

    def __init__(
        self,
        filters,
        out_channels,
        blocks=1,
        bottleneck=False,
        use_skips=True,
        use_batch_norm=True,
        use_weight_norm=True,
        signed_input=True,
        input_scale=1.0,
        side_channels=0,
        magnitudes="outputs",
        gamma=False,
        momentum=0.9,
        epsilon=1e-4,
        **kwargs,
    ):
        super().__init__(**kwargs)
        for name, value in _checked(self.name, locals()).items():
            setattr(self, name, value)
        filters, out_channels, blocks = self.filters, self.out_channels, self.blocks
        kit = _Kit(use_batch_norm, use_weight_norm, magnitudes, gamma, momentum, epsilon, self.dtype_policy)
        self.bn_in = kit.norm("bn_in") if signed_input else None
        if blocks:
            self.h_in = kit.convolution(filters, 3, "h_in", magnitude=magnitudes == "all")
            self.skip_in = kit.convolution(filters, 1, "skip_in") if use_skips else None
            self.residuals = [_ResidualBlock(kit, filters, bottleneck, name=f"block_{k}") for k in range(blocks)]
            self.skips = [kit.convolution(filters, 1, f"skip_{k}") for k in range(blocks if use_skips else 0)]
            self.bn_pre_out = kit.norm("bn_pre_out")
            self.out = kit.convolution(out_channels, 1, "out")
        else:
            self.stack = _Stack(kit, filters, out_channels, bottleneck, name="stack")

    def build(self, input_shape):
        check_images(self, input_shape)
        channels = input_shape[-1]
        if self.signed_input and channels <= self.side_channels:
            raise ValueError(
                f"{self.name} needs more than side_channels={self.side_channels} input channels. Received input shape "
                f"{tuple(input_shape)}. The side channels are the last of the input."
            )
        # Calling is what builds the layers inside, here on a shape.
        self.call(keras.KerasTensor(tuple(input_shape), dtype=self.compute_dtype))

    # Keras 3.8 tells the layers inside of training only where `call` asks for it.
    def call(self, x, training=None):
        x = self._signed(x) if self.signed_input else x
        if not self.blocks:
            return self.stack(x)
        h = self.h_in(x)
        total = self.skip_in(h) if self.use_skips else None
        for k, block in enumerate(self.residuals):
            h = block(h)
            total = total + self.skips[k](h) if self.use_skips else h
        return self.out(ops.relu(_normalize(self.bn_pre_out, total)))

    def _signed(self, x):
        channels = x.shape[-1] - self.side_channels
        n, side = x[..., :channels], [x[..., channels:]] if self.side_channels else []
        n = self.input_scale * self.bn_in(n) if self.bn_in else n
        return ops.relu(ops.concatenate([n, -n, *side], axis=-1))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.out_channels)

    def get_config(self):
        return {**base_config(self), **{name: getattr(self, name) for name in _RESNET_ARGUMENTS}}


_RESNET_ARGUMENTS = (
    "filters",
    "out_channels",
    "blocks",
    "bottleneck",
    "use_skips",
    "use_batch_norm",
    "use_weight_norm",
    "signed_input",
    "input_scale",
    "side_channels",
    "magnitudes",
    "gamma",
    "momentum",
    "epsilon",
)


def _checked(owner, given):
    """The arguments of `WeightNormResNet` as they are needed."""
    own = {name: given[name] for name in _RESNET_ARGUMENTS}
    for name, least in (("filters", 1), ("out_channels", 1), ("blocks", 0), ("side_channels", 0)):
        own[name] = arguments.integer(owner, name, own[name], least)
    for name in ("bottleneck", "use_skips", "use_batch_norm", "use_weight_norm", "signed_input", "gamma"):
        own[name] = arguments.flag(owner, name, own[name])
    own["input_scale"] = arguments.number(owner, "input_scale", own["input_scale"])
    own["momentum"] = arguments.number(owner, "momentum", own["momentum"], least=0, most=1)
    own["epsilon"] = arguments.positive(owner, "epsilon", own["epsilon"])
    arguments.one_of(owner, "magnitudes", own["magnitudes"], ("outputs", "all"))
    return own


def check_images(model, input_shape):
    """Raises unless an input has a batch, two grid axes and channels.

    Args:
        model: The model, for the message.
        input_shape: The shape.
    """
    if len(input_shape) != 4 or 0 in tuple(input_shape)[1:]:
        raise ValueError(f"{model.name} expects images (batch, height, width, channels), none of the last three empty. "
                         f"Received input shape {tuple(input_shape)}.")


class _Kit(NamedTuple):
    """Makes the convolutions and normalisations of a `WeightNormResNet`, whose arguments it holds."""

    use_batch_norm: bool
    use_weight_norm: bool
    magnitudes: str
    gamma: bool
    momentum: float
    epsilon: float
    policy: keras.DTypePolicy

    def convolution(self, filters, size, name, magnitude=True, use_bias=True):
        arguments = dict(padding="same", use_bias=use_bias, name=name, dtype=self.policy)
        if not self.use_weight_norm:
            return keras.layers.Conv2D(filters, size, **arguments)
        start = keras.initializers.Constant(_FIRST_MAGNITUDE)
        return layers.WeightNormConv2D(
            filters, size, use_magnitude=magnitude, magnitude_initializer=start, **arguments
        )

    def hidden(self, filters, size, name):
        """A convolution that a normalisation follows, if there are any."""
        is_all = self.magnitudes == "all"
        return self.convolution(filters, size, name, magnitude=is_all, use_bias=not self.use_batch_norm)

    def norm(self, name):
        if not self.use_batch_norm:
            return None
        return keras.layers.BatchNormalization(
            momentum=self.momentum, epsilon=self.epsilon, scale=self.gamma, name=name, dtype=self.policy
        )


class _Stack(keras.layers.Layer):
    """Convolutions with normalisation and relu between them."""

    def __init__(self, kit, filters, out_channels, bottleneck, **kwargs):
        super().__init__(dtype=kit.policy, **kwargs)
        sizes, last = ((1, 3), 1) if bottleneck else ((3,), 3)
        self.hidden = [kit.hidden(filters, size, f"h_{k}") for k, size in enumerate(sizes)]
        self.norms = [kit.norm(f"bn_{k}") for k in range(len(sizes)) if kit.use_batch_norm]
        self.out = kit.convolution(out_channels, last, "out")

    def build(self, input_shape):
        self.call(keras.KerasTensor(tuple(input_shape), dtype=self.compute_dtype))

    def call(self, x):
        for k, convolution in enumerate(self.hidden):
            x = ops.relu(_normalize(self.norms[k] if self.norms else None, convolution(x)))
        return self.out(x)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.out.filters)


class _ResidualBlock(_Stack):
    """Adds a stack of convolutions, behind a normalisation and relu."""

    def __init__(self, kit, filters, bottleneck, **kwargs):
        super().__init__(kit, filters, filters, bottleneck, **kwargs)
        self.bn_in = kit.norm("bn_in")

    def call(self, x):
        return x + super().call(ops.relu(_normalize(self.bn_in, x)))


def _normalize(norm, x):
    return x if norm is None else norm(x)


def base_config(model):
    """Returns what every model's configuration holds."""
    policy = keras.saving.serialize_keras_object(model.dtype_policy)
    return {"name": model.name, "trainable": model.trainable, "dtype": policy}
