"""Which packages are there: the needed ones, and those of each extra."""

import re
from importlib import metadata

from tfconvkit.doctor.check import Check, release

_NEEDED = {"tensorflow": "2.18", "keras": "3.8", "numpy": "1.26"}
# Wheels of the same module under other names.
_TWINS = {"tensorflow": ("tensorflow", "tensorflow-cpu", "tf-nightly", "tensorflow-macos")}
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)[^;]*>=\s*(?P<version>[\w.]+).*extra\s*==\s*[\"'](?P<extra>[\w-]+)[\"']")


def version_of(name):
    """Returns the version of an installed package, None without it."""
    for each in _TWINS.get(name, (name,)):
        try:
            return metadata.version(each)
        except metadata.PackageNotFoundError:
            continue
    return None


def checks():
    """Yields a `Check` for each needed package and for each extra."""
    for name, least in _NEEDED.items():
        version = version_of(name)
        is_fine = version is not None and release(version) >= release(least)
        yield Check(name, "ok" if is_fine else "failure", version or "not installed",
                    "" if is_fine else f'Run: pip install "{name}>={least}"')
    wheels = [name for name in _TWINS["tensorflow"] if _has(name)]
    if len(wheels) > 1:
        yield Check("tensorflow wheels", "warning", f"{' and '.join(wheels)} write the same files",
                    "Keep one: pip uninstall the others, then install that one again.")
    yield from _extras(_requirements())


def _has(name):
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


def _requirements():
    try:
        return metadata.requires("tfconvkit") or []
    except metadata.PackageNotFoundError:
        return []


def _extras(requirements):
    """Yields one note per extra.

    Args:
        requirements: Lines of the package's metadata, such as `'matplotlib>=3.9; extra == "demo"'`.
    """
    by_extra = {}
    for found in filter(None, map(_REQUIREMENT.match, requirements)):
        by_extra.setdefault(found["extra"], []).append((found["name"], found["version"]))
    for extra, packages in by_extra.items():
        versions = {name: version_of(name) for name, _ in packages}
        missing = [f"{name}>={least}" for name, least in packages
                   if versions[name] is None or release(versions[name]) < release(least)]
        text = f"without {', '.join(missing)}" if missing else ", ".join(f"{n} {v}" for n, v in versions.items())
        remedy = f'If you need it: pip install "tfconvkit[{extra}]"' if missing else ""
        yield Check(f"extra {extra}", "note" if missing else "ok", text, remedy)
