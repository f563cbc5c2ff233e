"""What TensorFlow 1.15 itself says of the pieces of code in `cases.py`: names, outputs, gradients, moving averages."""

import json
from pathlib import Path

import numpy as np
import pytest
import tolerances
from compat.tf1.cases import CASES, answers
from laws import relative_error

import tfconvkit.compat.tf1 as tf

with np.load(Path(__file__).with_name("tensorflow_1_15.npz"), allow_pickle=False) as data:
    STORED = {name.replace("|", "/"): data[name] for name in data}
NAMES = json.loads(str(STORED.pop("names")))


@pytest.mark.parametrize("case", CASES)
def test_the_numbers_and_names_are_those_of_tensorflow_1_15(case):
    arrays, names = answers(tf, case)
    expected = {name.partition("/")[2]: value for name, value in STORED.items() if name.startswith(f"{case}/")}
    pairs = list(zip(names.pop("outputs"), NAMES[case]["outputs"], strict=True))
    assert {**names, "outputs": NAMES[case]["outputs"]} == NAMES[case] and sorted(arrays) == sorted(expected)
    # Below the first scope some of TensorFlow's own operations have other names now.
    assert all(ours.partition("/")[0] == old.partition("/")[0] for ours, old in pairs)
    if case == "contrib_network":
        # The next normalisation takes a shift away again, so that its gradient is rounding here and there.
        shift, scale = (f"gradient conv1/conv1_2/BatchNorm/{name}" for name in ("beta", "gamma"))
        zero = np.zeros_like(expected.pop(shift))
        both = np.stack([arrays.pop(shift), arrays[scale]]), np.stack([zero, expected[scale]])
        assert relative_error(*both) <= tolerances.GOLDEN
    errors = {name: relative_error(arrays[name], expected[name]) for name in arrays if expected[name].size}
    assert len(errors) >= len(pairs) and max(errors.values()) <= tolerances.GOLDEN
