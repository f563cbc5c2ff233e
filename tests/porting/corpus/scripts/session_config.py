"""Session configurations: options for GPUs, threads, placement."""
import sys
import numpy as np
import tensorflow as tf

config = tf.ConfigProto(allow_soft_placement=True, log_device_placement=False,
                        gpu_options=tf.GPUOptions(per_process_gpu_memory_fraction=0.4, allow_growth=True))
config.gpu_options.allow_growth = True
config.intra_op_parallelism_threads = 1
with tf.Graph().as_default() as graph:
    with tf.device("/cpu:0"):
        a = tf.constant([1.0, 2.0], name="a")
    with tf.device("/gpu:0"):
        b = tf.add(a, 1.0, name="b")
    tf.set_random_seed(3)
    with tf.Session(graph=graph, config=config) as sess:
        result = sess.run(b, options=tf.RunOptions(trace_level=tf.RunOptions.NO_TRACE))
        print >>sys.stderr, "devices:", [d.name for d in sess.list_devices()]
np.savez(sys.argv[1], b=result, device=b.device)
