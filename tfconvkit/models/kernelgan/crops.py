"""Random crops of one image, where there is something to see."""

import keras
import numpy as np


class Crops(keras.utils.PyDataset):
    """Draws batches of large and small crops, the more often the steeper the image is in them.

    The probability of a crop is proportional to `0.1 m + mean |gradient|` over it, of the mean of the colours, with
    the mean `m` over the whole image, so that flat places are not left out.

    Args:
        image: Array `(height, width, channels)`.
        sizes: Rows and columns of the large and of the small crops.
        batch_size: Number of crops of each size.
        steps: Number of batches.
        rng: `numpy.random.Generator`.

    Example:
        >>> crops = Crops(np.eye(40)[..., None], (32, 16), batch_size=2, steps=5, rng=np.random.default_rng(0))
        >>> [x.shape for x in crops[0]]
        [(2, 32, 32, 1), (2, 16, 16, 1)]
    """

    def __init__(self, image, sizes, batch_size, steps, rng):
        super().__init__()
        self.image, self.sizes, self.batch_size, self.steps, self.rng = image, sizes, batch_size, steps, rng
        steepness = np.hypot(*np.gradient(image.mean(axis=-1, dtype="float64")))
        self._grids = [_probabilities(steepness + 0.1 * steepness.mean() + 1e-12, size) for size in sizes]

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        return tuple(self._draw(size, grid) for size, grid in zip(self.sizes, self._grids, strict=True))

    def _draw(self, size, grid):
        # Searching the sums costs less than to choose by the probabilities, which sums them anew in every step.
        corners = np.unravel_index(np.searchsorted(grid.ravel(), self.rng.random(self.batch_size)), grid.shape)
        return np.stack([self.image[top : top + size, left : left + size]
                         for top, left in zip(*corners, strict=True)])


def _probabilities(weights, size):
    """Returns the cumulated probabilities of all crops of a size, `(rows, columns)` of their upper left corners."""
    sums = np.pad(weights, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    totals = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    cumulated = totals.cumsum()
    return (cumulated / cumulated[-1]).reshape(totals.shape)
