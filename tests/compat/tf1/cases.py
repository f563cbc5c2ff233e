"""Pieces of TensorFlow 1 code, run by TensorFlow 1.15 itself (Python 3.7) and by the namespace of this package.

Written for both: `answers(tf)` takes either module as `tf`. As a script in an environment with `tensorflow==1.15.0` and
`numpy<1.20` it writes what TensorFlow 1.15 says to the file of its argument, tensorflow_1_15.npz in this folder.
"""

import json
import sys
import zlib

import numpy as np

IMAGE, SEQUENCE, FLAT = (2, 8, 7, 4), (2, 5, 3), (6, 5)


def two_convolutions(tf, x):
    y = tf.layers.conv2d(x, 3, (3, 2), (2, 1), "same", activation=tf.nn.relu,
                         kernel_regularizer=tf.contrib.layers.l2_regularizer(0.1))
    return [y, tf.layers.conv2d(y, 2, 2, dilation_rate=2, use_bias=False, name="two",
                                activity_regularizer=tf.reduce_sum)]


def channels_first(tf, x):
    return [tf.layers.flatten(tf.transpose(x, (0, 3, 1, 2)), data_format="channels_first"), tf.layers.flatten(x)]


def transposed(tf, x):
    with tf.variable_scope("up"):
        return [tf.layers.conv2d_transpose(x, 3, 3, 2, "same"), tf.layers.conv2d_transpose(x, 3, (2, 3), (3, 1))]


def other_ranks(tf, x):
    return [tf.layers.conv1d(x[:, 0], 3, 3, 2, "same"), tf.layers.conv1d(x[:, 0], 3, 2, dilation_rate=3),
            tf.layers.conv3d(x[..., None], 2, 2, padding="same"),
            tf.layers.conv3d_transpose(x[..., None], 2, 3, 2, "same")]


def separable(tf, x):
    return [tf.layers.separable_conv2d(x, 3, 3, 2, "same", depth_multiplier=2),
            tf.layers.separable_conv2d(x, 3, (3, 2), dilation_rate=2),
            tf.layers.separable_conv1d(x[:, 0], 3, 3, padding="same", dilation_rate=2)]


def pooling(tf, x):
    return [tf.layers.max_pooling2d(x, 3, 2, "same"), tf.layers.average_pooling2d(x, (3, 2), 2, "same"),
            tf.layers.average_pooling1d(x[:, 0], 3, 1, "same"), tf.layers.max_pooling3d(x[..., None], 2, 1)]


def dense(tf, x):
    with tf.variable_scope("net", reuse=tf.AUTO_REUSE):
        return [tf.layers.dense(x, 3, name="d"), tf.layers.dense(x, 3, name="d"), tf.layers.dense(x[:, 0], 2)]


def batch_normalization(tf, x):
    is_training = tf.placeholder_with_default(True, ())
    return [tf.layers.batch_normalization(x, training=True), tf.layers.batch_normalization(x, scale=False),
            tf.layers.batch_normalization(x, momentum=0.5, training=is_training),
            tf.layers.batch_normalization(x, fused=False, training=True),
            tf.layers.batch_normalization(x[:, 0], training=True, name="bn")]


def contrib_network(tf, x):
    slim = tf.contrib.slim
    with slim.arg_scope([slim.conv2d], normalizer_fn=slim.batch_norm, outputs_collections="ends",
                        normalizer_params={"decay": 0.9, "scale": True},
                        weights_regularizer=slim.l1_l2_regularizer(0.1, 0.2)):
        y = slim.repeat(x, 2, slim.conv2d, 4, [3, 3], scope="conv1")
        y = slim.conv2d(slim.max_pool2d(y, [2, 2]), 3, 1, activation_fn=None)
    return [y, slim.fully_connected(slim.flatten(y), 3), slim.stack(slim.flatten(y), slim.fully_connected, [4, 2]),
            slim.one_hot_encoding([0, 2], 3)]


def contrib_layers(tf, x):
    layers = tf.contrib.layers
    return [layers.conv2d_transpose(x, 3, 3, 2), layers.separable_conv2d(x, 3, 3, 2, rate=2),
            layers.separable_conv2d(x, None, 3, 1), layers.conv2d_in_plane(x, 3), layers.bias_add(x),
            layers.avg_pool2d(x, 2), layers.unit_norm(x, 3), layers.maxout(x, 2), layers.softmax(x),
            layers.dropout(x, is_training=False)]


def contrib_normalisations(tf, x):
    layers = tf.contrib.layers
    return [layers.layer_norm(x), layers.layer_norm(x, begin_norm_axis=-1), layers.instance_norm(x),
            layers.group_norm(x, 2), layers.batch_norm(x[:, 0, 0], decay=0.5),
            layers.batch_norm(x[:, 0], decay=0.5, scale=True), layers.batch_norm(x, updates_collections=None),
            layers.batch_norm(x, is_training=False, activation_fn=tf.nn.relu)]


def recurrences(tf, x):
    cells = tf.nn.rnn_cell
    stacked = cells.MultiRNNCell([cells.BasicLSTMCell(4), cells.ResidualWrapper(cells.GRUCell(4))])
    with tf.variable_scope("both"):
        pair, _ = tf.nn.bidirectional_dynamic_rnn(cells.LSTMCell(3, forget_bias=0.5), cells.BasicRNNCell(3), x,
                                                  sequence_length=[3, 5], dtype=tf.float32)
    steps, _ = tf.nn.static_rnn(cells.BasicLSTMCell(4, state_is_tuple=False), tf.unstack(x, axis=1), dtype=tf.float32)
    return [tf.nn.dynamic_rnn(stacked, x, dtype=tf.float32)[0], *pair, steps[-1]]


def resizing(tf, x):
    return [resize(x, size, align_corners=align) for align in (False, True) for size in ((5, 9), (16, 4))
            for resize in (tf.image.resize_bilinear, tf.image.resize_nearest_neighbor, tf.image.resize_bicubic,
                           tf.image.resize_area)] + [tf.image.resize_images(x, (4, 4)), tf.extract_image_patches(
                               x, [1, 3, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], "SAME")]


def losses(tf, x):
    labels = tf.cast(x > 0, tf.float32)
    slim, keys = tf.contrib.slim, {"labels": labels, "logits": x}
    return [tf.nn.sigmoid_cross_entropy_with_logits(**keys), tf.nn.softmax_cross_entropy_with_logits(**keys),
            slim.losses.mean_squared_error(x, labels), slim.losses.log_loss(tf.nn.sigmoid(x), labels),
            slim.losses.absolute_difference(x, labels, 0.5), slim.losses.hinge_loss(x, labels),
            slim.losses.sigmoid_cross_entropy(x, labels, label_smoothing=0.1),
            tf.losses.huber_loss(labels, x), slim.losses.get_total_loss()]


CASES = {
    "two_convolutions": (two_convolutions, IMAGE), "channels_first": (channels_first, IMAGE),
    "transposed": (transposed, IMAGE), "other_ranks": (other_ranks, IMAGE), "separable": (separable, IMAGE),
    "pooling": (pooling, IMAGE), "dense": (dense, SEQUENCE), "batch_normalization": (batch_normalization, IMAGE),
    "contrib_network": (contrib_network, IMAGE), "contrib_layers": (contrib_layers, IMAGE),
    "contrib_normalisations": (contrib_normalisations, IMAGE), "recurrences": (recurrences, SEQUENCE),
    "resizing": (resizing, IMAGE), "losses": (losses, FLAT),
}


def answers(tf, name):
    """Returns what one case says: a dictionary of arrays, and a dictionary of names for JSON."""
    build, shape = CASES[name]
    values = np.random.RandomState(1).normal(size=shape).astype("float32")
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, shape)
        outputs = build(tf, x)
        made = {variable.op.name: variable for variable in tf.global_variables()}
        penalties = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
        sums = [tf.reduce_sum(tf.cast(each, tf.float32) ** 2) for each in outputs]
        trained = tf.trainable_variables()
        gradients = tf.gradients(tf.add_n(sums), trained) if trained else []
        names = {
            "variables": {key: variable.shape.as_list() for key, variable in made.items()},
            "trainable": [variable.op.name for variable in trained], "losses": [loss.name for loss in penalties],
            "outputs": [each.name for each in outputs], "updates": len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)),
            "model": sorted(each.op.name for each in tf.get_collection(tf.GraphKeys.MODEL_VARIABLES)),
            "ends": sorted(each.name for each in tf.get_collection("ends")),
        }
        for key, variable in made.items():
            rng = np.random.RandomState(zlib.crc32(key.encode()) % 2**31)
            variable.load(np.abs(rng.normal(size=variable.shape.as_list())).astype("float32") + 0.1, session)
        fed = {x: values}
        arrays = {f"output{i:02d}": value for i, value in enumerate(session.run(outputs, fed))}
        arrays.update({"gradient " + variable.op.name: value
                       for variable, value in zip(trained, session.run(gradients, fed) if gradients else [])})  # noqa: B905
        arrays.update({f"loss{i:02d}": value for i, value in enumerate(session.run(penalties, fed))})
        session.run(tf.get_collection(tf.GraphKeys.UPDATE_OPS), fed)
        arrays.update({"after " + key: value for key, value in session.run(made).items() if "moving" in key})
        return arrays, names


if __name__ == "__main__":
    import tensorflow

    results = {name: answers(tensorflow, name) for name in CASES}
    stored = {f"{name}|{key}".replace("/", "|"): value
              for name, (arrays, _) in results.items() for key, value in arrays.items()}
    stored["names"] = np.array(json.dumps({name: names for name, (_, names) in results.items()}))
    np.savez_compressed(sys.argv[1], **stored)
