"""The official multi-scale RealNVP as a model."""

import keras
from keras import ops

from tfconvkit import layers
from tfconvkit.models.flow import couplings
from tfconvkit.models.flow.flow import Flow, in_bits
from tfconvkit.models.flow.pyramid import ScalePyramid
from tfconvkit.ops import arguments

# Share of the squeezed channels that goes on to the next scale, by the number of the official recursion.
_FRACTIONS = {1: 1.0, 2: 0.5, 3: 0.25, 4: 0.25}
_ORDERS = {"diagonal": "diagonal", "channel": "channel_major"}
_NETWORK = ("blocks", "bottleneck", "use_skips", "use_weight_norm", "use_batch_norm")
_ARGUMENTS = (
    *("input_shape", "scales", "filters", "recursion_type", "split", "affine", "momentum"),
    *("quants", "alpha", "penalty", "reversible"),
    *_NETWORK,
)


@keras.saving.register_keras_serializable(package="tfconvkit")
class RealNVP(Flow):
    """The official RealNVP: couplings at several scales, half of the numbers leaving after each.

    Images are dequantised, moved away from the ends by `alpha`, and taken to the real line by the logit. Then, at
    scale `k`, with `2^k filters`: three couplings with checkerboard masks; unless it is the last, a squeeze, three
    couplings that cut the channels (with twice the filters), the squeeze undone, and half of the numbers go on to
    scale `k + 1`; the last scale has a fourth coupling. Every coupling has a `WeightNormResNet`, and a batch
    normalisation of what it changed.

    Batch normalisation makes training depend on the batch, and only inference passes are inverted: see
    `layers.FlowBatchNormalization`.

    For `fit`, units, samples and evaluation see `models.Flow`. The official training is `Adam(1e-3)` with gradients
    clipped to the norm 100 of a loss in nats: `global_clipnorm=100 / (D log 2)` here, for `D` numbers per image.

    Args:
        input_shape: `(height, width, channels)`; sizes multiples of `2^(scales - 1)`, or None.
        scales: Number of scales. The paper's network for CIFAR-10 has 2, with 64 filters and 8 blocks.
        filters: Channels of the hidden maps at the first scale.
        blocks: Residual blocks of each network.
        recursion_type: What goes on to the next scale: 1 all squeezed channels, 2 half, 3 a quarter, 4 a quarter and
            with the same filters at all scales.
        split: What goes on first. `"diagonal"`: pixels of the main diagonal of each 2 x 2 block (official);
            `"channel"`: the first channels of the squeeze (other implementations).
        affine: Whether `"all"` couplings scale, or only the `"last"` of each three and of the last scale.
        bottleneck, use_skips, use_weight_norm: Of the networks.
        use_batch_norm: Whether networks and couplings normalise; without, scales have a `scale_shift`.
        momentum: Of the moving moments.
        quants: Number of grey levels; None for floats on the real line, which need no dequantisation and no logit.
        alpha: Width of the step away from the ends: 1 minus the official `data_constraint`.
        penalty: Weight of the squares of magnitudes and checkerboard scales, for a loss in nats as the official one.
        reversible: Whether back-propagation recomputes activations, scale by scale: see `layers.Chain`.
        prior: As in `Flow`.

    Input shape:
        `(batch, height, width, channels)`, integers 0 to `quants - 1`.

    Output shape:
        `(batch,)`: log-probabilities in nats. Latents have the shape of the images.

    Raises:
        ValueError: for sizes that cannot be halved often enough, an unknown recursion, split or `affine`.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> model = models.RealNVP((8, 8, 1), filters=8, blocks=1, quants=17)
        >>> model(np.zeros((2, 8, 8, 1), "uint8")).shape, model.sample(3, temperature=0.7).shape
        (TensorShape([2]), TensorShape([3, 8, 8, 1]))
    """

    def __init__(
        self,
        input_shape,
        scales=2,
        filters=32,
        blocks=4,
        recursion_type=2,
        split="diagonal",
        affine="all",
        bottleneck=False,
        use_skips=True,
        use_weight_norm=True,
        use_batch_norm=True,
        momentum=0.9,
        quants=256,
        alpha=0.1,
        penalty=5e-5,
        reversible=False,
        prior="standard_normal",
        **kwargs,
    ):
        own = {name: value for name, value in locals().items() if name in _ARGUMENTS}
        own["input_shape"] = _checked_shape(input_shape, scales)
        _check_choices(own)
        policy = keras.dtype_policies.get(kwargs.get("dtype"))
        super().__init__(_chain(own, policy), prior, **kwargs)
        for name, value in own.items():
            setattr(self, name, value)
        self.build((None, *self.input_shape))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        return loss + in_bits(self.penalty * self._squares(), x) if self.penalty else loss

    def _squares(self):
        """The sum of squares that the official loss penalises."""
        couplings = [layer for level in self.chain.layers[-1].levels for layer in level.layers]
        scales = [c.scale for c in couplings if isinstance(c, layers.AffineCoupling) and c.mask == "checkerboard"]
        magnitudes = [weight for weight in self.trainable_weights if weight.name == "magnitude"]
        return sum(ops.sum(ops.square(weight)) for weight in [*magnitudes, *scales])

    def get_config(self):
        config = {name: value for name, value in super().get_config().items() if name != "chain"}
        return {**config, **{name: getattr(self, name) for name in _ARGUMENTS}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        prior = config.get("prior", "standard_normal")
        return cls(**{**config, "prior": keras.saving.deserialize_keras_object(prior, custom_objects=custom_objects)})


def _checked_shape(input_shape, scales):
    arguments.integer("RealNVP", "scales", scales)
    shape, block = arguments.listed(input_shape), 2 ** (min(max(scales, 1), 32) - 1)
    is_known = all(size is None or arguments.is_positive_integer(size) for size in shape)
    sizes = [size for size in shape[:2] if size is not None]
    if scales < 1 or not is_known or len(shape) != 3 or shape[2] is None or any(size % block for size in sizes):
        raise ValueError(
            f"RealNVP expects scales >= 1 and input_shape=(height, width, channels) with known channels, height and "
            f"width multiples of 2^(scales - 1). Received input_shape={input_shape!r} with scales={scales}. Pad or "
            f"crop the images, or use fewer scales."
        )
    return shape


def _check_choices(own):
    choices = {"recursion_type": _FRACTIONS, "split": _ORDERS, "affine": couplings.AFFINE}
    for name, known in choices.items():
        value = own[name]
        if not isinstance(value, (str, int)) or isinstance(value, bool) or value not in known:
            raise ValueError(f"RealNVP: {name} must be one of {list(known)}. Received {name}={value!r}.")
    own["filters"] = arguments.integer("RealNVP", "filters", own["filters"], least=1)
    own["penalty"] = arguments.number("RealNVP", "penalty", own["penalty"], least=0)
    own["reversible"] = arguments.flag("RealNVP", "reversible", own["reversible"])
    own["use_batch_norm"] = arguments.flag("RealNVP", "use_batch_norm", own["use_batch_norm"])


def _chain(own, policy):
    """Returns the bijection: preprocessing and the pyramid."""
    before = [] if own["quants"] is None else _preprocessing(own["quants"], own["alpha"], policy)
    return layers.Chain([*before, _pyramid(own, policy)], dtype=policy, name="chain")


def _preprocessing(quants, alpha, policy):
    # Half precision tells neither the noise nor the ends of the interval apart.
    precise = "float64" if policy.compute_dtype == "float64" else "float32"
    dequantize = layers.Dequantize(quants, dtype=precise, name="dequantize")
    return [dequantize, layers.Logit(alpha, dtype=precise, name="logit")]


def _pyramid(own, policy):
    network = {name: own[name] for name in _NETWORK}
    kit = couplings.ScaleKit(own["affine"], own["momentum"], own["reversible"], policy, network)
    channels, filters, levels = own["input_shape"][-1], own["filters"], []
    for scale in range(own["scales"]):
        levels.append(kit.level(scale, channels, filters, is_last=scale == own["scales"] - 1))
        channels = int(4 * channels * _FRACTIONS[own["recursion_type"]])
        filters *= 1 if own["recursion_type"] == 4 else 2
    fraction, order = _FRACTIONS[own["recursion_type"]], _ORDERS[own["split"]]
    return ScalePyramid(levels, fraction=fraction, order=order, name="pyramid")
