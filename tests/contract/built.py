"""One built layer of a contract case with a sample: the contracts that change no weight share them."""

import functools


class Built:
    """A layer of a case, its input and its output, each made once.

    Args:
        case: `contract.case.Case`.
    """

    def __init__(self, case):
        self.case = case

    @functools.cached_property
    def layer(self):
        return self.case.make()

    @functools.cached_property
    def x(self):
        return self.case.sample()

    @functools.cached_property
    def y(self):
        return self.case.values(self.layer, self.x)
