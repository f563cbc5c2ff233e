"""Names that NumPy removed, in a Python 3 script."""
import sys

import numpy
import numpy as np

a = np.arange(6).astype(np.int)
mask = np.array([1, 0, 1, 0, 0, 1], dtype=np.bool)
floats = numpy.zeros(3, numpy.float) + np.NaN
objects = np.array([1, "a"], dtype=np.object)
texts = np.array(["1", "22"]).astype(np.str)
total = np.product(a[mask] + 1)
some, every = np.sometrue(mask), np.alltrue(mask)
scalar = np.asscalar(np.array([2.5]))
found = np.in1d(a, [2, 3])
stacked = np.row_stack([a, a])
largest = np.float_(np.Inf)
area = np.trapz([1.0, 2.0, 3.0])
np.savez(sys.argv[1], a=a, mask=mask, floats=floats, total=total, some=some, every=every, scalar=scalar, found=found,
         stacked=stacked, largest=largest, area=area, kinds=[a.dtype.kind, mask.dtype.kind, objects.dtype.kind,
                                                             texts.dtype.kind])
