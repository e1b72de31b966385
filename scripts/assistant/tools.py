"""What an assistant may ask: each tool with its arguments, and the query that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LARGEST_ID = 2**63 - 1
LONGEST_QUERY = 10_000
LISTED = """
    from (
        select table_name as name, 'table' as kind, estimated_size as row_count, comment as about
        from duckdb_tables() where not internal
        union all
        select view_name, 'view', null, comment from duckdb_views() where not internal
        union all
        select function_name, 'function', null, comment
        from duckdb_functions() where not internal and function_type = 'table_macro'
    )
    order by kind = 'function', name
"""
DESCRIBED = """
    select name, type, about from (
        select 0 as place, table_name as name, 'table' as type, comment as about
        from duckdb_tables() where not internal
        union all
        select 0, view_name, 'view', comment from duckdb_views() where not internal
        union all
        select column_index, column_name, data_type, comment
        from duckdb_columns() where not internal and table_name = $1
        union all
        select
            1, function_name || '(' || array_to_string(parameters, ', ') || ')', 'function', comment
        from duckdb_functions()
        where not internal and function_type = 'table_macro' and function_name = $1
    )
    where place > 0 or name = $1
    order by place
"""
DOCUMENTED = """
    select
        columns.table_name,
        coalesce(tables.comment, views.comment, '') as table_about,
        columns.column_name,
        columns.data_type,
        coalesce(columns.comment, '') as about,
    from duckdb_columns() as columns
    left join duckdb_tables() as tables on columns.table_oid = tables.table_oid
    left join duckdb_views() as views on columns.table_oid = views.view_oid
    where not columns.internal
    order by columns.table_name, columns.column_index
"""

CustomerId = Annotated[
    int,
    Field(ge=0, le=LARGEST_ID, description="Number of a customer; find_customer finds it by name."),
]


class Arguments(BaseModel):
    """What a tool takes; anything else is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class Nothing(Arguments):
    pass


class Name(Arguments):
    text: Annotated[
        str,
        Field(
            min_length=1, max_length=200, description="Part of a name, in any case, or a number."
        ),
    ]


class Customer(Arguments):
    customer_id: CustomerId


class Connections(Arguments):
    customer_id: CustomerId
    min_strength: Annotated[
        int, Field(ge=1, le=5, description="Only connections of this strength_score or more.")
    ] = 1


class Pair(Arguments):
    customer_id: CustomerId
    other_customer_id: CustomerId


class Table(Arguments):
    table: Annotated[
        str,
        Field(min_length=1, max_length=100, description="Name of a table; list_tables has all."),
    ]


class Query(Arguments):
    sql: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_QUERY,
            description="One SELECT in DuckDB's SQL, of the published tables and functions.",
        ),
    ]


@dataclass(frozen=True)
class Tool:
    """A question that may be asked by name."""

    title: str
    about: str
    takes: type[Arguments]
    sql: str
    parameters: Callable[[Any], list[Any]] = lambda _: []
    # what is said where no row answers
    none: str = ""

    @property
    def is_free(self) -> bool:
        return self.takes is Query


def _customer(given: Customer) -> list[Any]:
    return [given.customer_id]


TOOLS = {
    "find_customer": Tool(
        "Find a customer",
        "Customers whose name holds a text, in any case and without accents, or whose number it is."
        " Several may fit: ask which is meant. A child is found by number only.",
        Name,
        "from find_customer($1)",
        lambda given: [given.text],
    ),
    "customer_card": Tool(
        "One customer's card",
        "All that is published of one customer in short: check-ins, crew, passes shared and"
        " received, interactions by type, connections, strongest first.",
        Customer,
        "from customer_card($1)",
        _customer,
    ),
    "connections_of": Tool(
        "Whom a customer meets",
        "Customers whom this one met, or shared a pass with, strongest first. High strength alone"
        " is often a common hour: affinity_level tells whether it is more than chance.",
        Connections,
        "from connections_of($1, min_strength := $2)",
        lambda given: [given.customer_id, given.min_strength],
    ),
    "crew_of": Tool(
        "A customer's crew",
        "The members of the group that this customer climbs with; no row for most, who have none.",
        Customer,
        "from crew_of($1)",
        _customer,
    ),
    "interactions_between": Tool(
        "What two customers did together",
        "Each interaction of two customers, by date: same visits, shared passes, a membership.",
        Pair,
        "from interactions_between($1, $2)",
        lambda given: [given.customer_id, given.other_customer_id],
    ),
    "transfers_of": Tool(
        "Passes shared and received",
        "Each check-in on a pass that this customer bought for another, or used of another's.",
        Customer,
        "from transfers_of($1)",
        _customer,
    ),
    "this_week": Tool(
        "Whom to speak to this week",
        "The list of people to speak to, the most valuable first: why, what to do, through whom."
        " Adults only. A row says that speaking may be worth it, not what is wrong.",
        Nothing,
        """
        select list.*, people.full_name
        from action_list as list
        left join customers as people on list.customer_id = people.customer_id
        where list.as_of = (select max(as_of) from action_list)
        order by list.priority
        """,
    ),
    "list_tables": Tool(
        "List tables and functions",
        "Every table, view and function of the published file, with what a row of it is.",
        Nothing,
        LISTED,
    ),
    "describe_table": Tool(
        "Describe a table",
        "First what a row of a table is, then each column with type and meaning. Read it before"
        " you write a query.",
        Table,
        DESCRIBED,
        lambda given: [given.table.lower()],
        "There is no such table; list_tables names them.",
    ),
    "query": Tool(
        "Ask in SQL",
        "Runs one SELECT in DuckDB's SQL over the published tables and functions. Read-only; rows,"
        " time and memory are limited, so count and group rather than list. Nothing else runs.",
        Query,
        "",
    ),
}


def wrong(error: ValidationError) -> str:
    """What is wrong with arguments, in one sentence that does not repeat them."""
    found = [
        f"{'.'.join(str(part)[:40] for part in problem['loc']) or 'arguments'}:"
        f" {problem['msg'][:1].lower()}{problem['msg'][1:]}"
        for problem in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return f"These arguments cannot be meant: {'; '.join(found[:5])}."


def request(tool: Tool, given: Arguments) -> dict[str, Any]:
    """What the published file is asked."""
    if isinstance(given, Query):
        return {"sql": given.sql, "is_free": True}
    return {"sql": tool.sql, "parameters": tool.parameters(given)}
