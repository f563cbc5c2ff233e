"""`python -m tfconvkit`: the command line without the console script."""

import sys

from tfconvkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
