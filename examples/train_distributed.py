"""How do I train on several devices or in several processes, and does the result stay that of one?

A C4 network on turned digits, 10 steps: (a) `fit` under MirroredStrategy on 2 logical CPUs, (b) two local processes
under MultiWorkerMirroredStrategy with `tfconvkit.multi_worker`, one of which is killed after step 5, whereupon all
start again from the checkpoint of step 4, (c) `fit` under DataParallel on 2 devices of the JAX backend. Losses and
pooled batch-norm statistics are compared with those of one device. Needs pip install "tfconvkit[demo]" jax.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import tfconvkit

STEPS, BATCH = 10, 64
JAX = {"KERAS_BACKEND": "jax", "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}


def save_turned_digits(path):
    """Saves the images of all steps, each at a random quarter turn, and their labels."""
    from sklearn.datasets import load_digits
    (images, labels), rng = load_digits(return_X_y=True), np.random.default_rng(0)
    images = [np.rot90(image.reshape(8, 8, 1) / 16, rng.integers(4)) for image in images[: STEPS * BATCH]]
    np.savez(path, np.stack(images).astype("float32"), labels[: STEPS * BATCH].astype("int32"))


def network(synchronized):
    """Builds the network, its batch norm with the statistics of the devices together (synchronized) or of each."""
    import keras  # here, since the process that starts the others need not wait for it
    keras.utils.set_random_seed(0)
    model = keras.Sequential([
        keras.Input((8, 8, 1)), tfconvkit.layers.LiftConv2D(8, 3, group="C4", padding="same", use_bias=False),
        tfconvkit.layers.GroupBatchNormalization(group="C4", momentum=0.9, synchronized=synchronized, name="norm"),
        keras.layers.ReLU(), tfconvkit.layers.GroupConv2D(16, 3, group="C4", strides=2, padding="same"),
        tfconvkit.layers.GroupPooling(group="C4"), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10)])
    model.compile(keras.optimizers.Adam(1e-2), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.optimizer.build(model.trainable_variables)  # else TensorFlow traces the first step twice
    return model


def fit(model, folder):
    digits = np.load(folder / "digits.npz").values()
    run = model.fit(*digits, BATCH, epochs=STEPS, steps_per_epoch=1, shuffle=False, verbose=0)
    return result(model, range(STEPS), run.history["loss"])


def result(model, step, loss):
    moving = np.concatenate([np.asarray(w) for w in model.get_layer("norm").non_trainable_weights])
    return {"step": list(step), "loss": loss, "moving": moving.tolist()}


def run_jax(folder):
    import keras
    one = fit(network(synchronized=False), folder)
    keras.distribution.set_distribution(keras.distribution.DataParallel())
    return one, fit(network(synchronized=False), folder)  # one program for all devices: statistics are always pooled


def run_mirrored(folder):
    import tensorflow as tf
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    one = fit(network(synchronized=False), folder)
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        return one, fit(network(synchronized=True), folder)


def run_worker(folder, kill=None):
    import tensorflow as tf
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    with strategy.scope():
        model = network(synchronized=True)
    dataset = tf.data.Dataset.from_tensor_slices(tuple(np.load(folder / "digits.npz").values())).batch(BATCH)
    if kill and strategy.cluster_resolver.task_id == 1 and not list(folder.glob("ckpt*")):
        tfconvkit.multi_worker.fit(model, dataset, steps=5)
        os.kill(os.getpid(), 9)
    return [result(model, **tfconvkit.multi_worker.fit(model, dataset, STEPS, str(folder), save_every=4))]


def compare(name, one, two):
    losses = max(abs(loss - one["loss"][step]) for step, loss in zip(two["step"], two["loss"], strict=True))
    moving = np.abs(np.subtract(one["moving"], two["moving"])).max()
    print(f"{name}, steps {two['step'][0]} to {two['step'][-1]}\n  last loss {two['loss'][-1]:.6f}\n"
          f"  differs from one device: losses by {losses:.1e}, pooled statistics by {moving:.1e}")
    if max(losses, moving) > 1e-4:
        raise SystemExit("The claim does not hold here: they should differ by at most 1e-4.")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="nobody is killed, without JAX")
    parser.add_argument("role", nargs="*", help=argparse.SUPPRESS)  # what a process started below does
    options = parser.parse_args(arguments)
    if options.role:
        run, out, *kill = options.role
        return Path(out).write_text(json.dumps(globals()[run](Path(out).parent, *kill)))
    with tempfile.TemporaryDirectory() as folder:
        save_turned_digits(Path(folder) / "digits.npz")
        outs = [Path(folder) / role for role in ("run_mirrored", "run_worker", "run_jax")]
        mirrored, worker, jax = ([sys.executable, __file__, out.name, str(out)] for out in outs)
        with subprocess.Popen(mirrored):
            restarts = tfconvkit.multi_worker.launch(worker + ["kill"] * (not options.quick), restarts=1)
        one, two = json.loads(outs[0].read_text())
        compare("(a) 2 devices, MirroredStrategy", one, two)
        compare(f"(b) 2 processes, started again {restarts} times", one, *json.loads(outs[1].read_text()))
        if not options.quick:
            if subprocess.run(jax, env={**os.environ, **JAX}).returncode:
                raise SystemExit("(c) failed, see above. It needs pip install jax.")
            compare("(c) 2 devices of JAX, DataParallel", *json.loads(outs[2].read_text()))


if __name__ == "__main__":
    main()
