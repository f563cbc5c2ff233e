"""Which names `tfconvkit.compat.tf1` has, without importing TensorFlow."""

from tfconvkit.porting.names.remedies import REMEDIES
from tfconvkit.porting.names.root import ROOT
from tfconvkit.porting.names.spaces import SPACES
from tfconvkit.porting.names.todays import TODAYS

__all__ = ["is_known", "is_only_old", "is_only_new", "is_space", "missing"]

KNOWN = {path: frozenset(names.split()) for path, names in {**ROOT, **SPACES}.items()}
_TODAYS = {path: frozenset(names.split()) for path, names in {**SPACES, **TODAYS}.items() if names}
# They work when asked for, but dir() does not list them, or their own names are not ours to judge.
_OPEN = frozenset({"keras", "compat", "raw_ops", "tools", "user_ops"})


def missing(path):
    """Finds the first part of a name that the shim does not have.

    Args:
        path: Dotted name after `tf`, such as `"contrib.learn.Estimator"`.

    Returns:
        Pair of the dotted name that is missing and what to use instead (or None), or None where nothing is missing.

    Example:
        >>> missing("contrib.eager.Variable")
        ('contrib.eager', 'Use TensorFlow itself: eager execution is its default.')
        >>> missing("nn.relu") is missing("train.AdamOptimizer.minimize") is None
        True
    """
    space = ""
    for name in path.split("."):
        if name.startswith("__"):
            return None
        full = f"{space}.{name}".lstrip(".")
        if full in REMEDIES:
            return full, REMEDIES[full]
        if not space and name in _OPEN:
            return None
        if name not in KNOWN[space]:
            return full, None
        if full not in KNOWN:
            return None
        space = full
    return None


def is_known(path):
    """Tells whether the shim has a dotted name.

    Example:
        >>> is_known("placeholder"), is_known("random.normal"), is_known("GradientTypo")
        (True, True, False)
    """
    return missing(path) is None


def is_space(path):
    """Tells whether a dotted name after `tf` is a namespace of the shim.

    Example:
        >>> is_space("contrib.slim"), is_space("contrib.learn")
        (True, False)
    """
    return path in KNOWN


def is_only_old(path):
    """Tells whether a name is of TensorFlow 1 alone.

    Example:
        >>> is_only_old("placeholder"), is_only_old("nn.relu"), is_only_old("contrib.learn.Estimator")
        (True, False, True)
    """
    return path.startswith("contrib") or not _has(_TODAYS, path) and (is_known(path) or _is_explained(path))


def is_only_new(path):
    """Tells whether a name is of TensorFlow 2 alone.

    Example:
        >>> is_only_new("optimizers.Adam"), is_only_new("keras.layers.Dense"), is_only_new("Session")
        (True, False, False)
    """
    return not is_known(path) and not _is_explained(path) and _has(_TODAYS, path)


def _is_explained(path):
    return missing(path) is not None and missing(path)[1] is not None


def _has(table, path):
    space = ""
    for name in path.split("."):
        if name not in table[space]:
            return not space and name in _OPEN
        space = f"{space}.{name}".lstrip(".")
        if space not in table:
            return True
    return True
