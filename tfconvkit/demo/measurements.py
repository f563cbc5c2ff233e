"""What the demo measures on its two networks."""

import time
from typing import NamedTuple

import keras
import numpy as np

from tfconvkit import groups
from tfconvkit.demo import networks

ANGLES = (0, 90, 180, 270)
_BATCH_SIZE = 32
_LEARNING_RATE = 5e-3


class Measurement(NamedTuple):
    """What was measured on one trained network.

    Attributes:
        parameters: Trainable parameters.
        accuracy: Share of the test images classified rightly, per angle of `ANGLES`.
        agreement: Number of test images that get the same class under every element of the group.
        seconds: Time of the training.
    """

    parameters: int
    accuracy: tuple
    agreement: int
    seconds: float


class Turning(NamedTuple):
    """One test digit, moved by the first elements of a group, and what the networks make of it.

    Attributes:
        group: The group.
        elements: Indices of the elements, at most four.
        images: `(elements, 8, 8)`, the moved digit.
        stored: `(3, 3)`, one filter of the first layer, as it is stored.
        bank: `(order, 3, 3)`, the filter in every orientation.
        maps: `(elements, order, 8, 8)`, the feature maps of this filter.
        digit: The class of the digit.
        answers: Per network the class it gives to each image.
    """

    group: groups.PointGroup
    elements: list
    images: np.ndarray
    stored: np.ndarray
    bank: np.ndarray
    maps: np.ndarray
    digit: int
    answers: dict


def train(model, images, labels, epochs, verbose):
    """Trains a classifier on the images as they are, without augmentation. Returns the seconds it took."""
    steps = epochs * -(-len(images) // _BATCH_SIZE)
    schedule = keras.optimizers.schedules.CosineDecay(_LEARNING_RATE, decay_steps=steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy"])
    begin = time.perf_counter()
    model.fit(images, labels, epochs=epochs, batch_size=_BATCH_SIZE, verbose=verbose)
    return time.perf_counter() - begin


def measure(model, group, images, labels, seconds):
    """Measures a trained network on test images: returns a `Measurement`."""
    accuracy = [np.mean(classify(model, groups.act("C4", r, images)) == labels) for r in range(len(ANGLES))]
    answers = np.stack([classify(model, groups.act(group, g, images)) for g in range(group.order)])
    agreement = (answers == answers[0]).all(axis=0).sum()
    parameters = networks.trainable_parameters(model)
    return Measurement(parameters, tuple(float(share) for share in accuracy), int(agreement), round(seconds, 1))


def classify(model, images):
    """Returns the class with the largest output for each image."""
    return model.predict(images, verbose=0, batch_size=len(images)).argmax(axis=-1)


def largest_difference(model, other, images):
    """Returns the largest difference between the outputs of two networks."""
    outputs = [each.predict(images, verbose=0) for each in (model, other)]
    return float(np.abs(outputs[0] - outputs[1]).max())


def turning(models, group, images, labels, digit=7):
    """Moves the first test image of a class by the first elements of the group and collects a `Turning`."""
    image = images[labels == digit][:1]
    elements = list(range(min(group.order, len(ANGLES))))
    moved = np.concatenate([groups.act(group, element, image) for element in elements])
    field, maps = _liveliest_field(models["equivariant"], group, moved)
    lift = models["equivariant"].get_layer("lift")
    bank = keras.ops.convert_to_numpy(lift.bank(image.shape[1:-1]))
    return Turning(
        group=group,
        elements=elements,
        images=moved[..., 0],
        stored=keras.ops.convert_to_numpy(lift.kernel)[..., 0, field].reshape(lift.kernel_size),
        bank=np.moveaxis(bank[:, :, 0].reshape(*bank.shape[:2], -1, group.order)[:, :, field], -1, 0),
        maps=np.moveaxis(maps, -1, 1),
        digit=digit,
        answers={name: classify(model, moved).tolist() for name, model in models.items()},
    )


def _liveliest_field(model, group, images):
    """Returns index and maps `(images, 8, 8, order)` of the first-layer field whose orientations differ most."""
    first = keras.Model(model.inputs, model.get_layer("lift_relu").output)
    maps = first.predict(images, verbose=0)
    maps = maps.reshape(*maps.shape[:-1], -1, group.order)
    contrast = maps[0].std(axis=-1).mean(axis=(0, 1)) / (maps[0].mean(axis=(0, 1, 3)) + 1e-6)
    field = int(contrast.argmax())
    return field, maps[..., field, :]


def element_name(group, element):
    """Names an element of a two-dimensional group, such as `"90°"` or `"180° mirrored"`: turned, then mirrored."""
    matrix = group.matrices[element]
    is_mirrored = np.linalg.det(matrix) < 0
    turn = np.diag([-1, 1]) @ matrix if is_mirrored else matrix
    angle = round(np.degrees(np.arctan2(turn[1, 0], turn[0, 0]))) % 360
    return " ".join([f"{angle}°"] * bool(angle or not is_mirrored) + ["mirrored"] * bool(is_mirrored))
