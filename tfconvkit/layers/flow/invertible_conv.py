"""Invertible convolutions: learned mixtures of channels, of one pixel or of its neighbours too."""

import keras
import numpy as np
from keras import ops

from tfconvkit.layers.arguments import describe, one_of, positive_integers, seed_of
from tfconvkit.layers.flow.invertible import Invertible, channels_of
from tfconvkit.layers.flow.sums import positions
from tfconvkit.layers.operator import circular
from tfconvkit.ops import spectral

PARAMETRIZATIONS = ("plain", "lu")


@keras.saving.register_keras_serializable(package="tfconvkit")
class InvertibleConv2D(Invertible):
    """Convolves by an invertible kernel; with the default 1x1, `y[p] = x[p] W` at each pixel.

    1x1: `log_det = height * width * log|det W|`. `W` is `(input channel, output channel)` and starts as a random
    orthogonal matrix. Two ways to store its `channels^2` numbers:

    - `"plain"`: `kernel = W`; `log|det W| = sum log|diag R|` with `W = Q R`, `W^-1 = R^-1 Q^T`. A training step costs
      `O(channels^3)` for the factors, and nothing keeps `W` from becoming singular.
    - `"lu"`: `W = P L (U + diag(exp(s)))`, `L` unit lower and `U` strictly upper triangular, `P` a permutation that
      `seed` fixes; `log|det W| = sum s`. `kernel` is packed: `L` below the diagonal, `s` on it, `U` above. `W` is
      invertible whatever the numbers.

    Larger kernels: the circular convolution `y[p] = sum over u of x[p + u - (k - 1) // 2] kernel[u]` (a correlation,
    indices modulo the grid) is one matrix `F(f)` per frequency of the grid, so `log_det = sum over f of log|det F(f)|`
    and the inverse, which reaches over the whole image, solves with `F(f)`. The kernel
    `(*kernel_size, channels, channels)` is `"plain"` and starts with a random orthogonal matrix at its middle tap.
    Nothing keeps it from becoming singular but its log-determinant. The inverse loses the digits of its condition,
    `ops.spectral.condition(ops.spectral.symbol(layer.kernel, grid))`.

    Matrices are computed in at least float32, whatever the policy; `jit_compile` works in both directions, on
    TensorFlow without the fast complex algebra.

    Args:
        parametrization: `"plain"` or `"lu"`. Default: `"lu"` for 1x1, `"plain"` for larger kernels, which have no
            other.
        seed: Integer for the start and `P`; None draws one, which the configuration then keeps.
        kernel_size: Integer or two.

    Input shape:
        `(batch, *grid, channels)`, any number of grid axes; two, at least as large as the kernel, for larger kernels.

    Output shape:
        Same as the input.

    Raises:
        ValueError: for an unknown parametrisation or number of channels, a kernel larger than the grid.

    Reference:
        Kingma and Dhariwal, Glow, 2018, section 3.2 (https://arxiv.org/abs/1807.03039); Hoogeboom et al., Emerging
        Convolutions for Generative Normalizing Flows, 2019, section 3.2 (https://arxiv.org/abs/1901.11137).

    Example:
        >>> layer = layers.InvertibleConv2D("lu")
        >>> y, log_det = layer(np.ones((2, 8, 8, 3), "float32"), return_log_det=True)
        >>> y.shape, log_det.shape, layer.count_params()
        (TensorShape([2, 8, 8, 3]), TensorShape([2]), 9)
        >>> layers.InvertibleConv2D(kernel_size=3)(np.ones((2, 8, 8, 3), "float32")).shape
        TensorShape([2, 8, 8, 3])
    """

    takes_structures = False
    least_axes = 2

    def __init__(self, parametrization=None, seed=None, kernel_size=1, **kwargs):
        super().__init__(**kwargs)
        self.kernel_size = positive_integers(self, "kernel_size", kernel_size, 2)
        self._is_pointwise = self.kernel_size == (1, 1)
        usual = "lu" if self._is_pointwise else "plain"
        parametrization = usual if parametrization is None else parametrization
        self.parametrization = one_of(self, "parametrization", parametrization, PARAMETRIZATIONS)
        if self.parametrization == "lu" and not self._is_pointwise:
            raise ValueError(
                f'{describe(self)}: parametrization="lu" factors the one matrix of a 1x1 kernel. Received '
                f'kernel_size={self.kernel_size}. Use parametrization="plain".'
            )
        seed = seed_of(self, seed)
        self.seed = int(np.random.randint(2**31 - 1)) if seed is None else seed

    def build(self, x_shape):
        channels = channels_of(self, x_shape)
        # RandomState: its stream is promised never to change, and the permutation has to come back the same.
        random = np.random.RandomState(self.seed)
        ones = np.ones((channels, channels))
        # Constants in place of tril and triu, which Keras 3.8 cannot trace.
        self._constants = (np.eye(channels)[random.permutation(channels)], np.eye(channels), np.tril(ones, k=-1),
                           np.triu(ones, k=1))
        start = np.linalg.qr(random.normal(size=(channels, channels)))[0]
        start = _packed_lu(start) if self.parametrization == "lu" else start
        if not self._is_pointwise:
            self.compute_output_shape(x_shape)
            start = _at_the_middle(start, self.kernel_size)
        self.kernel = self.add_weight(
            name="kernel",
            shape=start.shape,
            initializer=lambda shape, dtype: ops.convert_to_tensor(start, dtype),
            autocast=False,
        )

    def compute_output_shape(self, input_shape):
        if not self._is_pointwise and len(input_shape) != 4:
            raise ValueError(
                f"{describe(self)}: kernel_size={self.kernel_size} needs an input (batch, height, width, channels). "
                f"Received shape {tuple(input_shape)}. Reshape the input, or use kernel_size=1."
            )
        if not self._is_pointwise:
            circular.check_grid(self, input_shape[1:-1], self.kernel_size)
        return input_shape

    def _forward(self, x, condition=None, training=None):
        if not self._is_pointwise:
            kernel, symbol = self._circular(x)
            return circular.convolve(ops.cast(x, kernel.dtype), kernel), spectral.log_abs_det(symbol)
        matrix, log_det = self._matrix()
        return _mixed(x, matrix), positions(x, matrix.dtype) * log_det

    def _inverse(self, y, condition=None, training=None):
        if not self._is_pointwise:
            _, symbol = self._circular(y)
            return spectral.solve(symbol, y), -spectral.log_abs_det(symbol)
        matrix, log_det = self._inverse_matrix()
        return _mixed(y, matrix), -positions(y, matrix.dtype) * log_det

    def _circular(self, x):
        """The kernel, and its matrices at the frequencies of the grid of `x`."""
        self.compute_output_shape(x.shape)
        kernel = ops.cast(self.kernel, self.log_det_dtype)
        return kernel, spectral.symbol(kernel, ops.shape(x)[1:-1])

    def _matrix(self):
        kernel = ops.cast(self.kernel, self.log_det_dtype)
        if self.parametrization == "plain":
            return kernel, _log_diagonal(ops.qr(kernel)[1])
        permutation, lower, upper = self._factors(kernel)
        return _mixed(permutation, _mixed(lower, upper)), ops.sum(ops.diagonal(kernel))

    def _inverse_matrix(self):
        kernel = ops.cast(self.kernel, self.log_det_dtype)
        if self.parametrization == "plain":
            q, r = ops.qr(kernel)
            return ops.solve_triangular(r, ops.transpose(q), lower=False), _log_diagonal(r)
        permutation, lower, upper = self._factors(kernel)
        inverse = ops.solve_triangular(lower, ops.transpose(permutation), lower=True)
        return ops.solve_triangular(upper, inverse, lower=False), ops.sum(ops.diagonal(kernel))

    def _factors(self, kernel):
        """`P`, `L` with its ones, and `U` with its diagonal, from the packed kernel."""
        constants = (ops.convert_to_tensor(each, dtype=kernel.dtype) for each in self._constants)
        permutation, identity, below, above = constants
        return permutation, kernel * below + identity, kernel * above + identity * ops.exp(ops.diagonal(kernel))

    def get_config(self):
        config = {"parametrization": self.parametrization, "seed": self.seed, "kernel_size": self.kernel_size}
        return {**super().get_config(), **config}


def _mixed(x, matrix):
    # einsum: matmul and tensordot of float64 are float32 on PyTorch.
    return ops.einsum("...i,io->...o", ops.cast(x, matrix.dtype), matrix)


def _at_the_middle(matrix, kernel_size):
    kernel = np.zeros((*kernel_size, *matrix.shape))
    kernel[tuple((k - 1) // 2 for k in kernel_size)] = matrix
    return kernel


def _log_diagonal(r):
    return ops.sum(ops.log(ops.abs(ops.diagonal(r))))


def _packed_lu(matrix):
    """Returns `L` and `U` of `P matrix S = L U`, packed, with the logarithm of U's diagonal.

    Rows are swapped for the largest pivot; the signs `S` of columns are chosen so that pivots are positive. An
    orthogonal matrix stays orthogonal under both.
    """
    matrix = matrix.copy()
    for k in range(len(matrix)):
        pivot = k + np.argmax(np.abs(matrix[k:, k]))
        matrix[[k, pivot]] = matrix[[pivot, k]]
        below = matrix[k + 1 :, k] / matrix[k, k]
        matrix[k + 1 :, k + 1 :] -= below[:, None] * matrix[k, k + 1 :]
        matrix[k + 1 :, k] = below
    return _with_positive_pivots(matrix)


def _with_positive_pivots(packed):
    upper = np.triu(packed) * np.sign(np.diagonal(packed))
    return np.tril(packed, k=-1) + np.triu(upper, k=1) + np.diag(np.log(np.diagonal(upper)))
