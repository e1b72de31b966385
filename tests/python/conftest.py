"""What the tests share: small export folders, and dbt run on them in a place of their own."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from dashboard_browser import Watched, watched
from jinja2 import Environment
from playwright.sync_api import Browser

import browser
from dashboard import write
from export_files import ORDERS, write_files
from raw_exports import EXPORTS

PROJECT = Path(__file__).resolve().parents[2]


# They take longest: begun first, each by a worker, they leave no worker alone at the end.
LONGEST = ("test_history.py", "test_build.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)


def copy_of_the_project(folder: Path) -> Path:
    """The project's code in another folder, where a test may edit it."""
    for name in ("models", "macros", "seeds", "tests", "analyses", "python_udfs", "scripts"):
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
        return os.environ | {
            "GYM_RAW_EXPORTS": str(self.exports),
            "GYM_WAREHOUSE": str(self.warehouse),
            "GYM_EXPORTS_OUT": str(self.files),
            "GYM_PUBLISHED": str(self.published),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's folder with this environment."""
        return subprocess.run(
            command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, check=False
        )

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run what `make build` runs."""
        return self.run(sys.executable, "scripts/build.py", *arguments)

    def copy(self, folder: Path) -> Project:
        """The same project in another folder, with what was built and published."""
        ignored = shutil.ignore_patterns("target", "logs", ".*.lock")
        shutil.copytree(self.folder, folder, ignore=ignored, dirs_exist_ok=True)
        return Project(folder, folder / self.exports.relative_to(self.folder))

    def marts(self) -> Path:
        """The result files of the warehouse as it is, also after a build that writes none."""
        folder = self.folder / "marts"
        shutil.rmtree(folder, ignore_errors=True)
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.warehouse}' as built (read_only)")
            tables = {
                name: (connection.table(f"built.main.{name}"), order)
                for name, order in ORDERS.items()
            }
            write_files(connection, tables, str(folder), "csv,parquet")
        return folder

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.sql(sql).fetchall()

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
def sample_exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample at its default size: folders `exports` and `truth`."""
    if there := os.environ.get("SAMPLE_BUILT"):
        return Path(there) / "sample"
    folder = tmp_path_factory.mktemp("sample") / "sample"
    subprocess.run(
        [sys.executable, "scripts/sample_exports.py", "--out", str(folder)],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="session")
def sample_project(
    sample_exports: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, subprocess.CompletedProcess[str]]:
    """The sample, built once, and what the build printed. Tests only read it.

    SAMPLE_BUILT names a folder where it is built already: benchmarks/mutants asks again and again.
    """
    if there := os.environ.get("SAMPLE_BUILT"):
        done = subprocess.CompletedProcess([], 0, "", "")
        return Project(Path(there), sample_exports / "exports"), done
    built = Project(tmp_path_factory.mktemp("built"), sample_exports / "exports")
    return built, built.build()


# A check-in whose pass was sold, says the desk, to an e-mail address.
DESK_EMAIL = "desk.marker@secret.example"


@pytest.fixture(scope="session")
def small_gym(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A twentieth of the sample, built and published once. Tests only read it."""
    folder = tmp_path_factory.mktemp("small_gym")
    small = Project(folder, folder / "exports")
    sample = (sys.executable, "scripts/sample_exports.py", "--scale", "0.05", "--out", str(folder))
    assert small.run(*sample).returncode == 0
    with (small.exports / "capitan/checkins.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if None not in row.values()]
    description = f"Day Pass from {DESK_EMAIL} (0 remaining)"
    changed = {"checkin_id": "1", "entry_method": "ENT", "entry_method_description": description}
    small.write("capitan/checkins", [*rows, rows[0] | changed])
    built = small.build()
    assert built.returncode == 0, built.stderr
    return small


@pytest.fixture(scope="session")
def night_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One place for all nights: dbt parses the project anew where a path is another."""
    return tmp_path_factory.mktemp("night")


@pytest.fixture
def night(small_gym: Project, night_folder: Path) -> Project:
    """The small gym on the evening after its build: to be changed, built and broken."""
    for path in night_folder.iterdir():
        if path.name in ("exports", "files", "published"):
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
    write.write(small_gym.published, folder)
    return folder


@pytest.fixture
def staff(chrome: Browser, pages: Path) -> Iterator[Watched]:
    """The small gym's staff page; at the end it has asked for nothing and complained of nothing."""
    found = watched(chrome, pages / "staff.html")
    yield found
    assert found.complaints == []
    assert [url for url in found.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    found.page.context.close()
