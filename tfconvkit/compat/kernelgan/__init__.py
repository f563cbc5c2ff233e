"""The functions of KernelGAN's PyTorch code by their old names, for arrays and tensors of TensorFlow.

| legacy import | import here |
|---|---|
| `imresize`: `imresize`, `kernel_shift` | `tfconvkit.compat.kernelgan` |
| `util`: `post_process_k`, `zeroize_negligible_val`, `analytic_kernel` | the same |
| `util`: `create_penalty_mask`, `create_gaussian` | the same |
| `loss`: `SumOfWeightsLoss`, `BoundariesLoss`, `CentralizedLoss`, `SparsityLoss`, `DownScaleLoss` | the same |
| `KernelGAN.calc_curr_k` | `calc_curr_k(generator)` |
| the weights of `networks.Generator` | `load_generator(weights)` |

The numbers are those of the original with its oddities, each named where it is. New code is better served by
`tfconvkit.ops.resize.imresize`, `tfconvkit.losses`, `layers.LinearGenerator` and `models.KernelGAN`, which do without
them. Images have their channels last, `(batch, height, width, 3)`; the original had them first.
"""

from tfconvkit.compat.kernelgan.generator import calc_curr_k, load_generator
from tfconvkit.compat.kernelgan.kernels import (
    analytic_kernel,
    create_gaussian,
    create_penalty_mask,
    kernel_shift,
    post_process_k,
    zeroize_negligible_val,
)
from tfconvkit.compat.kernelgan.losses import (
    BoundariesLoss,
    CentralizedLoss,
    DownScaleLoss,
    SparsityLoss,
    SumOfWeightsLoss,
)
from tfconvkit.compat.kernelgan.resizing import imresize

__all__ = [
    "BoundariesLoss",
    "CentralizedLoss",
    "DownScaleLoss",
    "SparsityLoss",
    "SumOfWeightsLoss",
    "analytic_kernel",
    "calc_curr_k",
    "create_gaussian",
    "create_penalty_mask",
    "imresize",
    "kernel_shift",
    "load_generator",
    "post_process_k",
    "zeroize_negligible_val",
]
