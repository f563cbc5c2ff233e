"""Default arguments for functions, within a scope: `arg_scope` and `add_arg_scope`."""

import contextlib
import functools
import inspect

_scopes = [{}]


def add_arg_scope(func):
    """Decorates a function so that `arg_scope` can set defaults of its arguments.

    Args:
        func: Function with defaults for those arguments.

    Example:
        >>> @add_arg_scope
        ... def area(width, height=1):
        ...     return width * height
        >>> with arg_scope([area], height=3):
        ...     area(2), area(2, height=5)
        (6, 10)
    """

    @functools.wraps(func)
    def scoped(*args, **kwargs):
        return func(*args, **{**current_arg_scope().get(key, {}), **kwargs})

    key = arg_scope_func_key(func)
    scoped._key_op = key
    scoped._scoped_arguments = [each.name for each in inspect.signature(func).parameters.values()
                                if each.default is not each.empty]
    return scoped


@contextlib.contextmanager
def arg_scope(list_ops_or_scope, **kwargs):
    """Sets default arguments of functions within a `with` block; inner scopes win, and explicit arguments over both.

    Args:
        list_ops_or_scope: List of functions decorated by `add_arg_scope`, or the dictionary that an earlier scope
            yielded, for use once more.
        **kwargs: The defaults.

    Returns:
        Context manager with a dictionary of all defaults.

    Raises:
        TypeError: for anything but a list, a tuple or a dictionary.
        ValueError: for a function without `add_arg_scope`, and for defaults beside a dictionary.

    Example:
        >>> @add_arg_scope
        ... def area(width, height=1):
        ...     return width * height
        >>> with arg_scope([area], height=3) as scope:
        ...     pass
        >>> with arg_scope(scope):
        ...     area(2)
        6
    """
    _scopes.append(_merged(list_ops_or_scope, kwargs))
    try:
        yield current_arg_scope()
    finally:
        _scopes.pop()


def _merged(functions, defaults):
    if isinstance(functions, dict):
        if defaults:
            raise ValueError(
                f"arg_scope: expected no further arguments beside the dictionary of an earlier scope. Received "
                f"{sorted(defaults)}. Open a second arg_scope with a list of functions inside it."
            )
        return dict(functions)
    if not isinstance(functions, (list, tuple)):
        raise TypeError(
            f"arg_scope: expected a list of functions, or the dictionary of an earlier scope. Received {functions!r}. "
            f"Write [function]."
        )
    merged = dict(current_arg_scope())
    for function in functions:
        if not has_arg_scope(function):
            raise ValueError(
                f"arg_scope: expected functions decorated by add_arg_scope. Received {function!r}. Decorate it, or "
                f"take the function of tf.contrib.layers."
            )
        key = arg_scope_func_key(function)
        merged[key] = {**merged.get(key, {}), **defaults}
    return merged


def current_arg_scope():
    """Returns the dictionary of all defaults that hold now."""
    return _scopes[-1]


def arg_scope_func_key(op):
    """Returns the key of a function in the dictionaries of scopes.

    Args:
        op: Function, decorated or not.
    """
    return getattr(op, "_key_op", str(op))


def has_arg_scope(func):
    """Tells whether a function was decorated by `add_arg_scope`.

    Args:
        func: Function.
    """
    return hasattr(func, "_key_op")


def arg_scoped_arguments(func):
    """Lists the arguments that `arg_scope` can set for a function.

    Args:
        func: Function decorated by `add_arg_scope`.

    Raises:
        ValueError: if it was not decorated.

    Example:
        >>> @add_arg_scope
        ... def area(width, height=1):
        ...     return width * height
        >>> arg_scoped_arguments(area)
        ['height']
    """
    if not has_arg_scope(func):
        raise ValueError(f"Expected a function decorated by add_arg_scope. Received {func!r}. Decorate it first.")
    return func._scoped_arguments
