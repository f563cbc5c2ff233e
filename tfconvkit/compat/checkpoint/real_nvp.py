"""The map of names of the official RealNVP code, for `compat.checkpoint.load`.

| layer of `models.RealNVP` | variables in the checkpoint, below `model/scale_<k>` |
|---|---|
| `coupling_<j>`, its learned scale | `coupling_<j>/{rescaling_scale,scale_shift}`; 4, 5, 6: `{scale,scale_shift}` |
| `coupling_<j>_bn_out` | `coupling_<j>/bn_out/{mean,var}` |
| `resnet/bn_in` | `coupling_<j>/bn_in/{mean,var,beta}` |
| `resnet/block_0/h_0` | `coupling_<j>/resnet/block_0/h_0/{weights,magnitude,biases}` |

Layouts are equal, but for `bn_out` of channel couplings: the checkpoint has the moments of the changed half, the layer
those of all channels, of which it does not use the others. The counters `step` are left aside: only a lag of the
normalisations would read them.
"""

from typing import NamedTuple

import numpy as np

from tfconvkit import layers, models
from tfconvkit.compat.checkpoint.maps import Source, register

_NAMES = {
    "kernel": "weights",
    "bias": "biases",
    "magnitude": "magnitude",
    "gamma": "gamma",
    "beta": "beta",
    "moving_mean": "mean",
    "moving_variance": "var",
}


@register("real_nvp")
def real_nvp(model, scope="model"):
    """Maps a `models.RealNVP`.

    Args:
        model: Keras model.
        scope: Variable scope of the flow; the official script's is `model`. For another pass
            `layout=functools.partial(real_nvp, scope="flow")` to `checkpoint.load`; `""` for none.

    Returns:
        List of `(weight, Source)`, or None if the model is no `models.RealNVP`. Weights that the official code did not
        have, such as those of a learned prior, are not among them: `load` names and refuses them.
    """
    if not isinstance(model, models.RealNVP):
        return None
    pairs = []
    for level in model.chain.layers[-1].levels:
        for layer in level.layers:
            number = layer.name.removesuffix("_bn_out")
            pairs += _layer(layer, "/".join(filter(None, [scope, level.name, number])))
    return pairs


def _layer(layer, scope):
    """The pairs of one layer of a level, below the scope of its coupling."""
    if isinstance(layer, layers.FlowBatchNormalization):
        return _output_norm(layer, f"{scope}/bn_out")
    if isinstance(layer, layers.AffineCoupling):
        return [*_scale(layer, scope), *_network(layer.conditioner, scope)]
    return _network(layer.conditioner, scope) if isinstance(layer, layers.AdditiveCoupling) else []


def _output_norm(norm, scope):
    pairs = _leaf(norm, scope)
    if norm.mask != "channel":
        return pairs
    # The half that stays gets what the layer starts with.
    fills = [float(weight.name == "moving_variance") for weight, _ in pairs]
    layouts = [_Widened(norm.complement, fill) for fill in fills]
    return [(weight, Source(source.names, layout)) for (weight, source), layout in zip(pairs, layouts, strict=True)]


class _Widened(NamedTuple):
    """The layout of a moment of half the channels, the first ones if `is_first`, filled up with a number."""

    is_first: bool
    fill: float

    def __call__(self, half):
        others = np.full_like(half, self.fill)
        return np.concatenate([half, others] if self.is_first else [others, half])


def _scale(coupling, scope):
    name = "scale" if coupling.mask == "channel" else "rescaling_scale"
    weights = {name: coupling.scale}
    if coupling.use_scale_shift:
        weights["scale_shift"] = coupling.scale_shift
    return [(weight, Source((f"{scope}/{name}",))) for name, weight in weights.items()]


def _network(network, scope):
    """The pairs of a `WeightNormResNet`: the official code has its first normalisation outside of `resnet`."""
    pairs, scope = _leaf(network.bn_in, f"{scope}/bn_in"), f"{scope}/resnet"
    if not network.blocks:
        return pairs + _stack(network.stack, scope)
    for block in network.residuals:
        inner = f"{scope}/{block.name}"
        pairs += [*_leaf(block.bn_in, f"{inner}/bn_in"), *_stack(block, inner)]
    leaves = [network.h_in, network.skip_in, *network.skips, network.bn_pre_out, network.out]
    return pairs + _leaves(leaves, scope)


def _stack(stack, scope):
    return _leaves([*stack.hidden, *stack.norms, stack.out], scope)


def _leaves(parts, scope):
    return [pair for part in parts if part is not None for pair in _leaf(part, f"{scope}/{part.name}")]


def _leaf(layer, scope):
    if layer is None:
        return []
    return [(weight, Source((f"{scope}/{_NAMES[weight.name]}",))) for weight in layer.weights]
