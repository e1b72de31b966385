"""What the build says when it fails: one sentence for a reason, whatever dbt wrapped it in."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts import build
from scripts.build import (
    NO_DISK,
    NO_MEMORY,
    FailedAfterError,
    failures,
    one_sentence,
    told_as_published,
)

TRACEBACK = """Runtime Error in model exported_files (models/reporting/exported_files.py)
  Python model failed:
  Traceback (most recent call last):
    File "export_files.py", line 80, in write_files
      raise ValueError("no: this is source text")
  OSError: [Errno 28] No space left on device

  The above exception was the direct cause of the following exception:

  Traceback (most recent call last):
    File "/tmp/x.py", line 20, in model
      return write_files(tables)
  {raised}
"""
MESSAGES = {
    "an exception of the project": (
        TRACEBACK.format(raised="export_files.WriteError: the files cannot be written: disk full"),
        "the files cannot be written: disk full",
    ),
    "an exception of DuckDB, in several lines": (
        TRACEBACK.format(raised="_duckdb.IOException: IO Error: no file\n\n  LINE 1: from x\n  ^"),
        "no file",
    ),
    "a traceback without a reason": (
        TRACEBACK.format(raised="").partition("    File")[0],
        "Python model failed:",
    ),
    "a database error": (
        "Database Error in model x (models/x.sql)\n  Binder Error: no column",
        "no column",
    ),
    "too little memory": (
        "Runtime Error in model x (models/x.sql)\n"
        "  Out of Memory Error: could not allocate block of size 1 KiB (2 MiB/2 MiB used)\n\n"
        "  Possible solutions:\n  * Reducing the number of threads",
        NO_MEMORY,
    ),
    "no room for what is spilled": (
        "Out of Memory Error: failed to offload data block of size 1 KiB (2 GiB/2 GiB used).\n"
        "This limit was set by the 'max_temp_directory_size' setting.",
        NO_DISK,
    ),
    "a locked warehouse": (
        'IO Error: Could not set lock on file "/w": Conflicting lock is held in python',
        "another process has the warehouse open; wait for it or close it, then build again",
    ),
}


@pytest.mark.parametrize("message,sentence", MESSAGES.values(), ids=MESSAGES.keys())
def test_a_message_of_dbt_becomes_one_sentence(message: str, sentence: str) -> None:
    assert one_sentence(message) == sentence


def test_nodes_that_failed_for_one_reason_share_a_line(tmp_path) -> None:
    def run(name: str, message: str, status: str = "error") -> SimpleNamespace:
        node = SimpleNamespace(name=name, resource_type="model")
        return SimpleNamespace(node=node, message=message, status=status)

    results = [run("a", "no file"), run("b", "OK", "success"), run("c", "no file"), run("d", "no")]
    result = SimpleNamespace(exception=None, success=False, result=SimpleNamespace(results=results))
    assert failures(result, tmp_path / "none.duckdb") == ["a, c: no file", "d: no"]


@pytest.mark.parametrize(("is_published", "kind"), [(True, FailedAfterError), (False, OSError)])
def test_what_fails_after_publishing_is_told_apart(is_published: bool, kind: type) -> None:
    with pytest.raises(kind, match="disk full"), told_as_published(is_published):
        raise OSError("disk full")


def test_nobody_reads_that_the_former_build_stays_when_it_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def published_and_then(*_: object) -> list[str]:
        raise FailedAfterError("no room for the pages")

    monkeypatch.setattr(build, "build", published_and_then)
    monkeypatch.setenv("GYM_WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    monkeypatch.setenv("GYM_PUBLISHED", str(tmp_path / "published.duckdb"))
    assert build.main([]) == 1
    said = capsys.readouterr().err
    assert said == f"\n{build.FAILED_AFTER}\n  no room for the pages\n"
