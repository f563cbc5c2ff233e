"""Models whose training step is traced once."""

import keras


class TracedOnce(keras.Model):
    """Model that makes its optimizer's variables when it is compiled, where its own are there already.

    Made within the first step, they had TensorFlow trace that step twice: half of the wait before training begins.
    """

    def compile(self, *args, **kwargs):
        super().compile(*args, **kwargs)
        if self.optimizer is not None and self.built and all(layer.built for layer in self.layers):
            self.optimizer.build(self.trainable_variables)

    def compile_from_config(self, config):
        # Keras leaves a loaded model uncompiled if its `compile` is its own, unless it says how.
        self.compile(**keras.saving.deserialize_keras_object(config))
