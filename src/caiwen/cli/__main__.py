"""``python -m caiwen.cli``."""

import sys

from caiwen.cli import main

if __name__ == "__main__":
    sys.exit(main())
