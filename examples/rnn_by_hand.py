"""What happens inside a recurrent network, number by number, and where are its weights in Keras' layers?

Inputs of M = 4 numbers (one-hot letters), N = 3 hidden numbers, P = 4 outputs, no biases:
u_t = [x_t; h_(t-1)], v_t = u_t W_xh, h_t = tanh(v_t), y_t = sigmoid(h_t W_hy), h_(-1) = 0.
W_xh is (M + N, N): its first M rows meet the letter, the last N the memory. The same two matrices serve every step.
Then LSTM and GRU, written out: the order of their gates in Keras' matrices, and what reset_after changes.
"""

import argparse

import keras
import numpy as np
from keras import ops

M, N, P, LETTERS = 4, 3, 4, [0, 1, 2, 3, 0, 1]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def trace(x, w_xh, w_hy):
    """Returns every intermediate of the network: u, v, h and y, one row for each step."""
    h, rows = np.zeros(w_xh.shape[1]), []
    for letter in x:
        u = np.concatenate([letter, h])
        h = np.tanh(v := u @ w_xh)
        rows.append((u, v, h, sigmoid(h @ w_hy)))
    return [np.stack(column) for column in zip(*rows, strict=True)]


def lstm(x, kernel, recurrent, bias, order="ifco"):
    """Returns h of an LSTM: blocks of N columns are the gates i(nput), f(orget), o(utput) and the candidate c."""
    h = c = np.zeros(N)
    rows = []
    for letter in x:
        block = dict(zip(order, np.split(letter @ kernel + h @ recurrent + bias, 4), strict=True))
        c = sigmoid(block["f"]) * c + sigmoid(block["i"]) * np.tanh(block["c"])
        h = sigmoid(block["o"]) * np.tanh(c)
        rows.append(h)
    return np.stack(rows)


def gru(x, kernel, recurrent, bias, reset_after=True, order="zrh"):
    """Returns h of a GRU: blocks z (update), r (reset) and h (candidate); the bias has two rows with reset_after."""
    h, rows = np.zeros(N), []
    inner, outer = bias if reset_after else (bias, np.zeros(3 * N))
    columns = dict(zip(order, np.split(np.arange(3 * N), 3), strict=True))
    for letter in x:
        from_x, from_h = letter @ kernel + inner, h @ recurrent + outer
        z, r = (sigmoid((from_x + from_h)[columns[gate]]) for gate in "zr")
        last = columns["h"]
        memory = r * from_h[last] if reset_after else (r * h) @ recurrent[:, last]
        h = z * h + (1 - z) * np.tanh(from_x[last] + memory)
        rows.append(h)
    return np.stack(rows)


def outputs_of(layer, x, weights):
    """Returns what a Keras layer with these weights makes of one sequence."""
    layer.build((1, *x.shape))
    layer.set_weights(weights)
    return ops.convert_to_numpy(layer(x[None]))[0]


def show_trace(x, rng):
    print(f"1. M = {M}, N = {N}, P = {P}: every number of {len(x)} steps")
    w_xh, w_hy = rng.normal(size=(M + N, N)), rng.normal(size=(N, P))
    names, (u, v, h, y) = ("u = [x; h]", "v = u W_xh", "h = tanh v", "y = sigmoid(h W_hy)"), trace(x, w_xh, w_hy)
    for step, rows in enumerate(zip(u, v, h, y, strict=True)):
        for name, row in zip(names, rows, strict=True):
            print(f"   t = {step}   {name:20}" + " ".join(f"{value:7.4f}" for value in row))
    print("   x is one-hot and picks a row of W_xh: at t = 0, where h is zero, v is row 0.")
    layer = keras.layers.SimpleRNN(N, use_bias=False, return_sequences=True, dtype="float64")
    states = outputs_of(layer, x, [w_xh[:M], w_xh[M:]])
    outputs = outputs_of(keras.layers.Dense(P, "sigmoid", use_bias=False, dtype="float64"), states, [w_hy])
    errors = [np.abs(states - h).max(), np.abs(outputs - y).max()]
    print(f"   SimpleRNN(N) with kernel = W_xh[:M], recurrent_kernel = W_xh[M:]: largest difference {errors[0]:.0e}")
    print(f"   The layer returns h; y is a Dense(P, sigmoid) after it: largest difference {errors[1]:.0e}")
    return max(errors) < 1e-12 and np.array_equal(v[0], w_xh[0])


def show_lstm(x, rng):
    weights = [rng.normal(size=shape) for shape in ((M, 4 * N), (N, 4 * N), (4 * N,))]
    expected = outputs_of(keras.layers.LSTM(N, return_sequences=True, dtype="float64"), x, weights)
    errors = {order: np.abs(lstm(x, *weights, order=order) - expected).max() for order in ("ifco", "icfo", "ifoc")}
    print("2. LSTM: matrices of 4 N columns. Largest difference from Keras by the order that one reads them in")
    print("  ", ", ".join(f"{order} {error:.0e}" for order, error in errors.items()))
    print("   Keras has i, f, c, o; the cells of TensorFlow 1 had i, c, f, o, and added 1 to the bias of f.")
    return min(errors, key=errors.get) == "ifco" and errors["ifco"] < 1e-12 < 1e-2 < errors["icfo"]


def show_gru(x, rng):
    print("3. GRU: matrices of 3 N columns z, r, h; h = z h + (1 - z) candidate. Largest difference from Keras")
    holds = True
    for reset_after in (True, False):
        bias_shape = (2, 3 * N) if reset_after else (3 * N,)
        weights = [rng.normal(size=shape) for shape in ((M, 3 * N), (N, 3 * N), bias_shape)]
        layer = keras.layers.GRU(N, reset_after=reset_after, return_sequences=True, dtype="float64")
        expected = outputs_of(layer, x, weights)
        both = [np.abs(gru(x, *weights, reset_after, order) - expected).max() for order in ("zrh", "rzh")]
        formula = "r * (h U + b)" if reset_after else "(r * h) U    "
        print(f"   {reset_after=!s:5} {formula} bias {bias_shape!s:6}  z, r, h {both[0]:.0e}  r, z, h {both[1]:.0e}")
        holds &= both[0] < 1e-12 and both[1] > 1e-2
    print("   reset_after=True is Keras' default and CuDNN's; PyTorch's weights are r, z, h: swap two blocks.")
    return holds


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="for uniformity: this example always takes seconds")
    parser.parse_args(arguments)
    x, rng = np.eye(M)[LETTERS], np.random.RandomState(2)
    if not all([show_trace(x, rng), show_lstm(x, rng), show_gru(x, rng)]):
        raise SystemExit("The answer does not hold here: please report this.")


if __name__ == "__main__":
    main()
