"""xrange, iteritems and lists that Python 3 makes lazily."""
import sys
import itertools
import numpy as np

table = dict((str(k), k * k) for k in xrange(6))
evens = filter(lambda v: v % 2 == 0, sorted(table.values()))
doubled = map(lambda v: 2 * v, evens)
pairs = zip(evens, doubled)
first = sorted(table.items())[0]
keys = table.keys()
keys.sort()
total = 0
for key, value in table.iteritems():
    if table.has_key(key):
        total += value
for value in table.itervalues():
    total += value
joined = [a + b for a, b in itertools.izip(evens, doubled)]
print len(evens), doubled[0], pairs[-1], reduce(lambda a, b: a + b, evens)
np.savez(sys.argv[1], evens=evens, doubled=doubled, pairs=pairs, keys=keys, total=total, joined=joined,
         length=len(evens) + len(pairs), first=first[1], sum=reduce(lambda a, b: a + b, evens))
