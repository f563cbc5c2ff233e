"""Which kinds of Keras layers the audit knows, by what they do to channels and positions."""

from keras import layers

# Layers that treat every channel alike, so that fields stay what they are.
_ELEMENTWISE = (
    layers.Activation, layers.ReLU, layers.LeakyReLU, layers.ELU, layers.PReLU, layers.Softmax, layers.Identity,
    layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D, layers.SpatialDropout3D, layers.GaussianDropout,
    layers.GaussianNoise, layers.AlphaDropout, layers.ActivityRegularization, layers.Masking, layers.Rescaling,
    layers.Normalization, layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization,
    layers.UnitNormalization,
)  # fmt: skip
_MERGES = (layers.Add, layers.Subtract, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum)
_GLOBAL_POOLINGS = (
    layers.GlobalAveragePooling1D, layers.GlobalAveragePooling2D, layers.GlobalAveragePooling3D,
    layers.GlobalMaxPooling1D, layers.GlobalMaxPooling2D, layers.GlobalMaxPooling3D,
)  # fmt: skip
POOLINGS = (
    layers.AveragePooling1D, layers.AveragePooling2D, layers.AveragePooling3D,
    layers.MaxPooling1D, layers.MaxPooling2D, layers.MaxPooling3D,
)  # fmt: skip
PADDINGS = (layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D)
CROPPINGS = (layers.Cropping1D, layers.Cropping2D, layers.Cropping3D)
UPSAMPLINGS = (layers.UpSampling1D, layers.UpSampling2D, layers.UpSampling3D)
_POINTWISE = (*_ELEMENTWISE, *_MERGES, *_GLOBAL_POOLINGS, *UPSAMPLINGS, layers.Concatenate)
_CARRYING = (*_ELEMENTWISE, *_GLOBAL_POOLINGS, *POOLINGS, *PADDINGS, *CROPPINGS, *UPSAMPLINGS, layers.Resizing)
_RANDOM = (
    layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D, layers.SpatialDropout3D, layers.GaussianDropout,
    layers.GaussianNoise, layers.AlphaDropout,
)  # fmt: skip
# By name: `keras.ops` called on symbolic tensors leaves operations whose classes are not public.
_MERGE_NAMES = tuple(kind.__name__ for kind in _MERGES)
_ACTIVATION_NAMES = ("Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Gelu", "Silu", "Sigmoid", "Tanh", "Softplus", "Cast")
_REARRANGING = ("Flatten", "Reshape", "Permute", "RepeatVector", "Ravel", "Transpose", "Moveaxis", "Swapaxes")


def is_pointwise(layer):
    """Says whether a layer treats all positions of a grid alike: there is no window that could stand askew."""
    return isinstance(layer, _POINTWISE) or type(layer).__name__ in _MERGE_NAMES + _ACTIVATION_NAMES


def is_group_layer(layer):
    """Says whether a layer declares its group and its fields."""
    return all(hasattr(layer, name) for name in ("group", "input_field", "output_field"))


def is_mixing(layer):
    """Says whether a layer mixes channels by a matrix of weights."""
    return any(len(weight.shape) > 1 for weight in getattr(layer, "weights", ()))


def is_merge(layer):
    """Says whether a layer combines feature maps entry by entry."""
    return type(layer).__name__ in _MERGE_NAMES


def carries_fields(layer):
    """Says whether a layer of one input hands its channels on: what they hold stays what it is."""
    return isinstance(layer, _CARRYING) or type(layer).__name__ in _ACTIVATION_NAMES + _REARRANGING


def is_rearranging(layer):
    """Says whether a layer moves entries between grid positions and channels."""
    return type(layer).__name__ in _REARRANGING


def is_random(layer):
    """Says whether a layer adds noise or moves its input at random in training."""
    return isinstance(layer, _RANDOM) or type(layer).__name__.startswith("Random")
