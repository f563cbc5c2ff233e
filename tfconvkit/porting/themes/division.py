"""Python 2's division: `/` of integers becomes `//`; what cannot be known is for a human."""

import ast

from tfconvkit.porting.marks import is_python3
from tfconvkit.porting.themes import numbers, tensorflow

__all__ = ["NAME", "apply"]

NAME = "division"
_WHY = "Both sides are integers: Python 2 divided them to an integer."
_MAYBE = "Both sides are integers, and nothing says Python 2 or 3: if it was Python 2, write //."
_UNKNOWN = "Division of unknown operands in a Python 2 file: write // if both are integers, leave / if one is a float."


def apply(page):
    """Decides each division of a file that was Python 2."""
    is_legacy = any(not found.written.startswith("tfconvkit") for found in page.imports.get("tensorflow", ()))
    if not page.is_python2 and (not is_legacy or is_python3(page.tree.module) or tensorflow.is_modern(page)):
        return
    known = numbers.Kinds(page)
    for node, scope in page.nodes(ast.BinOp, ast.AugAssign):
        if isinstance(node.op, ast.Div):
            left, right = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
            kinds = {known.kind(left, scope), known.kind(right, scope)}
            if page.is_python2:
                _decide(page, node, left, right, kinds)
            elif kinds == {numbers.INTEGER}:
                page.suggest(node, _text(page, node), _MAYBE, NAME)


def _text(page, node):
    text = " ".join(page.slice(node).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _decide(page, node, left, right, kinds):
    if numbers.FLOAT in kinds:
        return
    text = _text(page, node)
    if kinds == {numbers.INTEGER}:
        place = _operator(page, page.span(left)[1], page.span(right)[0])
        page.change(node, "//", f"{text}: / -> //", _WHY, NAME, (place, place + 1))
    else:
        page.undecided(node, text, _UNKNOWN, NAME)


def _operator(page, start, end):
    """Returns the position of the `/` between two operands, past parentheses and comments."""
    while page.text[start] != "/":
        if page.text[start] == "#":
            start = min(place for place in (page.text.find("\n", start), page.text.find("\r", start), end) if place > 0)
        else:
            start += 1
    return start
