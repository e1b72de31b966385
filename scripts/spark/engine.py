"""Let dbt build this project on Spark: the adapter's methods that macros/spark.sql calls.

The models stay DuckDB's SQL and Python. A query is translated when it is run. A Python model runs
on the driver, in a DuckDB that reads and writes the Parquet files of the tables.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyspark
from dbt.adapters.spark.impl import SparkAdapter
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.functions import col, date_format

from scripts.spark import functions
from scripts.spark.stand_in import STAND_IN, read_files
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
# What of them a build reads from the last good one, as its DuckDB file has it.
REMEMBERED = {
    "interaction_dates_built": "intermediate.interaction_dates_fingerprinted",
    "erasure_requests_built": "build_state.erasure_requests_built",
    "build_figures": "build_state.build_figures",
}
# The folders of a table whose days are kept from build to build.
MONTH = "interaction_month"
MADE_BY = "made_by"


def made_by() -> str:
    """What makes rows besides the models: this package and Spark."""
    digest = hashlib.sha256(pyspark.__version__.encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def same_file(source: str, target: str) -> None:
    """The same file under another name, or a copy where the disk knows only one name a file."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


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
        former: the folder of the last good build; none where there is none.
    """

    def __init__(
        self, spark: SparkSession, warehouse: Path, folder: Path, former: Path | None
    ) -> None:
        self.spark = spark
        self.folder = folder
        # one of before there was such a file counts as none
        self.former = former if former and (former / STAND_IN).exists() else None
        self.keeps_days = self.is_whole = False
        folder.mkdir(parents=True)
        (folder / MADE_BY).write_text(made_by())
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
        return connection.sql(f"from {read_files(Path(self.path(name)))}")

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
        self.keep(name, as_promised(found, contract))

    def write_changed(
        self, name: str, code: str, contract: Mapping[str, Mapping[str, Any]], changed: str
    ) -> None:
        """Make a table of the days that changed; the other days are those of the last good build.

        A month with no such day is the same files under another name, so that the build before may
        be removed.
        """
        rows = as_promised(self.query(code), contract)
        columns = rows.columns
        days = self.spark.table(changed).select("interaction_date")
        path = Path(self.path(name))
        if self.keeps_days:
            former = self.former / path.relative_to(self.folder)
            months = {month for (month,) in days.select(month_of_day()).distinct().collect()}
            for folder in sorted(former.glob(f"{MONTH}=*")):
                if folder.name.partition("=")[2] not in months:
                    shutil.copytree(folder, path / folder.name, copy_function=same_file)
            kept = self.spark.read.schema(rows.withColumn(MONTH, month_of_day()).schema).parquet(
                str(former)
            )
            kept = kept.where(col(MONTH).isin(*months)).select(*columns)
            rows = rows.union(kept.join(days, "interaction_date", "left_anti").select(*columns))
        by_month = rows.withColumn(MONTH, month_of_day()).repartition(MONTH)
        by_month.sortWithinPartitions(MONTH, "interaction_date").write.partitionBy(MONTH).parquet(
            str(path), mode="append"
        )
        files = f"{name}_by_month"
        self.name(files, str(path), by_month)
        shown = ", ".join(f"`{column}`" for column in columns)
        self.spark.sql(f"create view {name} as select {shown} from {files}")

    def keep(self, name: str, rows: DataFrame) -> None:
        """Make a table of rows."""
        path = self.path(name)
        rows.write.parquet(path, mode="overwrite")
        self.name(name, path, rows)

    def name(self, name: str, path: str, rows: DataFrame) -> None:
        """Let the files of rows be a table."""
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

    def begin_state(self, is_full: bool, is_whole: bool) -> None:
        """What a build reads from the last good one; nothing, where there is none.

        Args:
            is_full: whether each day counts as new.
            is_whole: whether all models and tests are run, so that it may be the last good one.
        """
        self.is_whole = is_whole
        former = self.former
        self.keeps_days = (
            former is not None and not is_full and (former / MADE_BY).read_text() == made_by()
        )
        connection = self.driver.cursor()
        if former is not None:
            connection.execute(f"attach '{former / STAND_IN}' as former (read_only)")
        for name, columns in STATE.items():
            rows = self.spark.createDataFrame([], columns)
            source = REMEMBERED.get(name)
            if source and former and (self.keeps_days or name != "interaction_dates_built"):
                shown = ", ".join(rows.columns)
                found = connection.sql(f"select {shown} from former.{source}")
                rows = self.from_driver(f"build_state.{name}", found)
            self.keep(f"build_state.{name}", rows)

    def remember_source(self, name: str, location: str) -> None:
        """What a source is to a Python model: a query of DuckDB's."""
        self.sources[name] = location.replace("$$", "$")


def month_of_day() -> Column:
    return date_format("interaction_date", "yyyy-MM").alias(MONTH)


def as_promised(rows: DataFrame, contract: Mapping[str, Mapping[str, Any]] | None) -> DataFrame:
    """Rows with the columns and types of a contract, where there is one."""
    if not contract:
        return rows
    return rows.select(
        *[
            col(column).cast(spark_type(of["data_type"])).alias(column)
            for column, of in contract.items()
        ]
    )


def install(engine: Engine) -> None:
    """Give the adapter the methods that macros/spark.sql calls."""

    def method(name: str) -> None:
        act = getattr(engine, name)
        setattr(SparkAdapter, f"gym_{name}", lambda _, *given: act(*given))

    names: Sequence[str] = (
        *("translated", "write", "write_changed", "write_seed"),
        *("begin_state", "remember_source"),
    )
    for name in names:
        method(name)
    SparkAdapter._available_ = SparkAdapter._available_ | {f"gym_{name}" for name in names}
