"""dbt's own floor: builds an empty project of our size, `select 1` in every model.

    empty_project.py FOLDER [TABLES VIEWS TESTS]

The project is written on the first call; the next ones find the parsed project, as a night does.
"""

import gc
import os
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner

PROJECT = """name: empty
version: "1.0"
profile: empty
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = "empty: {target: dev, outputs: {dev: {type: duckdb, path: empty.duckdb, threads: 1}}}\n"


def write_project(folder: Path, tables: int, views: int, tests: int) -> None:
    (folder / "models").mkdir(parents=True, exist_ok=True)
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE)
    for number in range(tables + views):
        kind = "table" if number < tables else "view"
        model = f"{{{{ config(materialized='{kind}') }}}}\nselect 1 as id\n"
        (folder / f"models/model_{number}.sql").write_text(model)
    for number in range(tests):
        sql = (
            f"select id from {{{{ ref('model_{number % (tables + views)}') }}}} where id is null\n"
        )
        (folder / f"tests/test_{number}.sql").write_text(sql)


folder = Path(sys.argv[1])
if not folder.exists():
    write_project(folder, *map(int, sys.argv[2:5]))
os.chdir(folder)
gc.disable()
arguments = ["--quiet", "--log-level-file", "debug", "build", "--profiles-dir", "."]
sys.exit(0 if dbtRunner().invoke(arguments).success else 1)
