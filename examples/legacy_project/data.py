"""Images of bars, made here: 0 lies, 1 stands."""
import numpy as np

SIZE = 12


def contrast(image, scale):
    return (image - image.mean()) / scale


def load(count, seed=0):
    rng = np.random.RandomState(seed)
    half = SIZE / 2
    images, labels = [], []
    for index in xrange(count):
        image, label = rng.normal(0, 0.3, (SIZE, SIZE)), index % 2
        place = half + rng.randint(-3, 3)
        if label == 1:
            image[:, place:place + 2] += 1
        else:
            image[place:place + 2] += 1
        images.append(contrast(image, image.std()))
        labels.append(label)
    return np.array(images, np.float32)[..., None], np.array(labels).astype(np.int)
