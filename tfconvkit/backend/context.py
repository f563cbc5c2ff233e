"""Where a computation runs: eagerly, in a graph, or inside XLA on TensorFlow."""

import keras


def is_depthwise_fast():
    """Says whether a depthwise convolution runs as one pass over its input: on TensorFlow outside XLA.

    XLA on a CPU takes ten times as long for one as for slices, which it fuses.
    """
    return keras.backend.backend() == "tensorflow" and not is_tensorflow_xla()


def is_tensorflow_xla():
    """Says whether TensorFlow is tracing what XLA will compile; False on every other backend."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf  # inside: no other backend may need it

    graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
    while graph is not None:
        # TensorFlow has no public question for this; without the private one, the answer is the one for no XLA.
        context = getattr(graph, "_get_control_flow_context", lambda: None)()
        while context is not None:
            if context.IsXLAContext():
                return True
            context = context.outer_context
        graph = getattr(graph, "outer_graph", None)
    return False
