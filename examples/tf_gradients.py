"""What does tf.gradients differentiate by: do placeholders count among the variables, and in which order come results?

Short: global_variables() never holds placeholders; the results have the order of xs, with None where nothing connects.
"""

import argparse

import numpy as np

from tfconvkit.compat import tf1 as tf

X = np.random.default_rng(0).normal(size=17).astype("float32")
Y = 3 * X - 1
# Where the derivatives are taken.
START = {"W": 0.5, "b": 0.25, "unused": 1.0}


def graph():
    """Builds the cost of the question, sum((W x + b - y)^2) / 2n, with a variable that it does not use."""
    x, y = tf.placeholder(tf.float32, (len(X),), "X"), tf.placeholder(tf.float32, (len(X),), "Y")
    w, b, _ = (tf.get_variable(name, (), initializer=tf.constant_initializer(value)) for name, value in START.items())
    tf.get_variable("step", (), tf.int32, initializer=tf.zeros_initializer(), trainable=False)
    return x, y, w, b, tf.reduce_sum(tf.square(w * x + b - y)) / (2 * len(X))


def exact():
    """The derivatives by hand."""
    residual = START["W"] * X + START["b"] - Y
    return {"W": np.mean(residual * X), "b": np.mean(residual), "X": residual * START["W"] / len(X)}


def show_variables():
    print("1. What the graph has")
    names = {"placeholders": [op.name for op in tf.get_default_graph().get_operations() if op.type == "Placeholder"],
             "global_variables()": [v.op.name for v in tf.global_variables()],
             "trainable_variables()": [v.op.name for v in tf.trainable_variables()]}
    for label, found in names.items():
        print(f"   {label:22} {', '.join(found)}")
    return not set(names["placeholders"]) & set(names["global_variables()"])


def show_order(cost, w, b):
    print("2. tf.gradients(cost, xs): one result for each x, in the order of xs")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for label, xs in (("[W, b]", [w, b]), ("[b, W]", [b, w]), ("[W, b, W]", [w, b, w])):
            values = session.run(tf.gradients(cost, xs), {"X:0": X, "Y:0": Y})
            print(f"   xs = {label:10} gives {', '.join(f'{value:+.4f}' for value in values)}")
    return np.allclose(values, [exact()[name] for name in "WbW"], rtol=1e-5)


def show_none(cost):
    print("3. By all trainable variables: None where the cost does not depend on one; leave these out")
    variables = tf.trainable_variables()
    found = tf.gradients(cost, variables)
    zeros = tf.gradients(cost, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    for variable, gradient, zero in zip(variables, found, zeros, strict=True):
        kind = "None" if gradient is None else "a tensor"
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            print(f"   {variable.op.name:8} {kind:9} with ZERO: {session.run(zero, {'X:0': X, 'Y:0': Y}):+.4f}")
    # A variable of integers has no derivative: that is why one passes the trainable variables, not all of them.
    return [gradient is None for gradient in found] == [False, False, True]


def show_placeholder(cost, x):
    print("4. By a placeholder: only if it is asked for, like any other tensor")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        value = session.run(tf.gradients(cost, x)[0], {"X:0": X, "Y:0": Y})
    print(f"   tf.gradients(cost, X)[0] has shape {value.shape}, largest difference from the derivative by hand "
          f"{np.abs(value - exact()['X']).max():.0e}")
    return np.allclose(value, exact()["X"], rtol=1e-4, atol=1e-7)


def show_tape():
    print("5. The same today: GradientTape, which watches trainable variables; others only if they are told")
    w, b, unused = (tf.Variable(START[name], name=name) for name in START)
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        cost = tf.reduce_sum(tf.square(w * x + b - Y)) / (2 * len(X))
    found = tape.gradient(cost, {"W": w, "b": b, "unused": unused, "X": x})
    print(f"   W {float(found['W']):+.4f}, b {float(found['b']):+.4f}, unused {found['unused']}, X {found['X'].shape}")
    return found["unused"] is None and all(np.allclose(found[name], exact()[name], rtol=1e-4) for name in "Wb")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="for uniformity: this example always takes seconds")
    parser.parse_args(arguments)
    with tf.Graph().as_default():
        x, _, w, b, cost = graph()
        right = [show_variables(), show_order(cost, w, b), show_none(cost), show_placeholder(cost, x)]
    if not all([*right, show_tape()]):
        raise SystemExit("The answer does not hold here: please report this.")
    print("Short: placeholders are never among the variables; results have the order of xs; None means unconnected.")


if __name__ == "__main__":
    main()
