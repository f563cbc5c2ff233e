"""Contextual attention by its legacy name: golden outputs, flows and gradients."""

import json
import os
import subprocess
import sys
from pathlib import Path

import golden_files
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.inpainting.scripts import MODES, run
from golden_files import GOLDEN, load
from laws import relative_error
from marks import slow_but

from tfconvkit.compat.inpainting import contextual_attention, flow_to_image, v1

NAMES = sorted(path.stem for path in (GOLDEN / "inpaint").glob("ca_*.npz"))
GRADIENTS = [name for name in NAMES if "grad_f" in load(name, area="inpaint")]
SMALL, SOFT = "ca_8x8c4_b2_r1_fuse_mask_diff", "ca_soft_12x16c5_b2_r2_fuse_mask_diff"


def legacy(name):
    golden = load(name, area="inpaint")
    settings = {key: golden[f"cfg_{key}"].item() for key in ("ksize", "stride", "rate", "fuse_k", "softmax_scale")}
    inputs = [golden[key] for key in ("f", "b", "mask") if key in golden]
    return golden, inputs, {**settings, "fuse": bool(golden["cfg_fuse"])}


# The layer has them all in tests/layers/attention.
@pytest.mark.parametrize("name, mode", slow_but((SMALL, SOFT), [
    *((name, "graph") for name in NAMES),
    *((name, mode) for name in (SMALL, SOFT) for mode in (*MODES[1:], "eager")),
]))
def test_outputs_flows_and_gradients_equal_the_legacy_ones(name, mode):
    golden, inputs, settings = legacy(name)
    has_gradients = "grad_f" in golden and mode != "eager"

    def build(*tensors):
        y, flow = contextual_attention(*tensors, **settings)
        gradients = tf.compat.v1.gradients(tf.reduce_sum(y * golden["grad_seed"]), tensors[:2]) if has_gradients else []
        return y, flow, gradients

    y, flow, gradients = build(*map(tf.constant, inputs)) if mode == "eager" else run(mode, build, inputs)[0][0]
    assert np.abs(y - golden["y"]).max() <= tolerances.GOLDEN * max(1, np.abs(golden["y"]).max())
    assert np.abs(flow - golden["flow"]).max() <= 0.01
    for gradient, key in zip(gradients, ("grad_f", "grad_b"), strict=False):
        # That file is held to float64 in tests/layers/attention.
        slack = tolerances.GOLDEN_ATTENTION_GRADIENT if name == golden_files.IMPRECISE else tolerances.GOLDEN
        assert np.abs(gradient - golden[key]).max() <= slack * max(1, np.abs(golden[key]).max())


@pytest.mark.parametrize("name", (SMALL, "ca_12x12c4_b1_r2_k5_fusek5_scale4", "ca_8x12c3_b1_r2_allmasked"))
def test_the_original_order_of_operations_has_the_same_outputs_and_flows(name):
    golden, inputs, settings = legacy(name)
    y, flow = contextual_attention(*inputs, **settings, literal=True)
    assert np.abs(y - golden["y"]).max() <= tolerances.GOLDEN
    assert np.abs(flow - golden["flow"]).max() <= 0.01


def literal_error(name):
    """The largest error of outputs and gradients in the original's order, relative to gradients larger than 1."""
    golden, inputs, settings = legacy(name)

    @tf.function
    def build(*tensors):
        y, _ = contextual_attention(*tensors, **settings, literal=True)
        return y, *tf.gradients(tf.reduce_sum(y * golden["grad_seed"]), tensors[:2])

    expected = [golden[key] for key in ("y", "grad_f", "grad_b")]
    values = zip(build(*map(tf.constant, inputs)), expected, strict=True)
    return max(float(np.abs(found - value).max() / max(1, np.abs(value).max())) for found, value in values)


@pytest.mark.slow
def test_with_onednn_the_original_order_has_every_golden_gradient():
    """Measured: 6.4e-7 at most; without oneDNN 5.7e-5 and 8.4e-6 in two files, which peaked attention amplifies."""
    script = "import json, test_attention as t; print(json.dumps([t.literal_error(name) for name in t.GRADIENTS]))"
    folder = Path(__file__).parent
    paths = os.pathsep.join(map(str, (folder, folder.parents[1], folder.parents[2])))
    environment = {**os.environ, "PYTHONPATH": paths, "TF_ENABLE_ONEDNN_OPTS": "1"}
    finished = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr[-2000:]
    errors = json.loads(finished.stdout.splitlines()[-1])
    assert len(errors) == len(GRADIENTS) and max(errors) <= tolerances.GOLDEN


def test_the_first_mask_counts_for_the_whole_batch_as_it_did():
    golden, (f, b, mask), settings = legacy(SMALL)
    others = np.concatenate([mask, 1 - mask])
    expected, _ = contextual_attention(f, b, mask, **settings)
    assert np.array_equal(contextual_attention(f, b, others, **settings)[0], expected)


def test_version_1_repeats_the_pixels_of_the_flow():
    golden, inputs, settings = legacy("ca_12x16c5_b2_r2_fuse_mask_diff")
    y, flow = v1.contextual_attention(*inputs, **settings)
    picture = flow_to_image(golden["offsets"]) / 127.5 - 1
    assert relative_error(y, golden["y"]) <= tolerances.GOLDEN
    assert np.abs(flow - picture.repeat(2, axis=1).repeat(2, axis=2)).max() <= 0.01


def test_float64_stays_float64():
    golden, inputs, settings = legacy(SMALL)
    y, _ = contextual_attention(*(x.astype("float64") for x in inputs), **settings)
    assert y.dtype == "float64" and relative_error(y, golden["y"]) <= tolerances.GOLDEN


def test_it_compiles_for_unknown_sizes():
    golden, inputs, settings = legacy(SMALL)
    shapes = [tf.TensorSpec((None, None, None, x.shape[-1])) for x in inputs]
    function = tf.function(lambda *x: contextual_attention(*x, **settings), shapes, jit_compile=True)
    y, flow = function(*map(tf.constant, inputs))
    assert relative_error(y, golden["y"]) <= tolerances.GOLDEN and flow.shape == golden["flow"].shape


def test_the_original_order_asks_for_one_known_shape():
    with pytest.raises(ValueError, match=r"one known shape, and stride=1. Received .* and stride=2. Use literal=False"):
        contextual_attention(tf.ones((1, 8, 8, 3)), tf.ones((1, 8, 8, 3)), stride=2, literal=True)


def test_bad_input_is_answered():
    with pytest.raises(ValueError, match="rate must be a positive integer. Received rate=0"):
        contextual_attention(tf.ones((1, 8, 8, 3)), tf.ones((1, 8, 8, 3)), rate=0)
