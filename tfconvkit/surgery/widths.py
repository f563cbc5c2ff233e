"""Widths of an equivariant network, solved numerically for a given cost."""

_BISECTIONS = 14


def solve(cost, planes, target, start):
    """Finds the number of fields for each number of planes that brings a cost closest to a target.

    Args:
        cost: Function from `{planes: fields}` to a number that grows with the fields.
        planes: The distinct widths of the hidden layers of the plain network.
        target: The cost that is wanted.
        start: First guess of fields per plane.

    Returns:
        The fields by planes, and their cost.
    """
    known = {}

    def measure(fields):
        key = tuple(fields[n] for n in planes)
        if key not in known:
            known[key] = cost(fields)
        return known[key]

    fields = _bisect(measure, planes, target, start)
    return _adjust(measure, fields, target)


def _bisect(measure, planes, target, start):
    """Scales all widths alike until the cost crosses the target."""
    low, high = 0.0, start
    while measure(_scaled(planes, high)) < target:
        low, high = high, 2 * high
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if measure(_scaled(planes, middle)) < target:
            low = middle
        else:
            high = middle
    return min((_scaled(planes, scale) for scale in (low, high)), key=lambda f: abs(measure(f) - target))


def _adjust(measure, fields, target):
    """Changes single widths by one as long as that brings the cost closer."""
    best = abs(measure(fields) - target)
    improved = True
    while improved:
        improved = False
        for n in fields:
            for step in (-1, 1):
                tried = {**fields, n: max(1, fields[n] + step)}
                distance = abs(measure(tried) - target)
                if distance < best:
                    fields, best, improved = tried, distance, True
    return fields, measure(fields)


def _scaled(planes, scale):
    return {n: max(1, round(scale * n)) for n in planes}
