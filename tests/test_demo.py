import itertools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

from tfconvkit import _datasets, demo, groups
from tfconvkit.demo import measurements, networks, picture, report

ROOT = Path(__file__).resolve().parents[1]
FILES = ["equivariant.keras", "plain.keras", "report.json", "report.png"]
GROUPS = groups.names(2)


@pytest.fixture(scope="module")
def short_run(tmp_path_factory):
    """Runs one epoch; returns the folder."""
    folder = tmp_path_factory.mktemp("demo")
    demo.run(epochs=1, group="C4", out=folder / "report")
    return folder / "report"


def numbers(folder):
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def test_digits_are_split_without_overlap():
    (x_train, y_train), (x_test, y_test) = _datasets.digits()
    assert (x_train.shape, x_test.shape) == ((1500, 8, 8, 1), (297, 8, 8, 1))
    assert x_train.dtype == x_test.dtype == "float32"
    assert (x_train.min(), x_train.max()) == (0, 1)
    assert set(y_train) == set(y_test) == set(range(10))
    images = np.concatenate([x_train, x_test]).reshape(1797, -1)
    assert len(np.unique(images, axis=0)) == 1797


def test_split_depends_on_the_seed_alone():
    first, again, other = (_datasets.digits(seed=seed)[1][1] for seed in (0, 0, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_missing_scikit_learn_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "tfconvkit\[demo\]"'):
        _datasets.digits()


@pytest.mark.parametrize("group", GROUPS)
def test_networks_have_equal_parameter_counts(group):
    equivariant = networks.equivariant(groups.get(group))
    widths = networks.matching_widths(networks.trainable_parameters(equivariant))
    plain = networks.plain(widths)
    assert networks.trainable_parameters(plain) == networks.plain_parameters(widths)
    assert plain.count_params() == pytest.approx(equivariant.count_params(), rel=0.01)
    assert networks.plain_parameters(widths) == pytest.approx(networks.trainable_parameters(equivariant), rel=0.005)


@pytest.mark.parametrize("group", GROUPS)
def test_equivariant_network_does_not_see_the_group(group):
    group = groups.get(group)
    model = networks.equivariant(group)
    images = np.random.default_rng(0).random((3, 8, 8, 1), "float32")
    expected = model.predict(images, verbose=0)
    for element in range(group.order):
        moved = model.predict(groups.act(group, element, images), verbose=0)
        assert np.abs(moved - expected).max() <= 1e-5 * np.abs(expected).max()


def test_elements_are_named_by_what_they_do():
    d4 = groups.get("D4")
    names = [measurements.element_name(d4, element) for element in range(d4.order)]
    assert names == ["0°", "90°", "180°", "270°", "mirrored", "90° mirrored", "180° mirrored", "270° mirrored"]


def test_run_writes_the_whole_report(short_run):
    assert sorted(path.name for path in short_run.iterdir()) == FILES


def test_run_reports_what_it_measured(short_run):
    found = numbers(short_run)
    equivariant, plain = found["networks"]["equivariant"], found["networks"]["plain"]
    assert (found["group"], found["epochs"], found["angles"]) == ("C4", 1, [0, 90, 180, 270])
    assert len(set(equivariant["accuracy"])) == 1 and len(set(plain["accuracy"])) > 1
    assert equivariant["agreement"] == found["test_images"] == 297 > plain["agreement"]
    assert found["equivariance_error"] < 1e-5
    assert found["reload_difference"] == 0


def test_report_counts_every_stored_parameter(short_run):
    stored = sum(row["stored"] for row in numbers(short_run)["audit"]["layers"])
    assert stored == networks.equivariant(groups.get("C4")).count_params()


@pytest.mark.parametrize("group", GROUPS)
def test_picture_holds_its_texts_without_overlap(group):
    group = groups.get(group)
    models = {"equivariant": networks.equivariant(group), "plain": networks.plain((4, 4, 4))}
    _, test = _datasets.digits()
    measured = {name: measurements.Measurement(10000, (1.0, 0.1, 0.5, 0.9), 297, 1.0) for name in models}
    figure = picture.draw(measured, measurements.turning(models, group, *test), notes="notes")
    figure.draw_without_rendering()
    width, height = figure.canvas.get_width_height()
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    boxes = [text.get_window_extent() for text in texts]
    assert all(0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height for box in boxes)
    overlaps = [pair for pair in itertools.combinations(range(len(boxes)), 2) if _overlap(*(boxes[i] for i in pair))]
    assert [(texts[i].get_text(), texts[j].get_text()) for i, j in overlaps] == []


def _overlap(one, other):
    return one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1


def test_turning_shows_each_map_moved_to_its_new_place():
    group = groups.get("D2")
    models = {"equivariant": networks.equivariant(group)}
    turning = measurements.turning(models, group, *_datasets.digits()[1])
    for row, element in enumerate(turning.elements):
        sources = group.cayley[group.inverse[element]]
        moved = [group.transform(element, turning.maps[0][source]) for source in sources]
        assert np.abs(np.stack(moved) - turning.maps[row]).max() <= 1e-5 * turning.maps.max()


def test_nothing_half_written_remains_after_an_error(tmp_path):
    (tmp_path / "report.json").write_text("old")
    with pytest.raises(RuntimeError, match="stop"), report.staged(tmp_path) as stage:
        (stage / "report.json").write_text("half")
        raise RuntimeError("stop")
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert (tmp_path / "report.json").read_text() == "old"


@pytest.mark.parametrize("options, message", [
    ({"epochs": 0}, "at least one epoch of training. Received epochs=0"),
    ({"group": "C5"}, "Unknown group 'C5' for rank 2. Known: rank 2: C1, C2, C4, D1"),
])
def test_wrong_option_is_reported_before_anything_is_written(options, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        demo.run(**options, out=tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_file_in_place_of_the_folder_is_reported(tmp_path):
    (tmp_path / "report").write_text("")
    with pytest.raises(ValueError, match="which is a file. Name another folder"):
        demo.run(out=tmp_path / "report")


@pytest.mark.slow
def test_command_reaches_the_promised_accuracy(tmp_path):
    command = [sys.executable, "-m", "tfconvkit", "demo", "--out", str(tmp_path / "report")]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert finished.returncode == 0, finished.stderr
    found = numbers(tmp_path / "report")
    equivariant, plain = found["networks"]["equivariant"], found["networks"]["plain"]
    assert min(equivariant["accuracy"]) >= 0.95 and plain["accuracy"][0] >= 0.95
    assert equivariant["agreement"] == 297
    assert found["seconds"] < 120
