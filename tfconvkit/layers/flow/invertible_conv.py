"""Invertible 1x1 convolutions: learned mixtures of channels."""

import keras
import numpy as np
from keras import ops

from tfconvkit.layers.arguments import one_of
from tfconvkit.layers.flow.invertible import Invertible, channels_of
from tfconvkit.layers.flow.sums import positions

PARAMETRIZATIONS = ("plain", "lu")


@keras.saving.register_keras_serializable(package="tfconvkit")
class InvertibleConv2D(Invertible):
    """Multiplies the channels of each pixel by an invertible matrix: `y[p] = x[p] W`.

    `log_det = height * width * log|det W|`. `W` is `(input channel, output channel)`, as in a 1x1 convolution, and
    starts as a random orthogonal matrix. Two ways to store its `channels^2` numbers:

    - `"plain"`: `kernel = W`; `log|det W| = sum log|diag R|` with `W = Q R`, `W^-1 = R^-1 Q^T`. A training step costs
      `O(channels^3)` for the factors, and nothing keeps `W` from becoming singular.
    - `"lu"`: `W = P L (U + diag(exp(s)))`, `L` unit lower and `U` strictly upper triangular, `P` a permutation that
      `seed` fixes; `log|det W| = sum s`. `kernel` is packed: `L` below the diagonal, `s` on it, `U` above. `W` is
      invertible whatever the numbers.

    Matrices are computed in at least float32, whatever the policy; `jit_compile` works in both directions.

    Args:
        parametrization: `"plain"` or `"lu"`.
        seed: Integer for the start and `P`; None draws one, which the configuration then keeps.

    Input shape:
        `(batch, *grid, channels)`, any number of grid axes.

    Output shape:
        Same as the input.

    Raises:
        ValueError: for an unknown parametrisation or number of channels.

    Reference:
        Kingma and Dhariwal, Glow, 2018, section 3.2 (https://arxiv.org/abs/1807.03039).

    Example:
        >>> layer = layers.InvertibleConv2D("lu")
        >>> y, log_det = layer(np.ones((2, 8, 8, 3), "float32"), return_log_det=True)
        >>> y.shape, log_det.shape, layer.count_params()
        (TensorShape([2, 8, 8, 3]), TensorShape([2]), 9)
    """

    def __init__(self, parametrization="lu", seed=None, **kwargs):
        super().__init__(**kwargs)
        self.parametrization = one_of(self, "parametrization", parametrization, PARAMETRIZATIONS)
        self.seed = int(np.random.randint(2**31 - 1) if seed is None else seed)

    def build(self, x_shape):
        channels = channels_of(self, x_shape)
        # RandomState: its stream is promised never to change, and the permutation has to come back the same.
        random = np.random.RandomState(self.seed)
        self._permutation = np.eye(channels)[random.permutation(channels)]
        start = np.linalg.qr(random.normal(size=(channels, channels)))[0]
        start = _packed_lu(start) if self.parametrization == "lu" else start
        self.kernel = self.add_weight(
            name="kernel",
            shape=(channels, channels),
            initializer=lambda shape, dtype: ops.convert_to_tensor(start, dtype),
            autocast=False,
        )

    def _forward(self, x, condition=None, training=None):
        matrix, log_det = self._matrix()
        return _mixed(x, matrix), positions(x, matrix.dtype) * log_det

    def _inverse(self, y, condition=None, training=None):
        matrix, log_det = self._inverse_matrix()
        return _mixed(y, matrix), -positions(y, matrix.dtype) * log_det

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
        identity = ops.eye(kernel.shape[0], dtype=kernel.dtype)
        lower, upper = ops.tril(kernel, k=-1), ops.triu(kernel, k=1)
        permutation = ops.convert_to_tensor(self._permutation, dtype=kernel.dtype)
        return permutation, lower + identity, upper + identity * ops.exp(ops.diagonal(kernel))

    def get_config(self):
        return {**super().get_config(), "parametrization": self.parametrization, "seed": self.seed}


def _mixed(x, matrix):
    # einsum: matmul and tensordot of float64 are float32 on PyTorch.
    return ops.einsum("...i,io->...o", ops.cast(x, matrix.dtype), matrix)


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
