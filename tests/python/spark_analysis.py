"""Let Spark analyse queries of DuckDB's, without building anything.

It runs in .venv-spark, which has Spark. Standard input holds the tables with the types of their
columns, and the queries, all of DuckDB's. Standard output gets each query that Spark refuses, and
the plans of those that are asked for.
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
    # without it each join of these empty tables is made by sending one side to every executor
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", -1)
    refused, plans = {}, {}
    columns_of = cache(lambda name: spark.table(name).columns)
    for name, query in asked["queries"].items():
        try:
            found = spark.sql(translate(query, columns_of))
            if name in asked["planned"]:
                plans[name] = found._jdf.queryExecution().executedPlan().toString()
        except Exception as error:
            refused[name] = str(error).partition("\n")[0]
    json.dump({"refused": refused, "plans": plans}, answer)
    answer.close()


if __name__ == "__main__":
    main()
