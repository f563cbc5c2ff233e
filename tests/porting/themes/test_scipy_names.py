import pytest
from porting.checks import kinds, ported


@pytest.mark.parametrize("source, expected", [
    ("from scipy.misc import comb, logsumexp", "from scipy.special import comb, logsumexp"),
    ("import scipy.misc\nscipy.misc.factorial(4)", "import scipy.special\nscipy.special.factorial(4)"),
    ("import scipy.misc\nx = scipy.misc.imread('a')",
     "import scipy.misc\nimport imageio.v2\nx = imageio.v2.imread('a')"),
    ("from scipy.misc import imread\nimread('a')", "from imageio.v2 import imread\nimread('a')"),
    ("from scipy import misc\nmisc.imread(f)", "from scipy import misc\nimport imageio.v2\nimageio.v2.imread(f)"),
    ("from scipy.ndimage.filters import gaussian_filter", "from scipy.ndimage import gaussian_filter"),
    ("from scipy.sparse.linalg.eigen.arpack import eigsh", "from scipy.sparse.linalg import eigsh"),
    ("from scipy.signal import gaussian as g", "from scipy.signal.windows import gaussian as g"),
    ("from scipy.integrate import simps, quad", "from scipy.integrate import simpson as simps, quad"),
    ("from scipy.ndimage import zoom", "from scipy.ndimage import zoom"),
])
def test_moved_functions_are_found(source, expected):
    text, findings = ported(source)
    assert text == expected and kinds(findings) == []


@pytest.mark.parametrize("source, place", [
    ("from scipy.misc import imresize", (1, "from scipy.misc import imresize")),
    ("import scipy.misc as sm\nsm.toimage(x)", (2, "scipy.misc.toimage")),
    ("import scipy.misc\nscipy.misc.imread(f, True)", (2, "scipy.misc.imread")),
])
def test_what_has_no_equal_is_named(source, place):
    text, findings = ported(source)
    assert text == source and kinds(findings) == [place]


def test_the_new_places_are_there():
    special = pytest.importorskip("scipy.special")
    text, _ = ported("from scipy.misc import comb\nimport scipy.misc\nanswer = comb(5, 2) + scipy.misc.factorial(3)\n")
    space = {}
    exec(text, space)
    assert space["answer"] == special.comb(5, 2) + 6
