"""For the tests of the dashboard: a page that is watched, and databases made by hand."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import duckdb
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from scripts import staff_records

READY_SECONDS = 10

# What the pages read of the published file, without the columns that they do not.
TABLES = """
create table customers (
    customer_id bigint, full_name varchar, is_child boolean, first_checkin_date date,
    last_checkin_date date, checkin_count bigint, age_group varchar
);
create table pass_transfers (
    checkin_id bigint, checkin_datetime timestamp, transfer_type varchar, pass_type varchar,
    purchaser_name varchar, user_customer_id bigint, remaining_count integer,
    location_name varchar, purchaser_customer_id bigint, match_method varchar,
    match_confidence integer
);
create table customer_interactions (
    interaction_date date, interaction_type varchar, customer_id_1 bigint, customer_id_2 bigint
);
create table customer_connections (
    customer_id_1 bigint, customer_id_2 bigint, interaction_count bigint, strength_score integer,
    first_interaction_date date, last_interaction_date date, interaction_types varchar,
    together_count bigint, tie_probability decimal(7, 6), affinity_level varchar,
    known_tie boolean
);
create table crews (
    crew_id varchar, usual_weekday varchar, usual_hour integer, outing_count bigint,
    outings_per_month decimal(6, 1), founding_date date, last_outing_date date
);
create table crew_members (crew_id varchar, customer_id bigint);
create table gym_today (today date);
create table pipeline_report (
    line_number integer, section varchar, metric varchar, value bigint, percent decimal(5, 2),
    note varchar
);
create table build_history (
    build_number integer, line_number integer, section varchar, metric varchar, value bigint,
    percent decimal(5, 2), built_at timestamp
);
create table gym_metrics (line_number bigint, section varchar, metric varchar, value bigint);
create table public_totals (line_number integer, section varchar, metric varchar, value bigint);
create table action_list (
    week_start date, as_of date, priority integer, kind varchar, title varchar,
    customer_id bigint, other_customer_id bigint, crew_id varchar, reason varchar,
    what_to_do varchar
);
create table action_outcomes (
    kind varchar, round bigint, horizon_days integer, outcome varchar, listed bigint,
    held_out bigint, people_needed bigint, listed_share decimal(7, 6),
    held_out_share decimal(7, 6), difference decimal(7, 6), low decimal(7, 6),
    high decimal(7, 6), finding varchar
);
"""


# As the model gym_metrics counts them.
METRICS = """
delete from gym_metrics;
insert into gym_metrics
select row_number() over (), unnest(figures, recursive := true) from (
    select [
        {'section': 'totals', 'metric': 'customers', 'value': (select count(*) from customers)},
        {'section': 'totals', 'metric': 'connections',
         'value': (select count(*) from customer_connections)},
        {'section': 'totals', 'metric': 'interactions',
         'value': (select count(*) from customer_interactions)},
        {'section': 'totals', 'metric': 'pass transfers',
         'value': (select count(*) from pass_transfers)},
        {'section': 'pass transfers by buyer', 'metric': 'known',
         'value': (select count(purchaser_customer_id) from pass_transfers)},
        {'section': 'totals', 'metric': 'crews', 'value': (select count(*) from crews)}
    ] as figures
);
insert into gym_metrics
select null, 'interactions by type', interaction_type, count(*)
from customer_interactions group by interaction_type;
insert into gym_metrics
select
    row_number() over (order by month, interaction_type), 'interactions by month and type',
    month || ' ' || interaction_type, count(*),
from (select *, strftime(interaction_date, '%Y-%m') as month from customer_interactions)
group by month, interaction_type;
"""


def hand_made(path: Path, names: list[str], children: dict[int, str | None]) -> Path:
    """A published file: each name a customer who bought a pass for the next one, all in one crew.

    Ids count from 101. A child is named by its id, and may have a name as under the flag.
    """
    people = [(101 + place, name, False) for place, name in enumerate(names)]
    people += [(customer_id, name, True) for customer_id, name in children.items()]
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
        connection.execute("insert into gym_today values ('2025-02-01')")
        for customer_id, name, is_child in people:
            connection.execute(
                "insert into customers values"
                " ($id, $name, $child, '2025-01-01', '2025-02-01', 3,"
                " if($child, 'child', 'adult'))",
                {"id": customer_id, "name": name, "child": is_child},
            )
        for (one, name, _), (other, _, _) in pairwise(people):
            values = {"one": one, "other": other, "name": name}
            connection.execute(
                """
                insert into pass_transfers values
                    ($one, '2025-02-01 10:00', 'guest_pass', $name, $name, $other, 1, $name, $one,
                     'name_exact', 100),
                    ($one + 1000, '2025-02-02 10:00', 'entry_pass', $name, $name, $other, null,
                     $name, null, 'no_match', 0)
                """,
                values,
            )
            connection.execute(
                """
                insert into customer_connections values
                    ($one, $other, 5, 4, '2025-01-01', '2025-02-01',
                     'same_day_checkin,shared_pass', 4, 0.95, 'together', true)
                """,
                {"one": one, "other": other},
            )
            connection.execute(
                """
                insert into customer_interactions
                select date '2025-01-01' + cast(day as integer), 'same_day_checkin', $one, $other
                from range(4) as days (day)
                union all
                select '2025-02-01', 'shared_pass', $one, $other
                """,
                {"one": one, "other": other},
            )
        if people:
            connection.execute(
                """
                insert into crews values ('101-102', $name, 18, 4, 2.5, '2025-01-05', '2025-02-01');
                """,
                {"name": names[0]},
            )
            connection.execute(
                "insert into crew_members select '101-102', customer_id from customers"
            )
            connection.execute(
                """
                insert into action_list
                select
                    '2025-01-27', '2025-02-01', row_number() over (order by customer_id),
                    'call_slipping', 'Call this regular', customer_id, 101, '101-102',
                    'came on 1 days', 'Ask how things are'
                from customers
                where not is_child
                """
            )
            connection.execute(
                """
                insert into action_outcomes values
                    ('call_slipping', 1, 30, $name, 40, 9, 294, null, null, null, null, null,
                     'too few to say: 49 of 294 people'),
                    ('call_slipping', 1, 90, 'comes again', 240, 60, 294, 0.61, 0.4, 0.21, 0.07,
                     0.34, 'it helped: 21 of 100 more')
                """,
                {"name": names[0]},
            )
            connection.execute(
                "insert into pipeline_report values (1, 'rows in', $name, 3, 1.5, $name)",
                {"name": names[0]},
            )
            connection.execute(
                """
                insert into build_history
                select build, 1, 'check-ins', 'total', 100 + build, null, '2025-02-03 04:05:06'
                from range(1, 4) as builds (build)
                """
            )
        connection.execute(METRICS)
    return path


def hand_made_records(path: Path, published: Path, people: list[int], text: str) -> Path:
    """What lies beside a warehouse, of the build of a published file made by hand."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            create table duplicate_customers (
                customer_id_1 bigint, customer_id_2 bigint, is_same_last_name boolean,
                is_same_birthday boolean, is_same_email boolean, is_same_phone boolean,
                same_probability double
            );
            create table placeholder_customers (customer_id bigint, reason varchar);
            create table rejected_rows (
                export_name varchar, source_file varchar, source_line bigint, row_key varchar,
                reject_reason varchar
            );
            create table data_questions (
                place bigint, question_id varchar, kind varchar, question varchar,
                asked_because varchar, evidence_fingerprint varchar, rows_changed bigint,
                rows_later bigint
            );
            create table question_answers (
                question_id varchar, place bigint, code varchar, label varchar, evidence varchar
            );
            """
        )
        for one, other in pairwise(people):
            connection.execute(
                "insert into duplicate_customers values (?, ?, true, false, true, false, 0.95)",
                [one, other],
            )
        connection.execute("insert into placeholder_customers values (?, ?)", [people[0], text])
        connection.execute("insert into rejected_rows values (?, ?, 7, null, ?)", [text] * 3)
        connection.execute(f"attach '{published}' as published (read_only)")
        connection.execute(
            f"create table of_build as {staff_records.BUILD} published.main.build_history"
        )
    return path


@dataclass
class Watched:
    """A page, what it asked for and what it complained of."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def view(self, part: str) -> Page:
        self.page.goto(self.address + part)
        self.page.wait_for_selector("html[data-ready]", timeout=1000 * READY_SECONDS)
        return self.page


def watched(chrome: Browser, file: Path, **options) -> Watched:
    """A fresh page of a file, opened as a double click opens it."""
    page = chrome.new_context(**options).new_page()
    found = Watched(page, file.as_uri())

    def asked(request: Request) -> None:
        found.requests.append(request.url)

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            found.complaints.append(message.text)

    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    return found


def payload(file: Path) -> tuple[dict, bytes]:
    """The head of a staff page's data, and all its bytes."""
    text = re.search(r'<script type="application/octet-stream" id="data">(.*?)<', file.read_text())
    assert text is not None
    raw = gzip.decompress(base64.b64decode(text[1]))
    return json.loads(raw[4 : 4 + int.from_bytes(raw[:4], "little")]), raw
