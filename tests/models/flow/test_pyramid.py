"""The pyramid of scales: laws, against the PyTorch RealNVP built on it, and errors."""

import keras
import numpy as np
import pytest
import tolerances
from laws import log_det_error, relative_error, round_trip_error
from layers.flow import legacy

from tfconvkit import layers
from tfconvkit.models import ScalePyramid, StandardNormal, WeightNormResNet

PYTORCH = {name: case for name, case in legacy.cases("chris_flow").items() if name.startswith("ms")}
LAYERS = {"bn_in": "in_norm", "h_in": "in_conv.conv", "skip_in": "in_skip.conv", "skip_0": "skips.0.conv"}
LAYERS |= {"bn_pre_out": "out_norm", "out": "out_conv.conv"}
IN_BLOCK = {"bn_in": "in_norm", "h_0": "in_conv.conv", "bn_0": "out_norm", "out": "out_conv.conv"}
TERMS = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}
TERMS |= {"kernel": "weight_v", "magnitude": "weight_g", "bias": "bias"}


def pytorch_coupling(name, changed, filters, complement, mask="checkerboard"):
    is_cut = mask == "channel"
    options = dict(magnitudes="all", gamma=True, epsilon=1e-5, name="st_net")
    network = WeightNormResNet(filters, 2 * changed, input_scale=1.0 if is_cut else 2.0, **options)
    return layers.AffineCoupling(network, mask, complement, scale_per_channel=True, name=name)


def pytorch_level(scale, channels, filters, is_last):
    checkerboards = (False, True, False, True) if is_last else (False, True, False)
    chain = [
        pytorch_coupling(f"in_couplings.{k}", channels, filters, complement)
        for k, complement in enumerate(checkerboards)
    ]
    if not is_last:
        cut = [
            pytorch_coupling(f"out_couplings.{k}", 2 * channels, 2 * filters, complement, "channel")
            for k, complement in enumerate((True, False, True))
        ]
        chain += [layers.Squeeze(name="squeeze"), *cut, layers.Invert(layers.Squeeze(), name="unsqueeze")]
    return layers.Chain(chain, name="_".join(["scale", *["next_block"] * scale]))


def pytorch_pyramid(case):
    cfg = {name: int(value) for name, value in case["cfg"].items()}
    channels, scales = case["in"]["x"].shape[1], cfg["num_scales"]
    levels = [
        pytorch_level(k, channels * 2**k, cfg["mid_channels"] * 2**k, is_last=k == scales - 1) for k in range(scales)
    ]
    pyramid = ScalePyramid(levels)
    pyramid.build((None, None, None, channels))
    for weight in pyramid.weights:
        weight.assign(pytorch_value(weight, case["var"]))
    return pyramid


def pytorch_value(weight, variables):
    start, _, inside = weight.path.partition("/st_net/")
    level, coupling = start.removesuffix("/scale").split("/")[-2:]
    scope = ".".join(["next_block"] * level.count("next_block") + [coupling])
    if not inside:
        raw = variables[f"{scope}.rescale.weight_v"]
        return (variables[f"{scope}.rescale.weight_g"] * raw / np.abs(raw)).reshape(-1)
    *folders, layer, term = inside.split("/")
    name = f"blocks.{folders[0].removeprefix('block_')}.{IN_BLOCK[layer]}" if folders else LAYERS[layer]
    value = variables[f"{scope}.st_net.{name}.{TERMS[term]}"]
    value = legacy.torch_kernel(value) if term == "kernel" else value.reshape(-1)
    # The scales stand before the shifts there.
    return legacy.swap_halves(value) if not folders and layer == "out" else value


@pytest.mark.parametrize("name", PYTORCH)
def test_latents_and_images_are_those_of_the_pytorch_code(name):
    case = PYTORCH[name]
    pyramid, x, expected = pytorch_pyramid(case), legacy.last_channels(case["in"]["x"]), case["out"]
    z, log_det = pyramid(x, return_log_det=True)
    assert relative_error(z, legacy.last_channels(expected["eval_z"])) <= tolerances.GOLDEN_FLOW
    assert relative_error(log_det, expected["eval_sldj"]) <= tolerances.GOLDEN_FLOW
    nats = np.mean(StandardNormal().log_prob(z) + log_det) - np.log(256) * x[0].size
    assert relative_error(-nats, expected["loss_k256"]) <= tolerances.GOLDEN_FLOW
    back = pyramid(z, inverse=True)
    assert relative_error(back, legacy.last_channels(expected["eval_inverse"])) <= tolerances.GOLDEN_FLOW


def small(fraction=0.5, order="diagonal", dtype="float64"):
    """A pyramid of three levels, couplings and permutations, with random weights."""
    chains = []
    for k in range(3):
        channels = round((4 * fraction) ** k)
        network = keras.layers.Conv2D(2 * channels, 3, padding="same", dtype=dtype)
        coupling = layers.AffineCoupling(network, scale_bound=None, dtype=dtype)
        chains.append(layers.Chain([coupling, layers.PermuteChannels("reverse", dtype=dtype)], name=f"level_{k}"))
    pyramid = ScalePyramid(chains, fraction=fraction, order=order)
    pyramid.build((None, None, None, 1))
    rng = np.random.default_rng(0)
    pyramid.set_weights([rng.uniform(-0.1, 0.1, size=weight.shape) for weight in pyramid.weights])
    return pyramid


@pytest.mark.parametrize(
    "fraction, order", [(1, "diagonal"), (0.5, "diagonal"), (0.5, "channel_major"), (0.25, "diagonal")]
)
def test_the_inverse_undoes_and_log_det_is_that_of_the_jacobian(fraction, order):
    x = np.random.default_rng(1).normal(size=(2, 4, 4, 1))
    pyramid = small(fraction, order)
    assert round_trip_error(pyramid, x) <= tolerances.LAW["float64"]
    assert log_det_error(pyramid, x) <= tolerances.LOG_DET
    x = x.astype("float32")
    assert round_trip_error(small(fraction, order, dtype="float32"), x) <= tolerances.LAW["float32"]


def test_what_leaves_keeps_its_place():
    # Levels that double what they see: 8 where all levels were, 2 where the first was the only one.
    levels = [layers.ActNorm(name=f"level_{k}") for k in range(3)]
    pyramid = ScalePyramid(levels)
    pyramid.build((None, 4, 4, 1))
    for level in levels:
        level.log_scale.assign(np.log(2.0) * np.ones(level.log_scale.shape))
    seen = np.asarray(pyramid(np.ones((1, 4, 4, 1), "float32")))[0, :, :, 0].round(4)
    assert (seen == 2).sum() == 8 and (seen == 8).sum() == 4
    assert (np.diag(seen) != 2).all() and (seen[0, 1], seen[1, 0]) == (2, 2)


def test_a_pyramid_is_saved_with_its_configuration():
    again = ScalePyramid.from_config(small(0.25, "channel_major").get_config())
    assert (again.fraction, again.order, len(again.levels)) == (0.25, "channel_major", 3)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(levels=[]), "one or more layers that follow layers.Invertible"),
        (dict(levels=[keras.layers.Dense(1)]), "Received .*Dense"),
        (dict(levels=[layers.ActNorm(name="a")] * 2), r"different names, .* Received \['a', 'a'\]. Give each its own"),
        (dict(fraction=0.3), "fraction must be 1, 1/2 or 1/4 .* Received fraction=0.3"),
        (dict(order="pixel_major"), "order='pixel_major'"),
    ],
)
def test_unknown_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ScalePyramid(**{"levels": [layers.ActNorm()], **arguments})


def test_sizes_that_cannot_be_halved_are_refused():
    with pytest.raises(ValueError, match="height and width are multiples of 4. Received input shape .*6, 8"):
        small().build((None, 6, 8, 1))
