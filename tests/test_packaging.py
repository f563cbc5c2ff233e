import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import tfconvkit

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("build")
    for name in (".ci", "tfconvkit", "tests", "tools"):
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.suffix in (".cfg", ".toml", ".md", ".in") or path.name == "LICENSE":
            shutil.copy(path, folder / "source")
    finished = subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, folder / "source"],
                              capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return folder


def modules():
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / "tfconvkit").rglob("*.py")}


def test_wheel_holds_every_module_and_nothing_else(distributions):
    wheel, = distributions.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if ".dist-info/" not in name} == modules()
    assert any(name.endswith("LICENSE") for name in names)


def test_wheel_asks_for_what_the_package_imports(distributions):
    wheel, = distributions.glob("*.whl")
    metadata = zipfile.ZipFile(wheel).read(f"tfconvkit-{tfconvkit.__version__}.dist-info/METADATA").decode()
    for line in ("Requires-Python: >=3.10", "Requires-Dist: tensorflow>=", "Requires-Dist: keras>=3",
                 "License-File: LICENSE", "Requires-Dist: numpy>="):
        assert f"\n{line}" in metadata
    extras = {line.removeprefix("Provides-Extra: ") for line in metadata.splitlines() if "Provides-Extra" in line}
    assert extras >= {"tfp", "demo", "export", "port", "test", "bench"}


def test_sdist_holds_the_package_its_tests_and_its_tools(distributions):
    sdist, = distributions.glob("*.tar.gz")
    names = {name.partition("/")[2] for name in tarfile.open(sdist).getnames()}
    wanted = {"setup.cfg", "pyproject.toml", "LICENSE", "CHANGELOG.md", ".ci/run", "tools/test", "tests/test_tools.py"}
    assert modules() | wanted <= names


def test_unknown_attribute_of_the_package_lists_the_public_ones():
    with pytest.raises(AttributeError, match='has no attribute "layer".*: audit, groups, layers'):
        tfconvkit.layer  # noqa: B018
    assert set(tfconvkit.__all__) <= set(dir(tfconvkit))
    assert tfconvkit.groups is sys.modules["tfconvkit.groups"]
