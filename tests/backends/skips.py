"""Which tests do not run on which backend, and the reason of each: no other test is left out."""

import fnmatch
from typing import NamedTuple

# Reasons of the marker `tensorflow`, for tests of what only TensorFlow has.
TENSORFLOW = {
    "graphs": "tf.function: tracing with unknown sizes, and what is asked of a graph, exist on TensorFlow alone",
    "graphs and SavedModel": "tf.function and SavedModel are TensorFlow's; JAX and PyTorch compile in predict and fit",
    "tape": "asks GradientTape itself, for None where a gradient stops or for the step of an optimizer",
    "tape and graphs": "GradientTape in eager mode, graphs and XLA; test_every_backend_gives_the_gradients has the law",
    "exports": "formats of TensorFlow's export: LiteRT and SavedModel of a graph with unknown sizes",
    "replicas": "synchronized=True, which Keras has for tf.distribute alone",
    "reference": "the expected numbers come from an operation of TensorFlow; another test has the law",
}
# What runs on every backend: the contracts, and the laws of the rungs below compat, bijectors and the tools.
EVERYWHERE = ("audit", "backend", "contract", "layers", "losses", "models", "operators", "ops", "surgery",
              "test_groups.py", "test_masks.py", "test_padding.py", "test_windows.py")


class Fault(NamedTuple):
    """Tests that a fault upstream fails.

    Args:
        backend: Name of the backend.
        tests: Pattern of node ids, as `fnmatch` reads it with `[` taken literally.
        reason: The fault, with whose it is.
    """

    backend: str
    tests: str
    reason: str


ROUNDED = (
    "Keras' dtypes.result_type stands float32 for float64 outside TensorFlow (keras/src/backend/common/dtypes.py, "
    "BIT64_TO_BIT32_DTYPE): "
)
BATCH_NORM = ROUNDED + "keras.layers.BatchNormalization computes in float32"
REDUCED = ROUNDED + "keras.losses.Loss reduces by ops.mean in float32"
POOLED = "the expected numbers are those of Keras' average_pool, which on PyTorch averages over repeated cells"
DOTS = "PyTorch's register_parameter refuses names with a dot, and Keras names parameters by the layers' names"
DYNAMO = "torch.compile (Dynamo of PyTorch 2.13) fails on Keras' attribute tracking: method_setattr_standard()"

FAULTS = (
    Fault("jax", "*::test_float64_computes_in_float64[*activation=tanh*", ROUNDED + "ops.tanh returns float32"),
    *(Fault(backend, pattern, BATCH_NORM) for backend in ("jax", "torch") for pattern in (
        "*/linear/test_branches.py::test_it_is_the_network_of_its_branches*",
        "*/linear/test_branches.py::test_training_moves_the_statistics_and_normalises*",
        "*/linear/test_branches.py::test_what_was_trained_by_branches_is_inferred_by_one*",
        "*/group/test_normalization.py::test_it_equals_keras_on_fields_unrolled*",
    )),
    *(Fault("torch", pattern, POOLED) for pattern in (
        "*/group/test_pooling.py::test_axes_that_the_group_leaves_alone_are_pooled_as_by*",
        "*/group/test_pooling.py::test_the_identity_component_equals_same_of_tensorflow*",
    )),
    *(Fault(backend, "*/losses/test_bicubic_downscale.py::test_the_gradient_is_the_slope", REDUCED)
      for backend in ("jax", "torch")),
    Fault("torch", "*/flow/test_pyramid.py::test_latents_and_images_are_those_of_the_pytorch_code*", DOTS),
    Fault("torch", "*/flow/test_reversible.py::test_fit_trains_it_as_the_ordinary_chain[True]*", DYNAMO),
)


def reason_to_skip(backend, node_id):
    """The reason why a test does not run on this backend, None for one that runs."""
    for fault in FAULTS:
        if fault.backend == backend and fnmatch.fnmatchcase(node_id, fault.tests.replace("[", "[[]")):
            return fault.reason
    return None
