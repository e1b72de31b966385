"""One `make build` in this process; prints one line of JSON: what each phase cost.

    python -m benchmarks.speed.one_build [arguments for dbt build]

One model at a time, so that the CPU seconds between its start and its end are its own; DuckDB
still uses every core within a query. Where Linux lets the peak memory be reset, each phase has
its own peak.
"""

from __future__ import annotations

import functools
import gc
import json
import resource
import sys
import time
from collections import defaultdict
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# A model belongs to the first phase whose word stands in its path; views cost their readers.
PHASES = {
    "read": ("models/landing",),
    "type": ("models/staging", "models/intermediate/exports", "rejected_rows"),
    "parse": ("intermediate/transfers", "marts/pass_transfers"),
    "match": ("intermediate/matching", "duplicate_customers"),
    "households": ("intermediate/households",),
    "affinity": ("intermediate/affinity", "marts/crew"),
    "interactions": ("intermediate/interactions", "marts/customer_interactions"),
    "connections": ("marts/customer_connections",),
    "events": ("intermediate/events", "marts/customer_events"),
    "files": ("exported_files",),
    "people and names": ("intermediate/people", "marts/customers", "functions", "names_withheld"),
    "report": ("models/reporting",),
}
TESTS = "tests"
START = "dbt starts, ends; publishing"


def phase_of(path: str, resource_type: str) -> str:
    """The phase of a node."""
    if resource_type in ("test", "unit"):
        return TESTS
    for phase, words in PHASES.items():
        if any(word in path for word in words):
            return phase
    return START


def peak_mb() -> float:
    """The most memory since the last reset, or of the process where there is no reset."""
    try:
        text = Path("/proc/self/status").read_text()
        kb = int(text.partition("VmHWM:")[2].split()[0])
        Path("/proc/self/clear_refs").write_text("5")
    except (OSError, ValueError, IndexError):
        kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kb / 1024


def main(arguments: list[str]) -> int:
    from dbt.cli import main as dbt

    from scripts import build

    cpu: dict[str, float] = defaultdict(float)
    wall: dict[str, float] = defaultdict(float)
    peak: dict[str, float] = defaultdict(float)
    nodes: dict[str, float] = {}
    last = [0.0, time.monotonic()]

    def lap(phase: str, node: str | None = None) -> None:
        now = [time.process_time(), time.monotonic()]
        cpu[phase] += now[0] - last[0]
        wall[phase] += now[1] - last[1]
        peak[phase] = max(peak[phase], peak_mb())
        if node:
            nodes[node] = round(now[0] - last[0], 3)
        last[:] = now

    def on_event(event) -> None:
        if event.info.name == "NodeStart":
            lap(START)
        elif event.info.name == "NodeFinished":
            info = event.data.node_info
            lap(phase_of(f"models/{info.node_path}", info.resource_type), info.node_name)

    dbt.dbtRunner = functools.partial(dbt.dbtRunner, callbacks=[on_event])
    stdout, sys.stdout = sys.stdout, sys.stderr
    status = build.main([*arguments, "--threads", "1"])
    sys.stdout = stdout
    gc.collect()
    lap(START)
    print(json.dumps({"status": status, "cpu": cpu, "wall": wall, "peak": peak, "nodes": nodes}))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
