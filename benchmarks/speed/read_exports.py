"""Read all exports under a folder into tables, as the landing models do.

python -m benchmarks.speed.read_exports ROOT
"""

import gc
import sys
import tempfile

import duckdb

from python_udfs.raw_exports import EXPORTS, read_export

gc.disable()
with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/landing.duckdb") as session:
    for number, path in enumerate(EXPORTS):
        found = read_export(session, path, session.sql(f"select '{sys.argv[1]}' as root"))
        session.execute(f"create table export_{number} as from found")
