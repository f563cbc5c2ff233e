"""What runs differently, or not at all, and only a human can decide."""

import ast

from tfconvkit.porting.themes import tensorflow

__all__ = ["NAME", "apply"]

NAME = "undecided"
_QUEUES = ("Queue runners are no part of today's TensorFlow: they still run in graphs of sessions, but unattended "
           "threads feed them. Use tf.data: Dataset.from_tensor_slices(...).shuffle().batch().")
_CLUSTER = "Parameter servers of TensorFlow 1 need a cluster. Use tf.distribute, or take it out for one machine."
_NAMES = {
    **dict.fromkeys((f"train.{name}" for name in (
        "batch batch_join shuffle_batch shuffle_batch_join maybe_batch maybe_batch_join maybe_shuffle_batch "
        "maybe_shuffle_batch_join string_input_producer slice_input_producer range_input_producer input_producer "
        "limit_epochs start_queue_runners QueueRunner add_queue_runner").split()), _QUEUES),
    **dict.fromkeys("FIFOQueue RandomShuffleQueue PaddingFIFOQueue PriorityQueue TFRecordReader WholeFileReader "
                    "TextLineReader FixedLengthRecordReader IdentityReader LMDBReader".split(), _QUEUES),
    **dict.fromkeys(("train.Server", "train.ClusterSpec", "train.replica_device_setter",
                     "train.SyncReplicasOptimizer"), _CLUSTER),
}
_ENTROPIES = frozenset(f"nn.{kind}_cross_entropy_with_logits" for kind in "softmax sparse_softmax sigmoid".split())
_ORDER = ("The order of the arguments changed in TensorFlow 1.0, so the shim takes them by name only: write labels= "
          "and logits= (before 1.0, logits came first).")
_EAGER = ("Eager code: TensorFlow keeps no variable by its name there, so AUTO_REUSE does not reuse. Decorate the "
          "function with tf.tracks_variables, or make a graph.")
_TOWERS = ("A device chosen by a number: one copy of the graph per GPU. Run it on one device, or use "
           "tf.distribute.MirroredStrategy.")
_STRING = "The name is only known when the program runs. See whether tfconvkit.compat.tf1 has it."
_CODE = "Code in a string is not looked at. Port it by hand, or write what it computes."


def apply(page):
    """Notes queue runners, clusters, towers, variables by name in eager code, and code in strings."""
    if tensorflow.ROOT not in {**page.imports, **page.uses} or tensorflow.is_modern(page):
        return
    is_eager = any(use.name.endswith("enable_eager_execution") for use in page.uses.get("tensorflow", ()))
    for use in page.uses.get("tensorflow", ()):
        path = use.name.partition(".")[2]
        if path in _ENTROPIES and use.call is not None and use.call.args:
            page.undecided(use.node, f"tf.{path}", _ORDER, "arguments")
        elif path in _NAMES:
            page.undecided(use.node, f"tf.{path}", _NAMES[path], "queues" if _NAMES[path] is _QUEUES else "cluster")
        elif path == "get_variable" and is_eager:
            page.undecided(use.node, f"tf.{path}", _EAGER, "eager")
        elif path == "device" and use.call is not None and _is_tower(use.call):
            page.undecided(use.node, " ".join(page.slice(use.call).split()), _TOWERS, "devices")
    for node, scope in page.nodes(ast.Call):
        _call(page, node, scope)


def _is_tower(call):
    if not call.args or isinstance(call.args[0], ast.Constant):
        return False
    text = call.args[0]
    return isinstance(text, (ast.BinOp, ast.JoinedStr)) or isinstance(text, ast.Call) and isinstance(
        text.func, ast.Attribute) and text.func.attr == "format"


def _call(page, node, scope):
    name = node.func.id if isinstance(node.func, ast.Name) else None
    if name in ("eval", "exec") and not scope.is_bound(name):
        page.undecided(node, f"{name}(...)", _CODE, "strings")
    elif name == "getattr" and len(node.args) >= 2:
        origin = page.name_of(node.args[0], scope) or ""
        if origin.partition(".")[0] == "tensorflow" and not isinstance(node.args[1], ast.Constant):
            page.undecided(node, " ".join(page.slice(node).split()), f"getattr: {_STRING}", "strings")
