"""Read all exports under a folder into tables, as the landing models do: `read_exports.py ROOT`."""

import gc
import sys
import tempfile
from pathlib import Path

import duckdb

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "python_udfs")]

from raw_exports import EXPORTS, read_export  # noqa: E402

gc.disable()
with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/landing.duckdb") as session:
    for number, path in enumerate(EXPORTS):
        found = read_export(session, path, session.sql(f"select '{sys.argv[1]}' as root"))
        session.execute(f"create table export_{number} as from found")
