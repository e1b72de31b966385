"""`python -m scripts <command>`: the one way in."""

from scripts import command

# a process that a command starts imports this file, too
if __name__ == "__main__":
    command.enter()
