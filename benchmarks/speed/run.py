"""How fast the project is, beside what one would use instead: prints and writes a results file.

    run.py [37k 1m 10m] [--rounds 3] [--nights] [--out benchmarks/speed/RESULTS.md]

Everything is measured in CPU seconds of whole processes, in turns within each round, so that a
busy machine slows all alike. Needs Linux or macOS.
"""

from __future__ import annotations

import csv
import datetime
import itertools
import json
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import duckdb

from benchmarks.speed import exports
from python_udfs.settings import given

HERE = Path(__file__).resolve().parent
BASELINE_PYTHON = exports.PROJECT / ".venv-benchmark/bin/python"
PLAIN = "plain script of the same models"
TOOLS = ("duckdb", "polars", "pandas")
RESULTS = ("transfers", "interactions", "connections", "events")
HISTORIES = (49, 490, 4900)
CHECKINS = "capitan/checkins.csv"


class Cost(NamedTuple):
    """What one process took, and what it printed."""

    cpu: float
    wall: float
    peak_mb: float
    output: str


def python(module: str) -> list[str]:
    """The command that runs a module of this folder."""
    return [sys.executable, "-m", f"benchmarks.speed.{module}"]


def run(command: list[object], **environment: object) -> Cost:
    """Run a process to its end.

    Raises:
        RuntimeError: it failed; what it wrote to stderr was shown.
    """
    started = time.monotonic()
    names = {name: str(value) for name, value in environment.items()}
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=exports.PROJECT,
        env=os.environ | names,
        stdout=subprocess.PIPE,
        text=True,
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} ended with status {process.returncode}")
    return Cost(
        usage.ru_utime + usage.ru_stime,
        time.monotonic() - started,
        usage.ru_maxrss / 1024 / (1024 if sys.platform == "darwin" else 1),
        output,
    )


class Gym(NamedTuple):
    """A folder in which exports are built."""

    folder: Path
    raw: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def environment(self) -> dict[str, object]:
        return {
            "GYM_RAW_EXPORTS": self.raw,
            "GYM_WAREHOUSE": self.warehouse,
            "GYM_EXPORTS_OUT": self.folder / "files",
            "GYM_PUBLISHED": self.folder / "published.duckdb",
            "DBT_TARGET_PATH": self.folder / "target",
            "DBT_LOG_PATH": self.folder / "logs",
            "DBT_PROFILES_DIR": exports.PROJECT,
        }

    def parse(self) -> None:
        """Have the project parsed, as it is on every night but the first."""
        run([Path(sys.executable).with_name("dbt"), "parse"], **self.environment)

    def build(self, fresh: bool = True) -> tuple[Cost, dict]:
        """One `make build`; its cost and what one_build.py tells of the phases."""
        if fresh:
            self.warehouse.unlink(missing_ok=True)
        cost = run([*python("one_build")], **self.environment)
        return cost, json.loads(cost.output.splitlines()[-1])

    def plain(self) -> Cost:
        """The project's own models without dbt."""
        other = self.folder / "plain" / self.warehouse.name
        other.parent.mkdir(exist_ok=True)
        target = self.folder / "target"
        return run([*python("plain_models"), target, self.warehouse, other])

    def write_core_input(self) -> None:
        """Typed check-ins and customers as CSV: where the core job of every tool starts."""
        core = self.folder / "core"
        core.mkdir(exist_ok=True)
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            connection.execute(
                f"""copy (
                    select checkin_id, customer_id, location_id,
                        date_trunc('second', checkin_datetime) as checkin_datetime, entry_method,
                        entry_method_description as description
                    from core.core_checkins order by checkin_id
                ) to '{core}/checkins.csv' (header)"""
            )
            connection.execute(
                f"""copy (
                    select customer_id, concat_ws(' ', first_name, last_name) as full_name
                    from core.core_customers order by customer_id
                ) to '{core}/customers.csv' (header)"""
            )

    def core(self, tool: str) -> Cost:
        return run([BASELINE_PYTHON, HERE / f"core_{tool}.py", self.folder / "core"])

    def check_core(self, tools: list[str]) -> None:
        """Stop where two tools disagree about a row."""
        for name in RESULTS:
            found = {
                duckdb.sql(
                    "select count(*), sum(hash(row)) from (from read_csv("
                    f"'{self.folder}/core/{tool}/{name}.csv', all_varchar = true)) as row"
                ).fetchall()[0]
                for tool in tools
            }
            if len(found) > 1:
                raise RuntimeError(f"the tools disagree about {name}: {found}")

    def figures(self) -> dict[str, int]:
        counts = {
            "check-ins": "core.core_checkins",
            "interactions": "customer_interactions",
            "connections": "customer_connections",
        }
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return {
                name: connection.sql(f"select count(*) from {table}").fetchall()[0][0]
                for name, table in counts.items()
            }


def spread(values: list[float], digits: int = 1) -> str:
    """The median with the lowest and highest, or the one value."""
    median = f"{statistics.median(values):.{digits}f}"
    if len(values) < 2:
        return median
    return f"{median} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def size_on_disk(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def measure_size(name: str, gym: Gym, rounds: int, tools: list[str]) -> dict:
    """All of one size, in turns; without tools the builds alone."""
    builds, phases, others, limit = [], [], {}, None
    steps: dict[str, Callable[[], Cost]] = {}
    if tools:
        steps[PLAIN] = gym.plain
    steps |= {f"core job, {tool}": (lambda tool=tool: gym.core(tool)) for tool in tools}
    gym.parse()
    for number in range(rounds):
        print(f"{name}: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        cost, told = gym.build()
        builds.append(cost)
        phases.append(told)
        if tools:
            gym.write_core_input()
        for step, action in steps.items():
            others.setdefault(step, []).append(action())
    if tools:
        gym.check_core(tools)
        stored = gym.folder / "plain" / gym.warehouse.name
        limit = json.loads(run([sys.executable, HERE / "write_limit.py", stored]).output)
    return {
        "name": name,
        "builds": builds,
        "phases": phases,
        "others": others,
        "limit": limit,
        "figures": gym.figures(),
        "disk": {
            "exports": size_on_disk(gym.raw),
            "warehouse": size_on_disk(gym.warehouse),
            "files": size_on_disk(gym.folder / "files"),
            "published": size_on_disk(gym.folder / "published.duckdb"),
        },
    }


def phases_of(size: dict) -> dict[str, float]:
    """Median CPU seconds by phase."""
    names = size["phases"][0]["cpu"]
    return {
        name: statistics.median(p["cpu"].get(name, 0) for p in size["phases"]) for name in names
    }


def show_size(size: dict) -> str:
    rows = size["figures"]["check-ins"]
    lines = []
    for phase in phases_of(size):
        cpu = [told["cpu"].get(phase, 0) for told in size["phases"]]
        wall = statistics.median(told["wall"].get(phase, 0) for told in size["phases"])
        peak = max(told["peak"].get(phase, 0) for told in size["phases"])
        rate = rows / max(statistics.median(cpu), 0.01)
        lines.append([phase, spread(cpu), f"{wall:.1f}", f"{rate:,.0f}", f"{peak:,.0f}"])
    cpu = [cost.cpu for cost in size["builds"]]
    lines.append(
        [
            "**whole `make build`**",
            spread(cpu),
            f"{statistics.median(cost.wall for cost in size['builds']):.1f}",
            f"{rows / statistics.median(cpu):,.0f}",
            f"{max(peak for told in size['phases'] for peak in told['peak'].values()):,.0f}",
        ]
    )
    figures = ", ".join(f"{value:,} {name}" for name, value in size["figures"].items())
    disk = ", ".join(f"{name} {value:,.0f}" for name, value in size["disk"].items())
    text = f"## {size['name']}: {figures}\n\nOn disk, in MB: {disk}.\n\n"
    head = ["phase", "CPU seconds", "wall seconds", "check-ins per CPU second", "peak MB"]
    return text + table(head, lines) + (f"\n{show_ratios(size)}" if size["others"] else "")


def show_ratios(size: dict) -> str:
    core = {step: costs for step, costs in size["others"].items() if step.startswith("core")}
    plain = size["others"][PLAIN]
    first = statistics.median(cost.cpu for cost in core.get("core job, duckdb", plain))
    rows = []
    for step, costs in size["others"].items():
        ratio = [build.cpu / cost.cpu for build, cost in zip(size["builds"], costs, strict=True)]
        beside = f"{statistics.median(c.cpu for c in costs) / first:.1f}" if step in core else ""
        peak = f"{max(cost.peak_mb for cost in costs):,.0f}"
        rows.append([step, spread([c.cpu for c in costs]), beside, spread(ratio, 2), peak])
    limit = size["limit"]
    share = [a / b for a, b in zip(limit["limit"], limit["pairs"], strict=True)]
    head = ["beside it", "CPU seconds", "to DuckDB's core job", "`make build` to it", "peak MB"]
    return (
        table(head, rows)
        + f"\nPairs: {limit['rows']:,} rows in {spread(limit['pairs'], 2)} CPU seconds; to write"
        f" them takes {spread(limit['limit'], 2)}: {statistics.median(share):.0%} of the limit.\n"
    )


def show_growth(sizes: list[dict]) -> str:
    text = "## Growth\n\nCPU seconds grow with check-ins to the power of:\n\n"
    rows: dict[str, list[str]] = {}
    for small, large in itertools.pairwise(sizes):
        grown = math.log(large["figures"]["check-ins"] / small["figures"]["check-ins"])
        for phase, cpu in phases_of(small).items():
            exponent = math.log(max(phases_of(large).get(phase, 0), 0.01) / max(cpu, 0.01)) / grown
            rows.setdefault(phase, [phase]).append(f"{exponent:.2f}")
    head = ["phase"] + [f"{a['name']} to {b['name']}" for a, b in itertools.pairwise(sizes)]
    return text + table(head, list(rows.values()))


def count_nodes(target: Path) -> list[int]:
    """Numbers of tables, views and data tests in the project."""
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    kinds = [
        "test" if node["resource_type"] == "test" else node["config"]["materialized"]
        for node in nodes
        if node["resource_type"] in ("model", "seed", "test")
    ]
    views, tests = kinds.count("view"), kinds.count("test")
    return [len(kinds) - views - tests, views, tests]


def measure_floor(target: Path, work: Path, rounds: int) -> tuple[list[int], list[Cost]]:
    """Builds of an empty project with as many nodes."""
    counts = count_nodes(target)
    folder = work / "empty"
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, HERE / "empty_project.py", folder, *counts]
    run(command)
    return counts, [run(command) for _ in range(rounds)]


def measure_reading(raw: Path, work: Path) -> str:
    """Reading the exports as CSV and as Parquet, in turns."""
    converted = work / "converted"
    shutil.rmtree(converted, ignore_errors=True)
    cost = run([sys.executable, "-m", "scripts", "convert-exports", converted, "--from", raw])
    spent: dict[str, list[float]] = {"CSV": [], "Parquet": []}
    for _ in range(3):
        for form, root in (("CSV", raw), ("Parquet", converted)):
            spent[form].append(run([*python("read_exports"), root]).cpu)
    rows = [
        [form, spread(spent[form]), f"{size_on_disk(root):,.0f}"]
        for form, root in (("CSV", raw), ("Parquet", converted))
    ]
    shutil.rmtree(converted)
    return (
        "## Reading\n\nAll exports of the largest size into landing tables; to convert them took"
        f" {cost.cpu:.1f} CPU seconds, once.\n\n"
        + table(["form", "CPU seconds", "MB on disk"], rows)
    )


def cut_last_week(raw: Path) -> None:
    """Leave out the check-ins of the last seven days."""
    path = raw / CHECKINS
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        header, *rows = csv.reader(file)
    place = header.index("checkin_datetime")
    days = {row[place][:10] for row in rows if len(row) == len(header)}
    days = sorted(day for day in days if re.fullmatch(r"20\d\d-\d\d-\d\d", day))
    gone = set(days[-7:])
    with path.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [header, *(row for row in rows if gone.isdisjoint(text[:10] for text in row))]
        )


def measure_nights(work: Path, histories: tuple[int, ...]) -> str:
    """A night with seven new days and one with none, behind three lengths of history."""
    rows: dict[str, list[str]] = {}
    head, told_at_once = ["CPU seconds"], []
    for days in histories:
        folder = work / f"days_{days}"
        command = [sys.executable, "scripts/sample_exports.py", "--days", days, "--out", folder]
        run(command)
        gym = Gym(folder, folder / "exports")
        whole = (gym.raw / CHECKINS).read_bytes()
        cut_last_week(gym.raw)
        gym.build()
        (gym.raw / CHECKINS).write_bytes(whole)
        week, nothing = gym.build(fresh=False), gym.build(fresh=False)
        head += [f"{days} days: 7 new", "none new, built"]
        make_build = [sys.executable, "scripts/build.py"]
        run(make_build, **gym.environment)
        told_at_once.append(f"{run(make_build, **gym.environment).cpu:.1f}")
        for phase in week[1]["cpu"]:
            cells = [f"{told['cpu'].get(phase, 0):.2f}" for _, told in (week, nothing)]
            rows.setdefault(phase, [phase]).extend(cells)
        totals = [f"{cost.cpu:.1f}" for cost, _ in (week, nothing)]
        rows.setdefault("whole", ["**whole night**"]).extend(totals)
        print(f"night: {days} days of history", file=sys.stderr, flush=True)
    whole_night = rows.pop("whole")
    return (
        "## Nights\n\nOne gym, about 78 check-ins a day. `make build` compares the exports with"
        " those of the last good build and, where nothing is new, builds nothing: that took"
        f" {', '.join(told_at_once)} CPU seconds. The table says what a build took all the same."
        "\n\n" + table(head, [*rows.values(), whole_night])
    )


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ("dbt-core", "dbt-duckdb", "duckdb", "pyarrow")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    lock = (exports.PROJECT / "requirements-benchmark.txt").read_text().splitlines()
    pins = [
        line.split(" ")[0].replace("==", " ")
        for line in lock
        if line.startswith(("pandas==", "polars=="))
    ]
    load = os.getloadavg()[0]
    settings = "".join(
        f"; {name}={text}"
        for name, text in given().items()
        if name in ("GYM_MEMORY_LIMIT", "GYM_EXPORT_FORMATS")
    )
    return (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}; {os.cpu_count()} cores, {memory:.0f} GB,"
        f" {platform.system()}, Python {platform.python_version()}, {versions},"
        f" {', '.join(pins)}; load when it ended {load:.1f}{settings}."
    )


SCOPE = """\
CPU seconds, median with (lowest-highest) over the rounds, all in turns within a round; wall
seconds are those of one model at a time on a machine that may be busy. `make benchmark` renews
this file.

- **Phases** are those of `make build` on a fresh warehouse with the parsed project kept, its data
  tests and publication included. A view costs those who read it: pairs are in `interactions`.
- **Plain script**: the SQL that dbt compiled and the project's own Python readers and writers, in
  one DuckDB connection without dbt; no tests, comments, report of earlier builds or publication.
- **Core job**: from typed check-ins and customers in CSV to CSV: parse transfers, exact names to
  purchasers, four interaction types, connections, events. Written for this benchmark by hand in
  DuckDB SQL, polars and pandas; equal row by row. It leaves out what takes the project most of
  its time: accounting for every line, matching by evidence, households, affinity, Parquet.
"""


def main(
    wanted: Sequence[str], rounds: int, nights: bool, alone: bool, work: Path, out: Path
) -> int:
    """Measure, write and print; returns the exit status.

    Args:
        wanted: of 37k, 1m and 10m.
        rounds: how often at 37k.
        nights: whether nights are measured, too.
        alone: whether nothing but builds is.
        work: folder for what is built.
        out: the file to write.
    """
    work = work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    sizes, parts = [], []
    for name in wanted:
        folder = work / name
        raw = (
            exports.chain_of_chains(work, 10)
            if name == "10m"
            else exports.generate(folder, {"37k": 1, "1m": 27}[name])
        )
        folder.mkdir(exist_ok=True)
        tools = [tool for tool in TOOLS if tool != "pandas" or name == "37k"]
        if alone:
            tools = []
        size = measure_size(name, Gym(folder, raw), rounds if name == "37k" else 1, tools)
        sizes.append(size)
        parts.append(show_size(size))
    if len(sizes) > 1:
        parts.append(show_growth(sizes))
    if sizes and not alone:
        counts, floor = measure_floor(work / sizes[0]["name"] / "target", work, rounds)
        parts.append(
            "## dbt's own floor\n\nAn empty project with {} tables, {} views and {} tests,"
            " `select 1` in each model: ".format(*counts)
            + f"{spread([c.cpu for c in floor])} CPU seconds.\n"
        )
        parts.append(measure_reading(raw, work))
    if nights:
        parts.append(measure_nights(work, HISTORIES))
    text = f"# How fast it is\n\n{machine()}\n\n{SCOPE}\n" + "\n".join(parts)
    out.write_text(text, encoding="utf-8")
    print(text)
    return 0
