import pytest
from porting.checks import ported


@pytest.mark.parametrize("source, expected", [
    ("import tensorflow as tf\ntf.Session()\n",
    "import tfconvkit.compat.tf1 as tf\ntf.disable_v2_behavior()\ntf.Session()\n"),
    ("import tensorflow as tf; x = 1\ntf.Session()\n",
     "import tfconvkit.compat.tf1 as tf; tf.disable_v2_behavior(); x = 1\ntf.Session()\n"),
    ("from tensorflow import Session\nSession()\n",
     "from tfconvkit.compat.tf1 import Session\nfrom tfconvkit.compat.tf1 import disable_v2_behavior\n"
     "disable_v2_behavior()\nSession()\n"),
    ("from ops import *\ntf.placeholder(3)\n", "from ops import *\ntf.disable_v2_behavior()\ntf.placeholder(3)\n"),
    ("def f():\n    import tensorflow as tf\n    tf.Session()\n",
     "def f():\n    import tfconvkit.compat.tf1 as tf\n    tf.disable_v2_behavior()\n    tf.Session()\n"),
    ("try:\n    import tensorflow as tf\nexcept ImportError: pass\ntf.app.run()",
     "try:\n    import tfconvkit.compat.tf1 as tf\n    tf.disable_v2_behavior()\n"
     "except ImportError: pass\ntf.app.run()"),
])
def test_the_switch_is_added_once_after_the_import(source, expected):
    assert ported(source)[0] == expected


@pytest.mark.parametrize("source", [
    "import tensorflow as tf\ntf.disable_v2_behavior()\ntf.Session()\n",
    "import tensorflow as tf\ntf.nn.relu(tf.mul(x, x))\n",
    "import tensorflow as tf\ntf.enable_eager_execution()\ntf.placeholder_with_default(x, y)\n",
    "import tensorflow.compat.v1 as tf\ntf.disable_eager_execution()\ntf.Session()\n",
    "import tfconvkit.compat.tf1 as tf\ntf.Session()\n",
])
def test_the_switch_is_not_added_where_nothing_asks_for_it_or_it_was_taken_out(source):
    assert ported(source)[0].count("disable_v2_behavior") == source.count("disable_v2_behavior")
