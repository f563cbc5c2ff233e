"""I have a Keras CNN. How do I make it rotation-equivariant without rewriting it, and what does that cost?

Needs scikit-learn (pip install "tfconvkit[demo]").
"""

import argparse

import keras
from sklearn.datasets import load_digits

from tfconvkit import audit, groups, surgery

L = keras.layers


def plain_network(blocks):
    """Builds an ordinary residual network, as one finds it in a project."""
    inputs = keras.Input((8, 8, 1))
    x = L.Conv2D(24, 3, padding="same", use_bias=False)(inputs)
    x = L.ReLU()(L.BatchNormalization(momentum=0.9)(x))
    for _ in range(blocks):
        y = L.Conv2D(24, 3, padding="same", use_bias=False)(x)
        y = L.ReLU()(L.BatchNormalization(momentum=0.9)(y))
        x = L.Add()([x, L.Conv2D(24, 3, padding="same")(y)])
    x = L.MaxPooling2D(2, padding="same")(x)
    x = L.Conv2D(48, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, L.Dense(10)(L.GlobalAveragePooling2D()(x)), name="plain")


def accuracies(model, images, labels, train, epochs):
    """Trains on the first `train` digits and returns the accuracies on others turned by 0, 90, 180, 270 degrees."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rate = keras.optimizers.schedules.CosineDecay(5e-3, decay_steps=-(-train // 32) * epochs)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)  # else TensorFlow traces the first step twice
    model.fit(images[:train], labels[:train], epochs=epochs, verbose=0)
    turned = [groups.act("C4", r, images[1500:]) for r in range(4)]
    return [model.evaluate(pictures, labels[1500:], batch_size=297, verbose=0)[1] for pictures in turned]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--quick", action="store_true", help="a shallower network, two epochs of 960 digits")
    options = parser.parse_args(arguments)
    blocks, train, epochs = (1, 960, 2) if options.quick else (2, 1500, options.epochs)
    keras.utils.set_random_seed(0)
    images, labels = load_digits(return_X_y=True)
    images = (images / 16).reshape(-1, 8, 8, 1).astype("float32")
    plain = plain_network(blocks)
    turning = surgery.to_equivariant(plain, group="C4")
    audit.assert_equivariant(turning, group="C4")
    print(f"\n{'accuracy at':14}" + "".join(f"{angle:>7}" for angle in (0, 90, 180, 270)))
    found = {}
    for name, model in (("plain", plain), ("C4", turning)):
        found[name] = accuracies(model, images, labels, train, epochs)
        print(f"{name:14}" + "".join(f"{share:7.3f}" for share in found[name]))
    if max(found["C4"]) - min(found["C4"]) > 1e-6 or min(found["C4"]) <= min(found["plain"]):
        raise SystemExit("The equivariant network should not see the angle, the plain one should: please report this.")


if __name__ == "__main__":
    main()
