"""The golden checkpoint restores through `tf.train.Saver` into a graph of the shim's layers."""

import numpy as np
import tolerances
from compat.tf1 import reference
from golden_files import GOLDEN
from laws import relative_error

import tfconvkit.compat.tf1 as tf

PREFIX = str(GOLDEN / "inpaint" / "ckpt" / "snap-0")
SHAPES = dict(tf.contrib.framework.list_variables(PREFIX))


def convolution(x, name):
    """Applies the layer whose kernel the checkpoint has under a full name, in its scopes."""
    *scopes, layer = name.split("/")
    *size, channels, filters = SHAPES[f"{name}/kernel"]
    with tf.variable_scope("/".join(scopes)):
        y = tf.layers.conv2d(x[..., :channels], filters, size, padding="same", name=layer)
        if f"{name}/kernel_sn/u" in SHAPES:
            with tf.variable_scope(f"{layer}/kernel_sn"):
                tf.get_variable("u", SHAPES[f"{name}/kernel_sn/u"], trainable=False)
        return y


def test_the_golden_checkpoint_restores_into_layers_of_the_shim():
    with tf.Graph().as_default(), tf.Session() as session:
        image = tf.placeholder(tf.float32, (1, 6, 7, max(shape[2] for shape in SHAPES.values() if len(shape) == 4)))
        outputs = {name: convolution(image, name) for name in sorted(
            each.removesuffix("/kernel") for each in SHAPES if each.endswith("/kernel"))}
        made = {variable.op.name: variable for variable in tf.global_variables()}
        assert {name: variable.shape.as_list() for name, variable in made.items()} == SHAPES
        tf.train.Saver().restore(session, PREFIX)
        values = session.run(made)
        assert len(values) == 102 and all(
            np.array_equal(value, tf.contrib.framework.load_variable(PREFIX, name)) for name, value in values.items())
        x = np.random.default_rng(13).normal(size=image.shape.as_list())
        for name in ("inpaint_net/conv1", "inpaint_net/conv13_upsample/conv13_upsample_conv"):
            kernel, bias = values[f"{name}/kernel"], values[f"{name}/bias"]
            expected = reference.convolution(x[..., :kernel.shape[2]], kernel, (1, 1), (1, 1), "same") + bias
            assert relative_error(session.run(outputs[name], {image: x}), expected) <= tolerances.LAW["float32"]


def test_a_saved_graph_restores_by_name(tmp_path):
    def network():
        return tf.layers.batch_normalization(tf.layers.conv2d(tf.ones((1, 4, 4, 2)), 3, 3), training=False)

    with tf.Graph().as_default(), tf.Session() as session:
        y = network()
        session.run(tf.global_variables_initializer())
        saved, path = session.run(y), tf.train.Saver().save(session, str(tmp_path / "model"))
    with tf.Graph().as_default(), tf.Session() as session:
        y = network()
        tf.train.Saver().restore(session, path)
        assert np.array_equal(session.run(y), saved) and saved.any()
