"""Two models are compared, and where they differ is said."""

import keras
import numpy as np
import pytest
from keras import layers as plain
from surgery.networks import randomised

from tfconvkit import surgery


def stack(name, *parts, shape=(12, 11, 3)):
    return randomised(keras.Sequential([keras.Input(shape), *parts], name=name))


def two_padded():
    return stack("two", *(plain.Conv2D(4, 3, padding="same") for _ in range(2)))


def test_equal_models_pass_and_the_error_is_printed():
    lines, model = [], two_padded()
    error = surgery.assert_equivalent(model, keras.models.clone_model(model), tolerance=1e3, print_fn=lines.append)
    assert error > 0.1 and "expected at most 1e+03" in lines[1]
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    assert surgery.assert_equivalent(model, copy, print_fn=None) <= 1e-6


def test_a_border_is_recognised():
    model = two_padded()
    other = surgery.collapse(model, allow_border=True, print_fn=None)
    with pytest.raises(AssertionError, match=r"only in a border of \(1, 1\) rows and \(1, 1\) columns"):
        surgery.assert_equivalent(model, other, print_fn=None)


def test_the_place_of_the_largest_error_is_named():
    image = keras.Input((4,), name="image")
    same, right = plain.Identity(name="a")(image), plain.Identity(name="b")(image)
    model = keras.Model(image, {"a": same, "b": right})
    other = keras.Model(image, {"a": same, "b": plain.Rescaling([1, 1, 2, 1], name="b")(image)})
    x = np.array([[1.0, 2, 3, 4]], "float32")
    with pytest.raises(AssertionError, match=r'at \[0, 2\] of "b": 6 instead of 3; 25.0% of its numbers are wrong'):
        surgery.assert_equivalent(model, other, inputs=x, print_fn=None)


def test_outputs_of_other_shapes_and_no_numbers_do_not_pass():
    one, other = (stack("one", plain.Conv2D(filters, 1)) for filters in (2, 3))
    with pytest.raises(AssertionError, match=r'"one" gives outputs of shape \[\(2, 12, 11, 2\)\]'):
        surgery.assert_equivalent(one, other, print_fn=None)
    broken = keras.models.clone_model(one)
    broken.set_weights([np.full(weight.shape, np.nan) for weight in one.get_weights()])
    with pytest.raises(AssertionError, match="largest error inf"):
        surgery.assert_equivalent(one, broken, print_fn=None)
