import ast

import pytest

from tfconvkit.porting.scopes import Tree, dotted


def uses(source):
    tree = Tree(ast.parse(source))
    found = [dotted(node, scope) for node, scope in tree.nodes if isinstance(node, ast.Attribute)]
    return [name for name in found if name]


@pytest.mark.parametrize("source, expected", [
    ("import numpy as np\nnp.int", ["numpy.int"]),
    ("import numpy\nnumpy.linalg.norm", ["numpy.linalg.norm", "numpy.linalg"]),
    ("import a.b.c\na.b.c", ["a.b.c", "a.b"]),
    ("from a import b\ndef f():\n    return b.c", ["a.b.c"]),
    ("def f():\n    import a\n    return a.b\na.c", ["a.b"]),
    ("import a\ndef f(a):\n    return a.b", []),
    ("import a\ndef f(x=a.b):\n    return x", ["a.b"]),
    ("import a\ndef f():\n    for a in x:\n        a.b", []),
    ("import a\nclass C:\n    a = 1\n    def f(self):\n        return a.b", ["a.b"]),
    ("import a\n[a.b for a in x]", []),
    ("import a\nlambda a: a.b", []),
    ("import a\n@a.b\nclass C(a.c): pass", ["a.b", "a.c"]),
    ("try:\n    import a\nexcept ImportError as a:\n    a.b", ["a.b"]),
    ("from . import b\nb.c", ["..b.c"]),
    ("from ops import *\ntf.x\nnp.y", ["tensorflow.x", "numpy.y"]),
    ("from ops import *\ntf = 3\ntf.x", []),
    ("tf.x", []),
])
def test_names_stand_for_what_their_scope_imports(source, expected):
    assert sorted(uses(source)) == sorted(expected)


def test_a_sum_of_thousands_of_terms_is_walked():
    tree = Tree(ast.parse("x = 1" + " + y.z" * 800))
    assert sum(isinstance(node, ast.Attribute) for node, _ in tree.nodes) == 800
