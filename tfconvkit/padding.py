"""Padding arithmetic in plain integers: TensorFlow's SAME and VALID, and the support that keeps SAME equivariant.

Letters as in the formulas: size `N`, (dilated) kernel size `k`, stride `s`, output size `o`, remainder
`r = (N - 1) mod s`. Everything about SAME depends on `N` through `r` alone, since `(o - 1)s - N = -(r + 1)`.
Where a backend knows sizes at run time only, they may be scalar tensors.
"""

import numbers

from tfconvkit import checks


def dilated_size(kernel_size, dilation_rate=1):
    """Returns the extent `(k - 1)d + 1` of a kernel whose taps stand `dilation_rate` apart."""
    _check("dilated_size", kernel_size=kernel_size, dilation_rate=dilation_rate)
    return (kernel_size - 1) * dilation_rate + 1


def output_size(size, kernel_size, stride=1, padding="same"):
    """Returns the output size: `ceil(N / s)` for "same", `floor((N - k) / s) + 1` for "valid", None for None."""
    _check("output_size", padding, kernel_size=kernel_size, stride=stride)
    if size is None:
        return None
    _check("output_size", size=size)
    # (N - 1) // s + 1 is ceil(N / s) without negative numbers, whose quotient ONNX rounds towards zero.
    return (size - 1 if padding == "same" else size - kernel_size) // stride + 1


def transposed_size(size, kernel_size, stride=1, padding="same"):
    """Returns the output size of a transposed convolution: `N s` for "same", `(N - 1)s + k` for "valid"."""
    _check("transposed_size", padding, kernel_size=kernel_size, stride=stride)
    if size is None:
        return None
    _check("transposed_size", size=size)
    return size * stride if padding == "same" else (size - 1) * stride + kernel_size


def remainder(size, stride):
    """Returns `r = (N - 1) mod s`, all that SAME needs to know about the size."""
    _check("remainder", size=size, stride=stride)
    return (size - 1) % stride


def same_pads(size, kernel_size, stride=1):
    """Returns TensorFlow's SAME pads `(before, after)`: `P = max(k - 1 - r, 0)`, the odd one behind."""
    _check("same_pads", kernel_size=kernel_size)
    pads = max(kernel_size - 1 - remainder(size, stride), 0)
    return pads // 2, pads - pads // 2


def is_equivariant(size, kernel_size, stride=1, padding="same"):
    """Says whether the windows on an axis map onto each other when the axis is reversed.

    SAME: iff `P = (o - 1)s + k - N = k - 1 - r` is even and not negative. VALID: iff `(N - k) mod s = 0`. This holds
    for all filters; an axis that is swapped with another needs it too.
    """
    _check("is_equivariant", padding, kernel_size=kernel_size, stride=stride, size=size)
    if padding == "valid":
        return size >= kernel_size and (size - kernel_size) % stride == 0
    pads = kernel_size - 1 - remainder(size, stride)
    return pads >= 0 and pads % 2 == 0


def equivariant_support(kernel_size, rest):
    """Returns the smallest support `K >= k` whose SAME pads `P = K - 1 - r` are even and not negative.

    Args:
        kernel_size: Dilated kernel size `k`.
        rest: The remainder `r` of the size by the stride.
    """
    _check("equivariant_support", kernel_size=kernel_size)
    _check_rest("equivariant_support", rest)
    support = max(kernel_size, rest + 1)
    return support + (support - 1 - rest) % 2


def tap_offset(kernel_size, support, rest):
    """Returns where the `k` taps start inside the support `K`, so that they stand where SAME would put them.

    `P / 2 - max(k - 1 - r, 0) // 2` with `P = K - 1 - r`.
    """
    _check("tap_offset", kernel_size=kernel_size, support=support)
    _check_rest("tap_offset", rest)
    return (support - 1 - rest) // 2 - max(kernel_size - 1 - rest, 0) // 2


def _check(function, padding="same", **values):
    """Raises unless the values are positive integers, a size perhaps 0, and the padding is known; tensors pass."""
    checks.one_of(function, "padding", padding, ("same", "valid"))
    for name, value in values.items():
        _check_integer(function, name, value, least=0 if name == "size" else 1)


def _check_rest(function, rest):
    _check_integer(function, "rest", rest, least=0)


def _check_integer(function, name, value, least):
    # TensorFlow's shape of no axes counts as true.
    is_tensor = hasattr(value, "dtype") and not isinstance(value, numbers.Number) and not tuple(value.shape)
    if not is_tensor:
        checks.integer(function, name, value, least)
