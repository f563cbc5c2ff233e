"""Images through scipy.misc: reading and writing moved, resizing has no equal."""
import os
import sys
import numpy as np
import scipy.misc

path = os.path.join(os.path.dirname(sys.argv[1]), "image.png")
image = (np.arange(48).reshape(4, 4, 3) * 5).astype(np.uint8)
scipy.misc.imsave(path, image)  # UNDECIDED: imsave
again = scipy.misc.imread(path)
small = scipy.misc.imresize(image, 0.5)  # UNDECIDED: imresize|resize
print again.shape
np.savez(sys.argv[1], again=again, small=small)
