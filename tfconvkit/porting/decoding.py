"""Bytes of a Python file as text and back, so that no byte is lost."""

import codecs
import io
import re
import tokenize
from typing import NamedTuple

__all__ = ["Text", "Unparsable", "decode", "lines_of"]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


class Unparsable(Exception):
    """Says why a file cannot be ported, and at which line.

    Args:
        reason: Why.
        line: Line of the file, from 1.
    """

    def __init__(self, reason, line=1):
        super().__init__(reason)
        self.reason, self.line = reason, max(int(line or 1), 1)


class Text(NamedTuple):
    """The text of a file, with what is needed to write it back.

    Args:
        text: The characters, line ends as they were.
        encoding: Name of the encoding.
        mark: Byte order mark in front, or empty.
    """

    text: str
    encoding: str
    mark: bytes = b""

    def encode(self, text):
        """Returns the bytes of another text in the encoding of this one.

        Args:
            text: String.
        """
        return self.mark + text.encode(self.encoding)


def decode(data):
    """Reads the bytes of a Python file by their encoding cookie or byte order mark, UTF-8 without.

    Args:
        data: Bytes.

    Raises:
        Unparsable: for bytes that are not in that encoding, an unknown encoding, or NUL bytes.

    Example:
        >>> decode(b"# coding: latin-1\\n#\\xe9").text == "# coding: latin-1\\n#\\u00e9"
        True
    """
    if b"\0" in data:
        raise Unparsable("A NUL byte stands in the file.", data[: data.index(b"\0")].count(b"\n") + 1)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(mark + _two_lines(data[len(mark):])).readline)[0]
        encoding = "utf-8" if mark else encoding
        text = data[len(mark):].decode(encoding)
        if text.encode(encoding) != data[len(mark):]:
            raise Unparsable(f"The bytes do not come back from the encoding {encoding}.")
    except UnicodeDecodeError as error:
        line = data[: len(mark) + error.start].count(b"\n") + 1
        reason = f"The bytes are not {error.encoding}. Write the encoding into the first line."
        raise Unparsable(reason, line) from error
    except (SyntaxError, LookupError, UnicodeError, TypeError) as error:
        raise Unparsable(f"The encoding cannot be read: {error}.") from error
    return Text(text, encoding, mark)


def _two_lines(data):
    """Returns the first two lines with line ends that the standard library knows, a lone CR too, and in ASCII."""
    lines = data[:400].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:2]
    return re.sub(rb"[\x80-\xff]", b"?", b"\n".join(lines)) + b"\n"


def lines_of(text):
    """Cuts a text at the line ends of Python (not at form feeds), which stay.

    Args:
        text: String.

    Example:
        >>> lines_of("a\\r\\nb\\fc\\rd")
        ['a\\r\\n', 'b\\x0cc\\r', 'd']
    """
    return [line for line in _LINE.findall(text) if line]
