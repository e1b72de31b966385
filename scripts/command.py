"""How a command ends: with a status and, where something is wrong, one sentence and no traceback.

A command imports it before anything else, so that Ctrl-C is answered from the first moment.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

STOPPED = "Stopped by Ctrl-C; what was published before stays."
INTERRUPTED = 128 + signal.SIGINT
# What only the server for an assistant imports.
OF_THE_EXTRA = {"anyio", "mcp", "mcp_types"}
# Whether a command is running that tidies up when it is interrupted.
_tidies = False


def leave(status: int) -> None:
    """End the process at once; what it printed is shown, and its threads are not waited for."""
    for stream in (sys.stdout, sys.stderr):
        # nobody may listen any more, or the interruption came while it was printing
        with contextlib.suppress(OSError, RuntimeError):
            stream.flush()
    os._exit(status)


def say_stopped() -> None:
    """Answer a Ctrl-C, and hear no further one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # not by print: the interruption may have come within one
    os.write(2, f"\n{STOPPED}\n".encode())


def _interrupted(*_: object) -> None:
    """The first Ctrl-C lets a running command tidy up; a second one, or an early one, does not."""
    global _tidies
    if _tidies:
        _tidies = False
        raise KeyboardInterrupt
    say_stopped()
    leave(INTERRUPTED)


SCRIPTS = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
# Whoever imports a command, as the tests do, keeps his own answer to a Ctrl-C.
if getattr(sys.modules["__main__"], "__file__", SCRIPTS).startswith(("scripts", SCRIPTS)):
    signal.signal(signal.SIGINT, _interrupted)

import re  # noqa: E402
from collections.abc import Callable  # noqa: E402
from types import TracebackType  # noqa: E402


def _uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        say_stopped()
        leave(INTERRUPTED)
    if issubclass(kind, BrokenPipeError):
        # whoever read the output has seen enough
        leave(128 + signal.SIGPIPE)
    sys.__excepthook__(kind, error, traceback)


sys.excepthook = _uncaught
for _stream in (sys.stdout, sys.stderr):
    # a name that the terminal's alphabet lacks is shown with marks in its place
    getattr(_stream, "reconfigure", lambda **_: None)(errors="backslashreplace")


def run(act: Callable[[], int], failed: str) -> int:
    """Do what a command does; returns the status with which the process is to end.

    Args:
        act: does it and returns the status.
        failed: what is said before the reason when it could not be done.
    """
    global _tidies
    import duckdb

    from python_udfs.file_kinds import FileError
    from python_udfs.settings import SettingsError

    try:
        _tidies = True
        status = act()
        sys.stdout.flush()
    except KeyboardInterrupt:
        say_stopped()
        status = INTERRUPTED
    except SettingsError as error:
        print(failed, *(f"  {problem}" for problem in error.problems), sep="\n", file=sys.stderr)
        status = 1
    except BrokenPipeError:
        # whoever read the output has seen enough
        leave(128 + signal.SIGPIPE)
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        installs = "make mcp" if package in OF_THE_EXTRA else "make lint"
        print(f"{failed}\n  {error.name} is missing; `{installs}` installs it", file=sys.stderr)
        status = 1
    except FileError as error:
        print(failed, *(f"  {line}" for line in str(error).splitlines()), sep="\n", file=sys.stderr)
        status = 1
    except (duckdb.Error, OSError) as error:
        print(f"{failed}\n  {sentence(error)}", file=sys.stderr)
        status = 1
    except RuntimeError as error:
        if str(error) != "Query interrupted":
            raise
        # so DuckDB hands on a Ctrl-C
        say_stopped()
        status = INTERRUPTED
    _tidies = False
    return status


def enter() -> None:
    """Run the command that the arguments name; ends the process."""
    from scripts import cli

    sys.exit(cli.main(sys.argv[1:]))


def sentence(error: BaseException) -> str:
    """Why a file could not be read or written, in one line.

    Example:
        >>> sentence(FileNotFoundError(2, "No such file or directory", "a.csv"))
        'a.csv: No such file or directory'
    """
    text = str(error)
    if "Could not set lock on file" in text:
        return "another program has the file open for writing; close it, or try again later"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    first = text.strip().splitlines()[0] if text.strip() else type(error).__name__
    return re.sub(r"^[A-Z]\w+( \w+)* Error: ", "", first)
