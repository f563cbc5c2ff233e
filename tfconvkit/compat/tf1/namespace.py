"""Modules that lay changed names over a namespace of `tensorflow.compat.v1`."""

import sys
from typing import NamedTuple


class Namespace(NamedTuple):
    """Answers for the names that a module does not define: from a base namespace, or by what to use instead.

    Args:
        module: Dotted name of the module that the answers are for.
        label: Name of the namespace in legacy code, such as `"tf.nn"`.
        base: Namespace of `tensorflow.compat.v1` with the unchanged names, or None.
        public: Names that the module itself defines.
        remedies: Dictionary from names that do not work to what to use instead.
        renamed: Dictionary from older names to what took their place.

    Example:
        >>> import types
        >>> space = Namespace("m", "tf.m", types.SimpleNamespace(a=1), ("b",), {"c": "Use tf.m.a."}, {"d": 2})
        >>> space.find("a"), space.find("d"), space.names()
        (1, 2, ['a', 'b', 'd'])
    """

    module: str
    label: str
    base: object = None
    public: tuple = ()
    remedies: dict = {}
    renamed: dict = {}

    def find(self, name):
        """Returns the value of a name.

        Args:
            name: Name that the module does not define.

        Raises:
            AttributeError: if the name does not work here, with what to use instead.
        """
        if name in self.renamed:
            return self.renamed[name]
        if name.startswith("__"):
            raise AttributeError(f"module {self.module!r} has no attribute {name!r}")
        if name in self.remedies:
            raise AttributeError(f"{self.label}.{name} is not available with today's TensorFlow. {self.remedies[name]}")
        try:
            return getattr(self.base, name)
        except AttributeError as error:
            where = f"neither in {self.base.__name__} nor" if hasattr(self.base, "__name__") else "not"
            raise AttributeError(
                f"{self.label}.{name} is {where} in {self.module}. See dir({self.label}) for what is."
            ) from error

    def names(self):
        """Lists the names that work, sorted."""
        inherited = [name for name in dir(self.base) if not name.startswith("_")] if self.base is not None else []
        return sorted({*inherited, *self.public, *self.renamed} - set(self.remedies))


def lay_over(module, label, base=None, remedies=None, renamed=None):
    """Returns the functions `__getattr__` and `__dir__` of a module that changes names of a namespace.

    Args:
        module: The module's `__name__`; its `__all__` lists what it defines.
        label: Name of the namespace in legacy code, such as `"tf.nn"`.
        base: Namespace of `tensorflow.compat.v1` with the unchanged names, or None.
        remedies: Dictionary from names that do not work to what to use instead.
        renamed: Dictionary from older names to what took their place.

    Example:
        >>> import types
        >>> get, names = lay_over(__name__, "tf.m", types.SimpleNamespace(a=1), {"c": "Use tf.m.a."})
        >>> get("c")
        Traceback (most recent call last):
        ...
        AttributeError: tf.m.c is not available with today's TensorFlow. Use tf.m.a.
    """
    public = tuple(getattr(sys.modules.get(module), "__all__", ()))
    space = Namespace(module, label, base, public, remedies or {}, renamed or {})
    return space.find, space.names
