"""The command line: `python3 -m verifier bundle | reconcile | proof | vectors | batch …`."""

import sys

from . import command

if __name__ == "__main__":
    sys.exit(command.main(sys.argv[1:]))
