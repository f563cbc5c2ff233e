import json

import keras
import pytest
from keras import layers as plain

from tfconvkit import audit, layers
from tfconvkit.audit.report import WIDTH


@pytest.fixture(scope="module")
def model():
    long = "a_layer_with_a_name_of_many_words_that_no_table_has_room_for"
    parts = [
        layers.LiftConv2D(2, 3, "C4", padding="same", name=f"{long}_1"),
        plain.BatchNormalization(name=f"{long}_2"),
        plain.AveragePooling2D(3, 2, padding="same", name="pool"),
        plain.Flatten(name="flat"),
        plain.Dense(1000, name="head"),
    ]
    return keras.Sequential([keras.Input((8, 8, 3)), *parts], name="example")


def results(model):
    return [audit.count(model), audit.equivariance(model, "C4"), audit.safe_sizes(model, "C4")]


def test_every_table_fits_its_width(model):
    for result in results(model):
        lines = audit.table(result).splitlines()
        assert max(map(len, lines)) <= WIDTH and len(lines) > 2


def test_count_table_ends_with_the_totals(model):
    lines = audit.table(audit.count(model)).splitlines()
    assert lines[0] == 'Parameters of "example"'
    assert lines[1].split() == ["layer", "class", "output", "stored", "trainable", "expanded", "plain", "mult-adds"]
    total = audit.count(model).total
    assert lines[-1].split() == ["total", *(f"{n:,}" for n in (total.stored, total.trainable, total.expanded,
                                                               total.plain, total.multiply_adds))]  # fmt: skip


def test_columns_are_aligned(model):
    lines = audit.table(audit.count(model)).splitlines()
    column = lines[1].index("expanded") + len("expanded")
    assert all(line[column - 1].isdigit() and line[column] == " " for line in lines[3:-2])


def test_clipped_names_keep_their_ends(model):
    text = audit.table(audit.count(model))
    assert "_for_1 " in text and "_for_2 " in text


def test_equivariance_table_says_what_breaks_and_what_was_not_judged(model):
    text = " ".join(audit.table(audit.equivariance(model, "C4")).split())
    assert 'First broken: "pool" at element' in text and "pads (0, 1) on height of size 8" in text
    assert "Warning: " in text and 'Remark: flat: not judged: "flat" (Flatten)' in text
    assert "NOT shown to be equivariant" in text


def test_sizes_table_writes_equal_steps_as_a_range():
    model = keras.Sequential([keras.Input((None, None, 3)), plain.MaxPooling2D(2, name="pool"), plain.Resizing(4, 4)])
    lines = audit.table(audit.safe_sizes(model, "C4")).splitlines()
    assert lines[1] == "Safe: 4 to 64 by 2"
    assert lines[2].startswith('Unsafe: 5 to 63 by 2, first by "pool"; at 5: padding="valid"')
    assert lines[-1] == "Not judged: resizing (Resizing)" or "Resizing" in lines[-1]


def test_open_sizes_are_explained():
    model = keras.Sequential([keras.Input((None, None, 3)), plain.Conv2D(2, 3)])
    text = audit.table(audit.count(model))
    assert "(?, ?, 2)" in text and "?: depends on a size that the model leaves open" in text


def test_json_holds_the_same_numbers(model):
    count, equivariance, sizes = (json.loads(audit.to_json(result)) for result in results(model))
    assert count["kind"] == "count" and count["total"]["stored"] == model.count_params()
    assert [layer["name"] for layer in count["layers"]] == [layer.name for layer in model.layers]
    assert equivariance["first_broken"]["name"] == "pool" and equivariance["not_judged"] == ["flat"]
    assert equivariance["layers"][3]["errors"] == [None] * 4
    assert sizes["unsafe"][0].keys() == {"size", "layer", "reason"} and sizes["unknown"] == ["flat (Flatten)"]


def test_json_writes_infinity_as_a_string():
    report = audit.equivariance(keras.Sequential([keras.Input((4, 5, 1)), plain.Permute((2, 1, 3))]), "C2")
    report.rows[0].errors = (0.0, float("inf"))
    assert json.loads(audit.to_json(report))["error"] == "Infinity"


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match=r"Expected a result of the audit \(LayerCounts, .*\). Received 3"):
        audit.table(3)
    with pytest.raises(TypeError, match="Expected a result of the audit"):
        audit.to_json([])
