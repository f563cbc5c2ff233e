"""How does a network written for TensorFlow 1 become a Keras 3 layer, with its old checkpoint, without rewriting it?

The network below is as it was, but for the import: get_variable, variable_scope, arg_scope, contrib, batch
normalisation with moving averages.
"""

import argparse
import tempfile
from pathlib import Path

import keras
import numpy as np

from tfconvkit.compat import checkpoint
from tfconvkit.compat import tf1 as tf
from tfconvkit.compat.tf1 import LegacyLayer, tracks_variables

arg_scope = tf.contrib.framework.arg_scope
BARS = 300


def network(images, is_training=False, reuse=tf.AUTO_REUSE):
    """The legacy function."""
    with tf.variable_scope("net", reuse=reuse):
        with arg_scope([tf.contrib.layers.conv2d], activation_fn=None,
                       weights_regularizer=tf.contrib.layers.l2_regularizer(1e-4)):
            x = tf.contrib.layers.conv2d(images, 8, 3, scope="conv1")
            x = tf.nn.relu(tf.layers.batch_normalization(x, training=is_training, name="bn1", momentum=0.9))
            x = tf.contrib.layers.conv2d(tf.nn.max_pool2d(x, 2, 2, "SAME"), 8, 3, scope="conv2")
        x = tf.reduce_mean(tf.nn.relu(x), [1, 2])
        w = tf.get_variable("fc/weights", (8, 2), initializer=tf.truncated_normal_initializer(stddev=0.5))
        return tf.matmul(x, w) + tf.get_variable("fc/biases", (2,), initializer=tf.zeros_initializer())


layer = tracks_variables(network, package="examples", name="legacy")


def data():
    """Noisy 8 x 8 images of a bar that lies (0) or stands (1)."""
    rng = np.random.default_rng(0)
    images, labels = rng.normal(0, 0.3, (BARS, 8, 8, 1)).astype("float32"), np.arange(BARS) % 2
    for image, label, place in zip(images, labels, rng.integers(0, 8, BARS), strict=True):
        image[(slice(None), place) if label else (place, slice(None))] += 1
    return images, labels


def old_checkpoint(folder, images):
    """What was left of TensorFlow 1: a checkpoint of the graph, and the outputs at that time."""
    with tf.Graph().as_default(), tf.Session() as session:
        outputs = network(tf.constant(images))
        session.run(tf.global_variables_initializer())
        return session.run(outputs), tf.train.Saver().save(session, str(folder / "model"))


def show_weights(images):
    first, second = layer(images[:4]), layer(images[:4])
    print(f"1. The layer has {layer.count_params()} parameters, by the names of TensorFlow 1:")
    for name, weight in layer.variables_by_name.items():
        print(f"   {name:24} {str(tuple(weight.shape)):14} {'trainable' if weight.trainable else 'moving average'}")
    other = LegacyLayer(network)(images[:4])
    same, differ = np.abs(first - second).max(), np.abs(first - other).max()
    print(f"   Two calls differ by {same:.0e}; another layer of the function, with weights of its own, by {differ:.1f}")
    return np.array_equal(first, second)


def show_checkpoint(model, folder, images):
    expected, path = old_checkpoint(folder, images[:8])
    loaded = checkpoint.load(model, path)
    error = np.abs(model(images[:8]) - expected).max()
    print(f"2. The old checkpoint: {len(loaded.names)} variables found by name, outputs differ by {error:.0e}")
    return error < 1e-5


def show_training(model, images, labels, epochs):
    before = model.evaluate(images, labels, verbose=0)[1]
    mean = np.abs(layer.variables_by_name["net/bn1/moving_mean"].numpy()).max()
    model.fit(images, labels, batch_size=30, epochs=epochs, verbose=0)
    after = model.evaluate(images, labels, verbose=0)[1]
    moved = np.abs(layer.variables_by_name["net/bn1/moving_mean"].numpy()).max()
    print(f"3. fit: accuracy {before:.2f} before, {after:.2f} after {epochs} epochs")
    print(f"   Largest entry of the moving mean: {mean:.2f} before, {moved:.2f} after")
    print(f"   Losses of the layer: {len(model.losses)} regularised kernels, {float(sum(model.losses)):.4f} in all")
    return moved > 0 and len(model.losses) == 2


def show_saving(model, folder, images):
    model.save(folder / "model.keras")
    again = keras.saving.load_model(folder / "model.keras")
    difference = np.abs(model(images) - again(images)).max()
    print(f"4. Saved as .keras and loaded: outputs differ by {difference:.0e}")
    return difference == 0


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two epochs instead of twenty")
    epochs = 2 if parser.parse_args(arguments).quick else 20
    keras.utils.set_random_seed(0)
    images, labels = data()
    right = [show_weights(images)]
    model = keras.Sequential([keras.Input((8, 8, 1)), layer])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        right.append(show_checkpoint(model, folder, images))
        right.append(show_training(model, images, labels, epochs))
        right.append(show_saving(model, folder, images))
    if not all(right):
        raise SystemExit("The answer does not hold here: please report this.")


if __name__ == "__main__":
    main()
