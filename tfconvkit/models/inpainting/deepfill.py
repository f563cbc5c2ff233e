"""The two-stage inpainting network with gated convolutions and contextual attention."""

import keras
from keras import ops

from tfconvkit import layers
from tfconvkit.models import layer_kit
from tfconvkit.models.inpainting.hole import ShrinkMask
from tfconvkit.ops import arguments

# Two halvings of the grid, and the attention looks at every second pixel of what is left.
MULTIPLE = 8
_PADDINGS = ("same", "symmetric", "reflect")


def DeepFillV2(
    width=48,
    input_shape=(None, None, 3),
    padding="same",
    attention=None,
    kernel_initializer="glorot_uniform",
    return_offsets=False,
    name="deepfill_v2",
):
    """Builds the generator of DeepFill v2: a coarse guess, then a refinement that copies from the known image.

    Both stages are encoder-decoders of gated convolutions with ELU and dilation up to 16 on a quarter of the grid. The
    refinement has two branches, of which one borrows patches from outside the hole by contextual attention. Known
    pixels of the refinement's input are those of the image. Every sample may have a mask of its own.

    4,052,478 parameters for the default width.

    Args:
        width: Kernels of the first convolutions, a multiple of 4; half of them are gates.
        input_shape: `(height, width, channels)` of the image; height and width are multiples of 8 or None.
        padding: `"same"` (zeros, as the original was trained), `"symmetric"` or `"reflect"`.
        attention: Dictionary of arguments for `layers.ContextualAttention` other than the original's
            `patch_size=3, rate=2`, such as `{"overlap": "mass", "masked": "exclude"}`.
        kernel_initializer: Initialiser of all kernels. From the original's, "glorot_uniform", short trainings hardly
            get away, because each gated convolution of fresh kernels shrinks the squares of its features to an eighth;
            `keras.initializers.VarianceScaling(5.3)` keeps them.
        return_offsets: Whether the attention's offsets are a third output.
        name: Name of the model.

    Input shape:
        List of images `(batch, height, width, channels)` in [-1, 1] and masks `(batch, height, width, 1)`, 1 in the
        hole. What the image shows in the hole does not matter, as long as it is finite.

    Output shape:
        List of the coarse and the refined image, `(batch, height, width, channels)` in (-1, 1). With
        `return_offsets=True` also `(batch, height / 8, width / 8, 2)`: how many rows and columns of that grid away
        each patch found the one it attends to most.

    Layer names:
        Those of the original code, whose variables are `inpaint_net/<layer>/kernel` and `bias`, equal in layout. The
        four `*_upsample` layers own one convolution, `inpaint_net/<layer>/<layer>_conv/kernel` and `bias` there.

    Returns:
        `keras.Model`.

    Raises:
        ValueError: if the width is no multiple of 4, a known size no multiple of 8, or an argument unknown.

    Reference:
        Yu et al., Free-Form Image Inpainting with Gated Convolution, 2019 (https://arxiv.org/abs/1806.03589).

    Example:
        >>> model = models.DeepFillV2(width=8)
        >>> coarse, refined = model([np.ones((1, 64, 64, 3), "float32"), np.ones((1, 64, 64, 1), "float32")])
        >>> refined.shape
        TensorShape([1, 64, 64, 3])
    """
    shape = layer_kit.check_sizes("DeepFillV2", input_shape, smallest=MULTIPLE, multiple=MULTIPLE)
    _check(width, padding)
    if not isinstance(attention, dict | None):
        raise TypeError(f"DeepFillV2 expects attention as a dictionary of arguments, or None. Received {attention!r}.")
    return_offsets = arguments.flag("DeepFillV2", "return_offsets", return_offsets)
    image = keras.Input(shape, name="image")
    mask = keras.Input((*shape[:2], 1), name="mask")
    gated = _Gated(width, padding, kernel_initializer)
    incomplete = image * (1 - mask)
    coarse, hole = _coarse(gated, incomplete, mask, shape[-1])
    guess = coarse * mask + incomplete
    refined, offsets = _refine(gated, guess, hole, shape[-1], attention or {})
    outputs = [coarse, refined, offsets] if return_offsets else [coarse, refined]
    return keras.Model([image, mask], outputs, name=name)


def _check(width, padding):
    layer_kit.check_positive("DeepFillV2", width=width)
    if width % 4:
        raise ValueError(
            f"DeepFillV2 expects width as a multiple of 4. Received width={width}. Use {width + -width % 4}."
        )
    if not isinstance(padding, str) or padding not in _PADDINGS:
        raise ValueError(
            f'DeepFillV2 expects padding as "same", "symmetric" or "reflect". Received padding={padding!r}. '
            'The output of "valid" would be smaller than the image.'
        )


def _coarse(gated, incomplete, mask, channels):
    """Returns the coarse image and the mask on the grid of the features."""
    x = ops.concatenate([incomplete, ops.ones_like(mask), mask], axis=-1)
    x = gated.encode(x, "conv", (1, 2, 2, 4, 4, 4))
    hole = ShrinkMask(name="mask_s")(mask)
    return gated.decode(gated.dilate(x, "conv"), "conv", channels), hole


def _refine(gated, guess, hole, channels, attention):
    """Returns the refined image and the offsets of the attention."""
    x = gated.dilate(gated.encode(guess, "xconv", (1, 1, 2, 2, 4, 4)), "xconv")
    # Features are compared by their angle: the last activation is a ReLU, which keeps them in one octant.
    y = gated.encode(guess, "pmconv", (1, 1, 2, 4, 4, 4), last_activation="relu")
    attend = layers.ContextualAttention(**{"patch_size": 3, "rate": 2, **attention}, name="contextual_attention")
    y, offsets = attend([y, y, hole], return_offsets=True)
    for number in (9, 10):
        y = gated(y, f"pmconv{number}", 4)
    return gated.decode(keras.layers.Concatenate(name="branches")([x, y]), "allconv", channels), offsets


class _Gated:
    """Applies gated convolutions whose kernels are counted in multiples of the network's width."""

    def __init__(self, width, padding, initializer):
        self.width, self.padding = width, padding
        self.initializer = arguments.instance("DeepFillV2", "kernel_initializer", keras.initializers.get(initializer),
                                              keras.initializers.Initializer, 'Use a name such as "he_normal".')

    def __call__(self, x, name, multiple, kernel_size=3, make=layers.GatedConv2D, **kwargs):
        filters = int(self.width * multiple) // 2
        return make(filters, kernel_size, name=name, **self._settings(), **kwargs)(x)

    def _settings(self):
        # A copy for each layer: an initialiser draws the same numbers again for the same shape.
        initializer = type(self.initializer).from_config(self.initializer.get_config())
        return {"padding": self.padding, "kernel_initializer": initializer, "data_format": "channels_last"}

    def encode(self, x, prefix, multiples, last_activation="elu"):
        x = self(x, f"{prefix}1", multiples[0], 5)
        x = self(x, f"{prefix}2_downsample", multiples[1], strides=2)
        x = self(x, f"{prefix}3", multiples[2])
        x = self(x, f"{prefix}4_downsample", multiples[3], strides=2)
        x = self(x, f"{prefix}5", multiples[4])
        return self(x, f"{prefix}6", multiples[5], activation=last_activation)

    def dilate(self, x, prefix):
        for number, rate in enumerate((2, 4, 8, 16), 7):
            x = self(x, f"{prefix}{number}_atrous", 4, dilation_rate=rate)
        return x

    def decode(self, x, prefix, channels):
        up = {"make": layers.GatedConvUp2D}
        x = self(self(x, f"{prefix}11", 4), f"{prefix}12", 4)
        x = self(self(x, f"{prefix}13_upsample", 2, **up), f"{prefix}14", 2)
        x = self(self(x, f"{prefix}15_upsample", 1, **up), f"{prefix}16", 0.5)
        bare = {"gate": "never", "activation": "tanh", "name": f"{prefix}17"}
        return layers.GatedConv2D(channels, 3, **bare, **self._settings())(x)
