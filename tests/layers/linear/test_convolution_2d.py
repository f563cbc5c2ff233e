import numpy as np
import pytest
import tolerances
from golden_files import GOLDEN, load
from laws import relative_error

from tfconvkit import layers

BLOCKS = sorted(path.stem for path in (GOLDEN / "linear").glob("sesr_*.npz"))


def block(golden, **kwargs):
    sizes = [golden[key].shape[:2] for key in sorted(golden) if key.startswith("w")]
    kernel = golden["kernel_exact_hwio"]
    layer = layers.CollapsibleConv2D(
        kernel.shape[-1], kernel.shape[:2], kernel_sizes=sizes, inner_filters=golden["w0_hwio"].shape[-1],
        padding="same", **kwargs
    )
    layer.build((None, None, None, kernel.shape[-2]))
    layer.set_weights([golden[name] for i in range(len(sizes)) for name in (f"w{i}_hwio", f"b{i}")])
    return layer


@pytest.mark.parametrize("train_mode", ("collapsed", "expanded"))
@pytest.mark.parametrize("residual", (False, True))
@pytest.mark.parametrize("name", BLOCKS)
def test_outputs_are_those_of_the_expanded_blocks_of_sesr(name, residual, train_mode):
    golden = load(name, area="linear")
    layer = block(golden, residual=residual, train_mode=train_mode, dtype="float64")
    y = np.array(layer(golden["x"].astype(float), training=True))
    expected = golden["y_expanded_with_residual" if residual else "y_expanded_no_residual"]
    # A bias in front of a spatial kernel: SESR's zeros then stand behind the bias, in a border of one pixel.
    inner = slice(1, -1) if len(layer.kernels) == 3 else slice(None)
    assert relative_error(y[:, inner, inner], expected[:, inner, inner]) <= tolerances.GOLDEN_FLOAT64
    is_equal = relative_error(y, expected) <= tolerances.GOLDEN_FLOAT64
    assert is_equal == (len(layer.kernels) == 2)


@pytest.mark.parametrize("name", BLOCKS)
def test_kernels_and_biases_are_exact(name):
    golden = load(name, area="linear")
    layer = block(golden, dtype="float64")
    assert relative_error(layer.effective_kernel(), golden["kernel_exact_hwio"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(layer.effective_bias(), golden["bias_exact"]) <= tolerances.GOLDEN_FLOAT64
    # SESR's own collapse is right without biases.
    if "nobias" in name:
        kernel = block(golden, residual=True).effective_kernel()
        assert relative_error(kernel, golden["collapsed_repo_hwio"]) <= tolerances.GOLDEN


def test_the_residual_needs_as_many_channels_as_filters():
    layer = layers.CollapsibleConv2D(2, 3, residual=True)
    layer.build((None, None, None, 3))
    layer.set_weights([np.zeros(w.shape) for w in layer.weights])
    assert not np.any(np.array(layer(np.ones((1, 4, 4, 3), "float32"))))
    layer = layers.CollapsibleConv2D(3, (3, 5), residual=True, strides=2)
    layer.build((None, None, None, 3))
    layer.set_weights([np.zeros(w.shape) for w in layer.weights])
    x = np.random.default_rng(0).normal(size=(1, 7, 9, 3)).astype("float32")
    assert np.array_equal(layer(x), x[:, 1:6:2, 2:7:2])


def test_keras_arguments_reach_every_inner_convolution():
    layer = layers.CollapsibleConv2D(2, 3, 4, kernel_regularizer="l2", bias_regularizer="l1", activity_regularizer="l2",
                                     kernel_constraint="max_norm", kernel_initializer="he_normal")
    layer(np.ones((1, 4, 4, 3), "float32"))
    assert len(layer.losses) == 5 and all(kernel.constraint is not None for kernel in layer.kernels)


@pytest.mark.parametrize("arguments, message", [
    (dict(filters=0), r"filters must be a positive integer. Received filters=0"),
    (dict(kernel_sizes=(1, 5)), r"kernel_sizes=.* compose to .* size \(5, 5\).* Received kernel_size=\(3, 3\)"),
    (dict(kernel_size=2, residual=True), r"residual=True adds the input at the centre.*=\(2, 2\), which has none"),
    (dict(inner_filters=(3, 3)), r"inner_filters must be a positive integer or a tuple of 1"),
])
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=f'CollapsibleConv2D "c": {message}'):
        layers.CollapsibleConv2D(**{"filters": 2, "kernel_size": 3, **arguments}, name="c")
