"""The picture of the demo: accuracy per angle, and one filter and one digit turning together."""

import numpy as np
from matplotlib.figure import Figure

from tfconvkit.demo.measurements import ANGLES, element_name

# Colours of Okabe and Ito, which colour-blind people tell apart.
_NETWORKS = {"equivariant": "#0072B2", "plain": "#D55E00"}
_FRAMES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6D1F", "#000000")
_INK, _FAINT = "#222222", "#666666"
_TITLE, _TEXT = 18, 14
# Inches.
_HEIGHT, _LEFT, _RIGHT, _MARGIN, _CELL = 9, 5.6, 8.5, 0.4, 1.5


def draw(measured, turning, notes):
    """Draws the picture of the report.

    Args:
        measured: Dictionary from `"equivariant"` and `"plain"` to a `Measurement`.
        turning: A `Turning`.
        notes: Lines of text below the bars.

    Returns:
        A `matplotlib.figure.Figure`.
    """
    right_width = max(_RIGHT, _CELL * (turning.group.order + 3) + _MARGIN)
    figure = Figure(figsize=(_LEFT + right_width, _HEIGHT), dpi=100, facecolor="white")
    left, right = figure.subfigures(1, 2, width_ratios=(_LEFT, right_width))
    _draw_accuracy(left, measured, turning.group)
    _write(left, 0.18, notes, va="top", linespacing=1.6)
    _draw_turning(right, right_width, turning)
    return figure


def _draw_accuracy(figure, measured, group):
    """Draws the accuracy per angle as grouped bars."""
    _write(figure, 0.93, "Trained on upright digits,\ntested at four angles", fontsize=_TITLE, weight="bold")
    axes = figure.add_axes((_MARGIN / _LEFT, 0.3, 1 - _MARGIN / _LEFT, 0.47))
    titles = {"equivariant": f"{group.name} network", "plain": "plain CNN"}
    for shift, (name, each) in zip((-0.2, 0.2), measured.items(), strict=True):
        label = f"{titles[name]}, {each.parameters:,} parameters"
        heights = [100 * share for share in each.accuracy]
        bars = axes.bar(np.arange(len(ANGLES)) + shift, heights, 0.37, color=_NETWORKS[name], label=label)
        axes.bar_label(bars, fmt="%.0f%%", padding=2, fontsize=_TEXT - 1, color=_INK)
    axes.set_xticks(range(len(ANGLES)), [f"{angle}°" for angle in ANGLES], fontsize=_TEXT)
    axes.set_xlabel("share of test digits recognised, by angle", fontsize=_TEXT, color=_INK, labelpad=8)
    axes.set(ylim=(0, 108), yticks=[])
    axes.tick_params(length=0)
    axes.spines[["left", "right", "top"]].set_visible(False)
    figure.legend(loc="upper left", bbox_to_anchor=(0.04, 0.88), frameon=False, fontsize=_TEXT, handlelength=1)


def _draw_turning(figure, width, turning):
    """Draws the table: filters on top, below them a row per moved digit with its feature maps and the answers."""
    title = f"One filter in every orientation of {turning.group.name}:\nfeature maps move with the digit"
    _write(figure, 0.93, title, fontsize=_TITLE, weight="bold")
    axes = _table(figure, width, rows=len(turning.elements) + 1, columns=turning.group.order + 2)
    _draw_filters(axes[0], turning)
    for row in range(len(turning.elements)):
        _draw_row(axes[row + 1], turning, row)
    bottom = axes[-1, 0].get_position().y0
    _write(figure, bottom - 0.04, "Same colour and letter: the same feature map, moved as the digit was.", color=_FAINT)


def _table(figure, width, rows, columns):
    """Returns an array `(rows, columns)` of empty axes, the cells of a table with square cells."""
    # Five rows fill the height; fewer stand at the top.
    height, gap, label = 0.145, 0.15, 0.9
    grid = figure.add_gridspec(
        rows, columns, top=0.82, bottom=0.82 - height * rows, wspace=gap, hspace=gap,
        left=(_MARGIN + label) / width, right=(_MARGIN + label + _CELL * columns) / width,
    )
    axes = np.array([[figure.add_subplot(grid[row, column]) for column in range(columns)] for row in range(rows)])
    for each in axes.flat:
        each.set(xticks=[], yticks=[])
        each.spines[:].set_visible(False)
    return axes


def _draw_filters(axes, turning):
    """Draws the stored filter and its copies."""
    limit = np.abs(turning.stored).max()
    for cell, kernel in zip(axes, [turning.stored, *turning.bank], strict=False):
        cell.imshow(kernel, cmap="PuOr", vmin=-limit, vmax=limit)
    copies = f"its copies in the bank: the same {turning.stored.size} numbers"
    for cell, title in zip(axes, ("stored filter", copies), strict=False):
        cell.set_title(title, fontsize=_TEXT, color=_INK, pad=8, loc="left")


def _draw_row(axes, turning, row):
    """Draws one moved digit, its feature maps in frames and the answers of the networks."""
    element = turning.elements[row]
    axes[0].imshow(turning.images[row], cmap="gray_r", vmin=0, vmax=1)
    name = element_name(turning.group, element).replace(" ", "\n")
    axes[0].set_ylabel(name, fontsize=_TEXT, color=_INK, rotation=0, ha="right", va="center", labelpad=8)
    sources = turning.group.cayley[turning.group.inverse[element]]
    for cell, feature_map, source in zip(axes[1:-1], turning.maps[row], sources, strict=True):
        cell.imshow(feature_map, cmap="gray_r", vmin=0, vmax=turning.maps.max())
        cell.spines[:].set(visible=True, color=_FRAMES[source], linewidth=3.5)
        _write(cell, 1, "ABCDEFGH"[source], x=-0.07, ha="right", va="top", weight="bold", color=_FRAMES[source])
    # The first part of a name such as D1_antidiagonal: the whole would leave the picture.
    titles = {"equivariant": turning.group.name.partition("_")[0], "plain": "plain"}
    for height, (name, answers) in zip((0.66, 0.34), turning.answers.items(), strict=True):
        verdict = f"{titles[name]} says {answers[row]} {'✓' if answers[row] == turning.digit else '✗'}"
        _write(axes[-1], height, verdict, x=0, weight="bold", color=_NETWORKS[name])


def _write(place, height, text, x=None, **kwargs):
    """Writes at fractions of a figure or of axes; `x=None` is the left margin of a figure."""
    if x is None:
        x = _MARGIN * place.figure.dpi / place.bbox.width
    transform = getattr(place, "transAxes", None) or place.transSubfigure
    place.text(x, height, text, transform=transform, **{"fontsize": _TEXT, "color": _INK, "va": "center", **kwargs})
