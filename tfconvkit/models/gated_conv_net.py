"""The gated convolution network of the UvA tutorial, a conditioner of couplings."""

import keras
from keras import ops

from tfconvkit.layers.inputs import CheckedInput
from tfconvkit.models.weight_norm_resnet import base_config, check_images
from tfconvkit.ops import arguments


@keras.saving.register_keras_serializable(package="tfconvkit")
class GatedConvNet(CheckedInput, keras.Model):
    """The gated convolution network of the UvA tutorial's couplings.

    `h = conv_in(x)`, then `blocks` times `h = layer_norm(h + value * sigmoid(gate))` with `(value, gate) =
    conv_1x1(e(conv_3x3(e(h))))` and `e(h) = elu([h, -h])`; the result is `conv_out(e(h))`. The normalisation is over
    the channels of a pixel. `conv_in` and `conv_out` are 3 x 3; `conv_out` starts at zero, so that a coupling starts as
    the identity.

    Args:
        filters: Channels of the hidden maps.
        out_channels: Channels of the result: for an `AffineCoupling` twice those that may change.
        blocks: Number of gated blocks.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, height, width, out_channels)`.

    Reference:
        Lippe, UvA Deep Learning Tutorials, tutorial 11; gates of residual blocks: Salimans et al., PixelCNN++, 2017
        (https://arxiv.org/abs/1701.05517).

    Example:
        >>> GatedConvNet(16, out_channels=6)(np.ones((1, 8, 8, 3), "float32")).shape
        TensorShape([1, 8, 8, 6])
    """

    def __init__(self, filters, out_channels, blocks=3, **kwargs):
        super().__init__(**kwargs)
        filters = self.filters = arguments.integer(self.name, "filters", filters, least=1)
        out_channels = self.out_channels = arguments.integer(self.name, "out_channels", out_channels, least=1)
        blocks = self.blocks = arguments.integer(self.name, "blocks", blocks, least=0)
        policy = self.dtype_policy
        same = dict(padding="same", dtype=policy)
        self.conv_in = keras.layers.Conv2D(filters, 3, name="conv_in", **same)
        self.wide = [keras.layers.Conv2D(filters, 3, name=f"conv_3x3_{k}", **same) for k in range(blocks)]
        self.gated = [keras.layers.Conv2D(2 * filters, 1, name=f"conv_1x1_{k}", **same) for k in range(blocks)]
        self.norms = [
            keras.layers.LayerNormalization(epsilon=1e-5, name=f"norm_{k}", dtype=policy) for k in range(blocks)
        ]
        self.conv_out = keras.layers.Conv2D(out_channels, 3, kernel_initializer="zeros", name="conv_out", **same)

    def build(self, input_shape):
        check_images(self, input_shape)
        self.call(keras.KerasTensor(tuple(input_shape), dtype=self.compute_dtype))

    def call(self, x):
        h = self.conv_in(x)
        for wide, gated, norm in zip(self.wide, self.gated, self.norms, strict=True):
            value, gate = ops.split(gated(_signed_elu(wide(_signed_elu(h)))), 2, axis=-1)
            h = norm(h + value * ops.sigmoid(gate))
        return self.conv_out(_signed_elu(h))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.out_channels)

    def get_config(self):
        arguments = {"filters": self.filters, "out_channels": self.out_channels, "blocks": self.blocks}
        return {**base_config(self), **arguments}


def _signed_elu(x):
    return ops.elu(ops.concatenate([x, -x], axis=-1))
