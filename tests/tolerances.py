"""Tolerances by dtype and kind, relative to the largest number compared, each with the measured error behind it."""

# Laws (equivariance, TensorFlow's SAME, gradients) on one layer. Measured: float64 1.3e-15, float32 6e-7.
LAW = {"float64": 1e-12, "float32": 1e-5}
# Golden outputs of the legacy code in float32, which sums in another order. Measured: 5e-7.
GOLDEN = 1e-5
# Golden outputs computed in float64. Measured: 6e-16.
GOLDEN_FLOAT64 = 1e-12
# The same layer computed in another way: graph, XLA, reloaded, exported, dynamic grid. Measured: 5e-7.
SAME_LAYER = 1e-5
# Half precision against float32, whole layer. Measured: float16 1.3e-3, bfloat16 9e-3.
HALF = {"float16": 5e-3, "bfloat16": 4e-2}
# Central differences with step 1e-6 in float64. Measured: 4e-9.
FINITE_DIFFERENCE = 1e-7
