import numpy as np
import timing


def test_every_candidate_runs_once_in_every_round():
    order = []
    candidates = {name: (lambda name=name: order.append(name) or np.zeros(1)) for name in "abc"}
    medians = timing.interleaved(candidates, rounds=5, warmup=2)
    assert list(medians) == ["a", "b", "c"]
    rounds = [order[start:start + 3] for start in range(0, len(order), 3)]
    assert len(rounds) == 7 and all(sorted(turn) == ["a", "b", "c"] for turn in rounds)
    assert len({tuple(turn) for turn in rounds}) > 1


def test_a_candidate_may_settle_before_it_is_timed(monkeypatch):
    order, timed = [], []
    monkeypatch.setattr(timing, "_elapsed", lambda function: timed.append(len(order)) or function() or 1.0)
    candidates = {name: lambda name=name: order.append(name) for name in "ab"}
    assert timing.interleaved(candidates, rounds=2, warmup=1, settle=2) == {"a": 1.0, "b": 1.0}
    assert len(order) == 3 * 2 * 3 and timed == list(range(2, 18, 3))
    assert all(len(set(order[start : start + 3])) == 1 for start in range(0, 18, 3))


def test_ratios_are_relative_to_the_first_candidate():
    assert timing.ratios({"plain": 2.0, "group": 3.0}) == {"plain": 1.0, "group": 1.5}


def test_table_aligns_its_columns():
    assert timing.table(["name", "ms"], [["plain", 10.5], ["x", "-"]]) == "name       ms\nplain  10.500\nx           -"


def test_machine_names_processor_and_versions():
    assert all(word in timing.machine() for word in ("cores", "Python", "Keras"))
