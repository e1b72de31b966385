"""The invented gym as other systems export it: its core is that of Capitan's files, row for row."""

# A row of a file, or a case, stands on a line of its own.
# ruff: noqa: E501

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import Project, once, write_sample

from scripts.sample_gym import dialects

CORES = (
    "customers",
    "checkins",
    "memberships",
    "membership_people",
    "relations",
    "payments",
    "pass_uses",
)
CASES = ("native", "capitan", "rock_gym_pro", "mindbody")
DBT = str(Path(sys.executable).with_name("dbt"))
# The number of an id, as a dialect gives it.
NUMBER = (
    "create macro number_of(source, id) as cast(4503599627370496 + cast(md5_number_lower("
    "source || chr(31) || id) >> 12 as bigint) as bigint)"
)


# Square has no address and no web shop, by which these two are told.
REASON = (
    "case when no_purchase_reason not in ('doubled sale', 'refunded under another number')"
    " then no_purchase_reason end"
)


@pytest.fixture(scope="module")
def cores(shared: Path) -> Path:
    """The core of a small sample, by each of the systems."""

    def make(folder: Path) -> None:
        write_sample(folder, "--scale", "0.02")
        for name in CASES[1:]:
            dialects.write(name, folder, folder / name)
        for name in CASES:
            exports = folder / ("exports" if name == "native" else name)
            project = Project(folder / f"built_{name}", exports)
            project.folder.mkdir()
            no_tests = ("--exclude-resource-type", "test", "unit_test")
            selected = (f"+core_{table}" for table in CORES)
            done = project.run(DBT, "build", *no_tests, "--select", *selected)
            assert done.returncode == 0, done.stdout

    return once(shared, "dialect_cores", make)


@pytest.fixture
def both(cores: Path, request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """The native core and another one, as `native` and `other`."""
    with duckdb.connect() as connection:
        for name, folder in (("native", "native"), ("other", request.param)):
            connection.execute(
                f"attach '{cores}/built_{folder}/gym_connections.duckdb' as {name} (read_only)"
            )
        connection.execute(NUMBER)
        guids = [
            (number, dialects.guid(str(number)))
            for (number,) in connection.sql(
                "select customer_id from native.core.core_customers"
            ).fetchall()
        ]
        connection.execute("create table guids (customer_id bigint, guid varchar)")
        connection.executemany("insert into guids values (?, ?)", guids)
        yield connection


def differences(connection: duckdb.DuckDBPyConnection, native: str, other: str) -> list[tuple]:
    """The rows that only one of two queries has, and a row where there is none at all."""
    return connection.sql(
        f"with one as ({native}), two as ({other})"
        " select 'native', * from (from one except all from two)"
        " union all select 'other', * from (from two except all from one)"
        " union all select 'nothing', * from one where (select count(*) from one) < 10"
    ).fetchall()


def person(number: str, source: str = "sample") -> str:
    return f"number_of('{source}/customers', cast({number} as varchar))"


@pytest.mark.parametrize("both", ["capitan"], indirect=True)
@pytest.mark.parametrize(
    ("table", "native", "other"),
    [
        ("customers", f"{person('customer_id')}, * exclude (customer_id, source_system, source_customer_id)",
         "customer_id, * exclude (customer_id, source_system, source_customer_id)"),
        ("checkins",
         f"number_of('sample/checkins', cast(checkin_id as varchar)), {person('customer_id')},"
         " 'sample:' || location_id, * exclude (checkin_id, customer_id, location_id, source_system)",
         "checkin_id, customer_id, location_id,"
         " * exclude (checkin_id, customer_id, location_id, source_system)"),
        ("relations",
         f"{person('customer_id')}, {person('related_customer_id')},"
         " * exclude (customer_id, related_customer_id, source_system)",
         "customer_id, related_customer_id, * exclude (customer_id, related_customer_id, source_system)"),
        ("memberships",
         "number_of('sample/memberships', cast(membership_id as varchar)),"
         " number_of('sample/membership_types', cast(membership_type_id as varchar)),"
         f" {person('owner_customer_id')},"
         " * exclude (membership_id, membership_type_id, owner_customer_id, source_system)",
         "membership_id, membership_type_id, owner_customer_id,"
         " * exclude (membership_id, membership_type_id, owner_customer_id, source_system)"),
        ("membership_people",
         "number_of('sample/membership_people', cast(member_id as varchar)),"
         " number_of('sample/membership_types', cast(membership_type_id as varchar)),"
         f" {person('customer_id')},"
         " * exclude (member_id, membership_type_id, customer_id, source_system)",
         "member_id, membership_type_id, customer_id,"
         " * exclude (member_id, membership_type_id, customer_id, source_system)"),
        ("payments",
         "'sample:' || transaction_id, description, buyer_name, receipt_email, billing_email,"
         " payer_account_id, membership_id, paid_amount, day_pass_count, transaction_date,"
         " no_purchase_reason",
         "transaction_id, description, buyer_name, receipt_email, billing_email,"
         " payer_account_id, membership_id, paid_amount, day_pass_count, transaction_date,"
         " no_purchase_reason"),
    ],
    ids=lambda value: value if value.isidentifier() else "",
)  # fmt: skip
def test_capitan_by_its_dialect_has_capitans_core(
    both: duckdb.DuckDBPyConnection, table: str, native: str, other: str
) -> None:
    assert (
        differences(
            both,
            f"select {native} from native.core.core_{table}",
            f"select {other} from other.core.core_{table}",
        )
        == []
    )


@pytest.mark.parametrize("both", ["capitan"], indirect=True)
def test_capitan_by_its_dialect_has_capitans_passes(both: duckdb.DuckDBPyConnection) -> None:
    columns = "transfer_type, pass_type, purchaser_name, remaining_count, checkin_datetime"
    assert (
        differences(
            both,
            f"select {person('user_customer_id')}, {columns} from native.core.core_pass_uses",
            f"select user_customer_id, {columns} from other.core.core_pass_uses",
        )
        == []
    )


@pytest.mark.parametrize("both", ["rock_gym_pro"], indirect=True)
def test_rock_gym_pro_tells_the_same_people_and_visits(both: duckdb.DuckDBPyConnection) -> None:
    names = "first_name, last_name, email, phone, birthday"
    assert (
        differences(
            both,
            f"select guid, {names} from native.core.core_customers inner join guids using (customer_id)",
            f"select source_customer_id, {names} from other.core.core_customers",
        )
        == []
    )
    # a place has its name from the list of places, also where Capitan's row has none
    what = "checkin_datetime, entry_method_description, has_time_of_day"
    assert (
        differences(
            both,
            f"select guid, 'rock_gym_pro:G' || location_id, {what} from native.core.core_checkins inner join guids using (customer_id)",
            f"select source_customer_id, location_id, {what} from other.core.core_checkins"
            " inner join other.core.core_customers using (customer_id)",
        )
        == []
    )


@pytest.mark.parametrize("both", ["rock_gym_pro"], indirect=True)
def test_square_tells_the_same_payments(both: duckdb.DuckDBPyConnection) -> None:
    what = (
        "description, buyer_name, payer_account_id, paid_amount, transaction_date,"
        f" {REASON} is null"
    )
    assert (
        differences(
            both,
            f"select 'square:' || transaction_id, {what} from native.core.core_payments",
            f"select transaction_id, {what} from other.core.core_payments where source_system = 'square'",
        )
        == []
    )


@pytest.mark.parametrize("both", ["mindbody"], indirect=True)
def test_mindbody_tells_the_same_visits_and_no_arrival(both: duckdb.DuckDBPyConnection) -> None:
    assert (
        differences(
            both,
            "select 'C-' || customer_id, checkin_datetime, entry_method_description"
            " from native.core.core_checkins",
            "select source_customer_id, checkin_datetime, entry_method_description"
            " from other.core.core_checkins inner join other.core.core_customers using (customer_id)",
        )
        == []
    )
    assert both.sql("select bool_or(has_time_of_day) from other.core.core_checkins").fetchall() == [
        (False,)
    ]


@pytest.mark.parametrize("both", ["mindbody"], indirect=True)
def test_the_buyer_is_whom_the_field_names(both: duckdb.DuckDBPyConnection, cores: Path) -> None:
    with (cores / "truth/transfers.csv").open(encoding="utf-8", newline="") as file:
        truth = [
            (row["checkin_id"], row["true_purchaser_customer_id"], row["user_customer_id"])
            for row in csv.DictReader(file)
        ]
    both.execute("create table truth (checkin_id varchar, buyer varchar, visitor varchar)")
    both.executemany("insert into truth values (?, ?, ?)", truth)
    assert (
        differences(
            both,
            f"select number_of('mindbody/checkins', checkin_id), {person('buyer', 'mindbody')} from ("
            "select * from truth where 'C-' || buyer is not null and buyer != '' and buyer != visitor) as t".replace(
                "cast(buyer as varchar)", "'C-' || buyer"
            ),
            "select checkin_id, buyer_customer_id from other.core.core_pass_uses",
        )
        == []
    )
