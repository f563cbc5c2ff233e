import keras
import numpy as np
import pytest
import tolerances
from keras import ops
from laws import gradient_error, relative_error

from tfconvkit import layers
from tfconvkit.ops import kernels, spectral

# Grid, kernel size and further arguments.
CONVOLUTIONS = (
    ((4, 5), 3, {}),
    ((4, 6), (3, 4), {"strides": 2}),
    ((5, 7), (2, 5), {"padding": "valid", "strides": (2, 1)}),
    ((6, 5), (2, 3), {"dilation_rate": (3, 1), "groups": 2}),
    ((5, 3), (4, 4), {"strides": 2}),
)


def layer_of(kernel_size=3, channels=2, filters=4, dtype="float64", **arguments):
    layer = layers.SpectralNormConv2D(filters, kernel_size, dtype=dtype, **arguments)
    layer.build((None, None, None, channels))
    rng = np.random.default_rng(0)
    layer.set_weights([rng.normal(size=weight.shape) for weight in layer.weights])
    return layer


def jacobian_norm(layer, grid, channels=2):
    """The norm of what the layer computes, without the bias."""
    size = grid[0] * grid[1] * channels
    columns = layer(np.eye(size).reshape(size, *grid, channels)) - layer.bias
    return np.linalg.norm(np.reshape(columns, (size, -1)), 2)


@pytest.mark.parametrize(("grid", "kernel_size", "arguments"), [
    ((4, 5), 3, {}), ((4, 6), (3, 4), {"strides": 2}), ((6, 5), (2, 3), {"dilation_rate": (3, 1), "groups": 2})])
def test_a_circular_convolution_gets_exactly_its_limit(grid, kernel_size, arguments):
    layer = layer_of(kernel_size, pad_mode="wrap", limit=0.7, **arguments)
    assert relative_error(jacobian_norm(layer, grid), 0.7) <= tolerances.LAW["float64"]


@pytest.mark.parametrize(("grid", "kernel_size", "arguments"), CONVOLUTIONS)
def test_zeros_around_the_image_keep_the_norm_below_its_bound(grid, kernel_size, arguments):
    layer = layer_of(kernel_size, limit=0.7, **arguments)
    assert 0.3 < jacobian_norm(layer, grid) <= 0.7


def test_the_bound_for_zeros_comes_close_on_large_grids():
    layer = layer_of(channels=1, filters=1)
    norms = [jacobian_norm(layer, (size, size), channels=1) for size in (4, 16)]
    assert norms[0] < norms[1] and 0.95 < norms[1] <= 1


@pytest.mark.parametrize(("grid", "kernel_size", "arguments"), CONVOLUTIONS)
def test_a_grid_of_its_own_bounds_every_grid_and_padding(grid, kernel_size, arguments):
    layer = layer_of(kernel_size, grid=(6, 6), **arguments)
    for other in (grid, (7, 9)):
        assert jacobian_norm(layer, other) <= 1
    kernel = kernels.ungroup(layer.effective_kernel(), layer.groups)
    fine = spectral.symbol(kernel, (48, 60), layer.strides, layer.dilation_rate)
    assert 0.45 < float(spectral.norm(fine)) <= 1


@pytest.mark.parametrize("taps", ([1, 1], [1, 0, 1], [1, 2, 1], [1, 0, 0, 1]))
def test_the_bound_between_samples_is_needed_and_enough(taps):
    """A wave that is largest half way between two frequencies of a grid."""
    size = 6
    wave = np.array(taps) * np.exp(1j * np.pi / size * np.arange(len(taps)))
    kernel = np.stack([np.real(wave), np.imag(wave)])[:, None, :, None].transpose(1, 2, 3, 0).reshape(1, -1, 1, 2)
    layer = layer_of((1, len(taps)), channels=1, filters=2, grid=(1, size), use_bias=False)
    layer.kernel.assign(kernel)
    top = float(spectral.norm(spectral.symbol(layer.effective_kernel(), (1, 120))))
    assert top <= 1 + tolerances.LAW["float64"]
    assert top > 0.98 * np.cos(np.pi * (len(taps) - 1) / (2 * size))


def test_small_kernels_stay_as_they_are_where_only_large_ones_shrink():
    layer = layer_of(pad_mode="wrap", shrink_only=True, limit=2.0)
    norm = float(spectral.norm(spectral.symbol(layer.kernel, (5, 6))))
    assert norm > 2
    assert relative_error(layer.effective_kernel((5, 6)), layer.kernel * 2 / norm) <= tolerances.LAW["float64"]
    layer.kernel.assign(layer.kernel / norm)
    assert np.array_equal(layer.effective_kernel((5, 6)), layer.kernel)


def test_a_kernel_of_zeros_stays_zero():
    layer = layer_of()
    layer.kernel.assign(np.zeros(layer.kernel.shape))
    assert np.array_equal(layer(np.ones((1, 5, 6, 2))), np.broadcast_to(layer.bias, (1, 5, 6, 4)))


@pytest.mark.parametrize("arguments", ({"pad_mode": "wrap"}, {"strides": 2, "grid": (4, 4)}, {"shrink_only": True}))
def test_the_gradient_is_the_slope(arguments):
    layer, x = layer_of(**arguments), np.random.default_rng(1).normal(size=(1, 4, 6, 2))

    def function(kernel):
        with keras.StatelessScope([(layer.kernel, kernel)]):
            return layer(x)

    kernel = ops.convert_to_numpy(layer.kernel)
    assert gradient_error(function, [kernel], np.random.default_rng(2)) <= tolerances.FINITE_DIFFERENCE


def test_it_equals_the_plain_convolution_with_the_effective_kernel():
    layer, x = layer_of(grid=(8, 8), dtype="float32"), np.random.default_rng(1).normal(size=(2, 5, 6, 2))
    plain = keras.layers.Conv2D(4, 3, padding="same")
    plain.build((None, None, None, 2))
    plain.set_weights([layer.effective_kernel(), layer.bias])
    assert relative_error(layer(x), plain(x)) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("kernel_size", (3, (2, 5)))
def test_the_norm_lies_above_that_of_the_matrix_which_keras_takes(kernel_size):
    kernel = np.asarray(layer_of(kernel_size).kernel)
    norm, matrix = float(spectral.norm(spectral.symbol(kernel, (8, 9)))), np.linalg.norm(kernel.reshape(-1, 4), 2)
    assert matrix <= norm <= np.sqrt(kernel[..., 0, 0].size) * matrix


def test_training_keeps_the_limit():
    layer = layers.SpectralNormConv2D(2, 3, pad_mode="wrap", limit=0.5)
    model = keras.Sequential([keras.Input((5, 6, 2)), layer])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    x = np.random.default_rng(0).normal(size=(8, 5, 6, 2)).astype("float32")
    model.fit(x, 3 * x, epochs=3, verbose=0)
    assert relative_error(jacobian_norm(layer, (5, 6)), 0.5) <= tolerances.LAW["float32"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(limit=0), "limit must be positive. Received limit=0.0"),
        (dict(pad_mode="reflect"), 'pad_mode must be "zeros" or "wrap"'),
        (dict(pad_mode="wrap", padding="valid"), 'expected padding="same" with pad_mode="wrap"'),
        (dict(data_format="channels_first"), 'data_format="channels_first"'),
        (dict(grid=(2, 8)), r"Received the grid \(2, 8\)"),
        (dict(grid=(7, 8), strides=2), r"Received the grid \(7, 8\)"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(arguments, message):
    with pytest.raises(ValueError, match=message):
        layers.SpectralNormConv2D(4, 3, **arguments)


def test_a_circular_kernel_larger_than_the_image_is_refused():
    layer = layer_of(pad_mode="wrap")
    with pytest.raises(ValueError, match=r"Received the grid \(2, 8\)"):
        layer(np.ones((1, 2, 8, 2)))
    with pytest.raises(ValueError, match=r"Received the grid \(2, 8\)"):
        layers.SpectralNormConv2D(4, 3, pad_mode="wrap").build((None, 2, 8, 2))
