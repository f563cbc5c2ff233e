"""The cells of `tf.nn.rnn_cell` under TensorFlow's recurrences, against loops in NumPy."""

import numpy as np
import pytest
import tolerances
from compat.tf1.scripts import names, run
from laws import relative_error

import tfconvkit.compat.tf1 as tf

cells = tf.nn.rnn_cell
LAW = tolerances.LAW["float64"]
X = np.random.default_rng(14).normal(size=(2, 5, 3))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rnn(x, h, get):
    h = np.tanh(np.concatenate([x, h], 1) @ get("kernel") + get("bias"))
    return h, h


def gru(x, h, get):
    gates = sigmoid(np.concatenate([x, h], 1) @ get("gates/kernel") + get("gates/bias"))
    r, u = np.split(gates, 2, axis=1)
    h = u * h + (1 - u) * np.tanh(np.concatenate([x, r * h], 1) @ get("candidate/kernel") + get("candidate/bias"))
    return h, h


def lstm(x, state, get, forget_bias=1.0):
    c, h = state
    i, j, f, o = np.split(np.concatenate([x, h], 1) @ get("kernel") + get("bias"), 4, axis=1)
    c = sigmoid(f + forget_bias) * c + sigmoid(i) * np.tanh(j)
    return np.tanh(c) * sigmoid(o), (c, np.tanh(c) * sigmoid(o))


def loop(step, x, state, get):
    outputs = []
    for time in range(x.shape[1]):
        y, state = step(x[:, time], state, get)
        outputs.append(y)
    return np.stack(outputs, 1), state


ZERO = np.zeros((2, 4))
CELLS = {"basic_rnn_cell": (lambda: cells.BasicRNNCell(4), rnn, ZERO),
         "gru_cell": (lambda: cells.GRUCell(4), gru, ZERO),
         "basic_lstm_cell": (lambda: cells.BasicLSTMCell(4), lstm, (ZERO, ZERO)),
         "lstm_cell": (lambda: cells.LSTMCell(4, forget_bias=0.5),
                       lambda *args: lstm(*args, forget_bias=0.5), (ZERO, ZERO))}


@pytest.mark.parametrize("scope", CELLS)
def test_a_recurrence_of_a_cell_is_the_loop(scope):
    make, step, zero = CELLS[scope]
    (y, state), variables, _ = run(lambda x: tf.nn.dynamic_rnn(make(), x, dtype=tf.float64), X)
    expected, last = loop(step, X, zero, lambda name: variables[f"rnn/{scope}/{name}"])
    assert relative_error((y, np.asarray(state)), (expected, np.asarray(last))) <= LAW


def test_stacked_cells_feed_each_other():
    def build(x):
        stacked = cells.MultiRNNCell([cells.DropoutWrapper(cells.BasicLSTMCell(4)), cells.ResidualWrapper(
            cells.DeviceWrapper(cells.GRUCell(4), "/cpu:0"))])
        assert stacked.state_size == ((4, 4), 4) and stacked.output_size == 4
        outputs, _ = tf.nn.static_rnn(stacked, tf.unstack(x, axis=1), dtype=tf.float64)
        assert len(stacked.weights) == len(stacked.trainable_weights) == len(tf.trainable_variables()) == 6
        return tf.stack(outputs, 1)

    y, variables, _ = run(build, X)
    scope = "rnn/multi_rnn_cell/cell_"
    hidden, _ = loop(lstm, X, (ZERO, ZERO), lambda name: variables[f"{scope}0/basic_lstm_cell/{name}"])
    expected, _ = loop(gru, hidden, ZERO, lambda name: variables[f"{scope}1/gru_cell/{name}"])
    assert relative_error(y, hidden + expected) <= LAW


def test_a_state_of_one_tensor_has_the_memory_first():
    def build(x):
        cell = cells.BasicLSTMCell(4, state_is_tuple=False)
        return cell(x[:, 0], tf.ones((2, 8), tf.float64))

    (y, state), variables, _ = run(build, X)
    expected, (c, h) = lstm(X[:, 0], (ZERO + 1, ZERO + 1), lambda name: variables[f"basic_lstm_cell/{name}"])
    assert relative_error(y, expected) <= LAW and relative_error(state, np.concatenate([c, h], 1)) <= LAW


def test_dropout_drops_outputs_and_of_the_state_the_output_only():
    def build(x):
        tf.set_random_seed(20)
        cell = cells.DropoutWrapper(cells.BasicLSTMCell(50), output_keep_prob=0.5, state_keep_prob=0.75, seed=1)
        return cell(x, cell.zero_state(200, tf.float32))

    (y, state), _, _ = run(build, np.ones((200, 3), "float32"))
    assert abs((y == 0).mean() - 0.5) <= tolerances.SAMPLED_SHARE
    assert abs((state.h == 0).mean() - 0.25) <= tolerances.SAMPLED_SHARE
    assert (state.c != 0).all() and np.any((y == 0) != (state.h == 0))


def test_variables_have_their_old_names():
    def build(x):
        tf.nn.bidirectional_dynamic_rnn(tf.contrib.rnn.GRUCell(4), cells.LSTMCell(4), x, dtype=tf.float32)

    assert names(build, (2, 5, 3)) == [
        "bidirectional_rnn/fw/gru_cell/gates/kernel", "bidirectional_rnn/fw/gru_cell/gates/bias",
        "bidirectional_rnn/fw/gru_cell/candidate/kernel", "bidirectional_rnn/fw/gru_cell/candidate/bias",
        "bidirectional_rnn/bw/lstm_cell/kernel", "bidirectional_rnn/bw/lstm_cell/bias",
    ]


@pytest.mark.parametrize("call, error, message", [
    (lambda: cells.LSTMCell(4, num_proj=2), NotImplementedError, "neither use_peepholes.*Received False, None, 2"),
    (lambda: cells.MultiRNNCell([]), ValueError, r"Received 0 cell\(s\)"),
    (lambda: cells.DropoutWrapper(cells.GRUCell(4), variational_recurrent=True), NotImplementedError, "Received True"),
    (lambda: tf.contrib.rnn.NASCell, AttributeError, "tf.contrib.rnn.NASCell is not available .*subclass RNNCell"),
])
def test_what_is_not_there_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
