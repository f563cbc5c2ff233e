"""A flow with variational dequantisation and splits, built from public parts, against the UvA tutorial's numbers."""

import golden_files
import keras
import numpy as np
import pytest
import tolerances
from laws import gradients, relative_error
from layers.flow import legacy

from tfconvkit import layers
from tfconvkit.models import Flow, GatedConvNet

CASE = legacy.cases("uva_multiscale")["m"]
# The results of this file are those of one case and have no case in their names.
GOLDEN = golden_files.load("uva_multiscale", area="flow")
QUANTS = 256


class WithNoise(layers.Dequantize):
    """Dequantisation with the noise of the tutorial's run."""

    def _uniform(self, x):
        return keras.ops.convert_to_tensor(legacy.last_channels(GOLDEN["in|u"]))


def coupling(number, channels, filters, is_cut=False):
    """One coupling of the tutorial: checkerboard, or a mask over the channels; they alternate."""
    first = [1] * (channels // 2) + [0] * (channels // 2)
    mask = first if is_cut else "checkerboard"
    network = GatedConvNet(filters, out_channels=2 * channels, blocks=1, name="network")
    return layers.AffineCoupling(network, mask, number % 2 == 1, scale_bound="soft_tanh", name=f"coupling_{number}")


def tutorial_flow():
    noise = layers.Chain([coupling(0, 1, 4), coupling(1, 1, 4)], name="noise")
    first = layers.Chain(
        [WithNoise(QUANTS, flow=noise), layers.Logit(1e-5), coupling(2, 1, 6), coupling(3, 1, 6), layers.Squeeze()]
        + [coupling(4, 4, 6, is_cut=True), coupling(5, 4, 6, is_cut=True)],
        name="first",
    )
    second = [layers.Squeeze(), coupling(8, 8, 6, is_cut=True), coupling(9, 8, 6, is_cut=True)]
    return Flow(layers.MultiScale([first, layers.Chain(second, name="second")]))


@pytest.fixture(scope="module")
def flow():
    flow = tutorial_flow()
    flow.build((None, 8, 8, 1))
    for part, scope in parts(flow).items():
        values = golden_values(CASE["var"], scope)
        for weight, value in zip(weights_of(part), values, strict=True):
            weight.assign(value)
    return flow


def parts(flow):
    """The couplings with the tutorial's names of their variables."""
    first, second = flow.chain.levels
    noise = first.layers[0].flow.layers
    named = {noise[0]: "flows.0.flows.0", noise[1]: "flows.0.flows.1"}
    named |= {first.layers[2]: "flows.1", first.layers[3]: "flows.2"}
    named |= {first.layers[5]: "flows.4", first.layers[6]: "flows.5"}
    return named | {second.layers[1]: "flows.8", second.layers[2]: "flows.9"}


def weights_of(part):
    return [part.scale, *part.conditioner.weights]


def golden_values(variables, scope):
    """The tutorial has the scales before the shifts."""
    *values, kernel, bias = legacy.uva_values(variables, f"{scope}.network.", blocks=1)
    return [variables[f"{scope}.scaling_factor"], *values, *map(legacy.swap_halves, (kernel, bias))]


def test_latents_log_determinant_and_bits_are_those_of_the_tutorial(flow):
    x = legacy.last_channels(GOLDEN["in|x"])
    (_, z), log_det = flow.chain(x, return_log_det=True)
    assert relative_error(z, legacy.last_channels(GOLDEN["out|z"])) <= tolerances.GOLDEN_FLOW
    assert relative_error(flow.log_prob(x), GOLDEN["out|log_px"]) <= tolerances.GOLDEN_FLOW
    assert relative_error(np.mean(flow.bits_per_dimension(x)), GOLDEN["out|bpd"]) <= tolerances.GOLDEN_FLOW
    # The tutorial counts the prior of what was factored out as log-determinant.
    factored = flow.chain(x)[0]
    assert relative_error(log_det + flow.prior.log_prob(factored), GOLDEN["out|ldj"]) <= tolerances.GOLDEN_FLOW


def test_gradients_of_the_loss_are_those_of_the_tutorial(flow):
    x = legacy.last_channels(GOLDEN["in|x"])
    weights = [weight for part in parts(flow) for weight in weights_of(part)]
    found = gradients(lambda: flow.compute_loss(x=x, y_pred=flow(x, training=True)), (), weights)
    renamed = {key.removeprefix("out|grad_var_"): value for key, value in GOLDEN.items() if "grad_var_" in key}
    wanted = [value for scope in parts(flow).values() for value in golden_values(renamed, scope)]
    assert len(weights) == len(flow.trainable_weights)
    for weight, gradient, value in zip(weights, found, wanted, strict=True):
        assert relative_error(gradient, value) <= tolerances.GOLDEN_FLOW, weight.path
