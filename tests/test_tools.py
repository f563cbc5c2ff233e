import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ["tools/environment.sh", "tools/demo", "tools/test", "tools/bench", "tools/gpu_check", ".ci/run"]
# Stands in for Python: it logs what it is asked, makes a .venv that holds a copy of itself, and installs nothing.
FAKE_PYTHON = """#!/usr/bin/env bash
echo "$*" >>"$LOG"
case "$*" in
  "-c import ensurepip"*) exit "${VENV_STATUS:-0}" ;;
  -c*) exec "$REAL_PYTHON" "$@" ;;
  "-m venv --clear"*) rm -rf "$4"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
  "-m pytest"*) echo "backend $KERAS_BACKEND" >>"$LOG"; exit "${PYTEST_STATUS:-0}" ;;
  "-m pip install"*) exit "${PIP_STATUS:-0}" ;;
  --version) echo "Python 3.11.0" ;;
esac
"""


class Clone:
    """A copy of the scripts, in a path with a space, that runs with a stand-in for Python and pip."""

    def __init__(self, folder):
        self.root = folder / "a clone"
        shutil.copytree(ROOT / "tools", self.root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / ".ci", self.root / ".ci")
        for name in ("setup.cfg", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root)
        self.log = folder / "log"
        self.python = folder / "fake python"
        self.python.write_text(FAKE_PYTHON)
        self.python.chmod(0o755)

    def run(self, script, *arguments, **variables):
        self.log.write_text("")
        named = {"PYTHON": self.python, "LOG": self.log, "REAL_PYTHON": sys.executable, **variables}
        return subprocess.run([self.root / script, *arguments], cwd=self.root.parent, capture_output=True, text=True,
                              env={**os.environ, **{name: str(value) for name, value in named.items()}})

    def calls(self, beginning):
        return [line for line in self.log.read_text().splitlines() if line.startswith(beginning)]


@pytest.fixture
def clone(tmp_path):
    return Clone(tmp_path)


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_is_valid_bash(script):
    finished = subprocess.run(["bash", "-n", ROOT / script], capture_output=True, text=True)
    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS[1:])
def test_script_is_executable(script):
    assert os.access(ROOT / script, os.X_OK)


def test_first_run_installs_and_the_second_does_not(clone):
    first = clone.run("tools/demo")
    assert first.returncode == 0, first.stderr
    assert first.stderr == "tfconvkit: installing (a few minutes the first time)\n"
    assert clone.calls("-m pip install")[0].endswith("-e .[demo]")
    second = clone.run("tools/demo", "--epochs", "2")
    assert (second.returncode, second.stderr) == (0, "")
    assert clone.log.read_text().splitlines() == ["-m tfconvkit demo --epochs 2"]


def test_commands_share_one_environment(clone):
    clone.run("tools/demo")
    clone.run("tools/test")
    assert clone.calls("-m venv") == [] and clone.calls("-m pip install")[0].endswith("-e .[test]")
    clone.run("tools/demo")
    assert clone.calls("-m pip install") == []


def test_changed_requirements_install_again(clone):
    clone.run("tools/demo")
    with open(clone.root / "setup.cfg", "a") as requirements:
        requirements.write("# changed\n")
    clone.run("tools/demo")
    assert len(clone.calls("-m pip install")) == 1 and clone.calls("-m venv") == []


def test_moved_clone_installs_again(clone):
    clone.run("tools/demo")
    clone.root = clone.root.rename(clone.root.with_name("moved"))
    clone.run("tools/demo")
    assert len(clone.calls("-m pip install")) == 1


def test_failed_installation_is_reported_and_tried_again(clone):
    failed = clone.run("tools/demo", PIP_STATUS=1)
    assert failed.returncode == 1
    assert "tfconvkit: error: the installation failed" in failed.stderr
    assert clone.calls("-m tfconvkit") == []
    clone.run("tools/demo")
    assert len(clone.calls("-m pip install")) == 1


def test_missing_python_is_reported(clone):
    finished = clone.run("tools/demo", PYTHON="no-such-python")
    assert finished.returncode == 1
    assert 'error: expected Python 3.10 or newer, but "no-such-python" does not run. Name' in finished.stderr


def test_missing_venv_module_is_reported(clone):
    finished = clone.run("tools/demo", VENV_STATUS=1)
    assert finished.returncode == 1
    assert "lacks the venv module. Install it (Debian, Ubuntu: apt-get install python3-venv)" in finished.stderr


def test_old_python_is_reported(clone):
    old = clone.python.read_text().replace("-c*)", '"-c import sys"*) exit 1 ;;\n  -c*)').replace("3.11.0", "3.9.1")
    clone.python.write_text(old)
    finished = clone.run("tools/demo")
    assert finished.returncode == 1
    assert "error: expected Python 3.10 or newer, received Python 3.9.1" in finished.stderr


@pytest.mark.parametrize("arguments, expected", [
    ([], "-m pytest -n 2 -m not slow"),
    (["tests/test_groups.py", "-x"], "-m pytest -n 2 -m not slow tests/test_groups.py -x"),
    (["--all"], "-m pytest -n 2"),
    (["-x", "--all"], "-m pytest -n 2 -x"),
])
def test_slow_tests_run_only_when_asked(clone, arguments, expected):
    clone.run("tools/test", *arguments)
    assert clone.calls("-m pytest") == [expected]


@pytest.mark.parametrize("backends, extras", [
    ("tensorflow", "test"), ("jax", "test,jax"), ("torch", "test,torch"), ("all", "test,jax,torch"),
])
def test_backends_are_installed_and_run_one_by_one(clone, backends, extras):
    finished = clone.run("tools/test", "--all", "--backends", backends, "-x")
    assert finished.returncode == 0, finished.stderr
    named = ["tensorflow", "jax", "torch"] if backends == "all" else [backends]
    assert clone.calls("-m pip install")[-1].endswith(f"-e .[{extras}]")
    assert clone.calls("backend") == [f"backend {name}" for name in named]
    slow = ["-m pytest -n 2 -x" if name == "tensorflow" else "-m pytest -n 2 -m not slow -x" for name in named]
    assert clone.calls("-m pytest") == slow


def test_a_failure_on_one_backend_does_not_hide_the_others(clone):
    finished = clone.run("tools/test", "--backends=all", PYTEST_STATUS=3)
    assert finished.returncode == 3 and len(clone.calls("-m pytest")) == 3


def test_unknown_backends_are_refused(clone):
    finished = clone.run("tools/test", "--backends", "numpy")
    assert finished.returncode == 1 and 'expects all, tensorflow, jax or torch, received "numpy"' in finished.stderr


@pytest.mark.parametrize("arguments", [[], ["no_such"], ["timing"], [".*"]])
def test_unknown_benchmark_lists_the_known_ones(clone, arguments):
    (clone.root / "tools/benchmarks/known.py").write_text("")
    finished = clone.run("tools/bench", *arguments)
    assert finished.returncode == 2
    first, *names = finished.stderr.splitlines()
    assert f'received "{"".join(arguments)}"' in first
    assert "known" in names and "timing" not in names
    assert clone.log.read_text() == ""


def test_benchmark_runs_with_its_arguments(clone):
    (clone.root / "tools/benchmarks/known.py").write_text("")
    assert clone.run("tools/bench", "known", "--rounds", "3").returncode == 0
    assert clone.log.read_text().splitlines()[-1] == f"{clone.root}/tools/benchmarks/known.py --rounds 3"


def test_the_check_of_accelerators_says_that_there_is_none(tmp_path):
    command = [sys.executable, ROOT / "tools/benchmarks/gpu_check.py", "--layers", "LiftConv2D", "--rounds", "1",
               "--size", "8", "--channels", "8", "--out", tmp_path / "gpu.md"]
    hidden = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    finished = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **hidden})
    assert finished.returncode == 0, finished.stderr
    assert "No accelerator: neither TensorFlow nor JAX sees one." in finished.stdout
    rows = [line.split() for line in finished.stdout.splitlines() if line.startswith("LiftConv2D")]
    assert [row[3] for row in rows] == ["function", "jit"] and all(float(row[5]) < 1e-6 for row in rows)
    assert finished.stdout.strip().splitlines()[-1] in (tmp_path / "gpu.md").read_text()


def test_continuous_integration_runs_every_test_and_every_backend(clone):
    finished = clone.run(".ci/run")
    assert finished.returncode == 0, finished.stderr
    fast = "-m pytest -n 2 -m not slow"
    assert clone.calls("-m pytest") == ["-m pytest -n 2", fast, fast, f"{fast} tests/backends"]
    assert clone.calls("backend") == ["backend tensorflow", "backend torch", "backend jax", "backend tensorflow"]


def test_continuous_integration_stops_at_a_failure_and_says_what_there_was_no_time_for(clone):
    assert clone.run(".ci/run", PYTEST_STATUS=3).returncode == 3
    assert clone.calls("backend") == ["backend tensorflow"]
    late = clone.run(".ci/run", SECONDS=34 * 60)
    assert (late.returncode, clone.calls("backend")) == (0, ["backend tensorflow", "backend torch"])
    assert "34 minutes are over: JAX and the files between backends are left out" in late.stderr
