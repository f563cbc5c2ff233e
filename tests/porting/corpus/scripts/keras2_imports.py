"""Keras 1 and 2: modules and arguments that Keras 3 moved."""
import sys
import numpy as np
from keras.layers.convolutional import Conv2D, MaxPooling2D
from keras.layers.core import Dense, Flatten, Dropout
from keras.layers.normalization import BatchNormalization
from keras.layers.merge import add
from keras.layers import Input
from keras.models import Model, Sequential
from keras.optimizers import SGD
from keras.utils.np_utils import to_categorical
from keras.utils import np_utils

labels = np_utils.to_categorical([0, 1, 1, 0], 2)
images = Input(shape=(6, 6, 1))
net = Conv2D(2, (3, 3), padding="same", name="c1")(images)
net = add([net, BatchNormalization(axis=-1)(net)])
net = Dropout(0.5)(Flatten()(MaxPooling2D((2, 2))(net)))
model = Model(inputs=images, outputs=Dense(2, name="out")(net))
rng = np.random.RandomState(21)
model.set_weights([np.abs(rng.normal(size=w.shape)) for w in model.get_weights()])
weights = model.get_weights()
x = rng.normal(size=(4, 6, 6, 1))
out = model.predict(x, verbose=0)
head = Sequential()
head.add(Dense(2, input_dim=3, kernel_initializer="ones", use_bias=False))
head.compile(loss="mse", optimizer=SGD(lr=0.1))
head.fit(np.ones((4, 3)), to_categorical([0, 1, 1, 0]), batch_size=4, epochs=1, verbose=0)
print "labels", labels.shape
np.savez(sys.argv[1], labels=labels, out=out, x=x, trained=head.get_weights()[0],
         **dict(("w%d" % i, w) for i, w in enumerate(weights)))
