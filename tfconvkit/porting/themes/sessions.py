"""Scripts with sessions: TensorFlow 2's behaviour is switched off once, right after the import."""

from tfconvkit.porting.themes import tensorflow

__all__ = ["NAME", "apply"]

NAME = "sessions"
_GRAPH_MODE = frozenset(
    "Session InteractiveSession placeholder placeholder_with_default sparse_placeholder global_variables_initializer "
    "initialize_all_variables initialize_variables tables_initializer local_variables_initializer gradients "
    "train.Supervisor train.MonitoredTrainingSession train.MonitoredSession train.SingularMonitoredSession "
    "train.start_queue_runners train.Coordinator app.run contrib.slim.learning.train".split())
_SWITCHES = frozenset("disable_v2_behavior disable_eager_execution enable_eager_execution enable_v2_behavior".split())
_WHY = "Sessions and placeholders need graphs; TensorFlow 2 runs code eagerly unless told otherwise."


def apply(page):
    """Adds `tf.disable_v2_behavior()` where a file uses sessions or placeholders and switches nothing itself."""
    used = {use.name.partition(".")[2] for use in page.uses.get("tensorflow", ())}
    used |= {found.name.partition(".")[2] for found in page.imports.get("tensorflow", ()) if found.is_from}
    if not used & _GRAPH_MODE or used & _SWITCHES or tensorflow.is_modern(page):
        return
    moved = [found for found in page.imports.get("tensorflow", ()) if not found.written.startswith("tfconvkit")]
    whole = [found for found in moved if found.name == "tensorflow"]
    at_top = [found for found in whole if found.scope is page.tree.top] or whole
    if at_top:
        _add(page, at_top[0].node, f"{at_top[0].bound}.disable_v2_behavior()")
    elif page.tree.top.imports.get("tf") == "tensorflow":
        _add_to_star(page)
    elif moved:
        _add(page, moved[0].node, f"from {tensorflow.SHIM} import disable_v2_behavior", "disable_v2_behavior()")


def _add_to_star(page):
    """Adds the call where `tf` itself comes from another file by an asterisk."""
    stars = [found for group in page.imports.values() for found in group
             if found.alias.name == "*" and found.scope is page.tree.top]
    if stars:
        _add(page, stars[0].node, "tf.disable_v2_behavior()")


def _add(page, statement, *texts):
    for text in texts:
        page.insert_after(statement, text)
    page.note(statement, "changed", f"+ {texts[-1]}", _WHY, NAME)
