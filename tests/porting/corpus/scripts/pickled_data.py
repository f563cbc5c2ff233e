"""Data of Python 2 in a pickle, and a comparison function: Python 3 reads and sorts otherwise."""
import cPickle
import sys
import numpy as np


def unpickle(path):
    return cPickle.load(open(path))  # UNDECIDED: latin1


def by_second(a, b):
    return cmp(a[1], b[1])  # UNDECIDED: cmp


pairs = [("a", 3), ("b", 1)]
pairs.sort(by_second)  # UNDECIDED: key
print pairs, sorted(pairs, cmp=by_second)  # UNDECIDED: key
batch = unpickle("data_batch_1")
np.savez(sys.argv[1], labels=batch["labels"], pairs=pairs)
