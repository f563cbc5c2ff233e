"""Two convolutions, one after the other, as one with the same borders."""

from keras import ops

from tfconvkit.ops import kernels

PLACES = (("valid", "zeros"), ("same", "zeros"), ("full", "zeros"), ("same", "wrap"), ("same", "reflect"))


def collapsed(outer, inner):
    """Makes the one convolution that equals `outer @ inner`, or says why there is none.

    The kernels compose as in `ops.kernels.compose`, and the pads to `p1 + s1 p2`, where what the second one pads is
    what the first one would give there.

    Args:
        outer, inner: Convolutions; the inner one is applied first.

    Raises:
        ValueError: where no single convolution is equal.
    """
    _check_borders(outer, inner)
    stage = kernels.compose([_stage(inner), _stage(outer)])
    before = [p + s * q for (p, _), s, (q, _) in zip(inner.pads, inner.strides, outer.pads, strict=True)]
    for padding, mode in PLACES:
        if mode not in _modes(outer, inner):
            continue
        kernel = _centred(stage.kernel, before) if mode == "wrap" else stage.kernel
        made = _made(type(outer), kernel, inner.grid, padding=padding, pad_mode=mode, strides=stage.strides)
        if made is not None and _is_equal(made, before, outer):
            return made
    raise ValueError(
        f"One convolution would read a grid of {inner.grid} padded by {before} in front for {outer.range_shape}, with "
        f'a kernel {tuple(stage.kernel.shape[:-2])}: that is none of "valid", "same", "full" and "wrap". Use '
        f"Composition as it is."
    )


def _check_borders(outer, inner):
    is_alike = outer.pad_mode == inner.pad_mode == "wrap" or outer.padding == inner.padding == "full"
    is_pointwise = not any(map(any, inner.pads)) and set(_extents(inner)) == {1} and set(inner.strides) == {1}
    if any(map(any, outer.pads)) and not is_alike and not is_pointwise:
        raise ValueError(
            f"{outer!r} pads what {inner!r} gives, and there one convolution of the input has other numbers: their "
            f'borders differ. Only "valid" after anything, "full" after "full", "wrap" after "wrap" and anything after '
            f"1x1 collapse."
        )


def _modes(outer, inner):
    """The pad modes that the result may have: that of the one that pads."""
    modes = {each.pad_mode for each in (outer, inner) if any(map(any, each.pads))}
    return modes | {"zeros"} if modes <= {"zeros"} else modes


def _stage(operator):
    kernel, groups = operator.tensors[0], operator.groups
    kernel = kernels.depthwise(kernel) if operator.depthwise else kernel
    return kernels.Stage(kernel, None, operator.strides, operator.dilation_rate, groups)


def _extents(operator):
    return [(k - 1) * d + 1 for k, d in zip(operator.tensors[0].shape[:-2], operator.dilation_rate, strict=True)]


def _centred(kernel, before):
    """Adds zero taps so that the tap `before` of the kernel becomes its middle one, `(k - 1) // 2`."""
    widths = []
    for k, p in zip(kernel.shape[:-2], before, strict=True):
        front = max(k - 1 - 2 * p, 0)
        widths.append((front, max(2 * (p + front) + 1 - (k + front), 0)))
    return ops.pad(kernel, [*widths, (0, 0), (0, 0)])


def _made(make, kernel, grid, **arguments):
    """Returns the convolution, or None where the kernel does not fit its grid."""
    try:
        return make(kernel, grid, **arguments)
    except ValueError:
        return None


def _is_equal(made, before, outer):
    front = [p for p, _ in made.pads]
    return made.range_shape == outer.range_shape and (made.pad_mode == "wrap" or front == before)
