"""Legacy packages with a shim in `tfconvkit.compat`: their imports go there."""

from typing import NamedTuple

from tfconvkit.porting.moving import Move, Stay
from tfconvkit.porting.names.legacy import LEGACY

__all__ = ["NAME", "PACKAGES", "Package", "apply", "move"]

NAME = "legacy"
_SHIMS = {name: frozenset(names.split()) for name, names in LEGACY.items()}


class Package(NamedTuple):
    """One legacy module.

    Args:
        shim: Module of `tfconvkit.compat` that has its names.
        is_common: Whether others may call a module so: then only an import of a name of the shim counts.
        note: What to know about it.
    """

    shim: str
    is_common: bool = False
    note: str = "The same names, signatures and numbers on today's TensorFlow."


_INPAINTING = Package("inpainting", note="The functions of version 2; those of branch v1.0.0 are in "
                                         "tfconvkit.compat.inpainting.v1.")
_KERNELGAN = Package("kernelgan", is_common=True, note="KernelGAN's function for TensorFlow: channels last.")
PACKAGES = {
    "groupy": Package("groupy"), "keras_gcnn": Package("keras_gcnn"), "inpaint_ops": _INPAINTING,
    "neuralgym": _INPAINTING, "real_nvp_utils": Package("real_nvp"),
    "real_nvp_multiscale_dataset": Package("real_nvp"), "imresize": _KERNELGAN, "util": _KERNELGAN, "loss": _KERNELGAN,
}


def move(page, found):
    """Says where a name imported from a legacy package is now; see `moving.move_imports`."""
    root, _, path = found.name.partition(".")
    package = PACKAGES[root]
    module, name = f"tfconvkit.compat.{package.shim}", path.rpartition(".")[2]
    if found.is_from and (name in _SHIMS[package.shim] or name == "*" and not package.is_common):
        return Move(f"{module}.{name}", package.note, NAME)
    if package.is_common:
        return None
    if not found.is_from and (found.alias.asname or not path) and root not in ("neuralgym", "groupy", "keras_gcnn"):
        return Move(module, package.note, NAME)
    return Stay(f"{module} has no {name or root}. It has: {', '.join(sorted(_SHIMS[package.shim]))}.", NAME)


def apply(page):
    """Notes what is used of a legacy module and is not in its shim."""
    for root, package in PACKAGES.items():
        for use in () if package.is_common else page.uses.get(root, ()):
            name = use.name.rpartition(".")[2]
            if use.is_attribute and name not in _SHIMS[package.shim]:
                page.undecided(use.node, use.name, f"tfconvkit.compat.{package.shim} has no {name}.", NAME)
