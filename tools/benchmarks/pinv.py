#!/usr/bin/env python
"""Times recovering x from a convolution of it, circular by frequencies and zero-padded by Krylov steps, in float32.

"svd" is what one writes with TensorFlow alone: the transform of the padded kernel on all frequencies, the
pseudo-inverse of each matrix by its singular values, the product with the transform of y. "factorised" computes symbol,
inverse and x at every call, "solved" symbol and x without the inverse, "cached" x with an inverse computed before. All
are graphs without XLA; medians of interleaved rounds. y is computed in float64; "error" is |found - x| / |x|, and
"times svd's" that error divided by the one of "svd". The noise of the kernels has the standard deviation
1 / sqrt(9 channels).

The second table is of zeros padded, which "svd" does not solve. Each solver gets kernel and y at every call, so that a
preconditioner is made at every call too; "residual" is |A x - y| / |y|. Memory, on Linux: what the cached inverse
holds, and how far a first call rises above its inputs.
"""

import argparse
import json
import subprocess
import sys

import memory
import numpy as np
import tensorflow as tf
import timing

from tfconvkit import operators
from tfconvkit.ops import spectral

HEADER = ["kernel", "form", "ms", "times faster", "error", "times svd's"]
FORMS = ("svd", "factorised", "solved", "cached")
PADDED_HEADER = ["kernel", "solver", "ms", "of svd's", "steps", "residual", "converged", "error"]
SOLVERS = {
    "CG, circular": operators.ConjugateGradient(max_steps=100),
    "CG, plain": operators.ConjugateGradient(max_steps=100, preconditioner=None),
    "GMRES, circular": operators.GMRES(max_steps=100),
    "GMRES, plain": operators.GMRES(max_steps=100, preconditioner=None),
}
# Weights of the identity and of the noise.
KERNELS = {"I + 0.25 noise": (1.0, 0.25), "I + 0.6 noise": (1.0, 0.6), "noise": (0.0, 1.0)}


def problem(name, options):
    """Returns kernel, x and y: `y` is the circular convolution of `x`."""
    rng = np.random.default_rng(0)
    identity, noise = KERNELS[name]
    channels, grid = options.channels, (options.size, options.size)
    kernel = noise * rng.normal(size=(3, 3, channels, channels)) / np.sqrt(9 * channels)
    kernel[1, 1] += identity * np.eye(channels)
    x = rng.normal(size=(options.batch, *grid, channels))
    kernel, x = (tf.constant(array, "float32") for array in (kernel, x))
    y = spectral.apply(spectral.symbol(tf.cast(kernel, "float64"), grid), tf.cast(x, "float64"))
    return kernel, x, tf.cast(y, "float32")


def by_svd(kernel, y):
    """Recovers x by the batched singular value decomposition of TensorFlow, on the whole spectrum."""
    channels_first, channels_last = (0, 3, 1, 2), (0, 2, 3, 1)
    size, _, _ = y.shape[1:]
    pads = size - 3
    padded = tf.roll(tf.pad(kernel, [(0, pads), (0, pads), (0, 0), (0, 0)]), shift=(-1, -1), axis=(0, 1))
    spectrum = tf.math.conj(tf.signal.fft2d(tf.cast(tf.transpose(padded, (2, 3, 0, 1)), "complex64")))
    s, u, v = tf.linalg.svd(tf.transpose(spectrum, (2, 3, 0, 1)))
    inverse = tf.matmul(v / tf.cast(s, "complex64")[..., None, :], u, adjoint_b=True)
    rows = tf.transpose(tf.signal.fft2d(tf.cast(tf.transpose(y, channels_first), "complex64")), (2, 3, 0, 1))
    found = tf.transpose(tf.matmul(rows, inverse), (2, 3, 0, 1))
    return tf.transpose(tf.math.real(tf.signal.ifft2d(found)), channels_last)


def candidates(kernel, y):
    """Returns the ways to recover x, by name, as functions without arguments."""
    grid = tuple(y.shape[1:3])
    inverse = spectral.pinv(spectral.symbol(kernel, grid))
    functions = {
        "svd": by_svd,
        "factorised": lambda kernel, y: spectral.apply(spectral.pinv(spectral.symbol(kernel, grid)), y),
        "solved": lambda kernel, y: spectral.solve(spectral.symbol(kernel, grid), y),
    }
    bound = {form: _bound(tf.function(function), kernel, y) for form, function in functions.items()}
    return {**bound, "cached": _bound(tf.function(spectral.apply), inverse, y)}


def _bound(function, *arguments):
    return lambda: function(*arguments)


def rows(name, options):
    """Returns the rows of the table for one kernel."""
    kernel, x, y = problem(name, options)
    forms = candidates(kernel, y)
    medians = timing.interleaved(forms, rounds=options.rounds, warmup=1)
    errors = {form: float(tf.norm(function() - x) / tf.norm(x)) for form, function in forms.items()}
    return [[name, form, 1e3 * medians[form], medians["svd"] / medians[form], f"{errors[form]:.1e}",
             errors[form] / errors["svd"]] for form in forms]


def padded_rows(name, options):
    """Returns the rows of the table of zeros padded for one kernel; of noise alone, those of one solver."""
    kernel, x, _ = problem(name, options)
    grid = tuple(x.shape[1:3])
    y = operators.Convolution(tf.cast(kernel, "float64"), grid).matvec(tf.cast(x, "float64"))
    y, A = tf.cast(y, "float32"), operators.Convolution(kernel, grid)
    solvers = SOLVERS if KERNELS[name][0] else {"CG, circular": SOLVERS["CG, circular"]}
    forms = {solver: _bound(tf.function(_solve_by(solvers[solver], grid)), kernel, y) for solver in solvers}
    forms = {"svd": _bound(tf.function(by_svd), kernel, y), **forms}
    medians = timing.interleaved(forms, rounds=options.rounds, warmup=1)
    found = {form: function() for form, function in forms.items()}
    found["svd"] = operators.Solution(found["svd"], tf.norm(A.matvec(found["svd"]) - y)[None] / tf.norm(y), [0], ["-"])
    return [[name, form, 1e3 * medians[form], medians[form] / medians["svd"], str(int(each.steps[0])),
             f"{float(each.residual[0]):.1e}", str(np.asarray(each.converged)[0]),
             f"{float(tf.norm(each.value - x) / tf.norm(x)):.1e}"] for form, each in found.items()]


def _solve_by(solver, grid):
    return lambda kernel, y: operators.Convolution(kernel, grid).solve(y, solver)


def rise(form, options):
    """Returns by how many MB the first call of one form rises above what the process held before."""
    kernel, _, y = problem("I + 0.25 noise", options)
    function = by_svd if form == "svd" else lambda kernel, y: spectral.pinv(spectral.symbol(kernel, y.shape[1:3]))
    before = memory.current()
    function(kernel, y)
    return memory.peak() - before


def memory_rows(options):
    """Returns the rows of the table of memory; each form runs in a process of its own."""
    found = []
    for form in ("svd", "factorised"):
        command = [sys.executable, __file__, "--measure", form, "--size", str(options.size),
                   "--channels", str(options.channels), "--batch", str(options.batch)]
        finished = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append([f"rise of {form}", json.loads(finished.stdout.splitlines()[-1])])
    count = options.size * (options.size // 2 + 1) * options.channels**2
    return [["cached inverse, and symbol", count * 8 / 2**20], *found]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--channels", type=int, default=32)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--measure", choices=FORMS[:2], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        memory.return_freed()
        print(json.dumps(rise(options.measure, options)))
        return
    print(timing.machine())
    print(timing.table(HEADER, [row for name in KERNELS for row in rows(name, options)]))
    print(timing.table(PADDED_HEADER, [row for name in KERNELS for row in padded_rows(name, options)]))
    if memory.STATUS.exists():
        print(timing.table(["memory", "MB"], memory_rows(options)))


if __name__ == "__main__":
    main()
