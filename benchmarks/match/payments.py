"""How many payments behind passes are found, and how many of those are right.

    python -m benchmarks.match.payments FOLDER [--keep WORK_FOLDER] [--warehouse FILE]

FOLDER is a benchmark folder whose `truth.csv.gz` has a transaction_id for each query, or holds
`exports` and `truth/transfers.csv`, with a transaction_id for each check-in or a purchase_id that
`truth/transactions.csv` resolves. A check-in with a true payment in the exports is paid on record.

found      share of check-ins paid on record that are linked to their payment (recall)
right      share of the links that are to the true payment (precision)
equal      links to another payment of the same day, name, product, count and price as the true
           one: they count as found and right, since nothing in the exports tells the two apart

Payments that name nobody are counted apart: a check-in by its true payment, a link by its own.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import duckdb

from benchmarks.match.adapter import build, write_exports

# The lines of the true purchase of each check-in; only those for the kind of pass where some are.
PURCHASE_LINES = """
    create table purchase_lines as
    select cast(transfers.checkin_id as bigint) as checkin_id, transactions.transaction_id
    from read_csv('{truth}/transfers.csv', all_varchar = true) as transfers
    inner join read_csv('{truth}/transactions.csv', all_varchar = true) as transactions
        on try_cast(transfers.purchase_id as double) = try_cast(transactions.purchase_id as double)
    inner join payments on transactions.transaction_id = payments.transaction_id
    qualify contains(payments.description, lower(transfers.true_pass_type))
        or not bool_or(contains(payments.description, lower(transfers.true_pass_type)))
            over (partition by transfers.checkin_id)
"""
TRANSACTION_IDS = """
    create table purchase_lines as
    select cast(checkin_id as bigint) as checkin_id, transaction_id
    from read_csv('{truth}/transfers.csv', all_varchar = true) where transaction_id <> ''
"""
# What makes two payments equal. Reads the exports' own words, not those of the matching.
PAYMENTS = """
    create table payments as
    select
        lines.payment_line_id,
        lines.transaction_id,
        lower(lines.description) as description,
        bought.payment_name is not null as is_named,
        hash(
            lines.transaction_date,
            lower(lines.description),
            lower(bought.payment_name),
            lines.day_pass_count,
            lines.paid_amount
        ) as equal_to,
    from built.core.core_payments as lines
    left join built.intermediate.match_payments as bought
        on lines.payment_line_id = bought.payment_line_id
"""
JUDGED = """
    with links as (
        select
            links.checkin_id,
            links.transaction_id,
            payments.is_named,
            payments.equal_to,
        from built.intermediate.match_links as links
        inner join payments on links.payment_line_id = payments.payment_line_id
    ),
    paid as (
        select
            purchase_lines.checkin_id,
            bool_or(payments.is_named) as is_named,
            list(payments.transaction_id) as transaction_ids,
            list(payments.equal_to) as equal_to,
        from purchase_lines
        inner join payments on purchase_lines.transaction_id = payments.transaction_id
        group by purchase_lines.checkin_id
    ),
    judged as (
        select
            paid.is_named as is_named_truth,
            links.is_named as is_named_link,
            list_contains(paid.transaction_ids, links.transaction_id) as is_true,
            list_contains(paid.equal_to, links.equal_to) as is_equal,
        from paid
        full join links on paid.checkin_id = links.checkin_id
    ),
    kinds as (select unnest(['all', 'named', 'anonymous']) as kind)
    select
        kinds.kind,
        count(*) filter (is_named_truth is not null and is_of_truth) as paid,
        count(*) filter (is_named_link is not null and is_of_link) as linked,
        count(*) filter (is_equal and is_of_truth) as found,
        count(*) filter (is_equal and is_of_link) as right,
        count(*) filter (is_equal and not is_true and is_of_link) as equal,
    from kinds
    cross join (
        select
            judged.*,
            kinds.kind as of_kind,
            kinds.kind = 'all' or is_named_truth = (kinds.kind = 'named') as is_of_truth,
            kinds.kind = 'all' or is_named_link = (kinds.kind = 'named') as is_of_link,
        from judged cross join kinds
    ) as judged
    where kinds.kind = judged.of_kind
    group by kinds.kind
    order by list_position(['all', 'named', 'anonymous'], kinds.kind)
"""


def judge(folder: Path, warehouse: Path, query_ids: dict[int, str]) -> list[tuple]:
    """For all, named and anonymous: check-ins paid on record, links, found, right, equal."""
    connection = duckdb.connect()
    connection.execute(f"attach '{warehouse}' as built (read_only)")
    connection.execute(PAYMENTS)
    if query_ids:
        truth = {
            row[0]: row[1]
            for row in connection.sql(
                f"select query_id, transaction_id from read_csv('{folder}/truth.csv.gz',"
                " all_varchar = true) where transaction_id <> ''"
            ).fetchall()
        }
        rows = [(number, truth[name]) for number, name in query_ids.items() if name in truth]
        connection.execute("create table purchase_lines (checkin_id bigint, transaction_id text)")
        connection.executemany("insert into purchase_lines values (?, ?)", rows)
    else:
        path = f"{folder}/truth/transfers.csv"
        columns = connection.sql(f"from read_csv('{path}', all_varchar = true) limit 0").columns
        sql = TRANSACTION_IDS if "transaction_id" in columns else PURCHASE_LINES
        connection.execute(sql.format(truth=f"{folder}/truth"))
    return connection.sql(JUDGED).fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="benchmark folder, or one of exports and truth")
    parser.add_argument("--keep", type=Path, help="keep exports and warehouse in this folder")
    parser.add_argument("--warehouse", type=Path, help="judge this build instead of building")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = (arguments.keep or Path(scratch)).resolve()
        exports, query_ids = arguments.folder.resolve() / "exports", {}
        if not exports.exists():
            exports = work / "exports"
            query_ids = write_exports(arguments.folder, exports)
        warehouse = arguments.warehouse or build(exports, work)
        rows = judge(arguments.folder, warehouse, query_ids)
    print("payments    paid  linked  found  right  equal  found/paid  right/linked")
    for kind, paid, linked, found, right, equal in rows:
        shares = f"{found / max(paid, 1):10.3f}  {right / max(linked, 1):12.3f}"
        print(f"{kind:10}{paid:6}{linked:8}{found:7}{right:7}{equal:7}  {shares}")


if __name__ == "__main__":
    main()
