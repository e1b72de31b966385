"""`python -m scripts <command>`: the one way in."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
import command

# a process that a command starts imports this file, too
if __name__ == "__main__":
    command.enter()
