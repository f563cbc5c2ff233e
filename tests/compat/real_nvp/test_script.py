"""A training script of TF1 style, TensorFlow 2 switched off for the whole process, after changing its imports alone."""

import subprocess
import sys

import numpy as np
import pytest
import tolerances
from laws import relative_error

from tfconvkit import models
from tfconvkit.compat import checkpoint
from tfconvkit.compat.checkpoint.real_nvp import real_nvp

OLD_IMPORTS = """
from real_nvp_utils import standard_normal_ll, standard_normal_sample
from real_nvp_multiscale_dataset import get_default_hparams, rec_masked_conv_coupling, rec_masked_deconv_coupling
"""
NEW_IMPORTS = """
from tfconvkit.compat.real_nvp import standard_normal_ll, standard_normal_sample
from tfconvkit.compat.real_nvp import get_default_hparams, rec_masked_conv_coupling, rec_masked_deconv_coupling
"""
SCRIPT = f"""
import sys
import numpy as np
import pytest
import tensorflow.compat.v1 as tf
{OLD_IMPORTS}
tf.disable_v2_behavior()
tf.set_random_seed(1)
tf.flags.DEFINE_integer('recursion_type', 3, 'Type of the recursion.')

hps = get_default_hparams().update_config('base_dim=4,residual_blocks=1,n_scale=2')
x = tf.placeholder(tf.float32, [8, 4, 4, 2])
with tf.variable_scope('model'):
    z, log_diff = rec_masked_conv_coupling(x, hps, 0, hps.n_scale)
    z_eval, _ = rec_masked_conv_coupling(x, hps, 0, hps.n_scale, train=False)
    back, _ = rec_masked_deconv_coupling(z_eval, hps, 0, hps.n_scale, train=False)
    sample, _ = rec_masked_deconv_coupling(standard_normal_sample([5, 4, 4, 2]), hps, 0, hps.n_scale, train=False)
cost = -tf.reduce_mean(tf.reduce_sum(standard_normal_ll(z) + log_diff, [1, 2, 3]))
gradients, variables = zip(*tf.train.AdamOptimizer(1e-2).compute_gradients(cost))
clipped, norm = tf.clip_by_global_norm(gradients, hps.clip_gradient)
train_step = tf.train.AdamOptimizer(1e-2).apply_gradients(zip(clipped, variables))
steps = [v for v in tf.global_variables() if v.op.name.endswith('/bn_out/step')]
images = np.random.RandomState(0).laplace(size=(8, 4, 4, 2)).astype('float32')

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    history = [sess.run([cost, train_step], {{x: images}})[0] for _ in range(15)]
    latents, images_again, drawn = sess.run([z_eval, back, sample], {{x: images}})
    tf.train.Saver().save(sess, sys.argv[1] + '/model')
    np.savez(sys.argv[1] + '/io.npz', x=images, z=latents)
    print(history[0], history[-1], np.abs(images_again - images).max(), np.isfinite(drawn).all(), set(sess.run(steps)))
"""


@pytest.mark.slow
def test_an_old_script_trains_with_new_imports_alone_and_its_checkpoint_loads(tmp_path):
    source = SCRIPT.replace(OLD_IMPORTS, NEW_IMPORTS)
    finished = subprocess.run(
        [sys.executable, "-c", source, str(tmp_path)], capture_output=True, text=True, timeout=300
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    first, last, round_trip, *rest = finished.stdout.strip().split(" ")
    assert float(last) < float(first) - 5 and float(round_trip) <= tolerances.LAW["float32"]
    assert " ".join(rest) == "True {np.float32(15.0)}"
    model = models.RealNVP((4, 4, 2), filters=4, blocks=1, recursion_type=3, quants=None)
    checkpoint.load(model, tmp_path, layout=real_nvp)
    with np.load(tmp_path / "io.npz") as stored:
        assert relative_error(model.chain(stored["x"]), stored["z"]) <= tolerances.GOLDEN_FLOW
