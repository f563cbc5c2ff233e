"""A training script of TF1 style, TensorFlow 2 switched off for the whole process, after changing its imports alone."""

import subprocess
import sys

import pytest

OLD_IMPORTS = """
from neuralgym.ops.gan_ops import gan_hinge_loss
from neuralgym.ops.layers import flatten, resize
from neuralgym.ops.summary_ops import scalar_summary, images_summary
from inpaint_ops import gen_conv, gen_deconv, dis_conv, random_bbox, bbox2mask, local_patch, brush_stroke_mask
from inpaint_ops import resize_mask_like, contextual_attention
"""
NEW_IMPORTS = """
from tfconvkit.compat.inpainting import gan_hinge_loss, flatten, resize, scalar_summary, images_summary
from tfconvkit.compat.inpainting import gen_conv, gen_deconv, dis_conv, random_bbox, bbox2mask, local_patch
from tfconvkit.compat.inpainting import brush_stroke_mask, resize_mask_like, contextual_attention
"""
SCRIPT = f"""
import numpy as np
import tensorflow.compat.v1 as tf
{OLD_IMPORTS}
tf.disable_v2_behavior()
tf.set_random_seed(1)
np.random.seed(1)


class FLAGS:
    img_shapes = [32, 32, 3]
    height = width = 16
    vertical_margin = horizontal_margin = 0
    max_delta_height = max_delta_width = 4


def generator(x, mask):
    with tf.variable_scope('inpaint_net', reuse=tf.AUTO_REUSE):
        x = tf.concat([x, tf.ones_like(x)[:, :, :, 0:1] * mask], axis=3)
        x = gen_conv(x, 8, 5, 1, name='conv1')
        x = gen_conv(x, 8, 3, 2, name='conv2_downsample', padding='SYMMETRIC')
        x, flow = contextual_attention(x, x, resize_mask_like(mask, x), 3, 1, rate=2)
        x = gen_deconv(x, 8, name='conv3_upsample')
        return tf.nn.tanh(gen_conv(x, 3, 3, 1, activation=None, name='conv4')), flow


def discriminator(x, reuse=False):
    with tf.variable_scope('discriminator', reuse=reuse):
        for number in range(3):
            x = dis_conv(x, 8, name='conv%d' % number)
        return flatten(x)


real = tf.placeholder(tf.float32, [4, 32, 32, 3])
bbox = random_bbox(FLAGS)
mask = tf.cast(tf.logical_or(tf.cast(bbox2mask(FLAGS, bbox, name='mask_c'), tf.bool),
                             tf.cast(brush_stroke_mask(FLAGS), tf.bool)), tf.float32)
fake, flow = generator(real * (1. - mask), mask)
complete = fake * mask + real * (1. - mask)
flow = resize(flow, scale=2, func=tf.image.resize_bilinear)
images_summary(tf.concat([real, complete, flow], axis=2), 'raw_incomplete_result', 4)
patch = local_patch(complete, bbox)
scores = discriminator(tf.concat([real, complete], axis=0))
pos, neg = tf.split(scores, 2)
g_adversarial, d_loss = gan_hinge_loss(pos, neg)
l1 = tf.reduce_mean(tf.abs(real - fake))
scalar_summary('losses/l1', l1)
g_step = tf.train.AdamOptimizer(2e-2, 0.5).minimize(
    l1 + 1e-3 * g_adversarial, var_list=tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, 'inpaint_net'))
d_step = tf.train.AdamOptimizer(1e-3, 0.5).minimize(
    d_loss, var_list=tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, 'discriminator'))
summaries = tf.summary.merge_all()
u = tf.global_variables('discriminator/conv0/kernel_sn/u')[0]
images = np.tile(np.linspace(0.3, 0.9, 32).astype('float32')[None, :, None, None], [4, 1, 32, 3])

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    before = sess.run(u)
    history = [sess.run([l1, g_step, d_step], {{real: images}})[0] for _ in range(25)]
    tags = {{value.tag.split('/')[-1] for value in
            tf.Summary.FromString(sess.run(summaries, {{real: images}})).value}}
    shown = sess.run(patch, {{real: images}}).shape
    print(history[0], history[-1], np.abs(sess.run(u) - before).max(), shown, 'l1' in tags and 'd_loss' in tags)
"""


@pytest.mark.slow
def test_an_old_script_trains_with_new_imports_alone():
    source = SCRIPT.replace(OLD_IMPORTS, NEW_IMPORTS)
    finished = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=300)
    assert finished.returncode == 0, finished.stderr[-3000:]
    first, last, moved, *shape, has_summaries = finished.stdout.strip().replace("(", "").replace(")", "").split(" ")
    assert float(last) < 0.8 * float(first) and float(moved) > 1e-3
    assert ("".join(shape), has_summaries) == ("4,16,16,3", "True")
