"""What a night may meet: a kill at any moment, a full disk, a second build, half a file.

GYM_KILLS=20 kills at so many points and builds again after each; by default four kills follow
each other and the build after the last must make good all four.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
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
from test_publish import digest, query

KILLS = int(os.environ.get("GYM_KILLS", "4"))
BUILDS_AFTER_EACH = "GYM_KILLS" in os.environ
STARTED = b" START "


def start(project: Project) -> subprocess.Popen[str]:
    """Start a build in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "scripts/build.py"],
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
    """How many models, seeds and tests dbt has started, by its log."""
    return log.read_bytes().count(STARTED) if log.exists() else 0


def kill_at(project: Project, step: int) -> bool:
    """Kill a build when it has started so many steps; whether it was still running."""
    log = project.folder / "logs" / "dbt.log"
    wanted = steps(log) + step
    build = start(project)
    while build.poll() is None and steps(log) < wanted:
        time.sleep(0.01)
    return kill(build)


def copy_with_changes(project: Project, folder: Path) -> Project:
    """The project with the exports of the next night, not yet built."""
    changed = project.copy(folder)
    rows = read(changed.exports / f"{CHECKINS}.csv")
    changed.write(CHECKINS, a_night_of_changes(rows, random.Random(20251124)))
    return changed


def is_whole(project: Project) -> bool:
    """Whether the published file opens and tells the digests of the files beside it."""
    told = dict(query(project.published, "select file_name, sha256 from exported_files"))
    found = digests(project.files)
    return bool(told) and all(found[name] == sha256 for name, sha256 in told.items())


def test_a_killed_build_needs_no_hand(small_gym: Project, tmp_path: Path) -> None:
    """Two states of the exports take turns, so that each build has something to recompute."""
    other = copy_with_changes(small_gym, tmp_path / "other")
    assert other.build(*NO_TESTS).returncode == 0
    undisturbed = [other, small_gym]
    assert digests(other.files) != digests(small_gym.files)
    project = small_gym.copy(tmp_path / "nightly")
    all_steps = steps(small_gym.folder / "logs" / "dbt.log")
    killed = 0
    for number in range(KILLS):
        night = undisturbed[number % 2]
        shutil.copy(night.exports / f"{CHECKINS}.csv", project.exports / f"{CHECKINS}.csv")
        before = digest(project.published)
        if kill_at(project, round(all_steps * number / KILLS)):
            killed += 1
            assert digest(project.published) == before
            assert query(project.published, "select count(*) > 0 from pipeline_report") == [(True,)]
        if BUILDS_AFTER_EACH or number == KILLS - 1:
            again = project.build()
            assert again.returncode == 0, again.stderr
            assert digests(project.files) == digests(night.files)
            assert is_whole(project)
            assert [path.name for path in project.published.parent.iterdir()] == [
                project.published.name
            ]
    print(f"{killed} of {KILLS} builds killed, at steps 0 to {all_steps}; all made good")
    assert killed > 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a file system can be mounted by root only; the limited file is tested")
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
    small_gym: Project, small_disk: Path
) -> None:
    project = small_gym.copy(small_disk / "gym")
    files, published = digests(project.files), digest(project.published)
    ballast = fill(small_disk)
    result = project.build()
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "No space left on device" in result.stderr
    assert digests(project.files) == files
    assert digest(project.published) == published
    ballast.unlink()
    again = project.build(*NO_TESTS)
    assert again.returncode == 0, again.stderr
    assert digests(project.files) == files


def test_a_warehouse_that_cannot_grow_is_said(small_gym: Project, tmp_path: Path) -> None:
    """A limit of the size of a file stands for the full disk where none can be mounted."""
    project = small_gym.copy(tmp_path)
    limit = project.warehouse.stat().st_size
    files, published = digests(project.files), digest(project.published)
    result = subprocess.run(
        [sys.executable, "scripts/build.py", *NO_TESTS],
        cwd=PROJECT,
        env=project.environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, limit)),
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "File too large" in result.stderr
    assert digests(project.files) == files
    assert digest(project.published) == published


def test_a_second_build_is_refused_and_readers_are_not(small_gym: Project, tmp_path: Path) -> None:
    project = small_gym.copy(tmp_path)
    first = start(project)
    try:
        assert first.stdout.readline().startswith("Building")
        second = project.build()
        assert is_whole(project)
        assert first.poll() is None
    finally:
        kill(first)
    assert second.returncode == 1
    assert second.stdout == ""
    reasons = second.stderr.strip().splitlines()[1:]
    assert len(reasons) == 1
    assert "another build of" in reasons[0]


def test_half_a_parquet_file_is_one_sentence(small_gym: Project, tmp_path: Path) -> None:
    project = small_gym.copy(tmp_path)
    csv, parquet = (project.exports / f"{CHECKINS}.{form}" for form in ("csv", "parquet"))
    duckdb.sql(f"copy (from read_csv('{csv}', all_varchar = true)) to '{parquet}'")
    csv.unlink()
    os.truncate(parquet, parquet.stat().st_size // 2)
    result = project.build("--select", "+export_row_counts")
    assert result.returncode == 1
    reasons = result.stderr.strip().splitlines()[1:]
    assert len(reasons) == 1, result.stderr
    assert f"{CHECKINS}.parquet cannot be read" in reasons[0]
    assert project.query("select count(*) > 0 from customer_interactions") == [(True,)]
