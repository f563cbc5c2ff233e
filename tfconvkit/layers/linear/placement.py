"""Where the windows of a composed kernel stand, channels last: one padding in front of a whole chain."""

import math

import numpy as np
from keras import ops

from tfconvkit import padding as pads
from tfconvkit.ops.kernels import dilate, ungroup
from tfconvkit.ops.squeeze import squeeze


def output_grid(grid, kernel_size, strides, padding):
    """Returns the output sizes, None for None."""
    return tuple(pads.output_size(size, k, s, padding) for size, k, s in zip(grid, kernel_size, strides, strict=True))


def convolve(x, stage, padding="valid"):
    """Convolves images with a stage, in the dtype of the images, and adds its bias.

    Args:
        x: Tensor `(batch, height, width, channels)`.
        stage: `ops.kernels.Stage`. Its zeros between groups and dilated taps are written out: TensorFlow refuses
            strides together with dilation, and gradients of both on some processors.
        padding: `"valid"` or `"same"`.
    """
    kernel = dilate(ungroup(stage.kernel, stage.groups), stage.dilation_rate)
    kernel = ops.cast(kernel, x.dtype)
    y = ops.conv(x, kernel, strides=stage.strides, padding=padding, data_format="channels_last")
    return y if stage.bias is None else ops.add(y, ops.cast(stage.bias, x.dtype))


def convolve_planes(x, stage):
    """Convolves every plane of images with the one plane of a stage, padding "valid", without bias.

    With strides `S`, `y = sum over p < S of x_p * kernel_p`, where `x_p` and `kernel_p` keep every `S`-th pixel from
    `p` on: a depthwise convolution without strides, which TensorFlow computes in half the time (and in any two
    strides). Windows that end within a block read the rest of it times zero.

    Args:
        x: Tensor `(batch, height, width, planes)`.
        stage: `ops.kernels.Stage` with kernel `(*size, 1, 1)`, neither dilated nor grouped.
    """
    sizes, planes = ops.shape(x)[1:3], x.shape[-1]
    kernel_size, strides = stage.kernel.shape[:2], stage.strides
    counts = [pads.output_size(n, k, s, "valid") for n, k, s in zip(sizes, kernel_size, strides, strict=True)]
    rows, columns = ((o - 1 - (-k // s)) * s for o, k, s in zip(counts, kernel_size, strides, strict=True))
    x = ops.pad(x, [(0, 0), *((0, s - 1) for s in strides), (0, 0)])[:, :rows, :columns]
    kernel = ops.pad(stage.kernel, [*((0, -k % s) for k, s in zip(kernel_size, strides, strict=True)), (0, 0), (0, 0)])
    kernel = squeeze(ops.expand_dims(kernel[..., 0], axis=0), strides, "pixel_major")
    kernel = ops.cast(ops.repeat(kernel[0], planes, axis=-1)[..., None], x.dtype)
    y = ops.depthwise_conv(squeeze(x, strides, "pixel_major"), kernel, padding="valid", data_format="channels_last")
    return ops.sum(ops.reshape(y, (-1, *counts, math.prod(strides), planes)), axis=3)


def padded(x, kernel_size, strides):
    """Pads images so that "valid" windows of this size stand where TensorFlow's SAME puts them.

    The pads are those of stride 1; then the pixels before the first strided window are cut. Only the cut depends on
    the size of the image, which may be known at run time only.
    """
    both = [((k - 1) // 2, k // 2) for k in kernel_size]
    sizes = ops.shape(x)[1:3]
    rows, columns = map(_first_position, sizes, kernel_size, strides)
    return ops.pad(x, [(0, 0), *both, (0, 0)])[:, rows:, columns:]


def centred(x, kernel_size, inner_size):
    """Cuts padded images for a kernel that stands within a larger one, anchor `(size - 1) // 2` upon anchor."""
    starts = [(k - 1) // 2 - (inner - 1) // 2 for k, inner in zip(kernel_size, inner_size, strict=True)]
    behind = [k - inner - start for k, inner, start in zip(kernel_size, inner_size, starts, strict=True)]
    rows, columns = (slice(start, -end if end else None) for start, end in zip(starts, behind, strict=True))
    return x[:, rows, columns]


def strided(x, strides):
    """Keeps the pixels that a 1x1 convolution with strides reads."""
    return x[:, :: strides[0], :: strides[1]]


def _first_position(size, kernel_size, stride):
    """Where the first strided SAME window stands among the windows of stride 1, for sizes that may be tensors."""
    # SAME depends on the size by its remainder alone, which size rest + 1 shares.
    unstrided = (kernel_size - 1) // 2
    positions = [unstrided - pads.same_pads(rest + 1, kernel_size, stride)[0] for rest in range(stride)]
    rest = pads.remainder(size, stride)
    return positions[rest] if isinstance(rest, int) else ops.take(np.array(positions, "int32"), rest)
