"""Let dbt build this project on Spark: the adapter's methods that macros/spark.sql calls.

The models stay DuckDB's SQL and Python. A query is translated when it is run. A Python model runs
on the driver, in a DuckDB that reads and writes the Parquet files of the tables.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.spark.impl import SparkAdapter
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col

from scripts.spark import functions
from scripts.spark.translate import spark_type, translate

# What the rows depend on; how much memory and how many partitions is spark-defaults.conf's to say.
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # a timestamp of DuckDB's has no time zone
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    # what cannot be cast, and what lies outside of a list, is null
    "spark.sql.ansi.enabled": "false",
    "spark.sql.legacy.sizeOfNull": "false",
    # a product of decimals keeps its scale
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.ui.showConsoleProgress": "false",
}
# The tables of macros/build_state.sql.
STATE = {
    "interaction_dates_built": "interaction_date date, fingerprint string",
    "interaction_dates_recomputed": "interaction_date date, change string",
    "erasure_requests_built": "request_digest string",
    "build_figures": (
        "build_number int, line_number int, section string, metric string, value bigint,"
        " percent decimal(5, 2), built_at timestamp_ntz, settings_digest string"
    ),
    "this_command": "runs_everything boolean",
}


@cache
def session(master: str) -> SparkSession:
    """The one session of this process."""
    builder = SparkSession.builder.master(master).appName("gym_connections")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    functions.register(made)
    return made


class Engine:
    """The tables of one build.

    Args:
        spark: the session.
        warehouse: the folder of all builds, which driver and executors can all reach.
        folder: the folder in it of this build.
    """

    def __init__(self, spark: SparkSession, warehouse: Path, folder: Path) -> None:
        self.spark = spark
        self.folder = folder
        warehouse.mkdir(parents=True, exist_ok=True)
        # a file, and not memory: what is remembered from week to week lies beside it
        self.driver = duckdb.connect(str(warehouse / "driver.duckdb"))
        self.sources: dict[str, str] = {}

    def columns(self, name: str) -> list[str]:
        return self.spark.table(name).columns

    def translated(self, sql: str) -> str:
        return translate(sql, self.columns)

    def query(self, sql: str) -> DataFrame:
        return self.spark.sql(self.translated(sql))

    def path(self, name: str) -> str:
        """Where the Parquet files of a table lie."""
        return str(self.folder / name.replace("`", "").replace(".", "/"))

    def read(self, connection: duckdb.DuckDBPyConnection, name: str) -> duckdb.DuckDBPyRelation:
        """What a Python model calls a source or a ref, as it is in DuckDB."""
        if name.replace("`", "") in self.sources:
            return connection.sql(f"from {self.sources[name.replace('`', '')]}")
        return connection.read_parquet(f"{self.path(name)}/*.parquet")

    def python_rows(self, code: str, name: str) -> DataFrame:
        """The rows of a Python model, by way of a file."""
        connection = self.driver.cursor()
        scope: dict[str, Any] = {}
        exec(compile(code, name, "exec"), scope)
        dbt = scope["dbtObj"](lambda relation: self.read(connection, relation))
        # what was scored before lies in no DuckDB here, and is scored again
        dbt.is_incremental = False
        result = scope["model"](dbt, connection)
        if not isinstance(result, duckdb.DuckDBPyRelation):
            # what is read while it is written is read by another cursor
            writer = connection.cursor()
            writer.register("_result", result)
            result = writer.table("_result")
        return self.from_driver(name, result)

    def write(
        self,
        name: str,
        code: str,
        language: str,
        contract: Mapping[str, Mapping[str, Any]] | None,
    ) -> None:
        """Make a table of a model."""
        found = self.query(code) if language == "sql" else self.python_rows(code, name)
        if contract:
            found = found.select(
                *[
                    col(column).cast(spark_type(of["data_type"])).alias(column)
                    for column, of in contract.items()
                ]
            )
        self.keep(name, found)

    def keep(self, name: str, rows: DataFrame) -> None:
        """Make a table of rows."""
        path = self.path(name)
        rows.write.parquet(path, mode="overwrite")
        schema = name.split(".")[0]
        self.spark.sql(f"create schema if not exists {schema}")
        self.spark.sql(f"drop table if exists {name}")
        self.spark.catalog.createTable(name, path, "parquet", rows.schema)

    def from_driver(self, name: str, rows: duckdb.DuckDBPyRelation) -> DataFrame:
        """Rows that the driver has, by way of a file."""
        shown = ", ".join(
            f'cast("{column}" as bigint) as "{column}"'
            if kind in ("HUGEINT", "UBIGINT")
            else f'"{column}"'
            for column, kind in zip(rows.columns, map(str, rows.types), strict=True)
        )
        file = self.path("driver." + name.replace(".", "_")) + ".parquet"
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        rows.project(shown).write_parquet(file)
        return self.spark.read.parquet(file)

    def write_seed(self, name: str, path: str, types: Mapping[str, str]) -> None:
        """Make a table of a seed; a column without a type is what DuckDB takes it for."""
        connection = self.driver.cursor()
        with Path(path).open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        given = {column: types[column] for column in columns if column in types}
        self.keep(name, self.from_driver(name, connection.read_csv(path, dtype=given)))

    def empty_state(self) -> None:
        """What DuckDB's builds keep for the next one is here, and empty."""
        for name, columns in STATE.items():
            self.keep(f"build_state.{name}", self.spark.createDataFrame([], columns))

    def remember_source(self, name: str, location: str) -> None:
        """What a source is to a Python model: a query of DuckDB's."""
        self.sources[name] = location.replace("$$", "$")


def install(engine: Engine) -> None:
    """Give the adapter the methods that macros/spark.sql calls."""

    def method(name: str) -> None:
        act = getattr(engine, name)
        setattr(SparkAdapter, f"gym_{name}", lambda _, *given: act(*given))

    names: Sequence[str] = ("translated", "write", "write_seed", "empty_state", "remember_source")
    for name in names:
        method(name)
    SparkAdapter._available_ = SparkAdapter._available_ | {f"gym_{name}" for name in names}
