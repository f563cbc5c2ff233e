"""Contextual attention written out in NumPy, step by step as tests/golden/inpaint/README.md tells it."""

import numpy as np


def same_padding(size, window, strides):
    """Output size and pads of SAME, the larger half at the end."""
    count = -(-size // strides)
    overhang = max((count - 1) * strides + window - size, 0)
    return count, (overhang // 2, overhang - overhang // 2)


def patches(image, window, strides):
    """All windows of one image, `(rows, columns, window, window, channels)`."""
    (rows, above), (columns, left) = (same_padding(size, window, strides) for size in image.shape[:2])
    padded = np.pad(image, (above, left, (0, 0)))
    cut = [[padded[i * strides :, j * strides :][:window, :window] for j in range(columns)] for i in range(rows)]
    # Windows that are smaller than their distance never reach over the end.
    return np.array(cut)


def fold(windows, strides, shape):
    """The transpose of `patches`: overlapping windows are added up."""
    rows, columns, window = windows.shape[:3]
    pads = [same_padding(size, window, strides)[1] for size in shape[:2]]
    total = np.zeros([size + sum(pad) for size, pad in zip(shape[:2], pads, strict=True)] + [shape[2]])
    for i in range(rows):
        for j in range(columns):
            total[i * strides : i * strides + window, j * strides : j * strides + window] += windows[i, j]
    return total[pads[0][0] :, pads[1][0] :][: shape[0], : shape[1]]


def shrunk(image, rate):
    return image[np.ix_(*(nearest(size, -(-size // rate)) for size in image.shape[:2]))]


def nearest(size, new_size):
    """Nearest source index with aligned corners, halves up, in exact arithmetic."""
    steps = max(new_size - 1, 1)
    return [(2 * i * (size - 1) + steps) // (2 * steps) for i in range(new_size)]


def fused(scores, size):
    """Adds neighbours along the diagonal of `(queries, keys)`."""
    total = np.zeros_like(scores)
    for t in range(size):
        shift = t - (size - 1) // 2
        for p in range(scores.shape[0]):
            for q in range(scores.shape[1]):
                if 0 <= p + shift < scores.shape[0] and 0 <= q + shift < scores.shape[1]:
                    total[p, q] += scores[p + shift, q + shift]
    return total


def scores_of(foreground, background, patch_size, fuse_size):
    queries, keys = patches(foreground, patch_size, 1), patches(background, patch_size, 1)
    norms = np.maximum(np.sqrt((keys**2).sum(axis=(2, 3, 4), keepdims=True)), 1e-4)
    scores = np.einsum("hwxyc,vuxyc->hwvu", queries, keys / norms)
    if fuse_size > 1:
        (h, w, v, u), flat = scores.shape, (scores.shape[0] * scores.shape[1], -1)
        scores = fused(scores.reshape(flat), fuse_size).reshape(h, w, v, u).transpose(1, 0, 3, 2)
        scores = fused(scores.reshape(flat), fuse_size).reshape(w, h, u, v).transpose(1, 0, 3, 2)
    return scores


def weights_of(scores, mask, patch_size, strides, masked):
    grid = scores.shape[2:]
    usable = np.ones(grid) if mask is None else (patches(mask != 0, patch_size, 1).sum(axis=(2, 3, 4)) == 0) * 1.0
    usable = usable[::strides, ::strides].ravel()
    logits = scores[:, :, ::strides, ::strides].reshape(*scores.shape[:2], -1)
    logits = logits * usable if masked == "zero_logit" else np.where(usable, logits, -1e9)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) * usable


def attend(foreground, background, mask=None, patch_size=3, rate=2, paste_size=None, strides=1, fuse_size=3,
           softmax_scale=10.0, overlap="legacy", masked="zero_logit"):
    """The redrawn image and the weights of one sample."""
    paste_size, shape = paste_size or 2 * rate, foreground.shape
    scores = scores_of(shrunk(foreground, rate), shrunk(background, rate), patch_size, fuse_size)
    mask = None if mask is None else shrunk(mask, rate)
    attention = weights_of(softmax_scale * scores, mask, patch_size, strides, masked)
    image = fold(pasted(attention, background, paste_size, rate, strides), rate, shape)
    if overlap == "legacy":
        divisor = (paste_size / rate) ** 2
    elif overlap == "count":
        divisor = fold(np.ones((*attention.shape[:2], paste_size, paste_size, 1)), rate, (*shape[:2], 1))
    else:
        ones = np.ones((*background.shape[:2], 1))
        divisor = fold(pasted(attention, ones, paste_size, rate, strides), rate, (*shape[:2], 1))
    return image / np.where(divisor == 0, 1, divisor), attention


def pasted(attention, background, paste_size, rate, strides):
    windows = patches(background, paste_size, rate)[::strides, ::strides]
    return np.tensordot(attention, windows.reshape(-1, *windows.shape[2:]), axes=1)
