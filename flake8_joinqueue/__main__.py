"""`python -m flake8_joinqueue` is the command `flake8-joinqueue`."""

import os
import sys

if __name__ == "__main__":
    # Python has put the current folder first on its path. The code under analysis may be there, and
    # a `libcst.py` among it must not be run.
    if sys.path and sys.path[0] in {"", os.getcwd()}:  # noqa: PTH109 (one import less)
        del sys.path[0]

    from flake8_joinqueue.cli import main

    sys.exit(main())
