"""Keras 2's backend functions in a Lambda layer and in a layer of one's own."""
import sys
import numpy as np
from keras import backend as K
from keras.engine.topology import Layer
from keras.layers import Input, Lambda
from keras.models import Model


class Scale(Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(name="factor", shape=(input_shape[-1],), initializer="ones", trainable=True)
        super(Scale, self).build(input_shape)

    def call(self, x):
        return K.square(x) * self.factor

    def compute_output_shape(self, input_shape):
        return input_shape


x = Input(shape=(3,))
y = Lambda(lambda v: K.sum(v, axis=-1, keepdims=True), output_shape=(1,))(Scale()(x))
model = Model(inputs=x, outputs=y)
data = np.random.RandomState(26).normal(size=(4, 3))
model.set_weights([np.array([1.0, 2.0, -1.0])])
print model.output_shape
np.savez(sys.argv[1], out=model.predict(data, verbose=0))
