"""What the equivariance audit and the size audit return."""

import dataclasses
import math

from tfconvkit.groups import PointGroup


@dataclasses.dataclass
class LayerEquivariance:
    """How far one layer call is from turning with the input.

    Args:
        name: Path of the call in the model.
        class_name: Class of the layer.
        field: What its channels hold, `"regular C4"`; "?" where no known field fits.
        errors: Per element of the audited group `max|Y(L_g x) - L_g Y(x)| / max|Y|`, None where not judged.
        tolerance: The largest error that passes.
        remark: What a reader should know: why it is not judged, or how.
        reason: Why it breaks, where that is known.
    """

    name: str
    class_name: str
    field: str
    errors: tuple
    tolerance: float
    remark: str = ""
    reason: str = ""

    @property
    def error(self):
        """The largest error over the elements, None where none is judged."""
        return _largest(self.errors)

    @property
    def worst_element(self):
        """The element with the largest error, None where none is judged."""
        return None if self.error is None else self.errors.index(self.error)

    @property
    def is_judged(self):
        """Whether every element is judged."""
        return None not in self.errors

    @property
    def ok(self):
        """Whether no judged element breaks the tolerance."""
        return self.error is None or self.error <= self.tolerance


@dataclasses.dataclass
class EquivarianceReport:
    """How far a model is from turning with its input.

    Args:
        name: Name of the model or layer.
        group: The audited group.
        input_shapes: Shapes of the inputs it was measured on, without the batch.
        rows: List of `LayerEquivariance`, one per layer call, each after those it reads from.
        output_names: Names of the rows that make the outputs of the model.
        mismatches: Texts: where layers of different groups or fields meet.
        warnings: Texts: what passes here but will not stay equivariant, or was not really tested.
    """

    name: str
    group: PointGroup
    input_shapes: list
    rows: list
    output_names: tuple
    mismatches: list
    warnings: list

    @property
    def error(self):
        """The largest error over the outputs of the model, None where they are not judged."""
        return _largest(row.error for row in self.rows if row.name in self.output_names)

    @property
    def largest_error(self):
        """The largest error over all layers, None where none is judged."""
        return _largest(row.error for row in self.rows)

    @property
    def first_broken(self):
        """The first row above its tolerance, or None."""
        return next((row for row in self.rows if not row.ok), None)

    @property
    def not_judged(self):
        """The rows that are not judged for every element."""
        return [row for row in self.rows if not row.is_judged]

    @property
    def ok(self):
        """Whether nothing is broken, no fields mismatch, and the outputs are judged for every element.

        A layer whose output is not judged (a flattened grid) does not count against the model: the layers after it
        are judged.
        """
        unjudged = {row.name for row in self.not_judged}
        return self.first_broken is None and not self.mismatches and unjudged.isdisjoint(self.output_names)


@dataclasses.dataclass
class SizesReport:
    """Which input sizes keep the sampling grid of a model symmetric.

    Args:
        name: Name of the model or layer.
        group: The audited group.
        sizes: The safe sizes, in the order asked for.
        unsafe: From each other size to `(path of the first layer that breaks the grid, why)`.
        unknown: `"path (Class)"` of the layers whose sampling is not known here; they are passed over.
    """

    name: str
    group: PointGroup
    sizes: list
    unsafe: dict
    unknown: list


def _largest(errors):
    judged = [error for error in errors if error is not None]
    return max(judged, key=lambda error: math.inf if math.isnan(error) else error) if judged else None
