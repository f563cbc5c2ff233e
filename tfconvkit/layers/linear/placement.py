"""Where the windows of a composed kernel stand, channels last: one padding in front of a whole chain."""

import functools

import numpy as np
from keras import ops

from tfconvkit import backend
from tfconvkit import padding as pads
from tfconvkit.ops.kernels import dilate, ungroup

# Output columns that one product of matrices computes; a wider band would multiply more zeros.
MOST_COLUMNS = 32


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
    y = backend.conv(x, kernel, strides=stage.strides, padding=padding, data_format="channels_last")
    return y if stage.bias is None else ops.add(y, ops.cast(stage.bias, x.dtype))


def convolve_planes(x, stage):
    """Convolves every plane of images with the one plane of a stage, padding "valid", without bias.

    The columns of a block of the image are channels, and its kernel a band: with strides `S`,
    `y[i, j] = sum over u, l of x[S i + u, l] band[u, l, j]`, `band[u, S j + v, j] = kernel[u, v]` and 0 elsewhere. The
    zeros are multiplied, but within products of matrices: by kernels of 13x13 in strides of 2 on 512x512x3, 2.5 times
    as fast as a depthwise convolution, 5 times within XLA. (An inf makes its block of columns NaN.)

    Args:
        x: Tensor `(batch, height, width, planes)`.
        stage: `ops.kernels.Stage` with kernel `(*size, 1, 1)`, neither dilated nor grouped.
    """
    sizes, planes = ops.shape(x)[1:3], x.shape[-1]
    (rows, columns), (row_stride, stride) = stage.kernel.shape[:2], stage.strides
    counts = [pads.output_size(n, k, s, "valid") for n, k, s in zip(sizes, (rows, columns), stage.strides, strict=True)]
    behind = max(columns - stride, 0)
    block = _block_size(counts[1], -(-behind // stride))
    blocks, hop = -(-counts[1] // block), block * stride
    images = ops.reshape(ops.transpose(x, (0, 3, 1, 2)), (-1, *sizes))
    images = ops.pad(images, [(0, 0), (0, 0), (0, 2 * hop + stride)])[:, :, : (blocks + 1) * hop]
    images = ops.reshape(images, (-1, sizes[0], blocks + 1, hop))
    images = ops.concatenate([images[:, :, :-1], images[:, :, 1:, :behind]], axis=-1)
    taps = ops.convert_to_tensor(_taps_of_band(columns, stride, block), dtype=stage.kernel.dtype)
    band = backend.matmul(stage.kernel[:, :, 0, 0], taps)
    band = ops.cast(ops.reshape(band, (rows, 1, hop + behind, block)), x.dtype)
    y = backend.conv(images, band, strides=(row_stride, 1), padding="valid", data_format="channels_last")
    y = ops.reshape(y, (-1, planes, counts[0], blocks * block))[..., : counts[1]]
    return ops.transpose(y, (0, 2, 3, 1))


@functools.lru_cache(maxsize=32)
def _taps_of_band(columns, stride, block):
    """Which column `v` of the kernel stands at `(l, j)` of the band: zeros and ones, `(columns, l * j)`."""
    places = np.arange(block * stride + max(columns - stride, 0))[:, None] - stride * np.arange(block)
    return np.equal.outer(np.arange(columns), places).reshape(columns, -1)


def _block_size(count, least):
    """The number of output columns of a block: some that divide a known count evenly, not below the least."""
    even = -(-count // -(-count // MOST_COLUMNS)) if isinstance(count, int) else MOST_COLUMNS
    return max(even, least)


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
