"""The part of examples/rotated_digits.py that `--quick` alone does not run: idx files, and going on after a stop."""

import csv
import gzip
import importlib.util
from pathlib import Path

import numpy as np
import pytest

PATH = Path(__file__).parents[2] / "examples" / "rotated_digits.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location(PATH.stem, PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.astype("uint8").tobytes()


@pytest.fixture
def folder(tmp_path):
    """62 pictures whose class is written into their centre; one half plain, the other gzipped."""
    rng = np.random.default_rng(0)
    for part, count in (("train", 42), ("t10k", 20)):
        labels = rng.integers(10, size=count)
        images = np.zeros((count, 28, 28))
        images[:, 8:20, 8:20] = 25 * labels[:, None, None]
        pack, ending = (bytes, "") if part == "train" else (gzip.compress, ".gz")
        (tmp_path / f"{part}-images-idx3-ubyte{ending}").write_bytes(pack(idx(images)))
        (tmp_path / f"{part}-labels-idx1-ubyte{ending}").write_bytes(pack(idx(labels)))
    return tmp_path


def test_idx_files_are_read_plain_and_gzipped(example, folder):
    images = example.read_idx(folder / "train-images-idx3-ubyte")
    labels = example.read_idx(folder / "t10k-labels-idx1-ubyte")
    assert (images.shape, labels.shape) == ((42, 28, 28), (20,))
    assert np.array_equal(images[:, 14, 14], 25 * example.read_idx(folder / "train-labels-idx1-ubyte"))


def test_turned_images_keep_their_labels_and_the_seed_decides(example, folder):
    (x_train, y_train), (x_test, y_test) = example.rotated_mnist(folder, np.random.default_rng(1))
    assert (len(x_train), len(x_test)) == (12, 50)
    assert x_train.dtype == np.float32 and x_train.shape[1:] == (28, 28, 1)
    for images, labels in ((x_train, y_train), (x_test, y_test)):
        assert np.allclose(images[:, 14, 14, 0], 25 * labels / 255, atol=1e-6)
    again = example.rotated_mnist(folder, np.random.default_rng(1))
    assert np.array_equal(again[1][0], x_test)
    assert not np.array_equal(example.rotated_mnist(folder, np.random.default_rng(2))[1][1], y_test)


def test_other_files_are_refused(example, folder):
    (folder / "other").write_bytes(b"PNG and more")
    with pytest.raises(SystemExit, match="other is no idx file of bytes: it starts with b'PNG '"):
        example.read_idx(folder / "other")
    with pytest.raises(FileNotFoundError, match="missing.gz"):
        example.read_idx(folder / "missing")


def test_the_plain_network_never_has_fewer_parameters(example):
    for width in (3, 6):
        nets = example.networks(width, (0.1, 0.2))
        counts = {name: example.models.GroupCNN(**arguments).count_params() for name, arguments in nets.items()}
        assert 1 <= counts["z2cnn"] / counts["p4cnn"] < 1.25
    assert example.networks(None, (0, 0.3))["z2cnn"] == dict(group=None, width=None, dropout=0.3)


def test_a_run_goes_on_where_it_stopped(example, folder, capsys):
    for epochs in (1, 2, 2):
        example.main(["--quick", "--data", str(folder), "--out", str(folder / "out"), "--epochs", str(epochs)])
    for name, factor in (("p4cnn", 1), ("z2cnn", 3)):
        rows = list(csv.DictReader((folder / "out" / f"{name}_0" / "history.csv").open()))
        assert [int(row["epoch"]) for row in rows] == list(range(2 * factor))
    assert (folder / "out" / "rotated_digits.png").stat().st_size > 5000
    errors = [line for line in capsys.readouterr().out.splitlines() if "mean error" in line]
    assert len(errors) == 3 and errors[1] == errors[2]
