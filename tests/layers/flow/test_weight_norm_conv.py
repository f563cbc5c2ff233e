import keras
import numpy as np
import pytest
import tolerances
from keras import ops
from laws import gradients, relative_error
from layers.flow import legacy

from tfconvkit import layers

CASES = {name: case for name, case in legacy.cases("conv_layer").items() if "f|cotangent" in case.get("out", {})}
NORMED = [name for name, case in CASES.items() if case.get("cfg", {}).get("weight_norm", True)]


def official(case):
    cfg = {name: int(value) for name, value in case.get("cfg", {}).items()}
    variables = case["var"]
    *size, _, filters = variables["c/weights"].shape
    layer = layers.WeightNormConv2D(
        filters,
        size,
        padding="valid" if cfg.get("valid") else "same",
        strides=cfg.get("stride", 1),
        use_magnitude="c/magnitude" in variables,
        use_bias="c/biases" in variables,
        activation="relu" if cfg.get("relu") else None,
    )
    layer.build(case["in"]["x"].shape)
    for weight in layer.weights:
        weight.assign(variables["c/" + legacy.TERMS.get(weight.name, weight.name)])
    return layer


@pytest.mark.parametrize("name", NORMED)
def test_outputs_and_gradients_are_those_of_the_official_code(name):
    case = CASES[name]
    layer, x, expected = official(case), ops.convert_to_tensor(case["in"]["x"]), case["out"]
    assert relative_error(layer(x), expected["f|y"]) <= tolerances.GOLDEN_FLOW
    cotangent = ops.convert_to_tensor(expected["f|cotangent"])
    found = gradients(lambda x: ops.sum(layer(x) * cotangent), [x], layer.trainable_weights)
    names = [f"grad_var_c/{legacy.TERMS.get(w.name, w.name)}" for w in layer.trainable_weights]
    for gradient, key in zip(found, ["grad_x", *names], strict=True):
        assert relative_error(gradient, expected[f"f|{key}"]) <= tolerances.GOLDEN_FLOW


def test_the_size_of_the_kernel_does_not_count():
    layer = layers.WeightNormConv2D(4, 3, magnitude_initializer=keras.initializers.Constant(2.0))
    x = np.random.default_rng(0).normal(size=(1, 5, 5, 3)).astype("float32")
    y = layer(x)
    layer.kernel.assign(3 * layer.kernel)
    assert relative_error(layer(x), y) <= tolerances.SAME_LAYER
    assert layer.count_params() == 9 * 3 * 4 + 4 + 4
