#!/usr/bin/env python
"""Checks the layers on an accelerator, of TensorFlow where it sees one, else of JAX, and writes one table.

Every layer runs in float32 on the accelerator through tf.function and through XLA (on JAX through XLA alone), with
TF32 off and on. "error" is the largest difference to the same layer in float64 on the CPU, over the largest output.
"ratio" is the time over that of the rival: a plain Keras convolution of the same shapes, or the two matrix products of
attention. Then the laws and golden tests run with TF32 off, and the benchmarks. Without an accelerator the table is
made on the CPU with small images and without TF32, says so, and tests and benchmarks are left out.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
HEADER = ["layer", "rival", "form", "TF32", "error", "ms", "ratio"]
TESTS = ["backend", "groups", "ops", "losses", "operators", "layers", "models"]
BENCHMARKS = ["group_conv", "attention", "flow", "collapse", "pinv"]
BATCH = 8


class Accelerator(NamedTuple):
    """What the layers run on.

    Args:
        backend: Keras backend that sees it.
        name: Name of the hardware.
        is_found: False where it is the processor itself.
    """

    backend: str
    name: str
    is_found: bool


class Line(NamedTuple):
    """One layer and its rival.

    Args:
        name: What the table shows.
        make: Makes the layer from a dtype.
        rival_name: What the table shows.
        rival: Makes the rival from the inputs: a Keras layer, or a function of them.
        shapes: Shapes of the inputs without the batch.
    """

    name: str
    make: object
    rival_name: str
    rival: object
    shapes: list


def find():
    """Finds an accelerator in processes of their own: only one backend may be imported here."""
    tensorflow = ("import tensorflow as tf; details = tf.config.experimental.get_device_details; "
                  "print(*[details(d).get('device_name', d.name) for d in tf.config.list_physical_devices('GPU')])")
    jax = "import jax; print(*[d.device_kind for d in jax.devices() if d.platform != 'cpu'])"
    for backend, program in (("tensorflow", tensorflow), ("jax", jax)):
        if importlib.util.find_spec(backend):
            seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip()
            if seen:
                return Accelerator(backend, seen.splitlines()[-1], is_found=True)
    return Accelerator(os.environ.get("KERAS_BACKEND", "tensorflow"), "CPU", is_found=False)


def lines(size, channels):
    """Lists the layers; `channels` must be a multiple of 8."""
    import keras

    from tfconvkit import layers

    c, grid = channels, (size, size)

    def same(layer_class, *args, **kwargs):
        return lambda dtype: layer_class(*args, dtype=dtype, **{"padding": "same", **kwargs})

    def plain(filters, kernel_size=3, **kwargs):
        return same(keras.layers.Conv2D, filters, kernel_size, **kwargs)

    def conditioner(dtype):
        return keras.Sequential([plain(c, activation="relu")(dtype), plain(2 * c)(dtype)])

    def coupling(dtype):
        return layers.AffineCoupling(conditioner(dtype), mask="checkerboard", dtype=dtype)

    image, features = [(*grid, 3)], [(*grid, c)]
    table = [
        ("LiftConv2D C4", same(layers.LiftConv2D, c // 4, 3, "C4"), "Conv2D", plain(c), image),
        ("GroupConv2D C4", same(layers.GroupConv2D, c // 4, 3, "C4"), "Conv2D", plain(c), features),
        ("GroupConv2D D4", same(layers.GroupConv2D, c // 8, 3, "D4"), "Conv2D", plain(c), features),
        ("GroupConv2D D4 strides 2", same(layers.GroupConv2D, c // 8, 3, "D4", strides=2), "Conv2D",
         plain(c, strides=2), features),
        ("GroupPooling D4", lambda dtype: layers.GroupPooling("D4", dtype=dtype), "Conv2D 1x1", plain(c // 8, 1),
         features),
        ("GatedConv2D", same(layers.GatedConv2D, c, 3), "Conv2D", plain(2 * c), features),
        ("ContextualAttention", lambda dtype: layers.ContextualAttention(dtype=dtype), "2 products",
         lambda dtype: products, features * 2),
        ("Unfold", same(layers.Unfold, 3), "Conv2D", plain(9 * c), features),
        ("AffineCoupling", coupling, "conditioner", conditioner, features),
        ("InvertibleConv2D", lambda dtype: layers.InvertibleConv2D(dtype=dtype), "Conv2D 1x1", plain(c, 1), features),
        ("CollapsibleConv2D", same(layers.CollapsibleConv2D, c, 3, 4 * c), "Conv2D", plain(c), features),
        ("LinearGenerator", same(layers.LinearGenerator, padding="valid"), "Conv2D 13x13",
         plain(3, 13, strides=2, padding="valid"), image),
        ("SpectralNormConv2D", same(layers.SpectralNormConv2D, c, 3, grid=grid), "Conv2D", plain(c), features),
        ("ConvPseudoInverse2D wrap", same(layers.ConvPseudoInverse2D, c, 3, pad_mode="wrap"), "Conv2D", plain(c),
         features),
    ]
    return [Line(*line) for line in table]


def products(pair):
    """Computes the two matrix products of contextual attention at rate 2: scores of cells, then patches pasted."""
    from keras import ops

    batch, _, _, channels = pair[0].shape
    query, key = (ops.reshape(x[:, ::2, ::2], (batch, -1, channels)) for x in pair)
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1)))
    return ops.matmul(scores, ops.reshape(pair[1], (batch, -1, 4 * channels)))


def numbers(shapes, dtype):
    """Draws the inputs, the same ones for every dtype."""
    import numpy as np

    rng = np.random.default_rng(0)
    drawn = [(rng.normal(size=(BATCH, *shape)) / 4).astype("float32").astype(dtype) for shape in shapes]
    return drawn if len(drawn) > 1 else drawn[0]


def made(make, dtype, x):
    """Makes a layer, or a function, and calls it once."""
    import keras

    keras.utils.set_random_seed(0)
    function = make(dtype)
    function(x)
    return function


def compiled(function, is_jit):
    """Returns the function through tf.function or jax.jit, with its weights as arguments of the program."""
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(function, jit_compile=is_jit)
    import jax

    if not hasattr(function, "stateless_call"):
        return jax.jit(function)
    weights = ([w.value for w in each] for each in (function.trainable_variables, function.non_trainable_variables))
    program = jax.jit(lambda weights, x: function.stateless_call(*weights, x)[0])
    return lambda x, weights=tuple(weights): program(weights, x)


def set_tf32(is_on):
    """Lets matrix products of float32 round their factors to 10 bits, or not."""
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.config.experimental.enable_tensor_float_32_execution(is_on)
    import jax

    return jax.config.update("jax_default_matmul_precision", "tensorfloat32" if is_on else "float32")


def rows(line, forms, precisions, rounds):
    """Returns the rows of one layer: all forms at all precisions."""
    import keras
    import numpy as np
    import timing

    x = numbers(line.shapes, "float32")
    layer, rival = made(line.make, "float32", x), made(line.rival, "float32", x)
    with keras.device("cpu:0"):
        exact = made(line.make, "float64", numbers(line.shapes, "float64"))
        exact.set_weights(layer.get_weights())
        expected = first(exact(numbers(line.shapes, "float64")))
    x = keras.tree.map_structure(keras.ops.convert_to_tensor, x)
    table = []
    for precision in precisions:
        set_tf32(precision == "on")
        for form in forms:
            ours, theirs = (compiled(function, form == "jit") for function in (layer, rival))
            error = np.abs(first(ours(x)) - expected).max() / np.abs(expected).max()
            candidates = {"ours": lambda run=ours: run(x), "rival": lambda run=theirs: run(x)}
            medians = timing.interleaved(candidates, rounds=rounds)
            table.append([line.name, line.rival_name, form, precision, f"{error:.1e}",
                          1e3 * medians["ours"], medians["ours"] / medians["rival"]])
    return table


def first(y):
    """Returns the first output as an array."""
    import keras

    return keras.ops.convert_to_numpy(keras.tree.flatten(y)[0])


def run_beside(command, **variables):
    """Runs a command and returns the end of what it printed."""
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **variables})
    return finished.stdout.strip() or finished.stderr.strip()[-2000:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, help="height and width; default 64, 16 without an accelerator")
    parser.add_argument("--channels", type=int, help="a multiple of 8; default 64, 16 without an accelerator")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--layers", nargs="+", metavar="NAME", help="only these")
    parser.add_argument("--table-only", action="store_true", help="neither tests nor benchmarks")
    parser.add_argument("--out", type=Path, help="a Markdown file, such as docs/gpu.md")
    options = parser.parse_args()
    accelerator = find()
    os.environ["KERAS_BACKEND"] = accelerator.backend
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    import timing

    default = 64 if accelerator.is_found else 16
    parts = [f"{accelerator.name}; {timing.machine()}"]
    if not accelerator.is_found:
        parts.append("No accelerator: neither TensorFlow nor JAX sees one. The table is that of the processor.")
    forms = ("function", "jit") if accelerator.backend == "tensorflow" else ("jit",)
    precisions = ("off", "on") if accelerator.is_found else ("off",)
    table = []
    for line in lines(options.size or default, options.channels or default):
        if not options.layers or line.name.split()[0] in options.layers:
            table += rows(line, forms, precisions, options.rounds)
            print(timing.table(HEADER, table[-len(forms) * len(precisions) :]), file=sys.stderr)
    parts.append(timing.table(HEADER, table))
    if accelerator.is_found and not options.table_only:
        # cuDNN and cuBLAS obey this variable in every process.
        paths = [f"tests/{name}" for name in TESTS if (ROOT / "tests" / name).exists()]
        tests = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", *paths]
        parts.append(run_beside(tests, NVIDIA_TF32_OVERRIDE="0")[-2000:])
        if accelerator.backend == "tensorflow":
            files = [f"tools/benchmarks/{name}.py" for name in BENCHMARKS]
            parts += [run_beside([sys.executable, file, "--rounds", "5"]) for file in files]
    print("\n\n".join(parts))
    if options.out:
        blocks = [f"```\n{part}\n```\n" for part in parts]
        options.out.write_text("\n".join(["# Layers on an accelerator\n", *blocks]))


if __name__ == "__main__":
    main()
