"""The results of the audit as text and as JSON."""

import dataclasses
import itertools
import json
import math

from tfconvkit.audit.counting import LayerCounts
from tfconvkit.audit.results import EquivarianceReport, SizesReport

WIDTH = 100
_SHORTEST = 8


def table(result):
    """Returns a result of the audit as text, at most 100 columns wide.

    Args:
        result: What `count`, `equivariance` or `safe_sizes` returned.

    Raises:
        TypeError: if it is none of these.

    Example:
        >>> model = keras.Sequential([keras.Input((32, 32, 3)), layers.LiftConv2D(16, 3, group="C4")])
        >>> print(audit.table(audit.count(model)))
        Parameters of ...
    """
    return "\n".join(_writer(result, _TEXTS)(result))


def to_json(result):
    """Returns a result of the audit as a JSON object, with stable keys.

    Infinite and undefined errors are the strings `"Infinity"` and `"NaN"`: JSON has no such numbers, and null stands
    for what was not judged.

    Args:
        result: What `count`, `equivariance` or `safe_sizes` returned.

    Raises:
        TypeError: if it is none of these.

    Example:
        >>> model = keras.Sequential([keras.Input((32, 32, 3)), layers.LiftConv2D(16, 3, group="C4")])
        >>> json.loads(audit.to_json(audit.count(model)))["total"]["stored"]
        448
    """
    return json.dumps(as_dict(result), indent=2, allow_nan=False)


def as_dict(result):
    """Returns a result of the audit as a dictionary of plain values that JSON knows."""
    return _plain(_writer(result, _DICTIONARIES)(result))


def _writer(result, writers):
    for kind, writer in writers.items():
        if isinstance(result, kind):
            return writer
    expected = ", ".join(kind.__name__ for kind in writers)
    raise TypeError(f"Expected a result of the audit ({expected}). Received {result!r} of type {type(result)}.")


def _count_lines(counts):
    header = ("layer", "class", "output", "stored", "trainable", "expanded", "plain", "mult-adds")
    body = [
        (row.name, row.class_name, _shape(row.output_shape), f"{row.stored:,}", f"{row.trainable:,}",
         _number(row.expanded), f"{row.plain:,}", _large(row.multiply_adds))
        for row in (*counts, counts.total)
    ]  # fmt: skip
    yield f'Parameters of "{counts.name}"'
    yield from _aligned([header, *body], left=3, rule_before_last=True)
    if counts.is_whole:
        yield "The model is written as a subclass: it is counted as one layer."
    if None in (counts.total.multiply_adds, counts.total.expanded):
        yield "?: depends on a size that the model leaves open (give an input shape), or a layer of another kind."


def _equivariance_lines(report):
    header = ("layer", "class", "field", "worst error", "element", "tolerance", "")
    body = [
        (row.name, row.class_name, row.field, _error(row.error), _element(row), f"{row.tolerance:.0e}", _verdict(row))
        for row in report.rows
    ]
    shapes = " and ".join(map(str, report.input_shapes))
    yield from _wrapped("Equivariance ", f'of "{report.name}" under {report.group.name} on inputs of {shapes}')
    yield from _aligned([header, *body], left=3)
    yield f"Output: {_error(report.error)}. Verdict: {'equivariant' if report.ok else 'NOT shown to be equivariant'}."
    yield from _wrapped("Largest error per element: ", _per_element(report))
    broken = report.first_broken
    if broken is not None:
        because = f": {broken.reason}" if broken.reason else ""
        yield from _wrapped("First broken: ", f'"{broken.name}" at element {broken.worst_element}{because}.')
    for text in report.mismatches:
        yield from _wrapped("Mismatch: ", f"{text}.")
    for text in report.warnings:
        yield from _wrapped("Warning: ", text)
    for remark, rows in itertools.groupby(sorted(report.rows, key=_remark), key=_remark):
        if remark:
            yield from _wrapped("Remark: ", f"{', '.join(row.name for row in rows)}: {remark}.")


def _sizes_lines(report):
    yield f'Input sizes that keep the grid of "{report.name}" symmetric under {report.group.name}'
    yield from _wrapped("Safe: ", _ranges(report.sizes) or "none")
    by_layer = {}
    for size, (path, why) in report.unsafe.items():
        by_layer.setdefault(path, []).append((size, why))
    for path, found in by_layer.items():
        sizes = _ranges([size for size, _ in found])
        yield from _wrapped("Unsafe: ", f'{sizes}, first by "{path}"; at {found[0][0]}: {found[0][1]}')
    if report.unknown:
        yield from _wrapped("Not judged: ", ", ".join(report.unknown))


def _per_element(report):
    columns = zip(*(row.errors for row in report.rows), strict=True)
    judged = [[error for error in column if error is not None] for column in columns]
    return ", ".join(f"{g}: {_error(max(errors) if errors else None)}" for g, errors in enumerate(judged))


def _element(row):
    return "-" if row.error is None else str(row.worst_element)


def _verdict(row):
    if not row.ok:
        return "BROKEN"
    return "ok" if row.is_judged else "-"


def _remark(row):
    return row.remark


def _aligned(rows, left, rule_before_last=False):
    """Lines up the columns, the first `left` of them to the left; these are clipped until the table fits."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH and max(widths[:left]) > _SHORTEST:
        widths[widths.index(max(widths[:left]))] -= 1
    lines = []
    for row in rows:
        cells = [_clip(cell, width) for cell, width in zip(row, widths, strict=True)]
        sides = [cell.ljust if i < left else cell.rjust for i, cell in enumerate(cells)]
        lines.append("  ".join(side(width) for side, width in zip(sides, widths, strict=True)).rstrip())
    rule = "-" * max(map(len, lines))
    return [lines[0], rule, *lines[1:-1], *([rule] if rule_before_last else []), lines[-1]]


def _clip(text, width):
    """Keeps both ends of a text: names of layers often differ at their ends."""
    if len(text) <= width:
        return text
    kept = width - 1
    return f"{text[: kept // 2]}~{text[len(text) - kept + kept // 2 :]}"


def _wrapped(head, text):
    """Breaks a text at spaces, the following lines indented under the first."""
    line = head
    for word in text.split(" "):
        if len(line) + len(word) > WIDTH and line.strip():
            yield line.rstrip()
            line = "  "
        line += word + " "
    yield line.rstrip()


def _shape(shape):
    return "" if shape is None else "(" + ", ".join("?" if size is None else str(size) for size in shape[1:]) + ")"


def _number(value):
    return "?" if value is None else f"{value:,}"


def _large(value):
    """A number with three digits and a unit, from a million on."""
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6)):
        if value is not None and value >= size:
            return f"{value / size:.3g}{unit}"
    return _number(value)


def _error(value):
    return "-" if value is None else f"{value:.1e}"


def _ranges(sizes):
    """Writes sizes as `4, 6, 8` or, from four equal steps on, `5 to 65 by 4`."""
    texts, rest = [], list(sizes)
    while rest:
        step = rest[1] - rest[0] if len(rest) > 1 else 1
        length = next((i for i, size in enumerate(rest) if size != rest[0] + i * step), len(rest))
        by = "" if step == 1 else f" by {step}"
        texts += [f"{rest[0]} to {rest[length - 1]}{by}"] if length > 3 else [str(rest[0])]
        rest = rest[length if length > 3 else 1 :]
    return ", ".join(texts)


def _count_dict(counts):
    rows = [dataclasses.asdict(row) for row in counts]
    return {"kind": "count", "model": counts.name, "is_whole": counts.is_whole, "layers": rows,
            "total": dataclasses.asdict(counts.total)}  # fmt: skip


def _equivariance_dict(report):
    rows = [
        {**dataclasses.asdict(row), "error": row.error, "worst_element": row.worst_element, "ok": row.ok}
        for row in report.rows
    ]
    broken = report.first_broken
    return {
        "kind": "equivariance",
        "model": report.name,
        "group": report.group.name,
        "input_shapes": report.input_shapes,
        "elements": report.group.matrices.tolist(),
        "ok": report.ok,
        "error": report.error,
        "largest_error": report.largest_error,
        "first_broken": broken and {"name": broken.name, "reason": broken.reason},
        "not_judged": [row.name for row in report.not_judged],
        "outputs": report.output_names,
        "mismatches": report.mismatches,
        "warnings": report.warnings,
        "layers": rows,
    }


def _sizes_dict(report):
    unsafe = [{"size": size, "layer": path, "reason": why} for size, (path, why) in report.unsafe.items()]
    return {"kind": "safe_sizes", "model": report.name, "group": report.group.name, "sizes": report.sizes,
            "unsafe": unsafe, "unknown": report.unknown}  # fmt: skip


def _plain(value):
    """Replaces what JSON does not know."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


_TEXTS = {LayerCounts: _count_lines, EquivarianceReport: _equivariance_lines, SizesReport: _sizes_lines}
_DICTIONARIES = {LayerCounts: _count_dict, EquivarianceReport: _equivariance_dict, SizesReport: _sizes_dict}
