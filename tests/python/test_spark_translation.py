"""Each model and data test can be said in Spark's SQL; what cannot is seen here, without Spark."""

from __future__ import annotations

import json

import pytest
from conftest import Project

from scripts.spark.translate import UntranslatableError, translate

COLUMNS = {"t": ["a", "b"], "u": ["b", "c"]}


def in_spark(sql: str) -> str:
    return translate(sql, COLUMNS.__getitem__)


def test_every_model_and_data_test_is_translated(small_gym: Project) -> None:
    nodes = json.loads((small_gym.folder / "target/manifest.json").read_text())["nodes"].values()
    queries = {
        node["name"]: node["compiled_code"]
        for node in nodes
        if node["resource_type"] in ("model", "test")
        and node["language"] == "sql"
        and node["config"]["materialized"] != "table_function"
        and node.get("compiled_code")
    }
    known = {
        f"{table}": [name for (name,) in columns]
        for (table,) in small_gym.query(
            "select distinct database_name || '.' || schema_name || '.' || table_name"
            " from duckdb_columns() where not internal"
        )
        if (
            columns := small_gym.query(
                "select column_name from duckdb_columns() where database_name || '.' ||"
                f" schema_name || '.' || table_name = '{table}' order by column_index"
            )
        )
    }
    refused = {}
    for name, query in queries.items():
        try:
            translate(query, known.__getitem__)
        except UntranslatableError as error:
            refused[name] = str(error)
    assert len(queries) > 300
    assert refused == {}


@pytest.mark.parametrize(
    ("here", "there"),
    [
        pytest.param(
            "select a || b - 1 from t", "SELECT CONCAT(a, b - 1) FROM t", id="or binds less"
        ),
        pytest.param(
            "select until_date - from_date from t",
            "SELECT CAST(DATEDIFF(until_date, from_date) AS BIGINT) FROM t",
            id="days apart",
        ),
        pytest.param(
            "select log(a) from t", "SELECT LOG10(a) FROM t", id="log is to the base of ten"
        ),
        pytest.param(
            "select cast(a / 2 as integer) as half from t",
            "SELECT CAST(RINT((CAST(a AS DOUBLE) / 2)) AS INT) AS half FROM t",
            id="a double is rounded",
        ),
        pytest.param(
            "select len(a), a[-1] from t", "SELECT SIZE(a), ELEMENT_AT(a, -1) FROM t", id="lists"
        ),
        pytest.param(
            "select * replace (1 as a) from t", "SELECT 1 AS a, `b` FROM t", id="replaced column"
        ),
        pytest.param(
            "select a from (select a from t union all by name select b as a from u) as s",
            "SELECT a FROM (SELECT `a` FROM (SELECT a FROM t) AS _side UNION ALL SELECT `a` FROM"
            " (SELECT b AS a FROM u) AS _side) AS s",
            id="union by name",
        ),
        pytest.param("select a from t order by a", "SELECT a FROM t", id="a table has no order"),
        pytest.param(
            "select a + 1 as x, count(*) over (partition by x) as y from t",
            "SELECT a + 1 AS x, COUNT(*) OVER (PARTITION BY (a + 1)) AS y FROM t",
            id="alias in a window",
        ),
        pytest.param(
            "select b as a, count(*) over (partition by a) as y from t",
            "SELECT b AS a, COUNT(*) OVER (PARTITION BY a) AS y FROM t",
            id="a column hides an alias",
        ),
    ],
)
def test_what_would_run_with_other_results_is_changed(here: str, there: str) -> None:
    assert in_spark(here) == there


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("select * from t asof join u on t.b >= u.b", id="asof join"),
        pytest.param("select regexp_matches(a, b) from t", id="pattern of a column"),
        pytest.param("select date_diff('month', a, b) from t", id="months apart"),
        pytest.param("select list_aggregate(a, 'median') from t", id="list_aggregate"),
        pytest.param("select format('{:>5}', a) from t", id="format"),
    ],
)
def test_what_has_no_translation_is_refused(query: str) -> None:
    with pytest.raises(UntranslatableError):
        in_spark(query)
