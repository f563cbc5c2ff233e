"""Runs every script of a folder in this process, each in a fresh graph: `run_all.py SCRIPTS RESULTS`.

NAME.py writes RESULTS/NAME/results.npz; what stops it is in RESULTS/NAME/error.txt, what it prints in printed.txt.
"""

import contextlib
import runpy
import sys
import traceback
from pathlib import Path

import tensorflow as tf


def run(script, folder):
    """Runs one script as `python script.py folder/results.npz` would; its errors go into a file."""
    folder.mkdir(parents=True, exist_ok=True)
    sys.argv = [str(script), str(folder / "results.npz")]
    tf.compat.v1.reset_default_graph()
    with open(folder / "printed.txt", "w", encoding="utf-8") as printed, contextlib.redirect_stdout(printed):
        try:
            runpy.run_path(str(script), run_name="__main__")
        except SystemExit as error:
            # tf.app.run ends with one; its status is what main returned.
            if error.code:
                (folder / "error.txt").write_text(f"exit status {error.code}", encoding="utf-8")
        except Exception:
            (folder / "error.txt").write_text(traceback.format_exc(), encoding="utf-8")


if __name__ == "__main__":
    scripts, results = map(Path, sys.argv[1:])
    for path in sorted(scripts.glob("*.py")):
        run(path, results / path.stem)
