"""Functions of tf.image."""
import sys
import numpy as np
import tensorflow as tf

image = np.random.RandomState(13).uniform(0, 1, size=(6, 8, 3)).astype(np.float32)
x = tf.constant(image)
outputs = {
    "white": tf.image.per_image_whitening(x),
    "crop": tf.image.resize_image_with_crop_or_pad(x, 4, 10),
    "gray": tf.image.rgb_to_grayscale(x),
    "flip": tf.image.flip_left_right(x),
    "turned": tf.image.rot90(x, k=3),
    "bytes": tf.image.convert_image_dtype(x, tf.uint8),
    "bright": tf.image.adjust_brightness(x, 0.1),
    "contrast": tf.image.adjust_contrast(x, 2.0),
    "patches": tf.extract_image_patches(tf.expand_dims(x, 0), ksizes=[1, 2, 2, 1], strides=[1, 3, 3, 1],
                                        rates=[1, 1, 1, 1], padding="VALID"),
    "variation": tf.image.total_variation(x),
}
with tf.Session() as sess:
    values = sess.run(outputs)
for name, value in values.items():
    print "%-10s %s" % (name, value.shape)
np.savez(sys.argv[1], **values)
