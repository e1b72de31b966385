"""Ask the published file in a process of its own, which ends with the answer or at its limits.

Each question has a new process and a new connection: it sees the file of the last publish, holds
no lock after it, and nothing that a query does reaches the next one. DuckDB is interrupted at the
limit of time; where it does not hear that, the process is killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import Process

from scripts.publish import FUNCTIONS, TABLES, VIEWS

WORKER = Path(__file__).with_name("worker.py")
# The rest of the environment may hold secrets; Python and DuckDB need no more to begin.
HANDED_ON = ("DYLD_LIBRARY_PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")
THREADS = 2
# Questions that run at once; another one waits.
AT_ONCE = 2
# A query that is interrupted has so long to say so.
GRACE_SECONDS = 2
LONGEST_ANSWER = 60_000
# The text of an answer may have so many bytes for each character, and columns beside the rows.
MOST_BYTES = 16 * LONGEST_ANSWER
NOT_BEGUN = "The machine has no room for another process; ask again later."
ENDED = "The query ended the process that ran it, as one does that needs too much memory."


@dataclass(frozen=True)
class Limits:
    """What one question may have."""

    rows: int = 100
    seconds: int = 10
    megabytes: int = 1024


class Asker:
    """Asks the published file; a process that is ready waits for the next question."""

    def __init__(self, published: Path, limits: Limits) -> None:
        self.published = published
        self.limits = limits
        self._ready: Process | None = None
        self._is_closed = False
        self._at_once = anyio.CapacityLimiter(AT_ONCE)

    async def ask(
        self,
        sql: str,
        parameters: Sequence[Any] = (),
        *,
        is_free: bool = False,
        rows: int | None = None,
        characters: int = LONGEST_ANSWER,
    ) -> dict[str, Any]:
        """The answer of the published file: columns and rows, or an error in a sentence.

        Args:
            sql: the question.
            parameters: of the question.
            is_free: whether somebody else wrote it, so that it must be looked at.
            rows: the most that are shown, if not as many as of any question.
            characters: the most that the rows may have.
        """
        request = {
            # what a link leads to may be another file after a publish
            "path": os.path.realpath(self.published),
            "tables": [*TABLES, *VIEWS],
            "functions": FUNCTIONS,
            "sql": sql,
            "parameters": [*parameters],
            "is_free": is_free,
            "rows": rows or self.limits.rows,
            "seconds": self.limits.seconds,
            "megabytes": self.limits.megabytes,
            "threads": THREADS,
            "characters": characters,
        }
        async with self._at_once:
            try:
                process = await self._take()
            except OSError:
                return {"error": NOT_BEGUN}
            try:
                with anyio.move_on_after(self.limits.seconds + GRACE_SECONDS):
                    return await _exchange(process, request)
                late = f"The query took longer than {self.limits.seconds} seconds; ask for less."
                return {"error": late}
            finally:
                with anyio.CancelScope(shield=True):
                    await end(process)

    async def _take(self) -> Process:
        """A process for a question; one that died while it waited is not used."""
        process, self._ready = self._ready, None
        if process and process.returncode is not None:
            await end(process)
            process = None
        return process or await begin()

    async def prepare(self) -> None:
        """Begin the process of the next question, if none is ready."""
        if self._ready is None and not self._is_closed:
            try:
                process = await begin()
            except OSError:
                return  # the next question says so
            if self._ready is None and not self._is_closed:
                self._ready = process
            else:
                with anyio.CancelScope(shield=True):
                    await end(process)

    async def close(self) -> None:
        """End the process that waits for a question, and let no other wait."""
        self._is_closed = True
        process, self._ready = self._ready, None
        if process:
            await end(process)


async def begin() -> Process:
    """A process that waits for a question, without the environment of this one."""
    # one that is half begun when somebody gives up would belong to nobody
    with anyio.CancelScope(shield=True):
        return await anyio.open_process(
            # isolated: neither the folder it starts in nor a variable decides what it imports
            [sys.executable, "-I", "-B", str(WORKER)],
            env={name: os.environ[name] for name in HANDED_ON if name in os.environ},
            cwd="/",
            stderr=subprocess.DEVNULL,
        )


async def end(process: Process) -> None:
    """End a process for good, and hear that it ended."""
    with contextlib.suppress(ProcessLookupError):
        if process.returncode is None:
            process.kill()
    await process.aclose()


async def _exchange(process: Process, request: dict[str, Any]) -> dict[str, Any]:
    text = bytearray()
    try:
        await process.stdin.send(json.dumps(request).encode() + b"\n")
        async for some in process.stdout:
            text += some
            if len(text) > MOST_BYTES:
                return {"error": ENDED}
        # it ends by itself after its answer
        with anyio.move_on_after(GRACE_SECONDS):
            await process.wait()
        return json.loads(bytes(text))
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError, ValueError):
        return {"error": ENDED}
