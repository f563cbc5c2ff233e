"""`tfconvkit convert`: the file that comes out has the legacy network's numbers, or there is no file."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.real_nvp.scripts import cases
from golden_files import GOLDEN, load
from laws import relative_error

from tfconvkit import cli, layers, models
from tfconvkit.compat import checkpoint
from tfconvkit.compat.checkpoint import command, converting
from tfconvkit.compat.checkpoint.networks import real_nvp
from tfconvkit.compat.checkpoint.slots import is_slot
from tfconvkit.compat.keras_gcnn import GBatchNorm, GConv2D

PREFIX = str(GOLDEN / "inpaint" / "ckpt" / "snap-0")
ARRAYS = {"old/fc/weights": np.arange(12, dtype="float32").reshape(4, 3), "old/fc/biases": np.ones(3, "float32"),
          "old/fc/weights/Adam": np.zeros((4, 3), "float32"), "train/old/fc/biases/Momentum": np.zeros(3, "float32"),
          "global_step": np.int64(7), "other": np.zeros(2, "float32")}


def archive(folder, arrays=ARRAYS):
    path = str(folder / "arrays.npz")
    np.savez(path, **{name.replace("/", "|"): value for name, value in arrays.items()})
    return path


def saved(folder, *parts, name="model.keras"):
    model = keras.Sequential(parts, name="net")
    model.save(folder / name)
    return str(folder / name)


def dense(folder, units=3):
    return saved(folder, keras.Input((4,)), keras.layers.Dense(units, name="fc"))


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_golden_checkpoint_becomes_a_file_with_its_numbers(tmp_path, capsys):
    out = str(tmp_path / "fill.keras")
    assert cli.main(["convert", PREFIX, "--to", "deepfillv2", out]) == 0
    printed = capsys.readouterr().out
    assert "84 variables, 115,258 parameters" in printed and "Forward pass: finite outputs" in printed
    assert "Not needed: discriminator/sn_patch_gan/conv1/bias" in printed and files(tmp_path) == ["fill.keras"]
    numbers = load("deepfillv2_64x64_cnum8_io", area="inpaint")
    outputs = keras.saving.load_model(out)([numbers["image"] / 127.5 - 1, numbers["mask"]])
    assert relative_error(outputs, [numbers["x_stage1"], numbers["x_stage2"]]) <= tolerances.GOLDEN


@pytest.mark.parametrize("name", ["8x8_s2", "8x8_s2_nobn", "8x8_s2_additive", "8x8_s1_step", "8x8_s2_rec1",
                                  "8x8_s2_rec3", "8x8_s2_rec4", "16x16_s3"])
def test_the_settings_of_a_flow_are_read_from_its_variables(name, monkeypatch):
    monkeypatch.setattr(models, "RealNVP", lambda input_shape, **settings: settings)
    golden = cases(f"multiscale_{name}")["m"]
    found = real_nvp({f"model/{key}": value.shape for key, value in golden.variables.items()})
    settings = golden.settings
    names = {"scales": "n_scale", "filters": "base_dim", "blocks": "residual_blocks", "use_skips": "skip",
             "bottleneck": "bottleneck", "use_batch_norm": "use_batch_norm"}
    assert {key: found[key] for key in names} == {key: settings[legacy] for key, legacy in names.items()}
    assert found["affine"] == ("all" if settings["use_aff"] else "last")
    assert settings["n_scale"] == 1 or found["recursion_type"] == settings["recursion_type"]


def test_a_flow_becomes_a_file_with_its_numbers(tmp_path):
    golden = cases("multiscale_8x8_s1_step")["m"]
    variables = {f"model/{name}": value for name, value in golden.variables.items()}
    out = tmp_path / "flow.keras"
    done = checkpoint.convert(archive(tmp_path, variables), out, "real_nvp", input_shape=golden.inputs["x"].shape[1:])
    assert all(name.endswith("step") for name in done.extra) and "finite outputs" in done.checked
    model = keras.saving.load_model(out)
    z, log_det = model.chain.layers[-1](golden.inputs["x"], return_log_det=True)
    expected = golden.results["eval_forward"]
    assert relative_error([z, log_det], [expected["z"], expected["log_diff_sum"]]) <= tolerances.GOLDEN_FLOW


def test_group_convolutions_take_the_layout_of_keras_gcnn(tmp_path):
    legacy = [GConv2D(2, 3, "Z2", "C4", name="a"), GBatchNorm("C4", name="b"), GConv2D(3, 3, "C4", "C4", name="c")]
    old = keras.Sequential([keras.Input((7, 6, 3)), *legacy])
    rng = np.random.default_rng(1)
    arrays = {f"{layer.name}/{w.name}": rng.uniform(0.5, 1, w.shape) for layer in legacy for w in layer.weights}
    path = archive(tmp_path, {name: value.astype("float32") for name, value in arrays.items()})
    checkpoint.load(old, path)
    new = saved(tmp_path, keras.Input((7, 6, 3)), layers.LiftConv2D(2, 3, "C4", use_bias=False, name="a"),
                layers.GroupBatchNormalization("C4", name="b"),
                layers.GroupConv2D(3, 3, "C4", use_bias=False, name="c"))
    checkpoint.convert(path, tmp_path / "new.keras", "keras_gcnn", model=new)
    x = rng.normal(size=(2, 7, 6, 3)).astype("float32")
    assert relative_error(keras.saving.load_model(tmp_path / "new.keras")(x), old(x)) <= tolerances.LAW["float32"]
    with pytest.raises(ValueError, match="Expected a built model for keras_gcnn.*Received none.*--model MODEL.keras"):
        checkpoint.convert(path, tmp_path / "other.keras", "keras_gcnn")


def test_a_model_takes_its_variables_by_name_and_the_rest_is_named(tmp_path):
    done = checkpoint.convert(archive(tmp_path), tmp_path / "new.keras", dense(tmp_path))
    assert done.names == ("old/fc/biases", "old/fc/weights") and done.extra == ("other",)
    assert done.dropped == ("global_step", "old/fc/weights/Adam", "train/old/fc/biases/Momentum")
    kernel, bias = keras.saving.load_model(tmp_path / "new.keras").get_weights()
    assert np.array_equal(kernel, ARRAYS["old/fc/weights"]) and np.array_equal(bias, ARRAYS["old/fc/biases"])


def test_a_map_of_names_goes_first(tmp_path):
    arrays = {"v": ARRAYS["old/fc/weights"].T, "fc/bias": ARRAYS["old/fc/biases"]}
    (tmp_path / "names.json").write_text(json.dumps({"fc/kernel": {"name": "v", "transpose": [1, 0]}}))
    path, out = archive(tmp_path, arrays), tmp_path / "new.keras"
    assert command.run(path, out, to=dense(tmp_path), names=tmp_path / "names.json") == 0
    assert np.array_equal(keras.saving.load_model(out).get_weights()[0], ARRAYS["old/fc/weights"])


@pytest.mark.parametrize("text, message", [
    ("{", "Expected JSON in the map of names.*Correct the file"),
    ("[]", 'Expected a JSON object in the map of names.*Received list. Write {"path/of/weight"'),
    ('{"fc/nothing": "v"}', "Received fc/nothing, which the model .net. does not have. Its paths are fc/bias, fc/k"),
    ('{"fc/kernel": 3}', 'Expected a name, or {"name".*for weight "fc/kernel".*Received 3. Correct'),
    ('{"fc/kernel": "nothing"}', 'does not have: "nothing"'),
])
def test_a_wrong_map_of_names_is_one_line_and_writes_nothing(text, message, tmp_path, capsys):
    (tmp_path / "names.json").write_text(text)
    arguments = [archive(tmp_path), "--map", str(tmp_path / "names.json"), "--to", dense(tmp_path)]
    assert_refused([*arguments, str(tmp_path / "new.keras")], capsys, message)
    assert files(tmp_path) == ["arrays.npz", "model.keras", "names.json"]


def assert_refused(arguments, capsys, message):
    """The command ends with 2 and one line on stderr that fits the message."""
    assert cli.main(["convert", *map(str, arguments)]) == 2
    reported = capsys.readouterr().err
    assert reported.count("\n") == 1
    with pytest.raises(ValueError, match=message):
        raise ValueError(reported)


@pytest.mark.parametrize("change, message", [
    ({"old/fc/biases": None}, 'does not have: "fc/bias". Received 5 variables'),
    ({"old/fc/biases": np.ones(4, "float32")}, r"old/fc/biases: expected shape .3,. for weight .*received .4,"),
    ({"new/fc/biases": np.ones(3, "float32")}, 'Expected one variable for weight "fc/bias". Received new/fc/biases'),
    ({"old/fc/biases": np.full(3, np.nan, "float32")}, "Expected finite outputs.*Nothing was written"),
])
def test_variables_that_do_not_fit_are_named_and_nothing_is_written(change, message, tmp_path, capsys):
    arrays = {name: value for name, value in {**ARRAYS, **change}.items() if value is not None}
    path, to, out = archive(tmp_path, arrays), dense(tmp_path), tmp_path / "new.keras"
    out.write_bytes(b"was there before")
    assert_refused([path, "--to", to, out], capsys, message)
    assert out.read_bytes() == b"was there before" and len(files(tmp_path)) == 3


@pytest.mark.parametrize("to, out, message", [
    ("unknown", "new.keras", "Expected one of deepfillv2, real_nvp, keras_gcnn, or a path.*Received \"unknown\""),
    ("nothing.keras", "new.keras", "Cannot load 'nothing.keras' as a Keras model"),
    ("deepfillv2", "new.keras", 'Expected the variable "inpaint_net/conv1/kernel" of rank 4.*Use --list'),
    ("real_nvp", "new.keras", 'Expected the variable "model/scale_0/coupling_0/resnet/h_in/weights"'),
    ("deepfillv2", "new.h5", "Expected a path that ends in .keras, in a folder that is there"),
    ("deepfillv2", "nothing/new.keras", "Make the folder first"),
])
def test_wrong_arguments_are_one_line_and_write_nothing(to, out, message, tmp_path, capsys):
    assert_refused([archive(tmp_path), "--to", to, tmp_path / out], capsys, message)
    assert files(tmp_path) == ["arrays.npz"]


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    path, to, out = archive(tmp_path), dense(tmp_path), tmp_path / "new.keras"
    out.write_bytes(b"was there before")
    good = converting._loaded

    def other(path):
        model = good(path)
        if str(path) != to:
            model.set_weights([weight + 1 for weight in model.get_weights()])
        return model

    monkeypatch.setattr(converting, "_loaded", other)
    with pytest.raises(ValueError, match='Expected the weights of "net" in the file. Received others'):
        checkpoint.convert(path, out, to)
    assert out.read_bytes() == b"was there before" and files(tmp_path) == ["arrays.npz", "model.keras", "new.keras"]


def test_the_list_shows_what_is_there(tmp_path, capsys):
    assert cli.main(["convert", "--list", archive(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split("  ")[0] == "global_step" and printed[0].endswith("()  int64  slot or counter")
    assert printed[-1] == "6 variables; 17 numbers without slots and counters"
    assert_refused([tmp_path / "nothing", "--list"], capsys, "Expected a checkpoint of tf.train.Saver")
    with pytest.raises(ValueError, match="Expected a network and a file to write. Received --to None"):
        command.run(archive(tmp_path), tmp_path / "new.keras")


def test_a_checkpoint_of_an_optimizer_drops_its_slots(tmp_path):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        v = tf.compat.v1.get_variable("fc/kernel", (4, 3)), tf.compat.v1.get_variable("fc/bias", (3,))
        step = tf.compat.v1.train.get_or_create_global_step()
        optimizer = tf.compat.v1.train.AdamOptimizer()
        optimizer.minimize(tf.reduce_sum(v[0] ** 2) + tf.reduce_sum(v[1] ** 2), step)
        session.run(tf.compat.v1.global_variables_initializer())
        path = tf.compat.v1.train.Saver().save(session, str(tmp_path / "model"), step)
    done = checkpoint.convert(path, tmp_path / "new.keras", dense(tmp_path))
    assert done.extra == () and len(done.names) == 2
    assert done.dropped == ("beta1_power", "beta2_power", "fc/bias/Adam", "fc/bias/Adam_1", "fc/kernel/Adam",
                            "fc/kernel/Adam_1", "global_step")


@pytest.mark.parametrize("name, expected", [
    ("a/kernel/RMSProp_1", True), ("opt/a/kernel/Adagrad", True), ("x/beta2_power_1", True), ("Adam", False),
    ("b/Adam", False), ("a/kernel/Adam/part", False), ("a/kernel/ExponentialMovingAverage", False),
])
def test_slots_are_known_by_the_variable_that_they_belong_to(name, expected):
    assert is_slot(name, ["a/kernel", name]) == expected
