"""Functions that SciPy moved."""
import sys
import numpy as np
import scipy.misc
from scipy.misc import comb, logsumexp
from scipy.special import expit

x = np.random.RandomState(23).normal(size=(3, 4))
print "ways", comb(5, 2), scipy.misc.factorial(4)
np.savez(sys.argv[1], sum=logsumexp(x, axis=1), ways=comb(5, 2), factorial=scipy.misc.factorial(4), expit=expit(x))
