import keras
import numpy as np
import pytest
import tolerances
from golden_files import load
from laws import gradient_error, relative_error

from tfconvkit import losses
from tfconvkit.ops.resize import imresize

GOLDEN = load("kgan_downscale_loss", "linear")
IMAGE, GUESS = GOLDEN["g_input_hwc"][None], GOLDEN["g_output_hwc"][None]


@pytest.mark.parametrize("scale", (2, 4))
def test_the_bicubic_image_costs_nothing(scale):
    small = imresize(IMAGE, 1 / scale)[:, 2:-3, 2:-3]
    assert float(losses.BicubicDownscale(scale)(IMAGE, small)) == 0
    assert float(losses.BicubicDownscale(scale)(IMAGE, small + 0.5)) == pytest.approx(0.25, rel=1e-5)


def test_each_colour_counts_by_itself():
    small = np.array(imresize(IMAGE, 0.5))
    small[..., 1] += 1
    assert float(losses.BicubicDownscale()(IMAGE, small)) == pytest.approx(1 / 3, rel=1e-6)


def test_the_gradient_is_the_slope():
    rng = np.random.default_rng(0)
    keras.config.set_floatx("float64")
    try:
        loss, image = losses.BicubicDownscale(), rng.normal(size=(1, 12, 10, 2))
        guess = rng.normal(size=(1, 4, 4, 2))
        assert gradient_error(lambda y: loss(image, y), [guess], rng) <= tolerances.FINITE_DIFFERENCE
    finally:
        keras.config.set_floatx("float32")


def test_the_value_is_what_the_legacy_code_meant():
    loss = losses.BicubicDownscale()(IMAGE, GUESS)
    assert relative_error(loss, GOLDEN["loss_per_channel"]) <= tolerances.GOLDEN
    inner = np.asarray(imresize(IMAGE, 0.5))[0, 2:-2, 2:-2]
    assert relative_error(inner, GOLDEN["downscaled_per_channel_hwc"][2:-2, 2:-2]) <= tolerances.GOLDEN


def test_the_loss_comes_back_from_its_configuration():
    loss = losses.BicubicDownscale(4, reduction="sum")
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is losses.BicubicDownscale and again.get_config() == loss.get_config()


@pytest.mark.parametrize("shape", ((1, 40, 26, 3), (1, 26, 26, 1)))
def test_outputs_that_do_not_fit_are_named(shape):
    with pytest.raises(ValueError, match=r"at most \(32, 32, 3\).*Received \(1, "):
        losses.BicubicDownscale()(IMAGE, np.ones(shape))
