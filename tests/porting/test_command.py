import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tfconvkit import cli

OLD = b"import numpy as np\nprint np.int(3)\n"
NEW = b"import numpy as np\nprint(int(3))\n"


@pytest.fixture
def folder(tmp_path):
    """A folder with a file to change, one beside it, one that nobody parses, and data."""
    for name, data in (("old/a.py", OLD), ("old/sub/b.py", b"n = 7 / 2\n"), ("old/data.bin", b"\0\xff")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "old/a.py").chmod(0o755)
    return tmp_path / "old"


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_is_mirrored_with_its_data(folder, tmp_path, capsys):
    before = contents(folder)
    assert cli.main(["port", str(folder), str(tmp_path / "new")]) == 0
    assert contents(tmp_path / "new") == {"a.py": NEW, "sub/b.py": b"n = 7 // 2\n", "data.bin": b"\0\xff"}
    assert contents(folder) == before and os.access(tmp_path / "new/a.py", os.X_OK)
    assert "2 files, 3 lines: 3 changes in 2 files, 0 places to decide" in capsys.readouterr().out


def test_a_folder_is_rewritten_in_place_once(folder):
    assert cli.main(["port", str(folder)]) == 0
    after = contents(folder)
    assert after["a.py"] == NEW and os.access(folder / "a.py", os.X_OK)
    assert cli.main(["port", str(folder)]) == 0 and contents(folder) == after


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_a_look_writes_nothing(folder, tmp_path, capsys, option):
    before = contents(folder)
    assert cli.main(["port", str(folder), str(tmp_path / "new"), option]) == 0
    assert contents(folder) == before and not (tmp_path / "new").exists()
    printed = capsys.readouterr().out
    assert ("+print(int(3))\n" in printed) is (option == "--diff")
    assert ("a.py: would change (2 changes)" in printed) is (option == "--check")


def test_what_is_left_gives_status_1_and_stands_in_the_report(folder, tmp_path, capsys):
    (folder / "c.py").write_bytes(b"x = (\n")
    (folder / "d.py").write_bytes(b"import tensorflow as tf\ntf.estimator.Estimator(f)\n")
    assert cli.main(["port", str(folder), str(tmp_path / "new"), "--report", str(tmp_path / "r.json")]) == 1
    assert (tmp_path / "new/c.py").read_bytes() == b"x = (\n"
    printed = capsys.readouterr().out
    assert "c.py:1: unparsable: not ported" in printed and "d.py:2: undecided: tf.estimator" in printed
    entries = json.loads((tmp_path / "r.json").read_text())["entries"]
    assert {entry["kind"] for entry in entries} == {"changed", "undecided", "unparsable"}
    assert cli.main(["port", str(folder), "--check", "--report", str(tmp_path / "r.md")]) == 1
    assert "## For a human to decide (1)" in (tmp_path / "r.md").read_text()


def test_one_file_goes_to_a_file_or_into_a_folder(folder, tmp_path):
    assert cli.main(["port", str(folder / "a.py"), str(tmp_path / "x/new.py")]) == 0
    assert cli.main(["port", str(folder / "a.py"), str(tmp_path / "x")]) == 0
    assert contents(tmp_path / "x") == {"new.py": NEW, "a.py": NEW} and (folder / "a.py").read_bytes() == OLD


@pytest.mark.parametrize("arguments, message", [
    (["missing"], 'Expected a file or a folder. Received "missing"'),
    (["old", "--report", "r.txt"], "named .md or .json"),
    (["old", "old/new"], "Expected a folder outside"), (["old", "old/a.py"], "Expected a folder to write to"),
])
def test_wrong_use_gives_status_2_and_writes_nothing(folder, tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    before = contents(tmp_path)
    assert cli.main(["port", *arguments]) == 2
    assert message in capsys.readouterr().err and contents(tmp_path) == before


def test_a_link_that_was_named_is_followed(folder, tmp_path):
    (tmp_path / "link.py").symlink_to(folder / "a.py")
    assert cli.main(["port", str(tmp_path / "link.py")]) == 0
    assert (folder / "a.py").read_bytes() == NEW and (tmp_path / "link.py").is_symlink()


def test_names_and_texts_that_the_terminal_does_not_know(tmp_path):
    name = tmp_path / os.fsdecode(b"caf\xe9.py")
    try:
        name.write_text("import tensorflow as tf\nx = getattr(tf, '\u20ac' + name)\n", encoding="utf-8")
    except OSError:
        pytest.skip("the file system takes only names in UTF-8")
    command = [sys.executable, "-m", "tfconvkit", "port", tmp_path, "--check", "--report", tmp_path / "r.md"]
    finished = subprocess.run(command, capture_output=True, cwd=Path(cli.__file__).parents[1],
                              env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert finished.returncode == 1, finished.stderr
    assert b"caf\\udce9.py:2: undecided: getattr(tf, '\\u20ac' + name)" in finished.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_named(folder, capsys):
    (folder / "a.py").chmod(0)
    assert cli.main(["port", str(folder)]) == 1
    assert "a.py:1: unparsable: not read: Permission denied" in capsys.readouterr().out


def test_porting_loads_neither_tensorflow_nor_keras(folder):
    code = ("import sys; from tfconvkit import cli; cli.main(['port', sys.argv[1], '--check']); "
            "print(sorted({'keras', 'tensorflow', 'numpy'} & set(sys.modules)))")
    finished = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True,
                              cwd=Path(cli.__file__).parents[1])
    assert finished.stdout.endswith("[]\n"), finished.stderr


def test_the_help_documents_the_exit_status(capsys):
    with pytest.raises(SystemExit, match="^0$"):
        cli.main(["port", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "Exit status: 0 where nothing is left for a human, 1 where something is" in text
