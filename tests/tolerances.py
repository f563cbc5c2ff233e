"""Tolerances by dtype and kind, relative to the largest number compared, each with the measured error behind it."""

# Laws (equivariance, TensorFlow's SAME, pooled statistics) of one layer. Measured: float64 2.2e-15, float32 3.7e-7.
LAW = {"float64": 1e-12, "float32": 1e-5}
# Golden outputs of the legacy code in float32, which sums in another order. Measured: 6.1e-7.
GOLDEN = 1e-5
# Golden outputs computed in float64. Measured: 4.2e-16.
GOLDEN_FLOAT64 = 1e-12
# The same layer computed in another way: in a graph, by XLA, exported, on a dynamic grid. Measured: 1.5e-7.
SAME_LAYER = 1e-5
# Half precision against float32, one layer. Measured: float16 8.6e-4, bfloat16 5.2e-3.
HALF = {"float16": 5e-3, "bfloat16": 4e-2}
# Central differences with step 1e-6 in float64. Measured: 1.3e-8.
FINITE_DIFFERENCE = 1e-7
# Statistics over a mask, whose count is guarded by Keras' epsilon of 1e-7. Measured: 3.3e-8.
MASKED = 1e-6
# Law of a whole network in float64. Measured: 6.3e-15.
WHOLE_NETWORK = 1e-10
# A deployed network, as a model and from a file of any format. Measured: 2e-7 and 8e-7.
DEPLOYED = 1e-5
# Golden outputs and gradients of the legacy flows in float32. Measured: 1.2e-6 and 4.2e-6.
GOLDEN_FLOW = 2e-5
# Log-determinants against the Jacobian by automatic differentiation, float64. Measured: 2e-14.
LOG_DET = 1e-9
# The golden gradients of `golden_files.IMPRECISE`, float32 of the legacy code, against our float64. Measured: 1.62e-5.
GOLDEN_ATTENTION_GRADIENT = 1.7e-5
# Contextual attention and its gradients in chunks against the whole. Measured: 5.5e-7.
CHUNKS = 1e-6
# A rational-quadratic spline in float64 with flat and steep pieces, there and back. Measured: 3.1e-13.
SPLINE = 1e-9
# Gradients through activations found by inverses, float64, against the ordinary ones. Measured: 6e-13.
REVERSIBLE = 1e-9
# The same in float32, tensor by tensor, in networks without kinks. Measured: 3.0e-6.
REVERSIBLE_FLOAT32 = 1e-4
# Lanczos weights against the legacy ones, which add float32's 1.2e-7 above and below. Measured: 1.6e-7.
LANCZOS = 1e-6
# Cells that a centred kernel is off, by what its spline rings beyond the crop. Measured: 1.3e-4.
CENTRE = 1e-3
# A smooth kernel moved by fractions of a cell and back, by cubic splines. Measured: 2.9e-4.
RESAMPLED = 1e-3
# Gradients of a collapsible layer, collapsed against expanded. Measured: float64 1.6e-15, float32 6.9e-7.
TRAIN_MODE = {"float64": 1e-12, "float32": 1e-6}
# Losses of 50 steps of training in both modes, float32. Measured: 4.1e-7.
TRAIN_MODE_LOSSES = 1e-4
# Pseudo-inverses in float64 against dense ones: exact, truncated, damped. Measured: 2.6e-12, else 5.1e-14.
PSEUDO_INVERSE = 1e-10
# What needs singular vectors inside XLA on TensorFlow, whose decomposition stops early, float64. Measured: 1.5e-7.
XLA_SINGULAR = 1e-6
# Golden log-determinants of circular convolutions and their gradients, float64. Measured: 2.5e-15.
GOLDEN_CIRCULAR = 1e-10
# Iterative pseudo-inverses in float64 against golden ones of a condition below 1e4, tol 1e-11. Measured at tol 1e-12:
# 1.3e-12, damped 9.3e-12.
ITERATIVE = 1e-8
# Standard deviation of 9216 uniform samples against the exact one, four times what chance allows. Measured: 2.0e-3.
SAMPLED_DEVIATION = 2e-2
# Share of 10000 cells that are dropped, four times what chance allows. Measured: 2.3e-3.
SAMPLED_SHARE = 2e-2
# What comes back through a circular operator of condition 1e3 in float32. Measured: 3.2e-6.
ILL_CONDITIONED = 3e-5
# Ported scripts of TensorFlow 1 in float32 against NumPy in float64. Measured: 4.7e-7.
PORTED = 1e-5
# Samples chol(K + 1e-6 I) z of 300 points against golden ones: K's condition is 2e7. Measured: 6.8e-11.
GOLDEN_CHOLESKY = 1e-8
# A rate from second differences of a kernel with step 1e-5, float64. Measured: 4.1e-8.
SECOND_DIFFERENCE = 1e-6
# Outputs of a file on another backend than the one that wrote it, float32. Measured: 2.0e-6.
CROSS_BACKEND = 1e-5
# Overdetermined least squares in float32, condition 4, y far from the range. Measured: 8.1e-7.
LEAST_SQUARES = 1e-5
# Hostile calls against the same call for one sample, in a graph, or with arguments spelt otherwise. Measured: 8.9e-8.
HOSTILE = 1e-5
# One minus a golden sum near 1 of 169 numbers in float32. Measured: TensorFlow and PyTorch 0, JAX 2.4e-7.
SUM_NEAR_ONE = 1e-6
