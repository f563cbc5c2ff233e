#!/usr/bin/env python2
# -*- coding: latin-1 -*-
# Hölder, Gauß: this file is not in UTF-8
"""Every form of the print statement."""
import StringIO
import sys
import numpy as np

out, old = StringIO.StringIO(), sys.stdout
sys.stdout = out
try:
    print
    print "plain"
    print "two", 2
    print "no newline",
    print "after"
    print("parentheses")
    print("a tuple", 1)
    print "%s and %d" % ("format", 3)
    print >>out, "stream", 4
    print >>sys.stdout
    if True: print "one line"; print `1 + 1`
finally:
    sys.stdout = old
lines = out.getvalue().split("\n")
np.savez(sys.argv[1], lines=lines)
