#!/usr/bin/env python
"""Measures peak memory and time of training steps through chains of couplings: ordinary, reversible, keras.remat.

A chain alternates affine couplings (networks of three 3x3 convolutions) and flow batch normalisation. "rise" is the
peak memory of one training step over the state before it, each in a process of its own, after a first step that traces
and compiles. Times are medians of interleaved rounds in one process. "gradient error" is the norm of the difference to
the gradient of the ordinary chain over the norm of that gradient, all weights together; beside it stands that of the
ordinary chain with XLA to the same without, which is what float32 leaves. Batch normalisation inside the networks
(`--batch-norm`) raises both to about 2e-3. Linux only.
"""

import argparse
import ctypes
import functools
import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import memory
import numpy as np
import tensorflow as tf
import timing

from tfconvkit import layers

FORMS = ("ordinary", "reversible", "remat")


def chain(arguments, couplings, form):
    """Returns a built chain, the same weights for every form."""
    keras.utils.set_random_seed(0)
    channels, parts = arguments.channels, []
    for index in range(couplings):
        mask = {"mask": "channel", "complement": index % 2}
        parts.append(layers.AffineCoupling(network(arguments, channels), name=f"coupling_{index}", **mask))
        parts.append(layers.FlowBatchNormalization(name=f"norm_{index}", **mask))
    whole = layers.Chain(parts, reversible=form == "reversible")
    whole(keras.KerasTensor((None, arguments.size, arguments.size, channels)))
    for part in parts[::2]:
        part.scale.assign(0.5)
    return whole


def network(arguments, channels):
    parts = []
    for _ in range(2):
        parts.append(keras.layers.Conv2D(arguments.filters, 3, padding="same"))
        parts += [keras.layers.BatchNormalization()] if arguments.batch_norm else []
        parts.append(keras.layers.ReLU())
    return keras.Sequential([*parts, keras.layers.Conv2D(channels, 3, padding="same")])


def step(flow, form, x, jit_compile):
    """Returns a training step: loss and gradients, moving statistics updated."""
    run = functools.partial(rematerialized if form == "remat" else ordinary, flow)

    @tf.function(jit_compile=jit_compile)
    def function():
        with tf.GradientTape() as tape:
            y, log_det = run(x)
            loss = tf.reduce_mean(tf.reduce_sum(tf.square(y), axis=(1, 2, 3)) / 2 - log_det) / np.prod(x.shape[1:])
        return loss, tape.gradient(loss, [weight.value for weight in flow.trainable_weights])

    return function


def ordinary(flow, x):
    return flow(x, return_log_det=True, training=True)


def rematerialized(flow, x):
    total = 0.0
    for layer in flow.layers:
        x, log_det = keras.remat(functools.partial(layer, return_log_det=True, training=True))(x)
        total += log_det
    return x, total


def data(arguments):
    shape = (arguments.batch, arguments.size, arguments.size, arguments.channels)
    return tf.random.stateless_normal(shape, seed=(1, 2))


def rise(function):
    """Peak of a call in MB over the memory before it, after a first call."""
    function()
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = memory.current()
    function()[0].numpy()
    return memory.peak() - before


def rise_in_a_process(arguments, form, couplings, jit_compile):
    sizes = ("batch", "size", "channels", "filters")
    words = [sys.executable, __file__, "--child", form, str(couplings), str(int(jit_compile))]
    words += [f"--{name}={getattr(arguments, name)}" for name in sizes]
    words += ["--batch-norm"] if arguments.batch_norm else []
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    finished = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(finished.stdout.splitlines()[-1])


def child(arguments):
    memory.return_freed()
    form, couplings, jit_compile = arguments.child
    function = step(chain(arguments, int(couplings), form), form, data(arguments), bool(int(jit_compile)))
    print(json.dumps(rise(function)))


def gradient_error(one, other):
    one, other = (np.concatenate([np.ravel(gradient).astype("float64") for gradient in all_]) for all_ in (one, other))
    return np.linalg.norm(one - other) / np.linalg.norm(other)


def measure(arguments, jit_compile):
    """Returns the rows of one mode, the lines that compare them, and the ordinary gradients."""
    few, many = arguments.couplings
    settings = [("ordinary", few), *((form, many) for form in FORMS)]
    rises = {key: rise_in_a_process(arguments, *key, jit_compile) for key in settings}
    x = data(arguments)
    functions = {form: step(chain(arguments, many, form), form, x, jit_compile) for form in FORMS}
    gradients = functions["ordinary"]()[1]
    error = gradient_error(functions["reversible"]()[1], gradients)
    medians = timing.interleaved(functions, rounds=arguments.rounds, warmup=1)
    rows = []
    for form, couplings in settings:
        milliseconds = 1e3 * medians[form] if couplings == many else ""
        rows.append([form, str(couplings), "yes" if jit_compile else "no", rises[form, couplings], milliseconds])
    reversible, factors = rises["reversible", many], timing.ratios(medians)
    return rows, [
        f"jit {'yes' if jit_compile else 'no'}: reversible {many} / ordinary {few}: "
        f"{reversible / rises['ordinary', few]:.3f} (at most 1.3); / ordinary {many}: "
        f"{reversible / rises['ordinary', many]:.3f} (at most 0.5)",
        f"  time: reversible {factors['reversible']:.2f}x, keras.remat {factors['remat']:.2f}x of ordinary; "
        f"gradient error {error:.1e} (at most 1e-4)",
    ], gradients


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--size", type=int, default=32, metavar="N", help="height and width")
    parser.add_argument("--channels", type=int, default=12)
    parser.add_argument("--filters", type=int, default=32, help="of the hidden convolutions")
    parser.add_argument("--batch-norm", action="store_true", help="inside the networks")
    parser.add_argument("--couplings", type=int, nargs=2, default=[3, 12], metavar=("FEW", "MANY"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        return child(arguments)
    print(timing.machine())
    print(f"batch {arguments.batch}, {arguments.size} x {arguments.size} x {arguments.channels}")
    (rows, lines, gradients), (more_rows, more_lines, compiled) = (measure(arguments, jit) for jit in (False, True))
    lines += [*more_lines, f"ordinary with XLA to without: gradient error {gradient_error(compiled, gradients):.1e}"]
    print(timing.table(["form", "couplings", "jit", "rise MB", "ms"], rows + more_rows))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
