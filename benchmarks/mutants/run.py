"""Break the project's models one at a time, and list which breaks nothing notices.

    make mutants N=40 SEED=1

The sample is built once. Then each change to one model is built as the night after: the model and
all that depends on it, on a copy of the good warehouse. Where a result is not the good one's,
something should notice: a data test of the build, a unit test of the model, a quick test of pytest.
The digests of tests/golden.csv are not among them: they notice everything, and are renewed by hand.
"""

from __future__ import annotations

import csv
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

import duckdb

from benchmarks.mutants.mutate import Mutant, chosen
from python_udfs import settings
from scripts import golden

PROJECT = Path(__file__).resolve().parents[2]
PARTS = ("models", "macros", "seeds", "tests", "analyses", "python_udfs", "scripts", "dialects")
PARTS += ("docs", "benchmarks")
FILES = ("dbt_project.yml", "profiles.yml", "pyproject.toml", "requirements.txt", "README.md")
FOLDERS = ("core", "intermediate", "marts", "staging")
# They read the sample that is built, or the SQL of models, and none builds a whole gym.
QUICK_TESTS = ["test_matches_truth", "test_households", "test_affinity_example", "test_affinity"]
QUICK_TESTS += ["test_crews"]
# It knows the text of what is before customer_interactions, and so which dates are computed anew.
RULES = "interaction_dates_fingerprinted+"
MOST_SECONDS = 600
HEADER = (
    "model",
    "line",
    "kind",
    "before",
    "after",
    "compiles",
    "results",
    "noticed by",
    "seconds",
)
Row = dict[str, object]


def environment(copy: Path) -> dict[str, str]:
    """Where a copy of the project reads and writes."""
    own = settings.without(os.environ)
    return own | {
        "GYM_WAREHOUSE": str(copy / "built/gym_connections.duckdb"),
        "GYM_PUBLISHED": str(copy / "published/gym_connections.duckdb"),
        "GYM_EXPORTS_OUT": str(copy / "exports"),
        "GYM_RAW_EXPORTS": str(copy / "built/sample/exports"),
        # what goes wrong must not take all memory
        "GYM_MEMORY_LIMIT": "2GB",
        "DBT_PROFILES_DIR": str(copy),
        "DBT_TARGET_PATH": str(copy / "target"),
        "DBT_LOG_PATH": str(copy / "logs"),
        "SAMPLE_BUILT": str(copy / "built"),
    }


def prepared(copy: Path) -> Path:
    """A copy of the project, with a link to its environment."""
    for part in PARTS:
        shutil.copytree(PROJECT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in FILES:
        shutil.copy(PROJECT / file, copy)
    (copy / ".venv").symlink_to(PROJECT / ".venv")
    (copy / "built").mkdir()
    return copy


def good_build(copy: Path) -> None:
    """Write the sample and build it, whole and published."""
    sample = ("sample", "--out", str(copy / "built/sample"))
    for command in (sample, ("build",)):
        subprocess.run(
            [sys.executable, "-m", "scripts", *command], cwd=copy, env=environment(copy), check=True
        )


def results(warehouse: Path) -> set[golden.Line]:
    """The digest of each column of each result."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set enable_progress_bar = false")
        return set(golden.digests(connection))


def work(copy: Path, pipe: Connection) -> None:
    """A process that builds one change after the other in its copy of the project."""
    os.chdir(copy)
    os.environ.clear()
    os.environ.update(environment(copy))
    # the copy's own modules, not those of the project that were imported so far
    for name in [name for name in sys.modules if name.split(".")[0] in PARTS]:
        del sys.modules[name]
    sys.path.insert(0, str(copy))
    from scripts import build

    warehouse = Path(settings.load().warehouse)
    good = warehouse.with_name("good.duckdb")
    if not good.exists():
        shutil.copy(warehouse, good)
    expected = results(good)
    while mutant := pipe.recv():
        path = copy / mutant.path
        original = path.read_text(encoding="utf-8")
        path.write_text(mutant.text, encoding="utf-8")
        shutil.copy(good, warehouse)
        try:
            pipe.send(judged(build, mutant, warehouse, expected))
        finally:
            path.write_text(original, encoding="utf-8")


def judged(build, mutant: Mutant, warehouse: Path, expected: set[golden.Line]) -> Row:
    """Build one change and ask each kind of test."""
    built = build.run_dbt(
        "build", "--select", f"{mutant.model}+", RULES, "--exclude-resource-type", "unit_test"
    )
    runs = getattr(built.result, "results", [])
    failed = [run.node.name for run in runs if str(run.status) in build.FAILED]
    tests = [run.node.name for run in runs if str(run.status) == "fail"]
    row: Row = {"compiles": "yes" if runs and mutant.model not in failed else "no", "results": ""}
    if row["compiles"] == "no":
        return row | {"noticed by": "the build"}
    changed = {table for table, *_ in results(warehouse) ^ expected}
    row["results"] = ", ".join(sorted(changed)) or "the same"
    by = [f"data test {name}" for name in tests[:2]]
    by += [f"build of {name}" for name in failed if name not in tests][:1]
    units = build.run_dbt("test", "--select", f"{mutant.model},test_type:unit")
    unit_runs = getattr(units.result, "results", [])
    by += [f"unit test {r.node.name}" for r in unit_runs if str(r.status) in build.FAILED][:2]
    if not by and row["results"] != "the same":
        by += quick_tests()
    return row | {"noticed by": "; ".join(by)}


def quick_tests() -> list[str]:
    """The first quick test of pytest that fails."""
    files = [f"tests/python/{name}.py" for name in QUICK_TESTS]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return [f"pytest {line.split('::')[-1].split(' ')[0]}" for line in failed[:1]]


class Worker:
    """A process with a copy of the project; one that does not end is replaced."""

    def __init__(self, copy: Path) -> None:
        self.copy = copy
        self.start()

    def start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=work, args=(self.copy, other), daemon=True)
        self.process.start()

    def ask(self, mutant: Mutant) -> Row:
        self.pipe.send(mutant)
        try:
            if self.pipe.poll(MOST_SECONDS):
                return self.pipe.recv()
        except EOFError:
            pass
        self.process.kill()
        self.process.join()
        (self.copy / mutant.path).write_text((PROJECT / mutant.path).read_text(encoding="utf-8"))
        self.start()
        return {"compiles": "yes", "results": "", "noticed by": f"no end in {MOST_SECONDS} s"}


def summary(rows: list[Row]) -> str:
    """What was noticed, in one paragraph and three tables."""
    broken = [row for row in rows if row["compiles"] == "no"]
    same = [row for row in rows if row["results"] == "the same" and not row["noticed by"]]
    real = [row for row in rows if row not in broken and row not in same]
    seen = [row for row in real if row["noticed by"]]
    by = {kind: sum(kind in str(row["noticed by"]) for row in real) for kind in
          ("data test", "unit test", "pytest")}  # fmt: skip
    text = [
        f"{len(rows)} changes: {len(broken)} do not compile, {len(same)} change nothing. Of the"
        f" other {len(real)} {len(seen)} are noticed ({len(seen) / max(len(real), 1):.0%}): by a"
        f" data test {by['data test']}, by a unit test {by['unit test']}, else by pytest"
        f" {by['pytest']}."
    ]
    unseen = [row for row in real if not row["noticed by"]]
    for title, some in (("Not noticed", unseen), ("Noticed", seen), ("Change nothing", same)):
        text += [f"\n## {title}\n", "| " + " | ".join(HEADER) + " |", "|" + " --- |" * len(HEADER)]
        text += [
            "| " + " | ".join(str(row[name]).replace("|", "\\|") for name in HEADER) + " |"
            for row in some
        ]
    return "\n".join(text) + "\n"


def main(number: int, seed: int, jobs: int, only: str, out: Path) -> int:
    """Break models and write the lists; returns the exit status.

    Args:
        number: how many changes.
        seed: which of them.
        jobs: how many at once.
        only: what the path of a model must hold.
        out: the lists, without an ending.
    """
    os.chdir(PROJECT)
    paths = [path.relative_to(PROJECT) for name in FOLDERS
             for path in (PROJECT / "models" / name).rglob("*.sql")
             if only in str(path.relative_to(PROJECT))]  # fmt: skip
    mutants = chosen(paths, number, seed)
    # built as a mutant is: what is selected must give what a whole build gives
    first = Path("models/staging/capitan/stg_capitan__checkins.sql")
    untouched = Mutant(first, 1, "none", "", "", first.read_text(encoding="utf-8") + "\n-- none\n")
    with tempfile.TemporaryDirectory(prefix="mutants_") as scratch:
        copies = [prepared(Path(scratch) / str(i)) for i in range(jobs)]
        good_build(copies[0])
        for copy in copies[1:]:
            shutil.copytree(copies[0] / "built", copy / "built", dirs_exist_ok=True)
            shutil.copytree(copies[0] / "published", copy / "published")
        free: SimpleQueue[Worker] = SimpleQueue()
        workers = [Worker(copy) for copy in copies]
        for worker in workers:
            free.put(worker)

        def asked(mutant: Mutant) -> Row:
            worker, started = free.get(), time.monotonic()
            found = worker.ask(mutant)
            free.put(worker)
            shown = (mutant.model, mutant.line, mutant.kind, mutant.before, mutant.after)
            row = dict(zip(HEADER, shown, strict=False)) | found
            row["seconds"] = round(time.monotonic() - started)
            print(*(row[name] for name in HEADER), sep=" | ", flush=True)
            return row

        with ThreadPoolExecutor(jobs) as pool:
            control, *rows = pool.map(asked, [untouched, *mutants])
        for worker in workers:
            worker.pipe.send(None)
            worker.process.join()
    if control["results"] != "the same" or control["noticed by"]:
        print(f"A build without a change is not as the good one was: {control}", file=sys.stderr)
        return 1
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    out.with_suffix(".md").write_text(summary(rows), encoding="utf-8")
    print(summary(rows).split("\n", 1)[0])
    return 0
