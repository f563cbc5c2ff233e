import numpy as np
import pytest

from tfconvkit.models.kernelgan.images import check_image

IMAGE = np.random.default_rng(0).integers(256, size=(40, 44, 3), dtype="uint8")


def test_bytes_and_floats_are_the_same_image():
    pixels = check_image(IMAGE, 40)
    assert pixels.dtype == "float32" and np.array_equal(pixels, check_image(IMAGE / np.float32(255), 40))
    assert (pixels.min(), pixels.max()) == (0, 1)


@pytest.mark.parametrize("image, error, message", [
    (IMAGE[:, :39], ValueError, "crops of 40 x 40 pixels. Received an image of 40 x 39. Use a larger image"),
    (IMAGE.transpose(2, 0, 1), ValueError, r"\(height, width, 3\). Received shape \(3, 40, 44\), colours first"),
    (IMAGE[None], ValueError, "Give one image without a batch axis"),
    (IMAGE[..., 0], ValueError, r"Received shape \(40, 44\)"),
    (IMAGE.astype("int32"), TypeError, r"uint8, or floats in \[0, 1\]. Received int32"),
    (IMAGE.astype("float32"), ValueError, r"Received values from 0.0 to 255.0. Divide 0 ... 255 by 255"),
    (IMAGE / 127.5 - 1, ValueError, r"Received values from -1.0 to 1.0. .* or add 1 to -1 ... 1 and halve it"),
    (np.full(IMAGE.shape, np.nan), ValueError, "Received values from nan"),
])
def test_other_images_are_refused(image, error, message):
    with pytest.raises(error, match=message):
        check_image(image, 40)
