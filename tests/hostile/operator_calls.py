"""Calls of `tfconvkit.operators` that work."""

import functools

import numpy as np
from hostile.calls import Call, is_close
from hostile.tensors import array
from keras import layers, ops

from tfconvkit import operators

KERNEL, X = array(3, 3, 2, 4), array(2, 5, 6, 2)


def is_adjoint(result, **_):
    """`<A x, y> = <x, A^H y>` for what `products` returns."""
    x, y, product, back = (ops.convert_to_numpy(each).astype("float64") for each in result)
    return is_close(np.sum(product * y), np.sum(x * back))


def products(make, **arguments):
    """What an operator makes of random numbers, and its adjoint."""
    operator = make(**arguments)
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(2, *operator.domain_shape)).astype(operator.dtype)
    y = rng.uniform(size=(2, *operator.range_shape)).astype(operator.dtype)
    return x, y, operator.matvec(x), operator.rmatvec(y)


def call_of(make, **arguments):
    """A call that makes an operator and multiplies with it."""
    return Call(f"operators.{make.__name__}", functools.partial(products, make), arguments, is_adjoint,
                is_smooth=False)


CONVOLUTION = operators.Convolution(KERNEL, (5, 6))
CIRCULAR = operators.Convolution(KERNEL, (5, 6), pad_mode="wrap")
SQUARE = operators.Convolution(array(3, 3, 1, 1) + np.float32(4) * (np.arange(9) == 4).reshape(3, 3, 1, 1), (4, 5))
MASK = operators.Mask(array(4, 3))
OUTER = operators.Convolution(array(3, 3, 4, 1), (3, 4), padding="valid")
INVERSE = MASK.pinv(operators.Dense(damping=0.1))


def of_layer(input_shape, seed):
    return operators.from_layer(layers.Conv2D(2, 3, use_bias=False), input_shape, seed)


def solver_of(make, operator, **arguments):
    """A call that makes a solver and solves with it."""
    own = dict(y=array(2, *operator.range_shape), **arguments)
    return Call(f"operators.{make.__name__}", lambda y, **arguments: operator.solve(y, make(**arguments)), own,
                is_smooth=False)


MAKERS = [
    call_of(operators.Convolution, kernel=KERNEL, grid=(5, 6), padding="same", pad_mode="wrap", strides=1),
    call_of(operators.Convolution, kernel=KERNEL, grid=(5, 6), padding="valid", dilation_rate=2, groups=2),
    call_of(operators.Convolution, kernel=array(3, 3, 2, 2), grid=(5, 6), padding="full", depthwise=True),
    call_of(operators.Unfold, grid=(5, 6), channels=2, size=3, strides=2, dilation_rate=1, padding="same",
            dtype="float32"),
    call_of(operators.Mask, mask=array(4, 3), shape=(4, 3)),
    call_of(operators.Identity, shape=(4, 3), dtype="float32"),
    call_of(operators.Composition, outer=CONVOLUTION.H, inner=CONVOLUTION),
    call_of(operators.PseudoInverse, operator=MASK, solver=operators.Dense(damping=0.1)),
    call_of(operators.hstack, operators=[MASK, MASK]),
    call_of(operators.vstack, operators=[MASK, 2.0 * MASK]),
    call_of(operators.pinv, operator=MASK, solver=operators.Dense(damping=0.1)),
    Call("operators.from_layer", functools.partial(products, of_layer),
         dict(input_shape=(5, 6, 2), seed=0), is_adjoint, is_smooth=False),
    Call("operators.from_layer", operators.from_layer, dict(layer=layers.AveragePooling2D(2), input_shape=(4, 4, 2))),
    Call("operators.LayerOperator", lambda layer, dtype: operators.LayerOperator(layer, (4, 4, 2), (2, 2, 2), dtype),
         dict(layer=layers.AveragePooling2D(2), dtype="float32")),
    Call("operators.Solution", operators.Solution, dict(value=X, residual=array(2), steps=array(2), converged=True),
         is_finite=False, is_smooth=False),
]
SOLVERS = [
    solver_of(operators.ConjugateGradient, CONVOLUTION, damping=0.1, tol=1e-3, max_steps=5, preconditioner="auto",
              strength=0.01),
    solver_of(operators.GMRES, SQUARE, tol=1e-3, max_steps=20, memory=3, preconditioner="circular", strength=0.1),
    solver_of(operators.Dense, MASK, rcond=None, damping=0.1, tol=1e-3),
    solver_of(operators.Spectral, CIRCULAR, rcond=0.1, tol=1e-3),
]
METHODS = [
    *(Call("operators.LinearOperator", getattr(operator, product), {argument: array(2, *shape)}, is_smooth=False)
      for operator in (CONVOLUTION, CIRCULAR, MASK, INVERSE, CONVOLUTION.H)
      for product, argument, shape in (("matvec", "x", operator.domain_shape), ("rmatvec", "y", operator.range_shape))),
    Call("operators.LinearOperator", MASK.solve, dict(y=array(2, 4, 3), solver=operators.Dense()), is_smooth=False),
    Call("operators.PseudoInverse", INVERSE.solve, dict(y=array(2, 4, 3), solver=None), is_smooth=False),
    Call("operators.PseudoInverse", INVERSE.prox, dict(y=array(2, 4, 3), center=array(2, 4, 3)), is_smooth=False),
    Call("operators.LinearOperator", lambda factor, x: (MASK * factor).matvec(x), dict(factor=2.0, x=array(2, 4, 3)),
         is_smooth=False),
    *(Call("operators.LinearOperator", getattr(MASK, name), dict(other=MASK))
      for name in ("__matmul__", "__add__", "__sub__")),
    Call("operators.Composition", lambda inner: (OUTER @ inner).collapse(),
         dict(inner=operators.Convolution(KERNEL, (5, 6), padding="valid"))),
    Call("operators.norm", operators.norm, dict(operator=CONVOLUTION, tolerance=1e-3, max_steps=20)),
    Call("operators.norm", operators.norm,
         dict(operator=operators.Convolution(array(3, 3, 1, 1), (40, 40)), tolerance=1e-3, max_steps=20)),
    Call("operators.condition", operators.condition, dict(operator=MASK)),
    Call("operators.singular_values", operators.singular_values, dict(operator=MASK)),
    Call("operators.optimality", operators.optimality,
         dict(operator=MASK, x=array(2, 4, 3), y=array(2, 4, 3), damping=0.1), is_smooth=False),
]
CALLS = [*MAKERS, *SOLVERS, *METHODS]
