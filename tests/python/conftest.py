"""What the tests share: small export folders, and dbt run on them in a place of their own."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pytest
from dashboard_browser import Watched, watched
from jinja2 import Environment
from playwright.sync_api import Browser
from warm_dbt import WarmDbt

from python_udfs import action_memory
from python_udfs.export_files import ORDERS, write_files
from python_udfs.raw_exports import EXPORTS
from python_udfs.written_files import Note
from scripts import browser, staff_records
from scripts.dashboard import write

PROJECT = Path(__file__).resolve().parents[2]


# They take longest: begun first, each by a worker, they leave no worker alone at the end.
LONGEST = (
    *("test_history.py", "test_build.py", "test_guards.py", "test_faults.py", "test_s3.py"),
    *("test_publish.py", "test_vars.py", "test_raw_exports.py", "test_erasure.py"),
    *("test_rules_fingerprint.py", "test_written_files.py", "test_last_build.py"),
    *(
        "test_assistant.py",
        "test_children.py",
        "test_export_values.py",
        "test_dashboard.py",
        "test_recount.py",
    ),
    *("test_questions.py", "test_second_system.py", "test_dialect_samples.py"),
)
# Who asks for one of them waits for a build, a browser or a server.
SLOW_FIXTURES = {
    *("sample_exports", "sample_project", "small_gym", "night", "project", "chrome", "s3"),
    *("gym", "counted", "matched", "tiny", "fingerprint", "built", "before"),
    *("cores", "other_systems", "server"),
}
# So do tests that ask for none.
SLOW_FILES = {
    "affinity_chain.py",
    "test_affinity.py",
    "test_crews.py",
    "test_faults.py",
    "test_timetables.py",
}
UNIT_TESTS = "unit tests of models"
STARTED = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="only what needs no build, and the unit tests of models with the build they need",
    )


def is_quick(item: pytest.Item) -> bool:
    if item.get_closest_marker("check"):
        return True
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.path.name not in SLOW_FILES and not fixtures & SLOW_FIXTURES


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("quick"):
        config.hook.pytest_deselected(items=[item for item in items if not is_quick(item)])
        items[:] = [item for item in items if is_quick(item)]
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


def pytest_configure(config: pytest.Config) -> None:
    config.stash[STARTED] = time.monotonic()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Where the unit tests of models ran, too, end by saying how many tests ran."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if hasattr(session.config, "workerinput") or reporter is None:
        return
    passed = reporter.stats.get("passed", [])
    units = [dict(report.user_properties).get(UNIT_TESTS, 0) for report in passed]
    if sum(units):
        total = len(passed) - sum(map(bool, units)) + sum(units)
        seconds = time.monotonic() - session.config.stash[STARTED]
        print(f"{total:,} tests passed in {seconds:.0f} s, {sum(units)} of them {UNIT_TESTS}")
    others = ("failed", "error", "skipped")
    counted = [f"{len(found)} {kind}" for kind in others if (found := reporter.stats.get(kind))]
    if sum(units) and counted:
        print(f"besides: {', '.join(counted)}")


def copy_of_the_project(folder: Path) -> Path:
    """The project's code in another folder, where a test may edit it."""
    for name in (
        "models",
        "macros",
        "seeds",
        "tests",
        "analyses",
        "python_udfs",
        "scripts",
        "dialects",
    ):
        shutil.copytree(PROJECT / name, folder / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, folder)
    return folder


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of a folder."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def marts(warehouse: Path, folder: Path) -> Path:
    """Write the result files of a warehouse into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as built (read_only)")
        tables = {
            name: (connection.table(f"built.main.{name}"), order) for name, order in ORDERS.items()
        }
        write_files(connection, tables, str(folder), "csv,parquet")
    return folder


def render(expression: str) -> str:
    """The SQL of an expression over the project's name macros, without dbt."""
    files = sorted((PROJECT / "macros").glob("n*.sql"))
    macros = "".join(file.read_text() for file in files)
    return Environment().from_string(macros + "{{ " + expression + " }}").render().strip()


@pytest.fixture(scope="session")
def normalise() -> Iterator[Callable[[str], list[str]]]:
    """The words of a text by the matcher's macros."""
    words = render("normalise_words(normalise_letters('name'))")
    with duckdb.connect() as connection:
        yield lambda name: connection.execute(
            f"select {words} from (select cast(? as varchar) as name)", [name]
        ).fetchall()[0][0]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this run of the tests, the same for all its workers."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def once(shared: Path, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is made by the worker that asks first; the others wait for it."""
    folder, made = shared / name, shared / f"{name}.made"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


class Warm:
    """How commands are run where it is not the test's matter how a process begins."""

    shared: Path

    @staticmethod
    @cache
    def dbt() -> WarmDbt:
        """A process for this worker, begun by the first command that it runs."""
        return WarmDbt(Path(tempfile.mkdtemp(prefix="warm_")))

    @classmethod
    def parsed(cls) -> Path:
        """A folder in whose target stands what dbt has read of the project."""

        def parse(folder: Path) -> None:
            dbt = str(Path(sys.executable).with_name("dbt"))
            # without what the test that asks first has set
            clean = {name: value for name, value in os.environ.items() if name[:4] != "GYM_"}
            clean |= {"DBT_TARGET_PATH": str(folder / "target"), "DBT_LOG_PATH": str(folder)}
            clean |= {"GYM_RAW_EXPORTS": str(folder), "GYM_EXPORTS_OUT": str(folder / "files")}
            clean |= {"GYM_WAREHOUSE": str(folder / "gym_connections.duckdb")}
            done = cls.dbt().run((dbt, "parse"), clean)
            assert done.returncode == 0, done.stdout

        return once(cls.shared, "parsed", parse)

    @classmethod
    def run(
        cls, command: tuple[str, ...], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the project; dbt reads only what another environment changes."""
        read = str(cls.parsed() / "target/partial_parse.msgpack")
        return cls.dbt().run(command, environment | {"DBT_PARTIAL_PARSE_FILE_PATH": read})


@pytest.fixture(scope="session", autouse=True)
def warm(shared: Path) -> Iterator[None]:
    """Where the workers find what dbt has read; at the end the process ends."""
    Warm.shared = shared
    yield
    if Warm.dbt.cache_info().currsize:
        Warm.dbt().stop()


@dataclass(frozen=True)
class Project:
    """The project with its exports, warehouse, files and dbt target in one folder."""

    folder: Path
    exports: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "gym_connections.duckdb"

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def published(self) -> Path:
        return self.folder / "published" / "gym_connections.duckdb"

    @property
    def environment(self) -> dict[str, str]:
        pages = {"GYM_DASHBOARD_OUT": str(self.folder / "dashboard")}
        return (
            pages
            | os.environ
            | {
                "GYM_RAW_EXPORTS": str(self.exports),
                "GYM_WAREHOUSE": str(self.warehouse),
                "GYM_EXPORTS_OUT": str(self.files),
                "GYM_PUBLISHED": str(self.published),
                "DBT_TARGET_PATH": str(self.folder / "target"),
                "DBT_LOG_PATH": str(self.folder / "logs"),
            }
        )

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's folder with this environment."""
        if WarmDbt.can_run(command, self.environment):
            return Warm.run(command, self.environment)
        return self.run_anew(*command)

    def run_anew(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a user's shell does."""
        return subprocess.run(
            command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, check=False
        )

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run what `make build` runs."""
        return self.run(sys.executable, "-m", "scripts", "build", *arguments)

    def copy(self, folder: Path) -> Project:
        """The same project in another folder, with what was built and published."""
        ignored = shutil.ignore_patterns("target", "logs", ".*.lock")
        shutil.copytree(self.folder, folder, ignore=ignored, dirs_exist_ok=True)
        return Project(folder, folder / self.exports.relative_to(self.folder))

    def marts(self) -> Path:
        """The result files of the warehouse as it is, also after a build that writes none."""
        return marts(self.warehouse, self.folder / "marts")

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.sql(sql).fetchall()

    def draw_like_a_trial(self) -> None:
        """Let the lots of the lists fall as in each trial; else they are others each time."""
        salt = self.folder / "action_history" / action_memory.SALT
        salt.parent.mkdir(parents=True, exist_ok=True)
        salt.write_text(action_memory.SALT_OF_A_TRIAL + "\n")

    def noted(self, folder: Path) -> write.Noted:
        """For pages of this project: what lies beside its warehouse, and a note elsewhere."""
        records = staff_records.place(self.warehouse)
        return write.Noted(Note.beside(folder / self.warehouse.name), frozenset(), records)

    def write(self, export: str, rows: Iterable[Mapping[str, object]]) -> Path:
        """Write one export as CSV with all columns of its contract; absent values are empty."""
        path = self.exports / f"{export}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, EXPORTS[export].columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without exports."""
    return Project(tmp_path, tmp_path / "exports")


@pytest.fixture(scope="session")
def sample_exports(shared: Path) -> Path:
    """The sample at its default size: folders `exports` and `truth`."""
    if there := os.environ.get("SAMPLE_BUILT"):
        return Path(there) / "sample"
    return once(shared, "sample", write_sample)


def write_sample(folder: Path, *arguments: str) -> None:
    """Write a sample into a folder."""
    command = [sys.executable, "-m", "scripts", "sample", "--out", str(folder), *arguments]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)


@pytest.fixture(scope="session")
def sample_project(
    sample_exports: Path, shared: Path
) -> tuple[Project, subprocess.CompletedProcess[str]]:
    """The sample, built once as a user does, and what the build printed. Tests only read it.

    SAMPLE_BUILT names a folder where it is built already: benchmarks/mutants asks again and again.
    """
    if there := os.environ.get("SAMPLE_BUILT"):
        done = subprocess.CompletedProcess([], 0, "", "")
        return Project(Path(there), sample_exports / "exports"), done

    def build(folder: Path) -> None:
        built = Project(folder, sample_exports / "exports")
        built.draw_like_a_trial()
        done = built.run_anew(sys.executable, "-m", "scripts", "build")
        printed = (done.returncode, done.stdout, done.stderr)
        (shared / "built.json").write_text(json.dumps(printed))

    folder = once(shared, "built", build)
    printed = json.loads((shared / "built.json").read_text())
    return Project(folder, sample_exports / "exports"), subprocess.CompletedProcess([], *printed)


# A check-in whose pass was sold, says the desk, to an e-mail address.
DESK_EMAIL = "desk.marker@secret.example"


@pytest.fixture(scope="session")
def small_gym(shared: Path) -> Project:
    """A twentieth of the sample, built and published once. Tests only read it."""

    def build(folder: Path) -> None:
        small = Project(folder, folder / "exports")
        write_sample(folder, "--scale", "0.05")
        small.draw_like_a_trial()
        with (small.exports / "capitan/checkins.csv").open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if None not in row.values()]
        description = f"Day Pass from {DESK_EMAIL} (0 remaining)"
        changed = {
            "checkin_id": "1",
            "entry_method": "ENT",
            "entry_method_description": description,
        }
        small.write("capitan/checkins", [*rows, rows[0] | changed])
        built = small.build()
        assert built.returncode == 0, built.stderr

    folder = once(shared, "small_gym", build)
    return Project(folder, folder / "exports")


@pytest.fixture(scope="session")
def night_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One place for all nights: dbt parses the project anew where a path is another."""
    return tmp_path_factory.mktemp("night")


@pytest.fixture
def night(small_gym: Project, night_folder: Path) -> Project:
    """The small gym on the evening after its build: to be changed, built and broken."""
    for path in night_folder.iterdir():
        if path.name in ("exports", "files", "published", "action_history"):
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
    return small_gym.copy(night_folder)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """One browser for a module's tests; without one they are skipped, in CI they fail."""
    path = browser.chromium()
    if path is None:
        (pytest.fail if browser.is_required() else pytest.skip)(browser.MISSING)
    with browser.launched(path) as started:
        yield started


@pytest.fixture(scope="module")
def pages(small_gym: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the dashboard of the small gym."""
    folder = tmp_path_factory.mktemp("dashboard")
    write.write(small_gym.published, folder, small_gym.noted(folder))
    return folder


@pytest.fixture
def staff(chrome: Browser, pages: Path) -> Iterator[Watched]:
    """The small gym's staff page; at the end it has asked for nothing and complained of nothing."""
    found = watched(chrome, pages / "staff.html")
    yield found
    assert found.complaints == []
    assert [url for url in found.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    found.page.context.close()
