import keras
import numpy as np
import pytest
from keras import layers as plain

from tfconvkit.surgery.verification import check_equal, relative_error


def model_with(value, shape=(4,), name="model"):
    kernel = keras.initializers.Constant(value)
    return keras.Sequential([keras.Input(shape), plain.Dense(2, kernel_initializer=kernel)], name=name)


def test_equal_models_pass_and_others_are_raised():
    check_equal(model_with(1.0), model_with(1.0 + 1e-7))
    with pytest.raises(RuntimeError, match=r'"model" and its rebuilt form differ by 1.0\de-01 .* shape \(2, 4\)'):
        check_equal(model_with(1.0), model_with(1.1))


def test_outputs_that_are_no_numbers_do_not_pass():
    assert relative_error(np.array([np.nan, 1.0]), np.array([0.0, 1.0])) == np.inf
    assert relative_error(np.zeros(2), np.zeros(3)) == np.inf
    assert relative_error(np.array([np.nan]), np.array([np.nan])) == 0


def test_sizes_that_stay_open_are_filled_and_integers_drawn():
    check_equal(model_with(1.0, (None, 4)), model_with(1.0, (None, 4)))
    words = keras.Sequential([keras.Input((None,), dtype="int32"), plain.Embedding(2, 3)])
    check_equal(words, words)


@pytest.mark.parametrize("pool_size", (65, 200))
def test_sizes_that_the_model_does_not_take_ask_for_the_input_shape(pool_size):
    model = keras.Sequential([keras.Input((None, 4)), plain.AveragePooling1D(pool_size)], name="deep")
    with pytest.raises(ValueError, match=r'"deep" could not be checked on inputs of shape \(64, 4\): .* input_shape'):
        check_equal(model, model)
