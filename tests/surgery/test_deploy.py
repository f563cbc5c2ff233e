import subprocess
import sys

import exports
import keras
import numpy as np
import pytest
import tolerances
from keras import layers as plain
from laws import relative_error
from surgery.networks import NETWORKS, chain, nested, outputs, randomised, residual, sample

from tfconvkit import audit, groups, layers, surgery

every_network = pytest.mark.parametrize("name", NETWORKS)


def make(name):
    return NETWORKS[name][1]()


def error(received, expected):
    """The largest relative error; outputs are matched by shape, since LiteRT may swap their order."""
    by_shape = {y.shape: y for y in received}
    return max(relative_error(by_shape[y.shape], y) for y in expected)


def module_roots(model):
    return {type(layer).__module__.partition(".")[0] for layer in model._flatten_layers()}


@every_network
@pytest.mark.parametrize("fold_batch_norm", (False, True))
def test_deployed_network_gives_equal_outputs_without_layers_of_this_package(name, fold_batch_norm):
    model = make(name)
    deployed = surgery.deploy(model, fold_batch_norm=fold_batch_norm)
    x = sample(model)
    assert min(y.std(axis=0).max() for y in outputs(model, x)) > 0.1
    assert error(outputs(deployed, x), outputs(model, x)) <= tolerances.DEPLOYED
    assert module_roots(deployed) == {"keras"}


@every_network
def test_audit_judges_the_deployed_network_as_the_original(name):
    group, build = NETWORKS[name]
    model = build()
    group = groups.get(group, len(model.inputs[0].shape) - 2)
    expected, report = (audit.equivariance(each, group) for each in (model, surgery.deploy(model)))
    assert report.first_broken is None and not report.mismatches
    assert report.ok is expected.ok
    assert report.error <= tolerances.LAW["float32"]


# In a process of its own, where the package cannot be imported.
LOAD = """
import sys
sys.modules["tfconvkit"] = None
import keras, numpy as np, tensorflow as tf
x = np.load("x.npy")
served = tf.saved_model.load("saved")
for name, model in (("keras", keras.saving.load_model("model.keras")), ("saved", served.serve)):
    np.savez(name + ".npz", *keras.tree.flatten(model(x)))
"""


@pytest.mark.slow
@pytest.mark.tensorflow("exports")
@pytest.mark.parametrize("name", ["residual C4 9x9", "nested C4 10x10", "chain O 4x4x4"])
def test_files_load_where_this_package_is_not_installed(name, tmp_path):
    model = make(name)
    deployed, x = surgery.deploy(model), sample(model)
    deployed.save(tmp_path / "model.keras")
    deployed.export(str(tmp_path / "saved"), verbose=False)
    np.save(tmp_path / "x.npy", x)
    finished = subprocess.run([sys.executable, "-c", LOAD], cwd=tmp_path, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    for file in ("keras.npz", "saved.npz"):
        assert error(list(np.load(tmp_path / file).values()), outputs(model, x)) <= tolerances.DEPLOYED


@pytest.mark.slow
@pytest.mark.tensorflow("exports")
@every_network
def test_deployed_network_runs_in_onnxruntime(name, tmp_path):
    model = make(name)
    x = sample(model)
    received = exports.through_onnx(surgery.deploy(model), [x], tmp_path)
    assert error(received, outputs(model, x)) <= tolerances.DEPLOYED


@pytest.mark.slow
@pytest.mark.tensorflow("exports")
@every_network
def test_deployed_network_runs_in_litert(name, tmp_path):
    model = make(name)
    x = sample(model)
    received = exports.through_litert(surgery.deploy(model), [x], tmp_path)
    assert error(received, outputs(model, x)) <= tolerances.DEPLOYED


@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-12), ("mixed_float16", 1e-2), ("mixed_bfloat16", 8e-2)])
def test_dtype_policy_is_kept(dtype, tolerance):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        model = nested("C4", (10, 10))
    finally:
        keras.config.set_dtype_policy(before)
    deployed, x = surgery.deploy(model, fold_batch_norm=True), sample(model)
    assert {deployed.get_layer(name).dtype_policy.name for name in ("lift", "shared", "max")} == {dtype}
    assert error(outputs(deployed, x), outputs(model, x)) <= tolerance


def test_names_and_kinds_of_model_are_kept():
    deployed = surgery.deploy(chain("C4", (9, 8)))
    assert isinstance(deployed, keras.Sequential) and deployed.name == "chain"
    assert [layer.name for layer in deployed.layers] == ["lift", "norm", "relu", "down", "max", "even", "pool"]
    expected = [plain.Conv2D, plain.BatchNormalization, plain.ReLU, plain.Conv2D]
    assert [type(layer) for layer in deployed.layers[:4]] == expected
    assert type(deployed.get_layer("pool")) is plain.MaxPooling2D


def test_original_is_untouched_and_shares_no_weights():
    model = residual("C4", (9, 9))
    model.compile("adam", "mse")
    before, nodes = model.get_weights(), len(model.get_layer("dense")._inbound_nodes)
    deployed = surgery.deploy(model, fold_batch_norm=True)
    deployed.set_weights([weight + 1 for weight in deployed.get_weights()])
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old)
    assert model.compiled and not deployed.compiled
    assert len(model.get_layer("dense")._inbound_nodes) == nodes


def test_plain_model_becomes_an_equal_model():
    parts = [plain.Conv2D(4, 3, name="conv"), plain.BatchNormalization(), plain.Flatten(), plain.Dense(2, name="head")]
    model = randomised(keras.Sequential([keras.Input((6, 6, 3)), *parts]))
    deployed = surgery.deploy(model)
    assert [layer.get_config() for layer in deployed.layers] == [layer.get_config() for layer in model.layers]
    for old, new in zip(model.get_weights(), deployed.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old)


def open_model(**arguments):
    parts = [layers.LiftConv2D(2, 3, "C4", padding="same", name="lift", **arguments), layers.GroupPooling("C4")]
    return randomised(keras.Sequential([keras.Input((None, None, 3)), *parts], name="open"))


def test_layers_that_do_not_depend_on_the_size_leave_it_open():
    model = open_model()
    deployed = surgery.deploy(model)
    for grid in ((7, 8), (10, 5)):
        x = np.random.default_rng(0).normal(size=(2, *grid, 3)).astype("float32")
        assert relative_error(deployed(x), model(x)) <= tolerances.DEPLOYED


def test_strided_layer_of_open_size_asks_for_the_input_shape():
    model = open_model(strides=2)
    with pytest.raises(ValueError, match=r'LiftConv2D "lift" .*\(None, None, None, 3\).* input_shape=\(height, width'):
        surgery.deploy(model)
    for grid in ((7, 8), (10, 6)):
        deployed = surgery.deploy(model, input_shape=(*grid, 3))
        x = np.random.default_rng(0).normal(size=(2, *grid, 3)).astype("float32")
        assert relative_error(deployed(x), model(x)) <= tolerances.DEPLOYED


def test_volumes_whose_strides_exceed_the_kernel_are_cropped():
    # TensorFlow's own "same" of volumes puts such windows elsewhere.
    def model(size):
        return keras.Sequential([keras.Input((size, 5, 5, 1)), layers.LiftConv3D(
            2, (1, 3, 3), group="C4", strides=(3, 1, 1), padding="same", bias_initializer="normal")])

    for original in map(model, (4, 6, 7)):
        deployed = surgery.deploy(original)
        assert module_roots(deployed) == {"keras"}
        assert error(outputs(deployed, sample(original)), outputs(original, sample(original))) <= tolerances.DEPLOYED
    with pytest.raises(ValueError, match="is written out for the sizes of its grid"):
        surgery.deploy(model(None))


def test_layer_called_at_two_sizes_becomes_two_layers():
    strided = layers.GroupConv2D(1, 3, "C4", strides=2, padding="same", name="strided")
    image = keras.Input((8, 8, 4))
    first = strided(image)
    second = strided(plain.Cropping2D(((0, 1), (0, 1)))(image))
    model = randomised(keras.Model(image, [first, plain.GlobalAveragePooling2D()(second)]))
    deployed, x = surgery.deploy(model), sample(model)
    assert {deployed.get_layer(name).kernel_size for name in ("strided", "strided_1")} == {(4, 4), (3, 3)}
    assert error(outputs(deployed, x), outputs(model, x)) <= tolerances.DEPLOYED


class Renamed(layers.GroupPooling):
    pass


def test_subclass_of_a_layer_is_converted_as_its_parent():
    model = keras.Sequential([keras.Input((4, 4, 8)), Renamed("C4", name="pool")])
    assert type(surgery.deploy(model).get_layer("pool")) is plain.MaxPooling2D


def test_layer_inside_another_layer_is_refused():
    inner = layers.LiftConv2D(2, 3, "C4", name="lift")
    model = keras.Sequential([keras.Input((2, 8, 8, 3)), plain.TimeDistributed(inner, name="each")])
    with pytest.raises(ValueError, match='TimeDistributed "each" contains LiftConv2D "lift", .* not inside another'):
        surgery.deploy(model)


def test_layer_without_a_plain_form_is_named(monkeypatch):
    monkeypatch.delitem(surgery.conversions._CONVERSIONS, layers.GroupPooling)
    with pytest.raises(ValueError, match='GroupPooling "pool" has no form in plain Keras layers. Known: .*GroupConv2D'):
        surgery.deploy(chain("C4", (8, 8)))


def test_difference_is_raised_and_not_returned():
    class Doubled(layers.GroupPooling):
        def call(self, inputs):
            return 2 * super().call(inputs)

    model = keras.Sequential([keras.Input((4, 4, 8)), Doubled("C4")], name="doubled")
    with pytest.raises(RuntimeError, match=r'"doubled" and its rebuilt form differ by 5.00e-01 .* at most 1e-05'):
        surgery.deploy(model)
