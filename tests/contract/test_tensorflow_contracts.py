"""What every layer has to do in TensorFlow's graphs and exports, over the table of all public layers."""

import pytest
import tensorflow as tf
import tolerances
from contract.cases import ONE_EACH
from laws import relative_error

pytestmark = pytest.mark.tensorflow("graphs and SavedModel")


def error_of_a_function_traced_once(case, layer, grids, **options):
    """The largest error of a `tf.function` of unknown shape on several grids."""
    traces = []

    @tf.function(input_signature=[case.packed(tf.TensorSpec((None, *shape)) for shape in case.any_shapes)], **options)
    def function(x):
        traces.append(x)
        return case.apply(layer, x)

    samples = [case.sample(grid) for grid in grids]
    errors = [relative_error(function(x), case.values(layer, x)) for x in samples]
    assert len(traces) == 1
    return max(errors)


# The layer is built before: within the function it would be traced with its weights.
def test_a_function_of_unknown_shape_is_traced_once(case, built):
    assert error_of_a_function_traced_once(case, built.layer, case.sample_grids) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("case", ONE_EACH, ids=str, indirect=True)
def test_xla_compiles_a_function_of_unknown_shape(case, built):
    # It compiles each grid anew, and fit the grid of the case.
    grids = case.sample_grids[-2:]
    assert error_of_a_function_traced_once(case, built.layer, grids, jit_compile=True) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("case", ONE_EACH, ids=str, indirect=True)
def test_exported_models_give_equal_outputs(case, built, tmp_path):
    case.model(built.layer, case.any_shapes).export(str(tmp_path / "model"), verbose=False)
    served = tf.saved_model.load(str(tmp_path / "model"))
    assert relative_error(served.serve(built.x), built.y) <= tolerances.SAME_LAYER
