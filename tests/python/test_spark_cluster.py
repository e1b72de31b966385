"""A master and two workers share a build, and the loss of an executor changes no row.

It takes minutes, so `make test-spark` runs it and `make test` does not.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from conftest import PROJECT, Project
from spark_runs import IS_WANTED, PYTHON, environment, require_spark

from scripts.spark import compare

# From the exports to who met whom how often: what joins and counts most.
MODELS = "+pairs_counted"
COMPARED = {"core_checkins", "core_customers", "visit_days", "person_records", "pairs_counted"}
EXECUTOR = "CoarseGrainedExecutorBackend"
SETTINGS = """\
spark.executor.memory 640m
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
-XX:ReservedCodeCacheSize=128m
spark.eventLog.enabled true
spark.eventLog.compress false
"""
PATIENCE = float(os.environ.get("SPARK_PATIENCE", "600"))


def waited_for(what: Callable[[], object], build: subprocess.Popen[str] | None = None) -> object:
    """What there is at last; the end of a build ends the wait."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and (build is None or build.poll() is None):
        if found := what():
            return found
        time.sleep(0.5)
    raise AssertionError("waited in vain")


@contextmanager
def cluster(folder: Path, variables: dict[str, str]) -> Iterator[str]:
    """The address of a master with two workers of one core each, until the block ends."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    address = f"spark://127.0.0.1:{port}"
    here = ("--host", "127.0.0.1", "--webui-port", "0")
    log = folder / "cluster.log"
    variables = variables | {"SPARK_DAEMON_MEMORY": "128m", "SPARK_LOCAL_IP": "127.0.0.1"}
    with ExitStack() as stack, log.open("w") as told:

        def start(what: str, *arguments: str) -> None:
            process = subprocess.Popen(
                [PYTHON.with_name("spark-class"), f"org.apache.spark.deploy.{what}", *arguments],
                env=variables,
                stdout=told,
                stderr=told,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)

        start("master.Master", *here, "--port", str(port))
        waited_for(lambda: "I have been elected leader" in log.read_text())
        for name in ("one", "two"):
            work = ("--cores", "1", "--memory", "700m", "--work-dir", str(folder / name))
            start("worker.Worker", *here, *work, address)
        waited_for(lambda: log.read_text().count("Successfully registered with master") == 2)
        yield address


def executors(folder: Path) -> list[int]:
    """The processes of the workers that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if EXECUTOR in (process / "cmdline").read_text() and folder in (
                (process / "cwd").readlink().parents
            ):
                found.append(int(process.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(not IS_WANTED, reason="make test-spark builds on Spark")
def test_two_executors_share_a_build_and_one_may_die(small_gym: Project, tmp_path: Path) -> None:
    require_spark()
    events, warehouse = tmp_path / "events", tmp_path / "spark"
    events.mkdir()
    variables = environment(
        tmp_path,
        f"{SETTINGS}spark.eventLog.dir file://{events}\n",
        GYM_RAW_EXPORTS=str(small_gym.exports),
    )
    with cluster(tmp_path, variables) as master:
        command = [PYTHON, "-m", "scripts", "spark", "--master", master, "--warehouse", warehouse]
        build = subprocess.Popen(
            [*command, "--select", MODELS, "--exclude-resource-type", "test"],
            cwd=PROJECT,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            waited_for(lambda: list(warehouse.glob("*/core/core_checkins")), build)
            os.kill(executors(tmp_path)[0], signal.SIGKILL)
            told, _ = build.communicate(timeout=PATIENCE)
        finally:
            build.kill()
    assert build.returncode == 0, told

    (folder,) = warehouse.glob("build_*")
    made = {path.name for path in folder.glob("*/*/")}
    assert made >= COMPARED
    found = compare.differences(small_gym.warehouse, folder, ("core", "intermediate"))
    assert {table: what for table, what in found if table in COMPARED} == {}
    assert small_gym.query("select count(*) from intermediate.pairs_counted") > [(1000,)]

    lines = [line for file in events.rglob("events_*") for line in file.read_text().splitlines()]
    happened = [json.loads(line) for line in lines]
    worked = Counter(
        event["Task Info"]["Executor ID"]
        for event in happened
        if event["Event"] == "SparkListenerTaskEnd" and not event["Task Info"]["Failed"]
    )
    gone = [e["Executor ID"] for e in happened if e["Event"] == "SparkListenerExecutorRemoved"]
    # two from the beginning, and one in place of the one that was killed
    assert worked.keys() >= {"0", "1", "2"}
    assert len(gone) >= 1
    assert gone[0] in ("0", "1")
    assert min(worked[name] for name in ("0", "1", "2")) > 10
