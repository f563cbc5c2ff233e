"""The group convolution of keras-gcnn, also transposed."""

import keras
from keras import ops

from tfconvkit import backend
from tfconvkit import padding as pads
from tfconvkit.compat.groupy import gconv2d_util, transform_filter_2d_nhwc
from tfconvkit.compat.spaces import field_of, group_of, kernel_layout
from tfconvkit.layers import arguments
from tfconvkit.layers.group import base
from tfconvkit.layers.weights import ConvolutionWeights


@keras.saving.register_keras_serializable(package="tfconvkit", name="compat.GConv2D")
class GConv2D(ConvolutionWeights):
    """Convolves image planes or regular fields with a kernel in all orientations, as keras-gcnn did.

    `y[p, o, s] = sum_{u, c, t} bank[u, c, t, o, s] x[p + u, c, t]` (correlation) with the bank of
    `compat.groupy.transform_filter_2d_nhwc`; with `transpose=True` its adjoint,
    `y[strides q - before + u, o, s] += bank[u, c, t, o, s] x[q, c, t]`. Padding is that of Keras: even kernels with
    `"same"`, and strides on sizes where `tfconvkit.padding.is_equivariant` is false, break the law
    `layer(L_g x) = L_g layer(x)`, as they always did.

    Args:
        filters: Number of output fields.
        kernel_size: Integer or two equal ones, odd or even (keras-gcnn refused even ones for "D4").
        h_input: `"Z2"`, or the same as `h_output`.
        h_output: `"C4"` or `"D4"` (or `"Z2"` after `"Z2"`, a plain convolution).
        strides: Integer or two.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`.
        dilation_rate: Integer or two; not together with strides or `transpose`.
        activation: Activation, applied to each component.
        use_bias: Whether each field has a bias, the same in all orientations (keras-gcnn had none).
        kernel_initializer: Initialiser of the stored kernel, with its own fan-in and fan-out as it was.
        bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
            bias_constraint: As in `keras.layers.Conv2D`, for the stored numbers.
        transpose: Whether to run the transposed convolution.

    Input shape:
        `(batch, height, width, channels * order)`, the orientation fastest; `channels` alone on "Z2".

    Output shape:
        `(batch, new_height, new_width, filters * order)`, the orientation fastest.

    Stored numbers:
        kernel `(k, k, order * channels, filters)`, the orientation *slowest* on the third axis (1 on "Z2"); bias
        `(filters,)`.

    Raises:
        ValueError: for unknown spaces or settings, a kernel that is not square, channels that do not fit.
        NotImplementedError: for `data_format="channels_first"`.

    Reference:
        Veeling et al., Rotation Equivariant CNNs for Digital Pathology, 2018 (https://arxiv.org/abs/1806.03962).

    Example:
        >>> layer = GConv2D(16, 3, h_input="Z2", h_output="D4", padding="same")
        >>> layer(np.ones((1, 32, 32, 3), "float32")).shape
        TensorShape([1, 32, 32, 128])
    """

    def __init__(
        self,
        filters,
        kernel_size,
        h_input,
        h_output,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1),
        activation=None,
        use_bias=False,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        transpose=False,
        **kwargs,
    ):
        super().__init__(
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.filters = arguments.positive_integer(self, "filters", filters)
        self.kernel_size = arguments.positive_integers(self, "kernel_size", kernel_size, 2)
        self.h_input, self.h_output = h_input, h_output
        self.strides = arguments.positive_integers(self, "strides", strides, 2)
        self.padding = arguments.one_of(self, "padding", padding, arguments.PADDINGS)
        self.data_format = arguments.data_format_of(self, data_format)
        self.dilation_rate = arguments.positive_integers(self, "dilation_rate", dilation_rate, 2)
        self.activation = keras.activations.get(activation)
        self.transpose = transpose
        self._check_settings()
        arguments.named(self, kernel_layout, h_input, h_output, self.kernel_size[0])
        self.group = group_of(h_output)
        self.input_field, self.output_field = field_of(h_input), field_of(h_output)

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        fields = base.field_count(self, input_shape, -1, self.input_field)
        self._indices, self._shape_info, kernel_shape = gconv2d_util(
            self.h_input, self.h_output, in_channels=fields, out_channels=self.filters, ksize=self.kernel_size[0]
        )
        self.kernel = self.add_kernel(kernel_shape)
        self.bias = self.add_bias(self.filters)
        self.input_spec = keras.layers.InputSpec(ndim=4, axes={-1: input_shape[-1]})

    def call(self, inputs):
        outputs = self._convolve(inputs, self.bank())
        if self.use_bias:
            outputs = ops.add(outputs, ops.repeat(self.bias, self.group.order))
        return self.activation(outputs)

    def bank(self, grid=None):
        """Computes the kernels of all orientations; they do not depend on the grid.

        Returns:
            Tensor `(k, k, input channels, filters * order)`, the kernel of an ordinary convolution; with
            `transpose=True` its channel axes are swapped, as `ops.conv_transpose` takes them.
        """
        bank = transform_filter_2d_nhwc(ops.convert_to_tensor(self.kernel), self._indices, self._shape_info)
        return ops.swapaxes(bank, -1, -2) if self.transpose else bank

    def compute_output_shape(self, input_shape):
        arguments.check_rank(self, input_shape, rank=2)
        sizes = list(map(self._output_size, input_shape[1:-1], self.kernel_size, self.strides, self.dilation_rate))
        if any(size is not None and size <= 0 for size in sizes):
            raise ValueError(
                f'{arguments.describe(self)}: the grid {tuple(input_shape[1:-1])} is too small for kernel_size='
                f'{self.kernel_size}, dilation_rate={self.dilation_rate}, padding="{self.padding}". Received output '
                f'sizes {sizes}, expected at least 1. Use a larger input, a smaller kernel or padding="same".'
            )
        return (input_shape[0], *sizes, self.filters * self.group.order)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "h_input": self.h_input,
            "h_output": self.h_output,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "activation": keras.activations.serialize(self.activation),
            "transpose": self.transpose,
        }

    def _check_settings(self):
        if self.kernel_size[0] != self.kernel_size[1]:
            raise ValueError(
                f"{arguments.describe(self)}: the kernel must be square. Received kernel_size={self.kernel_size}. "
                "Use tfconvkit.layers.GroupConv2D, which takes any size."
            )
        if self.data_format != "channels_last":
            raise NotImplementedError(
                f'{arguments.describe(self)}: data_format must be "channels_last". Received "{self.data_format}". '
                "Use tfconvkit.layers.GroupConv2D, which takes both."
            )
        if max(self.dilation_rate) > 1 and (max(self.strides) > 1 or self.transpose):
            raise ValueError(
                f"{arguments.describe(self)}: dilation goes with strides=1 and transpose=False only. Received "
                f"dilation_rate={self.dilation_rate}, strides={self.strides}, transpose={self.transpose}. "
                f"Use tfconvkit.layers.GroupConv2D or GroupConvTranspose2D."
            )

    def _convolve(self, inputs, bank):
        settings = {"strides": self.strides, "padding": self.padding, "data_format": self.data_format}
        if self.transpose:
            return ops.conv_transpose(inputs, bank, **settings)
        return backend.conv(inputs, bank, dilation_rate=self.dilation_rate, **settings)

    def _output_size(self, size, kernel_size, stride, dilation_rate):
        extent = pads.dilated_size(kernel_size, dilation_rate)
        if self.transpose:
            # Keras adds empty rows behind a kernel that is smaller than the strides.
            return pads.transposed_size(size, max(extent, stride), stride, self.padding)
        return pads.output_size(size, extent, stride, self.padding)
