"""What the fuzzing found, one line each: the error that stands there now, or the right answer."""

import keras
import numpy as np
import pytest
import tolerances
from hostile import judging
from keras import ops

from tfconvkit import audit, groups, layers, losses, masks, models, operators, padding, surgery
from tfconvkit import ops as functions


def floats(*shape, dtype="float32"):
    return np.random.default_rng(0).uniform(0.05, 0.95, size=shape).astype(dtype)


def integers(*shape, dtype="uint8"):
    return (200 * floats(*shape)).astype(dtype)


IMAGE = (2, 6, 6, 4)
PAIR = [floats(*IMAGE), floats(*IMAGE)]


def net(channels):
    return keras.layers.Conv2D(channels, 3, padding="same")


# What is called, and the words of the error.
ERRORS = {
    "uint8 in a gated convolution": (lambda: layers.GatedConv2D(2, 3)(integers(*IMAGE)), 'ops.cast\\(x, "float32"\\)'),
    "int32 in a group convolution": (
        lambda: layers.GroupConv2D(1, 3, "C4")(integers(*IMAGE, dtype="int32")), "expects floating-point.*dtype int32"
    ),
    "int64 in three dimensions": (
        lambda: layers.LiftConv3D(1, 2, "C4")(integers(1, 4, 4, 4, 1, dtype="int64")), "dtype int64"
    ),
    "bool in a fold": (lambda: layers.Fold(2)(floats(*IMAGE) > 0.5), "dtype bool"),
    "bool in a maximum": (lambda: layers.GroupMaxPooling2D("C4")(floats(*IMAGE) > 0.5), "dtype bool"),
    "bool in a dequantisation": (lambda: layers.Dequantize(2)(floats(*IMAGE) > 0.5), "floating-point or integer"),
    "int32 in a symbolic call": (
        lambda: layers.CollapsibleConv2D(2, 3)(keras.Input((6, 6, 4), dtype="int32")), "dtype int32"
    ),
    "two inputs for one": (lambda: layers.GroupPooling("C4")(PAIR), "one tensor or array. Received a list of 2"),
    "two inputs for one coupling": (lambda: layers.AffineCoupling(net(8))(PAIR), "one tensor or array"),
    "two inputs for one logit": (lambda: layers.Logit()(PAIR), "one tensor or array"),
    "two inputs for one split": (lambda: layers.Split()(PAIR), "splits one tensor"),
    "one input for two": (lambda: layers.Split()([PAIR[0]], inverse=True), "pair \\(kept, factored\\)"),
    "two grids for one split": (
        lambda: layers.Split()([floats(2, 4, 2), floats(2, 5, 2)], inverse=True), "of one batch and grid"
    ),
    "a nested list": (lambda: layers.Unfold(2)(floats(1, 4, 2).tolist()), "numpy.asarray"),
    "an empty list": (lambda: layers.FlowBatchNormalization()([]), "Received a list of 0"),
    "an empty list for a structure": (lambda: layers.Chain([layers.Squeeze()])([]), "Received a list of 0"),
    "a number": (lambda: layers.ActNorm()(3.0), "tensor or array. Received 3.0"),
    "no axis at all": (lambda: layers.GroupRestrict("D4", "C4")(np.float32(1)), "batch axis in front"),
    "no channel axis": (lambda: layers.GroupPooling("C4")(floats(8)), "batch axis in front"),
    "no channels": (lambda: layers.GatedConv2D(2, 3)(floats(2, 6, 6, 0)), "one channel or more"),
    **{f"a class as activation of {layer.__name__}": (
        lambda layer=layer, named=named: layer(2, 3, activation=object, **named), "a name, a function or None.*instance"
    ) for layer, named in ((layers.GroupConv2D, {"group": "C4"}), (layers.GatedConv2D, {}),
                           (layers.CollapsibleConv2D, {}), (layers.SpectralNormConv2D, {}))},
    "no channels in front": (
        lambda: layers.GatedConv2D(2, 3, data_format="channels_first")(floats(2, 0, 6, 6)), "one channel or more"
    ),
    "five axes in a normalised convolution": (
        lambda: layers.WeightNormConv2D(2, 3)(keras.Input((6, 6, 6, 1))), "input of rank 4"
    ),
    "a grid smaller than a normalised window": (
        lambda: layers.SpectralNormConv2D(2, 3, grid=(4, 6), padding="valid")(floats(3, 1, 1, 2)), "needs a grid of at"
    ),
    "an array for a truth value": (
        lambda: layers.GatedConv2D(2, 3, use_bias=np.array([2, 2])), "must be True or False"
    ),
    "a word for a truth value": (lambda: layers.AffineCoupling(net(8), complement="no"), "must be True or False"),
    "an array for branches": (lambda: layers.BranchConv2D(2, 3, branches=np.array([2, 2])), "branches must list some"),
    "an array for a size": (
        lambda: layers.ContextualAttention(fuse_size=np.array([2, 2])), "fuse_size must be a positive integer"
    ),
    "a list for a rate": (lambda: layers.GroupDropout("C4", [2, 2]), "rate must be a finite number"),
    "a list for a seed": (lambda: layers.GroupDropout("C4", 0.5, seed=[2, 2]), "seed must be an integer"),
    "a word for a seed": (lambda: layers.InvertibleConv2D(seed="wrap"), "seed must be an integer"),
    "infinity for a seed": (lambda: layers.InvertibleConv2D(seed=float("inf")), "seed must be an integer"),
    "a truth value for a seed": (lambda: layers.Dequantize(seed=True), "seed must be an integer"),
    "a list for a momentum": (lambda: layers.GroupBatchNormalization("C4", momentum=[2]), "momentum must be a finite"),
    "NaN for an epsilon": (lambda: layers.ActNorm(epsilon=float("nan")), "epsilon must be a finite number"),
    "None for an alpha": (lambda: layers.Logit(alpha=None), "alpha must be a finite number"),
    "a word for a lag": (lambda: layers.FlowBatchNormalization(lag="regular"), "lag must be a finite number"),
    "a word for a limit": (lambda: layers.SpectralNormConv2D(2, 3, limit="x"), "limit must be a finite number"),
    "infinity for a damping": (
        lambda: layers.ConvPseudoInverse2D(2, 3, damping=float("inf")), "damping must be a finite number"
    ),
    "a tuple for filters": (lambda: layers.WeightNormConv2D((), 3), "filters must be a positive integer"),
    "an array for filters": (
        lambda: layers.SpectralNormConv2D(np.array([2, 2]), 3), "filters must be a positive integer"
    ),
    "a number for a padding": (lambda: layers.SpectralNormConv2D(2, 3, padding=-1), "padding must be"),
    "a number for a data format": (lambda: layers.GroupUpSampling2D("C4", data_format=1.5), "data_format must be"),
    "a number for a permutation": (lambda: layers.PermuteChannels(5), "permutation must be"),
    "None for a permutation": (lambda: layers.PermuteChannels(None), "permutation must be"),
    "a number for a chain": (lambda: layers.Chain(3), "takes a list of layers"),
    "a number for levels": (lambda: layers.MultiScale(40), "takes a list of layers"),
    "bytes for a mask": (lambda: layers.AffineCoupling(net(8), mask=b"same"), "hold zeros and ones only"),
    "a dictionary for a bound": (lambda: layers.AffineCoupling(net(8), scale_bound={}), "scale_bound must be"),
    "a configuration without its layers": (lambda: layers.Chain.from_config({}), "missing 1 required.*'layers'"),
    "a configuration without its network": (lambda: layers.AffineCoupling.from_config({}), "missing.*'conditioner'"),
}


def mask_1d():
    return operators.Mask(np.ones(3, "float32"))


# Calls that once gave a wrong answer without a word.
SILENT = {
    "a typing error in an order": (
        lambda: functions.squeeze.squeeze(floats(1, 2, 2, 1), order="pixel"), "order must be"
    ),
    "channels twice": (lambda: functions.squeeze.permute_channels(floats(1, 3), [0, 0, 1]), "a permutation of the 3"),
    "some of the channels": (lambda: functions.squeeze.permute_channels(floats(1, 3), [1, 0]), "a permutation of"),
    "a sum of bytes": (lambda: functions.patches.fold(integers(1, 3, 8), (4,), 2), "int32 or int64.*dtype uint8"),
    "a typing error in a padding": (lambda: padding.output_size(9, 3, 2, "full"), 'padding must be "same" or "valid"'),
    "half a pixel": (lambda: padding.same_pads(9.5, 3), "must be an integer"),
    "a typing error in a data format": (
        lambda: functions.cropping.crop_per_channel(floats(1, 4, 2), np.array([[0], [1]]), "last"), "data_format must"
    ),
    "a typing error in an overlap": (
        lambda: functions.attention.contextual_attention(
            floats(1, 4, 4, 1), floats(1, 4, 4, 1), settings=functions.attention.Settings(overlap="sum")
        ), "overlap must be"
    ),
    "a mask of another grid": (
        lambda: functions.attention.contextual_attention(floats(1, 4, 4, 1), floats(1, 4, 4, 1), floats(1, 1, 4, 1)),
        "hole_mask as \\(batch or 1, height, width"
    ),
    "a bound of no samples": (
        lambda: functions.bounds.importance_weighted_bound(floats(2, 0)), "one cell or more"
    ),
    "a flat kernel": (lambda: functions.blur_kernels.centre_of_mass(np.zeros((3, 3))), "sum is not 0"),
    "a row beyond the kernel": (
        lambda: functions.kernels.group_expand(floats(3, 2), np.array([[3], [4]])), "from 0 to 3"
    ),
    "images of another batch": (
        lambda: losses.MaskedL1()(floats(1, 4, 4, 4), floats(2, 4, 4, 3)), "as many samples"
    ),
    "scores of another number": (lambda: losses.DiscriminatorLoss()(floats(2, 1), floats(2, 5)), "as many scores"),
    "a mask for other points": (
        lambda: losses.gradient_penalty(ops.sin, floats(4, 1), floats(4, 3)), "broadcasts to x"
    ),
    "a mask of NaN": (lambda: masks.distance(np.full((2, 2), np.nan)), "neither hole nor known"),
    "a gamma that grows": (lambda: masks.discount(np.eye(3), gamma=2), "from 0 to 1"),
    "an element that is true": (lambda: groups.act("C4", True, floats(1, 2, 2, 1)), "elements 0 to 3"),
    "a residual of other samples": (
        lambda: operators.optimality(mask_1d(), floats(2, 3), floats(3, 3)), "as many samples"
    ),
    "a centre of other samples": (
        lambda: mask_1d().pinv(operators.Dense(damping=0.1)).prox(floats(2, 3), floats(3, 3)), "as many samples"
    ),
    "the inverse of no samples": (
        lambda: models.Flow(layers.ActNorm()).inverse_error(floats(0, 4, 4, 1)), "inverse_error needs one sample"
    ),
    "a loss without arguments": (
        lambda: models.InpaintingGAN(dense(), dense(), reconstruction=object), "reconstruction as a Loss"
    ),
    "a grid without rows": (lambda: layers.AffineCoupling(net(8))(floats(2, 0, 6, 4)), "one cell or more"),
    "True samples": (lambda: models.Flow(layers.ActNorm()).sample(True), "n must be an integer"),
    "a word for whether": (lambda: models.GroupCNN(include_top="no"), "True or False"),
    "a word for layers": (lambda: surgery.collapse(dense(), layers="dense"), "list of names"),
    "a negative tolerance": (lambda: audit.equivariance(dense(), "C4", (4, 4, 1), tolerance=-1), "from 0 to"),
}


def dense():
    return keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Dense(2, name="dense")])


@pytest.mark.parametrize("name", SILENT)
def test_a_wrong_answer_became_an_error(name):
    call, message = SILENT[name]
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        call()
    assert judging.fault_of_error(caught.value) is None


def test_weights_of_integers_are_not_cut_off():
    x = np.array([0, 10, 20, 30], "uint8")
    y = functions.resize.resampled(x, np.array([[0, 1], [2, 3]]), np.array([[0.5, 0.5], [0, 1]]), axis=0)
    assert np.array_equal(ops.convert_to_numpy(y), [5, 30])


@pytest.mark.parametrize("name", ERRORS)
def test_the_error_explains_itself(name):
    call, message = ERRORS[name]
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        call()
    assert judging.fault_of_error(caught.value) is None


@pytest.mark.parametrize("reduction", ("max", "mean", "sum", "norm"))
def test_an_empty_batch_is_pooled(reduction):
    assert layers.GroupPooling("C4", reduction=reduction)(floats(0, 6, 6, 8)).shape == (0, 6, 6, 2)


def test_an_empty_batch_is_redrawn():
    layer = layers.ContextualAttention(rate=2, strides=2, overlap="mass", masked="exclude")
    assert layer([floats(0, 8, 8, 2), floats(0, 8, 8, 2)]).shape == (0, 8, 8, 2)


def test_an_empty_batch_passes_networks_of_keras():
    assert layers.AffineCoupling(net(8))(floats(0, 6, 6, 4)).shape == (0, 6, 6, 4)
    scales = layers.MultiScale([layers.Squeeze(2), layers.Squeeze(2)], prior="learned")
    assert [tuple(z.shape) for z in scales(floats(0, 8, 8, 1))] == [(0, 4, 4, 2), (0, 2, 2, 8)]


def test_integers_of_numpy_are_integers():
    x, strides = floats(*IMAGE), np.int64(2)
    for layer in (layers.SpectralNormConv2D, layers.WeightNormConv2D):
        assert layer(2, np.int64(3), strides=strides)(x).shape == (2, 3, 3, 2)
    assert layers.Dequantize(seed=np.int64(1)).seed == 1


def test_index_moves_keep_integers():
    x = integers(1, 4, 4, 8)
    for layer in (layers.Squeeze(2), layers.PermuteChannels(), layers.Unfold(2), layers.GroupRestrict("D4", "C4"),
                  layers.GroupUpSampling2D("C4"), layers.GroupPooling("C4")):
        assert ops.dtype(layer(x)) == "uint8"
    assert np.array_equal(layers.GroupPooling("C4")(x), x.reshape(1, 4, 4, 2, 4).max(-1))


@pytest.mark.parametrize("preconditioner", ("auto", None))
def test_least_squares_stay_where_they_are_once_only_rounding_is_left(preconditioner):
    """The residual of an overdetermined system once rose to 6e10, and to NaN, in the steps after the solution."""
    kernel = np.random.default_rng(0).uniform(-0.5, 0.5, size=(3, 2, 1, 3))
    operator = operators.Convolution(ops.cast(kernel, "float32"), (6, 10), strides=(1, 2))
    exact = operators.Convolution(ops.cast(kernel, "float64"), (6, 10), strides=(1, 2))
    y = floats(2, 6, 5, 3)
    best = exact.pinv(operators.Dense()).solve
    found = operator.pinv(operators.ConjugateGradient(preconditioner=preconditioner)).solve(y).value
    expected = ops.convert_to_numpy(best(y.astype("float64")).value)
    assert np.abs(ops.convert_to_numpy(found) - expected).max() <= tolerances.LEAST_SQUARES * np.abs(expected).max()
