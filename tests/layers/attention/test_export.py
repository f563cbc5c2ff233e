"""Contextual attention outside Keras: every format takes it whole; chunks are a loop, which only SavedModel takes."""

import exports
import keras
import numpy as np
import pytest
import tolerances
from laws import relative_error

from tfconvkit import layers

RNG = np.random.default_rng(0)
ARRAYS = [RNG.normal(size=shape).astype("float32") for shape in ((1, 12, 8, 5), (1, 8, 16, 5))]
ARRAYS.append((RNG.random((1, 8, 16, 1)) < 0.1).astype("float32"))


def model(**arguments):
    inputs = [keras.Input(x.shape[1:], batch_size=1, name=name) for x, name in zip(ARRAYS, "abc", strict=True)]
    return keras.Model(inputs, layers.ContextualAttention(**arguments)(inputs))


@pytest.mark.slow
@pytest.mark.tensorflow("exports")
@pytest.mark.parametrize("run", exports.EVERY_FORMAT)
def test_whole_attention_runs_in_every_format(run, tmp_path):
    attention = model(overlap="count", masked="exclude")
    expected = attention(ARRAYS)
    received = run(attention, ARRAYS, tmp_path)
    received = received[0] if isinstance(received, list) else received
    assert relative_error(received, expected) <= tolerances.SAME_LAYER


@pytest.mark.tensorflow("exports")
def test_chunked_attention_runs_as_a_saved_model(tmp_path):
    attention = model(chunk_size=2)
    received = exports.through_saved_model(attention, ARRAYS, tmp_path)
    assert relative_error(received, attention(ARRAYS)) <= tolerances.SAME_LAYER
