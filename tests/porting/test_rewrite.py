import pytest

from tfconvkit import porting
from tfconvkit.porting.rewrite import read

LEGACY = b"""#!/usr/bin/env python2\r
# -*- coding: latin-1 -*-  \xe9\r
import numpy as np\t# keep me \xe9\r
import tensorflow as tf\r
\x0c\r
x = tf.placeholder(tf.float32,\r
                   [None, 3])   # a comment\r
print  'half', 7 / 2 , np.int( 3 )\r
with tf.Session() as s : s.run( x )"""
PORTED = b"""#!/usr/bin/env python3\r
# -*- coding: latin-1 -*-  \xe9\r
import numpy as np\t# keep me \xe9\r
import tfconvkit.compat.tf1 as tf\r
tf.disable_v2_behavior()\r
\x0c\r
x = tf.placeholder(tf.float32,\r
                   [None, 3])   # a comment\r
print('half', 7 // 2 , int( 3 ))\r
with tf.Session() as s : s.run( x )"""


def test_all_stages_work_together_and_keep_layout_encoding_and_line_ends():
    done = porting.port(LEGACY, "old.py")
    assert done.after == PORTED and (done.path, done.lines, done.status) == ("old.py", 9, "changed")
    assert [finding.line for finding in done.findings] == [1, 4, 4, 8, 8, 8] and not done.needs_human
    assert porting.port(PORTED).after == PORTED and porting.port(PORTED).status == "unchanged"


@pytest.mark.parametrize("data", [
    b"", b"\n", b"\xef\xbb\xbf", b"x = 1", b"\x0c", b"# only a comment\r", b"'''\r\n'''\r\n",
])
def test_what_needs_nothing_comes_back(data):
    done = porting.port(data)
    assert done.after == data and done.findings == [] and done.status == "unchanged"


@pytest.mark.parametrize("data, line", [
    (b"x = 1\nx = (\n", 2), (b"\xff\xfe\x00", 1), (b"x = 1\ny = '\xff'\n", 2), (b"import tensorflow as tf\n\0", 2),
    (b"print 'a'\n\nclass:\n", 1), (b"(" * 500, 1), (b"-" * 200000 + b"1", 1), (b"async = 3\n", 1),
])
def test_what_cannot_be_parsed_comes_back_with_its_reason(data, line):
    done = porting.port(data)
    finding, = done.findings
    assert done.after == data and done.needs_human and done.status == "unparsable"
    assert (finding.line, finding.kind) == (line, "unparsable") and finding.reason.endswith(".")


def test_a_long_sum_is_ported_too():
    source = b"import numpy as np\nx = " + b" + ".join([b"np.int(1)"] * 1500) + b"\n"
    assert porting.port(source).after == source.replace(b"np.int", b"int")


@pytest.mark.parametrize("data, is_python2", [(b"print 1", True), (b"print(1)", False), (b"print(", False)])
def test_python_2_is_told(data, is_python2):
    assert read(data).is_python2 is is_python2
