"""The tables of names are those of the namespaces themselves."""

import pytest
from porting import name_tables

from tfconvkit.porting import names
from tfconvkit.porting.names.root import MADE_WITH


@pytest.fixture(scope="module")
def files():
    return name_tables.files()


@pytest.mark.parametrize("name", ["root", "spaces", "todays", "legacy", "keras3", "remedies"])
def test_the_table_is_up_to_date(files, name):
    if name in ("root", "spaces", "todays", "keras3") and name_tables.made_with() != MADE_WITH:
        pytest.skip(f"the tables are those of TensorFlow {MADE_WITH[0]} and Keras {MADE_WITH[1]}")
    path = name_tables.FOLDER / f"{name}.py"
    assert path.read_text(encoding="utf-8") == files[path], "Run: python tests/porting/name_tables.py"


@pytest.mark.parametrize("path, expected", [
    ("contrib.learn.Estimator", "contrib.learn"), ("nn.no_such", "nn.no_such"), ("no.such", "no"), ("nn.relu", None),
    ("train.Saver.save", None), ("keras.anything", None), ("contrib.slim.conv2d", None), ("__version__", None),
    ("contrib.slim.learning.create_train_op", None), ("contrib.slim.learning.no", "contrib.slim.learning.no"),
])
def test_the_first_missing_part_is_found(path, expected):
    missing = names.missing(path)
    assert (missing and missing[0]) == expected


def test_names_of_one_version_are_known():
    old = ("placeholder", "Session", "get_variable", "layers.dense", "contrib.slim", "mul", "estimator.Estimator")
    both = ("nn.relu", "matmul", "train.Checkpoint", "keras.layers.Dense", "GradientTape", "function")
    assert all(map(names.is_only_old, old)) and not any(map(names.is_only_new, old))
    assert not any(map(names.is_only_old, both)) and not any(map(names.is_only_new, both))
    assert names.is_only_new("optimizers.Adam")
