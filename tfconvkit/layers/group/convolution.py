"""The group convolution for every rank: between image planes and regular fields, with exactly equivariant padding."""

import keras
import numpy as np
from keras import ops

from tfconvkit import backend, groups
from tfconvkit import padding as pads
from tfconvkit.banks import GroupKernel
from tfconvkit.layers import arguments
from tfconvkit.layers.group import base
from tfconvkit.layers.weights import ConvolutionWeights
from tfconvkit.ops.cropping import crop_per_channel
from tfconvkit.ops.kernels import group_expand


class GroupConv(ConvolutionWeights):
    """Holds the group convolution for every rank; use the class of a rank, such as `GroupConv2D`."""

    rank = None
    _leave_dilation = True

    def __init__(
        self,
        filters,
        kernel_size,
        group,
        *,
        input_field="regular",
        output_field="regular",
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = arguments.positive_integer(self, "filters", filters)
        self.kernel_size = arguments.positive_integers(self, "kernel_size", kernel_size, self.rank)
        self.group = groups.get(group, self.rank)
        self.input_field = arguments.one_of(self, "input_field", input_field, groups.FIELDS)
        self.output_field = arguments.one_of(self, "output_field", output_field, groups.FIELDS)
        self.strides = arguments.positive_integers(self, "strides", strides, self.rank)
        self.padding = arguments.one_of(self, "padding", padding, arguments.PADDINGS)
        self.data_format = arguments.data_format_of(self, data_format)
        self.dilation_rate = arguments.positive_integers(self, "dilation_rate", dilation_rate, self.rank)
        self.activation = arguments.activation_of(self, "activation", activation)
        self._layout = self._make_layout(self.padding)
        self._crops = self._layout.cropped()
        self._unembedded = self._make_layout("valid") if self._crops else None
        self._starts = np.tile(self._crops[1], (self.filters, 1)) if self._crops else None
        self._channel_axis = -1 if self.data_format == "channels_last" else 1

    def _make_layout(self, padding):
        return arguments.named(
            self,
            GroupKernel,
            self.group,
            kernel_size=self.kernel_size,
            strides=self.strides,
            padding=padding,
            dilation_rate=self.dilation_rate,
            input_field=self.input_field,
            output_field=self.output_field,
            leave_dilation=self._leave_dilation,
        )

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        fields = base.field_count(self, input_shape, self._channel_axis, self.input_field)
        self._prepare_tables(arguments.grid_of(input_shape, self.data_format), fields)
        self.kernel = self.add_kernel(self._layout.stored_shape(fields, self.filters), initializer=self._draw_kernel)
        self.bias = self.add_bias(self.filters)
        self.input_spec = keras.layers.InputSpec(
            ndim=self.rank + 2, axes={self._channel_axis: input_shape[self._channel_axis]}
        )

    def call(self, inputs):
        self._check_grid(arguments.grid_of(inputs.shape, self.data_format))
        if self._crops:
            outputs = self._convolve_and_crop(inputs)
        else:
            bank = self.bank(arguments.grid_of(ops.shape(inputs), self.data_format))
            outputs = self._add_bias(self._convolve(inputs, bank))
        return self.activation(outputs)

    def bank(self, grid):
        """Computes the kernels of all orientations, for a grid of these sizes.

        Returns:
            Tensor `(*support, input channels, filters * output size)`, an ordinary convolution kernel. An ordinary
            convolution with it, `padding` as in this layer and the dilation that the support does not yet contain,
            gives this layer's output before bias and activation.
        """
        kernel = ops.convert_to_tensor(self.kernel)
        return group_expand(kernel, self._rows(grid), self._layout.is_orbit_mean)

    def compute_output_shape(self, input_shape):
        arguments.check_rank(self, input_shape, self.rank)
        grid = arguments.grid_of(input_shape, self.data_format)
        self._check_grid(grid)
        channels = self.filters * self._layout.output_field.size
        return arguments.join_shape(input_shape[0], self._output_grid(grid), channels, self.data_format)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "group": groups.serialize(self.group),
            "input_field": self.input_field,
            "output_field": self.output_field,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "activation": keras.activations.serialize(self.activation),
        }

    def _check_grid(self, grid):
        base.check_grid(self, self._layout.window, grid)

    def _output_grid(self, grid):
        return self._layout.window.output_size(grid)

    def _prepare_tables(self, grid, fields):
        self._fields = fields
        if self._crops:
            self._unembedded.prepare(grid, fields)
        else:
            self._layout.prepare(grid, fields)

    def unread(self, grid, support):
        """Counts the last cells of each axis that no window reads and TensorFlow must not see: `r + 1 - k`, or 0.

        Its "same" of volumes moves windows smaller than the strides into the middle of what they leave out.

        Args:
            grid: Sizes of the input.
            support: Sizes of the bank.
        """
        if self.rank < 3 or self.padding == "valid":
            return [0] * self.rank
        extents = map(pads.dilated_size, support, self._layout.dilation_rate)
        axes = zip(grid, self.strides, extents, strict=True)
        return [pads.remainder(n, s) + 1 - k if s > k else 0 for n, s, k in axes]

    def _convolve(self, inputs, bank):
        grid = arguments.grid_of(ops.shape(inputs), self.data_format)
        for axis, rest in enumerate(self.unread(grid, bank.shape[: self.rank])):
            if not isinstance(rest, int) or rest > 0:
                place = axis + (1 if self.data_format == "channels_last" else 2)
                inputs = inputs[(slice(None),) * place + (slice(None, grid[axis] - rest),)]
        return backend.conv(
            inputs,
            bank,
            strides=self.strides,
            padding=self.padding,
            dilation_rate=self._layout.dilation_rate,
            data_format=self.data_format,
        )

    def _convolve_and_crop(self, inputs):
        """Crops the outputs of kernels that stand in no support, whose zeros would be multiplied."""
        around, layout, bias = self._crops[0], self._unembedded, self._channel_bias()
        bank = group_expand(ops.convert_to_tensor(self.kernel), layout.rows((0,) * self.rank, self._fields))
        # Compiled code adds the bias where it crops; TensorFlow's operations add it where they convolve.
        early, late = (bias, None) if backend.is_depthwise_fast() else (None, bias)
        outputs = backend.padded_conv(inputs, bank, around, early, layout.dilation_rate, self.data_format)
        return crop_per_channel(outputs, self._starts, self.data_format, late)

    def _add_bias(self, outputs):
        return backend.add_bias(outputs, self._channel_bias(), self.data_format) if self.use_bias else outputs

    def _channel_bias(self):
        """The bias of every channel; None where there is none."""
        if not self.use_bias:
            return None
        # Broadcast, not repeat: TensorFlow's repeat costs a dozen small operations.
        bias = ops.broadcast_to(ops.reshape(self.bias, (-1, 1)), (self.filters, self._layout.output_field.size))
        return ops.reshape(bias, (-1,))

    def _rows(self, grid):
        """The index table for a grid; where a needed size is known at run time only, a choice among all tables."""
        remainders = arguments.named(self, self._layout.window.remainders, grid)
        if all(isinstance(rest, int) for rest in remainders):
            return self._layout.rows(remainders, self._fields)
        return ops.take(self._layout.rows("all", self._fields), self._layout.window.position(remainders), axis=0)

    def _draw_kernel(self, shape, dtype=None):
        """Draws a whole bank and keeps the identity's share, so that initialisers see the true fan-in and fan-out."""
        fields, inputs, outputs = shape[-2] // self._layout.components, *self._layout.sizes
        bank_shape = (*self.kernel_size, fields * inputs, self.filters * outputs)
        try:
            bank = ops.cast(self.kernel_initializer(bank_shape, dtype=dtype), dtype)
            bank = ops.reshape(bank, bank_shape)
        except Exception as error:
            raise ValueError(
                f"{arguments.describe(self)}: kernel_initializer must give a tensor of the bank's shape {bank_shape}. "
                f"Received {self.kernel_initializer}, which fails ({str(error).splitlines()[0]}). To start from a "
                f"given kernel of the stored shape {tuple(shape)}, use set_weights after building."
            ) from error
        bank = bank[..., :: inputs // self._layout.components, ::outputs]
        cells = ops.reshape(bank, (-1, *shape[-2:]))
        return ops.reshape(ops.take(cells, self._layout.representatives(), axis=0), shape)


def fixed_fields(layer, kwargs, input_field, output_field):
    """Adds the field types that a subclass fixes; a configuration may repeat them, but not change them."""
    fixed = {"input_field": input_field, "output_field": output_field}
    for argument, field in fixed.items():
        if kwargs.get(argument, field) != field:
            raise ValueError(
                f'{type(layer).__name__} has {argument}="{field}". Received {argument}={kwargs[argument]!r}. '
                f"Use GroupConv{layer.rank}D for other field types."
            )
    return {**kwargs, **fixed}
