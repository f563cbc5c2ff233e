"""Contextual attention: redraws one image from the patches of another."""

import math
import numbers

import keras
from keras import ops

from tfconvkit.layers import arguments
from tfconvkit.layers.inputs import CheckedInput, check
from tfconvkit.ops.attention import MASKED, OVERLAPS, Settings, contextual_attention, reduced_size
from tfconvkit.ops.precision import at_least_float32


@keras.saving.register_keras_serializable(package="tfconvkit")
class ContextualAttention(CheckedInput):
    """Redraws a foreground from those patches of a background that resemble it: the attention of DeepFill.

    Both images are shrunk by `rate` (nearest neighbour, corners aligned) to `f` and `b`. Each query `p` of the small
    foreground compares its patch with every patch `q` of the small background,
    `score[p, q] = sum_t <f[p + t], b[q + t]> / max(norm_q, 1e-4)`; fusion adds the scores of neighbouring queries with
    neighbouring keys, `sum_t score[p + t, q + t]` in row-major and then in column-major order, over the ends of lines;
    `a[p, :] = softmax(softmax_scale * score[p, :])` are the weights. The foreground is then made of whole background
    patches of `paste_size` pixels, every `rate` pixels, weighted by `a`, overlapping and averaged:
    `y = fold(a unfold(background)) / overlap`. The numbers are those of the authors' code where `overlap` and `masked`
    have their defaults. It has no weights.

    Args:
        patch_size: Side of the compared patches on the small grid, any size; of even sizes the centre is the upper
            left one of the four middle cells.
        rate: Factor by which both images are shrunk. Sizes that are no multiple of it are rounded up.
        paste_size: Side of the pasted patches in pixels, at least `rate`; `2 * rate` by default.
        strides: Keeps every `strides`-th line and column of background patches, from the first one on; their scores
            and pasted patches are those of `strides=1`.
        fuse_size: Number of neighbours that fusion adds, itself included; None, 0 or 1: no fusion.
        softmax_scale: Factor of the scores.
        overlap: Divisor of the pasted sum: `"legacy"`, the number of patches over an inner pixel,
            `(paste_size / rate)^2`, which is too large at the border; `"count"`, the number of patches over each
            pixel; `"mass"`, the same sum for a background of ones, so that a constant background gives that constant,
            whatever the mask (0 where every patch in reach has a hole). Rows of weights then sum to at least 1e-6.
        masked: What becomes of patches with a hole in them: `"zero_logit"`, their score is set to 0 and their weight
            after the softmax too, so that rows of weights sum to less than 1; `"exclude"`, the softmax is over the
            others. Where every patch has a hole, both give 0.
        chunk_size: Lines of the small foreground that are treated at a time. Memory is then bounded by
            `chunk_size * width * height_b * width_b` scores (all sizes of the small grids) instead of
            `height * width * height_b * width_b`, in the gradient too, which computes the scores of a chunk again.
            None takes all lines if these are at most `ops.attention.CHUNK_SCORES` scores per sample, or if sizes are
            only known at run time, else as many lines as fit. Chunks are treated in a loop, which SavedModel takes and
            ONNX and LiteRT do not: export with unknown sizes, or with a `chunk_size` as large as the image. In chunks,
            sizes that are only known at run time need a small foreground of at least as many lines as fusion or
            pasting reach beyond their own (one with the default sizes), and only first derivatives can be taken.

    Input shape:
        A list of foreground `(batch, height, width, channels)`, background `(batch, height_b, width_b, channels)` and,
        optionally, a hole mask `(batch or 1, height_b, width_b, 1 or channels)`, where every value but 0 is a hole of
        the background. The mask is an input: Keras fills call arguments of the name `mask` by itself.

    Output shape:
        As the foreground. The call arguments `return_attention=True` and `return_offsets=True` give a tuple of it and
        the weights, `(batch, h, w, keys)` with the keys in row-major order, and the offsets, `(batch, h, w, 2)`, int32:
        line and column of the largest weight minus the query's own. Here `h = ceil(height / rate)`.

    Raises:
        ValueError: for arguments out of range, images of different channels, a mask of another size than the
            background.

    Reference:
        Yu et al., Generative Image Inpainting with Contextual Attention, 2018 (https://arxiv.org/abs/1801.07892).

    Example:
        >>> features, holes = np.ones((2, 16, 16, 8), "float32"), np.zeros((2, 16, 16, 1), "float32")
        >>> layers.ContextualAttention()([features, features, holes]).shape
        TensorShape([2, 16, 16, 8])
    """

    def __init__(self, patch_size=3, rate=2, paste_size=None, strides=1, fuse_size=3, softmax_scale=10.0,
                 overlap="legacy", masked="zero_logit", chunk_size=None, **kwargs):
        super().__init__(**kwargs)
        self.patch_size = arguments.positive_integer(self, "patch_size", patch_size)
        self.rate = arguments.positive_integer(self, "rate", rate)
        paste_size = 2 * self.rate if paste_size is None else paste_size
        self.paste_size = arguments.positive_integer(self, "paste_size", paste_size)
        self.strides = arguments.positive_integer(self, "strides", strides)
        is_fused = fuse_size is not None and not (isinstance(fuse_size, numbers.Integral) and fuse_size == 0)
        self.fuse_size = arguments.positive_integer(self, "fuse_size", fuse_size) if is_fused else 1
        self.softmax_scale = _scale(self, softmax_scale)
        self.overlap = arguments.one_of(self, "overlap", overlap, OVERLAPS)
        self.masked = arguments.one_of(self, "masked", masked, MASKED)
        self.chunk_size = None if chunk_size is None else arguments.positive_integer(self, "chunk_size", chunk_size)
        if self.paste_size < self.rate:
            raise ValueError(
                f"{arguments.describe(self)}: paste_size must be at least the rate, else some pixels lie under no "
                f"patch. Received paste_size={paste_size} and rate={rate}."
            )

    def check_inputs(self, inputs):
        # A mask may have any dtype.
        for image in inputs[:2] if isinstance(inputs, (list, tuple)) else [inputs]:
            check(self, image)

    def build(self, input_shape):
        _check_shapes(self, input_shape)

    def call(self, inputs, return_attention=False, return_offsets=False):
        _check_shapes(self, [tuple(x.shape) for x in inputs])
        foreground, background = (at_least_float32(x) for x in inputs[:2])
        hole_mask = inputs[2] if len(inputs) > 2 else None
        result = contextual_attention(
            foreground, background, hole_mask, self._settings(), self.chunk_size, return_attention, return_offsets
        )
        wanted = [ops.cast(result.image, self.compute_dtype)]
        if return_attention:
            wanted.append(ops.cast(result.attention, self.compute_dtype))
        if return_offsets:
            wanted.append(result.offsets)
        return wanted[0] if len(wanted) == 1 else tuple(wanted)

    def compute_output_spec(self, inputs, return_attention=False, return_offsets=False):
        shapes = [tuple(x.shape) for x in inputs]
        _check_shapes(self, shapes)
        (batch, *grid, channels), background = shapes[:2]
        batch = background[0] if batch is None else batch
        queries = [size and reduced_size(size, self.rate) for size in grid]
        keys = [size and reduced_size(reduced_size(size, self.rate), self.strides) for size in background[1:3]]
        count = None if None in keys else math.prod(keys)
        wanted = [keras.KerasTensor((batch, *grid, channels), dtype=self.compute_dtype)]
        if return_attention:
            wanted.append(keras.KerasTensor((batch, *queries, count), dtype=self.compute_dtype))
        if return_offsets:
            wanted.append(keras.KerasTensor((batch, *queries, 2), dtype="int32"))
        return wanted[0] if len(wanted) == 1 else tuple(wanted)

    def get_config(self):
        names = (*Settings._fields, "chunk_size")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def _settings(self):
        return Settings(**{name: getattr(self, name) for name in Settings._fields})


def _scale(layer, value):
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not 0 <= value < math.inf:
        raise ValueError(
            f"{arguments.describe(layer)}: softmax_scale must be a number from 0 on. Received softmax_scale={value!r}."
        )
    return float(value)


def _check_shapes(layer, shapes):
    if not isinstance(shapes, (list, tuple)) or len(shapes) not in (2, 3) or not all(
        isinstance(shape, (list, tuple)) for shape in shapes
    ):
        raise ValueError(
            f"{arguments.describe(layer)} expects a list of a foreground, a background and, optionally, a hole mask. "
            f"Received input shapes {shapes}."
        )
    if any(len(shape) != 4 for shape in shapes):
        raise ValueError(
            f"{arguments.describe(layer)} expects inputs of rank 4: batch, height, width and channels. "
            f"Received input shapes {shapes}."
        )
    foreground, background = shapes[:2]
    if foreground[-1] != background[-1] or foreground[-1] is None or not _agree(foreground[0], background[0]):
        raise ValueError(
            f"{arguments.describe(layer)} expects foreground and background of the same batch size and the same known "
            f"number of channels. Received shapes {tuple(foreground)} and {tuple(background)}."
        )
    if 0 in (*foreground[1:], *background[1:]):
        raise ValueError(
            f"{arguments.describe(layer)} expects images that are not empty. Received input shapes {shapes}."
        )
    if len(shapes) == 3:
        _check_mask(layer, background, shapes[2])


def _check_mask(layer, background, mask):
    is_grid = all(_agree(one, other) for one, other in zip(mask[1:3], background[1:3], strict=True))
    if not is_grid or mask[0] not in (None, 1) and not _agree(mask[0], background[0]) or mask[3] not in (
        1, background[3]
    ):
        raise ValueError(
            f"{arguments.describe(layer)} expects a hole mask of the background's height and width, with 1 or as many "
            f"samples and 1 or as many channels. Received a mask of shape {tuple(mask)} and a background of shape "
            f"{tuple(background)}. Resize the mask to the background (by picking pixels), or crop both alike."
        )


def _agree(one, other):
    return one is None or other is None or one == other
