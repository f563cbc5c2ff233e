"""Checkpoints of TF1 into Keras models: the golden network, formats, and errors that change nothing."""

import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from golden_files import GOLDEN, load
from laws import relative_error

from tfconvkit import models
from tfconvkit.compat import checkpoint
from tfconvkit.compat.checkpoint import maps
from tfconvkit.compat.checkpoint.deepfill import power_iteration

PREFIX = GOLDEN / "inpaint" / "ckpt" / "snap-0"
DISCRIMINATOR = "discriminator/sn_patch_gan"


@pytest.fixture(scope="module")
def variables():
    stored = load("deepfillv2_64x64_cnum8_vars", area="inpaint")
    return {name.replace("|", "/"): value for name, value in stored.items()}


@pytest.fixture(scope="module")
def numbers():
    return load("deepfillv2_64x64_cnum8_io", area="inpaint")


def write(folder, arrays, version=None):
    """Writes a checkpoint with a Saver of TF1 and returns its prefix."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        for name, value in arrays.items():
            tf.compat.v1.get_variable(name, initializer=value)
        session.run(tf.compat.v1.global_variables_initializer())
        settings = {} if version is None else {"write_version": version}
        return tf.compat.v1.train.Saver(**settings).save(session, str(folder / "snap"), global_step=7)


def generator():
    return models.DeepFillV2(width=8)


def test_the_generator_gives_the_golden_stages(numbers):
    model = generator()
    loaded = checkpoint.load(model, PREFIX)
    outputs = model([numbers["image"] / 127.5 - 1, numbers["mask"]])
    assert relative_error(outputs, [numbers["x_stage1"], numbers["x_stage2"]]) <= tolerances.GOLDEN
    assert (len(loaded.names), len(loaded.unused)) == (len(model.weights), 18)
    assert all(name.startswith(DISCRIMINATOR) for name in loaded.unused)


def test_the_discriminator_gives_the_golden_scores(numbers, variables):
    model = models.SNPatchGAN(width=4)
    loaded = checkpoint.load(model, PREFIX)
    assert relative_error(model(numbers["disc_in"]), numbers["disc_out"]) <= tolerances.GOLDEN
    assert len(loaded.names) == 18
    u = variables[f"after1call/{DISCRIMINATOR}/conv3/kernel_sn/u"]
    assert relative_error(model.get_layer("conv3").vector_u, u) <= tolerances.GOLDEN


def test_both_players_load_at_once(numbers):
    model = models.InpaintingGAN(generator(), models.SNPatchGAN(width=4))
    loaded = checkpoint.load(model, PREFIX)
    assert (len(loaded.names), loaded.unused) == (102, ())
    outputs = [*model.generator([numbers["image"] / 127.5 - 1, numbers["mask"]]),
               model.discriminator(numbers["disc_in"])]
    expected = [numbers[name] for name in ("x_stage1", "x_stage2", "disc_out")]
    assert relative_error(outputs, expected) <= tolerances.GOLDEN


@pytest.mark.parametrize("version", (tf.compat.v1.train.SaverDef.V1, tf.compat.v1.train.SaverDef.V2))
def test_both_formats_load_and_optimizer_slots_are_left_aside(tmp_path, variables, version):
    ours = {name: value for name, value in variables.items() if name.startswith("inpaint_net")}
    slots = {f"{name}/Adam_1": np.zeros_like(value) for name, value in list(ours.items())[:3]}
    slots |= {"global_step": np.array(7), "beta1_power": np.array(0.5, "float32")}
    model = generator()
    loaded = checkpoint.load(model, write(tmp_path, {**ours, **slots}, version))
    assert set(loaded.names) == set(ours) and set(loaded.unused) == set(slots)
    kernel = model.get_layer("conv13_upsample").kernel
    assert np.array_equal(kernel, ours["inpaint_net/conv13_upsample/conv13_upsample_conv/kernel"])


@pytest.mark.parametrize("name", ("snap-0", "snap-0.index", "snap-0.data-00000-of-00001", ""))
def test_a_checkpoint_is_found_by_its_prefix_its_files_or_its_folder(name, variables):
    model = generator()
    checkpoint.load(model, PREFIX.parent / name)
    assert np.array_equal(model.get_layer("conv1").kernel, variables["inpaint_net/conv1/kernel"])


def refused(model, path, message, **kwargs):
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        checkpoint.load(model, path, **kwargs)
    assert all(map(np.array_equal, model.get_weights(), before))


def test_every_missing_variable_is_named_and_nothing_changes(tmp_path, variables):
    ours = {name: value for name, value in variables.items() if name.startswith("inpaint_net")}
    ours["inpaint_net/allconv17/biases"] = ours.pop("inpaint_net/allconv17/bias")
    del ours["inpaint_net/conv1/kernel"]
    path = write(tmp_path, ours)
    refused(generator(), path, 'not have: "inpaint_net/allconv17/bias" .nearest name there: '
            '"inpaint_net/allconv17/biases".*"inpaint_net/conv1/kernel".*No weight was changed')


def test_every_misshapen_variable_is_named_and_nothing_changes(tmp_path, variables):
    ours = {name: value for name, value in variables.items() if name.startswith("inpaint_net")}
    ours["inpaint_net/allconv17/bias"] = np.zeros(4, "float32")
    refused(generator(), write(tmp_path, ours), r'inpaint_net/allconv17/bias: expected shape \(3,\) for weight '
            r'"allconv17/bias", received \(4,\). Build the model')


def test_a_network_of_another_width_is_refused():
    refused(models.DeepFillV2(width=12), PREFIX, r"conv1/kernel: expected shape \(5, 5, 5, 12\).*\(5, 5, 5, 8\)")


def test_what_is_no_checkpoint_is_refused(tmp_path):
    model = models.SNPatchGAN(width=4)
    refused(model, tmp_path / "nothing", 'Expected a checkpoint of tf.train.Saver. Received path ".*nothing"')
    refused(model, tmp_path, "Pass the prefix")
    for path in PREFIX.parent.iterdir():
        shutil.copy(path, tmp_path)
    data = tmp_path / "snap-0.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    refused(model, tmp_path / "snap-0", '"discriminator.*No weight was changed')
    (tmp_path / "snap-0.index").write_bytes(b"no index")
    refused(model, tmp_path / "snap-0", "Expected a checkpoint of tf.train.Saver")


def test_a_model_that_no_map_knows_is_refused():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="conv1")], name="plain")
    refused(model, PREFIX, 'No map of names knows the model "plain" .Sequential.. Expected one for deepfillv2')
    refused(model, PREFIX, 'Expected layout as one of deepfillv2.*Received "unknown"', layout="unknown")
    unbuilt = keras.Sequential([keras.layers.Dense(3)], name="unbuilt")
    refused(unbuilt, PREFIX, 'Model "unbuilt" has no weights')


def test_a_map_of_names_and_layouts_can_be_given_or_registered(tmp_path, monkeypatch):
    monkeypatch.setattr(maps, "_MAPS", dict(maps._MAPS))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    rng = np.random.default_rng(0)
    arrays = {"net/weights": rng.normal(size=(3, 4)).astype("float32"), "net/biases": np.ones(3, "float32")}
    path = write(tmp_path, arrays)

    @checkpoint.register("transposed")
    def transposed(model):
        if model.layers[0].name != "dense":
            return None
        kernel, bias = model.weights
        return [(kernel, checkpoint.Source(("net/weights",), np.transpose)), (bias, checkpoint.Source(("net/biases",)))]

    model.layers[0].name = "dense"
    for layout in (None, "transposed", transposed):
        model.set_weights([np.zeros((4, 3)), np.zeros(3)])
        checkpoint.load(model, path, layout=layout)
        assert np.array_equal(model.get_weights()[0], arrays["net/weights"].T)
    refused(model, path, "Expected a source for every weight.*Received none for .*/bias. Add",
            layout=lambda model: transposed(model)[:1])
    with pytest.raises(ValueError, match='Expected a name that is not taken.*Received "transposed"'):
        checkpoint.register("transposed")


def test_the_power_iteration_is_the_legacy_one(variables):
    golden = load("snconv_k5s2_leaky", area="inpaint")
    _, u = power_iteration(golden["sn__kernel"], golden["sn__kernel_sn__u"])
    assert relative_error(u, golden["u_after1"]) <= tolerances.GOLDEN
