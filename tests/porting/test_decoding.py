import codecs

import pytest

from tfconvkit.porting.decoding import Unparsable, decode, lines_of


@pytest.mark.parametrize("data", [
    b"", b"x = 1", b"x = 1\r\ny = 2\r", codecs.BOM_UTF8 + b"x = 1\n",
        "# coding: latin-1\nx = '\u00e9'".encode("latin-1"),
    "#!/usr/bin/python\r# vim: set fileencoding=cp1252 :\rx = '\u20ac'\r".encode("cp1252"), "x = '\u00e9'\n".encode(),
    b"\x0c\n\tx\x1a", codecs.BOM_UTF8 + b"# coding: utf-8\n",
])
def test_bytes_come_back(data):
    text = decode(data)
    assert text.encode(text.text) == data and "".join(lines_of(text.text)) == text.text


@pytest.mark.parametrize("data, reason, line", [
    (b"x = 1\ny = '\xe9'\n", "bytes are not utf-8", 2), (b"x\n\ny\0z", "NUL byte", 3),
    (b"# coding: nonsense\n", "encoding cannot be read", 1), ("x = 1".encode("utf-16"), "NUL", 1),
    (codecs.BOM_UTF8 + b"# coding: latin-1\n", "encoding cannot be read", 1),
    (b"# coding: ascii\n\n#\xff", "bytes are not ascii", 3), (b"# coding: rot13\n", "cannot be read", 1),
])
def test_what_cannot_be_decoded_says_why_and_where(data, reason, line):
    with pytest.raises(Unparsable, match=reason) as raised:
        decode(data)
    assert raised.value.line == line


def test_lines_end_as_python_ends_them():
    assert lines_of("a\x0bb\x0c\u2028c\x85\rd\r\n\ne") == ["a\x0bb\x0c\u2028c\x85\r", "d\r\n", "\n", "e"]
