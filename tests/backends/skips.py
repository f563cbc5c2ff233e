"""Which tests do not run on which backend, and the reason of each: no other test is left out."""

import fnmatch
from typing import NamedTuple

# Reasons of the marker `tensorflow`, for tests of what only TensorFlow has.
TENSORFLOW = {
    "graphs": "tf.function: tracing with unknown sizes, and what is asked of a graph, exist on TensorFlow alone",
    "graphs and SavedModel": "tf.function and SavedModel are TensorFlow's; JAX and PyTorch compile in predict and fit",
    "tape and graphs": "GradientTape, graphs and XLA on variables; test_every_backend_gives_the_gradients has the law",
    "exports": "formats that TensorFlow exports: SavedModel, LiteRT and ONNX; from JAX Keras needs jax2onnx",
    "replicas": "synchronized=True, which Keras has for tf.distribute alone",
    "memory": "the tools measure the memory of a process of TensorFlow, which has the legacy rival and the graph",
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
AVERAGED = ROUNDED + "keras.layers.GlobalAveragePooling2D averages in float32"
POOLED = "the expected numbers are those of Keras' average_pool, which on PyTorch averages over repeated cells"
DOTS = "PyTorch's register_parameter refuses names with a dot, and Keras names parameters by the layers' names"
EAGER = "Keras' fit on PyTorch runs every step as it is (keras/src/backend/torch/trainer.py): no trace to count"
TRACED = (
    "Keras initialises variables that are made inside jax.jit by traced values, which leak (keras/src/backend/jax/"
    "core.py); TensorFlow lifts them out of the graph by tf.init_scope"
)

KEPT = (
    "while it fits, Keras' trainer on JAX keeps the weights to itself (keras/src/backend/jax/trainer.py): no callback "
    "can look at them"
)

DRAWN = "Keras' initializers draw other numbers on JAX, with which tanh in float32 rounds to the excluded bound 1"

FAULTS = (
    Fault("jax", "*::test_float64_computes_in_float64[*activation=tanh*", ROUNDED + "ops.tanh returns float32"),
    *(Fault(backend, pattern, BATCH_NORM) for backend in ("jax", "torch") for pattern in (
        "*/linear/test_branches.py::test_it_is_the_network_of_its_branches*",
        "*/linear/test_branches.py::test_training_moves_the_statistics_and_normalises*",
        "*/linear/test_branches.py::test_what_was_trained_by_branches_is_inferred_by_one*",
        "*/group/test_normalization.py::test_it_equals_keras_on_fields_unrolled*",
    )),
    *(Fault(backend, "*/test_group_resnet.py::test_the_network_of_44_layers*", AVERAGED)
      for backend in ("jax", "torch")),
    *(Fault("torch", pattern, POOLED) for pattern in (
        "*/group/test_pooling.py::test_axes_that_the_group_leaves_alone_are_pooled_as_by*",
        "*/group/test_pooling.py::test_the_identity_component_equals_same_of_tensorflow*",
        "*/audit/test_sizes.py::test_pooling_is_equivariant_exactly_on_the_safe_sizes[same-AveragePooling2D]",
    )),
    *(Fault(backend, pattern, REDUCED) for backend in ("jax", "torch") for pattern in (
        "*/losses/test_bicubic_downscale.py::test_the_gradient_is_the_slope",
        "*/kernelgan/test_estimation.py::test_each_player_follows_its_own_loss_alone*",
    )),
    Fault("jax", "*/inpainting/test_deepfill.py::test_variants_give_images[arguments0*", DRAWN),
    Fault("jax", "*/kernelgan/test_estimation.py::test_the_estimate_is_the_mean_kernel_of_the_second_half", KEPT),
    Fault("jax", "*/inpainting/test_training.py::test_each_player_follows_its_own_loss_alone*", REDUCED),
    Fault("jax", "*/flow/test_coupling.py::test_a_coupling_is_built_inside_a_function", TRACED),
    Fault("torch", "*::test_the_training_step_is_traced_once", EAGER),
    Fault("torch", "*/flow/test_pyramid.py::test_latents_and_images_are_those_of_the_pytorch_code*", DOTS),
)


def reason_to_skip(backend, node_id):
    """The reason why a test does not run on this backend, None for one that runs."""
    for fault in FAULTS:
        if fault.backend == backend and fnmatch.fnmatchcase(node_id, fault.tests.replace("[", "[[]")):
            return fault.reason
    return None


# Whole files and laws that are slow tests on JAX, with a second of XLA for every operation and shape; the contracts run
# a configuration of each layer and model.
LONG = ("/audit/", "/models/", "/surgery/", "/operators/", "/ops/test_spectral", "/losses/test_spectral",
        "/layers/operator/", "/layers/attention/", "/layers/linear/", "/flow/test_reversible.py",
        "test_chains_and_sums_nest")
# Contracts that are slow tests on JAX: what the others ask at one size and in float32, they ask at more.
REPEATED = ("test_unknown_batch_and_grid_give_the_same_numbers", "test_shapes_are_computed_from_shapes_alone",
            "test_half_precision_computes_in_half_and_keeps_float32_weights")


def slow(items):
    """The items that are slow tests on JAX, which compiles each operation for each shape, a second for a case.

    All but the first case of a law, and of each class in a contract.
    """
    kept = {}
    for item in items:
        if not any(part in f"/{item.nodeid}" for part in (*LONG, *REPEATED)):
            kept.setdefault(_test_of(item), item)
    return [item for item in items if kept.get(_test_of(item)) is not item]


def _test_of(item):
    """What the cases of a test have in common: its name, and in a contract the class and all but the case."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    if "case" not in parameters or "/contract/" not in item.nodeid:
        return item.nodeid.split("[")[0], None
    others = tuple(str(value) for name, value in parameters.items() if name != "case")
    return item.nodeid.split("[")[0], (parameters["case"].layer.__name__, *others)

