import numpy as np
import pytest
import tensorflow as tf
import tolerances
from golden_files import load
from laws import relative_error

from tfconvkit import backend
from tfconvkit.compat import kernelgan

GOLDEN = load("kgan_post_losses_k13", "linear")
DOWNSCALE = load("kgan_downscale_loss", "linear")
IMAGE, GUESS = DOWNSCALE["g_input_hwc"][None], DOWNSCALE["g_output_hwc"][None]
LOSSES = {
    "sum2one": kernelgan.SumOfWeightsLoss(),
    "boundaries": kernelgan.BoundariesLoss(13),
    "centralized": kernelgan.CentralizedLoss(13, 0.5),
    "centralized_sf025": kernelgan.CentralizedLoss(13, 0.25),
    "sparse": kernelgan.SparsityLoss(),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("number", range(4))
def test_values_and_gradients_are_the_legacy_ones(name, number):
    kernel = GOLDEN[f"k{number}"]
    assert relative_error(LOSSES[name](kernel), GOLDEN[f"k{number}_loss_{name}"]) <= tolerances.GOLDEN
    gradient = backend.vjp(LOSSES[name], [kernel], 1.0)
    assert relative_error(gradient, [GOLDEN[f"k{number}_grad_{name}"]]) <= tolerances.GOLDEN


def test_colours_are_summed_as_they_were():
    loss = kernelgan.DownScaleLoss(0.5)
    small = loss.downscaled(IMAGE)
    assert relative_error(small[0], DOWNSCALE["downscaled_repo_hwc"]) <= tolerances.GOLDEN
    assert relative_error(loss(IMAGE, GUESS), DOWNSCALE["loss_repo"]) <= tolerances.GOLDEN
    gradient = backend.vjp(lambda y: loss(IMAGE, y), [GUESS], 1.0)
    assert relative_error(gradient, [DOWNSCALE["grad_repo_hwc"][None]]) <= tolerances.GOLDEN
    assert relative_error(loss.kernel, DOWNSCALE["bicubic_kernel_8x8"]) <= tolerances.GOLDEN_FLOAT64


def test_a_single_colour_is_what_was_meant():
    for colour in range(3):
        alone = IMAGE * np.eye(3, dtype="float32")[colour]
        small = kernelgan.DownScaleLoss(0.5).downscaled(alone)[0, ..., 0]
        assert relative_error(small, DOWNSCALE["downscaled_per_channel_hwc"][..., colour]) <= tolerances.GOLDEN


def test_losses_run_in_graphs():
    kernel = GOLDEN["k0"]
    for loss in LOSSES.values():
        assert relative_error(tf.function(loss)(kernel), loss(kernel)) <= tolerances.SAME_LAYER


def test_channels_in_front_are_named():
    with pytest.raises(ValueError, match=r"Received shape \(1, 3, 64, 64\). From \(batch, 3, height, width\)"):
        kernelgan.DownScaleLoss(0.5)(np.ones((1, 3, 64, 64), "float32"), GUESS)


def test_another_scale_is_refused():
    with pytest.raises(NotImplementedError, match="expects scale_factor=0.5. Received 0.25"):
        kernelgan.DownScaleLoss(0.25)
