import ast

import pytest
from porting.checks import kinds, ported

from tfconvkit.porting.marks import is_python3, marks


@pytest.mark.parametrize("source, expected", [
    ("print 'a'\n", "print('a')\n"), ("print\n", "print()\n"), ("print 'a',\n", "print('a', end=' ')\n"),
    ("print >>f, 'a'\n", "print('a', file=f)\n"), ("print('a'), b\n", "print(('a'), b)\n"),
    ("print ('a %d' % 3)\nx = 07\n", "print ('a %d' % 3)\nx = 0o7\n"), ("print ('a', b)\nx = 07\n",
    "print(('a', b))\nx = 0o7\n"),
    ("exec 'x = 1' in d\n", "exec('x = 1', d)\n"), ("raise E, 'm'\n", "raise E('m')\n"),
    ("try:\n    pass\nexcept (A, B), e:\n    pass\n", "try:\n    pass\nexcept (A, B) as e:\n    pass\n"),
    ("x = 0777 + 10L + (a <> b)\n", "x = 0o777 + 10 + (a != b)\n"), ("x = `y`\n", "x = repr(y)\n"),
    ("for k, v in d.iteritems(): pass\n", "for k, v in d.items(): pass\n"),
    ("xrange\nx = d.keys()[0]\n", "range\nx = list(d.keys())[0]\n"),
    ("x = map(f, xrange(3))\n", "x = list(map(f, range(3)))\n"), ("d.has_key(3)\n", "3 in d\n"),
    ("x = raw_input() + unicode(3)\n", "x = input() + str(3)\n"),
    ("isinstance(x, basestring)\n", "isinstance(x, str)\n"),
    ("import urllib2, cPickle as p\n", "import urllib.request, urllib.error, urllib.parse, pickle as p\n"),
    ("from itertools import izip\nizip(a, b)\n", "\nzip(a, b)\n"),
    ("x = lambda (a, b): a\n", "x = lambda a_b: a_b[0]\n"),
    ("#!/usr/bin/env python2.7\nx = 1\n", "#!/usr/bin/env python3\nx = 1\n"),
    ("from __future__ import print_function\nprint('a', file=f)\nxrange(3)\n",
     "from __future__ import print_function\nprint('a', file=f)\nrange(3)\n"),
    ("if x:\n\tprint 'a'\n        print 'b'\n", "if x:\n        print('a')\n        print('b')\n"),
])
def test_python_2_becomes_python_3(source, expected):
    text, findings = ported(source)
    assert text == expected and {finding.kind for finding in findings} == {"changed"}


@pytest.mark.parametrize("source", [
    "x = map(f, y)\nz = d.keys()\nprint('a', 1 / 2)\n", "xrange = range\nfor i in xrange(3): d.items()\n",
    "from six.moves import xrange\nx = zip(a, b)\nxrange(3)\n",
    "def f(unicode, long=3):\n    return map(unicode, long)\n",
    "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle\nx = map(f, y)\n",
    "try:\n    input = raw_input\nexcept NameError:\n    pass\nx = filter(f, y)\n",
    "six.iteritems(d)\nimport six\nmap(f, x)\n",
    "x = d.iteritems() if hasattr(d, 'iteritems') else d.items()\nmap(f, x)\n",
    "from functools import reduce\nreduce(f, x)\nmap(f, x)\n", "print(x) >> 3\nmap(f, x)\n",
])
def test_python_3_stays_as_it_is(source):
    assert ported(source) == (source, [])


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_lines_of_the_original_are_kept(end):
    source = end.join(["# a", "class A:", "    __metaclass__ = B", "    x = 1", "", "print 'x'", "'''", "'''",
        "y = 3L"])
    text, findings = ported(source)
    assert text == end.join(["# a", "class A(metaclass=B):", "    x = 1", "", "print('x')", "'''", "'''", "y = 3"])
    assert [finding.line for finding in findings] == [2, 6, 9]


def test_what_no_python_parses_is_named_and_left():
    source = "print 'a'\nfor for:\n"
    text, findings = ported(source)
    assert text == source and kinds(findings, "unparsable") == [(1, "not ported")]
    assert "Python 3 does not parse it" in findings[0].reason


@pytest.mark.parametrize("source, expected", [
    ("xrange(3)", ["xrange"]), ("print", ["print"]), ("print >>f, x", ["print"]), ("print (a), b", ["print"]),
    ("print(a)", []), ("from itertools import izip as z", ["izip"]), ("import itertools\nitertools.imap", ["imap"]),
    ("import Queue", ["Queue"]), ("from queue import Queue", []), ("import sys\nsys.maxint", ["maxint"]),
    ("from __future__ import print_function\nprint", []), ("x.long", []), ("from . import Queue", []),
])
def test_marks_of_python_2(source, expected):
    assert marks(ast.parse(source)) == expected


@pytest.mark.parametrize("source, expected", [
    ("def f(*, a): pass", True), ("def f(a: int): pass", True), ("super().x", True), ("super(A, self).x", False),
    ("nonlocal_ = 1", False), ("from __future__ import division", True), ("a @ b", True),
    ("import tfconvkit.compat.tf1 as tf", True), ("print(1)", False),
])
def test_marks_of_python_3(source, expected):
    assert is_python3(ast.parse(source)) is expected
