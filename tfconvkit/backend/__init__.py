"""The one place that branches on the active Keras backend."""

from tfconvkit.backend.borders import pad
from tfconvkit.backend.context import is_depthwise_fast, is_tensorflow_xla
from tfconvkit.backend.convolutions import add_bias, conv, depthwise_conv, even_if_empty
from tfconvkit.backend.differentiation import after, custom_vjp, vjp
from tfconvkit.backend.fourier import complex_from, irfftn, rfftn
from tfconvkit.backend.matrices import (
    det_sign,
    from_working_form,
    inverse,
    is_complex,
    log_abs_det,
    singular_values,
    solve_rows,
    svd,
    working_form,
)
from tfconvkit.backend.padded_convolution import padded_conv
from tfconvkit.backend.pooling import average_pool
from tfconvkit.backend.promotion import clip, cumsum, floor, matmul, maximum, mean, prod, tanh

__all__ = [
    "add_bias",
    "after",
    "average_pool",
    "clip",
    "complex_from",
    "conv",
    "cumsum",
    "custom_vjp",
    "depthwise_conv",
    "det_sign",
    "even_if_empty",
    "floor",
    "from_working_form",
    "inverse",
    "irfftn",
    "is_complex",
    "is_depthwise_fast",
    "is_tensorflow_xla",
    "log_abs_det",
    "matmul",
    "maximum",
    "mean",
    "pad",
    "padded_conv",
    "prod",
    "rfftn",
    "singular_values",
    "solve_rows",
    "svd",
    "tanh",
    "vjp",
    "working_form",
]
