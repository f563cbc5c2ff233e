import pytest
from porting.checks import kinds

from tfconvkit.porting.rewrite import read, rewrite


@pytest.mark.parametrize("source, expected", [
    (b"import helper, os\nprint 'x'\n", [(1, "import of helper")]),
    (b"from helper import f\nprint 'x'\n", [(1, "import of helper.f")]),
    (b"from . import helper\nprint 'x'\n", []), (b"import helper\nprint('x')\n", []),
])
def test_imports_of_modules_beside_a_file_of_a_package_are_named(source, expected):
    assert kinds(rewrite(read(source), siblings={"helper", "model"}).findings) == expected
    assert kinds(rewrite(read(source)).findings) == []
