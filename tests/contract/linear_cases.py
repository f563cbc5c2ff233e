"""Contract cases of the collapsible convolutions, whose output in training is that of inference unless normalised.

`Collapsible` itself has no weights, which `test_fit_trains_every_weight` then passes over.
"""

from contract.case import Case

from tfconvkit import layers

CASES = (
    Case(layers.Collapsible, dict(), (8, 9, 3)),
    Case(layers.Collapsible, dict(strides=2, padding="same", activation="tanh", train_mode="expanded"), (8, 9, 3)),
    Case(
        layers.CollapsibleConv2D,
        dict(filters=3, kernel_size=3, inner_filters=5, padding="same", residual=True),
        (8, 9, 3),
    ),
    Case(
        layers.CollapsibleConv2D,
        dict(filters=2, kernel_size=(4, 3), kernel_sizes=[(2, 1), 1, 3], inner_filters=[4, 3], strides=2,
             padding="same", train_mode="expanded", activation="relu"),
        (8, 9, 3),
    ),
    Case(
        layers.CollapsibleConv2D,
        dict(filters=2, kernel_size=3, kernel_sizes=[1, 3, 1], inner_filters=4, use_bias=False),
        (8, 9, 3),
    ),
    Case(layers.BranchConv2D, dict(filters=3, kernel_size=3, padding="same"), (8, 9, 3)),
    Case(
        layers.BranchConv2D,
        dict(filters=2, kernel_size=(2, 3), branches=["conv", "average"], dilation_rate=2, strides=2, padding="same",
             use_batch_norm=False, use_bias=True, train_mode="expanded"),
        (8, 9, 3),
    ),
    Case(
        layers.BranchConv2D,
        dict(filters=3, kernel_size=2, branches=["average", "pointwise", "identity"], use_bias=True),
        (8, 9, 3),
    ),
    Case(layers.LinearGenerator, dict(filters=4, kernel_sizes=[3, 2, 1, 1]), (8, 9, 3)),
    Case(
        layers.LinearGenerator,
        dict(filters=[4, 2], kernel_sizes=[(3, 1), 2, 3], strides=(1, 3), train_mode="expanded"),
        (8, 9, 2),
    ),
)
