import pytest
from porting.checks import kinds, ported

HEAD = "import math, time\nimport numpy as np\nimport tensorflow as tf\nprint 'Python 2'\n"


def divided(source, **options):
    text, findings = ported(HEAD + source, **options)
    return text.splitlines()[5 if "disable" in text else 4:], [line - 4 for line, _ in kinds(findings)]


@pytest.mark.parametrize("source", [
    "7 / 2", "len(x) / 2", "x.get_shape()[1].value / 2", "x.shape[0] / 3", "x.get_shape().as_list()[2] / 4",
    "tf.shape(x)[0] / 2", "-7 / (2 * 3)", "int(z) / x.ndim", "abs(-3) / 2", "(1 if z else 2) / 2",
    "x.shape[1].value / 2",
    "2 ** 3 / 3", "x.get_shape()[1] / 2",
])
def test_integers_are_divided_to_integers(source):
    text, open_lines = divided(f"y = {source}\n")
    assert text == [f"y = {source.replace('/', '//')}"] and open_lines == []


@pytest.mark.parametrize("source", [
    "7 / 2.0", "float(x) / 2", "z / 3.0", "tf.to_float(x) / 2", "tf.cast(x, tf.float32) / len(z)", "math.ceil(z) / 2",
    "np.sqrt(z) / 2", "time.time() / z", "tf.nn.relu(x) / 2", "(z + 1.5) / 2", "round(z) / 2", "1 / (2 * np.pi)",
])
def test_a_float_divides_as_before(source):
    assert divided(f"y = {source}\n") == ([f"y = {source}"], [])


@pytest.mark.parametrize("source", ["x / 2", "x / y", "f(3) / 2", "len(x) / y", "x.size / 2", "x.shape[1:] / 2",
                                    "2 ** n / 3", "x['a'] / 3", "np.prod(x) / 2"])
def test_what_is_not_known_is_left_to_a_human(source):
    assert divided(f"z = {source}\n") == ([f"z = {source}"], [1])


@pytest.mark.parametrize("source, is_integer", [
    ("n = 3\nn / 2", True), ("n = 3\nn = 4\nn / 2", True), ("n = 3\nn = f()\nn / 2", False), ("n = m = 3\nn / 2", True),
    ("a, b = 3, 4\na / b", True), ("a, b = x.get_shape().as_list()[1:3]\na / b", True), ("a, b = f()\na / b", False),
    ("h, w = x.get_shape()[1:3]\nh / w", True), ("n = 3\nwith f() as n:\n    n / 2", False),
    ("for i in range(3):\n    i / 2", True), ("for i in x:\n    i / 2", False),
    ("for i, x in enumerate(y):\n    i / 2", True), ("for i, x in enumerate(y):\n    x / 2", False),
    ("i = 0\nwhile i:\n    i += 1\n    i / 2", True), ("i = 0\nwhile i:\n    i = i + f()\n    i / 2", False),
    ("N = 3\ndef f():\n    return N / 2", True), ("N = 3\ndef f():\n    global N\n    N = g()\nN / 2", False),
    ("def f(n=3):\n    return n / 2", False), ("def len(x):\n    return x\nlen(3) / 2", False),
    ("n = 7 / 2\nn / 2", True), ("[i / 2 for i in range(3)]", True),
    ("FLAGS = tf.app.flags.FLAGS\ntf.app.flags.DEFINE_integer('n', 3, '')\nFLAGS.n / 2", True),
    ("FLAGS = tf.app.flags.FLAGS\nFLAGS.n / 2", False),
])
def test_names_are_integers_if_all_that_is_bound_to_them_is(source, is_integer):
    text, open_lines = divided(source + "\n")
    assert ("//" in text[-1]) is is_integer and bool(open_lines) is not is_integer


def test_assignments_and_comments_between_operands():
    text, _ = divided("n = 9\nn /= 2\nm = (n  # half / of it\n     /  2)\n")
    assert text == ["n = 9", "n //= 2", "m = (n  # half / of it", "     //  2)"]


@pytest.mark.parametrize("source", ["from __future__ import division\nprint 'a'\nx = 1 / 2\n",
    "x = 1 / 2\ny = len(x) / z\n"])
def test_python_3_is_left_alone(source):
    text, findings = ported(source)
    assert "//" not in text and kinds(findings) == kinds(findings, "suggestion") == []


def test_a_file_beside_python_2_divides_as_it_does():
    source = "n = 1 / 2\nm = n / k\n"
    text, findings = ported(source, is_python2=True)
    assert text == "n = 1 // 2\nm = n / k\n" and kinds(findings) == [(2, "n / k")]
    assert ported(f"{source}x = f'{{n}}'\n", is_python2=True)[1] == []
    text, findings = ported(f"import tensorflow as tf\n{source}")
    assert text.endswith(source) and kinds(findings, "suggestion") == [(2, "1 / 2")]
