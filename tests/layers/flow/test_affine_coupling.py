"""Affine and additive couplings against the official RealNVP, the UvA tutorial and the PyTorch code."""

import keras
import numpy as np
import pytest
import tolerances
from keras import ops
from laws import gradients, relative_error
from layers.flow import legacy

from tfconvkit import layers
from tfconvkit.models import GatedConvNet, WeightNormResNet

MASKED, CHANNEL = legacy.cases("coupling_masked"), legacy.cases("coupling_channel")
UVA = {name: case for name, case in legacy.cases("uva_coupling").items() if name.startswith("coupling")}
CHRIS = {name: case for name, case in legacy.cases("chris_flow").items() if name.startswith("c")}
MASKS = {(1, 1): "checkerboard", (0, 1): "row", (1, 0): "column"}


def gradients_error(gradients, expected):
    """Largest error of a list of gradients, each relative to its largest number.

    A bias before a normalisation has gradient zero; golden numbers below 1e-5 are the rounding of that zero.
    """
    errors = []
    for value, golden in zip(gradients, expected, strict=True):
        assert value.shape == golden.shape
        largest = np.abs(golden).max()
        errors.append(np.abs(value - golden).max() / (largest if largest > 1e-5 else 1))
    return max(errors)


def log_det_error(log_det, log_slopes):
    """Error against the sum of golden log-derivatives, relative to the sum of their sizes."""
    error = np.abs(log_det - log_slopes.sum(axis=(1, 2, 3))).max()
    return error / max(np.abs(log_slopes).sum(axis=(1, 2, 3)).max(), 1e-30)


class Official:
    """One official coupling: our layers with its variables."""

    def __init__(self, case):
        self.case, self.x = case, ops.convert_to_tensor(case["in"]["x"])
        self.cfg = {name: int(value) for name, value in case["cfg"].items()}
        self.is_masked = "mask_in" in self.cfg
        channels = self.x.shape[-1] // (1 if self.is_masked else 2)
        self.condition = None
        arguments = self.masked() if self.is_masked else self.cut()
        self.network = WeightNormResNet(
            self.cfg["dim"],
            channels * (2 if self.cfg["affine"] else 1),
            blocks=self.cfg["residual_blocks"],
            use_batch_norm=bool(self.cfg["use_batch_norm"]),
            input_scale=2.0 if self.is_masked else 1.0,
            side_channels=int(self.is_masked),
        )
        self.chain = self.couple(arguments)
        self.chain(self.x, condition=self.condition)
        self.set_variables()

    def masked(self):
        cfg = self.cfg
        name = MASKS[cfg["use_width"], cfg["use_height"]]
        if cfg["mask_channel"]:
            # The official network sees the mask of channel 0, the coupling here has that of channel 1.
            shown = layers.FlowBatchNormalization(mask=name, complement=bool(cfg["mask_in"]))
            shown.build(self.x.shape)
            self.condition = ops.cast(shown._mask.values(self.x), "float32") * ops.ones_like(self.x[..., :1])
        swapped = (cfg["mask_in"] + cfg["mask_channel"]) % 2 == 1
        return dict(mask=name, complement=swapped, append_mask=not cfg["mask_channel"])

    def cut(self):
        return dict(mask="channel", complement=not self.cfg["change_bottom"])

    def couple(self, arguments):
        norm = bool(self.cfg["use_batch_norm"])
        if self.cfg["affine"]:
            coupling = layers.AffineCoupling(self.network, use_scale_shift=not norm, **arguments)
        else:
            coupling = layers.AdditiveCoupling(self.network, **arguments)
        mask = {name: arguments[name] for name in ("mask", "complement")}
        return layers.Chain([coupling, layers.FlowBatchNormalization(**mask)] if norm else [coupling])

    def set_variables(self):
        variables = self.case["var"]
        legacy.set_official_resnet(self.network, variables, "c/resnet/")
        if self.cfg["affine"]:
            self.coupling.scale.assign(variables[self.scale_name])
        if self.cfg["affine"] and not self.cfg["use_batch_norm"]:
            self.coupling.scale_shift.assign(variables["c/scale_shift"])
        if self.cfg["use_batch_norm"]:
            for weight, name in ((self.norm.moving_mean, "mean"), (self.norm.moving_variance, "var")):
                value = np.zeros(weight.shape, "float32")
                value[self.changed] = variables[f"c/bn_out/{name}"]
                weight.assign(value)

    @property
    def coupling(self):
        return self.chain.layers[0]

    @property
    def norm(self):
        return self.chain.layers[1]

    @property
    def scale_name(self):
        return "c/rescaling_scale" if self.is_masked else "c/scale"

    @property
    def changed(self):
        channels = self.x.shape[-1]
        if self.is_masked:
            return slice(None)
        return slice(channels // 2, None) if self.cfg["change_bottom"] else slice(0, channels // 2)

    def run(self, x, **arguments):
        return self.chain(x, condition=self.condition, return_log_det=True, **arguments)

    def check(self, group, x, **arguments):
        """Compares one group of golden outputs, which hold log-derivatives number by number."""
        y, log_det = self.run(x, **arguments)
        expected = {key.split("|")[1]: value for key, value in self.case["out"].items() if key.startswith(f"{group}|")}
        result = expected["y"] if "y" in expected else expected["x"]
        assert relative_error(y, result) <= tolerances.GOLDEN_FLOW
        assert log_det_error(log_det, expected["log_diff"]) <= tolerances.GOLDEN_FLOW
        return y

    def names(self):
        """Official names of the trained weights of the network and the coupling."""
        for weight in self.network.trainable_weights:
            name = legacy.official_name(weight.path, self.network.name)
            yield weight, f"c/{name}" if name.startswith("bn_in/") else f"c/resnet/{name}"
        if self.cfg["affine"]:
            yield self.coupling.scale, self.scale_name
            if self.coupling.use_scale_shift:
                yield self.coupling.scale_shift, "c/scale_shift"


OFFICIAL = {**MASKED, **CHANNEL}


@pytest.mark.parametrize("name", OFFICIAL)
def test_inference_and_its_inverse_are_those_of_the_official_code(name):
    official = Official(OFFICIAL[name])
    y = official.check("eval_forward", official.x)
    back = official.check("eval_inverse_of_eval_forward", y, inverse=True)
    assert relative_error(back, official.x) <= tolerances.LAW["float32"]
    official.check("train_reverse_of_x", official.x, inverse=True, training=True)


@pytest.mark.parametrize("name", OFFICIAL)
def test_training_is_that_of_the_official_code(name):
    official, expected = Official(OFFICIAL[name]), OFFICIAL[name]["out"]
    weights, names = zip(*official.names(), strict=True)

    def loss(x):
        y, log_det = official.run(x, training=True)
        return ops.sum(y * ops.convert_to_tensor(expected["train_forward|cotangent_y"])) - ops.sum(log_det)

    found = gradients(loss, [official.x], weights)
    y, log_det = official.run(official.x, training=True)
    assert relative_error(y, expected["train_forward|y"]) <= tolerances.GOLDEN_FLOW
    assert log_det_error(log_det, expected["train_forward|log_diff"]) <= tolerances.GOLDEN_FLOW
    keys = ["grad_x", *(f"grad_var_{name}" for name in names)]
    assert {f"train_forward|{key}" for key in keys} == {key for key in expected if "|grad_" in key}
    assert gradients_error(found, [expected[f"train_forward|{key}"] for key in keys]) <= tolerances.GOLDEN_FLOW


@pytest.mark.parametrize("name", [name for name in OFFICIAL if "_bn1_" in name])
def test_moving_statistics_are_those_of_the_official_code(name):
    official = Official(OFFICIAL[name])
    official.run(official.x, training=True)
    after = {key.removeprefix("train_forward|"): value for key, value in official.case["after"].items()}
    for weight in official.network.non_trainable_weights:
        short = legacy.official_name(weight.path, official.network.name)
        key = f"c/{short}" if short.startswith("bn_in/") else f"c/resnet/{short}"
        assert relative_error(weight, after[key]) <= tolerances.GOLDEN_FLOW, key
    for weight, short in ((official.norm.moving_mean, "mean"), (official.norm.moving_variance, "var")):
        assert relative_error(weight[official.changed], after[f"c/bn_out/{short}"]) <= tolerances.GOLDEN_FLOW


def tutorial(case):
    x = legacy.last_channels(case["in"]["x"])
    scale, mask = case["var"]["scaling_factor"], legacy.last_channels(case["var"]["mask"])[0]
    network = GatedConvNet(case["var"]["network.nn.0.bias"].size, 2 * x.shape[-1], blocks=1)
    coupling = layers.AffineCoupling(network, mask=np.broadcast_to(mask, x.shape[1:]), scale_bound="soft_tanh")
    coupling.build(x.shape)
    values = legacy.uva_values(case["var"], "network.", blocks=1)
    network.set_weights([*values[:-2], *map(legacy.swap_halves, values[-2:])])
    coupling.scale.assign(scale)
    return coupling, ops.convert_to_tensor(x)


@pytest.mark.parametrize("name", UVA)
def test_couplings_are_those_of_the_tutorial(name):
    case = UVA[name]
    (coupling, x), out = tutorial(case), case["out"]
    weights = coupling.trainable_weights

    def loss(x):
        y, log_det = coupling(x, return_log_det=True)
        return ops.sum(y * ops.convert_to_tensor(legacy.last_channels(out["cotangent_y"]))) - ops.sum(log_det)

    found = gradients(loss, [x], weights)
    y, log_det = coupling(x, return_log_det=True)
    assert relative_error(y, legacy.last_channels(out["y"])) <= tolerances.GOLDEN_FLOW
    assert relative_error(log_det, out["ldj"]) <= tolerances.GOLDEN_FLOW
    back, inverse_log_det = coupling(y, inverse=True, return_log_det=True)
    assert relative_error(back, legacy.last_channels(out["inverse_x"])) <= tolerances.GOLDEN_FLOW
    assert relative_error(inverse_log_det, out["inverse_ldj"]) <= tolerances.GOLDEN_FLOW
    renamed = {key.removeprefix("grad_var_"): value for key, value in out.items() if key.startswith("grad_var_")}
    golden = legacy.uva_values(renamed, "network.", blocks=1)
    golden = [renamed["scaling_factor"], *golden[:-2], *map(legacy.swap_halves, golden[-2:])]
    golden = [legacy.last_channels(out["grad_x"]), *golden]
    assert gradients_error(found, golden) <= tolerances.GOLDEN_FLOW


CHRIS_NAMES = {
    "bn_in": "in_norm",
    "h_in": "in_conv.conv",
    "skip_in": "in_skip.conv",
    "bn_pre_out": "out_norm",
    "out": "out_conv.conv",
}
CHRIS_TERMS = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}
CHRIS_TERMS |= {"kernel": "weight_v", "magnitude": "weight_g", "bias": "bias"}


def pytorch_name(path):
    """Returns the PyTorch variable for the path of a weight inside `WeightNormResNet`."""
    *folders, layer, term = path.split("/st_net/")[1].split("/")
    if folders:
        inner = {"bn_in": "in_norm", "h_0": "in_conv.conv", "bn_0": "out_norm", "out": "out_conv.conv"}[layer]
        name = f"blocks.{folders[0].removeprefix('block_')}.{inner}"
    elif layer.startswith("skip_") and layer != "skip_in":
        name = f"skips.{layer.removeprefix('skip_')}.conv"
    else:
        name = CHRIS_NAMES[layer]
    return f"st_net.{name}.{CHRIS_TERMS[term]}"


def pytorch_value(path, value):
    if path.endswith("kernel"):
        value = legacy.torch_kernel(value)
    value = value if path.endswith("kernel") else value.reshape(-1)
    return legacy.swap_halves(value) if path.split("/st_net/")[1].startswith("out/") else value


def pytorch(case):
    cfg, variables, x = case["cfg"], case["var"], legacy.last_channels(case["in"]["x"])
    is_cut = bool(cfg["channel_wise"])
    blocks = len({key.split(".")[2] for key in variables if ".blocks." in key})
    changed = x.shape[-1] // 2 if is_cut else x.shape[-1]
    network = WeightNormResNet(
        variables["st_net.in_conv.conv.bias"].size,
        2 * changed,
        blocks=blocks,
        input_scale=1.0 if is_cut else 2.0,
        magnitudes="all",
        gamma=True,
        epsilon=1e-5,
        name="st_net",
    )
    # The checkerboard's 1 is the network's input in both; reverse_mask=0 changes the first half of the channels.
    complement = bool(cfg["reverse_mask"]) != is_cut
    mask = "channel" if is_cut else "checkerboard"
    coupling = layers.AffineCoupling(network, mask=mask, complement=complement, scale_per_channel=True)
    coupling.build(x.shape)
    for weight in network.weights:
        weight.assign(pytorch_value(weight.path, variables[pytorch_name(weight.path)]))
    coupling.scale.assign((variables["rescale.weight_g"] * np.sign(variables["rescale.weight_v"])).reshape(-1))
    return coupling, x


@pytest.mark.parametrize("name", CHRIS)
def test_couplings_are_those_of_the_pytorch_code(name):
    case = CHRIS[name]
    (coupling, x), out = pytorch(case), case["out"]
    y, log_det = coupling(x, return_log_det=True)
    assert relative_error(y, legacy.last_channels(out["eval_y"])) <= tolerances.GOLDEN_FLOW
    assert relative_error(log_det, out["eval_sldj"]) <= tolerances.GOLDEN_FLOW
    back = coupling(y, inverse=True)
    assert relative_error(back, legacy.last_channels(out["eval_inverse"])) <= tolerances.GOLDEN_FLOW
    y, log_det = coupling(x, return_log_det=True, training=True)
    assert relative_error(y, legacy.last_channels(out["train_y"])) <= tolerances.GOLDEN_FLOW
    assert relative_error(log_det, out["train_sldj"]) <= tolerances.GOLDEN_FLOW
    for weight in coupling.conditioner.non_trainable_weights:
        key = pytorch_name(weight.path)
        golden = case["after"][f"train|{key}"]
        if key.endswith("running_var"):
            # PyTorch moves to the unbiased variance, Keras to that of the population.
            before, count = case["var"][key], x.size // x.shape[-1]
            golden = 0.9 * before + (golden - 0.9 * before) * (count - 1) / count
        assert relative_error(weight, golden) <= tolerances.GOLDEN_FLOW, key


def test_scales_are_bounded():
    x = 100 * np.random.default_rng(0).normal(size=(2, 4)).astype("float32")
    for bound, largest in (("scaled_tanh", 2.0), ("soft_tanh", np.exp(2.0))):
        network = keras.layers.Dense(4, kernel_initializer="ones")
        layer = layers.AffineCoupling(network, mask="channel", scale_bound=bound)
        layer.build((None, 4))
        layer.scale.assign(np.full(layer.scale.shape, 2.0))
        _, log_det = layer(x, return_log_det=True)
        assert np.abs(log_det).max() <= 2 * largest * (1 + 1e-6)
        assert np.abs(log_det).max() >= largest
