import re
import subprocess
import sys
from pathlib import Path

import architecture
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tfconvkit"
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|tmp|root|farm|home|Users)/[\w.]")
REGISTRY_HOST = re.compile(r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|deb\.debian\.org|proxy\.golang\.org)")


def package_sources():
    sources = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        sources[".".join(parts[:-1] if is_package else parts)] = (path.read_text(encoding="utf-8"), is_package)
    return sources


def outside_scripts():
    return [path for folder in ("tools", "examples") for path in sorted((ROOT / folder).rglob("*.py"))]


def project_files():
    """Lists the files that git tracks or would track; without a repository, the Python files."""
    if not (ROOT / ".git").exists():
        return [*PACKAGE.rglob("*.py"), *outside_scripts()]
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if (ROOT / name).is_file()]


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def lines_with(pattern):
    return [f"{path.relative_to(ROOT)}:{number}" for path in project_files()
            for number, line in enumerate(text_of(path).splitlines(), 1) if pattern.search(line)]


@pytest.mark.parametrize("module", package_sources())
def test_module_keeps_to_its_rung(module):
    source, is_package = package_sources()[module]
    assert architecture.violations(source, module, is_package=is_package) == []


def test_imports_form_no_cycle():
    assert architecture.first_cycle(package_sources()) is None


@pytest.mark.parametrize("path", outside_scripts(), ids=lambda path: path.name)
def test_script_uses_public_names_only(path):
    exported = {name: architecture.exports(source) for name, (source, _) in package_sources().items()}
    assert architecture.private_uses(text_of(path), exported) == []


def test_every_public_sub_package_exists():
    sources = package_sources()
    missing = [name for name in architecture.exports(sources["tfconvkit"][0]) if f"tfconvkit.{name}" not in sources]
    assert missing == []


def test_importing_the_package_loads_neither_keras_nor_a_backend():
    code = ("import sys, tfconvkit; dir(tfconvkit); import tfconvkit.cli; "
            "print(sorted({'keras', 'tensorflow', 'jax', 'torch', 'numpy'} & set(sys.modules)))")
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (finished.returncode, finished.stdout) == (0, "[]\n"), finished.stderr


def test_no_path_of_one_machine():
    assert lines_with(MACHINE_PATH) == []


def test_no_registry_host():
    assert lines_with(REGISTRY_HOST) == []


def test_ruff_finds_nothing():
    finished = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=ROOT,
                              capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr


# The checks themselves: each of these sources must be found out, and its neighbour must pass.

ALLOWED = {
    "tfconvkit.padding": "import math\nfrom tfconvkit.groups import Field",
    "tfconvkit.backend": "import keras\ndef vjp():\n    import tensorflow as tf\n    return tf.GradientTape",
    "tfconvkit.ops.kernels": "import numpy as np\nimport keras\nkeras.ops.take(np.zeros(1))",
    "tfconvkit.ops.patches": "from tfconvkit.ops import kernels\nfrom . import kernels as same",
    "tfconvkit.layers.group.conv": "from tfconvkit import groups\nfrom tfconvkit.ops import kernels\nimport keras",
    "tfconvkit.audit.picture": "def save():\n    import matplotlib.pyplot as plt",
    "tfconvkit.compat.tf1": "import tensorflow as tf\nfrom tfconvkit import layers",
    "tfconvkit.porting.rewrite": "import libcst\nfrom tfconvkit.porting import rules",
    "tfconvkit.cli": "import tfconvkit\ndef run():\n    from tfconvkit import demo",
}
FORBIDDEN = {
    "tfconvkit": "from tfconvkit import layers",
    "tfconvkit.groups": "import keras",
    "tfconvkit.padding": "from tfconvkit import backend",
    "tfconvkit.backend": "from tfconvkit import groups",
    "tfconvkit.ops.kernels": "import keras\nkeras.layers.Dense",
    "tfconvkit.ops.patches": "from keras import layers",
    "tfconvkit.ops.squeeze": "from tfconvkit import layers",
    "tfconvkit.operators.base": "from keras.layers import Dense",
    "tfconvkit.operators.solve": "from tfconvkit import losses",
    "tfconvkit.layers.flow.actnorm": "import tensorflow as tf",
    "tfconvkit.layers.flow.split": "def call():\n    import tensorflow as tf",
    "tfconvkit.layers.group.conv": "from tfconvkit.compat import groupy",
    "tfconvkit.layers.group.pool": "def call():\n    from tfconvkit import ops",
    "tfconvkit.layers.group.norm": "def call():\n    import math",
    "tfconvkit.layers.linear.chain": "from ...compat import groupy",
    "tfconvkit.models.gcnn": "import tfconvkit",
    "tfconvkit.audit.count": "from tfconvkit.surgery import collapse",
    "tfconvkit.surgery.deploy": "import scipy",
    "tfconvkit.compat.checkpoint": "from tfconvkit import porting",
    "tfconvkit.porting.rewrite": "from tfconvkit import groups",
    "tfconvkit.helpers": "import math",
}


@pytest.mark.parametrize("module", ALLOWED)
def test_checker_accepts_a_sound_import(module):
    assert architecture.violations(ALLOWED[module], module) == []


@pytest.mark.parametrize("module", FORBIDDEN)
def test_checker_finds_a_wrong_import(module):
    assert len(architecture.violations(FORBIDDEN[module], module, is_package=module == "tfconvkit")) == 1


def test_checker_finds_a_cycle():
    sources = {
        "tfconvkit.ops": ("from tfconvkit.ops import patches", True),
        "tfconvkit.ops.patches": ("from tfconvkit.ops.squeeze import squeeze", False),
        "tfconvkit.ops.squeeze": ("from . import patches", False),
    }
    assert {"tfconvkit.ops.patches", "tfconvkit.ops.squeeze"} == set(architecture.first_cycle(sources))
    sources["tfconvkit.ops.squeeze"] = ("import math", False)
    assert architecture.first_cycle(sources) is None


@pytest.mark.parametrize("source, count", [
    ("from tfconvkit import layers\nfrom tfconvkit.layers import GroupConv2D", 0),
    ("from tfconvkit.groups import get", 0),
    ("import tfconvkit\nprint(tfconvkit.__version__)", 0),
    ("from tfconvkit import demo", 1),
    ("from tfconvkit.layers.group import conv", 1),
    ("from tfconvkit.layers import Hidden", 1),
    ("from tfconvkit.groups import _table", 1),
    ("from tfconvkit import layers\nlayers.GroupConv2D(1, 3)._bank", 1),
])
def test_checker_knows_public_names(source, count):
    exported = {"tfconvkit": ["groups", "layers"], "tfconvkit.layers": ["GroupConv2D"], "tfconvkit.groups": None}
    assert len(architecture.private_uses(source, exported)) == count


@pytest.mark.parametrize("line", ["cd /" + "home/someone", 'open("/' + 'tmp/x")'])
def test_machine_paths_are_recognised(line):
    assert MACHINE_PATH.search(line) and not MACHINE_PATH.search("docs/home/index")


def test_registry_hosts_are_recognised():
    assert REGISTRY_HOST.search("https://pypi" + ".org/simple") and not REGISTRY_HOST.search("the registry")
