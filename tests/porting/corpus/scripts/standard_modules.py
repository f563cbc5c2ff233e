"""Modules of the standard library that Python 3 renamed."""
import cPickle as pickle
import os
import sys
import urllib
import urlparse
from ConfigParser import ConfigParser
from itertools import izip, imap
from Queue import Queue

import numpy as np

queue = Queue()
queue.put(urllib.quote("a b"))
config = ConfigParser()
config.add_section("net")
config.set("net", "width", "32")
path = os.path.join(os.path.dirname(sys.argv[1]), "things.pkl")
with open(path, "wb") as f:
    pickle.dump({"a": range(3)}, f)
with open(path, "rb") as f:
    loaded = pickle.load(f)
host = urlparse.urlparse("http://example.org/x").netloc
print host, config.getint("net", "width")
np.savez(sys.argv[1], quoted=queue.get(), width=config.getint("net", "width"), loaded=loaded["a"], host=host,
         sums=[a + b for a, b in izip([1, 2], imap(abs, [-3, 4]))], folder=os.path.isdir(os.getcwdu()))
