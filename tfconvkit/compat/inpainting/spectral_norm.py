"""Spectral normalisation by the rule of `neuralgym.ops.gan_ops`: one power iteration in every call."""

import tensorflow as tf

from tfconvkit.compat.variables import weight


def kernel_spectral_norm(kernel, iteration=1, name="kernel_sn"):
    """Divides a kernel by an estimate of its largest singular value, and improves the estimate for the next call.

    `W` the kernel as a matrix `(cells * inputs, outputs)`, `u` the stored vector, `n(z) = z / (|z| + 1e-12)`:
    `v = n(u W^T)`, `u' = n(v W)`, `sigma = v W u'^T`; the result is `kernel / sigma`, and `u := u'` at every call, in
    training or not. Gradients pass through `v`, `u'` and `sigma`. `keras.layers.SpectralNormalization` does neither.

    Args:
        kernel: Tensor or variable `(..., outputs)`.
        iteration: Ignored, as it was: one step a call.
        name: Variable scope of `u`, `(1, outputs)`, not trainable.

    Returns:
        Tensor of the shape of the kernel.

    Reference:
        Miyato et al., Spectral Normalization for Generative Adversarial Networks, 2018
        (https://arxiv.org/abs/1802.05957).

    Example:
        >>> with tf.Graph().as_default():
        ...     kernel_spectral_norm(tf.ones((3, 3, 2, 4))).shape
        TensorShape([3, 3, 2, 4])
    """
    kernel = tf.convert_to_tensor(kernel)
    outputs = kernel.shape.as_list()[-1]
    with tf.compat.v1.variable_scope(name):
        initializer = tf.compat.v1.truncated_normal_initializer()
        u = weight("u", (1, outputs), kernel.dtype, initializer=initializer, trainable=False)
        w = tf.reshape(kernel, (-1, outputs))
        v = _normalized(tf.matmul(u, w, transpose_b=True))
        u_next = _normalized(tf.matmul(v, w))
        sigma = tf.matmul(tf.matmul(v, w), u_next, transpose_b=True)
        # A graph of tf.compat.v1 runs only what its outputs depend on.
        with tf.control_dependencies([u.assign(u_next)]):
            return tf.identity(kernel / sigma[0, 0])


def _normalized(z):
    return z / (tf.sqrt(tf.reduce_sum(z * z)) + 1e-12)


def conv2d_spectral_norm(
    inputs,
    filters,
    kernel_size,
    strides=(1, 1),
    padding="valid",
    data_format="channels_last",
    dilation_rate=(1, 1),
    activation=None,
    use_bias=True,
    kernel_initializer=None,
    bias_initializer=None,
    kernel_regularizer=None,
    bias_regularizer=None,
    activity_regularizer=None,
    kernel_constraint=None,
    bias_constraint=None,
    trainable=True,
    name=None,
    reuse=None,
):
    """Convolves with the kernel of `kernel_spectral_norm`: `tf.layers.conv2d` but for that.

    Args:
        inputs: `(batch, height, width, channels)`.
        filters: Channels of the output.
        kernel_size, strides, dilation_rate: Integer or two.
        padding: `"valid"` or `"same"`, in any case of letters.
        data_format: `"channels_last"`.
        activation: Function of a tensor, or None.
        use_bias: Whether a bias is added.
        kernel_initializer, bias_initializer: As in `tf.compat.v1.get_variable`; None means the scope's own, else
            Glorot's uniform, and zeros.
        kernel_regularizer, bias_regularizer, activity_regularizer: Functions of a tensor, or None; their values are
            added to the graph's regularisation losses.
        kernel_constraint, bias_constraint: Functions of a variable, or None.
        trainable: Whether kernel and bias are trainable.
        name: Variable scope of `kernel`, `bias` and `kernel_sn/u`; a free `conv2d_spectral_norm` when None.
        reuse: As in `tf.compat.v1.variable_scope`.

    Returns:
        Tensor `(batch, new_height, new_width, filters)`.

    Raises:
        NotImplementedError: for `data_format="channels_first"`.

    Example:
        >>> with tf.Graph().as_default():
        ...     conv2d_spectral_norm(tf.ones((1, 8, 8, 3)), 16, 5, name="conv1").shape
        TensorShape([1, 4, 4, 16])
    """
    if data_format != "channels_last":
        raise NotImplementedError(
            f'conv2d_spectral_norm: data_format must be "channels_last". Received data_format={data_format!r}. '
            "Transpose the input with tf.transpose(x, (0, 2, 3, 1))."
        )
    x = tf.convert_to_tensor(inputs)
    k = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
    with tf.compat.v1.variable_scope(name, default_name="conv2d_spectral_norm", reuse=reuse):
        shape = (*k, x.shape.as_list()[-1], filters)
        settings = {"trainable": trainable, "regularizer": kernel_regularizer, "constraint": kernel_constraint}
        kernel = weight("kernel", shape, x.dtype, initializer=kernel_initializer, **settings)
        if use_bias:
            settings = {"trainable": trainable, "regularizer": bias_regularizer, "constraint": bias_constraint}
            initializer = bias_initializer or tf.compat.v1.zeros_initializer()
            bias = weight("bias", (filters,), x.dtype, initializer=initializer, **settings)
        # Not tf.nn.conv2d: on processors without oneDNN its gradient refuses dilations.
        y = tf.nn.convolution(x, kernel_spectral_norm(kernel), strides, padding.upper(), dilations=dilation_rate)
    y = tf.nn.bias_add(y, bias) if use_bias else y
    y = y if activation is None else activation(y)
    if activity_regularizer is not None:
        tf.compat.v1.add_to_collection(tf.compat.v1.GraphKeys.REGULARIZATION_LOSSES, activity_regularizer(y))
    return y
