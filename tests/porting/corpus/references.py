"""What the scripts of the corpus compute, in NumPy and float64: one function per script, by its name.

Each takes the arrays that the script saved, for its inputs and its random weights, and returns what it expects of
others by their names. What the script makes from a fixed seed is made again here.
"""

import numpy as np


def normal(seed, *shape):
    """The first draw of a script."""
    return np.random.RandomState(seed).normal(size=shape)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def elu(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def correlate(x, kernel, strides=1, padding="SAME"):
    """Correlates `(batch, h, w, c)` with `(k, k, c, filters)`; SAME as TensorFlow pads, the odd cell at the end."""
    k = np.array(kernel.shape[:2])
    size = np.array(x.shape[1:3])
    outputs = -(-size // strides) if padding == "SAME" else (size - k) // strides + 1
    total = np.maximum((outputs - 1) * strides + k - size, 0)
    x = np.pad(x, [(0, 0), *((t // 2, t - t // 2) for t in total), (0, 0)])
    return sum(x[:, u:u + (outputs[0] - 1) * strides + 1:strides, v:v + (outputs[1] - 1) * strides + 1:strides]
               @ kernel[u, v] for u in range(k[0]) for v in range(k[1]))


def pooled(x, reduce):
    """Reduces windows of 2 x 2; an odd row or column at the end is left out."""
    n, h, w, c = x.shape
    return reduce(x[:, :h // 2 * 2, :w // 2 * 2].reshape(n, h // 2, 2, w // 2, 2, c), axis=(2, 4))


def placeholders(saved):
    x, w = normal(0, 4, 3), np.arange(6).reshape(3, 2) / 10
    return {"first": 2 * x @ w, "second": x @ w / 2, "by_name": w}


def contrib_arg_scope(saved):
    x = elu(correlate(normal(1, 2, 6, 6, 3), np.full((3, 3, 3, 4), 0.1)) - 0.2)
    x = pooled(correlate(x, np.full((1, 1, 4, 2), 0.1)) - 0.2, np.max).reshape(2, -1)
    names = [f"{scope}/{kind}" for scope in ("conv1", "conv2", "fc") for kind in ("weights", "biases")]
    return {"out": x @ np.full((18, 2), 0.05), "names": names}


def contrib_from_import(saved):
    x = normal(2, 3, 5)
    sums = np.repeat(x.sum(1, keepdims=True), 2, axis=1)
    assert 0.9 < saved["limit"] / np.sqrt(6 / 300) <= 1
    return {"a": 3 * x, "b": -x, "ones": sums, "c": np.maximum(sums, 0)}


def auto_reuse_graph(saved):
    x, w = np.array([[1.0, -1.0], [0.5, 2.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    return {"results": np.stack([x @ w, 2 * x @ w, -x @ w]), "count": 2}


def resized(x, height, width, is_aligned=False, is_nearest=False):
    """Samples at `i N / M`, or at `i (N - 1) / (M - 1)`."""
    for axis, size in ((1, height), (2, width)):
        n = x.shape[axis]
        at = np.arange(size) * ((n - 1) / (size - 1) if is_aligned else n / size)
        if is_nearest:
            x = np.take(x, np.floor(at + 0.5 * is_aligned).astype(int), axis)
            continue
        low = np.floor(at).astype(int)
        part = (at - low).reshape([-1 if i == axis else 1 for i in range(4)])
        x = np.take(x, low, axis) * (1 - part) + np.take(x, np.minimum(low + 1, n - 1), axis) * part
    return x


def resize_align_corners(saved):
    x = np.random.RandomState(3).uniform(size=(2, 4, 5, 3))
    return {"aligned": resized(x, 7, 13, is_aligned=True), "plain": resized(x, 8, 10),
            "nearest": resized(x, 7, 4, is_aligned=True, is_nearest=True),
            "images": resized(x, 3, 9, is_nearest=True)}


def checkpoint_into_keras(saved):
    net = np.maximum(correlate(saved["images"], saved["model/conv1/weights"]) + saved["model/conv1/biases"], 0)
    # Three steps of Adam of at most 0.01 each.
    assert 0 < np.abs(saved["model/conv1/weights"] - normal(4, 3, 3, 2, 4)).max() < 0.04
    return {"logits": net.mean((1, 2)) @ saved["model/logits/kernel"] + saved["model/logits/bias"]}


def name_prefixes(saved):
    assert np.ptp(saved["old_a"]) > 0 and np.ptp(saved["old_b"]) > 0
    return {"new_a": saved["old_a"], "new_b": saved["old_b"], "keys": ["b", "block/a"], "in_file": ["b", "block/a"]}


def slim_batch_norm(saved):
    x = np.random.RandomState(5).normal(1, 2, (8, 4, 4, 3)) @ np.full((3, 2), 0.5)
    mean, variance, count = x.mean((0, 1, 2)), x.var((0, 1, 2)), 128
    moving_mean = mean * (1 - 0.8**2)
    # The fused operation's moving average takes the unbiased variance.
    moving_variance = 0.8**2 + variance * count / (count - 1) * (1 - 0.8**2)
    return {"mean": moving_mean, "variance": moving_variance, "updates": 2,
            "train": np.maximum((x - mean) / np.sqrt(variance + 1e-3), 0),
            "test": np.maximum((x - moving_mean) / np.sqrt(moving_variance + 1e-3), 0)}


def moving_averages(saved):
    w, average, history = np.array([1.0, -2.0]), np.array([1.0, -2.0]), []
    for _ in range(5):
        w = w + [0.5, 1.0]
        average = 0.9 * average + 0.1 * w
        history.append(average)
    return {"history": history, "name": "w/ExponentialMovingAverage"}


def py_func(saved):
    return {"y": np.median(normal(6, 4, 5), axis=1) * 4}


def sparse_to_dense(saved):
    return {"onehot": np.eye(5)[[4, 0, 2]], "spread": [[0, 3], [0, 0], [4, 0]], "dtype": "float32"}


def app_flags(saved):
    return {"w": 0.0, "steps": 2, "name": "run"}


def session_config(saved):
    return {"b": [2, 3], "device": "/device:GPU:0"}


def summaries(saved):
    return {"mean": [1, 4 / 3], "maximum": [2, 2], "tags": ["new/maximum", "old/mean"]}


def name_scopes(saved):
    names = ["outer/a", "outer/inner/b", "outer/inner_1/b", "outer/v", "w", "net/u", "net/ops/d", "legacy/e"]
    return {"names": names, "scope": "outer/", "found": 4, "total": 2 * 2 + 3}


def while_loop(saved):
    x, steps = 1.5, [1.0]
    for _ in range(4):
        steps.append(steps[-1] * x + 1)
    # last = x^4 + x^3 + x^2 + x + 1.
    return {"count": 4, "last": steps[-1], "steps": steps[1:], "gradient": 4 * x**3 + 3 * x**2 + 2 * x + 1}


def custom_gradient(saved):
    x = np.array([0.1, -2, 3])
    return {"y": x, "reversed": -0.5 * 2 * x, "clipped": np.clip(6 * x, -1, 1)}


def division(saved):
    data = normal(7, 7, 9, 11, 2)
    # height 9, width 11: half 4, a quarter of the width 2; BATCH / 3 is 2, i * BATCH / 3 is 2 in the last turn.
    return {"last": data[2:, 4:6, :1], "mean": 0.5, "batches": 2, "ratio": 3.5, "negative": -4, "half": 4}


def division_unknown(saved):
    return {"mean": 1.5}


def print_forms(saved):
    return {"lines": ["", "plain", "two 2", "no newline after", "parentheses", "('a tuple', 1)", "format and 3",
                      "stream 4", "", "one line", "2", ""]}


def iterators(saved):
    evens = [0, 4, 16]
    doubled = [0, 8, 32]
    return {"evens": evens, "doubled": doubled, "pairs": list(zip(evens, doubled, strict=True)), "length": 6,
            "keys": list("012345"), "total": 2 * 55, "joined": [0, 12, 48], "first": 0, "sum": 20}


def numpy_names(saved):
    mask = [True, False, True, False, False, True]
    return {"a": np.arange(6), "mask": mask, "floats": [np.nan] * 3, "total": 1 * 3 * 6, "some": True, "every": False,
            "scalar": 2.5, "found": [False, False, True, True, False, False], "stacked": [np.arange(6)] * 2,
            "largest": np.inf, "area": 4, "kinds": ["i", "b", "O", "U"]}


def old_syntax(saved):
    return {"mode": 493, "long_one": 10**10, "caught": ["old raise", "'missing'"], "x": 3, "different": True,
            "text": r"[1, 2]\du", "is_text": [True, True], "unpacked": 6}


def standard_modules(saved):
    return {"quoted": "a%20b", "width": 32, "loaded": [0, 1, 2], "host": "example.org", "sums": [4, 6],
            "folder": True}


def layers_conv_net(saved):
    x = normal(8, 2, 7, 6, 1)
    rng = np.random.RandomState(9)
    c1, b1 = rng.normal(size=(3, 3, 1, 3)), rng.normal(size=3)
    up, b2 = rng.normal(size=(2, 2, 2, 3)), rng.normal(size=2)
    dense, b3 = rng.normal(size=(24, 2)), rng.normal(size=2)
    x = correlate(x, c1, strides=2) + b1
    x = np.where(x > 0, x, 0.2 * x)
    # Stride 2 and a kernel of 2: the patches do not overlap.
    x = np.einsum("nhwi,uvoi->nhuwvo", x, up).reshape(2, 8, 6, 2) + b2
    x = pooled(x, np.mean).reshape(2, -1)
    names = [f"{layer}/{kind}" for layer in ("c1", "out", "up") for kind in ("bias", "kernel")]
    return {"out": x @ dense + b3, "names": names, "c1/kernel": c1, "up/kernel": up, "out/kernel": dense}


def batch_norm_update_ops(saved):
    x = np.random.RandomState(10).normal(2, 3, (16, 4))
    mean, variance = x.mean(0), x.var(0)
    normalised = (x - mean) / np.sqrt(variance + 0.01)
    gamma, beta, keep = np.ones(4), np.zeros(4), 0.7**3
    for _ in range(3):
        error = 2 * (gamma * normalised + beta - 1) / x.size
        gamma, beta = gamma - 0.1 * (error * normalised).sum(0), beta - 0.1 * error.sum(0)
    # Inputs of rank 2: not fused, and the moving average takes the biased variance.
    mean, variance = mean * (1 - keep), keep + variance * (1 - keep)
    return {"gamma": gamma, "beta": beta, "moving_mean": mean, "moving_variance": variance,
            "out": gamma * (x - mean) / np.sqrt(variance + 0.01) + beta}


def rnn_cells(saved):
    x = normal(11, 2, 4, 3)
    c, h, outputs, g = np.zeros((2, 2)), np.zeros((2, 2)), [], np.zeros((2, 2))
    for t in range(4):
        # All four gates have the kernel 0.2 and the bias 0, but 1 is added to the forget gate.
        gate = np.repeat(0.2 * (x[:, t].sum(1) + h.sum(1))[:, None], 2, axis=1)
        c = sigmoid(gate + 1) * c + sigmoid(gate) * np.tanh(gate)
        h = sigmoid(gate) * np.tanh(c)
        outputs.append(h)
        total = x[:, t].sum(1, keepdims=True)
        # initializer=0.2 of the scope holds for the biases too: none is given to the cell.
        gates = sigmoid(0.2 * (total + g.sum(1, keepdims=True)) + 1.0)
        candidate = np.tanh(0.2 * (total + (gates * g).sum(1, keepdims=True)))
        g = gates * g + (1 - gates) * candidate
    names = ["lstm/rnn/basic_lstm_cell/kernel", "lstm/rnn/basic_lstm_cell/bias",
             *(f"gru/rnn/gru_cell/{kind}/{weight}" for kind in ("gates", "candidate") for weight in ("kernel", "bias"))]
    return {"out": np.stack(outputs, axis=1), "c": c, "gru": g, "names": names}


def old_argument_orders(saved):
    x = np.arange(12.0).reshape(2, 6)
    a, b, c = np.split(x, 3, axis=1)
    sums = x.sum(1)
    return {"joined": np.hstack([c, a]), "joined0": np.vstack([a, b]), "packed": np.stack([a, b]), "second": b,
            "turned": x[:, ::-1], "summed": sums[:, None], "best": [5, 5], "expanded": sums[None]}


def old_math_names(saved):
    rng = np.random.RandomState(12)
    x, y = rng.normal(size=(2, 3, 3)), rng.normal(size=(2, 3, 3))
    return {"sub": x - y, "mul": x * y, "neg": -x, "inv": 1 / y, "select": np.maximum(x, y),
            "matmul": x @ y.swapaxes(1, 2), "inverse": np.linalg.inv(x), "determinant": np.linalg.det(x),
            "diagonal": np.einsum("nii->ni", x), "floats": np.trunc(3 * x), "log": np.log(np.abs(x)), "div": 3,
            "mod": 2, "missing": [1, 3]}


def gradients(saved):
    x, w = np.array([0.1, 0.2, -0.3]), np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]])
    h = np.tanh(x @ w)
    slope = 1 - h**2
    by_h = 2 * h * slope
    by_x, by_w = w @ by_h, np.outer(x, by_h)
    # What tf.gradients(by_x, x) sums are the rows of the Hessian.
    second = w @ (2 * slope * (1 - 3 * h**2) * w.sum(0))
    norm = np.sqrt((by_x**2).sum() + (by_w**2).sum())
    return {"by_x": by_x, "by_w": by_w, "second": second, "weighted": w @ ([1, -1] * slope),
            "stopped": w @ (h * slope), "norm": norm, "clipped": by_x * min(1, 0.5 / norm)}


def image_ops(saved):
    x = np.random.RandomState(13).uniform(0, 1, (6, 8, 3)).astype("float32").astype("float64")
    mean = x.mean((0, 1))
    patches = [x[i:i + 2, j:j + 2].reshape(-1) for i in (0, 3) for j in (0, 3, 6)]
    return {"white": (x - x.mean()) / x.std(), "crop": np.pad(x[1:5], ((0, 0), (1, 1), (0, 0))),
            "gray": x @ [[0.2989], [0.587], [0.114]], "flip": x[:, ::-1], "turned": np.rot90(x, 3),
            "bytes": np.floor(x * 255.5), "bright": x + 0.1, "contrast": (x - mean) * 2 + mean,
            "patches": np.reshape(patches, (1, 2, 3, 12)),
            "variation": np.abs(np.diff(x, axis=0)).sum() + np.abs(np.diff(x, axis=1)).sum()}


def optimizers(saved):
    expected = {}
    for name in ("sgd", "momentum", "adam"):
        w, m, v = np.array([1.0, -2.0, 0.5]), np.zeros(3), np.zeros(3)
        for step in range(4):
            rate = 0.1 * 0.5 ** (step // 2)
            g = np.clip(w * [1, 2, 3], -1, 1)
            if name == "adam":
                m, v = 0.5 * m + 0.5 * g, 0.999 * v + 0.001 * g * g
                scaled = rate * np.sqrt(1 - 0.999 ** (step + 1)) / (1 - 0.5 ** (step + 1))
                w = w - scaled * m / (np.sqrt(v) + 1e-4)
            else:
                m = g + (0.9 * m if name == "momentum" else 0)
                w = w - rate * m
        expected.update({name: w, f"{name}_rate": 0.1 * 0.5**2})
    return expected


def saver_restore(saved):
    before = saved["before"]
    assert np.ptp(before) > 0
    return {"restored": before, "imported": before, "latest": "model-3", "kept": 2}


def cond(saved):
    return {"results": [[9, 6, 0], [-3, -1, 0], [16, -8, -1], [-11, -1, 1]], "calls": 2}


def scan_map(saved):
    x = normal(14, 5, 3)
    sums, folded = [x[0]], x[0]
    for row in x[1:]:
        sums.append(sums[-1] * 0.5 + row)
        folded = folded - row
    return {"sums": sums, "counts": np.arange(1, 6), "largest": np.maximum(np.maximum.accumulate(x), 0),
            "squares": (x**2).sum(1), "flags": x[:, 0] > 0, "folded": folded}


def losses_regularization(saved):
    rng = np.random.RandomState(15)
    x, labels = rng.normal(size=(6, 3)), rng.randint(0, 3, size=6)
    onehot = np.eye(3)[labels]
    cross = np.mean(np.log(np.exp(x).sum(1)) - x[np.arange(6), labels])
    square, absolute = 2 * np.mean((onehot - x) ** 2), np.mean(np.abs(x - onehot))
    penalties = 0.1 * (1 + 4 + 9 + 0.25) / 2 + 0.2 * 4 * 0.5
    total = cross + square + absolute + penalties
    return {"results": [cross, square, absolute, cross, penalties, total], "penalties": 2}


def groupy_gconv(saved):
    x, kernel = saved["images"], normal(16, 3, 3, 2, 3)
    banks = [correlate(x, np.rot90(kernel, r), padding="VALID") for r in range(4)]
    out = np.stack(banks, axis=-1).reshape(2, 3, 3, 12)
    # The law: turning the image turns the grid and moves each orientation on by one.
    turned = np.roll(np.rot90(out, axes=(1, 2)).reshape(2, 3, 3, 3, 4), 1, axis=-1).reshape(out.shape)
    return {"out": out, "turned": turned, "kernel": kernel}


def inpainting_ops(saved):
    both = correlate(saved["images"], saved["kernel"]) + saved["bias"]
    hinge = np.mean(np.maximum(1 - np.array([0.5, -2.0]), 0)), np.mean(np.maximum(1 + np.array([0.2, -0.3]), 0))
    return {"net": elu(both[..., :2]) * sigmoid(both[..., 2:]),
            "small": resized(saved["images"], 3, 3, is_aligned=True, is_nearest=True),
            "small_mask": resized(saved["mask"], 3, 3, is_aligned=True, is_nearest=True),
            "d": 0.5 * sum(hinge), "g": 0.05, "names": ["inpaint_net/conv1/kernel", "inpaint_net/conv1/bias"]}


def keras_gcnn_layers(saved):
    out = saved["out"]
    assert np.ptp(out) > 0
    mirrored = np.rot90(out[:, ::-1], axes=(1, 2))
    # Kernels 3*3*1*2 and 3*3*16*3, biases 0 and 3, four statistics of two fields.
    return {"turned": np.rot90(out, axes=(1, 2)), "mirrored": mirrored, "count": 18 + 8 + 432 + 3}


def real_nvp_ops(saved):
    x = normal(20, 2, 4, 6, 3)
    # Channels slowest, then row and column within the square.
    squeezed = x.reshape(2, 2, 2, 3, 2, 3).transpose(0, 1, 3, 5, 2, 4).reshape(2, 2, 3, 12)
    likelihood = -0.5 * (x**2 + np.log(2 * np.pi)).sum((1, 2, 3))
    return {"squeezed": squeezed, "back": x, "likelihood": likelihood}


def keras2_imports(saved):
    kernel, bias, gamma, beta, mean, variance, dense, dense_bias = (saved[f"w{i}"] for i in range(8))
    x = correlate(saved["x"], kernel) + bias
    x = x + gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta
    out = pooled(x, np.max).reshape(4, -1) @ dense + dense_bias
    # One step: outputs 3, labels by turns 1 and 0, so the mean error is 2.5 per column; a mean over two columns.
    return {"labels": np.eye(2)[[0, 1, 1, 0]], "out": out, "trained": np.full((3, 2), 1 - 0.1 * 2.5)}


def keras1_arguments(saved):
    x = correlate(normal(22, 2, 5, 5, 1), np.ones((3, 3, 1, 2)), strides=2).reshape(2, -1)
    return {"out": np.repeat(np.maximum(x.sum(1, keepdims=True), 0), 3, axis=1)}


def scipy_names(saved):
    x = normal(23, 3, 4)
    return {"sum": np.log(np.exp(x).sum(1)), "ways": 10, "factorial": 24, "expit": sigmoid(x)}


def interactive_session(saved):
    x, labels, w = np.eye(4), np.array([[0, 1], [1, 0], [0, 1], [1, 0]]), saved["before"].astype("float64")
    for _ in range(20):
        p = np.exp(x @ w)
        p /= p.sum(1, keepdims=True)
        w = w - 0.5 * x.T @ (p - labels)
    assert np.abs(saved["before"]).max() <= 0.2
    return {"after": w, "accuracy": 1}


def half_migrated(saved):
    sums = normal(24, 3, 4).sum(1, keepdims=True)
    return {"y": np.repeat(sums, 2, 1), "state": np.repeat(np.tanh(0.1 * sums), 2, 1)}


def import_forms(saved):
    x = np.array([3.0, -4.0])
    return {"y": np.maximum(-x, 0) + x / 5, "others": [3, 0.5]}


def shapes(saved):
    return {"out": np.full((3, 16), 48 * 0.5 / 3), "columns": 16, "unknown": True}


def tf_data_iterator(saved):
    return {"totals": [1, 3, 5], "squares": [0, 1, 4, 9]}


def six_moves(saved):
    return {"sums": [1.5, 2.5], "half": 3.5}


def gan_two_scopes(saved):
    rng = np.random.RandomState(25)
    z, real = rng.normal(size=(4, 2)), rng.normal(size=(4, 3)) + 1
    d, d_bias, g, g_bias = np.full((3, 1), 0.5), np.zeros(1), np.full((2, 3), 0.3), np.zeros(3)
    for _ in range(2):
        fake = z @ g + g_bias
        slope_real, slope_fake = (sigmoid(real @ d + d_bias) - 1) / 4, sigmoid(fake @ d + d_bias) / 4
        d_bias = d_bias - 0.1 * (slope_real + slope_fake).sum(0)
        d = d - 0.1 * (real.T @ slope_real + fake.T @ slope_fake)
        by_fake = (sigmoid(fake @ d + d_bias) - 1) / 4 @ d.T
        g, g_bias = g - 0.1 * z.T @ by_fake, g_bias - 0.1 * by_fake.sum(0)
    logits = [real @ d + d_bias, (z @ g + g_bias) @ d + d_bias]
    d_loss = np.mean(np.log1p(np.exp(-logits[0])) + np.log1p(np.exp(logits[1])))
    return {"d": d, "g": g, "losses": [d_loss, np.mean(np.log1p(np.exp(-logits[1])))]}


def keras_backend(saved):
    return {"out": normal(26, 4, 3) ** 2 @ [[1.0], [2.0], [-1.0]]}


def monitored_session(saved):
    # w halves in each step: 2, 1, 0.5.
    return {"seen": [4, 1, 0.25], "last": 0.25, "latest": "model.ckpt-3"}
