"""The porting tool: rewrites TensorFlow 1 scripts for today's TensorFlow and says what a human must still decide.

Stage one turns Python 2 into Python 3 (by fissix, only where a file is Python 2); stage two replaces imports and names
by rules, one file per theme. Replacements are made at their place in the text: all other bytes stay as they are.

Example:
    >>> from tfconvkit import porting
    >>> done = porting.port(b"import tensorflow as tf\\nprint tf.mul(2, 3)\\n", "old.py")
    >>> print(done.after.decode(), end="")
    import tfconvkit.compat.tf1 as tf
    print(tf.mul(2, 3))
    >>> [(finding.line, finding.what) for finding in done.findings][0]
    (1, 'import tensorflow as tf -> import tfconvkit.compat.tf1 as tf')
"""

from tfconvkit.porting.findings import Finding, Ported
from tfconvkit.porting.rewrite import port

__all__ = ["Finding", "Ported", "port"]
