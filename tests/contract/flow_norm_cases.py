"""Contract cases of the flow layers without a network: normalisation, 1x1 convolution, dequantisation, logit.

The forward pass of `Dequantize` is random: its own tests save and compile it.
"""

from contract.case import Case

from tfconvkit import layers

BACK = {"inverse": True, "return_log_det": True}
WITH_LOG_DET = {"return_log_det": True}

CASES = (
    Case(layers.FlowBatchNormalization, dict(center=True, scale=True), (6, 5, 4), call=WITH_LOG_DET),
    Case(layers.FlowBatchNormalization, dict(mask="checkerboard", lag=0.5), (6, 5, 3), call=WITH_LOG_DET),
    Case(layers.FlowBatchNormalization, dict(mask="channel", complement=True), (6, 5, 4), call=WITH_LOG_DET),
    Case(layers.ActNorm, dict(), (6, 5, 3), call=WITH_LOG_DET),
    Case(layers.ActNorm, dict(epsilon=1e-3), (6, 4)),
    Case(layers.InvertibleConv2D, dict(seed=1), (6, 5, 4), call=WITH_LOG_DET),
    Case(layers.InvertibleConv2D, dict(seed=1), (6, 5, 4), call=BACK),
    Case(layers.InvertibleConv2D, dict(parametrization="plain", seed=1), (6, 5, 3), call=WITH_LOG_DET),
    Case(layers.InvertibleConv2D, dict(parametrization="plain", seed=1), (6, 5, 3), call=BACK),
    # Kernels of random positive numbers are ill-conditioned unless they are small.
    Case(layers.InvertibleConv2D, dict(kernel_size=(3, 2), seed=1), (6, 5, 2), call=WITH_LOG_DET),
    Case(layers.InvertibleConv2D, dict(kernel_size=(3, 1), seed=1), (6, 5, 2), call=BACK),
    Case(layers.Dequantize, dict(quants=17), (6, 5, 3), positive=True, call=BACK),
    Case(layers.Dequantize, dict(seed=1), (6, 5, 1), positive=True, call=BACK),
    Case(layers.Logit, dict(alpha=0.1), (6, 5, 3), positive=True, call=WITH_LOG_DET),
    Case(layers.Logit, dict(alpha=1e-5), (6, 5, 3), call=BACK),
)
