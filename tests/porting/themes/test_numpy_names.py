import numpy as np
import pytest
from porting.checks import kinds, ported


@pytest.mark.parametrize("source, expected", [
    ("np.int(3) + np.zeros(3, np.float)", "int(3) + np.zeros(3, float)"), ("np.bool, np.object", "bool, object"),
    ("np.NaN - np.Inf ** np.NINF", "np.nan - np.inf ** (-np.inf)"), ("np.product(x, axis=1)", "np.prod(x, axis=1)"),
    ("np.asscalar(x[0])", "np.asarray(x[0]).item()"), ("np.asfarray(x)", "np.asarray(x, dtype=float)"),
    ("np.msort(x)", "np.sort(x, axis=0)"), ("np.float_(3)", "np.float64(3)"), ("np.int32", "np.int32"),
    ("np.random.int", "np.random.int"), ("'np.int'  # np.int", "'np.int'  # np.int"), ("x.int", "x.int"),
])
def test_removed_names_are_replaced(source, expected):
    text, findings = ported(f"import numpy as np\ny = {source}\n")
    assert text == f"import numpy as np\ny = {expected}\n" and kinds(findings) == []


@pytest.mark.parametrize("source, expected", [
    ("import numpy\nnumpy.int", "import numpy\nint"),
    ("import numpy as n\nn.int\nnp.int", "import numpy as n\nint\nnp.int"),
    ("from numpy import product, array", "from numpy import prod as product, array"),
    ("import numpy as np\ndef f(np):\n    np.int", "import numpy as np\ndef f(np):\n    np.int"),
])
def test_aliases_are_respected(source, expected):
    assert ported(source)[0] == expected


@pytest.mark.parametrize("source, place", [
    ("from numpy import float, array", (1, "from numpy import float")),
    ("import numpy as np\nnp.cast['f']", (2, "np.cast")),
    ("import numpy as np\nf = np.asscalar", (2, "np.asscalar")), ("import numpy as np\nnp.math.pi", (2, "np.math.pi")),
])
def test_what_has_no_equal_is_named(source, place):
    text, findings = ported(source)
    assert text == source and kinds(findings) == [place]


@pytest.mark.parametrize("source", [
    "np.product([2, 3])", "np.asscalar(np.ones(1))", "np.asfarray([1, 2]).sum()", "np.msort([[3, 1], [2, 5]]).tolist()",
    "np.NINF", "np.in1d([1, 2], [2]).tolist()", "np.sometrue([0, 1])", "np.row_stack([[1], [2]]).tolist()",
    "np.trapz([1, 3])",
])
def test_what_is_written_computes_the_old_number(source):
    answers = {"np.product([2, 3])": 6, "np.asscalar(np.ones(1))": 1.0, "np.asfarray([1, 2]).sum()": 3.0,
               "np.msort([[3, 1], [2, 5]]).tolist()": [[2, 1], [3, 5]], "np.NINF": -np.inf,
               "np.in1d([1, 2], [2]).tolist()": [False, True], "np.sometrue([0, 1])": True,
               "np.row_stack([[1], [2]]).tolist()": [[1], [2]], "np.trapz([1, 3])": 2.0}
    text, _ = ported(f"import numpy as np\nanswer = {source}\n")
    space = {}
    exec(text, space)
    assert space["answer"] == answers[source]
