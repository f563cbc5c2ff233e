import pytest
from porting.checks import kinds, ported


@pytest.mark.parametrize("source, what, reason", [
    ("tf.train.shuffle_batch([x], 3, 4, 5)", "tf.train.shuffle_batch", "Use tf.data"),
    ("q = tf.FIFOQueue(3, tf.float32)", "tf.FIFOQueue", "Use tf.data"),
    ("tf.train.replica_device_setter(c)", "tf.train.replica_device_setter", "cluster"),
    ("with tf.device('/gpu:%d' % i): pass", "tf.device('/gpu:%d' % i)", "MirroredStrategy"),
    ("with tf.device('/gpu:{}'.format(i)): pass", "tf.device('/gpu:{}'.format(i))", "MirroredStrategy"),
    ("tf.nn.softmax_cross_entropy_with_logits(y, y)", "tf.nn.softmax_cross_entropy_with_logits", "labels="),
    ("f = getattr(tf.nn, name)", "getattr(tf.nn, name)", "getattr"), ("eval(text)", "eval(...)", "string"),
    ("tf.enable_eager_execution(); v = tf.get_variable('v', [1])", "tf.get_variable", "tracks_variables"),
])
def test_what_only_a_human_can_decide_is_named(source, what, reason):
    text, findings = ported(f"import tensorflow as tf\ny = tf.mul(x, x)\n{source}\n")
    assert kinds(findings) == [(3, what)] and source in text
    assert reason in next(finding.reason for finding in findings if finding.kind == "undecided")


@pytest.mark.parametrize("source", [
    "with tf.device('/gpu:0'): pass", "tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=y)",
    "tf.device(name)", "getattr(tf.nn, 'relu')", "x.eval()", "tf.py_func(f, [x], t)",
    "tf.get_variable('v', [1])", "def eval(x): pass\neval(3)", "tf.ConfigProto(log_device_placement=True)",
])
def test_what_works_is_not(source):
    assert kinds(ported(f"import tensorflow as tf\ny = tf.mul(x, x)\n{source}\n")[1]) == []


def test_code_without_tensorflow_may_evaluate_strings():
    assert ported("x = eval('3')\n")[1] == []
