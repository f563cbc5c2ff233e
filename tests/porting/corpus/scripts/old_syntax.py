"""Octal numbers, except with a comma, raise with a comma, <>, exec, backticks, long integers, tabs."""
import sys
import numpy as np

mode = 0755
long_one = 10000000000L
caught = []
try:
    raise ValueError, "old raise"
except (ValueError, KeyError), error:
    caught.append(str(error))
try:
	{}["missing"]
except KeyError, e:
	caught.append(repr(e.args[0]))
scope = {}
exec "x = 3" in scope
different = 1 <> 2
text = `[1, 2]` + ur"\d" + unicode("u")
is_text = isinstance(u"a", basestring), isinstance(3, (int, long))
def unpack((a, b), c):
    return a + b + c
print mode, long_one, caught, unpack((1, 2), 3)
np.savez(sys.argv[1], mode=mode, long_one=long_one, caught=caught, x=scope["x"], different=different, text=text,
         is_text=is_text, unpacked=unpack((1, 2), 3))
