"""The functions of GrouPy by their old names: golden numbers in every mode, laws, a script in the old style."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from golden_files import FOLDER, load
from laws import equivariance_error, relative_error

from tfconvkit import groups, padding
from tfconvkit.compat import groupy
from tfconvkit.compat.spaces import field_of

LEGACY = sorted(path.stem for path in FOLDER.glob("groupy_*.npz"))
MODES = ("eager", "function", "graph")
OLD_IMPORT = "from groupy.gconv.tensorflow_gconv.splitgconv2d import"
NEW_IMPORT = "from tfconvkit.compat.groupy import"
SCRIPT = f"""
import numpy as np
import tensorflow.compat.v1 as tf
{OLD_IMPORT} gconv2d, gconv2d_util

rng = np.random.RandomState(0)
tf.set_random_seed(1)
images = rng.uniform(size=(16, 8, 8, 1)).astype('float32')
targets = (images[:, :, :4].mean(axis=(1, 2, 3)) > images[:, :, 4:].mean(axis=(1, 2, 3))).astype('int64')

x = tf.placeholder(tf.float32, [None, 8, 8, 1])
t = tf.placeholder(tf.int64, [None])

indices, shape_info, w_shape = gconv2d_util(h_input='Z2', h_output='D4', in_channels=1, out_channels=2, ksize=3)
w1 = tf.Variable(tf.truncated_normal(w_shape, stddev=0.5))
h = tf.nn.relu(gconv2d(input=x, filter=w1, strides=[1, 1, 1, 1], padding='SAME',
                       gconv_indices=indices, gconv_shape_info=shape_info))

indices, shape_info, w_shape = gconv2d_util(h_input='D4', h_output='D4', in_channels=2, out_channels=2, ksize=3)
w2 = tf.get_variable('w2', w_shape)
h = tf.nn.relu(gconv2d(input=h, filter=w2, strides=[1, 2, 2, 1], padding='VALID',
                       gconv_indices=indices, gconv_shape_info=shape_info, name='second'))

logits = tf.matmul(tf.reshape(h, [-1, 3 * 3 * 16]), tf.get_variable('top', [3 * 3 * 16, 2]))
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=t, logits=logits))
step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    before = sess.run(w1)
    losses = [sess.run([loss, step], {{x: images, t: targets}})[0] for _ in range(30)]
    moved = np.abs(sess.run(w1) - before).max()
print(losses[0], losses[-1], moved)
"""


def compute(mode, function, *arrays):
    """Runs a function of tensors eagerly, in a tf.function, or in a graph with placeholders and a session."""
    if mode != "graph":
        return (function if mode == "eager" else tf.function(function))(*map(tf.constant, arrays))
    with tf.Graph().as_default():
        inputs = [tf.compat.v1.placeholder(array.dtype, [None, *array.shape[1:]]) for array in arrays]
        with tf.compat.v1.Session() as session:
            return session.run(function(*inputs), dict(zip(inputs, arrays, strict=True)))


def legacy_arguments(name):
    _, h_input, h_output, ksize = name.split("_")[:4]
    golden = load(name)
    no, _, ni, _, _ = golden["gconv_shape_info"]
    return golden, (h_input, h_output, int(ni), int(no), int(ksize[1:]))


def convolve(x, w, stride, padding, arguments):
    indices, shape_info, _ = groupy.gconv2d_util(*arguments)
    return groupy.gconv2d(x, w, [1, stride, stride, 1], padding, indices, shape_info)


@pytest.mark.parametrize("name", LEGACY)
def test_util_returns_the_legacy_indices_and_shapes(name):
    golden, arguments = legacy_arguments(name)
    indices, shape_info, w_shape = groupy.gconv2d_util(*arguments)
    assert np.array_equal(indices, golden["gconv_indices"]) and indices.dtype == golden["gconv_indices"].dtype
    assert shape_info == tuple(golden["gconv_shape_info"]) and w_shape == tuple(golden["w_shape"])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", LEGACY)
def test_banks_and_outputs_equal_the_legacy_ones(name, mode):
    golden, arguments = legacy_arguments(name)
    keys = [key for key in golden if key.startswith("y_")]
    grids = sorted({key.split("_")[1] for key in keys})

    def outputs(w, *images):
        results = [groupy.transform_filter_2d_nhwc(w, golden["gconv_indices"], golden["gconv_shape_info"])]
        for key in keys:
            _, grid, stride, pads = key.split("_")
            results.append(convolve(images[grids.index(grid)], w, int(stride[1:]), pads, arguments))
        return results

    bank, *values = compute(mode, outputs, golden["w_raw"], *(golden[f"x_{grid}"] for grid in grids))
    assert np.array_equal(bank, golden["bank"])
    assert max(relative_error(y, golden[key]) for y, key in zip(values, keys, strict=True)) <= tolerances.GOLDEN


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pads", ("SAME", "VALID"))
def test_issue_21_is_reproduced(pads, mode):
    golden = load("issue21")
    arguments = ("Z2", "C4", 1, 1, 2)
    y = compute(mode, lambda x, w: convolve(x, w, 1, pads, arguments), golden[f"{pads}_x"][:, 0], golden["w"])
    assert relative_error(y, golden[f"{pads}_y"][:, 0]) <= tolerances.GOLDEN


@pytest.mark.parametrize("make, spaces", [
    (groupy.make_c4_z2_indices, ("Z2", "C4")),
    (groupy.make_c4_p4_indices, ("C4", "C4")),
    (groupy.make_d4_z2_indices, ("Z2", "D4")),
    (groupy.make_d4_p4m_indices, ("D4", "D4")),
])
def test_index_functions_are_named_group_first(make, spaces):
    assert np.array_equal(make(3), groupy.gconv2d_util(*spaces, 1, 1, 3)[0])


@pytest.mark.parametrize("mode", MODES)
def test_indices_given_by_the_script_are_used(mode):
    indices, shape_info, w_shape = groupy.gconv2d_util("C4", "C4", 2, 3, 3)
    own = indices[[2, 3, 0, 1]]
    rng = np.random.default_rng(0)
    x, w = (rng.normal(size=shape).astype("float32") for shape in ((2, 5, 5, 8), w_shape))

    def both(x, w, own):
        given = groupy.gconv2d(x, w, [1, 1, 1, 1], "SAME", own, shape_info)
        return given, groupy.gconv2d(x, w, (1, 1, 1, 1), "SAME", indices, np.array(shape_info))

    y, plain = (np.reshape(value, (2, 5, 5, 3, 4)) for value in compute(mode, both, x, w, own))
    assert np.array_equal(y, plain[..., [2, 3, 0, 1]])


@pytest.mark.parametrize("h_input, h_output, ksize, pads, size", [
    ("Z2", "C4", 3, "SAME", 6), ("C4", "C4", 2, "VALID", 6), ("Z2", "D4", 2, "VALID", 5), ("D4", "D4", 4, "VALID", 6),
    ("D4", "D4", 3, "SAME", 5),
])
def test_outputs_turn_with_the_input_where_the_padding_allows_it(h_input, h_output, ksize, pads, size):
    assert padding.is_equivariant(size, ksize, padding=pads.lower())
    indices, shape_info, w_shape = groupy.gconv2d_util(h_input, h_output, 2, 3, ksize)
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=w_shape), rng.normal(size=(2, size, size, 2 * shape_info[3]))
    error = equivariance_error(
        lambda x: groupy.gconv2d(x, w, [1, 1, 1, 1], pads, indices, shape_info),
        groups.get(h_output), x, field_of(h_input), "regular",
    )
    assert error <= tolerances.LAW["float64"]


def test_a_plain_convolution_is_left_as_it_is():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 5, 5, 3)), rng.normal(size=(3, 3, 3, 2))
    expected = tf.nn.conv2d(x, w, strides=1, padding="SAME")
    assert relative_error(convolve(x, w, 1, "SAME", ("Z2", "Z2", 3, 2, 3)), expected) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("mode", MODES)
def test_a_bias_per_field_is_shared_and_a_bias_per_plane_is_added_as_it_stands(mode):
    x, bias = np.zeros((2, 5, 5, 12), "float32"), np.arange(12, dtype="float32")
    shape_info = (3, 4, 2, 1, 3)

    def both(x, bias):
        bias = tf.reshape(bias, (12,))
        return groupy.gconv2d_addbias(x, bias[:3], shape_info), groupy.gconv2d_addbias(x, bias, shape_info)

    fields, planes = compute(mode, both, x, bias)
    assert np.array_equal(np.array(fields)[1, 2, 3], [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    assert np.array_equal(np.array(planes)[1, 2, 3], bias)


@pytest.mark.parametrize("jit_compile", (False, True))
def test_unknown_sizes_and_compiled_functions_work(jit_compile):
    indices, shape_info, w_shape = groupy.gconv2d_util("C4", "C4", 2, 3, 3)
    rng = np.random.default_rng(0)
    w = tf.Variable(rng.normal(size=w_shape).astype("float32"))

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 8))], jit_compile=jit_compile)
    def dynamic(x):
        return groupy.gconv2d(x, w, [1, 2, 2, 1], "SAME", indices, shape_info)

    for size in (5, 6):
        x = rng.normal(size=(2, size, size, 8)).astype("float32")
        eager = groupy.gconv2d(x, w, [1, 2, 2, 1], "SAME", indices, shape_info)
        assert relative_error(dynamic(x), eager) <= tolerances.SAME_LAYER


def test_the_operation_bears_the_name_given():
    indices, shape_info, w_shape = groupy.gconv2d_util("Z2", "C4", 1, 1, 3)
    with tf.Graph().as_default():
        x, w = tf.zeros((1, 5, 5, 1)), tf.zeros(w_shape)
        assert groupy.gconv2d(x, w, [1] * 4, "SAME", indices, shape_info, name="first").name == "first:0"


def test_a_legacy_script_learns_after_changing_the_import_alone(capsys):
    with tf.Graph().as_default():
        namespace = {}
        exec(SCRIPT.replace(OLD_IMPORT, NEW_IMPORT), namespace)
    assert namespace["losses"][-1] < 0.5 * namespace["losses"][0] and namespace["moved"] > 1e-3
    assert capsys.readouterr().out


@pytest.mark.slow
def test_a_legacy_script_learns_with_all_of_tensorflow_2_switched_off():
    script = "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\n" + SCRIPT.replace(OLD_IMPORT, NEW_IMPORT)
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    first, last, moved = map(float, finished.stdout.split())
    assert last < 0.5 * first and moved > 1e-3


@pytest.mark.parametrize("changes, message", [
    (dict(h_input="P4"), 'space "Z2" .image planes., "C4" or "D4".*Received \'P4\'.*GroupConv2D'),
    (dict(h_input="D4", h_output="C4"), 'h_input equal to h_output. Received h_input="D4".*GroupRestrict'),
    (dict(h_input="C4", h_output="Z2"), "ProjectConv2D"),
    (dict(ksize=(3, 5)), r"ksize must be a positive integer. Received ksize=\(3, 5\). Filters are square"),
    (dict(in_channels=0), "in_channels must be a positive integer. Received in_channels=0. Count fields"),
])
def test_util_says_what_it_expects(changes, message):
    arguments = dict(h_input="C4", h_output="C4", in_channels=2, out_channels=3, ksize=3)
    with pytest.raises(ValueError, match=message):
        groupy.gconv2d_util(**{**arguments, **changes})
