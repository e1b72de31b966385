"""The project's own models as one plain DuckDB script: no dbt, no tests, no comments.

    python -m benchmarks.speed.plain_models TARGET BUILT WAREHOUSE

TARGET is the target folder of a first build, BUILT its warehouse; WAREHOUSE is written, under the
same file name in another folder. Seeds are copied. Prints one line of JSON: CPU seconds by model.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb


def run_python(connection: duckdb.DuckDBPyConnection, code: str, relation: str) -> None:
    """Run a Python model as dbt compiled it, and store what it returns."""
    names: dict = {"__name__": "model"}
    exec(compile(code, relation, "exec"), names)
    shell = names["dbtObj"](lambda name: connection.query(f"select * from {name}"))
    found = names["model"](shell, connection)
    connection.register("found", found)
    connection.execute(f"create table {relation} as from found")
    connection.unregister("found")


def main(target: Path, built: Path, warehouse: Path) -> None:
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = json.loads((target / "run_results.json").read_text())["results"]
    warehouse.unlink(missing_ok=True)
    spent: dict[str, float] = {}
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"attach '{built}' as built (read_only)")
        schemas = {(node["schema"],) for node in nodes.values()} | {("build_state",)}
        for (schema,) in schemas:
            connection.execute(f"create schema if not exists {schema}")
        kept = "select schema_name, table_name from duckdb_tables() where database_name = 'built'"
        for schema, table in connection.sql(kept).fetchall():
            if schema in ("seeds", "build_state"):
                rows = "" if schema == "seeds" else " limit 0"
                connection.execute(
                    f"create table {schema}.{table} as from built.{schema}.{table}{rows}"
                )
        connection.execute("detach built")
        for result in results:
            node = nodes.get(result["unique_id"])
            if node is None or node["resource_type"] != "model":
                continue
            started = time.process_time()
            relation, code = result["relation_name"], result["compiled_code"]
            kind = node["config"]["materialized"]
            if node["language"] == "python":
                run_python(connection, code, relation)
            elif kind == "table_function":
                call = f"{relation}({', '.join(node['config']['parameters'])})"
                connection.execute(f"create function {call} as table ({code}\n)")
            else:
                kind = "view" if kind == "view" else "table"
                connection.execute(f"create {kind} {relation} as ({code}\n)")
            spent[node["name"]] = time.process_time() - started
    print(json.dumps(spent))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
