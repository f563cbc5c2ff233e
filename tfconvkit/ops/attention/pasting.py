"""Pasting: overlapping patches of an image, weighted by attention and summed."""

from typing import NamedTuple

from keras import ops

from tfconvkit import backend
from tfconvkit.ops.attention.diagonals import beginning, shifted_sum
from tfconvkit.ops.attention.resizing import reduced_size


class Windows(NamedTuple):
    """Windows of `size` pixels every `rate` pixels, with the padding of SAME.

    Window `i` of an axis of `n` pixels covers `[i * rate - before, i * rate - before + size)`, `i < ceil(n / rate)`.

    Args:
        size: Pixels of a window.
        rate: Pixels between windows.
    """

    size: int
    rate: int

    @property
    def span(self):
        """Blocks of `rate` pixels that a window touches."""
        return reduced_size(self.size, self.rate)

    def before(self, pixels):
        """Pixels of the first window that lie before the image: half the overhang, the larger half comes after."""
        overhang = (reduced_size(pixels, self.rate) - 1) * self.rate + self.size - pixels
        if isinstance(overhang, int):
            return max(overhang, 0) // 2
        return ops.maximum(overhang, 0) // 2

    def blocks(self, pixels):
        """Number of blocks that the windows cover together."""
        return reduced_size(pixels, self.rate) + self.span - 1

    def residues(self):
        """Splits the pixels of a block by the windows that cover them: `(first, stop, first window, windows)`.

        A window whose size is no multiple of the rate ends inside its last block.
        """
        inner = self.size - (self.span - 1) * self.rate
        parts = [(0, inner, 0, self.span), (inner, self.rate, 1, self.span - 1)]
        return [part for part in parts if part[0] < part[1]]

    def counts(self, pixels):
        """Number of windows over every pixel, `(pixels,)`, int32."""
        position = ops.arange(pixels, dtype="int32") + self.before(pixels)
        last = ops.minimum(position // self.rate, reduced_size(pixels, self.rate) - 1)
        first = ops.maximum((position - self.size) // self.rate + 1, 0)
        return ops.maximum(last - first + 1, 0)


def blocks(image, windows):
    """Cuts an image into the blocks of which its windows are made.

    Args:
        image: Tensor `(batch, height, width, channels)`.
        windows: `Windows`.

    Output shape:
        `(batch, blocks_h, blocks_w, rate, rate, channels)`.
    """
    batch, height, width, channels = ops.shape(image)
    rate, counts = windows.rate, (windows.blocks(height), windows.blocks(width))
    pads = [(windows.before(n), m * rate - n - windows.before(n)) for n, m in zip((height, width), counts, strict=True)]
    padded = ops.reshape(ops.pad(image, ((0, 0), *pads, (0, 0))), (batch, counts[0], rate, counts[1], rate, channels))
    return ops.transpose(padded, (0, 1, 3, 2, 4, 5))


def pasted(attention, block_images, windows):
    """Pastes windows of one image at the windows of another, weighted by attention, into blocks.

    `y[m] = sum_n D[m, n] b[n]` over blocks with `D[m, n] = sum_t a[m - t, n - t]` over the blocks `t` of a window: the
    sums along joint diagonals first, then one product, instead of a product of whole windows and an overlap-add.

    Args:
        attention: Tensor `a`, `(batch, height_f, width_f, height_b, width_b)`.
        block_images: Tensor `b` from `blocks`.
        windows: `Windows`.

    Output shape:
        `(batch, height_f + span - 1, width_f + span - 1, rate, rate, channels)`.
    """
    parts = windows.residues()
    # A frame of zeros before each line serves the line above it too.
    frame = windows.span - 1
    framed = ops.pad(attention, ((0, 0), (frame, frame + 1), (frame, 0), (frame, 0), (frame, 0)))
    lines = [
        ops.concatenate([_part(framed, block_images, down, across, frame) for across in parts], axis=4)
        if len(parts) > 1 else _part(framed, block_images, down, parts[0], frame)
        for down in parts
    ]
    return ops.concatenate(lines, axis=3) if len(lines) > 1 else lines[0]


def _part(framed, block_images, down, across, frame):
    """Pastes the pixels of all blocks that are covered by the same number of windows."""
    batch, lines, width_f, height_b, width_b = ops.shape(framed)
    lines, columns = lines - frame - 1, height_b * width_b
    pixels = block_images[:, :, :, down[0] : down[1], across[0] : across[1]]
    sides, channels = (down[1] - down[0], across[1] - across[0]), ops.shape(block_images)[-1]
    steps = width_f * columns + width_b, columns + 1
    length = lines * width_f * columns
    flat = ops.reshape(framed, (batch, -1))
    beyond = (down[2] + down[3] - 1) * steps[0]
    flat = shifted_sum(flat, steps[1], across[3], length + beyond, start=across[2] * steps[1])
    flat = shifted_sum(flat, steps[0], down[3], length, start=down[2] * steps[0])
    weights = ops.reshape(flat, (batch, lines * width_f, columns))
    product = backend.matmul(weights, ops.reshape(pixels, (batch, columns, -1)))
    return ops.reshape(product, (batch, lines, width_f, *sides, channels))


def assembled(block_images, windows, height, width):
    """Puts blocks together and cuts the image out.

    Args:
        block_images: Tensor `(batch, blocks_h, blocks_w, rate, rate, channels)`.
        windows: `Windows`.
        height, width: Size of the image.

    Output shape:
        `(batch, height, width, channels)`.
    """
    batch, lines, columns, rate, _, channels = ops.shape(block_images)
    image = ops.transpose(block_images, (0, 1, 3, 2, 4, 5))
    image = ops.reshape(image, (batch, lines * rate, columns * rate, channels))
    top, left = windows.before(height), windows.before(width)
    return image[:, top : top + height, left : left + width]


def spread(attention, strides, height, width):
    """Puts thinned weights back to their places on the whole grid of keys, with zeros between.

    Args:
        attention: Tensor `(batch, height_f, width_f, keys)` of the keys that thinning kept.
        strides: Their distance.
        height, width: The whole grid.

    Output shape:
        `(batch, height_f, width_f, height, width)`.
    """
    batch, height_f, width_f, _ = ops.shape(attention)
    kept = reduced_size(height, strides), reduced_size(width, strides)
    if strides == 1:
        return ops.reshape(attention, (batch, height_f, width_f, height, width))
    gap = (0, strides - 1)
    places = ops.reshape(attention, (batch, height_f * width_f, kept[0], 1, kept[1], 1))
    places = ops.pad(places, ((0, 0), (0, 0), (0, 0), gap, (0, 0), gap))
    places = ops.reshape(places, (batch, height_f, width_f, kept[0] * strides, kept[1] * strides))
    return beginning(places, height_f, width_f, height, width)
