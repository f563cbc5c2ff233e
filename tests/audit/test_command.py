import json

import keras
import numpy as np
import pytest
from keras import layers as plain

from tfconvkit import cli, layers
from tfconvkit.audit import command


def save(folder, *parts, shape=(8, 8, 3)):
    path = folder / "model.keras"
    keras.Sequential([keras.Input(shape), *parts], name="saved").save(path)
    return str(path)


def good(folder, shape=(8, 8, 3)):
    parts = [layers.LiftConv2D(2, 3, "D4", strides=2, padding="same"), layers.GroupPooling("D4")]
    return save(folder, *parts, shape=shape)


def bad(folder):
    return save(folder, plain.AveragePooling2D(3, 2, padding="same", name="pool"))


def test_saved_group_network_is_counted_and_passes(tmp_path, capsys):
    assert command.run(good(tmp_path), equivariance="D4", strict=True) == 0
    printed = capsys.readouterr().out
    assert 'Parameters of "saved"' in printed and 'Equivariance of "saved" under D4' in printed


def test_failure_counts_only_with_strict(tmp_path, capsys):
    assert command.run(bad(tmp_path), equivariance="C4") == 0
    assert command.run(bad(tmp_path), equivariance="C4", strict=True) == 1
    assert 'First broken: "pool"' in capsys.readouterr().out


def test_without_a_group_nothing_is_measured(tmp_path, capsys):
    assert command.run(bad(tmp_path), strict=True) == 0
    assert "Equivariance" not in capsys.readouterr().out


def test_mismatch_fails_without_measuring(tmp_path, capsys):
    path = save(tmp_path, layers.LiftConv2D(2, 3, "C4"), layers.GroupConv2D(2, 3, "D2", name="second"))
    assert command.run(path, strict=True) == 1
    assert "Mismatch: \"second\" (GroupConv2D of group 'D2')" in capsys.readouterr().out


def test_output_that_cannot_be_judged_fails_with_strict(tmp_path):
    path = save(tmp_path, layers.LiftConv2D(2, 3, "C4"), plain.Flatten())
    assert command.run(path, equivariance="C4", strict=True) == 1


def test_open_grid_is_measured_at_a_safe_size(tmp_path, capsys):
    path = save(tmp_path, plain.MaxPooling2D(3, 3), shape=(None, None, 3))
    assert command.run(path, equivariance="C4", strict=True) == 0
    printed = capsys.readouterr().out
    assert "Safe: 6 to 63 by 3" in printed and "under C4 on inputs of (18, 18, 3)" in printed
    assert command.run(path, equivariance="C4", strict=True, input_shape=(16, 16, 3)) == 1


def test_json_is_one_object(tmp_path, capsys):
    command.run(good(tmp_path, shape=(None, None, 3)), as_json=True, equivariance="C4")
    result = json.loads(capsys.readouterr().out)
    assert list(result) == ["mismatches", "count", "equivariance", "safe_sizes"]
    assert result["equivariance"]["ok"] and result["safe_sizes"]["sizes"] == list(range(4, 65))


def assert_refused(path, capsys, *texts):
    """The command line ends with 2 and one line on stderr that holds the texts."""
    assert cli.main(["audit", str(path)]) == 2
    reported = capsys.readouterr().err
    assert reported.count("\n") == 1 and all(text in reported for text in texts), reported


def test_missing_file_is_one_line(tmp_path, capsys):
    assert_refused(tmp_path / "none.keras", capsys, "Cannot load", "none.keras", "File not found")


def test_broken_file_is_one_line(tmp_path, capsys):
    path = tmp_path / "broken.keras"
    path.write_bytes(b"no archive")
    assert_refused(path, capsys, "Cannot load", "broken.keras")


def test_truncated_file_is_one_line(tmp_path, capsys):
    path = tmp_path / "model.keras"
    good(tmp_path)
    path.write_bytes(path.read_bytes()[:-400])
    assert_refused(path, capsys, "Cannot load")


def test_model_with_code_in_it_is_refused(tmp_path, capsys):
    path = save(tmp_path, plain.Lambda(lambda x: np.pi * x))
    assert_refused(path, capsys, "Cannot load", "safe_mode")


def test_unknown_group_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Unknown group 'C5' for rank 2"):
        command.run(good(tmp_path), equivariance="C5")
