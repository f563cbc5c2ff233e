"""Training in several processes: steps, checkpoints, restarts. `examples/train_distributed.py` compares the numbers."""

import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from laws import relative_error

from tfconvkit import multi_worker

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(12, 3)).astype("float32"), RNG.normal(size=(12, 2)).astype("float32")
DATASET = tf.data.Dataset.from_tensor_slices((X, Y)).batch(4)
# Fails where no file stands yet, and writes it: only the first start fails.
FAILS_ONCE = """
import json, os, pathlib, sys
config = json.loads(os.environ["TF_CONFIG"])
assert len(set(config["cluster"]["worker"])) == 2
mark = pathlib.Path(sys.argv[1])
if config["task"]["index"] == 1 and not mark.exists():
    mark.touch()
    sys.exit(7)
"""


def model(dropout=0.5):
    keras.utils.set_random_seed(0)
    parts = [keras.Input((3,)), keras.layers.BatchNormalization(), keras.layers.Dropout(dropout), keras.layers.Dense(2)]
    whole = keras.Sequential(parts)
    whole.compile(keras.optimizers.Adam(0.1), "mse", metrics=["mae"])
    return whole


def test_steps_are_those_of_keras():
    ours, keras_own = model(dropout=0), model(dropout=0)
    history = multi_worker.fit(ours, DATASET, steps=6)
    expected = keras_own.fit(DATASET, epochs=2, verbose=0).history
    assert history["step"] == list(range(6))
    for name, values in expected.items():
        means = np.mean(np.reshape(history[name], (2, 3)), axis=1)
        assert relative_error(means, np.array(values)) <= tolerances.SAME_LAYER
    for w, other in zip(ours.weights, keras_own.weights, strict=True):
        assert relative_error(w.numpy(), other.numpy()) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("save_every", (2, 100))
def test_a_restart_goes_on_as_if_nothing_had_happened(tmp_path, save_every):
    """Weights, moving statistics, the optimizer's moments, the dropout seed and the place in the data come back."""
    whole, folder = multi_worker.fit(model(), DATASET, steps=8), str(tmp_path)
    multi_worker.fit(model(), DATASET, steps=5, folder=folder, save_every=save_every)
    rest = multi_worker.fit(model(), DATASET, steps=8, folder=folder, save_every=save_every)
    assert rest["step"] == [5, 6, 7] and rest["loss"] == whole["loss"][5:]
    assert multi_worker.fit(model(), DATASET, steps=8, folder=folder) == {}


def test_datasets_of_unknown_length_are_resumed_too(tmp_path):
    dataset = DATASET.filter(lambda x, y: True)
    first = [multi_worker.fit(model(), data, steps=4)["loss"] for data in (DATASET, dataset)]
    multi_worker.fit(model(), dataset, steps=2, folder=str(tmp_path))
    assert first[0] == first[1]
    assert multi_worker.fit(model(), dataset, steps=4, folder=str(tmp_path))["loss"] == first[0][2:]


@pytest.mark.parametrize(
    ("changed", "message"),
    (
        ({"model": keras.Sequential([keras.layers.Dense(1)])}, "built and compiled model. .* not built. Give it a"),
        ({"model": keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])}, "which is not compiled"),
        ({"dataset": DATASET.take(0)}, "Received an empty one"),
        ({"steps": 0}, "steps must be a positive integer. Received steps=0"),
        ({"save_every": 1.5}, "save_every must be a positive integer. Received save_every=1.5"),
    ),
)
def test_bad_arguments_are_named(changed, message):
    with pytest.raises(ValueError, match=message):
        multi_worker.fit(**{"model": model(), "dataset": DATASET, "steps": 1, **changed})


def test_all_workers_start_again_when_one_fails(tmp_path):
    command = [sys.executable, "-c", FAILS_ONCE, str(tmp_path / "mark")]
    with pytest.raises(RuntimeError, match="1 times, and each time a worker failed, the last with status 7"):
        multi_worker.launch(command)
    (tmp_path / "mark").unlink()
    assert multi_worker.launch(command, restarts=2) == 1


# The first fails, the others say in a file that nobody ended them.
FIRST_FAILS = """
import os, pathlib, sys, time
if '"index": 0' in os.environ["TF_CONFIG"]:
    sys.exit(3)
time.sleep(10)
pathlib.Path(sys.argv[1]).touch()
"""


def test_the_others_are_ended_with_the_one_that_fails(tmp_path):
    with pytest.raises(RuntimeError, match="status 3"):
        multi_worker.launch([sys.executable, "-c", FIRST_FAILS, str(tmp_path / "lived")])
    assert not (tmp_path / "lived").exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    (({"workers": 0}, "workers must be a positive integer"), ({"restarts": -1}, "must be an integer from 0 on")),
)
def test_numbers_of_workers_are_checked(changed, message):
    with pytest.raises(ValueError, match=message):
        multi_worker.launch([sys.executable, "-c", ""], **changed)
