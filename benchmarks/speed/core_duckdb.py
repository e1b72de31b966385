"""The core job in plain DuckDB SQL: `core_duckdb.py FOLDER`."""

import sys
from pathlib import Path

import duckdb

folder = Path(sys.argv[1])
(folder / "duckdb").mkdir(exist_ok=True)
database = folder / "core.duckdb"
database.unlink(missing_ok=True)
with duckdb.connect(str(database)) as connection:
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    connection.execute(script.replace("$folder", str(folder)))
