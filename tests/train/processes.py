"""A run under torchrun, started by a test: arguments are the YAML file and overrides."""

from __future__ import annotations

import sys

from caiwen.train.config import load
from caiwen.train.run import run

if __name__ == "__main__":
    run(load(sys.argv[1], sys.argv[2:]))
