"""Contract cases of the attention layers: soft weights, which half precision keeps.

Inputs of the table are normal everywhere, which as a mask means one hole: tests/layers/attention has masks.
"""

from contract.case import Case

from tfconvkit import layers

CASES = (
    Case(layers.ContextualAttention, dict(softmax_scale=0.1), [(8, 9, 3), (8, 9, 3)]),
    Case(
        layers.ContextualAttention,
        dict(rate=3, paste_size=5, strides=2, patch_size=2, softmax_scale=0.2, overlap="mass", masked="exclude"),
        [(8, 9, 2), (8, 9, 2)],
    ),
    Case(
        layers.ContextualAttention,
        dict(rate=1, softmax_scale=0.05, fuse_size=None, overlap="count", chunk_size=2),
        [(5, 4, 2), (5, 4, 2)],
        grids=((5, 4), (4, 6), (3, 5)),
    ),
)
