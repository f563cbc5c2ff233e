import numpy as np

from tfconvkit.models.kernelgan.crops import Crops

POSITIONS = np.stack(np.meshgrid(np.arange(30), np.arange(40), indexing="ij"), axis=-1).astype("float64")


def test_crops_are_windows_of_the_image():
    crops = Crops(POSITIONS, (12, 5), batch_size=50, steps=3, rng=np.random.default_rng(0))
    assert len(crops) == 3
    for batch, size in zip(crops[0], (12, 5), strict=True):
        assert batch.shape == (50, size, size, 2)
        for crop in batch:
            top, left = crop[0, 0].astype(int)
            assert np.array_equal(crop, POSITIONS[top : top + size, left : left + size])


def test_every_place_of_an_even_slope_is_as_likely():
    crops = Crops(POSITIONS, (28, 38 - 9), batch_size=9000, steps=1, rng=np.random.default_rng(0))
    counts = np.unique(crops[0][0][:, 0, 0], axis=0, return_counts=True)[1]
    assert len(counts) == 3 * 13 and np.abs(counts / 9000 * 39 - 1).max() < 0.3


def test_steep_places_come_more_often_and_flat_ones_now_and_then():
    image = np.zeros((30, 40, 1))
    image[:, 30:] = np.random.default_rng(0).uniform(size=(30, 10, 1))
    crop, = Crops(image, (8,), batch_size=1000, steps=1, rng=np.random.default_rng(0))[0]
    is_flat = crop.std(axis=(1, 2, 3)) == 0
    assert 0.02 < is_flat.mean() < 0.3


def test_the_last_corner_is_reached_and_flat_images_are_taken():
    image = np.zeros((9, 9, 1))
    batch, = Crops(image, (8,), batch_size=200, steps=1, rng=np.random.default_rng(0))[0]
    assert batch.shape == (200, 8, 8, 1)
