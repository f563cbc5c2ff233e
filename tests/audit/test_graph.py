import keras
import numpy as np
import pytest
from keras import layers as plain

from tfconvkit import layers
from tfconvkit.audit.graph import Graph


def block(name="block"):
    parts = [plain.Conv2D(3, 3, padding="same", name="conv"), plain.BatchNormalization(name="norm")]
    return keras.Sequential([keras.Input((None, None, 3)), *parts], name=name)


def run(graph, *inputs, training=False):
    """Makes every call of a graph and returns the outputs."""
    values = dict(enumerate(inputs))
    for step in graph.steps:
        made = step.run([values[number] for number in step.inputs], training=training)
        values.update(zip(step.outputs, made, strict=True))
    return [np.asarray(values[number]) for number in graph.outputs]


def branching_model():
    """Two inputs, a nested model that is called twice, an operation, two outputs."""
    image, scale = keras.Input((8, 8, 3)), keras.Input((3,))
    shared = block()
    first = shared(image)
    second = shared(first, training=False)
    joined = plain.Add(name="add")([first, keras.ops.multiply(second, keras.ops.reshape(scale, (-1, 1, 1, 3)))])
    return keras.Model([image, scale], [joined, plain.GlobalAveragePooling2D(name="mean")(joined)])


def test_calls_made_one_by_one_give_what_the_model_gives():
    model = branching_model()
    inputs = [np.random.normal(size=(2, 8, 8, 3)).astype("float32"), np.ones((2, 3), "float32")]
    for made, expected in zip(run(Graph(model), *inputs), model(inputs), strict=True):
        np.testing.assert_allclose(made, expected, atol=1e-6)


def test_every_call_stands_after_those_it_reads():
    graph = Graph(branching_model())
    known = set(range(len(graph.inputs)))
    for step in graph.steps:
        assert set(step.inputs) <= known
        known.update(step.outputs)
    assert known >= set(graph.outputs)


def test_nested_model_is_opened_and_every_call_has_its_own_path():
    paths = [step.path for step in Graph(branching_model()).steps]
    assert [path for path in paths if path.startswith("block/")] == [
        "block/conv", "block/norm", "block/conv (call 2)", "block/norm (call 2)",
    ]  # fmt: skip


def test_training_argument_of_a_nested_call_reaches_the_layers_inside():
    fixed = {step.path: step.training for step in Graph(branching_model()).steps}
    assert fixed["block/norm"] is None and fixed["block/norm (call 2)"] is False


def test_running_in_training_mode_leaves_the_state_untouched():
    model = block()
    model.add(plain.Dropout(0.5))
    before = [keras.ops.convert_to_numpy(variable).copy() for variable in model.variables]
    run(Graph(model), np.random.normal(size=(2, 8, 8, 3)), training=True)
    for variable, old in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), old)


def test_looking_at_a_model_adds_no_calls_to_its_graph():
    model = block()
    before = len(model.layers[0]._inbound_nodes)
    Graph(model, (16, 16, 3)).specs()
    assert len(model.layers[0]._inbound_nodes) == before


def test_open_sizes_are_replaced_by_the_input_shape():
    graph = Graph(block(), (16, 12, 3))
    assert tuple(graph.specs()[graph.outputs[0]].shape) == (None, 16, 12, 3)
    assert graph.fixed_shapes == [(None, None, None, 3)]


class Subclassed(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = plain.Conv2D(2, 3)

    def call(self, inputs):
        return self.inner(inputs)


class OverridesCall(keras.Sequential):
    def call(self, inputs, training=None, mask=None):
        return 2 * super().call(inputs, training=training, mask=mask)


@pytest.mark.parametrize("build", [Subclassed, lambda name: OverridesCall([plain.Conv2D(2, 3)], name=name)])
def test_model_whose_call_is_code_is_one_step(build):
    model = build(name="whole")
    model(np.zeros((1, 8, 8, 3), "float32"))
    graph = Graph(model, (8, 8, 3))
    assert graph.is_whole and [step.path for step in graph.steps] == ["whole"]


def test_layer_by_itself_is_one_step_with_the_shape_it_was_built_with():
    layer = layers.LiftConv2D(2, 3, "C4")
    layer.build((None, 8, 8, 3))
    graph = Graph(layer)
    assert not graph.is_whole and tuple(graph.inputs[0].shape) == (None, 8, 8, 3)


def test_target_that_is_not_built_is_built_by_the_input_shape():
    model = keras.Sequential([plain.Conv2D(2, 3, name="conv")])
    with pytest.raises(ValueError, match=r'Sequential ".*" is not built, .* Give input_shape=\(height, width'):
        Graph(model)
    assert [step.path for step in Graph(model, (8, 8, 3)).steps] == ["conv"]


def test_input_shape_of_another_rank_is_refused():
    with pytest.raises(ValueError, match=r'"block" expects input_shape like \(None, None, 3\) .* input_shape=\(8, 3\)'):
        Graph(block(), (8, 3))


def test_layer_that_does_not_take_its_input_is_named():
    model = keras.Sequential([keras.Input((4, 4, 1)), plain.Flatten(), plain.Dense(2, name="head")])
    with pytest.raises(ValueError, match=r'Layer "head" \(Dense\) does not take an input of shape \(None, 25\)'):
        Graph(model, (5, 5, 1)).specs()


def test_target_that_is_no_layer_is_refused():
    with pytest.raises(TypeError, match="expects a Keras model or layer. Received 'model.keras'"):
        Graph("model.keras")
