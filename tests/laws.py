"""Mathematical laws, written once: each returns an error relative to the largest number compared."""

import keras
import numpy as np
from backends import running
from keras import ops, tree

from tfconvkit import groups


def relative_error(value, expected):
    """`max |value - expected| / max |expected|`, the worst over the tensors of a structure; shapes have to agree."""
    pairs = zip(tree.flatten(value), tree.flatten(expected), strict=True)
    return max(_relative_error(one, other) for one, other in pairs)


def _relative_error(value, expected):
    value, expected = (ops.convert_to_numpy(x).astype("float64") for x in (value, expected))
    assert value.shape == expected.shape, f"shapes differ: {value.shape} and {expected.shape}"
    assert np.isfinite(value).all()
    return np.abs(value - expected).max() / max(np.abs(expected).max(), 1e-30)


def equivariance_error(function, group, x, input_field, output_field, data_format="channels_last", at_once=False):
    """Largest error of `function(L_g x) = L_g function(x)` over the elements of the group.

    A function that treats the samples of a batch independently may take all moved inputs of a shape `at_once`.
    """
    y = ops.convert_to_numpy(function(x))
    batches = {}
    for element in range(group.order):
        moved = ops.convert_to_numpy(groups.act(group, element, x, input_field, data_format))
        expected = ops.convert_to_numpy(groups.act(group, element, y, output_field, data_format))
        batches.setdefault(moved.shape if at_once else element, []).append((moved, expected))
    pairs = [map(np.concatenate, zip(*batch, strict=True)) for batch in batches.values()]
    return max(relative_error(function(moved), expected) for moved, expected in pairs)


def gradient_error(function, inputs, rng, step=1e-6):
    """Largest error of `J^T v` against central differences along random directions, in float64."""
    cotangent = rng.normal(size=tuple(function(*inputs).shape))
    gradients = running.vjp(function, inputs, cotangent)
    errors = []
    for position, gradient in enumerate(map(ops.convert_to_numpy, gradients)):
        direction = rng.normal(size=inputs[position].shape)
        before, after = inputs[:position], inputs[position + 1 :]
        shifted = [[*before, inputs[position] + h * direction, *after] for h in (step, -step)]
        forward, backward = (np.sum(cotangent * ops.convert_to_numpy(function(*arguments))) for arguments in shifted)
        errors.append(relative_error(np.sum(direction * gradient), (forward - backward) / (2 * step)))
    return max(errors)


def gradients(function, inputs=(), variables=()):
    """The gradients of a number `function(*inputs)`: for the inputs, then for the Keras variables that it reads."""
    inputs, variables = list(inputs), list(variables)

    def of_values(*values):
        with keras.StatelessScope(state_mapping=list(zip(variables, values[len(inputs) :], strict=True))):
            result = function(*values[: len(inputs)])
        # PyTorch's tensors lose their gradient in operations with arrays, and zero is then equal to zero.
        is_constant = values and not getattr(result, "requires_grad", True)
        assert not is_constant, "the function depends on no input: are there NumPy arrays in it?"
        return result

    return running.vjp(of_values, [*inputs, *(variable.value for variable in variables)], np.ones(()))


def round_trip_error(layer, x, **arguments):
    """Largest error of `layer(layer(x), inverse=True) = x`, and of the inverse's log-determinant as the negative."""
    y, log_det = layer(x, return_log_det=True, **arguments)
    back, inverse_log_det = layer(y, inverse=True, return_log_det=True, **arguments)
    return max(relative_error(back, x), _log_det_error(-inverse_log_det, log_det))


def log_det_error(layer, x, **arguments):
    """Largest error of `log_det` against log|det| of the Jacobian by automatic differentiation, sample by sample.

    For layers of one input tensor that treat the samples of a batch independently.
    """
    x = ops.convert_to_tensor(x)

    def function(x):
        outputs = tree.flatten(layer(x, **arguments))
        return ops.concatenate([ops.reshape(y, (x.shape[0], -1)) for y in outputs], axis=-1)

    size = int(np.prod(x.shape[1:]))
    rows = running.vjps(function, [x], [np.tile(row, (x.shape[0], 1)) for row in np.eye(size)])
    jacobians = np.stack([np.reshape(ops.convert_to_numpy(row), (x.shape[0], size)) for (row,) in rows], axis=1)
    _, log_det = layer(x, return_log_det=True, **arguments)
    return _log_det_error(log_det, np.linalg.slogdet(jacobians).logabsdet)


def _log_det_error(value, expected):
    """Relative to the largest expected number, or to 1 where that is smaller: volume-preserving layers have 0."""
    value, expected = (ops.convert_to_numpy(x).astype("float64") for x in (value, expected))
    assert value.shape == expected.shape and np.isfinite(value).all()
    return np.abs(value - expected).max() / max(np.abs(expected).max(), 1.0)
