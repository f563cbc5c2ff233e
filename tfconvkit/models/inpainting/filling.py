"""Filling holes of photographs."""

import keras
import numpy as np

from tfconvkit.models.inpainting.deepfill import MULTIPLE
from tfconvkit.ops import arguments


def inpaint(model, image, mask, batch_size=1):
    """Fills the holes of photographs of any size and returns all known pixels as they were, bit for bit.

    The image is extended by its mirror image to a multiple of 8 at the bottom and the right, scaled to [-1, 1], and
    the refined output is cropped, rounded to whole grey levels and pasted into the hole.

    Args:
        model: `models.DeepFillV2()` or `models.InpaintingGAN`: maps `[image, mask]` to `[coarse, refined]`.
        image: uint8 array `(height, width, 3)` or `(batch, height, width, 3)`.
        mask: Boolean, 0 and 1, or 0 to 255 (hole above 127); `(height, width)` for all images, or
            `(batch, height, width)`; both also with a last axis of 1.
        batch_size: Number of images that go through the network at a time.

    Returns:
        uint8 array of the shape of `image`.

    Raises:
        TypeError: if the image is not of uint8.
        ValueError: if a shape does not fit, or the values of a mask are of none of these kinds.

    Example:
        >>> photograph = np.zeros((101, 150, 3), "uint8")
        >>> models.inpaint(models.DeepFillV2(width=8), photograph, np.eye(101, 150) > 0).shape
        (101, 150, 3)
    """
    arguments.instance("inpaint", "model", model, keras.Model, "Use models.DeepFillV2() or InpaintingGAN.")
    batch_size = arguments.integer("inpaint", "batch_size", batch_size, least=1)
    image = np.asarray(arguments.numeric("inpaint", "image", image))
    if image.dtype != np.uint8:
        raise TypeError(f"inpaint expects an image of uint8, 0 to 255. Received {image.dtype}. Convert it first.")
    if image.ndim not in (3, 4) or 0 in image.shape:
        raise ValueError(
            f"inpaint expects an image (height, width, channels) or a batch of them. Received shape {image.shape}."
        )
    images = image[None] if image.ndim == 3 else image
    hole = _hole(mask, images.shape)
    # Keras would trace a second size as unknown, and the attention bounds its memory by the sizes it knows.
    model.predict_function = None
    refined = model.predict([_padded(images) / np.float32(127.5) - 1, _padded(hole)], batch_size, verbose=0)[1]
    refined = refined[:, : images.shape[1], : images.shape[2]].astype("float32")
    levels = np.clip(np.round((refined + 1) * 127.5), 0, 255).astype("uint8")
    return np.where(hole > 0, levels, images).reshape(image.shape)


def _hole(mask, shape):
    """Returns the mask as float32 `(batch, height, width, 1)` of zeros and ones."""
    mask = np.asarray(arguments.numeric("inpaint", "mask", mask))
    given = mask.shape
    if mask.ndim == 2 or given == (*shape[1:3], 1):
        mask = mask[None]
    mask = mask[..., None] if mask.ndim == 3 else mask
    if mask.ndim != 4 or mask.shape[1:] != (*shape[1:3], 1) or mask.shape[0] not in (1, shape[0]):
        raise ValueError(
            f"inpaint expects a mask of the image's height and width, {shape[1:3]}, for all or for each of the "
            f"{shape[0]} images. Received shape {given} for images of shape {shape}. Resize the mask, one channel."
        )
    return np.broadcast_to(_is_hole(mask), (*shape[:3], 1)).astype("float32")


def _is_hole(mask):
    largest = mask.max(initial=0)
    if not ((mask >= 0) & (mask <= 255)).all() or 1 < largest <= 127.5:
        raise ValueError(
            f"inpaint expects a mask that is boolean, 0 and 1, or 0 to 255 with holes above 127. Received values from "
            f"{mask.min()} to {largest}. Compare it with a threshold: mask > 0."
        )
    # Sample by sample: one may hold 0 and 1, another 0 to 255.
    largest = mask.max(axis=(1, 2, 3), keepdims=True)
    return mask > np.where(largest <= 1, 0.5, 127.5)


def _padded(x):
    """Extends a batch by its mirror image to a multiple of the network's."""
    pads = [(0, -size % MULTIPLE) for size in x.shape[1:3]]
    return np.pad(x, [(0, 0), *pads, (0, 0)], mode="symmetric").astype("float32")
