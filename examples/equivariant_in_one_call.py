"""I have a Keras CNN. How do I make it rotation-equivariant without rewriting it, and what does that cost?

Needs scikit-learn (pip install "tfconvkit[demo]").
"""

import argparse

import keras
from sklearn.datasets import load_digits

from tfconvkit import audit, groups, surgery

L = keras.layers


def plain_network():
    """Builds an ordinary residual network, as one finds it in a project."""
    inputs = keras.Input((8, 8, 1))
    x = L.Conv2D(24, 3, padding="same", use_bias=False)(inputs)
    x = L.ReLU()(L.BatchNormalization(momentum=0.9)(x))
    for _ in range(2):
        y = L.Conv2D(24, 3, padding="same", use_bias=False)(x)
        y = L.ReLU()(L.BatchNormalization(momentum=0.9)(y))
        x = L.Add()([x, L.Conv2D(24, 3, padding="same")(y)])
    x = L.MaxPooling2D(2, padding="same")(x)
    x = L.Conv2D(48, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, L.Dense(10)(L.GlobalAveragePooling2D()(x)), name="plain")


def accuracies(model, images, labels, epochs):
    """Trains on upright digits and returns the accuracies on digits turned by 0, 90, 180 and 270 degrees."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rate = keras.optimizers.schedules.CosineDecay(5e-3, decay_steps=47 * epochs)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    model.fit(images[:1500], labels[:1500], epochs=epochs, verbose=0)
    turned = [groups.act("C4", r, images[1500:]) for r in range(4)]
    return [model.evaluate(pictures, labels[1500:], verbose=0)[1] for pictures in turned]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--quick", action="store_true", help="one epoch")
    options = parser.parse_args(arguments)
    keras.utils.set_random_seed(0)
    images, labels = load_digits(return_X_y=True)
    images = (images / 16).reshape(-1, 8, 8, 1).astype("float32")
    plain = plain_network()
    turning = surgery.to_equivariant(plain, group="C4")
    audit.assert_equivariant(turning, group="C4")
    print(f"\n{'accuracy at':14}" + "".join(f"{angle:>7}" for angle in (0, 90, 180, 270)))
    for name, model in (("plain", plain), ("C4", turning)):
        found = accuracies(model, images, labels, 1 if options.quick else options.epochs)
        print(f"{name:14}" + "".join(f"{share:7.3f}" for share in found))
    if max(found) - min(found) > 1e-6:
        raise SystemExit("The equivariant network should not see the angle: please report this.")


if __name__ == "__main__":
    main()
