"""Each model and data test can be said in Spark's SQL; what cannot is seen here, not by a build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Project
from spark_runs import asked_of_spark, require_spark

from scripts.spark.translate import UntranslatableError, translate

COLUMNS = {"t": ["a", "b"], "u": ["b", "c"]}


def in_spark(sql: str) -> str:
    return translate(sql, COLUMNS.__getitem__)


def queries_of(gym: Project) -> dict[str, str]:
    """The models and data tests of a gym as they are compiled."""
    nodes = json.loads((gym.folder / "target/manifest.json").read_text())["nodes"].values()
    return {
        node["name"]: node["compiled_code"].replace('"gym_connections".', "")
        for node in nodes
        if node["resource_type"] in ("model", "test")
        and node["language"] == "sql"
        and node["config"]["materialized"] != "table_function"
        and node.get("compiled_code")
    }


def tables_of(gym: Project) -> dict[str, dict[str, str]]:
    """Each relation of a gym with its columns and their types."""
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in gym.query(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()"
        " where not internal order by schema_name, table_name, column_index"
    ):
        tables.setdefault(table, {})[column] = kind
    return tables


def test_every_model_and_data_test_is_translated(small_gym: Project) -> None:
    queries, tables = queries_of(small_gym), tables_of(small_gym)
    refused = {}
    for name, query in queries.items():
        try:
            translate(query, lambda table: list(tables[table]))
        except UntranslatableError as error:
            refused[name] = str(error)
    assert len(queries) > 300
    assert refused == {}


# They compare people who were at one place on one day: what grows fastest.
MEETINGS = {
    *("interactions_same_day_checkin", "partner_meetings", "crew_meetings"),
    *("pairs_counted", "pairs_by_month", "pairs_on_shifted_weeks"),
}
EACH_WITH_EACH = ("CartesianProduct", "BroadcastNestedLoopJoin")


def test_spark_can_run_every_model_and_data_test(small_gym: Project, tmp_path: Path) -> None:
    require_spark()
    # a recursion of DuckDB's is another text there: macros/connected_components.sql
    queries = {n: q for n, q in queries_of(small_gym).items() if "with recursive" not in q}
    mistaken = {"no table": "select a from nowhere", "no word": "select date_of_birth(1)"}
    days = "from visit_days as one inner join visit_days as other on one.checkin_date"
    mistaken["no key"] = f"select one.person_id {days} < other.checkin_date".replace(
        "visit_days", next(name for name in tables_of(small_gym) if name.endswith(".visit_days"))
    )
    refused, plans = asked_of_spark(
        tables_of(small_gym), queries | mistaken, MEETINGS | {"no key"}, tmp_path
    )
    assert len(queries) > 300
    assert refused.pop("no table").startswith("[TABLE_OR_VIEW_NOT_FOUND]")
    assert refused.pop("no word").startswith("[UNRESOLVED_ROUTINE]")
    assert refused == {}

    with_each = {name for name, plan in plans.items() if any(map(plan.count, EACH_WITH_EACH))}
    assert plans.keys() == MEETINGS | {"no key"}
    assert with_each == {"no key"}


@pytest.mark.parametrize(
    ("here", "there"),
    [
        pytest.param(
            "select a || b - 1 from t", "SELECT CONCAT(`a`, `b` - 1) FROM `t`", id="or binds less"
        ),
        pytest.param(
            "select until_date - from_date from t",
            "SELECT CAST(DATEDIFF(`until_date`, `from_date`) AS BIGINT) FROM `t`",
            id="days apart",
        ),
        pytest.param(
            "select log(a) from t", "SELECT LOG10(`a`) FROM `t`", id="log is to the base of ten"
        ),
        pytest.param(
            "select cast(a / 2 as integer) as half from t",
            "SELECT CAST(RINT((CAST(`a` AS DOUBLE) / 2)) AS INT) AS `half` FROM `t`",
            id="a double is rounded",
        ),
        pytest.param(
            "select len(a), a[-1] from t",
            "SELECT SIZE(`a`), ELEMENT_AT(`a`, -1) FROM `t`",
            id="lists",
        ),
        pytest.param(
            "select (a || b)[1], (a || b)[-1] from t",
            "SELECT ELEMENT_AT((CONCAT(`a`, `b`)), 1), ELEMENT_AT((CONCAT(`a`, `b`)), -1) FROM `t`",
            id="lists put together",
        ),
        pytest.param(
            "select list_distinct(a) from t",
            "SELECT ARRAY_DISTINCT(ARRAY_COMPACT(`a`)) FROM `t`",
            id="null is no different value",
        ),
        pytest.param(
            "select regexp_extract_all(a, 'b$') from t",
            "SELECT REGEXP_EXTRACT_ALL(`a`, '(?d)b\\\\z', 0) FROM `t`",
            id="all matches",
        ),
        pytest.param(
            "select * replace (1 as a) from t",
            "SELECT 1 AS `a`, `b` FROM `t`",
            id="replaced column",
        ),
        pytest.param(
            "select a from (select a from t union all by name select b as a from u) as s",
            "SELECT `a` FROM (SELECT `a` FROM (SELECT `a` FROM `t`) AS `_side` UNION ALL"
            " SELECT `a` FROM (SELECT `b` AS `a` FROM `u`) AS `_side`) AS `s`",
            id="union by name",
        ),
        pytest.param(
            "select a from t order by a", "SELECT `a` FROM `t`", id="a table has no order"
        ),
        pytest.param(
            "select a + 1 as x, count(*) over (partition by x) as y from t",
            "SELECT `a` + 1 AS `x`, COUNT(*) OVER (PARTITION BY (`a` + 1)) AS `y` FROM `t`",
            id="alias in a window",
        ),
        pytest.param(
            "select b as a, count(*) over (partition by a) as y from t",
            "SELECT `b` AS `a`, COUNT(*) OVER (PARTITION BY `a`) AS `y` FROM `t`",
            id="a column hides an alias",
        ),
        pytest.param(
            "select minus.a from t as minus",
            "SELECT `minus`.`a` FROM `t` AS `minus`",
            id="a word that Spark keeps for itself",
        ),
        pytest.param(
            "select list(distinct a) from t",
            "SELECT NULLIF(TRANSFORM(COLLECT_SET(NAMED_STRUCT('value', `a`)), row -> row.value),"
            " ARRAY()) FROM `t`",
            id="null is in a list",
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
