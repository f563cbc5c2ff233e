import subprocess
import sys
import types
from pathlib import Path

import pytest

import tfconvkit
from tfconvkit import cli

ROOT = Path(__file__).resolve().parents[1]


def test_version_is_printed(capsys):
    with pytest.raises(SystemExit, match="^0$"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"tfconvkit {tfconvkit.__version__}\n"


def test_no_command_prints_the_help(capsys):
    assert cli.main([]) == 2
    printed = capsys.readouterr().out
    assert all(f"\n    {command.name} " in printed for command in cli.COMMANDS)


@pytest.mark.parametrize("arguments, message", [
    (["unknown"], "invalid choice: 'unknown'"),
    (["demo", "--epochs", "0"], 'argument --epochs: expected a whole number of at least 1, received "0"'),
    (["audit"], "the following arguments are required: MODEL.keras"),
    (["audit", "m.keras", "--input-shape", "8,x"], 'expected sizes such as "32,32,3", received "8,x"'),
    (["convert", "snap-0", "--to", "deepfillv2"], "the following arguments are required: OUT.keras"),
    (["convert", "--list"], "the following arguments are required: CHECKPOINT"),
])
def test_wrong_argument_is_reported_in_one_line(capsys, arguments, message):
    with pytest.raises(SystemExit, match="^2$"):
        cli.main(arguments)
    reported = capsys.readouterr().err
    assert reported.startswith("tfconvkit: error: ") and reported.count("\n") == 1
    assert message in reported


@pytest.fixture
def command(monkeypatch):
    """Returns a function that puts a stand-in for a command's own module in place."""

    def replace(name, run):
        monkeypatch.setitem(sys.modules, name, types.SimpleNamespace(run=run))
        package, _, attribute = name.rpartition(".")
        monkeypatch.setattr(sys.modules[package], attribute, sys.modules[name], raising=False)

    return replace


def test_demo_receives_only_the_given_options(command):
    received = []
    command("tfconvkit.demo", lambda **options: received.append(options))
    assert cli.main(["demo"]) == 0
    assert cli.main(["demo", "--epochs", "3", "--group", "D4", "--out", "folder"]) == 0
    assert received == [{}, {"epochs": 3, "group": "D4", "out": "folder"}]


def test_audit_passes_its_options_and_its_exit_status(command, monkeypatch):
    received = []
    monkeypatch.setitem(sys.modules, "tfconvkit.audit", types.ModuleType("tfconvkit.audit"))
    command("tfconvkit.audit.command", lambda path, **options: received.append((path, options)) or 1)
    assert cli.main(["audit", "m.keras", "--json", "--strict", "--equivariance", "D4", "--input-shape", "8,9,3"]) == 1
    options = {"equivariance": "D4", "input_shape": (8, 9, 3), "as_json": True, "strict": True}
    assert received == [("m.keras", options)]


def test_convert_passes_its_options_in_any_order(command, monkeypatch):
    received = []
    for name in ("tfconvkit.compat", "tfconvkit.compat.checkpoint"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    command("tfconvkit.compat.checkpoint.command", lambda *paths, **options: received.append((paths, options)) or 0)
    assert cli.main(["convert", "snap-0", "--map", "names.json", "--to", "net.keras", "new.keras"]) == 0
    assert cli.main(["convert", "--to", "keras_gcnn", "--model", "m.keras", "snap-0", "new.keras"]) == 0
    assert cli.main(["convert", "snap-0", "--list"]) == 0
    none = {"to": None, "model": None, "names": None, "input_shape": None, "is_listing": False}
    assert received == [
        (("snap-0", "new.keras"), {**none, "to": "net.keras", "names": "names.json"}),
        (("snap-0", "new.keras"), {**none, "to": "keras_gcnn", "model": "m.keras"}),
        (("snap-0", None), {**none, "is_listing": True}),
    ]


def test_doctor_passes_its_exit_status(command):
    received = []
    command("tfconvkit.doctor", lambda **options: received.append(options) or 1)
    assert cli.main(["doctor", "--json"]) == 1 and received == [{"as_json": True}]


def failing(error):
    def run(**options):
        raise error

    return run


def test_error_of_the_user_is_one_line(command, capsys):
    command("tfconvkit.demo", failing(ValueError("Unknown group\n  'C5'.")))
    assert cli.main(["demo"]) == 2
    assert capsys.readouterr().err == "tfconvkit: error: Unknown group 'C5'.\n"
    with pytest.raises(ValueError, match="Unknown group"):
        cli.main(["--traceback", "demo"])


def test_what_refuses_to_be_imported_is_one_line(command, capsys):
    command("tfconvkit.demo", failing(ImportError("needs Keras on TensorFlow")))
    assert cli.main(["demo"]) == 2
    assert capsys.readouterr().err == "tfconvkit: error: needs Keras on TensorFlow\n"


def test_missing_extra_names_the_command_that_installs_it(command, capsys):
    command("tfconvkit.demo", failing(ModuleNotFoundError("No module", name="sklearn.datasets")))
    assert cli.main(["demo"]) == 2
    assert capsys.readouterr().err.endswith('not installed. Run: pip install "tfconvkit[demo]"\n')


def test_missing_module_of_the_package_itself_is_not_hidden(command):
    command("tfconvkit.demo", failing(ModuleNotFoundError("No module", name="tfconvkit.layers")))
    with pytest.raises(ModuleNotFoundError, match="No module"):
        cli.main(["demo"])


def test_module_runs_as_the_command_does():
    finished = subprocess.run([sys.executable, "-m", "tfconvkit", "--version"], cwd=ROOT,
                              capture_output=True, text=True)
    assert (finished.returncode, finished.stdout) == (0, f"tfconvkit {tfconvkit.__version__}\n")
