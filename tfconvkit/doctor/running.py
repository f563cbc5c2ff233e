"""What runs here: devices, and one small convolution in every way of running it, against NumPy."""

import itertools

from tfconvkit.doctor.check import Check

# Of the largest output. GPUs compute convolutions with 10 bits of mantissa (TF32): 1e-3.
_TOLERANCE = {"CPU": 1e-5, "GPU": 5e-3}


def checks():
    """Yields a `Check` for the devices and for each way to run a convolution."""
    try:
        import numpy as np
        import tensorflow as tf
    except Exception as error:  # A broken installation raises whatever its first broken part meets.
        yield Check("import tensorflow", "failure", f"{type(error).__name__}: {' '.join(str(error).split())[:200]}",
                    "Install TensorFlow again, in a fresh environment.")
        return
    devices = [device.device_type for device in tf.config.list_logical_devices()]
    yield Check("devices", "ok", ", ".join(f"{devices.count(kind)} {kind}" for kind in sorted(set(devices))))
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(2, 9, 8, 3)), rng.normal(size=(3, 3, 3, 4))
    expected = _correlation(np, x, kernel)

    def convolution(x, kernel):
        return tf.nn.conv2d(x, kernel, 1, "VALID")

    ways = {"convolution": convolution, "tf.function": tf.function(convolution),
            "XLA": tf.function(convolution, jit_compile=True)}
    for kind, (name, way) in itertools.product(("CPU", "GPU"), ways.items()):
        if kind in devices:
            yield _compared(tf, np, f"{name} on {kind}", way, (x, kernel, expected), kind)
    yield _gradient(tf, np, convolution, x, kernel)
    yield _sum(np)


def _correlation(np, x, kernel):
    """Correlates images with a kernel at valid places, in float64."""
    rows, columns = x.shape[1] - kernel.shape[0] + 1, x.shape[2] - kernel.shape[1] + 1
    taps = itertools.product(range(kernel.shape[0]), range(kernel.shape[1]))
    return sum(x[:, u : u + rows, v : v + columns] @ kernel[u, v] for u, v in taps)


def _compared(tf, np, name, way, numbers, kind):
    x, kernel, expected = numbers
    try:
        with tf.device(f"/{kind}:0"):
            y = way(tf.constant(x, "float32"), tf.constant(kernel, "float32")).numpy()
    except Exception as error:  # Drivers, compilers and missing libraries have errors of their own kinds.
        return _failed(name, error)
    error = np.abs(y - expected).max() / np.abs(expected).max()
    return _judged(name, error, _TOLERANCE[kind])


def _gradient(tf, np, convolution, x, kernel):
    """Compares a derivative with a difference, in float64."""
    name, step = "gradient in float64", 1e-6
    try:
        x, variable = tf.constant(x), tf.Variable(kernel)
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.sin(convolution(x, variable)))
        slope = tape.gradient(y, variable).numpy()[0, 1, 2, 3]
        shift = np.zeros_like(kernel)
        shift[0, 1, 2, 3] = step
        above, below = (tf.reduce_sum(tf.sin(convolution(x, kernel + s * shift))).numpy() for s in (1, -1))
    except Exception as error:
        return _failed(name, error)
    difference = (above - below) / (2 * step)
    return _judged(name, abs(slope - difference) / max(abs(difference), 1.0), 1e-6)


def _sum(np):
    """Adds a column to a square matrix by Keras, as its convolutions add a bias to channels that stand first."""
    name = "keras.ops.add"
    try:
        from keras import ops

        y = ops.convert_to_numpy(ops.add(np.zeros((2, 2)), np.array([[0.0], [1.0]])))
    except Exception as error:
        return _failed(name, error)
    if np.array_equal(y, [[0, 0], [1, 1]]):
        return Check(name, "ok", "adds a column to a square matrix as NumPy does")
    return Check(name, "warning", "adds a column to a square matrix as a row. Keras' convolutions add their bias so: "
                 "wrong with channels first and as many columns as filters",
                 'Use data_format="channels_last" there. The layers of tfconvkit add their biases by themselves.')


def _judged(name, error, tolerance):
    is_fine = error <= tolerance
    remedy = "" if is_fine else "Do not train here: reinstall TensorFlow, or leave this device out."
    return Check(name, "ok" if is_fine else "failure", f"relative error {error:.1e}", remedy)


def _failed(name, error):
    text = " ".join(str(error).split())[:200]
    return Check(name, "failure", f"{type(error).__name__}: {text}", "Drivers and CUDA must fit TensorFlow.")
