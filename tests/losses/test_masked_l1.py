import keras
import numpy as np
import pytest
import tolerances
from laws import relative_error

from tfconvkit import losses, masks

RNG = np.random.default_rng(0)
IMAGE, GUESS = RNG.uniform(size=(2, 3, 8, 9, 2)).astype("float32")
HOLES = masks.box((8, 9), (3, 4), 3, shrink=1, rng=0)
TRUE = np.concatenate([IMAGE, HOLES], axis=-1)
ERRORS = np.abs(IMAGE - GUESS).mean(axis=-1, keepdims=True)


def test_equal_weights_give_the_mean_absolute_error():
    expected = keras.losses.MeanAbsoluteError()(IMAGE, GUESS)
    assert relative_error(losses.MaskedL1()(TRUE, GUESS), expected) <= tolerances.LAW["float32"]


def test_hole_and_known_pixels_have_their_weights():
    expected = (ERRORS * (3 * HOLES + 0.5 * (1 - HOLES))).mean()
    assert relative_error(losses.MaskedL1(hole=3, known=0.5)(TRUE, GUESS), expected) <= tolerances.LAW["float32"]


def test_normalized_a_hole_counts_by_its_own_size():
    expected = (ERRORS * HOLES).sum(axis=(1, 2, 3)) / HOLES.sum(axis=(1, 2, 3))
    each = losses.MaskedL1(known=0, normalize=True, reduction=None)(TRUE, GUESS)
    assert relative_error(each, expected) <= tolerances.LAW["float32"]


def test_an_image_without_hole_costs_nothing_then():
    true = np.concatenate([IMAGE, 0 * HOLES], axis=-1)
    assert float(losses.MaskedL1(known=0, normalize=True)(true, GUESS)) == 0


def test_masks_may_be_discounted():
    weights = masks.discount(HOLES) * HOLES
    true = np.concatenate([IMAGE, weights], axis=-1)
    assert relative_error(losses.MaskedL1(known=0)(true, GUESS), (ERRORS * weights).mean()) <= tolerances.LAW["float32"]


def test_a_network_is_fitted_by_it():
    model = keras.Sequential([keras.Input((8, 9, 3)), keras.layers.Conv2D(2, 1)])
    model.compile(keras.optimizers.SGD(0.1), losses.MaskedL1(hole=2))
    history = model.fit(TRUE, TRUE, epochs=5, verbose=0).history["loss"]
    assert history[-1] < history[0]


def test_the_loss_comes_back_from_its_configuration():
    loss = losses.MaskedL1(hole=2, known=0, normalize=True, reduction="sum")
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is losses.MaskedL1 and again.get_config() == loss.get_config()


def test_a_missing_mask_is_named():
    with pytest.raises(ValueError, match=r"one channel behind the 2 of y_pred. Received shapes \(3, 8, 9, 2"):
        losses.MaskedL1()(IMAGE, GUESS)
