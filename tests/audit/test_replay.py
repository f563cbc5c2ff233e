import keras
import pytest
from keras import layers as plain

from tfconvkit import audit, layers
from tfconvkit.audit.replay import TOLERANCES


def network(depth, dtype):
    parts = [keras.Input((9, 9, 3)), layers.LiftConv2D(3, 3, "C4", padding="same", dtype=dtype)]
    for _ in range(depth):
        parts += [
            layers.GroupConv2D(3, 3, "C4", padding="same", dtype=dtype),
            layers.GroupBatchNormalization("C4", dtype=dtype),
            plain.Activation("gelu", dtype=dtype),
        ]
    parts += [layers.GroupPooling("C4", dtype=dtype), plain.Activation("tanh", dtype="float32", name="last")]
    return keras.Sequential(parts)


@pytest.mark.parametrize("dtype", TOLERANCES)
def test_tolerances_stand_between_the_rounding_errors_and_a_real_failure(dtype):
    report = audit.equivariance(network(6, dtype), "C4", training=True)
    assert report.ok and report.largest_error < TOLERANCES[dtype] / 4
    assert not audit.equivariance(network(1, dtype), "D4").ok


def test_coarsest_dtype_on_the_way_sets_the_tolerance():
    rows = {row.name: row for row in audit.equivariance(network(1, "float16"), "C4").rows}
    assert rows["last"].tolerance == TOLERANCES["float16"]
    rows = {row.name: row for row in audit.equivariance(network(1, "float64"), "C4").rows}
    assert rows["last"].tolerance == TOLERANCES["float32"]
    assert next(iter(rows.values())).tolerance == TOLERANCES["float64"]


def test_given_tolerance_replaces_the_table():
    assert not audit.equivariance(network(1, "float32"), "C4", tolerance=1e-12).ok


def test_same_seed_gives_the_same_errors():
    model = network(1, "float32")
    first, second, other = (audit.equivariance(model, "C4", seed=seed).rows[-1].errors for seed in (3, 3, 4))
    assert first == second != other


def test_noise_is_left_out_where_the_model_itself_asks_for_it():
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, plain.Dropout(0.5, name="drop")(inputs, training=True))
    report = audit.equivariance(model, "C4")
    assert report.ok and report.rows[0].remark == "judged without its noise"


def test_layer_that_gives_nan_is_broken():
    class NotANumber(keras.layers.Layer):
        def call(self, inputs):
            return inputs * float("nan")

    report = audit.equivariance(keras.Sequential([keras.Input((4, 4, 1)), NotANumber(name="nan")]), "C2")
    assert report.first_broken.name == "nan" and report.error == float("inf")


def test_integer_image_is_drawn_and_moved():
    model = keras.Sequential([keras.Input((6, 6, 1), dtype="uint8"), plain.Rescaling(1 / 255), plain.MaxPooling2D(2)])
    report = audit.equivariance(model, "D4")
    assert report.ok and report.warnings == []


def test_tokens_beside_an_image_stay_the_same():
    image, tokens = keras.Input((8, 8, 4)), keras.Input((5,), dtype="int32")
    embedded = plain.GlobalAveragePooling1D()(plain.Embedding(10, 4)(tokens))
    model = keras.Model([image, tokens], plain.Multiply(name="out")([image, plain.Reshape((1, 1, 4))(embedded)]))
    report = audit.equivariance(model, "C4")
    assert report.ok and {row.name: row.field for row in report.rows}["out"] == "trivial"
    assert [row.class_name for row in report.not_judged] == ["Embedding"]
