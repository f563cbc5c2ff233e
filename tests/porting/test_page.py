import pytest

from tfconvkit.porting.decoding import Unparsable
from tfconvkit.porting.page import Page, parse


def page_of(text):
    return Page(text, parse(text))


@pytest.mark.parametrize("text", ["x = \u00e9 + y\n", "a\rx = y", "'''\r\n'''; x = y\r\n", "\x0c\nx = y",
    "\tx = y".strip(),
                                  "x = (\n  y)", "x = '\u20ac\U0001f600' + y"])
def test_positions_count_characters_whatever_the_text(text):
    page = page_of(text)
    name = page.tree.module.body[-1].value
    name = getattr(name, "right", name)
    assert page.slice(name) == "y"


def test_replacements_keep_all_other_bytes():
    page = page_of("x = a  # \u00e9\r\n\r\ny  =  b ;z=1\r")
    for statement in page.tree.module.body[:2]:
        page.change(statement.value, "new", "old -> new", "a reason", "test")
    assert page.result() == "x = new  # \u00e9\r\n\r\ny  =  new ;z=1\r"
    assert [(finding.line, finding.kind) for finding in page.findings] == [(1, "changed"), (3, "changed")]


def test_overlapping_replacements_are_refused():
    page = page_of("x = a.b")
    value = page.tree.module.body[0].value
    page.change(value, "y", "", "", "")
    page.change(value.value, "z", "", "", "")
    with pytest.raises(ValueError, match="Expected replacements side by side"):
        page.result()


@pytest.mark.parametrize("text, expected", [
    ("import a\nb", "import a\nc\nd\nb"), ("import a", "import a\nc\nd"), ("import a # x\r\nb",
    "import a # x\r\nc\r\nd\r\nb"),
    ("import a; b", "import a; c; d; b"), ("if x: import a\nb", "if x: import a; c; d\nb"),
    ("if x:\n\timport a\n", "if x:\n\timport a\n\tc\n\td\n"), ("import a ;\n", "import a; c; d ;\n"),
    ("import \\\n  a\nb", "import \\\n  a\nc\nd\nb"), ("\x0cimport a\n", "\x0cimport a\n\x0cc\n\x0cd\n"),
])
def test_statements_are_added_where_they_can_stand(text, expected):
    page = page_of(text)
    statement = page.imports["a"][0].node
    page.insert_after(statement, "c")
    page.insert_after(statement, "d")
    assert page.result() == expected
    parse(page.result())


@pytest.mark.parametrize("text, reason", [
    ("x = (", "Python 3 does not parse it: .*never closed"), ("print 'x'", "Missing parentheses"),
    ("if x:\n\ty\n        z", "inconsistent use of tabs|unindent"), ("(" * 3000, "Python 3 does not parse it"),
    ("-" * 100000 + "1", "Python 3 does not parse it"), ("x" + ".y" * 100000, "Python 3 does not parse it"),
])
def test_what_python_3_does_not_parse_says_so(text, reason):
    with pytest.raises(Unparsable, match=reason):
        parse(text)
