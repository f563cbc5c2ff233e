"""The convolutions of the generator and of the discriminator, with their legacy variable names.

| function | variables, below the scope that it is called in |
|---|---|
| `gen_conv(name="conv")` | `conv/kernel`, `conv/bias` |
| `gen_deconv(name="upsample")` | `upsample/upsample_conv/kernel`, `upsample/upsample_conv/bias` |
| `dis_conv(name="conv")` | `conv/kernel`, `conv/bias`, `conv/kernel_sn/u` |
"""

import tensorflow as tf

from tfconvkit.compat.inpainting.grids import nearest, resize
from tfconvkit.compat.inpainting.spectral_norm import conv2d_spectral_norm
from tfconvkit.compat.variables import weight

_PADDINGS = ("SAME", "SYMMETRIC", "REFLECT")


def gen_conv(x, cnum, ksize, stride=1, rate=1, name="conv", padding="SAME", activation=tf.nn.elu, training=True):
    """Convolves, and lets one half of the channels gate the other: `activation(a) * sigmoid(g)`.

    `(a, g)` are the first and the second half of `conv(x) + bias`. With `cnum=3`, or without an activation, the
    convolution is returned as it is, not even activated: so the legacy networks end.

    Args:
        x: `(batch, height, width, channels)`.
        cnum: Channels of the convolution, twice those of the output.
        ksize, stride, rate: Size of the square kernel, stride, dilation.
        name: Variable scope of the weights.
        padding: `"SAME"`, or `"SYMMETRIC"` or `"REFLECT"` by `int(rate (ksize - 1) / 2)` on every side.
        activation: Function of a tensor, or None.
        training: Ignored, as it was.

    Returns:
        Tensor `(batch, new_height, new_width, cnum / 2)`; `cnum` where there is no gate.

    Raises:
        ValueError: for an unknown padding, or an odd `cnum` with a gate.

    Reference:
        Yu et al., Free-Form Image Inpainting with Gated Convolution, 2019 (https://arxiv.org/abs/1806.03589).

    Example:
        >>> with tf.Graph().as_default():
        ...     gen_conv(tf.ones((1, 8, 8, 3)), 16, 3, name="conv1").shape
        TensorShape([1, 8, 8, 8])
    """
    y = plain_conv(x, cnum, ksize, stride=stride, rate=rate, name=name, padding=padding)
    if cnum == 3 or activation is None:
        return y
    if cnum % 2:
        raise ValueError(
            f'gen_conv "{name}": cnum must be even, one half gates the other. Received cnum={cnum}. Double the '
            "channels that you want, or pass activation=None for a plain convolution."
        )
    a, g = tf.split(y, 2, axis=3)
    return activation(a) * tf.sigmoid(g)


def gen_deconv(x, cnum, name="upsample", padding="SAME", training=True):
    """Doubles height and width by repeating pixels, then applies `gen_conv` with a 3x3 kernel.

    Args:
        x: `(batch, height, width, channels)`.
        cnum, padding, training: As in `gen_conv`.
        name: Variable scope; the convolution's is `<name>_conv` in it.

    Returns:
        Tensor `(batch, 2 height, 2 width, cnum / 2)`.

    Raises:
        ValueError: for an unknown padding, or an odd `cnum`.

    Example:
        >>> with tf.Graph().as_default():
        ...     gen_deconv(tf.ones((1, 8, 8, 3)), 16).shape
        TensorShape([1, 16, 16, 8])
    """
    with tf.compat.v1.variable_scope(name):
        return gen_conv(resize(x, func=nearest), cnum, 3, name=f"{name}_conv", padding=padding, training=training)


def dis_conv(x, cnum, ksize=5, stride=2, name="conv", training=True):
    """Convolves with a spectrally normalised kernel and SAME padding, then a leaky ReLU of slope 0.2.

    Args:
        x: `(batch, height, width, channels)`.
        cnum: Channels of the output.
        ksize, stride: Size of the square kernel, stride.
        name: Variable scope of the weights.
        training: Ignored, as it was: the power iteration goes on in every call.

    Returns:
        Tensor `(batch, ceil(height / stride), ceil(width / stride), cnum)`.

    Example:
        >>> with tf.Graph().as_default():
        ...     dis_conv(tf.ones((1, 8, 8, 3)), 16).shape
        TensorShape([1, 4, 4, 16])
    """
    return tf.nn.leaky_relu(conv2d_spectral_norm(x, cnum, ksize, stride, "SAME", name=name))


def plain_conv(x, cnum, ksize, *, stride, rate, name, padding):
    """Convolves and adds the bias, with the paddings of `gen_conv`.

    Args:
        x: `(batch, height, width, channels)`.
        cnum, ksize, stride, rate, name, padding: As in `gen_conv`.

    Raises:
        ValueError: for an unknown padding.
    """
    if padding not in _PADDINGS:
        expected = " or ".join(f'"{each}"' for each in _PADDINGS)
        raise ValueError(f'gen_conv "{name}": padding must be {expected}. Received padding={padding!r}.')
    x = tf.convert_to_tensor(x)
    if padding != "SAME":
        p = int(rate * (ksize - 1) / 2)
        x = tf.pad(x, ((0, 0), (p, p), (p, p), (0, 0)), mode=padding)
    with tf.compat.v1.variable_scope(name):
        kernel = weight("kernel", (ksize, ksize, x.shape.as_list()[-1], cnum), x.dtype)
        bias = weight("bias", (cnum,), x.dtype, initializer=tf.compat.v1.zeros_initializer())
        # Not tf.nn.conv2d: on processors without oneDNN its gradient refuses dilations.
        y = tf.nn.convolution(x, kernel, stride, "SAME" if padding == "SAME" else "VALID", dilations=rate)
        return tf.nn.bias_add(y, bias)
