"""y = K * x, 32 channels, 128x128, 3x3, padding=1: how is A^+ y computed, and what comes back?

The pseudo-inverse of a convolution is no convolution where zeros are padded: the answer by Fourier transform is
that of another operator. It is a good preconditioner, though. Prints residual |A x - y| / |y|, error of x and time
for kernels near the identity and random ones, as asked and with 1x1, circular and cropped y. --quick: a small grid.
"""

import argparse
import time

import numpy as np
from keras import ops

from tfconvkit import operators
from tfconvkit.ops import spectral

FULL, QUICK = dict(side=128, channels=32), dict(side=12, channels=3)


def kernels(channels, taps=3, seed=0):
    """Yields kernels by name: the identity with noise of two strengths, and noise alone."""
    for name, diagonal, strength in (("I + 0.25 noise", 1, 0.25), ("I + 0.6 noise", 1, 0.6), ("noise", 0, 1)):
        noise = np.random.default_rng(seed).normal(size=(taps, taps, channels, channels)) / np.sqrt(taps**2 * channels)
        noise *= strength
        noise[taps // 2, taps // 2] += diagonal * np.eye(channels)
        yield name, noise.astype("float32")


def image_for(A):
    return np.random.default_rng(1).normal(size=(1, *A.domain_shape)).astype("float32")


def size(x):
    return float(np.linalg.norm(ops.convert_to_numpy(x)))


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def report(name, A, x, found, note=""):
    """Prints one line for `found`, an x and the seconds it took: residual and error; returns these two."""
    found, seconds = found
    y = A.matvec(x)
    residual, error = size(A.matvec(found) - y) / size(y), size(found - x) / size(x)
    print(f"   {name:15} residual {residual:.1e}   error of x {error:.1e} {seconds:8.2f} s   {note}")
    return residual, error


def show_padded(side, channels):
    """The problem as posed, by Krylov steps, and the answer by Fourier transform beside it."""
    print(f"1. As posed: {channels} channels, {side}x{side}, 3x3, zeros padded")
    holds = True
    for name, kernel in kernels(channels):
        A = operators.Convolution(kernel, grid=(side, side))
        circular = operators.Convolution(kernel, grid=(side, side), pad_mode="wrap")
        x = image_for(A)
        solution, seconds = timed(A.solve, A.matvec(x), operators.ConjugateGradient(max_steps=60))
        is_solved, steps = bool(solution.converged[0]), int(solution.steps[0])
        note = f"{steps} steps, converged={is_solved}, condition if circular {circular.condition():.0f}"
        residual, _ = report(name, A, x, (solution.value, seconds), note)
        report("  by FFT", A, x, timed(lambda y, A: A.pinv().matvec(y), A.matvec(x), circular), "of another A")
        holds &= is_solved == (residual <= 1e-6) and (name == "noise" or is_solved)
    print("   Near the identity x comes back. Of a random kernel it does not: what A nearly destroys is lost in the")
    print("   rounding of y. The residual says how far the steps came, converged=False that they did not arrive.")
    return holds


def show_variants(side, channels):
    """1x1, circular, and y without its border."""
    print("2. Its relatives")
    errors = []
    for name, kernel in kernels(channels, taps=1):
        A, inverse = operators.Convolution(kernel, grid=(side, side)), np.linalg.pinv(kernel[0, 0])
        found = timed(ops.matmul, A.matvec(x := image_for(A)), inverse)
        errors += report("1x1", A, x, found, f"{name}: one small pinv for all pixels")
    for name, kernel in kernels(channels):
        A = operators.Convolution(kernel, grid=(side, side), pad_mode="wrap")
        found = timed(lambda y, A: A.pinv().matvec(y), A.matvec(x := image_for(A)), A)
        errors += report("circular", A, x, found, f"{name}: exact, per frequency")
    _, kernel = next(kernels(channels))
    A = operators.Convolution(kernel, grid=(side, side), padding="valid")
    found = timed(A.pinv().matvec, A.matvec(x := image_for(A)))
    residual, error = report("y cropped", A, x, found, "the smallest x of many")
    print("   Of a cropped y the border is missing: A x = y holds, and this x is not the one that was convolved.")
    return max(errors) < 1e-2 and residual <= 1e-5 and error > 1e-3


def show_projector():
    """`A A^+` and `A^+ A` on a small grid."""
    print("3. A A^+ is a projector, and the identity only at full row rank (distance to the identity)")
    holds = True
    for name, channels, filters in (("as many filters as channels", 2, 2), ("fewer", 4, 2), ("more", 2, 4)):
        kernel = np.random.default_rng(3).normal(size=(3, 3, channels, filters))
        A = operators.Convolution(kernel, grid=(5, 6), pad_mode="wrap")
        matrix, inverse = (ops.convert_to_numpy(each.to_dense()) for each in (A, A.pinv()))
        product = matrix @ inverse
        squared, distance = np.abs(product @ product - product).max(), np.abs(product - np.eye(len(product))).max()
        print(f"   {name:29} |P P - P| = {squared:.0e}   |A A^+ - I| = {distance:.0e}")
        holds &= squared < 1e-9 and (distance < 1e-9) == (filters <= channels)
    blur = operators.Convolution(np.ones((2, 2, 1, 1)) / 4, grid=(6, 6), pad_mode="wrap")
    sign, log_abs_det = spectral.log_det(blur.symbol(blur.tensors))
    print(f"   a mean of 2x2 pixels has condition {blur.condition():.0e}, log|det| {float(log_abs_det):.0f}, sign "
          f"{float(sign):.0f}: stripes of one pixel are gone for good")
    return holds


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="3 channels on a grid of 12x12")
    settings = QUICK if parser.parse_args(arguments).quick else FULL
    if not all([show_padded(**settings), show_variants(**settings), show_projector()]):
        raise SystemExit("The answer does not hold here: please report this.")


if __name__ == "__main__":
    main()
