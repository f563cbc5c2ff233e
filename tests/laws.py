"""Mathematical laws, written once: each returns an error relative to the largest number compared."""

import numpy as np
from keras import ops

from tfconvkit import backend, groups


def relative_error(value, expected):
    """`max |value - expected| / max |expected|`, after checking that the shapes agree."""
    value, expected = (ops.convert_to_numpy(x).astype("float64") for x in (value, expected))
    assert value.shape == expected.shape, f"shapes differ: {value.shape} and {expected.shape}"
    assert np.isfinite(value).all()
    return np.abs(value - expected).max() / max(np.abs(expected).max(), 1e-30)


def equivariance_error(function, group, x, input_field, output_field, data_format="channels_last"):
    """Largest error of `function(L_g x) = L_g function(x)` over the elements of the group."""
    y = ops.convert_to_numpy(function(x))
    errors = []
    for element in range(group.order):
        moved = groups.act(group, element, x, input_field, data_format)
        expected = groups.act(group, element, y, output_field, data_format)
        errors.append(relative_error(function(moved), expected))
    return max(errors)


def gradient_error(function, inputs, rng, step=1e-6):
    """Largest error of `J^T v` against central differences along random directions, in float64."""
    cotangent = rng.normal(size=np.asarray(function(*inputs)).shape)
    gradients = backend.vjp(function, inputs, cotangent)
    errors = []
    for position, gradient in enumerate(gradients):
        direction = rng.normal(size=inputs[position].shape)
        before, after = inputs[:position], inputs[position + 1 :]
        shifted = [[*before, inputs[position] + h * direction, *after] for h in (step, -step)]
        forward, backward = (np.sum(cotangent * np.asarray(function(*arguments))) for arguments in shifted)
        errors.append(relative_error(np.sum(direction * np.asarray(gradient)), (forward - backward) / (2 * step)))
    return max(errors)
