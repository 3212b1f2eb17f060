"""`python -m flake8_joinqueue` is the command `flake8-joinqueue`."""

import sys

from flake8_joinqueue.cli import main

if __name__ == "__main__":
    sys.exit(main())
