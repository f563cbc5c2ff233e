import pytest

from tfconvkit.porting.moving import Move, Stay, move_imports
from tfconvkit.porting.page import Page, parse

PLACES = {"a.x": "new.x", "a.y": "new.z", "a.far": "other.far", "a": "new.whole", "a.b": "new.b"}


def moved(source):
    page = Page(source, parse(source))
    move_imports(page, lambda found: Stay("Why.", "t") if "bad" in found.name else
                 Move(PLACES[found.name], "Why.", "t") if found.name in PLACES else None)
    return page.result(), [(finding.kind, finding.what) for finding in page.findings]


@pytest.mark.parametrize("source, expected", [
    ("from a import x", "from new import x"), ("from a import y", "from new import z as y"),
    ("from a import y as z", "from new import z"),
    ("from a import (x,  # one\n  y)", "from new import (x,  # one\n  z as y)"),
    ("from a import x, far, stays", "from new import x\nfrom other import far\nfrom a import stays"),
    ("if 1: from a import x, far", "if 1: from new import x; from other import far"),
    ("\tfrom a import x, far".strip(), "from new import x\nfrom other import far"),
    ("import a", "import new.whole as a"), ("import a as b, os", "import new.whole as b, os"),
    ("import a.b as c", "import new.b as c"), ("from   a   import x", "from   new   import x"),
    ("from a \\\n import x", "from new import x"), ("import other", "import other"),
])
def test_statements_are_rewritten(source, expected):
    assert moved(source)[0] == expected


def test_every_name_is_noted():
    assert moved("from a import x, bad")[1] == [
        ("undecided", "from a import bad"), ("changed", "from a import x -> from new import x")]
