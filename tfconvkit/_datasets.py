"""Small real data for the demo, out of packages that are installed anyway: nothing is downloaded."""

import numpy as np


def digits(train_size=1500, seed=0):
    """Reads the 1,797 handwritten digits that scikit-learn ships and splits them.

    Args:
        train_size: Number of training images; the others are the test images.
        seed: Seed of the order in which the images are dealt to the two parts.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images `(images, 8, 8, 1)`, float32 in [0, 1], and their classes
        `(images,)`, 0 to 9.

    Raises:
        ModuleNotFoundError: if scikit-learn is not installed.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = digits()
        >>> x_train.shape, x_test.shape
        ((1500, 8, 8, 1), (297, 8, 8, 1))
    """
    data = _scikit_learn().load_digits()
    order = np.random.default_rng(seed).permutation(len(data.target))
    train, test = order[:train_size], order[train_size:]
    images = (data.images[..., None] / 16).astype("float32")
    return (images[train], data.target[train]), (images[test], data.target[test])


def _scikit_learn():
    """Returns `sklearn.datasets`, or says how to get it."""
    try:
        from sklearn import datasets  # optional: only the demo needs it
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"The digits of the demo come with scikit-learn, which could not be imported ({error}). "
            'Run: pip install "tfconvkit[demo]"',
            name=error.name,
        ) from error
    return datasets
