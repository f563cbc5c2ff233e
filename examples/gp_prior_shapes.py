"""What does the kernel of a Gaussian process say about its functions, before one of them is drawn?

f ~ GP(0, k): f(a), f(b) are normal with covariance k(a, b). With k = Var f(x), k1 = Cov(f(x), f'(x)), k11 = Var f'(x),
f crosses zero upwards sqrt(k11 k - k1^2) / (2 pi k) times per unit length (Rice). For exp(-d^2 / (2 gamma)), whose
lengthscale is sqrt(gamma), that is 1 / (2 pi sqrt(gamma)). Needs pip install "tfconvkit[demo,tfp]".
"""

import argparse
import contextlib
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

try:
    import tensorflow_probability as tfp
except ImportError as error:
    raise SystemExit('This example draws with TensorFlow Probability: pip install "tfconvkit[tfp]"') from error

X, GAMMA, JITTER, ONE, SCALE = np.linspace(0, 10, 300)[:, None], 0.1, 1e-6, np.float64(1), np.sqrt(0.1)
PSD = tfp.math.psd_kernels
KERNELS = {"rbf": PSD.ExponentiatedQuadratic(ONE, SCALE), "matern32": PSD.MaternThreeHalves(ONE, SCALE),
           "periodic": PSD.ExpSinSquared(ONE, SCALE, period=ONE), "linear": PSD.Linear(ONE, ONE)}


def covariance(name, a, b):
    """Returns the matrix k(a_i, b_j) of one of these kernels, written out; the period is 1."""
    d = np.abs(a - b.T) / SCALE
    return {"rbf": np.exp(-(d**2) / 2), "matern12": np.exp(-d),
            "matern32": (1 + np.sqrt(3) * d) * np.exp(-np.sqrt(3) * d),
            "periodic": np.exp(-2 * np.sin(np.pi * (a - b.T)) ** 2 / GAMMA), "linear": 1 + a * b.T}[name]


def rice_rate(name, x, step=1e-5):
    """Returns zero up-crossings per unit length at x, from the kernel around x by differences."""
    near = np.array([[x - step], [x], [x + step]])
    k = covariance(name, near, near)
    k1 = (k[1, 2] - k[1, 0]) / (2 * step)
    k11 = (k[2, 2] - k[2, 1] - k[1, 2] + k[1, 1]) / step**2
    return np.sqrt(k11 * k[1, 1] - k1**2) / (2 * np.pi * k[1, 1])


def grid_crossings(K):
    """Returns the expected number of up-crossings between neighbours, sum arccos(correlation) / (2 pi): exact."""
    return np.sum(np.arccos(np.diag(K, 1) / np.sqrt(np.diag(K)[1:] * np.diag(K)[:-1]))) / (2 * np.pi)


def draw(K, jitter, z):
    """Returns samples chol(K + jitter I) z, one for each column of z."""
    return np.linalg.cholesky(K + jitter * np.eye(len(K), dtype=K.dtype)) @ z


def show_kernel(name, samples):
    """Prints what a kernel says and what samples of a TFP GaussianProcess do; returns five of them, and the check."""
    K, length = covariance(name, X, X), np.ptp(X)
    half = X[np.argmax(K[0] < 0.5 * np.sqrt(K[0, 0] * np.diag(K))), 0]
    rice = np.mean([rice_rate(name, x) for x in X[:, 0]])
    expected = grid_crossings(K + JITTER * np.eye(len(K))) / length
    f = tfp.distributions.GaussianProcess(KERNELS[name], X, jitter=JITTER).sample(samples, seed=[0, 1]).numpy()
    crossings = np.sum((f[:, :-1] < 0) & (f[:, 1:] > 0), axis=1) / length
    error = crossings.std() / np.sqrt(samples)
    print(f"   {name:9}{K[0, 0]:5.0f} {K[-1, -1]:9.0f} {half:9.2f} {rice:10.4f} {expected:10.4f} "
          f"{crossings.mean():9.4f} +- {error:.4f} {np.linalg.matrix_rank(K, hermitian=True):10}")
    return f[:5], np.allclose(KERNELS[name].matrix(X, X), K, 1e-12) and abs(crossings.mean() - expected) < 4 * error


def smallest_jitter(K):
    """Returns the smallest of a few jitters with which K has a Cholesky factor in its precision."""
    for jitter in (0, *10.0 ** np.arange(-14, 0)):
        with contextlib.suppress(np.linalg.LinAlgError):
            draw(K, K.dtype.type(jitter), np.eye(len(K), 1))
            return jitter


def show_jitter():
    print("2. Why jitter: eigenvalues of K near 0 come out below it. The smallest that the Cholesky factor needs:")
    holds = True
    for name, K in [(name, covariance(name, X, X)) for name in KERNELS]:
        double, single = (smallest_jitter(K.astype(dtype)) for dtype in ("float64", "float32"))
        print(f"   {name:9} least eigenvalue {np.linalg.eigvalsh(K)[0]:8.1e}   jitter {double:.0e}, {single:.0e}")
        holds &= (double > 0) == (name != "matern32")
    print("   (float64, float32.) Smooth functions hardly differ at neighbouring points: see the rank of K.\n"
          f"   Jitter {JITTER:.0e} adds noise of {np.sqrt(JITTER):.0e} to each value: keep it far below the variance.")
    return holds


def show_rough():
    print("3. exp(-d / l), Matern 1/2, has no crossing rate: differences find more the closer one looks")
    for name in ("matern12", "matern32", "rbf"):
        print(f"   {name:9} by step", *(f"  {h:.0e}: {rice_rate(name, 1, h):8.4f}" for h in (1e-2, 1e-3, 1e-4, 1e-5)))
    return rice_rate("matern12", 1) > 100 and abs(rice_rate("rbf", 1) * 2 * np.pi * SCALE - 1) < 1e-4


def picture(names, functions, path):
    figure = Figure(figsize=(10, 2 * len(names)), layout="constrained")
    for name, f, axis in zip(names, functions, figure.subplots(len(names), squeeze=False)[:, 0], strict=True):
        axis.plot(X, f.T)
        axis.set_ylabel(name)
    figure.savefig(path, dpi=80)
    print(f"picture: {path}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernel", nargs="+", choices=list(KERNELS), default=list(KERNELS), help="all four by default")
    parser.add_argument("--quick", action="store_true", help="500 samples, not 20000, and no picture by default")
    parser.add_argument("--out", type=Path, help="picture, gp_prior_shapes.png by default")
    options = parser.parse_args(arguments)
    print(f"1. gamma = {GAMMA}, lengthscale {SCALE:.3f}, 300 points of [0, 10]. Up-crossings of zero per unit length\n"
          "   kernel   Var 0    Var 10   corr 1/2       Rice    on grid   counted in samples   rank of K")
    results = [show_kernel(name, 500 if options.quick else 20000) for name in options.kernel]
    if not all([*(right for _, right in results), show_jitter(), show_rough()]):
        raise SystemExit("The answer does not hold here: please report this.")
    if not options.quick or options.out:
        picture(options.kernel, [f for f, _ in results], options.out or Path("gp_prior_shapes.png"))


if __name__ == "__main__":
    main()
