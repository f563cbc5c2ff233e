"""Hostile calls of everything public that is not a layer: the right answer, or an error that explains itself.

A small share by default and a larger one among the slow tests. The full run, 2,000 calls of each family:
`FUZZ_CALLS=2000 python -m pytest tests/hostile/test_calls.py -m slow`.
"""

import inspect
import os

import pytest
from hostile import audit_calls, calls, loss_calls, mask_calls, model_calls, operator_calls, ops_calls

from tfconvkit import audit, groups, losses, masks, models, operators, ops, padding, surgery, windows

CALLS = int(os.environ.get("FUZZ_CALLS", "150"))
TABLES = {"ops": ops_calls.CALLS, "operators": operator_calls.CALLS, "losses": loss_calls.CALLS,
          "models": model_calls.CALLS, "audit": audit_calls.CALLS, "masks": mask_calls.CALLS}
# Networks take a second each to build.
FAST = {**TABLES, "models": model_calls.QUICK}
ROOMS = {"audit": audit, "groups": groups, "losses": losses, "masks": masks, "models": models, "operators": operators,
         "padding": padding, "surgery": surgery, "windows": windows,
         **{f"ops.{name}": getattr(ops, name) for name in ops.__all__}}
# Public names that are not called, with the reason.
EXEMPT = {
    "audit.EquivarianceReport": "what audit.equivariance returns",
    "audit.LayerCount": "what audit.count returns",
    "audit.LayerCounts": "what audit.count returns",
    "audit.LayerEquivariance": "what audit.equivariance returns",
    "audit.SizesReport": "what audit.safe_sizes returns",
    "ops.attention.Attended": "what ops.attention.contextual_attention returns",
    "masks.paint": "draws into an array in place, inside of masks.free_form",
}


def public_names(label, room):
    """What a module lists in `__all__`, or else defines itself; constants aside."""
    own = [name for name, value in vars(room).items() if getattr(value, "__module__", "") == room.__name__]
    names = getattr(room, "__all__", [name for name in own if not name.startswith("_")])
    return {f"{label}.{name}" for name in names if callable(getattr(room, name))}


PUBLIC = {name for label, room in ROOMS.items() for name in public_names(label, room)}


def test_every_public_name_is_called():
    called = {call.name for table in TABLES.values() for call in table}
    assert PUBLIC - called - set(EXEMPT) == set()
    assert set(EXEMPT) - PUBLIC == {"masks.paint"} and not set(EXEMPT) & called


@pytest.mark.parametrize("family", TABLES)
def test_calls_are_complete(family):
    """An argument of a public function that the table leaves out would never be attacked."""
    for call in TABLES[family]:
        if inspect.isfunction(call.function) and call.function.__module__.startswith("tfconvkit."):
            known = set(inspect.signature(call.function).parameters)
            assert set(call.arguments) <= known | {"args", "kwargs"} or "kwargs" in known


@pytest.mark.parametrize("family", TABLES)
def test_hostile_calls_are_answered(family):
    found, count = calls.faults(FAST[family], 2 * len(FAST[family]))
    assert found == [] and count >= 20


@pytest.mark.slow
@pytest.mark.parametrize("family", TABLES)
def test_many_hostile_calls_are_answered(family):
    found, count = calls.faults(TABLES[family], CALLS, seed=1)
    print(f"{family}: {count} calls")
    assert found == [] and count >= CALLS
