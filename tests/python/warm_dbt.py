"""A process that has dbt imported already, and runs commands of the project in copies of itself.

The imports take two seconds of each command and reading all models four more; a suite that runs a
hundred commands need not pay for them each time. A copy has the environment and the folder that it
was asked to have, nothing of the project is imported before it, and it ends as any process does.
What a user starts is started as a user does in the tests of kills, of Ctrl-C and of the sample.
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# What Python and the C library read once, when a process begins.
READ_AT_THE_START = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC_")


def at_the_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in environment.items() if name.startswith(READ_AT_THE_START)}


AT_THE_START = at_the_start(os.environ)


class WarmDbt:
    """The process, and how it is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, str(folder / "socket")
        self.process = subprocess.Popen(
            [sys.executable, __file__, self.address], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"

    @staticmethod
    def can_run(command: Sequence[str], environment: Mapping[str, str]) -> bool:
        """Whether a command is of dbt or of the project, and begins in an environment like ours."""
        is_script = list(command[:3]) == [sys.executable, "-m", "scripts"]
        is_ours = is_script or Path(command[0]).name == "dbt"
        return is_ours and at_the_start(environment) == AT_THE_START

    def run(
        self, command: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's folder, with this environment and no other."""
        number = f"{threading.get_ident()}_{time.monotonic_ns()}"
        paths = [self.folder / f"{kind}_{number}" for kind in ("output", "errors")]
        asked = {"command": command, "environment": dict(environment)}
        asked["output"] = [str(path) for path in paths]
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.address)
            connection.sendall(json.dumps(asked).encode() + b"\n")
            status = int(connection.makefile().readline())
        texts = [path.read_text(encoding="utf-8") for path in paths]
        for path in paths:
            path.unlink()
        return subprocess.CompletedProcess(command, status, *texts)

    def stop(self) -> None:
        """End the process."""
        self.process.communicate()
        shutil.rmtree(self.folder)


def ignore_the_place_of_the_warehouse() -> None:
    """Let dbt use what it has read for another warehouse: the models are the same."""
    from dbt.contracts.files import FileHash
    from dbt.parser.manifest import ManifestLoader

    whole: Callable = ManifestLoader.build_manifest_state_check

    def without_place(loader: ManifestLoader) -> object:
        state = whole(loader)
        state.profile_hash = FileHash.from_contents(loader.root_project.credentials.database)
        return state

    ManifestLoader.build_manifest_state_check = without_place


def run(asked: dict) -> None:
    """Be the process that was asked for."""
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    os.chdir(PROJECT)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for number, path in enumerate(asked["output"], 1):
        with Path(path).open("wb") as file:
            os.dup2(file.fileno(), number)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    first, *rest = asked["command"]
    if Path(first).name == "dbt":
        from dbt.cli.main import cli

        sys.argv = [first, *rest]
        cli()
    else:
        sys.argv = rest[1:]
        sys.path[0] = str(PROJECT)
        runpy.run_module("scripts", run_name="__main__", alter_sys=True)


def ended(asked: dict) -> int:
    """Run what was asked for; its status, when it has ended as a process of its own would."""
    status = 0
    try:
        run(asked)
    except SystemExit as told:
        status = told.code if isinstance(told.code, int) else int(bool(told.code))
        if isinstance(told.code, str):
            print(told.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def answer(connection: socket.socket) -> None:
    """Start the process that was asked for, wait for it, and tell its status."""
    asked = json.loads(connection.makefile().readline())
    process = os.fork()
    if process == 0:
        connection.close()
        # not by the end of Python: the threads of libraries are those of the process before
        os._exit(ended(asked))
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    connection.sendall(f"{status}\n".encode())
    os._exit(0)


def serve(address: str) -> None:
    """Answer until nobody holds the other end of the standard input."""
    import dbt.adapters.duckdb
    import dbt.cli.main  # noqa: F401
    import duckdb  # noqa: F401
    import pydantic_settings  # noqa: F401
    import rapidfuzz.process  # noqa: F401

    ignore_the_place_of_the_warehouse()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=lambda: sys.stdin.buffer.read() or os._exit(0), daemon=True).start()
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            answer(connection)
        connection.close()


if __name__ == "__main__":
    serve(sys.argv[1])
