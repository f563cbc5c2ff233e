"""A model of keras-gcnn's layers."""
import sys
import numpy as np
from keras.layers import Input, Activation
from keras.models import Model
from keras_gcnn.layers import GConv2D, GBatchNorm
from keras_gcnn.layers.pooling import GroupPool

images = Input(shape=(7, 7, 1))
net = GConv2D(2, (3, 3), h_input="Z2", h_output="D4", name="lift")(images)
net = GBatchNorm(h="D4", axis=-1, name="bn")(net)
net = Activation("relu")(net)
net = GConv2D(3, (3, 3), h_input="D4", h_output="D4", use_bias=True, name="conv")(net)
model = Model(images, GroupPool("D4")(net))
rng = np.random.RandomState(19)
model.set_weights([np.abs(rng.normal(size=w.shape)) for w in model.get_weights()])
x = rng.normal(size=(2, 7, 7, 1))
print "parameters", model.count_params()
turned = [model.predict(np.rot90(each, axes=(1, 2)).copy(), verbose=0) for each in (x, x[:, ::-1])]
np.savez(sys.argv[1], out=model.predict(x, verbose=0), turned=turned[0], mirrored=turned[1],
         count=model.count_params())
