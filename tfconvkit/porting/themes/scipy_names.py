"""Functions that SciPy moved or removed."""

from tfconvkit.porting.moving import Move, Stay

__all__ = ["NAME", "ROOT", "apply", "move"]

NAME, ROOT = "scipy", "scipy"
_SPECIAL = "comb factorial factorial2 factorialk logsumexp"
_MOVED = {
    **{f"misc.{name}": f"scipy.special.{name}" for name in _SPECIAL.split()},
    "signal.gaussian": "scipy.signal.windows.gaussian", "signal.hann": "scipy.signal.windows.hann",
    "signal.hanning": "scipy.signal.windows.hann", "signal.hamming": "scipy.signal.windows.hamming",
    "signal.blackman": "scipy.signal.windows.blackman", "signal.kaiser": "scipy.signal.windows.kaiser",
    "integrate.simps": "scipy.integrate.simpson", "integrate.trapz": "scipy.integrate.trapezoid",
    "integrate.cumtrapz": "scipy.integrate.cumulative_trapezoid", "linalg.pinv2": "scipy.linalg.pinv",
    "stats.binom_test": None, "misc.imread": "imageio.v2.imread",
    "misc.ascent": "scipy.datasets.ascent", "misc.face": "scipy.datasets.face",
    "misc.electrocardiogram": "scipy.datasets.electrocardiogram", "ndimage.imread": "imageio.v2.imread",
    "interp": "numpy.interp", "randn": "numpy.random.randn", "rand": "numpy.random.rand",
}
del _MOVED["stats.binom_test"]
_MODULES = ("ndimage.filters", "ndimage.interpolation", "ndimage.measurements", "ndimage.morphology", "ndimage.fourier")
_SPARSE = ("sparse.linalg.eigen.", "sparse.linalg.isolve.", "sparse.linalg.dsolve.")
_GONE = {
    "misc.imsave": "It scaled floats to 0..255 by their extremes. Use imageio.v2.imwrite on uint8 that you scaled.",
    "misc.imresize": "It scaled by the image's extremes and returned uint8. Use PIL.Image.fromarray(image).resize("
                     "(width, height), PIL.Image.BILINEAR), or tfconvkit.ops.resize.imresize; compare a few images.",
    "misc.toimage": "It scaled by the array's extremes. Use PIL.Image.fromarray on a uint8 array that you scaled.",
    "misc.fromimage": "Use numpy.asarray(image).",
    "misc.imrotate": "Use scipy.ndimage.rotate or PIL.Image.rotate; imrotate scaled by the extremes.",
    "misc.imshow": "Use matplotlib.", "misc.imfilter": "Use PIL.ImageFilter.",
    "misc.bytescale": "Write the scaling to 0..255.", "misc.derivative": "Write the difference quotient.",
    "misc.lena": "Use scipy.datasets.face.", "stats.binom_test": "Use scipy.stats.binomtest(...).pvalue.",
    "stats.betai": "Use scipy.special.betainc.", "linalg.pinvh2": "Use scipy.linalg.pinvh.",
}
_IMAGES = "SciPy 1.2 removed its images. imageio (a package of its own) reads the same uint8 array."
_WHY = "SciPy moved this function."


def move(page, found):
    """Says where a name imported from SciPy is now; see `moving.move_imports`."""
    name = found.name.partition(".")[2]
    if name in _GONE:
        return Stay(f"SciPy removed it. {_GONE[name]}", NAME)
    if not found.is_from:
        return _move_module(page, found)
    if name in _MOVED:
        if any(_is_unsure(use) for use in page.uses.get(ROOT, ()) if use.name == found.name and not use.is_attribute):
            return None
        return Move(_MOVED[name], _IMAGES if name.endswith("imread") else _WHY, NAME)
    if name.startswith(_SPARSE) and name.count(".") > 2:
        return Move(f"scipy.sparse.linalg.{name.rpartition('.')[2]}", "SciPy made this module private.", NAME)
    for module in _MODULES:
        if name.startswith(f"{module}."):
            return Move(f"scipy.ndimage{name[len(module):]}", "SciPy made this module private.", NAME)
    return None


def _move_module(page, found):
    """Moves `import scipy.misc`, where nothing of it is left, to what took its place."""
    used = [_target(use) for use in page.uses.get(ROOT, ()) if use.name.startswith("scipy.misc.")]
    if found.written != "scipy.misc" or found.alias.asname or not used or None in used:
        return None
    module = used[0].rpartition(".")[0]
    return Move(module, "SciPy emptied scipy.misc.", NAME) if module.startswith("scipy") else None


def apply(page):
    """Replaces moved functions where they are used by their full name, and notes those without an equal."""
    for use in page.uses.get(ROOT, ()):
        name = use.name.partition(".")[2]
        if name in _GONE and use.is_attribute:
            page.undecided(use.node, use.name, f"SciPy removed it. {_GONE[name]}", NAME)
        elif name in _MOVED and _is_unsure(use):
            page.undecided(use.node, use.name, f"{_IMAGES} Its arguments mode and flatten became pilmode and as_gray; "
                                               "write them by name.", NAME)
        elif name in _MOVED and use.is_attribute:
            _replace(page, use, name)


def _target(use):
    name = use.name.partition(".")[2]
    return None if name not in _MOVED or _is_unsure(use) else _MOVED[name]


def _is_unsure(use):
    is_image = use.name.endswith(".imread")
    return is_image and (use.call is None or len(use.call.args) != 1 or bool(use.call.keywords))


def _replace(page, use, name):
    to = _MOVED[name]
    page.need(f"import {to.rpartition('.')[0]}")
    page.change(use.node, to, f"{page.slice(use.node)} -> {to}", _IMAGES if name.endswith("imread") else _WHY, NAME)
