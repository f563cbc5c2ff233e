import pytest
from porting.checks import kinds, ported


@pytest.mark.parametrize("source, what", [
    ("cmp(a, b)", "cmp()"), ("x.sort(cmp=f)", "sort by comparison"),
    ("sorted(x, f)", "sort by comparison"), ("x.sort(lambda a, b: a)", "sort by comparison"),
    ("import pickle; pickle.load(open('x'))", "pickle.load"),
    ("def f():\n    yield 1; raise StopIteration", "raise StopIteration"),
    ("file('x')", "file()"), ("'a'.encode('hex')", ".encode('hex')"),
    ("import string; string.join(a)", "string.join"), ("class A:\n    def __cmp__(self, o): pass", "__cmp__"),
])
def test_what_python_3_has_no_equal_for_is_named(source, what):
    line = 2 + source.count("\n")
    assert kinds(ported(f"print 'Python 2'\n{source}\n")[1]) == [(line, what)]
    assert kinds(ported(f"{source}\nprint('Python 3')\n")[1]) == []


@pytest.mark.parametrize("source, what", [
    ("import md5", "import md5"), ("from sets import Set", "import sets.Set"),
    ("import sys; sys.setdefaultencoding('u')", "sys.setdefaultencoding"),
    ("import numpy; x.tostring()", ".tostring()"),
])
def test_what_no_python_3_has_is_named_in_every_file(source, what):
    text, findings = ported(f"{source}\n")
    assert text == f"{source}\n" and kinds(findings) == [(1, what)]


def test_bytes_of_arrays():
    text, findings = ported("import numpy as np\nx = np.ones(3).tostring() + y.astype('f').tostring()\n")
    assert text.count(".tobytes()") == 2 and kinds(findings) == []
    assert ported("x.tostring()\n")[1] == []


def test_names_of_python_2_are_replaced_outside_of_calls_too():
    text, _ = ported("f = xrange\ng = {long: unicode, raw_input: unichr}\n")
    assert text == "f = range\ng = {int: str, input: chr}\n"


def test_flags_of_absl():
    text, findings = ported("import tensorflow as tf\nFLAGS = tf.app.flags.FLAGS\nFLAGS._parse_flags()\n"
                            "pp(FLAGS.__flags)\n")
    assert text.endswith("FLAGS._parse_flags()\npp(FLAGS.flag_values_dict())\n")
    assert kinds(findings) == [(3, "FLAGS._parse_flags()")]
