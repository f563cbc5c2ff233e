import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from backends.running import graph
from golden_files import load
from keras import ops
from laws import gradient_error, relative_error

from tfconvkit import layers, operators

# Further arguments of the layer, grid and channels of y.
CONVOLUTIONS = (
    ({"strides": 2}, (3, 4, 7)),
    ({"kernel_size": (3, 2), "output_size": (5, 8), "strides": 2}, (3, 4, 9)),
    ({"padding": "valid"}, (3, 4, 2)),
    ({"padding": "valid", "strides": (1, 2)}, (3, 3, 3)),
    ({"padding": "full"}, (6, 7, 2)),
    ({"dilation_rate": (2, 1)}, (6, 5, 4)),
    ({"pad_mode": "wrap"}, (5, 4, 2)),
    ({"pad_mode": "wrap", "strides": 2, "kernel_size": (3, 4)}, (2, 3, 3)),
    ({"pad_mode": "wrap", "dilation_rate": (2, 1)}, (5, 4, 3)),
)


def normal(shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape)


def layer_of(channels, kernel_size=3, **arguments):
    layer = layers.ConvPseudoInverse2D(2, kernel_size, **{"dtype": "float64", **arguments})
    layer.build((None, None, None, channels))
    kernel = ops.convert_to_numpy(layer.kernel)
    layer.kernel.assign(kernel + 0.1 * normal(kernel.shape, seed=2))
    return layer


def matrix_of(layer, grid):
    names = ("padding", "pad_mode", "strides", "dilation_rate")
    convolution = operators.Convolution(layer.kernel, tuple(grid), **{name: getattr(layer, name) for name in names})
    return np.asarray(convolution.to_dense())


def flat(x):
    return np.reshape(x, (len(x), -1))


@pytest.mark.parametrize(("arguments", "shape"), CONVOLUTIONS, ids=str)
def test_it_is_the_pseudo_inverse_of_the_dense_matrix(arguments, shape):
    damping = 0.1 if "strides" in arguments else 0.0
    layer, y = layer_of(shape[-1], damping=damping, tol=1e-13, **arguments), normal((2, *shape))
    x, residual = layer(y, return_residual=True)
    a = matrix_of(layer, x.shape[1:-1])
    size = a.shape[1]
    inverse = np.linalg.solve(a.T @ a + damping * np.eye(size), a.T) if damping else np.linalg.pinv(a)
    assert relative_error(flat(x), flat(y) @ inverse.T) <= tolerances.PSEUDO_INVERSE
    rest = np.linalg.norm(flat(x) @ a.T - flat(y), axis=1) / np.linalg.norm(flat(y), axis=1)
    assert np.abs(residual - rest).max() <= tolerances.PSEUDO_INVERSE


@pytest.mark.parametrize(("name", "arguments", "key"), [
    ("pinv_circ_randn_c4", {}, "xhat_random"),
    ("pinv_circ_s2_2to8", {"strides": 2}, "xhat_random"),
    ("pinv_circ_rankdef_c3", {"rcond": 1e-2}, "xhat_random_rcond_0.01"),
    ("pinv_circ_wide_4to2", {"damping": 0.01}, "xhat_random_tikhonov_0.01"),
    ("pinv_same_dom_c3", {}, "xhat_random"),
    ("pinv_same_s2_c3", {"strides": 2}, "xhat_random"),
    ("pinv_valid_s2_c3", {"strides": 2}, "xhat_random"),
    ("pinv_full_c2", {"damping": 0.1}, "xhat_random_tikhonov_0.1"),
])
def test_golden_solutions_are_found(name, arguments, key):
    golden, mode = load(name, "linear"), name.split("_")[1]
    kernel = golden["kernel_hwio"]
    place = {"pad_mode": "wrap"} if mode == "circ" else {"padding": mode, "tol": 1e-13, "max_steps": 1000}
    size = tuple(golden["in_hw"])
    layer = layers.ConvPseudoInverse2D(kernel.shape[2], kernel.shape[:2], output_size=size, dtype="float64", **place,
                                       **arguments)
    layer.build((None, *golden["y"].shape))
    layer.kernel.assign(kernel)
    assert relative_error(layer(golden["y_random"][None])[0], golden[key]) <= tolerances.PSEUDO_INVERSE


@pytest.mark.parametrize(("arguments", "shape"), CONVOLUTIONS[1:7:2], ids=str)
def test_gradients_are_slopes(arguments, shape):
    layer, y = layer_of(shape[-1], tol=1e-13, use_bias=True, **arguments), normal((2, *shape))

    @graph
    def function(y, kernel, bias):
        with keras.StatelessScope([(layer.kernel, kernel), (layer.bias, bias)]):
            return layer(y)

    inputs = [y, ops.convert_to_numpy(layer.kernel), normal(shape[-1:])]
    assert gradient_error(function, inputs, np.random.default_rng(3)) <= tolerances.FINITE_DIFFERENCE


@pytest.mark.tensorflow("graphs")
def test_gradients_are_the_same_where_the_grid_is_unknown():
    layer, y = layer_of(3, padding="valid", damping=0.1, tol=1e-12), tf.constant(normal((2, 4, 5, 3)))

    def gradients(y):
        with tf.GradientTape() as tape:
            tape.watch(y)
            loss = tf.reduce_sum(layer(y) ** 3)
        return tape.gradient(loss, [y, layer.kernel.value])

    unknown = tf.function(gradients, input_signature=[tf.TensorSpec((None, None, None, 3), tf.float64)])
    assert relative_error(unknown(y), gradients(y)) <= tolerances.PSEUDO_INVERSE


def tied_model(**arguments):
    conv = keras.layers.Conv2D(4, 3, padding="same", strides=2, groups=2, kernel_initializer="orthogonal", name="conv")
    inputs = keras.Input((6, 8, 2))
    y = conv(inputs)
    layer = layers.ConvPseudoInverse2D(tied_to=conv, name="back", **arguments)
    model = keras.Model(inputs, [y, layer(y)])
    conv.bias.assign([0.5, -1.0, 2.0, 0.0])
    return model, conv, layer


def test_a_tied_layer_undoes_what_its_convolution_did():
    model, conv, layer = tied_model()
    y, x = model(normal((2, 6, 8, 2)).astype("float32"))
    assert relative_error(conv(x), y) <= tolerances.LAW["float32"]
    assert len(model.weights) == len(layer.weights) == 2 and layer.kernel is conv.kernel


def test_training_changes_both_sides_of_a_tie():
    model, conv, layer = tied_model(damping=0.1)
    y = normal((2, 3, 4, 4)).astype("float32")
    before, kernel = layer(y), ops.convert_to_numpy(conv.kernel)
    model.compile(keras.optimizers.SGD(0.1), [None, "mse"])
    x = normal((2, 6, 8, 2)).astype("float32")
    model.fit(x, [y, x], verbose=0)
    assert not np.array_equal(conv.kernel, kernel) and not np.array_equal(layer(y), before)


def test_a_saved_tie_stays_a_tie(tmp_path):
    model, _, _ = tied_model()
    x = normal((2, 6, 8, 2)).astype("float32")
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert all(np.array_equal(one, other) for one, other in zip(loaded(x), model(x), strict=True))
    assert loaded.get_layer("back").tied_to is loaded.get_layer("conv") and len(loaded.weights) == 2
    model.save_weights(tmp_path / "model.weights.h5")
    fresh = tied_model()[0]
    fresh.load_weights(tmp_path / "model.weights.h5")
    assert np.array_equal(fresh(x)[1], model(x)[1])


@pytest.mark.parametrize(("strides", "kernel_size"), [(1, 3), (2, 3), ((1, 2), (2, 4))])
def test_the_start_is_an_orthogonal_convolution(strides, kernel_size):
    filters = 3 * int(np.prod(strides)) * (2 if strides == 2 else 1)
    layer = layers.ConvPseudoInverse2D(3, kernel_size, strides=strides, pad_mode="wrap", dtype="float64")
    layer.build((None, 4, 4, filters))
    values = np.linalg.svd(matrix_of(layer, (4 * layer.strides[0], 4 * layer.strides[1])), compute_uv=False)
    assert np.abs(values - 1).max() <= tolerances.LAW["float64"]


def test_what_cannot_be_found_shows_in_the_residual():
    layer = layers.ConvPseudoInverse2D(2, 3, kernel_initializer=keras.initializers.RandomNormal(seed=1), max_steps=10)
    x, residual = layer(normal((2, 16, 16, 2)).astype("float32"), return_residual=True)
    assert float(ops.min(residual)) > 1e-3
    assert residual.shape == (2,)


@pytest.mark.parametrize("pad_mode", ("zeros", "wrap"))
def test_nothing_is_made_of_nothing(pad_mode):
    y = np.stack([np.zeros((4, 5, 2)), normal((4, 5, 2))])
    x, residual = layers.ConvPseudoInverse2D(2, 3, pad_mode=pad_mode)(y, return_residual=True)
    x, residual = np.array(x), np.array(residual)
    assert not np.any(x[0]) and np.any(x[1]) and float(residual[0]) == 0 and np.isfinite(residual).all()


def test_half_precision_is_solved_in_float32():
    layer = layers.ConvPseudoInverse2D(2, 3, dtype="mixed_float16")
    x, residual = layer(normal((1, 5, 6, 2)).astype("float16"), return_residual=True)
    assert (keras.ops.dtype(x), keras.ops.dtype(residual)) == ("float16", "float32")
    assert float(residual[0]) <= tolerances.LAW["float32"]


def built(**arguments):
    conv = keras.layers.Conv2D(4, 3, padding="same", **arguments)
    conv.build((None, 8, 8, 2))
    return conv


def tie(conv, **arguments):
    return layers.ConvPseudoInverse2D(tied_to=conv, **arguments)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: layers.ConvPseudoInverse2D(), ValueError, "filters must be a positive integer. Received filters=None"),
        (lambda: layers.ConvPseudoInverse2D(2, 3, padding="valid", pad_mode="wrap"), ValueError,
         'pad_mode="wrap" expects padding="same"'),
        (lambda: layers.ConvPseudoInverse2D(2, 3, strides=2, dilation_rate=2), ValueError, "expect dilation_rate=1"),
        (lambda: layers.ConvPseudoInverse2D(2, 3, rcond=0.1), ValueError, 'with pad_mode="wrap" alone rcond'),
        (lambda: layers.ConvPseudoInverse2D(2, 3, damping=-1.0), ValueError, "expected damping >= 0"),
        (lambda: tie(built(), filters=2, padding="same"), ValueError, "Received filters, padding beside it"),
        (lambda: tie(built(activation="relu")), ValueError, "without activation and channels last. Received a Conv2D"),
        (lambda: tie(keras.layers.Conv2D(4, 3)), ValueError, "Received a Conv2D with built=False"),
        (lambda: tie(layers.WeightNormConv2D(4, 3)), TypeError, "tied_to must be a keras.layers.Conv2D"),
        (lambda: tie(built())(np.ones((1, 8, 8, 3))), ValueError, "gives no output of grid"),
        (lambda: tie(built(), output_size=9)(np.ones((1, 8, 8, 4))), ValueError, r"from a grid of \(9, 9\)"),
        (lambda: tie(built())(np.ones((1, 2, 8, 4))), ValueError, "gives no output of grid"),
        (lambda: layers.ConvPseudoInverse2D(2, 3)(np.ones((8, 8, 3))), ValueError, r"expects an input \(batch, height"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(make, error, message):
    with pytest.raises(error, match=message):
        make()
