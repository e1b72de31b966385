"""What a night may meet: a kill at any moment, a full disk, a second build, half a file.

GYM_KILLS=20 kills builds at so many points and builds again after each. By default four kills of
builds without tests follow each other, and the build after the last must make good all four.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, Project
from test_build import CHECKINS, NO_TESTS, a_night_of_changes, digests, read
from test_publish import beside, digest, query

KILLS = int(os.environ.get("GYM_KILLS", "4"))
BUILDS_AFTER_EACH = "GYM_KILLS" in os.environ
STARTED = re.compile(rb" START (sql|python|seed) ")


def start(project: Project, *arguments: str) -> subprocess.Popen[str]:
    """Start a build in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "scripts", "build", *arguments],
        cwd=PROJECT,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def kill(build: subprocess.Popen[str]) -> bool:
    """Kill a build and all that it started; whether it was still running."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(build.pid, signal.SIGKILL)
    build.communicate()
    return build.returncode == -signal.SIGKILL


def steps(log: Path) -> int:
    """How many models and seeds dbt has started, by its log."""
    return len(STARTED.findall(log.read_bytes())) if log.exists() else 0


def kill_at(project: Project, step: int, *arguments: str) -> bool:
    """Kill a build when it has started so many steps; whether it was still running."""
    log = project.folder / "logs" / "dbt.log"
    shutil.rmtree(log.parent, ignore_errors=True)
    build = start(project, *arguments)
    while build.poll() is None and steps(log) < step:
        time.sleep(0.01)
    return kill(build)


def change(project: Project) -> None:
    """Write the check-ins of another night."""
    rows = read(project.exports / f"{CHECKINS}.csv")
    project.write(CHECKINS, a_night_of_changes(rows, random.Random(20251124)))


def built_undisturbed(project: Project) -> dict[str, str]:
    """Digests of the files of a build without history or faults."""
    project.warehouse.unlink()
    result = project.build(*NO_TESTS)
    assert result.returncode == 0, result.stderr
    return digests(project.marts())


def is_whole(project: Project) -> bool:
    """Whether the published file opens and tells the digests of the files beside it."""
    told = dict(query(project.published, "select file_name, sha256 from exported_files"))
    found = digests(project.files)
    return bool(told) and all(found[name] == sha256 for name, sha256 in told.items())


def test_a_killed_build_needs_no_hand(small_gym: Project, night: Project, tmp_path: Path) -> None:
    """Two states of the exports take turns, so that each build has something to recompute."""
    other = small_gym.copy(tmp_path / "other")
    change(other)
    nights = [other, small_gym]
    undisturbed = [built_undisturbed(other) if BUILDS_AFTER_EACH else {}, digests(small_gym.files)]
    assert undisturbed[0] != undisturbed[1]
    all_steps = steps(small_gym.folder / "logs" / "dbt.log")
    killed = 0
    for number in range(KILLS):
        turn = number % len(nights)
        shutil.copy(nights[turn].exports / f"{CHECKINS}.csv", night.exports / f"{CHECKINS}.csv")
        before = digest(night.published)
        arguments = () if BUILDS_AFTER_EACH else NO_TESTS
        if kill_at(night, round(all_steps * number / KILLS), *arguments):
            killed += 1
            assert digest(night.published) == before
            assert query(night.published, "select count(*) > 0 from pipeline_report") == [(True,)]
        if BUILDS_AFTER_EACH or number == KILLS - 1:
            again = night.build()
            assert again.returncode == 0, again.stderr
            assert digests(night.files) == undisturbed[turn]
            assert is_whole(night)
            assert beside(night.published) == [f".{night.published.name}.warehouse"]
    print(f"{killed} of {KILLS} builds killed, spread over {all_steps} models; all made good")
    assert killed > 0
    history = "select build_number, count(*) from build_history group by all order by all"
    builds = query(night.published, history)
    assert len(builds) >= 2
    assert builds == [(number + 1, builds[0][1]) for number in range(len(builds))]
    assert night.query(history) == builds


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 96 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a small file system can be mounted by root only")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write a file until the disk is full, and leave little room."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(2**16))
            file.flush()
    os.truncate(ballast, ballast.stat().st_size - 2**19)
    return ballast


def test_a_full_disk_is_said_and_the_next_build_is_fine(
    small_gym: Project, small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = small_gym.copy(small_disk)
    elsewhere = {"DBT_TARGET_PATH": str(tmp_path / "target"), "DBT_LOG_PATH": str(tmp_path)}
    monkeypatch.setattr(Project, "environment", project.environment | elsewhere)
    files, published = digests(project.files), digest(project.published)
    ballast = fill(small_disk)
    result = project.build(*NO_TESTS)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert f'Could not write file "{project.warehouse}' in result.stderr
    assert "No space left on device" in result.stderr
    assert digests(project.files) == files
    assert digest(project.published) == published
    ballast.unlink()
    again = project.build()
    assert again.returncode == 0, again.stderr
    assert digests(project.files) == files


def test_a_second_build_is_refused_and_readers_are_not(night: Project) -> None:
    first = start(night)
    try:
        assert first.stdout.readline().startswith("Building")
        second = night.build()
        assert is_whole(night)
        assert first.poll() is None
    finally:
        kill(first)
    assert second.returncode == 1
    assert second.stdout == ""
    reasons = second.stderr.strip().splitlines()[1:]
    assert len(reasons) == 1
    assert "another build of" in reasons[0]


TIDYING = """
import sys, time
from scripts import command
def run():
    try:
        print(1, flush=True)
        time.sleep(60)
    finally:
        time.sleep(0.2)
sys.exit(command.run(run, "No card:"))
"""
WAITING = {
    "while it imports": "from scripts import command;"
    " print(1, flush=True); import time; time.sleep(60)",
    "while it runs": "import sys, time; from scripts import command;"
    " act = lambda: print(1, flush=True) or time.sleep(60) or 0;"
    " sys.exit(command.run(act, 'No card:'))",
    "while it tidies up": TIDYING,
    "in a query": "import duckdb, sys; from scripts import command;"
    " query = 'select sum(a.range * b.range % 7) from range(1000000) a, range(1000000) b';"
    " run = lambda: print(1, flush=True) or duckdb.sql(query).fetchall();"
    " sys.exit(command.run(run, 'No card:'))",
}


@pytest.mark.parametrize("code", WAITING.values(), ids=WAITING)
@pytest.mark.parametrize("presses", [1, 4])
def test_ctrl_c_is_one_sentence_wherever_a_command_is(code: str, presses: int) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline() == "1\n"
    time.sleep(0.5)
    for _ in range(presses):
        running.send_signal(signal.SIGINT)
        time.sleep(0.02)
    errors = running.communicate()[1]
    assert running.returncode == 130
    assert errors.strip() == "Stopped by Ctrl-C; what was published before stays."


def test_ctrl_c_while_building_leaves_what_was_published(night: Project) -> None:
    before = digest(night.published)
    running = subprocess.Popen(
        [sys.executable, "-m", "scripts", "build"],
        cwd=PROJECT,
        env=night.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout.readline().startswith("Building")
    os.killpg(running.pid, signal.SIGINT)
    errors = running.communicate()[1]
    assert running.returncode == 130
    assert errors.strip() == "Stopped by Ctrl-C; what was published before stays."
    assert digest(night.published) == before


@pytest.mark.parametrize("name", ["__main__", "build", "sample_exports"])
def test_a_command_answers_ctrl_c_before_it_imports_anything(name: str) -> None:
    """What takes its time is imported behind the module that answers, or the handing over."""
    source = (PROJECT / f"scripts/{name}.py").read_text(encoding="utf-8")
    imported = re.findall(r"^ *(?:import|from) (\S+)", source, re.MULTILINE)
    first = "scripts" if name == "__main__" else "sys"
    assert set(imported[: imported.index(first)]) <= {"__future__", "runpy"}


def test_ctrl_c_while_a_command_is_imported_is_one_sentence() -> None:
    """Dbt takes a second or two to be imported; the command module stands before it."""
    code = (
        "import time\nfrom scripts import command\n"
        "print(1, flush=True)\n"
        "try:\n    time.sleep(60)\nexcept BaseException:\n    raise ImportError('swallowed')\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline() == "1\n"
    running.send_signal(signal.SIGINT)
    errors = running.communicate()[1]
    assert running.returncode == 130
    assert errors.strip() == "Stopped by Ctrl-C; what was published before stays."


@pytest.mark.parametrize("question", ["--help", "--version"])
def test_a_question_is_answered_and_builds_nothing(question: str, project: Project) -> None:
    result = project.build(question)
    assert result.returncode == 0
    assert "Build, check and publish" in result.stdout
    assert result.stderr == ""
    assert list(project.folder.iterdir()) == []


def test_half_a_parquet_file_is_one_sentence(night: Project) -> None:
    csv, parquet = (night.exports / f"{CHECKINS}.{form}" for form in ("csv", "parquet"))
    duckdb.sql(f"copy (from read_csv('{csv}', all_varchar = true)) to '{parquet}'")
    csv.unlink()
    os.truncate(parquet, parquet.stat().st_size // 2)
    result = night.build("--select", "+export_row_counts")
    assert result.returncode == 1
    reasons = result.stderr.strip().splitlines()[1:]
    assert len(reasons) == 1, result.stderr
    assert f"{CHECKINS}.parquet cannot be read" in reasons[0]
    assert night.query("select count(*) > 0 from customer_interactions") == [(True,)]


def test_too_little_memory_is_said_in_one_sentence(
    night: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(night.published)
    monkeypatch.setenv("GYM_MEMORY_LIMIT", "30MB")
    result = night.build(*NO_TESTS)
    assert result.returncode == 1
    assert "memory is too small" in result.stderr
    assert "Out of Memory" not in result.stderr
    assert digest(night.published) == before
    left = night.warehouse.with_name(night.warehouse.name + ".tmp")
    assert not left.exists() or not list(left.iterdir())
