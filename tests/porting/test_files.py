import os
import stat

import pytest

from tfconvkit.porting import files


def test_a_folder_is_listed_without_links_and_what_is_not_its_own(tmp_path):
    for name in ("a.py", "sub/b.py", "sub/notes.txt", "n.ipynb", ".git/c.py", "__pycache__/d.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "train").write_text("#!/usr/bin/env python\nprint 1\n")
    (tmp_path / "link.py").symlink_to(tmp_path / "a.py")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = files.collect(tmp_path)
    assert [str(path) for path in found.python] == ["a.py", "train", "sub/b.py"]
    assert sorted(str(path) for path in found.others) == ["n.ipynb", "sub/notes.txt"]
    assert [path for path, _ in found.skipped] == ["loop", "link.py", "n.ipynb"]


def test_a_file_is_its_own_list_and_nothing_is_no_list(tmp_path):
    (tmp_path / "script").write_text("x = 1")
    assert [str(path) for path in files.collect(tmp_path / "script").python] == ["script"]
    with pytest.raises(ValueError, match="Expected a file or a folder"):
        files.collect(tmp_path / "missing")


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o750)
    files.write(path, b"new")
    assert path.read_bytes() == b"new" and stat.S_IMODE(path.stat().st_mode) == 0o750

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        files.write(path, b"newer")
    assert path.read_bytes() == b"new" and os.listdir(tmp_path) == ["a.py"]


def test_a_copy_keeps_its_permissions_and_makes_folders(tmp_path):
    (tmp_path / "run.sh").write_bytes(b"#!")
    (tmp_path / "run.sh").chmod(0o755)
    files.copy(tmp_path / "run.sh", tmp_path / "new/deep/run.sh")
    assert stat.S_IMODE((tmp_path / "new/deep/run.sh").stat().st_mode) == 0o755
