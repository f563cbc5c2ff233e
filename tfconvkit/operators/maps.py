"""A linear map between tensors of fixed shapes: its two products, its checks, its matrix."""

import math
import numbers
from collections.abc import Iterable

import numpy as np
from keras import ops

from tfconvkit import backend
from tfconvkit.ops import arguments, precision


class TensorMap:
    """Holds a linear map `x -> A x` from tensors `(batch, *domain_shape)` to `(batch, *range_shape)`.

    A subclass writes `apply(tensors, x)`, a pure function of the tensors that the map depends on, and gives these as
    `tensors`; so a solver can differentiate for them. Its `apply_adjoint` is by default the vector-Jacobian product
    of `apply`, which is exact for a linear map.

    Args:
        domain_shape, range_shape: Tuples of integers, without the batch.
        dtype: `"float32"` or `"float64"`, of the products. Half precision is taken and computed in float32.
    """

    def __init__(self, domain_shape, range_shape, dtype):
        self.domain_shape, self.range_shape = (shape_of(self, shape) for shape in (domain_shape, range_shape))
        self.dtype = dtype
        if not isinstance(dtype, str) or dtype not in ("float32", "float64"):
            raise ValueError(f'{self.name}: dtype must be "float32" or "float64". Received dtype={dtype!r}.')

    @property
    def name(self):
        """The name in messages."""
        return type(self).__name__

    @property
    def tensors(self):
        """The list of tensors that the map depends on, such as a kernel, read anew each time."""
        return []

    @property
    def domain_size(self):
        """The number of entries of `x`."""
        return math.prod(self.domain_shape)

    @property
    def range_size(self):
        """The number of entries of `y`."""
        return math.prod(self.range_shape)

    def matvec(self, x):
        """Computes `y = A x` for every sample.

        Args:
            x: Tensor `(batch, *domain_shape)`.

        Returns:
            Tensor `(batch, *range_shape)`.
        """
        return self.apply(self.tensors, self.checked(x, self.domain_shape, "matvec"))

    def rmatvec(self, y):
        """Computes `x = A^H y` for every sample: `<A x, y> = <x, A^H y>`.

        Args:
            y: Tensor `(batch, *range_shape)`.

        Returns:
            Tensor `(batch, *domain_shape)`.
        """
        return self.apply_adjoint(self.tensors, self.checked(y, self.range_shape, "rmatvec"))

    def __call__(self, x):
        return self.matvec(x)

    def apply(self, tensors, x):
        """Computes `A x` with these in the place of `tensors`."""
        raise NotImplementedError(f"{self.name} must write apply(tensors, x).")

    def apply_adjoint(self, tensors, y):
        """Computes `A^H y` with these in the place of `tensors`."""
        zeros = ops.zeros((ops.shape(y)[0], *self.domain_shape), self.dtype)
        return backend.vjp(lambda x: self.apply(tensors, x), [zeros], y)[0]

    def to_dense(self):
        """Computes the matrix `(range_size, domain_size)`, both in the order of the flattened shapes."""
        columns = self.matvec(np.eye(self.domain_size, dtype=self.dtype).reshape(-1, *self.domain_shape))
        return ops.transpose(ops.reshape(columns, (self.domain_size, self.range_size)))

    def to_scipy(self):
        """Makes the same map of flat NumPy vectors, a `scipy.sparse.linalg.LinearOperator`.

        Raises:
            ImportError: without SciPy.

        Example:
            >>> Mask(np.array([1.0, 0.0])).to_scipy() @ np.array([3.0, 4.0])
            array([3., 0.])
        """
        # SciPy is optional: no other part of the package needs it.
        from scipy.sparse.linalg import LinearOperator as Flat

        def flat(product, shape):
            return lambda v: ops.convert_to_numpy(product(np.reshape(v, (1, *shape)).astype(self.dtype))).ravel()

        products = flat(self.matvec, self.domain_shape), flat(self.rmatvec, self.range_shape)
        return Flat((self.range_size, self.domain_size), products[0], products[1], dtype=np.dtype(self.dtype))

    def checked(self, x, shape, product):
        """Returns a tensor of the map's dtype, after checking that it is `(batch, *shape)`.

        Args:
            x: Tensor or array.
            shape: Tuple of integers.
            product: Name of the product, for messages.
        """
        x = arguments.tensor(f"{self.name}.{product}", "x", x)
        sizes = tuple(x.shape)
        if len(sizes) != len(shape) + 1 or any(a not in (None, b) for a, b in zip(sizes[1:], shape, strict=True)):
            remedy = "Add the batch axis with x[None]" if sizes == shape else "Reshape it, or make another operator"
            raise ValueError(f"{self.name}.{product} expects shape (batch, {str(shape)[1:].rstrip(',)')}). "
                             f"Received {sizes}. {remedy}.")
        given = ops.dtype(x)
        x = precision.at_least_float32(x) if given in ("float16", "bfloat16") else x
        if ops.dtype(x) != self.dtype:
            raise TypeError(f'{self.name}.{product} expects dtype "{self.dtype}". Received "{given}". Cast it with '
                            f'keras.ops.cast(x, "{self.dtype}"), or make the operator in another dtype.')
        return x

    def __repr__(self):
        return f"{self.name}({self.domain_shape} -> {self.range_shape}, {self.dtype})"


def tensor_of(x):
    """Returns an array, tensor or variable as a tensor of at least float32.

    Args:
        x: Array, tensor or Keras variable. `ops.convert_to_tensor` leaves the variable of TensorFlow as it is, and what
            is differentiated by hand must not read variables.
    """
    x = precision.at_least_float32(arguments.tensor("An operator", "its tensors", x))
    return ops.cast(x, ops.dtype(x))


def check_batches(owner, x, y):
    """Raises unless two tensors have as many samples, or one of them has one."""
    first, second = x.shape[0], y.shape[0]
    if first != second and not {None, 1} & {first, second}:
        raise ValueError(f"{owner} expects tensors with as many samples. Received shapes {tuple(x.shape)} and "
                         f"{tuple(y.shape)}.")


def check_operators(owner, *operators):
    """Raises unless all of these are operators."""
    for each in operators:
        arguments.instance(owner, "operator", each, TensorMap, "Wrap a layer with from_layer, an array with Mask.")


def shape_of(operator, shape):
    """Returns a tuple of sizes, from any sequence of integers."""
    sizes = tuple(shape) if isinstance(shape, Iterable) else ()
    if not all(isinstance(size, numbers.Integral) and size >= 0 for size in sizes) or not isinstance(shape, Iterable):
        raise ValueError(f"{operator.name}: a shape must be a tuple of integers. Received {shape!r}.")
    return tuple(int(size) for size in sizes)
