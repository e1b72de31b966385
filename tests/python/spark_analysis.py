"""Let Spark analyse queries of DuckDB's, without building anything.

It runs in .venv-spark, which has Spark. Standard input holds the tables with the types of their
columns, and the queries, all of DuckDB's; standard output gets each query that Spark refuses.
"""

import json
import os
import sys
from functools import cache

from scripts.spark import engine
from scripts.spark.translate import spark_type, translate


def main() -> None:
    asked = json.load(sys.stdin)
    # what Spark itself prints is not the answer
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    spark = engine.session("local[1]")
    for schema in {name.split(".")[0] for name in asked["tables"]}:
        spark.sql(f"create schema if not exists {schema}")
    for name, columns in asked["tables"].items():
        shown = ", ".join(f"`{column}` {spark_type(kind)}" for column, kind in columns.items())
        spark.sql(f"create table {name} ({shown}) using parquet")
    refused = {}
    columns_of = cache(lambda name: spark.table(name).columns)
    for name, query in asked["queries"].items():
        try:
            spark.sql(translate(query, columns_of))
        except Exception as error:
            refused[name] = str(error).partition("\n")[0]
    json.dump(refused, answer)
    answer.close()


if __name__ == "__main__":
    main()
