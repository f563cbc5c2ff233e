"""Contract cases of the gated convolutions."""

from contract.case import Case

from tfconvkit import layers

CASES = (
    Case(layers.GatedConv2D, dict(filters=3, kernel_size=3), (8, 9, 4)),
    Case(layers.GatedConv2D, dict(filters=2, kernel_size=(2, 3), strides=2, dilation_rate=(1, 3)), (8, 9, 4)),
    Case(layers.GatedConv2D, dict(filters=2, kernel_size=3, padding="symmetric", activation="relu"), (8, 9, 4)),
    Case(layers.GatedConv2D, dict(filters=3, kernel_size=3, padding="valid", gate="legacy", use_bias=False), (8, 9, 4)),
    Case(layers.GatedConvUp2D, dict(filters=2), (4, 5, 4)),
    Case(layers.GatedConvUp2D, dict(filters=2, kernel_size=2, size=(1, 3), activation=None), (4, 5, 4)),
)
