"""Rewrites import statements by what the themes say about each name in them."""

import ast
import re
from typing import NamedTuple

__all__ = ["Move", "Stay", "move_imports"]

_FROM = re.compile(r"from[ \t]+([\w.]+)[ \t]+import\b")


class Move(NamedTuple):
    """Where an imported name is now.

    Args:
        to: Full name, such as `"tfconvkit.compat.tf1"`.
        reason: Why.
        theme: Which part of the tool says so.
    """

    to: str
    reason: str
    theme: str


class Stay(NamedTuple):
    """Why an imported name could not be moved: a human must decide.

    Args:
        reason: Why, and what to do.
        theme: Which part of the tool says so.
    """

    reason: str
    theme: str


def move_imports(page, answer):
    """Rewrites the import statements of a page.

    Args:
        page: `Page` with `imports`.
        answer: Function from `Imported` to `Move`, `Stay`, or None where the name is right as it is.
    """
    statements, modules = {}, set()
    for found in (each for group in page.imports.values() for each in group):
        statements.setdefault(id(found.node), []).append((found, answer(found)))
    for pairs in statements.values():
        for found, said in pairs:
            if isinstance(said, Stay):
                page.undecided(found.node, _text(found), said.reason, said.theme)
        if any(isinstance(said, Move) for _, said in pairs):
            rewrite = _rewrite_from if isinstance(pairs[0][0].node, ast.ImportFrom) else _rewrite_import
            rewrite(page, pairs)
        modules |= {f"import {said.to}" for found, said in pairs if isinstance(said, Move) and not found.is_from}
    page.add_needed(modules)


def _text(found):
    alias = found.alias
    name = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
    if not found.is_from:
        return f"import {name}"
    return f"from {'.' * found.node.level}{found.node.module or ''} import {name}"


def _rewrite_import(page, pairs):
    for found, said in pairs:
        if isinstance(said, Move):
            start, end = page.span(found.alias)
            is_plain = not found.alias.asname and found.bound == said.to.partition(".")[0]
            new = said.to if is_plain else f"{said.to} as {found.bound}"
            page.change(found.node, new, f"{_text(found)} -> import {new}", said.reason, said.theme, (start, end))


def _rewrite_from(page, pairs):
    node = pairs[0][0].node
    written = _FROM.match(page.slice(node))
    modules = {said.to.rpartition(".")[0] if isinstance(said, Move) else None for _, said in pairs}
    if len(modules) > 1 or written is None:
        _split(page, node, pairs)
        return
    module, = modules
    start = page.span(node)[0]
    page.edit((start + written.start(1), start + written.end(1)), module)
    for found, said in pairs:
        name = said.to.rpartition(".")[2]
        if name != found.alias.name:
            page.edit(page.span(found.alias), f"{name} as {found.bound}" if name != found.bound else name)
        _note(page, found, said)


def _split(page, node, pairs):
    """Writes one statement for each module, and one for what stays."""
    groups = {}
    for found, said in pairs:
        module, _, name = said.to.rpartition(".") if isinstance(said, Move) else (node.module, "", found.alias.name)
        module = module if isinstance(said, Move) else f"{'.' * node.level}{node.module or ''}"
        groups.setdefault(module, []).append(name if name == found.bound else f"{name} as {found.bound}")
        if isinstance(said, Move):
            _note(page, found, said)
    statements = [f"from {module} import {', '.join(names)}" for module, names in groups.items()]
    page.edit(page.span(node), page.joined(node, statements))


def _note(page, found, said):
    module, _, name = said.to.rpartition(".")
    name = name if name == found.bound else f"{name} as {found.bound}"
    page.note(found.node, "changed", f"{_text(found)} -> from {module} import {name}", said.reason, said.theme)
