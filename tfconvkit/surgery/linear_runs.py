"""Finds the parts of a model that are one convolution: runs of linear layers, branches that meet again included."""

import collections
from typing import NamedTuple

from tfconvkit.surgery import borders
from tfconvkit.surgery.run_geometry import Unfit, geometry_of


class Link(NamedTuple):
    """One linear layer in a run.

    Args:
        path: Its path in the model.
        inputs: Numbers of the values it reads.
        output: Number of the value it makes.
        part: Its `LinearPart`.
    """

    path: str
    inputs: tuple
    output: int
    part: object


class Run(NamedTuple):
    """Linear layers between one value and another.

    Args:
        root: Number of the value that they start from.
        links: Tuple of `Link`, each behind those it needs.
    """

    root: int
    links: tuple = ()


def find_runs(graph, specs, parts, is_border_allowed):
    """Finds the longest runs in the order of the calls.

    A run starts behind every layer that is not linear and in front of every one that does not fit into the run it
    reads; what is read from outside of a run is not inside of it.

    Args:
        graph: An `audit.graph.Graph`.
        specs: Specifications of its values.
        parts: Dictionary from paths to the `LinearPart` of linear layers.
        is_border_allowed: Whether a run may differ in a border.

    Returns:
        Dictionary from values to the `Run` that makes them, and a dictionary from the path of a linear layer to the
        reason why it starts a run of its own.
    """
    kept = set(graph.outputs)
    for step in graph.steps:
        part = parts.get(step.path)
        kept.update(step.inputs if part is None else () if part.is_linear else step.outputs)
    while True:
        runs, reasons = _grow(graph, specs, parts, kept, is_border_allowed)
        crossings = _crossings(runs)
        if not crossings:
            return runs, reasons
        kept |= crossings


def _grow(graph, specs, parts, kept, is_border_allowed):
    """Lets runs grow along the calls; values in `kept` end them."""
    made, ends, reasons = {}, set(kept), {}
    for step in graph.steps:
        if step.path not in parts:
            continue
        link = Link(step.path, step.inputs, step.outputs[0], parts[step.path])
        read = [Run(value) if value in ends or value not in made else made[value] for value in step.inputs]
        try:
            run = _joined(read, link)
            _check_fit(run, specs, is_border_allowed)
        except Unfit as reason:
            reasons[step.path] = str(reason)
            ends.update(step.inputs)
            run = Run(step.inputs[0], (link,)) if len(step.inputs) == 1 else None
        if run is not None:
            made[link.output] = run
    return {value: run for value, run in made.items() if value in ends}, reasons


def _joined(runs, link):
    if len({run.root for run in runs}) > 1:
        raise Unfit("it adds maps that do not come from one by linear layers alone")
    policies = {each.part.policy.name for run in runs for each in (*run.links, link) if each.part.policy is not None}
    if len(policies) > 1:
        raise Unfit(f"it is computed in another dtype than the layers before it: {' and '.join(sorted(policies))}")
    links = dict.fromkeys(each.output for run in runs for each in run.links)
    by_output = {each.output: each for run in runs for each in run.links}
    return Run(runs[0].root, (*(by_output[output] for output in links), link))


def _check_fit(run, specs, is_border_allowed):
    geometry = geometry_of(run, specs)
    if not geometry.is_exact and not is_border_allowed:
        raise Unfit(
            "its zeros around the map are not what one convolution finds there: a border of "
            f"{borders.describe(geometry.border)} would differ; allow_border=True accepts that"
        )


def _crossings(runs):
    """Lists the values inside several runs from which one of these goes on alone."""
    owners = collections.Counter(link.output for run in runs.values() for link in run.links)
    shared = {value for value, count in owners.items() if count > 1}
    links = [link for run in runs.values() for link in run.links]
    read_alone = {value for link in links if link.output not in shared for value in link.inputs}
    return shared & (read_alone | set(runs))
