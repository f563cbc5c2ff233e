"""Contract cases of the patch layers."""

from contract.case import Case

from tfconvkit import layers

CASES = (
    Case(layers.Unfold, dict(size=3, padding="same", strides=2), (8, 9, 3)),
    Case(layers.Unfold, dict(size=(2, 3), dilation_rate=(1, 2), strides=(2, 1)), (8, 9, 3)),
    Case(layers.Fold, dict(size=4, strides=3, padding="same", normalize="count"), (4, 5, 32)),
    Case(layers.Fold, dict(size=(2, 3), strides=(3, 1), dilation_rate=2), (4, 5, 12)),
    Case(layers.Fold, dict(size=3, strides=2, padding="same", output_size=(7,)), (4, 6), grids=((4,),)),
)
