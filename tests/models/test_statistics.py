import keras
import numpy as np
import pytest
from laws import relative_error
from models import cases

from tfconvkit import models


def test_the_statistics_are_the_means_over_the_batches():
    model = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.BatchNormalization()])
    x = np.random.default_rng(0).normal(2, 3, size=(12, 4, 4, 3)).astype("float32")
    models.estimate_statistics(model, x, batch_size=4)
    mean, variance = model.layers[0].get_weights()[2:]
    parts = x.reshape(3, -1, 3)
    assert relative_error(mean, parts.mean(axis=(0, 1))) <= 1e-5
    assert relative_error(variance, parts.var(axis=1).mean(axis=0)) <= 1e-5


@pytest.mark.parametrize("group", (None, "C4"))
def test_settings_and_trained_weights_stay(group):
    model = cases.randomised(models.GroupCNN(group, width=2, dropout=0.4))
    trained = [weight.numpy() for weight in model.trainable_weights]
    before = model.get_config()
    models.estimate_statistics(model, cases.sample(model, (28, 28), batch=5), batch_size=2)
    assert model.get_config() == before
    assert all(np.array_equal(a, b) for a, b in zip(trained, model.trainable_weights, strict=True))


def test_dropout_does_not_count():
    x = np.random.default_rng(0).normal(size=(8, 28, 28, 1)).astype("float32")
    with_dropout, without = (models.GroupCNN("C4", width=2, dropout=dropout) for dropout in (0.5, 0))
    trained = zip(with_dropout.trainable_weights, without.trainable_weights, strict=True)
    for target, source in trained:
        target.assign(source)
    for model in (with_dropout, without):
        models.estimate_statistics(model, x, batch_size=4)
    assert relative_error(with_dropout(x), without(x)) <= 1e-5


def test_settings_come_back_after_an_error():
    model = models.GroupCNN(None, width=2)
    before = model.get_config()
    with pytest.raises(ValueError, match="(?i)shape"):
        models.estimate_statistics(model, np.ones((2, 5, 5, 7), "float32"))
    assert model.get_config() == before


def test_an_empty_array_is_refused():
    with pytest.raises(ValueError, match="at least one sample"):
        models.estimate_statistics(models.GroupCNN(None, width=2), np.ones((0, 28, 28, 1)))
