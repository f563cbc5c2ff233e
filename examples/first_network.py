"""How do I build and train an equivariant network? A D4 classifier of handwritten digits, in seconds.

Needs scikit-learn (pip install "tfconvkit[demo]").
"""

import argparse

import keras
from sklearn.datasets import load_digits

from tfconvkit import audit, layers


def build():
    """Builds a network whose answer does not change when the image is turned or mirrored."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.LiftConv2D(8, 3, group="D4", padding="same", use_bias=False),
            layers.GroupBatchNormalization(group="D4", momentum=0.9),
            keras.layers.ReLU(),
            layers.GroupConv2D(16, 3, group="D4", strides=2, padding="same"),
            keras.layers.ReLU(),
            layers.GroupPooling(group="D4"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(10),
        ]
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--quick", action="store_true", help="one epoch")
    options = parser.parse_args(arguments)
    keras.utils.set_random_seed(0)
    images, labels = load_digits(return_X_y=True)
    images = (images / 16).reshape(-1, 8, 8, 1).astype("float32")
    model = build()
    model.summary()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(5e-3), loss, metrics=["accuracy"])
    model.fit(images[:1500], labels[:1500], epochs=1 if options.quick else options.epochs, verbose=2)
    turned = images[1500:, ::-1].swapaxes(1, 2)
    for name, pictures in (("upright", images[1500:]), ("turned", turned)):
        print(f"accuracy on {name} digits: {model.evaluate(pictures, labels[1500:], verbose=0)[1]:.3f}")
    print(audit.table(audit.count(model)))
    audit.assert_equivariant(model, group="D4")
    print("equivariance: holds, the answer is the same for every turn and mirror")


if __name__ == "__main__":
    main()
