"""Contract cases of the flow layers, in both directions."""

import keras
from contract.case import Case, Fresh

from tfconvkit import layers, models

FORWARD = dict(return_log_det=True)
INVERSE = dict(inverse=True, return_log_det=True)


def network(channels):
    """A small convolution network, made anew for every layer."""
    conv = keras.layers.Conv2D
    return Fresh("net", lambda: keras.Sequential([conv(4, 3, padding="same", activation="tanh"), conv(channels, 1)]))


def functional(channels):
    def make():
        inputs = keras.Input((None, None, channels))
        return keras.Model(inputs, keras.layers.Conv2D(2 * channels, 3, padding="same", activation="tanh")(inputs))

    return Fresh("functional", make)


def resnet(channels):
    # Without batch normalisation: biases before it never train.
    return Fresh("resnet", lambda: models.WeightNormResNet(4, channels, side_channels=1, use_batch_norm=False))


def coupling(channels, **arguments):
    return layers.AffineCoupling(keras.layers.Conv2D(channels, 3, padding="same", activation="tanh"), **arguments)


def chained():
    return [coupling(4, name="first"), layers.Squeeze(2), coupling(8, mask="channel", name="second")]


def levels():
    return [layers.Chain([layers.Squeeze(2), coupling(4, mask="channel")], name="fine"), coupling(4, name="coarse")]


def flat_levels():
    return [coupling(2, mask="channel", name="fine"), coupling(2, name="coarse")]


EVEN = ((4, 6), (8, 4), (6, 10))

CASES = (
    Case(layers.Invertible, {}, (4, 5, 3), call=FORWARD),
    Case(layers.Invertible, {}, (4, 5, 3), call=INVERSE),
    Case(layers.Squeeze, dict(block_size=2), (4, 6, 3), grids=EVEN),
    Case(layers.Squeeze, dict(block_size=(2, 1), order="pixel_major"), (4, 6, 3), grids=EVEN, call=FORWARD),
    Case(layers.Squeeze, dict(block_size=2, order="diagonal"), (4, 6, 3), grids=EVEN, call=FORWARD),
    Case(layers.Squeeze, dict(block_size=2, order="diagonal"), (2, 3, 8), call=INVERSE),
    Case(layers.Squeeze, dict(block_size=3), (2, 3, 9), call=INVERSE),
    Case(layers.PermuteChannels, dict(), (4, 5, 3), call=FORWARD),
    Case(layers.PermuteChannels, dict(permutation="random", seed=1), (4, 5, 9), call=INVERSE),
    Case(layers.Split, dict(), (4, 5, 4)),
    Case(layers.Split, dict(fraction=0.25), [(4, 5, 1), (4, 5, 3)], call=INVERSE),
    Case(layers.AdditiveCoupling, dict(conditioner=network(3), mask="row"), (4, 5, 3), call=FORWARD),
    Case(layers.AdditiveCoupling, dict(conditioner=network(2), mask="channel_parity"), (4, 5, 3), call=INVERSE),
    Case(layers.AffineCoupling, dict(conditioner=network(6)), (4, 5, 3), call=FORWARD),
    Case(layers.AffineCoupling, dict(conditioner=network(6), complement=True), (4, 5, 3), call=INVERSE),
    Case(
        layers.AffineCoupling,
        dict(conditioner=resnet(6), append_mask=True, use_scale_shift=True),
        (4, 5, 3),
        call=FORWARD,
    ),
    Case(
        layers.AffineCoupling,
        dict(conditioner=functional(2), mask="channel", scale_bound="soft_tanh"),
        (4, 5, 4),
        call=INVERSE,
    ),
    # Half precision rounds what the network says: a sum of slopes that cancel would have no digits left.
    Case(layers.SplineCoupling, dict(conditioner=network(33), mask="column", bins=4), (4, 5, 3), call=FORWARD),
    Case(layers.SplineCoupling, dict(conditioner=network(16), mask="channel", bins=3), (4, 5, 4), call=INVERSE),
    Case(layers.Chain, dict(layers=Fresh("chained", chained)), (4, 6, 2), grids=EVEN, call=FORWARD),
    Case(layers.Chain, dict(layers=Fresh("chained", chained)), (2, 3, 8), call=INVERSE),
    Case(layers.Invert, dict(layer=Fresh("coupling", lambda: coupling(6))), (4, 5, 3)),
    Case(layers.Invert, dict(layer=Fresh("squeeze", lambda: layers.Squeeze(2))), (4, 6, 3), grids=EVEN, call=INVERSE),
    Case(layers.MultiScale, dict(levels=Fresh("levels", levels), prior="learned"), (4, 6, 1), grids=EVEN),
    Case(layers.MultiScale, dict(levels=Fresh("levels", levels)), (4, 6, 1), grids=EVEN),
    Case(
        layers.MultiScale,
        dict(levels=Fresh("flat", flat_levels), prior="learned", fraction=[0.5]),
        [(4, 5, 1), (4, 5, 1)],
        call=INVERSE,
    ),
    Case(layers.WeightNormConv2D, dict(filters=4, kernel_size=3), (4, 5, 3)),
    Case(layers.WeightNormConv2D, dict(filters=4, kernel_size=2, use_magnitude=False, strides=2), (4, 5, 3)),
)
