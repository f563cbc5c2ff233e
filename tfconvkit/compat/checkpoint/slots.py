"""Which names of a checkpoint are no weights: slots of optimizers and counters."""

import re

_SLOT = re.compile(r"(?P<weight>.+)/(Adam|AMSGrad|Nadam|Momentum|RMSProp|Adagrad|Adadelta|Ftrl)(_\d+)?")
_COUNTER = re.compile(r"(.*/)?(global_step|(beta1|beta2)_power(_\d+)?)")


def is_slot(name, names):
    """Whether a name is a counter, or the slot of an optimizer for a variable among the names.

    Args:
        name: Name of a variable.
        names: All names of the checkpoint.

    Example:
        >>> names = ["a/kernel", "a/kernel/Adam_1", "train/a/kernel/Momentum", "Momentum", "beta1_power"]
        >>> [is_slot(name, names) for name in names]
        [False, True, True, False, True]
    """
    if _COUNTER.fullmatch(name):
        return True
    found = _SLOT.fullmatch(name)
    if found is None:
        return False
    parts = found["weight"].split("/")
    # Optimizers may put their slots into a scope of their own.
    return any("/".join(parts[start:]) in names for start in range(len(parts)))
