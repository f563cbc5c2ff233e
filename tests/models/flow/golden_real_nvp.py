"""The official multi-scale networks: weights of the original code, set by the names of the layers."""

import functools

import numpy as np
from layers.flow import legacy

from tfconvkit.models import RealNVP

FILES = ("8x8_s2", "8x8_s2_nobn", "8x8_s2_additive", "8x8_s1_step", "8x8_s2_rec1", "8x8_s2_rec3", "8x8_s2_rec4")
CASES = {name: legacy.cases(f"multiscale_{name}")["m"] for name in (*FILES, "16x16_s3")}


def network(name, reversible=False):
    """Returns a `RealNVP` for floats with the weights of a golden file, set anew at every call."""
    model, variables = _fresh(name, reversible), CASES[name]["var"]
    unset = {variable for variable in variables if not variable.endswith("/step")}
    for weight in model.chain.weights:
        variable = official_name(weight)
        weight.assign(widened(weight, variables[variable]))
        unset.remove(variable)
    assert not unset
    return model


@functools.cache
def _fresh(name, reversible):
    case = CASES[name]
    cfg = {key: value.item() for key, value in case["cfg"].items()}
    return RealNVP(
        case["in"]["x"].shape[1:],
        scales=int(cfg["n_scale"]),
        filters=int(cfg["base_dim"]),
        blocks=int(cfg["residual_blocks"]),
        recursion_type=int(cfg["recursion_type"]),
        affine="all" if cfg["use_aff"] else "last",
        bottleneck=bool(cfg["bottleneck"]),
        use_skips=bool(cfg["skip"]),
        use_batch_norm=bool(cfg["use_batch_norm"]),
        penalty=cfg["l2_coeff"],
        quants=None,
        reversible=reversible,
    )


def official_name(weight):
    """Returns the official variable of a weight of the model."""
    scale, coupling, *rest = weight.path.split("/pyramid/")[1].split("/")
    if coupling.endswith("_bn_out"):
        coupling, rest = coupling.removesuffix("_bn_out"), ["bn_out", *rest]
    if rest == ["scale"]:
        return f"{scale}/{coupling}/{'rescaling_scale' if int(coupling[-1]) < 4 else 'scale'}"
    rest = rest[1:] if rest[:2] == ["resnet", "bn_in"] else rest
    *layer, term = rest
    return "/".join([scale, coupling, *layer, legacy.TERMS.get(term, term)])


def widened(weight, value):
    """Puts the moments of the changed half of the channels into place; the kept ones are never used."""
    if weight.shape == value.shape:
        return value
    full = np.zeros(weight.shape, "float32") if weight.name == "moving_mean" else np.ones(weight.shape, "float32")
    full[changed_half(weight)] = value
    return full


def changed_half(weight):
    half = weight.shape[0] // 2
    return slice(0, half) if "/coupling_5_bn_out/" in weight.path else slice(half, None)


def narrowed(weight, shape):
    """The opposite of `widened`."""
    value = np.asarray(weight)
    return value if value.shape == shape else value[changed_half(weight)]
