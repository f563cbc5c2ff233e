import keras
import numpy as np
import pytest
import tolerances
from golden_files import load
from laws import relative_error

from tfconvkit import backend, losses

GOLDEN = load("losses", area="inpaint")
LEGACY = {"hinge": "hinge", "log": "log", "least_squares": "ls", "wasserstein": "wgan"}
CLASSES = {"d": losses.DiscriminatorLoss, "g": losses.GeneratorLoss}


@pytest.mark.parametrize("kind", LEGACY)
@pytest.mark.parametrize("player", CLASSES)
def test_values_are_those_of_the_legacy_code(kind, player):
    value = CLASSES[player](kind)(GOLDEN["pos"], GOLDEN["neg"])
    assert relative_error(value, GOLDEN[f"gan_{LEGACY[kind]}_loss_{player}"]) <= tolerances.GOLDEN


def test_gradients_of_the_hinge_are_those_of_the_legacy_code():
    gradients = backend.vjp(losses.DiscriminatorLoss(), [GOLDEN["pos"], GOLDEN["neg"]], 1.0)
    expected = [GOLDEN["hinge_d_grad_pos"], GOLDEN["hinge_d_grad_neg"]]
    assert relative_error(gradients, expected) <= tolerances.GOLDEN


@pytest.mark.parametrize("make", CLASSES.values())
def test_one_value_per_sample_and_weights_of_samples(make):
    real, fake = np.random.default_rng(0).normal(size=(2, 3, 4, 5, 1)).astype("float32")
    each = keras.ops.convert_to_numpy(make("log", reduction=None)(real, fake))
    assert each.shape == (3,)
    weights = np.array([1.0, 0, 2], "float32")
    assert relative_error(make("log")(real, fake, weights), (each * weights).mean()) <= tolerances.LAW["float32"]
    assert make("log", reduction=None)(real[:, 0, 0, 0], fake[:, 0, 0, 0]).shape == (3,)


def test_half_precision_scores_cost_float32():
    scores = keras.ops.cast([[3000.0, -3000.0]], "float16")
    value = losses.DiscriminatorLoss("least_squares")(scores, scores)
    assert keras.backend.standardize_dtype(value.dtype) == "float32" and np.isfinite(float(value))


@pytest.mark.parametrize("make", CLASSES.values())
def test_a_loss_comes_back_from_its_configuration(make):
    loss = make("wasserstein", reduction="sum", name="loss")
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is make and again.get_config() == loss.get_config()
    assert keras.saving.get_registered_name(make) == f"tfconvkit>{make.__name__}"


@pytest.mark.parametrize("make", CLASSES.values())
def test_unknown_kinds_are_named(make):
    with pytest.raises(ValueError, match='"least_squares", "wasserstein". Received kind=\'ls\''):
        make("ls")
