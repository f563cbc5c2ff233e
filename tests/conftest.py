"""Fixed seeds for every test; property tests draw the same examples in every run; what runs on which backend."""

import os
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from backends import skips
from backends.examples import examples

BACKEND = os.environ.get("KERAS_BACKEND", "tensorflow")
# XLA compiles the tests' small functions twice as fast without LLVM's optimisations; what is computed is the same.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")
# Laws hold in float64, which JAX computes in only when asked.
os.environ.setdefault("JAX_ENABLE_X64", "1")
# What XLA compiles for JAX is kept for the other processes of a run, and for the next run: a third of its time.
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache" / "jax"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
ELSEWHERE = {path.name for path in Path(__file__).parent.glob("*")} - {*skips.EVERYWHERE, "conftest.py"}
collect_ignore = [] if BACKEND == "tensorflow" else sorted(ELSEWHERE)

hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=examples(100))
hypothesis.settings.load_profile("fixed")


if BACKEND == "torch":
    import torch

    # Tests look at numbers. PyTorch gives those of a tensor with a gradient only without it, and NumPy asks a tensor
    # for its own reductions, with arguments that it does not know.
    array = torch.Tensor.__array__
    torch.Tensor.__array__ = lambda tensor, *arguments, **named: array(tensor.detach(), *arguments, **named)

    def numpy_knows(name):
        own = getattr(torch.Tensor, name)

        def reduced(tensor, *arguments, **named):
            if named.keys() & {"out", "ddof"}:
                return getattr(np.asarray(tensor), name)(*arguments, **named)
            return own(tensor, *arguments, **named)

        return reduced

    for name in ("all", "any", "max", "mean", "min", "prod", "std", "sum"):
        setattr(torch.Tensor, name, numpy_knows(name))


def pytest_collection_modifyitems(items):
    if BACKEND == "tensorflow":
        return
    run = []
    for item in items:
        marker = item.get_closest_marker("tensorflow")
        reason = skips.TENSORFLOW[marker.args[0]] if marker else skips.reason_to_skip(BACKEND, item.nodeid)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))
        else:
            run.append(item)
    for item in skips.slow(run) if BACKEND == "jax" else ():
        item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def seed():
    # Imported here: the process that only hands tests to the workers needs no TensorFlow.
    import keras

    keras.utils.set_random_seed(20)
