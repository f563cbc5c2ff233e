"""Compares two models and says where they differ."""

import keras
import numpy as np

from tfconvkit.ops import arguments
from tfconvkit.surgery import borders
from tfconvkit.surgery.rewriting import check_model
from tfconvkit.surgery.verification import check_print, outputs, relative_error, sample, tolerance_of


def assert_equivalent(model, other, inputs=None, tolerance=None, seed=0, print_fn=print):
    """Raises unless two models give equal outputs at inference; prints the largest error and where it lies.

    The error is `max |other(x) - model(x)| / max |model(x)|`, of the worst output. For maps with a grid, the print
    says whether the numbers beyond the tolerance stand in a border alone, and how wide it is.

    Args:
        model: The built model that is right.
        other: A built model with the same inputs and outputs.
        inputs: What they are called with, an array or a list of arrays; by default a random sample of two, whose open
            sizes are 64 for signals, 32 for images and 16 for volumes.
        tolerance: Largest error; by default 1e-12 for models in float64, 1e-5 in float32, 1e-2 in float16.
        seed: Seed of the sample.
        print_fn: Function that prints one line, None for silence.

    Returns:
        The error.

    Raises:
        AssertionError: if the error is larger, or the outputs differ in number or shape.
        ValueError: if the models do not take the inputs.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, padding="same")])
        >>> surgery.assert_equivalent(model, keras.models.clone_model(model), tolerance=1e3, print_fn=None) > 0
        True
    """
    for each in (model, other):
        check_model(each)
    check_print(print_fn)
    if inputs is None:
        seed = arguments.integer("assert_equivalent", "seed", seed, least=0)
        inputs = [sample(spec, np.random.default_rng(seed)) for spec in other.inputs]
    samples = [arguments.tensor("assert_equivalent", "inputs", x) for x in keras.tree.flatten(inputs)]
    expected, received = outputs(model, samples), outputs(other, samples)
    _check_shapes(model, other, expected, received)
    tolerance = max(map(tolerance_of, (model, other))) if tolerance is None else tolerance
    tolerance = arguments.number("assert_equivalent", "tolerance", tolerance, least=0)
    errors = list(map(relative_error, received, expected))
    worst = int(np.argmax(errors))
    lines = [
        f'"{model.name}" and "{other.name}" on inputs of shape {", ".join(str(tuple(x.shape)) for x in samples)}:',
        f"  largest error {errors[worst]:.2e} of the largest output, expected at most {tolerance:.0e}",
        f'  {_place(model, worst, expected[worst], received[worst], tolerance)}',
    ]
    for line in lines if print_fn else ():
        print_fn(line)
    if not errors[worst] <= tolerance:
        raise AssertionError("\n".join(lines))
    return errors[worst]


def _check_shapes(model, other, expected, received):
    shapes = [[y.shape for y in each] for each in (expected, received)]
    if shapes[0] != shapes[1]:
        raise AssertionError(
            f'"{model.name}" gives outputs of shape {shapes[0]}, "{other.name}" of {shapes[1]}. Compare models with '
            "the same outputs in the same order."
        )


def _place(model, worst, expected, received, tolerance):
    """Says where the largest error of an output stands, and how far errors reach."""
    differences = np.abs(received - expected)
    index = tuple(map(int, np.unravel_index(np.argmax(differences), differences.shape)))
    names = getattr(model, "output_names", None) or [f"output {worst}"]
    place = f'at {list(index)} of "{names[worst]}": {received[index]:.6g} instead of {expected[index]:.6g}'
    is_wrong = ~(differences <= tolerance * np.abs(expected).max())
    return f"{place}; {_extent(is_wrong)}" if is_wrong.any() else place


def _extent(is_wrong):
    """Writes out which numbers are wrong: a border of the grid axes, or a share."""
    if is_wrong.ndim > 2:
        grid = is_wrong.any(axis=(0, -1))
        border = tuple(borders.border(_middle_line(grid, axis)) for axis in range(grid.ndim))
        inside = tuple(slice(before, size - behind) for size, (before, behind) in zip(grid.shape, border, strict=True))
        if grid[inside].size and not grid[inside].any():
            return f"only in a border of {borders.describe(border)}"
    return f"{is_wrong.mean():.1%} of its numbers are wrong"


def _middle_line(grid, axis):
    """The line along an axis through the middle of the others, where borders of the others do not reach."""
    middle = [size // 2 for size in grid.shape]
    return grid[(*middle[:axis], slice(None), *middle[axis + 1 :])]
