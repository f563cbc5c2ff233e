"""What KernelGAN accepts as an image."""

import numpy as np

from tfconvkit.ops import arguments


def check_image(image, smallest):
    """Returns an image as float32 `(height, width, 3)` in [0, 1], after checking it.

    Args:
        image: uint8 or floats in [0, 1].
        smallest: Smallest number of rows and columns.

    Raises:
        TypeError: for another kind of numbers.
        ValueError: for other axes, sizes or values.

    Example:
        >>> check_image(np.full((64, 64, 3), 255, "uint8"), smallest=64).max()
        np.float32(1.0)
    """
    image = np.asarray(arguments.numeric("KernelGAN", "image", image))
    if image.ndim != 3 or image.shape[-1] != 3:
        is_first = image.ndim == 3 and image.shape[0] == 3
        remedy = "Move the axis: image.transpose(1, 2, 0)." if is_first else "Give one image without a batch axis."
        raise ValueError(
            "KernelGAN expects one image with the colours last, (height, width, 3). Received shape "
            f"{image.shape}{', colours first, (3, height, width)' if is_first else ''}. {remedy}"
        )
    if min(image.shape[:2]) < smallest:
        raise ValueError(
            f"KernelGAN takes crops of {smallest} x {smallest} pixels. Received an image of {image.shape[0]} x "
            f"{image.shape[1]}. Use a larger image, or a smaller crop=..."
        )
    if image.dtype == np.uint8:
        return image.astype("float32") / 255
    if not np.issubdtype(image.dtype, np.floating):
        raise TypeError(f"KernelGAN expects uint8, or floats in [0, 1]. Received {image.dtype}. Convert the image.")
    if not (np.isfinite(image).all() and image.min() >= 0 and image.max() <= 1):
        raise ValueError(
            f"KernelGAN expects floats in [0, 1]. Received values from {image.min()} to {image.max()}. "
            "Divide 0 ... 255 by 255, or add 1 to -1 ... 1 and halve it."
        )
    return image.astype("float32")
