import numpy as np
import pytest
import tolerances
from golden_files import GOLDEN, load
from keras import ops
from laws import relative_error

from tfconvkit import backend, layers

GENERATORS = sorted(path.stem for path in (GOLDEN / "linear").glob("kgan_g*.npz"))
MODES = ("collapsed", "expanded")


def generator(golden, **kwargs):
    channels, structure, stride = (golden[name].tolist() for name in ("channels", "structure", "stride"))
    layer = layers.LinearGenerator(channels, structure, stride, **kwargs)
    layer.build((None, None, None, 3))
    layer.set_weights([golden[f"w{i}_oihw"].transpose(2, 3, 1, 0) for i in range(len(structure))])
    return layer


@pytest.mark.parametrize("name", GENERATORS)
def test_outputs_and_kernels_are_those_of_kernelgan(name):
    golden = load(name, area="linear")
    image = golden["image_hwc"][None]
    exact, rounded = generator(golden, dtype="float64"), generator(golden)
    assert relative_error(exact.effective_kernel()[:, :, 0, 0], golden["kernel_f64"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(exact(image.astype(float))[0], golden["g_out_hwc_f64"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(rounded.effective_kernel()[:, :, 0, 0], golden["kernel"]) <= tolerances.GOLDEN
    assert relative_error(rounded(image)[0], golden["g_out_hwc"]) <= tolerances.GOLDEN
    assert rounded.effective_bias() is None


@pytest.mark.parametrize("train_mode", MODES)
@pytest.mark.parametrize("name", GENERATORS)
def test_gradients_are_those_of_kernelgan(name, train_mode):
    # The golden gradients are float32 and up to 7.6e-6 from ours in float64, which both modes share.
    golden = load(name, area="linear")
    layer = generator(golden, train_mode=train_mode)
    weights = [w.value for w in layer.trainable_variables]
    image = golden["image_hwc"][None]
    gradients = backend.vjp(
        lambda *values: layer.stateless_call(list(values), [], image, training=True)[0],
        weights,
        golden["cotangent_hwc"][None],
    )
    for i, gradient in enumerate(gradients):
        gradient = ops.transpose(gradient, (3, 2, 0, 1))
        if f"grad_w{i}_oihw" in golden:
            assert relative_error(gradient, golden[f"grad_w{i}_oihw"]) <= tolerances.GOLDEN
        if "grad_norms" in golden:
            norm = np.linalg.norm(ops.convert_to_numpy(gradient))
            assert relative_error(norm, golden["grad_norms"][i]) <= tolerances.GOLDEN


def test_planes_share_the_kernel():
    layer = layers.LinearGenerator(4, (3, 1), strides=1, dtype="float64")
    x = np.random.default_rng(0).normal(size=(2, 6, 5, 4))
    y = layer(x)
    for plane in range(4):
        alone = ops.conv(ops.convert_to_tensor(x[..., plane : plane + 1]), layer.effective_kernel())
        assert relative_error(y[..., plane : plane + 1], alone) <= tolerances.LAW["float64"]
    assert layer.collapse().kernel.shape == (3, 3, 4, 4)


def test_the_default_is_the_generator_of_the_paper():
    layer = layers.LinearGenerator()
    assert layer(np.ones((1, 64, 64, 3), "float32")).shape == (1, 26, 26, 3)
    assert layer.count_params() == 49 * 64 + (25 + 9 + 1 + 1) * 64 * 64 + 64
    assert layer.composed_size == (13, 13)


def test_equal_shapes_start_with_different_numbers():
    layer = layers.LinearGenerator(4, (1, 1, 1, 1), strides=1)
    layer.build((None, 8, 8, 3))
    assert not np.array_equal(layer.kernels[1], layer.kernels[2])


@pytest.mark.parametrize("data_format, shape, axes", [
    ("channels_last", (1, 3, 64, 64), r"\(batch, height, width, channels\)"),
    ("channels_first", (1, 64, 64, 3), r"\(batch, channels, height, width\)"),
])
def test_axes_in_another_order_are_named(data_format, shape, axes):
    with pytest.raises(ValueError, match=rf'is too small .*data_format="{data_format}" takes {axes}: move the axes'):
        layers.LinearGenerator(data_format=data_format).build(shape)


@pytest.mark.parametrize("arguments, message", [
    (dict(filters=0), r"inner_filters must be a positive integer .* Received inner_filters=0"),
    (dict(filters=(4, 4)), r"inner_filters must be a positive integer or a tuple of 5"),
    (dict(kernel_sizes=13), r"kernel_sizes must list the sizes .* Received kernel_sizes=13"),
    (dict(kernel_sizes=()), r"kernel_sizes must list the sizes .* Received kernel_sizes=\(\)"),
    (dict(kernel_sizes=(3, 0)), r"each of kernel_sizes must be a positive integer"),
])
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=f'LinearGenerator "g": {message}'):
        layers.LinearGenerator(**arguments, name="g")
