"""The doctor: a machine that works passes, and each known-bad combination is found where it is, and only there."""

import json
import types

import numpy as np
import pytest
import tensorflow as tf

from tfconvkit import doctor
from tfconvkit.doctor import combinations, installed, running
from tfconvkit.doctor.check import Check, release

GOOD = {"tensorflow": "2.21.0", "tf-keras": "2.21.1", "tensorflow-probability": "0.25.0", "tf2onnx": "1.17.0"}
MODERN = "flags : avx512f"


def test_this_machine_passes_and_every_way_agrees(capsys):
    assert doctor.run(as_json=True) == 0
    result = json.loads(capsys.readouterr().out)
    statuses = {check["name"]: check["status"] for check in result["checks"]}
    assert result["ok"] and list(result["checks"][0]) == ["name", "status", "text", "remedy"]
    expected = ["tensorflow", "keras", "numpy", "devices", "convolution on CPU", "tf.function on CPU", "XLA on CPU",
                "gradient in float64"]
    assert [statuses[name] for name in expected] == ["ok"] * len(expected)


def test_a_failure_gives_status_1_and_is_shown_with_its_remedy(monkeypatch, capsys):
    monkeypatch.setattr(running, "checks", lambda: [Check("XLA on CPU", "failure", "broken", "Mend it.")])
    assert doctor.run() == 1
    printed = capsys.readouterr().out
    assert "FAILURE  broken\n" in printed and "  Mend it.\n" in printed and "will not work" in printed


def test_a_sum_of_keras_that_broadcasts_wrongly_is_a_warning(monkeypatch):
    monkeypatch.setattr("keras.ops.add", lambda x, y: x + y)
    assert running._sum(np).status == "ok"
    monkeypatch.setattr("keras.ops.add", lambda x, y: x + y.ravel())
    check = running._sum(np)
    assert check.status == "warning" and "channels first" in check.text and check.remedy


@pytest.mark.parametrize("environment, versions, processor, expected", [
    ({}, GOOD, MODERN, []),
    ({"TF_USE_LEGACY_KERAS": "1"}, GOOD, MODERN, [("TF_USE_LEGACY_KERAS", "warning")]),
    ({"TF_USE_LEGACY_KERAS": "0"}, GOOD, MODERN, []),
    ({"TF_NUM_INTEROP_THREADS": "1"}, GOOD, MODERN, [("TF_NUM_INTEROP_THREADS", "failure")]),
    ({"TF_NUM_INTEROP_THREADS": "2"}, GOOD, MODERN, []),
    ({"KERAS_BACKEND": "jax"}, GOOD, MODERN, [("KERAS_BACKEND", "warning")]),
    ({"TF_ENABLE_ONEDNN_OPTS": "0"}, GOOD, MODERN, [("oneDNN", "note")]),
    ({}, GOOD, "flags : sse avx2", [("processor", "note")]),
    ({}, GOOD, "", []),
    ({}, {**GOOD, "tf-keras": "2.20.1"}, MODERN, [("tf-keras", "warning")]),
    ({}, {**GOOD, "tf-keras": None}, MODERN, [("TensorFlow Probability", "warning")]),
    ({}, {**GOOD, "tensorflow-probability": "0.24.0"}, MODERN, [("TensorFlow Probability", "warning")]),
    ({}, {**GOOD, "tf2onnx": "1.16.1"}, MODERN, [("tf2onnx", "warning")]),
    ({}, {"tensorflow": "2.21.0"}, MODERN, []),
])
def test_known_bad_combinations_are_found(environment, versions, processor, expected):
    found = list(combinations.checks(environment, versions.get, processor))
    assert [(check.name, check.status) for check in found] == expected
    assert all(check.text and check.remedy for check in found)


def test_old_and_missing_packages_fail_with_the_command_that_helps(monkeypatch):
    monkeypatch.setattr(installed, "version_of", {"tensorflow": "2.17.1", "keras": "3.10"}.get)
    found = {check.name: check for check in installed.checks()}
    assert found["tensorflow"].status == found["numpy"].status == "failure" and found["keras"].status == "ok"
    assert found["tensorflow"].remedy == 'Run: pip install "tensorflow>=2.18"' and "not inst" in found["numpy"].text


def test_extras_are_read_from_the_requirements(monkeypatch):
    monkeypatch.setattr(installed, "version_of", {"matplotlib": "3.9.2", "tf-keras": "2.15"}.get)
    lines = ["numpy>=1.26", 'matplotlib>=3.9; extra == "demo"', 'tf-keras>=2.18; extra == "tfp"',
             'ruff<0.18,>=0.17; extra == "test"']
    found = [(check.name, check.status, check.text) for check in installed._extras(lines)]
    assert found == [("extra demo", "ok", "matplotlib 3.9.2"), ("extra tfp", "note", "without tf-keras>=2.18"),
                     ("extra test", "note", "without ruff>=0.17")]


def test_versions_are_compared_as_numbers():
    assert release("2.9.1") < release("2.18rc0") == (2, 18) and release("3") == (3, 0)


@pytest.mark.parametrize("way, status, text", [
    (lambda x, kernel: tf.nn.conv2d(x, kernel, 1, "VALID"), "ok", "relative error"),
    (lambda x, kernel: 1.001 * tf.nn.conv2d(x, kernel, 1, "VALID"), "failure", "relative error 1.0e-03"),
    (lambda x, kernel: x.missing, "failure", "AttributeError"),
])
def test_a_way_that_errs_or_fails_is_a_failure(way, status, text):
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(1, 5, 4, 2)), rng.normal(size=(2, 3, 2, 2))
    numbers = (x, kernel, running._correlation(np, x, kernel))
    check = running._compared(tf, np, "way", way, numbers, "CPU")
    assert check.status == status and text in check.text and bool(check.remedy) == (status != "ok")


def test_a_graphics_card_is_compared_with_the_same_numbers(monkeypatch):
    devices = [types.SimpleNamespace(device_type=kind) for kind in ("CPU", "GPU", "GPU")]
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda: devices)
    asked = []
    monkeypatch.setattr(running, "_compared", lambda tf, np, name, *rest: asked.append(name) or Check(name, "ok", ""))
    assert next(check.text for check in running.checks() if check.name == "devices") == "1 CPU, 2 GPU"
    list(running.checks())
    assert asked[-3:] == ["convolution on GPU", "tf.function on GPU", "XLA on GPU"]
