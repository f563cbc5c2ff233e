"""A division that nobody can decide without running the program."""
import sys
import numpy as np


def middle(a, b):
    return (a + b) / 2  # UNDECIDED: division


def mean(values):
    return sum(values) / float(len(values))


print "middle", middle(1, 4), middle(1., 4.)
np.savez(sys.argv[1], mean=mean([1, 2]))
