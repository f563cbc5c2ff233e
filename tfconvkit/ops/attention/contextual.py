"""Contextual attention: redraws an image from the patches of another that resemble its own."""

from typing import NamedTuple

from keras import ops

from tfconvkit.ops import arguments
from tfconvkit.ops.attention import pasting, weights
from tfconvkit.ops.attention.chunks import in_chunks
from tfconvkit.ops.attention.resizing import reduced_size, shrunk
from tfconvkit.ops.attention.scoring import Lines, all_scores, framed_queries
from tfconvkit.ops.attention.similarity import framed, inverse_norms, is_usable, reach

OVERLAPS = ("legacy", "count", "mass")
MASKED = ("zero_logit", "exclude")
# Least sum of a row of weights where pasted patches are divided by their mass, whose square must not underflow.
LEAST_MASS = 1e-6
# Scores per sample that are computed at a time where nobody says otherwise: 16 MB in float32, of which about ten
# copies live at a time.
CHUNK_SCORES = 2**22


class Settings(NamedTuple):
    """The numbers of `contextual_attention`, as in `layers.ContextualAttention`."""

    patch_size: int = 3
    rate: int = 2
    paste_size: int = 4
    strides: int = 1
    fuse_size: int = 3
    softmax_scale: float = 10.0
    overlap: str = "legacy"
    masked: str = "zero_logit"

    @property
    def windows(self):
        """The windows that are pasted."""
        return pasting.Windows(self.paste_size, self.rate)

    @property
    def margin(self):
        """Lines that a chunk needs from its neighbours, or gives them."""
        return max(*reach(self.fuse_size), self.windows.span - 1)


class Attended(NamedTuple):
    """What `contextual_attention` returns.

    Args:
        image: The redrawn foreground, `(batch, height, width, channels)`.
        attention: Weights `(batch, h, w, keys)`, or None.
        offsets: Where each query looks most, `(batch, h, w, 2)`, or None.
    """

    image: object
    attention: object = None
    offsets: object = None


def contextual_attention(foreground, background, hole_mask=None, settings=None, chunk_size=None,
                         return_attention=True, return_offsets=True):
    """Redraws an image from those patches of another that resemble its own; `layers.ContextualAttention` explains.

    Args:
        foreground, background: Tensors `(batch, height, width, channels)` in float32 or float64.
        hole_mask: Tensor `(batch or 1, height_b, width_b, any)` or None.
        settings: `Settings`; by default those of the authors.
        chunk_size: Lines of queries at a time, or None: `chunk_lines` decides.
        return_attention, return_offsets: What to return beside the image.

    Returns:
        `Attended`.

    Example:
        >>> image = ops.ones((1, 8, 10, 3))
        >>> contextual_attention(image, image).attention.shape
        TensorShape([1, 4, 5, 20])
    """
    settings = Settings() if settings is None else _checked_settings(settings)
    foreground, background = _checked_pair("foreground", foreground, "background", background)
    wanted = tuple(arguments.flag("contextual_attention", "a return argument", each)
                   for each in (return_attention, return_offsets))
    queries, keys = shrunk(foreground, settings.rate), shrunk(background, settings.rate)
    chunk = chunk_lines(queries, keys, settings) if chunk_size is None else _checked_chunk(chunk_size)
    factors = inverse_norms(keys, settings.patch_size) * settings.softmax_scale
    shape = background.shape
    if settings.overlap == "mass":
        background = ops.concatenate([background, ops.ones_like(background[..., :1])], axis=-1)
    blocks = pasting.blocks(background, settings.windows)
    usable = () if hole_mask is None else (_usable(_checked_mask(hole_mask, shape), settings, foreground.dtype),)
    draw = _at_once if chunk is None else _in_chunks
    drawn, *others = draw(queries, keys, factors, blocks, usable, settings, wanted, chunk)
    _, height, width, _ = ops.shape(foreground)
    image = _averaged(pasting.assembled(drawn, settings.windows, height, width), settings)
    attention = others.pop(0) if wanted[0] else None
    return Attended(image, attention, ops.cast(ops.round(others[0]), "int32") if wanted[1] else None)


def chunk_lines(queries, keys, settings):
    """Returns how many lines of queries are treated at a time so that memory is bounded, or None for all of them.

    As many as have `CHUNK_SCORES` scores together; all where sizes are only known at run time.

    Args:
        queries, keys: Small images, tensors `(batch, height, width, channels)`.
        settings: `Settings`.
    """
    settings = _checked_settings(settings)
    queries, keys = _checked_pair("queries", queries, "keys", keys)
    (_, lines, line, _), (_, lines_b, line_b, _) = ops.shape(queries), ops.shape(keys)
    per_line = line * lines_b * line_b
    if not isinstance(per_line, int) or not isinstance(lines, int):
        return None
    chunk = max(CHUNK_SCORES // per_line, settings.margin, 1)
    return chunk if chunk < lines else None


def _checked_settings(settings):
    """The settings, with integers and names that fit."""
    owner = "Settings"
    arguments.instance("contextual_attention", "settings", settings, Settings, "Make them: Settings(rate=2).")
    names = ("patch_size", "rate", "paste_size", "strides", "fuse_size")
    values = {name: arguments.integer(owner, name, getattr(settings, name), least=1) for name in names}
    if values["paste_size"] < values["rate"]:
        raise ValueError(f"Settings: paste_size must be at least the rate, else some pixels lie under no patch. "
                         f"Received {settings}.")
    arguments.number(owner, "softmax_scale", settings.softmax_scale)
    arguments.one_of(owner, "overlap", settings.overlap, OVERLAPS)
    arguments.one_of(owner, "masked", settings.masked, MASKED)
    return settings._replace(**values)


def _checked_pair(name, first, other_name, second):
    """Two images that can be compared: floats of one dtype, with as many samples and channels."""
    first = arguments.tensor("contextual_attention", name, first, axes=4, kinds=arguments.FLOATS)
    second = arguments.tensor("contextual_attention", other_name, second, axes=4, kinds=arguments.FLOATS)
    if not arguments.are_alike(*((each.shape[0], each.shape[3]) for each in (first, second))):
        raise ValueError(f"contextual_attention expects {name} and {other_name} with as many samples and channels. "
                         f"Received shapes {tuple(first.shape)} and {tuple(second.shape)}.")
    if ops.dtype(first) != ops.dtype(second):
        raise TypeError(f"contextual_attention expects {name} and {other_name} of one dtype. Received "
                        f"{ops.dtype(first)} and {ops.dtype(second)}. Cast one of them with keras.ops.cast.")
    return first, second


def _checked_mask(hole_mask, shape):
    """The mask of a background of this shape, for one sample or for all."""
    mask = arguments.tensor("contextual_attention", "hole_mask", hole_mask, axes=4)
    fits = [a is None or b is None or a == b for a, b in zip(mask.shape[:3], shape[:3], strict=True)]
    if not (fits[0] or mask.shape[0] == 1) or not all(fits[1:]):
        raise ValueError(f"contextual_attention expects hole_mask as (batch or 1, height, width, any) of the "
                         f"background. Received shapes {tuple(mask.shape)} and {tuple(shape)}. Resize the mask.")
    return mask


def _checked_chunk(chunk_size):
    return arguments.size("contextual_attention", "chunk_size", chunk_size)


def _usable(hole_mask, settings, dtype):
    """Returns 1 for the background patches, after thinning, that have no hole in them, `(batch or 1, keys)`."""
    usable = weights.thinned(is_usable(shrunk(hole_mask, settings.rate), settings.patch_size), settings.strides)
    return ops.cast(ops.reshape(usable, (ops.shape(usable)[0], -1)), dtype)


def _at_once(queries, keys, factors, blocks, usable, settings, wanted, _):
    scores = all_scores(queries, keys, factors, settings.patch_size, settings.fuse_size)
    line, grid = ops.shape(queries)[2], ops.shape(keys)[1:3]
    return _drawn(scores, blocks, usable, settings, wanted, line=line, grid=grid)


def _in_chunks(queries, keys, factors, blocks, usable, settings, wanted, chunk):
    (batch, lines, line, _), grid = ops.shape(queries), ops.shape(keys)[1:3]
    if isinstance(lines, int) and lines < max(settings.margin, 1):
        return _at_once(queries, keys, factors, blocks, usable, settings, wanted, chunk)
    is_static = isinstance(lines, int) and isinstance(chunk, int)
    chunk = max(chunk, settings.margin) if isinstance(chunk, int) else chunk
    chunk = min(chunk, lines) if is_static else ops.minimum(chunk, lines)
    sizes = (lines, settings.patch_size, settings.fuse_size)
    queries = framed_queries(queries, settings.patch_size, settings.fuse_size)
    keys = framed(keys, settings.patch_size)
    wrapped = Lines(queries, keys, factors, *sizes).wrapped() if settings.fuse_size > 1 else ()

    def part(first, shared, queries, keys, factors, blocks, *others):
        above_and_below, usable = others[: len(wrapped)], others[len(wrapped) :]
        some = Lines(queries, keys, factors, *sizes)
        scores = some.fused(first, chunk, *above_and_below) if wrapped else some.scores(first, chunk)
        keep = ops.cast(ops.arange(chunk, dtype="int32") >= shared, scores.dtype)
        return _drawn(scores, blocks, usable, settings, wanted, line=line, grid=grid, first=first, keep=keep)

    blanks = _blanks(batch, chunk, line, grid, blocks, settings, wanted)
    return in_chunks(part, [queries, keys, factors, blocks, *wrapped, *usable], lines, chunk, blanks)


def _blanks(batch, lines, line, grid, blocks, settings, wanted):
    """Returns zeros of the shapes of what `_drawn` returns for some lines."""
    overhang = settings.windows.span - 1
    kept = [reduced_size(size, settings.strides) for size in grid]
    shapes = [(batch, lines + overhang, line + overhang, *ops.shape(blocks)[3:])]
    shapes += [(batch, lines, line, kept[0] * kept[1])] if wanted[0] else []
    shapes += [(batch, lines, line, 2)] if wanted[1] else []
    return [ops.zeros(shape, blocks.dtype) for shape in shapes]


def _drawn(scores, blocks, usable, settings, wanted, *, line, grid, first=0, keep=None):
    """Turns the scores of lines into what they contribute: drawn blocks and, if wanted, weights and offsets."""
    batch, cells, _ = ops.shape(scores)
    if settings.strides > 1:
        scores = weights.thinned(ops.reshape(scores, (batch, cells, *grid)), settings.strides)
        scores = ops.reshape(scores, (batch, cells, -1))
    least = LEAST_MASS if settings.overlap == "mass" else None
    attention = weights.attention_weights(scores, *usable, masked=settings.masked, least=least)
    pieces = [ops.reshape(attention, (batch, cells // line, line, -1))]
    if wanted[1]:
        offsets = weights.offsets(attention, first, line, grid[1], settings.strides)
        pieces.append(ops.cast(ops.reshape(offsets, (batch, cells // line, line, 2)), scores.dtype))
    if keep is not None:
        pieces = [piece * ops.reshape(keep, (-1, 1, 1)) for piece in pieces]
    spread = pasting.spread(pieces[0], settings.strides, *grid)
    drawn = pasting.pasted(spread, blocks, settings.windows)
    return [drawn, *(pieces if wanted[0] else pieces[1:])]


def _averaged(image, settings):
    """Divides the sums of overlapping patches."""
    if settings.overlap == "legacy":
        return image * (settings.rate / settings.paste_size) ** 2
    if settings.overlap == "count":
        _, height, width, _ = ops.shape(image)
        down, across = (ops.cast(settings.windows.counts(size), image.dtype) for size in (height, width))
        return image / ops.expand_dims(ops.expand_dims(down, 1) * across, -1)
    mass = image[..., -1:]
    is_drawn = mass > 0
    return ops.where(is_drawn, image[..., :-1] / ops.where(is_drawn, mass, ops.ones_like(mass)), 0)
