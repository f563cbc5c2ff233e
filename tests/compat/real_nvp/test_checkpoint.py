"""Checkpoints of the official RealNVP into `models.RealNVP`: golden latents, images and log-determinants."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.real_nvp.scripts import cases
from laws import relative_error
from marks import slow_but

from tfconvkit import models
from tfconvkit.compat import checkpoint
from tfconvkit.compat.checkpoint.real_nvp import real_nvp
from tfconvkit.compat.real_nvp import encoder, get_default_hparams

v1 = tf.compat.v1
NAMES = ["8x8_s2", "8x8_s2_nobn", "8x8_s2_additive", "8x8_s1_step", "8x8_s2_rec1", "8x8_s2_rec3", "8x8_s2_rec4",
         "16x16_s3"]


def model_of(golden):
    settings = golden.settings
    return models.RealNVP(
        golden.inputs["x"].shape[1:],
        scales=settings["n_scale"],
        filters=settings["base_dim"],
        blocks=settings["residual_blocks"],
        recursion_type=settings["recursion_type"],
        affine="all" if settings["use_aff"] else "last",
        bottleneck=bool(settings["bottleneck"]),
        use_skips=bool(settings["skip"]),
        use_batch_norm=bool(settings["use_batch_norm"]),
        quants=None,
    )


def write(folder, variables, scope="model/"):
    """Writes a checkpoint as a Saver of TF1, with a counter beside the variables, and returns its prefix."""
    made = {f"{scope}{name}": value for name, value in variables.items()} | {f"{scope}global_step": np.int64(7)}
    path = str(folder / "model.ckpt")
    # The operation that a Saver runs; a graph of its own with all variables takes longer than the test.
    tf.raw_ops.SaveV2(prefix=path, tensor_names=list(made), shape_and_slices=[""] * len(made),
                      tensors=[tf.constant(value) for value in made.values()])
    return path


@pytest.mark.parametrize("name", slow_but(NAMES[:2], NAMES))
def test_a_loaded_model_gives_the_golden_numbers_in_both_directions(name, tmp_path):
    golden = cases(f"multiscale_{name}")["m"]
    model = model_of(golden)
    loaded = checkpoint.load(model, write(tmp_path, golden.variables), layout="real_nvp")
    z, log_det = model.chain(golden.inputs["x"], return_log_det=True)
    expected = golden.results["eval_forward"]
    assert relative_error([z, log_det], [expected["z"], expected["log_diff_sum"]]) <= tolerances.GOLDEN_FLOW
    assert relative_error(model(golden.inputs["x"]), expected["prior_ll"] + expected["log_diff_sum"]) <= (
        tolerances.GOLDEN_FLOW
    )
    x, log_det = model.chain(golden.inputs["zs"], inverse=True, return_log_det=True)
    expected = golden.results["eval_decode_of_zs"]
    assert relative_error([x, log_det], [expected["x"], expected["log_diff_sum"]]) <= tolerances.GOLDEN_FLOW
    assert len(loaded.names) == len(model.weights)
    assert all(left.endswith("step") for left in loaded.unused)


@pytest.mark.parametrize("settings", [
    {"blocks": 0},
    {"blocks": 0, "bottleneck": True, "use_batch_norm": False},
    {"blocks": 1, "bottleneck": True, "use_skips": False, "use_weight_norm": False},
])
def test_all_other_networks_find_their_variables(settings, tmp_path):
    hps = get_default_hparams()
    for name, value in {"base_dim": 2, "n_scale": 1, **settings}.items():
        hps[{"blocks": "residual_blocks", "use_skips": "skip"}.get(name, name)] = value
    arguments = {"use_batch_norm": hps.use_batch_norm, "weight_norm": settings.get("use_weight_norm", True)}
    x = np.random.default_rng(2).normal(size=(2, 4, 4, 1)).astype("float32")
    with tf.Graph().as_default(), v1.Session() as session:
        with v1.variable_scope("model"):
            encoder(x, hps, hps.n_scale, **arguments)
            expected = encoder(x, hps, hps.n_scale, train=False, **arguments)
        session.run(v1.global_variables_initializer())
        path = v1.train.Saver().save(session, str(tmp_path / "model"))
        expected = session.run(expected)
    model = models.RealNVP((4, 4, 1), scales=1, filters=2, quants=None, **settings)
    loaded = checkpoint.load(model, path, layout="real_nvp")
    z, log_det = model.chain(x, return_log_det=True)
    assert relative_error(z, expected[0]) <= tolerances.GOLDEN_FLOW
    assert relative_error(log_det, expected[1].sum((1, 2, 3))) <= tolerances.GOLDEN_FLOW
    assert all(left.endswith("step") for left in loaded.unused)


def test_another_scope_is_named_in_the_map(tmp_path):
    golden = cases("multiscale_8x8_s1_step")["m"]
    model = model_of(golden)
    path = write(tmp_path, golden.variables, scope="")
    with pytest.raises(ValueError, match='"model/scale_0/coupling_0/bn_in/beta" .nearest name there: "scale_0/coup'):
        checkpoint.load(model, path, layout="real_nvp")
    checkpoint.load(model, path, layout=functools.partial(real_nvp, scope=""))
    z = model.chain(golden.inputs["x"])
    assert relative_error(z, golden.results["eval_forward"]["z"]) <= tolerances.GOLDEN_FLOW


def test_other_models_are_not_known():
    assert real_nvp(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])) is None
