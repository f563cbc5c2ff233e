"""Small legacy scripts of one theme each: ported, run, and compared with NumPy, or reported with the right reason.

`# UNDECIDED: pattern` at the end of a line of a script says that this line, and no other, must be left to a person, for
a reason in which the pattern is found.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tolerances
from porting.corpus import references

from tfconvkit import cli

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(__file__).parent / "corpus"
SCRIPTS = {path.stem: path for path in sorted((CORPUS / "scripts").glob("*.py"))}
MARK = re.compile(r"# UNDECIDED: (?P<pattern>.+)$")
REFERENCES = {name: value for name, value in vars(references).items() if name in SCRIPTS}
GRAPH_MODE = "disable_v2_behavior()"
BLOCK = re.compile(r"^```(?P<kind>sh|python)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
STATUS = re.compile(r"# exit status (\d)")


def marked(name):
    """Returns the patterns of a script's marks by their lines."""
    text = SCRIPTS[name].read_bytes().decode("latin-1")
    found = {number: MARK.search(line) for number, line in enumerate(text.splitlines(), 1)}
    return {number: match["pattern"] for number, match in found.items() if match}


def port(source, target):
    """Ports one file by the command; returns the exit status and the entries of the report."""
    report = target.with_suffix(".json")
    status = cli.main(["port", str(source), str(target), "--report", str(report)])
    return status, json.loads(report.read_text(encoding="utf-8"))["entries"]


@pytest.fixture(scope="module")
def ported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ported")
    return {name: (folder / path.name, *port(path, folder / path.name)) for name, path in SCRIPTS.items()}


def start(scripts, results):
    command = [sys.executable, str(CORPUS / "run_all.py"), str(scripts), str(results)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": "1"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def results(ported, tmp_path_factory):
    """Runs what has a reference: in one process what makes graph mode the default, in another one the rest."""
    folder = tmp_path_factory.mktemp("run")
    for name in REFERENCES:
        text = ported[name][0].read_bytes()
        scripts = folder / ("graph" if GRAPH_MODE.encode() in text else "eager")
        scripts.mkdir(exist_ok=True)
        (scripts / f"{name}.py").write_bytes(text)
    running = [start(folder / kind, folder / "results") for kind in ("graph", "eager")]
    assert [process.wait(timeout=300) for process in running] == [0, 0]
    return folder / "results"


def saved_by(name, results):
    error = results / name / "error.txt"
    assert not error.exists(), error.read_text(encoding="utf-8")
    with np.load(results / name / "results.npz") as saved:
        return dict(saved)


def error_of(value, expected):
    """`max |value - expected| / max |expected|`; 0 or infinite for what is no number."""
    value, expected = np.asarray(value), np.asarray(expected)
    assert value.shape == expected.shape, f"shapes differ: {value.shape} and {expected.shape}"
    if expected.dtype.kind in "US":
        return 0.0 if value.astype(str).tolist() == expected.astype(str).tolist() else np.inf
    value, expected = value.astype("float64"), expected.astype("float64")
    is_finite = np.isfinite(expected)
    if not np.array_equal(value[~is_finite], expected[~is_finite], equal_nan=True):
        return np.inf
    difference = np.abs(value[is_finite] - expected[is_finite]).max(initial=0)
    return difference / (np.abs(expected[is_finite]).max(initial=0) or 1)


def test_every_script_is_judged():
    assert len(SCRIPTS) >= 30
    assert [name for name in SCRIPTS if name not in REFERENCES and not marked(name)] == []


@pytest.mark.parametrize("name", REFERENCES)
def test_the_ported_script_gives_the_numbers(name, results):
    saved = saved_by(name, results)
    expected = REFERENCES[name](saved)
    errors = {key: error_of(saved[key], value) for key, value in expected.items()}
    assert errors and max(errors.values()) < tolerances.PORTED, errors


@pytest.mark.parametrize("name", SCRIPTS)
def test_exactly_the_marked_lines_are_left_to_a_person(name, ported):
    _, status, entries = ported[name]
    undecided = [entry for entry in entries if entry["kind"] == "undecided"]
    expected = marked(name)
    assert {entry["line"] for entry in undecided} == set(expected), undecided
    for entry in undecided:
        assert re.search(expected[entry["line"]], f"{entry['what']} {entry['reason']}", re.IGNORECASE), entry
    assert status == (1 if expected else 0)


@pytest.mark.parametrize("name", SCRIPTS)
def test_porting_twice_changes_nothing_further(name, ported, tmp_path):
    once = ported[name][0]
    _, entries = port(once, tmp_path / once.name)
    assert (tmp_path / once.name).read_bytes() == once.read_bytes()
    assert [entry for entry in entries if entry["kind"] == "changed"] == []


@pytest.mark.parametrize("name", REFERENCES)
def test_a_session_script_makes_graph_mode_the_default_once(name, ported):
    text = ported[name][0].read_bytes().decode("latin-1")
    needs_graph = re.search(r"\b\w*Session\(|\bplaceholder\(", text) and "enable_eager" not in text
    assert text.count(GRAPH_MODE) == bool(needs_graph)


def test_the_script_s_checkpoint_goes_into_a_keras_model(results):
    # Imported here: what is above needs neither.
    import keras

    from tfconvkit.compat import checkpoint

    saved = saved_by("checkpoint_into_keras", results)
    model = keras.Sequential([
        keras.Input((6, 6, 2)), keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="conv1"),
        keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(3, name="logits"),
    ], name="model")
    path = str(saved["path"])
    names = [key for key in saved if "/" in key]
    loaded = checkpoint.load(model, path, layout=checkpoint.by_name(names))
    assert sorted(loaded.names) == sorted(names)
    assert error_of(model.predict(saved["images"], verbose=0), saved["logits"]) < tolerances.PORTED


def run_block(kind, text, folder):
    """Runs a block of the page, a line of the shell at a time; each must end as its comment says."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": "1"}
    for command in [[sys.executable, "-c", text]] if kind == "python" else [["sh", "-c", x] for x in text.splitlines()]:
        expected = STATUS.search(command[2])
        finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        assert finished.returncode == int(expected[1] if expected else 0), (command[2], finished.stderr[-2000:])


@pytest.mark.slow
def test_the_page_runs_as_it_stands(tmp_path):
    (tmp_path / "examples").mkdir()
    shutil.copytree(ROOT / "examples" / "legacy_project", tmp_path / "examples" / "legacy_project")
    blocks = [(found["kind"], found["text"]) for found in BLOCK.finditer((ROOT / "docs" / "porting.md").read_text())]
    assert len(blocks) >= 7
    for kind, text in blocks:
        if "pip install" not in text:
            run_block(kind, text, tmp_path)
