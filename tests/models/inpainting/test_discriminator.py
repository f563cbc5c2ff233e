import keras
import numpy as np
import pytest
import tolerances
from laws import relative_error
from models.inpainting import golden_network

from tfconvkit.models import SNPatchGAN


def test_scores_and_power_iteration_are_those_of_the_legacy_code():
    """A call in training: the original iterates at every call."""
    model = golden_network.set_discriminator(SNPatchGAN(width=4))
    scores = model(golden_network.STAGES["disc_in"], training=True)
    assert relative_error(scores, golden_network.STAGES["disc_out"]) <= tolerances.GOLDEN
    for number in range(1, 7):
        expected = golden_network.VARIABLES[f"after1call|discriminator|sn_patch_gan|conv{number}|kernel_sn|u"]
        assert relative_error(model.get_layer(f"conv{number}").vector_u, expected) <= tolerances.GOLDEN


def test_kernels_are_normalised_in_training_only():
    model = SNPatchGAN(width=2)
    x = np.random.default_rng(0).normal(size=(1, 16, 16, 4)).astype("float32")
    before = model.get_weights()
    model(x)
    assert all((old == new).all() for old, new in zip(before, model.get_weights(), strict=True))
    first, second = model(x, training=True), model(x)
    assert relative_error(first, second) <= tolerances.LAW["float32"]


@pytest.mark.parametrize("shape, scores", [((16, 16, 4), 8), ((65, 130, 2), 2 * 3 * 8)])
def test_every_channel_of_every_position_is_a_score(shape, scores):
    assert SNPatchGAN(width=2, input_shape=shape).output_shape == (None, scores)
    model = SNPatchGAN(width=2, input_shape=(None, None, shape[-1]))
    assert model(np.ones((3, *shape), "float32")).shape == (3, scores)


def test_the_network_is_saved(tmp_path):
    model = SNPatchGAN(width=2)
    model.save(tmp_path / "model.keras")
    x = np.ones((1, 16, 16, 4), "float32")
    assert np.array_equal(keras.saving.load_model(tmp_path / "model.keras")(x), model(x))


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="SNPatchGAN expects width as a positive integer. Received width=0"):
        SNPatchGAN(width=0)
    with pytest.raises(ValueError, match="SNPatchGAN expects input_shape="):
        SNPatchGAN(input_shape=(8, 8, None))
