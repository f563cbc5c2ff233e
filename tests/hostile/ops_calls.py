"""Calls of `tfconvkit.ops` that work."""

import math

import numpy as np
from hostile.calls import Call, is_close
from hostile.tensors import array
from keras import ops

from tfconvkit import backend
from tfconvkit.ops import (
    attention,
    blur_kernels,
    bounds,
    cropping,
    kernels,
    patches,
    pooling,
    precision,
    resize,
    spectral,
    splines,
    squeeze,
)

IMAGES, KERNEL, SQUARE = array(2, 6, 8, 4), array(3, 3, 2, 4), array(3, 3, 2, 2)
WINDOW = dict(size=3, strides=2, dilation_rate=1, padding="same")
SYMBOL = spectral.symbol(KERNEL, (6, 8))
SQUARE_SYMBOL = spectral.symbol(SQUARE + 4 * np.eye(2, dtype="float32") * np.eye(3)[1][:, None, None, None], (6, 8))
CHAIN = [kernels.Stage(array(3, 3, 2, 4), array(4), 2), kernels.Stage(array(2, 2, 4, 3), None, 1, 2)]
BRANCHES = [kernels.Stage(array(3, 3, 2, 4), array(4)), kernels.Stage(array(1, 1, 2, 4))]


def attend(foreground, background, hole_mask, chunk_size=None, return_attention=True, return_offsets=True, **numbers):
    return attention.contextual_attention(foreground, background, hole_mask, attention.Settings(**numbers), chunk_size,
                                          return_attention, return_offsets)


def is_attended(result, foreground, background, **_):
    return tuple(result.image.shape) == (*np.shape(foreground)[:-1], np.shape(background)[-1])


def is_unfolded(result, x, size, strides, dilation_rate, padding):
    result = ops.cast(result, "float64")
    again = patches.fold(result, np.shape(x)[1:-1], size, strides, dilation_rate, padding)
    count = patches.overlap_count(np.shape(x)[1:-1], size, strides, dilation_rate, padding)
    return is_close(ops.convert_to_numpy(ops.cast(again, "float64")), np.asarray(x, "float64") * count[..., None], 1e-2)


def is_folded(result, patches, output_size, **_):
    sizes = np.broadcast_to(output_size, np.ndim(patches) - 2)
    return tuple(result.shape[:-1]) == (np.shape(patches)[0], *sizes)


def is_resized(result, image, scale=None, output_shape=None, **_):
    shape = np.shape(image)
    if scale is not None:
        output_shape = [math.ceil(n * s) for n, s in zip(shape[-3:-1], np.broadcast_to(scale, 2), strict=True)]
    return tuple(result.shape) == (*shape[:-3], *np.broadcast_to(output_shape, 2), shape[-1])


def is_squeezed(result, x, block_size, order):
    again = squeeze.unsqueeze(result, block_size, order)
    return np.array_equal(ops.convert_to_numpy(again), np.asarray(x))


def is_unsqueezed(result, x, block_size, order):
    return np.array_equal(ops.convert_to_numpy(squeeze.squeeze(result, block_size, order)), np.asarray(x))


def is_pooled(result, x, pool_size, strides, padding, data_format, **_):
    grid = np.shape(x)[1:-1] if data_format == "channels_last" else np.shape(x)[2:]
    windows = [-(-n // s) if padding == "same" else (n - k) // s + 1
               for n, k, s in zip(grid, np.broadcast_to(pool_size, len(grid)), np.broadcast_to(strides, len(grid)),
                                  strict=True)]
    return tuple(result.shape[1:-1] if data_format == "channels_last" else result.shape[2:]) == tuple(windows)


def is_spline(result, x, parameters, bound=3.0, inverse=False):
    again = splines.rational_quadratic(result[0], parameters, bound, not inverse)[0]
    return is_close(ops.convert_to_numpy(again), np.asarray(x), 1e-3)


def one_stage(kernel, bias, strides, dilation_rate, groups):
    second = CHAIN[1]._replace(kernel=ops.cast(CHAIN[1].kernel, getattr(kernel, "dtype", "float32")))
    return kernels.compose([kernels.Stage(kernel, bias, strides, dilation_rate, groups), second])


def has_shape(function):
    """A law: the shape of the result is what `function` makes of the arguments."""
    return lambda result, **arguments: tuple(np.shape(result)) == tuple(function(**arguments))


def same_shape(name):
    return has_shape(lambda **arguments: np.shape(arguments[name]))


def is_kernel_of(result, symbol, size, origin):
    return tuple(result.shape[:-2]) == ((6, 8) if size is None else tuple(np.broadcast_to(size, 2)))


ATTENTION = [
    Call("ops.attention.contextual_attention", attend,
         dict(foreground=array(2, 6, 8, 3), background=array(2, 6, 4, 3), hole_mask=array(1, 6, 4, 1), chunk_size=2,
              return_attention=True, return_offsets=True), is_attended, is_smooth=False),
    Call("ops.attention.Settings", attend,
         dict(foreground=array(2, 6, 8, 3), background=array(2, 6, 4, 3), hole_mask=array(1, 6, 4, 1), patch_size=3,
              rate=2, paste_size=4, strides=1, fuse_size=3, softmax_scale=10.0, overlap="mass", masked="exclude"),
         is_attended, is_smooth=False),
    Call("ops.attention.contextual_attention", attention.contextual_attention,
         dict(foreground=array(2, 6, 8, 3), background=array(2, 6, 4, 3), settings=attention.Settings()),
         is_smooth=False),
    Call("ops.attention.chunk_lines", attention.chunk_lines,
         dict(queries=array(1, 6, 8, 3), keys=array(1, 6, 4, 3), settings=attention.Settings())),
    Call("ops.attention.nearest_indices", attention.nearest_indices, dict(size=8, new_size=4),
         has_shape(lambda size, new_size: (new_size,))),
    Call("ops.attention.reduced_size", attention.reduced_size, dict(size=9, rate=2),
         lambda result, size, rate: result == math.ceil(size / rate)),
    Call("ops.attention.shrunk", attention.shrunk, dict(x=IMAGES, rate=2),
         has_shape(lambda x, rate: (*(np.shape(x)[:1]), *(-(-n // rate) for n in np.shape(x)[1:3]), np.shape(x)[-1]))),
]
BLUR = [
    Call("ops.blur_kernels.centre_of_mass", blur_kernels.centre_of_mass, dict(kernel=array(5, 6)),
         has_shape(lambda kernel: (2,))),
    Call("ops.blur_kernels.scale_centre", blur_kernels.scale_centre, dict(shape=(13, 8), scale=2),
         has_shape(lambda shape, scale: (len(shape),))),
    Call("ops.blur_kernels.denoised", blur_kernels.denoised, dict(kernel=array(5, 6), count=4), same_shape("kernel")),
    Call("ops.blur_kernels.centred", blur_kernels.centred, dict(kernel=array(7, 8), centre=(3.5, 3), crop=True)),
    Call("ops.blur_kernels.shifted", blur_kernels.shifted, dict(kernel=array(7, 8), offset=(0.5, -1)),
         same_shape("kernel")),
    Call("ops.blur_kernels.squared_scale", blur_kernels.squared_scale, dict(kernel=array(5, 5)),
         has_shape(lambda kernel: (3 * len(kernel) - 2 - 2 * (len(kernel) // 2),) * 2)),
]
BOUNDS = [
    Call("ops.bounds.bits_per_dimension", bounds.bits_per_dimension, dict(log_prob=-array(5), dimensions=(4, 4, 3)),
         same_shape("log_prob")),
    *(Call(f"ops.bounds.{function.__name__}", function, dict(log_weights=array(5, 3), axis=-1))
      for function in (bounds.importance_weighted_bound, bounds.normalized_weights,
                       bounds.importance_weighted_surrogate)),
]
KERNELS = [
    Call("ops.cropping.crop_per_channel", cropping.crop_per_channel,
         dict(x=IMAGES, starts=np.array([[0, 1], [1, 0], [1, 1], [0, 0]]), data_format="channels_last"),
         has_shape(lambda x, starts, data_format: np.add(
             np.shape(x), (0, *-np.any(starts, 0).astype(int), 0) if data_format == "channels_last" else
             (0, 0, *-np.any(starts, 0).astype(int)))), is_finite=True),
    Call("ops.kernels.group_expand", kernels.group_expand,
         dict(kernel=array(3, 3, 2, 5), table=np.arange(18).reshape(3, 3, 2, 1), is_orbit_mean=False)),
    Call("ops.kernels.Stage", one_stage, dict(kernel=KERNEL, bias=array(4), strides=2, dilation_rate=1, groups=2)),
    Call("ops.kernels.compose", kernels.compose, dict(stages=CHAIN)),
    Call("ops.kernels.add", kernels.add, dict(stages=BRANCHES, anchors=[(1, 1), (0, 0)])),
    Call("ops.kernels.delta", kernels.delta, dict(kernel_size=(3, 2), channels=2, anchor=(1, 0), dtype="float32"),
         has_shape(lambda kernel_size, channels, **_: (*kernel_size, channels, channels))),
    Call("ops.kernels.depthwise", kernels.depthwise, dict(kernel=KERNEL),
         has_shape(lambda kernel: (*np.shape(kernel)[:-2], 1, math.prod(np.shape(kernel)[-2:])))),
    Call("ops.kernels.dilate", kernels.dilate, dict(kernel=KERNEL, dilation_rate=2)),
    Call("ops.kernels.flip", kernels.flip, dict(kernel=KERNEL), same_shape("kernel")),
    Call("ops.kernels.ungroup", kernels.ungroup, dict(kernel=KERNEL, groups=2),
         has_shape(lambda kernel, groups: (*np.shape(kernel)[:-2], np.shape(kernel)[-2] * groups,
                                           np.shape(kernel)[-1]))),
]
PATCHES = [
    Call("ops.patches.unfold", patches.unfold, dict(x=IMAGES, **WINDOW), is_unfolded),
    Call("ops.patches.fold", patches.fold,
         dict(patches=array(2, 3, 4, 18), output_size=(6, 8), normalize="count", **WINDOW), is_folded),
    Call("ops.patches.overlap_count", patches.overlap_count, dict(output_size=(6, 8), **WINDOW),
         has_shape(lambda output_size, **_: np.atleast_1d(output_size))),
    Call("ops.pooling.pool", pooling.pool,
         dict(function=ops.max_pool, x=IMAGES, pool_size=(2, 2), strides=(2, 2), padding="valid",
              data_format="channels_last"), is_pooled),
    Call("ops.pooling.pool", pooling.pool,
         dict(function=backend.average_pool, x=array(2, 4, 4, 4, 2), pool_size=(2, 2, 2), strides=(2, 2, 2),
              padding="same", data_format="channels_last"), is_pooled),
    Call("ops.pooling.largest", pooling.largest, dict(x=array(3, 4), axis=-1, keepdims=False)),
    Call("ops.precision.at_least_float32", precision.at_least_float32, dict(x=array(3, 4)), same_shape("x")),
    Call("ops.precision.mean", precision.mean, dict(x=array(3, 4), axis=1)),
    Call("ops.splines.rational_quadratic", splines.rational_quadratic,
         dict(x=array(2, 3), parameters=array(2, 3, 11), bound=3.0, inverse=False), is_spline),
]
RESIZE = [
    Call("ops.resize.imresize", resize.imresize, dict(image=IMAGES, scale=0.5, kernel="cubic", antialias=True),
         is_resized),
    Call("ops.resize.imresize", resize.imresize, dict(image=array(6, 8, 3), output_shape=(9, 5), kernel="linear"),
         is_resized),
    Call("ops.resize.imresize", resize.imresize, dict(image=IMAGES, scale=0.5, kernel=array(3, 3)), is_resized),
    Call("ops.resize.resized_grid", resize.resized_grid, dict(shape=(7, 10, 3), scale=0.5, output_shape=None)),
    Call("ops.resize.taps", resize.taps, dict(size=8, new_size=4, scale=0.5, kernel="cubic", antialias=True),
         lambda result, new_size, **_: len(result[0]) == len(result[1]) == new_size),
    Call("ops.resize.mirrored", resize.mirrored, dict(positions=np.arange(-3, 6), size=3), same_shape("positions")),
    Call("ops.resize.resampled", resize.resampled,
         dict(x=IMAGES, indices=np.array([[0, 1], [2, 3]]), weights=array(2, 2), axis=1)),
]
SPECTRAL = [
    Call("ops.spectral.symbol", spectral.symbol,
         dict(kernel=KERNEL, grid=(6, 8), strides=2, dilation_rate=1, origin=(1, 1))),
    Call("ops.spectral.Symbol", lambda **parts: spectral.apply(spectral.Symbol(**parts), array(2, 6, 8, 2)),
         SYMBOL._asdict(), is_smooth=False),
    Call("ops.spectral.adjoint", spectral.adjoint, dict(symbol=SYMBOL)),
    Call("ops.spectral.apply", spectral.apply, dict(symbol=SYMBOL, x=array(2, 6, 8, 2)),
         has_shape(lambda symbol, x: (len(x), 6, 8, 4))),
    Call("ops.spectral.clip", spectral.clip, dict(kernel=KERNEL, grid=(6, 8), maximum=1.0)),
    Call("ops.spectral.compose", spectral.compose, dict(first=SYMBOL, second=spectral.adjoint(SYMBOL))),
    Call("ops.spectral.inverse_filter", spectral.inverse_filter,
         dict(kernel=array(3, 3, 2, 2) + 4 * (np.arange(9) == 4).reshape(3, 3, 1, 1) * np.eye(2, dtype="float32"),
              grid=(6, 8)), is_finite=False),
    Call("ops.spectral.kernel_of", spectral.kernel_of, dict(symbol=SYMBOL, size=3, origin=1), is_kernel_of),
    *(Call(f"ops.spectral.{function.__name__}", function, dict(symbol=symbol))
      for function, symbol in ((spectral.condition, SYMBOL), (spectral.norm, SYMBOL), (spectral.rounding, SYMBOL),
                               (spectral.singular_values, SYMBOL), (spectral.log_det, SQUARE_SYMBOL),
                               (spectral.log_abs_det, SQUARE_SYMBOL))),
    Call("ops.spectral.pinv", spectral.pinv, dict(symbol=SQUARE_SYMBOL, rcond=None, damping=0.1)),
    Call("ops.spectral.pinv", spectral.pinv, dict(symbol=SYMBOL, rcond=0.1)),
    Call("ops.spectral.solve", spectral.solve,
         dict(symbol=SYMBOL, y=array(2, 6, 8, 4), rcond=None, damping=0.1),
         has_shape(lambda symbol, y, **_: (len(y), 6, 8, 2))),
]
SQUEEZE = [
    Call("ops.squeeze.squeeze", squeeze.squeeze, dict(x=IMAGES, block_size=2, order="channel_major"), is_squeezed),
    Call("ops.squeeze.squeeze", squeeze.squeeze, dict(x=IMAGES, block_size=2, order="diagonal"), is_squeezed),
    Call("ops.squeeze.unsqueeze", squeeze.unsqueeze, dict(x=IMAGES, block_size=2, order="pixel_major"),
         is_unsqueezed),
    Call("ops.squeeze.permute_channels", squeeze.permute_channels, dict(x=IMAGES, sources=[2, 0, 1, 3]),
         same_shape("x")),
    Call("ops.squeeze.diagonal_order", squeeze.diagonal_order, dict(block=(2, 2)),
         has_shape(lambda block: (math.prod(block),))),
    Call("ops.squeeze.block_sizes", squeeze.block_sizes, dict(block_size=2, rank=2),
         has_shape(lambda block_size, rank: (rank,))),
]
CALLS = [*ATTENTION, *BLUR, *BOUNDS, *KERNELS, *PATCHES, *RESIZE, *SPECTRAL, *SQUEEZE]
