import keras
import numpy as np
import pytest
from keras import layers as plain

from tfconvkit import audit, groups, layers

BROKEN = 1e-6


def measured_sizes(model, group, sizes):
    """The sizes on which the measured error stays at rounding level; sizes that do not run are not among them."""
    found = []
    for size in sizes:
        try:
            report = audit.equivariance(model, group, (size, size, 2))
        except ValueError:
            continue
        found += [size] if report.largest_error < BROKEN else []
    return found


def symmetric(layer, group, input_shape):
    """Builds a plain layer and averages its kernel over the group."""
    layer.build((None, *input_shape))
    group = groups.get(group)
    kernel = keras.ops.convert_to_numpy(layer.kernel)
    layer.kernel.assign(np.mean([group.transform(g, kernel) for g in range(group.order)], axis=0))
    return layer


def random_model(seed):
    random = np.random.default_rng(seed)
    group = ("C2", "C4", "D1", "D4")[seed % 4]

    def draw(low, high):
        return int(random.integers(low, high))

    def pooling():
        kind = (plain.MaxPooling2D, plain.AveragePooling2D)[draw(0, 2)]
        return kind(draw(1, 4), draw(1, 4), padding=("same", "valid")[draw(0, 2)])

    def convolution(kind):
        return kind(2, draw(1, 4), group, strides=draw(1, 3), dilation_rate=draw(1, 3), padding="valid")

    parts = [convolution(layers.LiftConv2D), pooling(), convolution(layers.GroupConv2D), plain.GlobalAveragePooling2D()]
    return group, keras.Sequential([keras.Input((None, None, 2)), *parts])


@pytest.fixture
def float64():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("seed", range(12))
def test_measured_error_is_large_exactly_on_the_unsafe_sizes(seed, float64):
    keras.utils.set_random_seed(seed)
    group, model = random_model(seed)
    sizes = range(4, 17)
    report = audit.safe_sizes(model, group, sizes)
    assert report.unknown == []
    assert report.sizes == measured_sizes(model, group, sizes)
    assert sorted([*report.sizes, *report.unsafe]) == list(sizes)


@pytest.mark.parametrize("kind", [plain.Conv2D, plain.Conv2DTranspose])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4])
def test_convolution_with_symmetric_kernel_is_equivariant_exactly_on_the_safe_sizes(
    kind, padding, kernel_size, float64
):
    keras.utils.set_random_seed(kernel_size)
    for strides in (1, 2, 3):
        layer = symmetric(kind(1, kernel_size, strides=strides, padding=padding), "D4", (8, 8, 2))
        sizes = range(3, 9)
        assert audit.safe_sizes(layer, "D4", sizes).sizes == measured_sizes(layer, "D4", sizes), strides


@pytest.mark.parametrize("kind", [plain.MaxPooling2D, plain.AveragePooling2D])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_pooling_is_equivariant_exactly_on_the_safe_sizes(kind, padding, float64):
    for pool_size in (1, 2, 3, 4):
        for strides in (1, 2, 3):
            layer = kind(pool_size, strides, padding=padding)
            layer.build((None, None, None, 2))
            sizes = range(1, 8)
            judged = audit.safe_sizes(layer, "C4", sizes, input_shape=(8, 8, 2)).sizes
            assert judged == measured_sizes(layer, "C4", sizes), (pool_size, strides)


def test_group_convolution_with_same_is_safe_for_every_size():
    model = keras.Sequential([keras.Input((None, None, 3)), layers.LiftConv2D(2, 2, "D4", strides=3, padding="same")])
    assert audit.safe_sizes(model, "D4").sizes == list(range(4, 65))


def test_group_protects_only_the_axes_that_it_moves():
    layer = layers.LiftConv2D(2, 3, "D1", strides=2, padding="same")
    model = keras.Sequential([keras.Input((None, None, 3)), layer])
    assert audit.safe_sizes(model, "D1", range(4, 8)).sizes == [4, 5, 6, 7]
    report = audit.safe_sizes(model, "D2", range(4, 8))
    assert report.sizes == [5, 7]
    assert report.unsafe[4] == (layer.name, 'padding="same" pads (0, 1) on width of size 4 (window 3, stride 2)')


@pytest.mark.parametrize(
    "layer, reason",
    [
        (plain.ZeroPadding2D(((0, 1), (1, 1))), "padding=(0, 1) on height is not symmetric"),
        (plain.Cropping2D(((1, 1), (1, 0))), "cropping=(1, 0) on width is not symmetric"),
        (plain.ZeroPadding2D((1, 2)), "padding=((1, 1), (2, 2)) differs between axes that group 'C4' swaps"),
        (plain.UpSampling2D((2, 3)), "size=(2, 3) differs between axes that group 'C4' swaps"),
        (plain.MaxPooling2D((3, 5), 1), "pool_size=(3, 5) differs between axes that group 'C4' swaps"),
        (plain.AveragePooling2D(2), 'padding="valid" leaves the last 1 of height 9 unread (window 2, stride 2)'),
        (plain.DepthwiseConv2D(1, 2, "same"), 'padding="same" leaves the last 1 of height 10 unread'),
        (plain.SeparableConv2D(2, 2, padding="same"), 'padding="same" pads (0, 1) on height of size 8'),
        (plain.Conv2DTranspose(2, 3, 2, "same"), "as a transposed convolution to height 16: "),
    ],
)
def test_unsafe_size_says_why(layer, reason):
    model = keras.Sequential([keras.Input((None, None, 3)), layer])
    unsafe = audit.safe_sizes(model, "C4", (8, 9, 10)).unsafe
    assert reason in " ".join(why for _, why in unsafe.values())


def test_first_layer_that_breaks_the_grid_is_named():
    parts = [plain.MaxPooling2D(2, name="first"), plain.MaxPooling2D(2, name="second")]
    model = keras.Sequential([keras.Input((None, None, 3)), *parts])
    report = audit.safe_sizes(model, "C4", range(4, 9))
    assert (report.sizes, [report.unsafe[size][0] for size in (5, 6, 7)]) == ([4, 8], ["first", "second", "first"])


def test_size_too_small_for_the_model_is_unsafe():
    parts = [layers.LiftConv2D(2, 5, "C4", name="lift"), plain.MaxPooling2D(2, name="pool")]
    report = audit.safe_sizes(keras.Sequential([keras.Input((None, None, 3)), *parts]), "C4", (4, 5, 6))
    assert report.sizes == [6]
    assert report.unsafe[4][0] == "lift" and "too small" in report.unsafe[4][1]
    assert report.unsafe[5][0] == "pool"


def test_size_that_another_layer_refuses_is_unsafe():
    parts = [layers.ProjectConv2D(1, 1, "C1"), plain.Flatten(name="flat"), plain.Dense(3, name="head")]
    report = audit.safe_sizes(keras.Sequential([keras.Input((6, 6, 3)), *parts]), "C4", (5, 6))
    assert report.sizes == [6]
    assert report.unsafe[5] == ("head", "axis -1 has 25 entries, 36 expected.")


def test_layers_without_a_rule_are_listed():
    parts = [plain.Resizing(5, 5, name="resize"), plain.ReLU(), plain.Flatten(name="flat"), plain.Dense(2)]
    report = audit.safe_sizes(keras.Sequential([keras.Input((8, 8, 3)), *parts]), "C4", (8,))
    assert report.unknown == ["resize (Resizing)", "flat (Flatten)"]


def test_channels_first_grid_is_read_from_its_axes():
    model = keras.Sequential([keras.Input((3, None, None)), plain.MaxPooling2D(2, data_format="channels_first")])
    assert audit.safe_sizes(model, "C4", (4, 5, 6)).sizes == [4, 6]


def test_model_without_a_grid_is_refused():
    with pytest.raises(ValueError, match=r"no input with grid axes: its inputs have the shapes \[\(None, 3\)\]"):
        audit.safe_sizes(keras.Sequential([keras.Input((3,)), plain.Dense(2)]), "C4")
