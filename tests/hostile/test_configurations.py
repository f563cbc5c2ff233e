"""Configurations with keys added, removed and changed: the right layer, or an error that explains itself."""

import json
import os

import keras
import pytest
from contract.cases import CASES
from hostile import fuzzing, judging
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CALLS = int(os.environ.get("FUZZ_CALLS", "500"))
JSON = [value for value in fuzzing.VALUES if isinstance(value, (int, float, str, list, dict, type(None)))]
# Keras reads these itself, before our code: a policy of another kind fails in its dtype_policies.
KERAS_KEYS = ("dtype", "name", "trainable")


def config_of(case):
    """The configuration of a case as a file holds it."""
    return json.dumps(case.layer(**fuzzing.arguments_of(case, fuzzing.Attempt({}, []))).get_config())


def tampered(draw, case):
    """The configuration with one or two changes."""
    config = json.loads(config_of(case))
    keys = [key for key in sorted(config) if key not in KERAS_KEYS]
    for kind in draw(st.lists(st.sampled_from(["add", "remove", "change", "change"]), min_size=1, max_size=2)):
        if kind == "add" or not keys:
            config["colour"] = "red"
        elif kind == "remove":
            config.pop(draw(st.sampled_from(keys)), None)
        else:
            config[draw(st.sampled_from(keys))] = draw(st.sampled_from(JSON))
    return config


def fault_of(case, config):
    try:
        layer = case.layer.from_config(config)
        y = case.apply(layer, case.sample())
    except Exception as error:  # any exception at all is what is judged
        return judging.fault_of_error(error)
    return None if keras.tree.flatten(y) else "no output"


def faults(number):
    found, count = [], []

    @settings(max_examples=number, derandomize=True, deadline=None, database=None,
              suppress_health_check=list(HealthCheck))
    @given(st.data())
    def attempt(data):
        case = data.draw(st.sampled_from(CASES))
        config = tampered(data.draw, case)
        count.append(case)
        fault = fault_of(case, config)
        if fault:
            found.append((str(case), config, fault))

    attempt()
    return found, len(count)


def test_tampered_configurations_are_answered():
    found, count = faults(60)
    assert found == [] and count == 60


@pytest.mark.slow
def test_many_tampered_configurations_are_answered():
    found, count = faults(CALLS)
    assert found == [] and count >= CALLS
