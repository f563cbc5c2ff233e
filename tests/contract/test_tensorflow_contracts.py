"""What every layer has to do in TensorFlow's graphs and exports, over the table of all public layers."""

import pytest
import tensorflow as tf
import tolerances
from laws import relative_error

pytestmark = pytest.mark.tensorflow("graphs and SavedModel")


@pytest.mark.parametrize("jit_compile", (False, True))
def test_a_function_of_unknown_shape_is_traced_once(case, built, jit_compile):
    # Made here: within the function it would be traced with its weights.
    layer, traces = built.layer, []
    signature = case.packed(tf.TensorSpec((None, *shape)) for shape in case.any_shapes)

    @tf.function(input_signature=[signature], jit_compile=jit_compile)
    def function(x):
        traces.append(x)
        return case.apply(layer, x)

    # XLA compiles each grid anew, and fit the grid of the case.
    for grid in case.sample_grids[-2:] if jit_compile else case.sample_grids:
        x = case.sample(grid)
        assert relative_error(function(x), case.values(layer, x)) <= tolerances.SAME_LAYER
    assert len(traces) == 1


def test_exported_models_give_equal_outputs(case, built, tmp_path):
    case.model(built.layer, case.any_shapes).export(str(tmp_path / "model"), verbose=False)
    served = tf.saved_model.load(str(tmp_path / "model"))
    assert relative_error(served.serve(built.x), built.y) <= tolerances.SAME_LAYER
