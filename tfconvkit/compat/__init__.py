"""Old names on the new code: legacy call signatures, layouts and statistics as thin adapters (TensorFlow only).

| legacy import | import here |
|---|---|
| `groupy.gconv.tensorflow_gconv.splitgconv2d` | `tfconvkit.compat.groupy` |
| `groupy.gconv.make_gconv_indices` | `tfconvkit.compat.groupy` |
| `groupy.gconv.tensorflow_gconv.transform_filter` | `tfconvkit.compat.groupy` |
| `keras_gcnn.layers`, `keras_gcnn.layers.pooling` | `tfconvkit.compat.keras_gcnn` |
| `inpaint_ops`, `neuralgym.ops.gan_ops`, `neuralgym.ops.summary_ops` | `tfconvkit.compat.inpainting` |
| `neuralgym.ops.layers`: `resize`, `flatten` | `tfconvkit.compat.inpainting` |
| `real_nvp_utils`, `real_nvp_multiscale_dataset` | `tfconvkit.compat.real_nvp` |
| `imresize`, `util`, `loss` of KernelGAN | `tfconvkit.compat.kernelgan` |
| `import tensorflow as tf` of TensorFlow 1 | `import tfconvkit.compat.tf1 as tf` |
| `tensorflow.contrib.slim`, `.layers`, `.framework`, `.rnn`, `.losses` | `tfconvkit.compat.tf1.contrib` |
| a checkpoint of `tf.train.Saver` | `tfconvkit.compat.checkpoint.load(model, path)` |
"""

import keras

__all__ = ["checkpoint", "groupy", "inpainting", "keras_gcnn", "kernelgan", "real_nvp", "tf1"]

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"tfconvkit.compat runs legacy TensorFlow code and needs Keras on TensorFlow. Received the Keras backend "
        f'"{keras.backend.backend()}". Set KERAS_BACKEND=tensorflow, or use tfconvkit.layers.'
    )
