"""Carries the variables of the legacy flows into our layers; golden/flow/README.md says what they mean."""

import golden_files
import numpy as np

TERMS = {"kernel": "weights", "bias": "biases", "moving_mean": "mean", "moving_variance": "var", "scale": "scale"}


def cases(name):
    """Returns the cases of a golden file: a dictionary per case from "in", "cfg", "var", "out", "after" to arrays."""
    table = {}
    for key, value in golden_files.load(name, area="flow").items():
        case, kind, rest = (*key.split("|", 2), None, None)[:3]
        if rest is not None:
            table.setdefault(case, {}).setdefault(kind, {})[rest] = value
    return table


def official_name(path, conditioner="weight_norm_res_net"):
    """Returns the official variable for the path of a weight inside `WeightNormResNet`."""
    tail = path.split(f"{conditioner}/")[1].replace("stack/", "")
    *layer, term = tail.split("/")
    return "/".join([*layer, TERMS.get(term, term)])


def set_official_resnet(network, variables, prefix):
    """Sets a `WeightNormResNet` from official variables below `prefix`; a coupling's bn_in stands beside its resnet."""
    for weight in network.weights:
        name = official_name(weight.path, network.name)
        beside = prefix.removesuffix("resnet/") + name
        weight.assign(variables[beside if name.startswith("bn_in/") else prefix + name])


def swap_halves(value):
    """Turns the output order (scale, shift) of UvA and CHR to ours, (shift, scale), on the last axis."""
    first, last = np.split(value, 2, axis=-1)
    return np.concatenate([last, first], axis=-1)


def last_channels(value):
    """NCHW to NHWC."""
    return np.moveaxis(value, 1, -1)


def torch_kernel(value):
    """OIHW to HWIO."""
    return np.transpose(value, (2, 3, 1, 0))


def uva_values(variables, prefix, blocks):
    """Returns the variables of a UvA gated network in the order of `GatedConvNet.weights`."""
    at = lambda name: variables[prefix + name]  # noqa: E731
    conv = lambda name: [torch_kernel(at(f"{name}.weight")), at(f"{name}.bias")]  # noqa: E731
    wide = [value for k in range(blocks) for value in conv(f"nn.{2 * k + 1}.net.1")]
    gated = [value for k in range(blocks) for value in conv(f"nn.{2 * k + 1}.net.3")]
    norms = [at(f"nn.{2 * k + 2}.{name}").reshape(-1) for k in range(blocks) for name in ("gamma", "beta")]
    return [*conv("nn.0"), *wide, *gated, *norms, *conv(f"nn.{2 * blocks + 2}")]
