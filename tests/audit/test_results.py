import math

from tfconvkit import groups
from tfconvkit.audit import EquivarianceReport, LayerEquivariance


def row(name, *errors, tolerance=1e-4):
    return LayerEquivariance(name, "Layer", "trivial", errors, tolerance)


def report(*rows, outputs=("last",), mismatches=()):
    return EquivarianceReport("model", groups.get("C2"), [(8, 8, 3)], list(rows), outputs, list(mismatches), [])


def test_row_passes_up_to_its_tolerance():
    assert row("a", 0.0, 1e-4).ok and not row("a", 0.0, 1.1e-4).ok
    assert (row("a", 0.0, 0.5).error, row("a", 0.0, 0.5).worst_element) == (0.5, 1)


def test_row_without_a_judged_element_has_no_error():
    empty = row("a", None, None)
    assert (empty.error, empty.worst_element, empty.ok, empty.is_judged) == (None, None, True, False)


def test_undefined_error_counts_as_the_largest():
    assert math.isnan(row("a", float("nan"), 0.0).error) and not row("a", float("nan"), 0.0).ok


def test_error_is_that_of_the_outputs_and_first_broken_the_first_in_order():
    found = report(row("first", 0.0, 0.5), row("second", 0.0, 0.9), row("last", 0.0, 0.1))
    assert (found.error, found.largest_error, found.first_broken.name, found.ok) == (0.1, 0.9, "first", False)


def test_report_is_ok_only_with_judged_outputs_and_without_mismatch():
    inner, last = row("inner", None, None), row("last", 0.0, 0.0)
    assert report(inner, last).ok
    assert not report(last, inner, outputs=("last", "inner")).ok
    assert not report(last, mismatches=["C4 and D2"]).ok
