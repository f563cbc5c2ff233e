"""Arguments of Keras 1."""
import sys
import numpy as np
from keras.layers import Convolution2D, Dense, Flatten, Activation
from keras.models import Sequential

model = Sequential()
model.add(Convolution2D(2, 3, 3, border_mode="same", subsample=(2, 2), input_shape=(5, 5, 1), bias=False, init="one"))
model.add(Flatten())
model.add(Dense(output_dim=3, init="one", W_regularizer=None))
model.add(Activation("relu"))
model.compile(loss="mse", optimizer="sgd")
x = np.random.RandomState(22).normal(size=(2, 5, 5, 1))
model.fit(x, np.zeros((2, 3)), nb_epoch=0, verbose=0)
print model.output_shape
np.savez(sys.argv[1], out=model.predict(x, verbose=0))
